"""Believable customers of a Vietnamese spa, for the demo, the benchmarks and the tests.

The people are invented, but their phone numbers may exist: a number has to be valid to be stored. Never send
anything to a sample customer. Their email domains are reserved (RFC 2606).
"""

import random
from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Literal, NamedTuple, TypedDict

from app.common.helpers import without_marks

type Gender = Literal["female", "male", "other"]
type _Sex = Literal["female", "male"]
type _Generation = Literal["older", "middle", "young"]

REFERENCE_YEAR = 2026
"""All sample customers are 18 to 75 years old throughout this year.

It is a constant because a sample must be the same people whenever it is drawn. Raise it every few years.
"""

MAX_CUSTOMERS = 9_999_971
"""The most customers with distinct phone numbers.

It is the largest prime p below 10⁷ (the endings of a number) that leaves 2 when divided by 3. Cubing permutes the
numbers modulo such a prime, because 3 and p - 1 share no factor (Fermat). So endings are unique without being
remembered, and neighbours do not look alike.
"""


class SampleCustomer(TypedDict):
    """The fields of a customer. What the receptionist does not know is empty text or None."""

    full_name: str
    """NFC. The family name first, except for Western guests."""
    phone: str | None
    """E.164, unique within a sample."""
    email: str | None
    """ASCII. Two people of the same name may share one."""
    birthday: str | None
    gender: Gender | None
    notes: str
    contraindications: str
    tags: list[str]


def sample_customers(count: int, *, seed: int = 0) -> Iterator[SampleCustomer]:
    """Yield sample customers: the same people for the same seed. A longer sample begins with a shorter one.

    Raises:
        ValueError: `count` is negative or above `MAX_CUSTOMERS`.
    """
    if not 0 <= count <= MAX_CUSTOMERS:
        raise ValueError(f"count must be between 0 and {MAX_CUSTOMERS}")
    return map(_CustomerGenerator(random.Random(seed)).customer, range(count))  # noqa: S311 - must be repeatable


class _Identity(NamedTuple):
    full_name: str
    family: str
    given_name: str
    """Every name but the family name, with a Vietnamese middle name."""
    phone: str
    tags: tuple[str, ...]


class _CustomerGenerator:
    """Draw each trait from its own endless stream. All streams share one random generator."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._first_number = rng.randrange(MAX_CUSTOMERS)
        self._births = _endless(rng, _births())
        self._genders = _endless(rng, _GENDERS)
        self._countries = _endless(rng, _COUNTRIES)
        self._family_names = _endless(rng, FAMILY_NAMES)
        self._given_names = {cohort: _endless(rng, _given_names(*cohort)) for cohort in _GIVEN_NAMES}
        self._mobile_prefixes = _endless(rng, _MOBILE_PREFIXES)
        self._phone_is_known = _endless(rng, {True: 96, False: 4})
        self._birthday_is_known = _endless(rng, {True: 88, False: 12})
        self._emails = _endless(rng, _EMAILS)
        self._wishes = _endless(rng, _sometimes(0.3, _WISHES))
        self._habits = _endless(rng, _sometimes(0.15, _HABITS))
        self._contraindications = {
            cohort: _endless(rng, _sometimes(0.12, _EVERYBODY_AVOIDS + avoids))
            for cohort, avoids in _AVOIDS.items()
        }
        self._tags = _endless(rng, _TAGS)
        self._in_birthday_club = _endless(rng, {True: 1, False: 7})

    def customer(self, index: int) -> SampleCustomer:
        gender, sex = next(self._genders)
        born, generation = next(self._births)
        serial = f"{(self._first_number + index) ** 3 % MAX_CUSTOMERS:07}"
        country = next(self._countries)
        if country is None:
            identity = self._vietnamese(sex, generation, serial)
        else:
            identity = self._foreigner(country, sex, serial)
        birthday = born if next(self._birthday_is_known) else None
        tags = [*next(self._tags), *identity.tags]
        if birthday and next(self._in_birthday_club):
            tags.append(f"sinh nhật tháng {birthday.month}")
        return {
            "full_name": identity.full_name,
            "phone": identity.phone if next(self._phone_is_known) else None,
            "email": self._email(identity, born.year, serial),
            "birthday": birthday.isoformat() if birthday else None,
            "gender": gender,
            "notes": f"{next(self._wishes)} {next(self._habits)}".strip(),
            "contraindications": next(self._contraindications[sex, generation]),
            "tags": tags,
        }

    def _vietnamese(self, sex: _Sex, generation: _Generation, serial: str) -> _Identity:
        family = next(self._family_names)
        given_name = next(self._given_names[sex, generation])
        while given_name.startswith(family):  # Hoàng Hoàng Bảo Anh is no name
            given_name = next(self._given_names[sex, generation])
        phone = f"+84{next(self._mobile_prefixes)}{serial}"
        return _Identity(f"{family} {given_name}", family, given_name, phone, ())

    def _foreigner(self, country: "_Country", sex: _Sex, serial: str) -> _Identity:
        family = self._rng.choice(country.family_names.split())
        given_name = self._rng.choice((country.women if sex == "female" else country.men).split())
        full_name = f"{family} {given_name}" if country.family_name_first else f"{given_name} {family}"
        phone = country.phone_heads.split()[int(serial[0])] + serial[1:]
        return _Identity(full_name, family, given_name, phone, ("khách nước ngoài", country.language))

    def _email(self, identity: _Identity, birth_year: int, serial: str) -> str | None:
        template = next(self._emails)
        return template and template.format(
            family=_ascii(identity.family),
            given_name=_ascii(identity.given_name.removeprefix("Thị ")),
            last=_ascii(identity.given_name.rpartition(" ")[2]),
            year=birth_year,
            digits=serial[-3:],
        )


def _endless[T](rng: random.Random, weights: Mapping[T, int]) -> Iterator[T]:
    # A list with each value as often as its weight takes a third of the time of weights=, and drawing a thousand at
    # once a tenth of a thousand single draws.
    values = [value for value, weight in weights.items() for _ in range(weight)]
    while True:
        yield from rng.choices(values, k=1000)


@cache
def _ascii(name: str) -> str:
    return "".join(letter for letter in without_marks(name.lower()) if letter.isascii() and letter.isalnum())


def _weighted(text: str) -> dict[str, int]:
    """Parse "Văn 52, Xuân Bách 2, 3" into weights by name. A number alone is the weight of no name at all."""
    pairs = (entry.strip().rpartition(" ") for entry in text.split(","))
    return {name: int(weight) for name, _, weight in pairs}


def _sometimes(share: float, texts: Collection[str]) -> dict[str, int]:
    """Return weights that draw one of `texts` in this share of the draws, and nothing in the others."""
    return {"": round(len(texts) * (1 - share) / share), **dict.fromkeys(texts, 1)}


@cache
def _births() -> dict[tuple[date, _Generation], int]:
    births: dict[tuple[date, _Generation], int] = {}
    # Not the year of the 18th birthday: most of them would still be 17 in January.
    day, last = date(REFERENCE_YEAR - 75, 1, 1), date(REFERENCE_YEAR - 19, 12, 31)
    while day <= last:
        age = REFERENCE_YEAR - day.year
        generation: _Generation = "young" if age <= 38 else "middle" if age <= 56 else "older"  # noqa: PLR2004
        births[day, generation] = next(weight for oldest, weight in _GUESTS_BY_AGE if age <= oldest)
        day += timedelta(days=1)
    return births


@cache
def _given_names(sex: _Sex, generation: _Generation) -> dict[str, int]:
    """Return the weights of middle and given names together, never with the same word twice.

    Given names are listed from common to rare.
    """
    middles, givens = _GIVEN_NAMES[sex, generation]
    ranked = givens.split()
    return {
        f"{middle} {given_name}".lstrip(): weight * (len(ranked) - rank)
        for middle, weight in _weighted(middles).items()
        for rank, given_name in enumerate(ranked)
        if given_name not in middle.split()
    }


_GENDERS: dict[tuple[Gender | None, _Sex], int] = {
    ("female", "female"): 800,
    ("male", "male"): 140,
    ("other", "female"): 5,
    ("other", "male"): 5,
    (None, "female"): 40,
    (None, "male"): 10,
}
"""The recorded gender, and the sex that decides the name and the health remarks."""

_GUESTS_BY_AGE = ((24, 5), (34, 10), (44, 8), (54, 5), (64, 3), (75, 1))
"""The weight of each year of birth up to an age. Most guests are between 25 and 45."""

FAMILY_NAMES = _weighted("""
    Nguyễn 384, Trần 110, Lê 95, Phạm 70, Phan 45, Huỳnh 26, Hoàng 25, Đặng 21, Bùi 20, Võ 20, Vũ 19, Đỗ 14,
    Trương 14, Hồ 13, Ngô 13, Dương 10, Đinh 9, Đoàn 8, Trịnh 8, Đào 7, Lâm 7, Lương 7, Cao 6, Hà 6, Mai 6,
    Lý 5, Lưu 4, Phùng 4, Tạ 4, Tô 4, Châu 3, Chu 3, Thái 3, Kiều 2, Quách 2, Vương 2, Nghiêm 1
""")
"""The frequency per thousand people. The common names follow Lê Trung Hoa, "Họ và tên người Việt Nam" (2005); the tail is estimated."""

_GIVEN_NAMES: dict[tuple[_Sex, _Generation], tuple[str, str]] = {
    ("female", "older"): (
        """Thị 68, Thị Ngọc 4, Thị Thu 4, Ngọc 4, Thị Kim 3, Thị Thanh 3, Kim 3, Thị Bích 2, Thị Minh 2,
        Thị Xuân 1, Bích 2, Thu 1, Tuyết 1, 2""",
        """Hoa Lan Hương Hồng Mai Nga Liên Thanh Hạnh Phượng Cúc Tuyết Loan Vân Yến Dung Hiền Nguyệt Xuân
        Bình Tâm Đào Huệ Nhung Lành Thơm Thoa Sương""",
    ),
    ("female", "middle"): (
        """Thị 34, Thị Thu 7, Thị Thanh 6, Thị Ngọc 5, Thị Kim 4, Thị Hồng 4, Thị Bích 3, Thị Minh 3,
        Thị Mỹ 2, Thu 6, Thanh 5, Ngọc 5, Kim 3, Bích 3, Minh 3, Hoài 1, Lệ 1, 3""",
        """Hương Hà Thủy Hằng Hiền Nga Lan Trang Hạnh Vân Phương Thảo Yến Loan Dung Oanh Ngân Tuyết Nhung
        Thúy Linh Huyền Mai Tâm Quyên Liên Hoa Châu Trâm Giang Nguyệt Diệp""",
    ),
    ("female", "young"): (
        """Thị 12, Thị Thu 5, Thị Thanh 4, Thị Ngọc 4, Thị Phương 3, Thị Mỹ 3, Thị Minh 2, Thị Khánh 2,
        Ngọc 9, Thanh 6, Phương 6, Minh 6, Thu 5, Khánh 5, Thùy 5, Bảo 4, Quỳnh 4, Mỹ 3, Ngọc Bảo 2,
        Ngọc Phương 2, Hoàng 2, Diệu 2, Kim 2, Hoàng Bảo 1, Tường 1, Yến 1, 2""",
        """Linh Trang Anh Ngọc Thảo Vy Phương Hương Huyền My Ngân Nhi Trâm Hà Thư Uyên Quỳnh Mai Yến Hân
        Trinh Như Giang Chi Duyên Trân Tiên Châu Hạnh Nhung Dung Thy Nguyên Vân Diễm Khanh""",
    ),
    ("male", "older"): (
        """Văn 52, Đình 6, Hữu 6, Đức 5, Xuân 5, Quang 5, Ngọc 4, Công 3, Minh 3, Thanh 3, Bá 2, Trọng 2,
        Viết 1, 3""",
        """Hùng Dũng Minh Sơn Hải Thành Bình Tuấn Long Hòa Thắng Lợi Phúc Đức Quang Tâm Tiến Vinh Cường Lâm
        Hiền Tư Khánh Nam Chiến Thái Hưng Tài""",
    ),
    ("male", "middle"): (
        """Văn 30, Đức 8, Quang 8, Minh 8, Hữu 6, Thanh 6, Ngọc 5, Đình 5, Quốc 5, Anh 4, Xuân 4, Mạnh 4,
        Hoàng 3, Công 3, Tuấn 3, Trung 2, 2""",
        """Tuấn Hùng Dũng Sơn Hải Cường Thắng Long Minh Nam Thành Hưng Anh Trung Tùng Quang Hiếu Toàn Kiên
        Việt Thịnh Phong Khánh Phương Đạt Vinh Phúc Tâm Giang""",
    ),
    ("male", "young"): (
        """Minh 14, Văn 10, Đức 9, Quang 9, Hoàng 9, Gia 6, Tuấn 6, Quốc 6, Anh 5, Hữu 4, Thanh 4, Bảo 4,
        Nhật 4, Thành 3, Duy 3, Ngọc 3, Hải 3, Đình 3, Trung 2, Hoàng Gia 1, Ngọc Minh 1, 2""",
        """Anh Huy Minh Long Đạt Dũng Khang Bảo Khoa Nam Phúc Tuấn Hiếu Khánh Kiên Tùng Hoàng Sơn Duy Nghĩa
        Thịnh Phát Quân Vinh Việt Phong Trí Nhân Lộc Hào Đăng Thiện""",
    ),
}

_MOBILE_PREFIXES = _weighted("""
    98 9, 97 9, 96 7, 86 5, 32 3, 33 3, 34 3, 35 3, 36 3, 37 3, 38 3, 39 3,
    91 6, 94 5, 88 3, 81 1, 82 1, 83 1, 84 1, 85 1,
    90 7, 93 5, 70 1, 76 1, 77 1, 78 1, 79 1,
    92 1, 56 1, 58 1, 87 1, 59 1
""")
"""Viettel, VinaPhone, MobiFone and the small networks, a line each.

052, 055, 089 and 099 are left out: Google's numbering plan, which validates phones, knows only some of their numbers.
"""


class _Country(NamedTuple):
    language: str
    family_name_first: bool
    family_names: str
    women: str
    men: str
    phone_heads: str
    """Ten different starts of a mobile number. Six more digits complete each."""


_COUNTRIES: dict[_Country | None, int] = {
    None: 958,
    _Country(
        language="tiếng hàn",
        family_name_first=True,
        family_names="Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Shin Seo Kwon",
        women="Min-ji Ji-woo Seo-yeon Soo-jin Ji-hye Eun-ji Hye-jin Yu-na Ha-eun Mi-kyung Su-bin",
        men="Min-jun Ji-hoon Seung-ho Dong-hyun Sung-min Jun-young Hyun-woo Tae-yang Jae-won",
        phone_heads="+821024 +821027 +821031 +821036 +821042 +821048 +821053 +821067 +821086 +821091",
    ): 16,
    _Country(
        language="tiếng nhật",
        family_name_first=True,
        family_names="Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida",
        women="Yuki Yoko Sakura Haruka Misaki Ayumi Naomi Keiko Aoi Rina Tomoko Emi",
        men="Takashi Hiroshi Kenji Daisuke Kenta Sho Haruto Takumi Yusuke Kazuya",
        phone_heads="+817014 +817032 +818011 +818035 +818052 +818067 +819012 +819027 +819048 +819083",
    ): 10,
    _Country(
        language="tiếng pháp",
        family_name_first=False,
        family_names="Martin Bernard Dubois Petit Durand Leroy Moreau Lefèvre Garnier Faure Mercier",
        women="Camille Léa Chloé Céline Sophie Élodie Aurélie Manon Claire Hélène Inès",
        men="Thomas Julien Nicolas Rémi Guillaume François Antoine Mathieu Loïc",
        phone_heads="+33607 +33612 +33623 +33648 +33661 +33674 +33682 +33699 +33750 +33768",
    ): 4,
    _Country(
        language="tiếng anh",
        family_name_first=False,
        family_names="Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore",
        women="Emily Jessica Ashley Sarah Jennifer Megan Lauren Rachel Amanda Nicole",
        men="Michael David James Ryan Kevin Brian Matthew Andrew Tyler Eric",
        phone_heads="+12064 +12125 +13106 +13127 +14083 +14155 +15122 +16178 +17028 +17146",
    ): 7,
    _Country(
        language="tiếng anh",
        family_name_first=False,
        family_names="Smith Jones Taylor Wilson Kelly Campbell Murphy Walker O'Brien Thompson",
        women="Olivia Charlotte Georgia Matilda Isla Sienna Hannah Zoe Imogen",
        men="Jack Liam Lachlan Cooper Angus Mitchell Ethan Declan Harrison",
        phone_heads="+61402 +61411 +61413 +61421 +61427 +61432 +61438 +61450 +61466 +61481",
    ): 5,
}
"""The number per thousand guests; None stands for Vietnam."""

_EMAILS: dict[str | None, int] = {
    None: 52,
    "{family}{given_name}{digits}@example.com": 14,
    "{last}.{family}{year}@example.com": 12,
    "{given_name}.{digits}@example.net": 10,
    "{given_name}{year}@example.com": 8,
    "{family}.{given_name}@example.org": 4,
}

_TAGS: dict[tuple[str, ...], int] = {
    (): 52,
    ("zalo",): 14,
    ("thân thiết",): 8,
    ("thân thiết", "zalo"): 6,
    ("khách mới",): 6,
    ("khách đoàn",): 3,
    ("liệu trình",): 3,
    ("vip",): 2,
    ("vip", "thân thiết"): 2,
    ("facebook",): 2,
    ("thẻ quà tặng",): 1,
    ("nhân viên công ty",): 1,
}

_WISHES = (
    "Thích phòng yên tĩnh, không trò chuyện trong lúc làm.",
    "Thích lực mạnh, tập trung vai gáy.",
    "Lực nhẹ thôi, da dễ bầm.",
    "Lực vừa, không bấm huyệt bàn chân.",
    "Chỉ nhận kỹ thuật viên nữ.",
    "Thích tinh dầu sả chanh.",
    "Không dùng sản phẩm có mùi thơm.",
    "Hay lạnh, cần thêm chăn và phòng ấm.",
    "Uống trà gừng, không đường.",
    "Mở nhạc nhỏ, đèn dịu.",
    "Ngồi văn phòng nhiều, hay mỏi thắt lưng.",
    "Thích gội đầu dưỡng sinh trước khi massage.",
)
_HABITS = (
    "Hay đến trễ 10–15 phút.",
    "Gọi nhắc trước một ngày.",
    "Nhắn tin, không nghe máy trong giờ làm.",
    "Chỉ rảnh sau 18 giờ và cuối tuần.",
    "Thường đi cùng con gái.",
    "Hay đặt cho nhóm bốn người.",
    "Thanh toán chuyển khoản, lấy hóa đơn công ty.",
    "Đi ô tô, giữ giúp chỗ đậu.",
    "Được bạn giới thiệu.",
)

_EVERYBODY_AVOIDS = (
    "dị ứng tinh dầu oải hương",
    "da nhạy cảm, dễ nổi mẩn",
    "dị ứng hải sản, không đắp mặt nạ rong biển",
    "thoát vị đĩa đệm, không ấn mạnh thắt lưng",
    "hen suyễn, không xông hơi",
    "rối loạn tiền đình, ngồi dậy từ từ",
    "mới phẫu thuật, chưa đụng vào vết mổ",
)
_OLDER_AVOIDS = (
    "cao huyết áp",
    "cao huyết áp, tiểu đường",
    "giãn tĩnh mạch chân, không ấn mạnh",
    "loãng xương, lực thật nhẹ",
    "đã đặt stent mạch vành, không xông hơi",
    "thoái hóa đốt sống cổ",
)
_MIDDLE_AVOIDS = ("cao huyết áp", "giãn tĩnh mạch", "thoái hóa đốt sống cổ", "đau dạ dày, không nằm sấp lâu")
_YOUNG_WOMEN_AVOID = (
    "mang thai 3 tháng",
    "mang thai 5 tháng",
    "mang thai 7 tháng, chỉ nằm nghiêng",
    "đang cho con bú",
    "mới tiêm filler, không massage mặt",
    "đang dùng retinol, da mặt mỏng",
)
_AVOIDS: dict[tuple[_Sex, _Generation], tuple[str, ...]] = {
    ("female", "older"): _OLDER_AVOIDS,
    ("female", "middle"): _MIDDLE_AVOIDS,
    ("female", "young"): _YOUNG_WOMEN_AVOID,
    ("male", "older"): _OLDER_AVOIDS,
    ("male", "middle"): _MIDDLE_AVOIDS,
    ("male", "young"): ("chấn thương đầu gối do đá bóng", "hình xăm mới ở lưng"),
}
"""Health remarks that are only for this sex and age."""
