"""Vietnamese names: their family names, and the titles that people say before a name.

A Vietnamese name has the family name first and the given name last, by which people are called and sorted. PostgreSQL
sorts by the same family names and titles (`zenspa_name_order`, migration 0011); a test compares both.
"""

import re
import unicodedata

FAMILY_NAMES = frozenset(
    """
    au bach bui cao chau chu cu dam dang dao dau diep dinh do doan duong giap ha han ho hoang hua huynh khong khuat khuc
    kieu la lai lam le lieu lo lu luc luong luu luyen ly mac mai ngo nghiem ngac nguyen nhu ninh ong pham phan phi pho
    phung quach quan ta tang thach thai than thi tieu to ton tong tra tran trieu trinh truong tu ung van vi vo vu vuong
    """.split()  # noqa: SIM905 - a list of ninety strings would fill a page
)
"""Family names without accents. Nearly all people have one of these (Lê Trung Hoa, "Họ và tên người Việt Nam", 2005)."""
_ALSO_GIVEN_NAMES = frozenset(
    "au bach chau dao diep ha hoang khuc kieu lam ly mai nhu thai thi tieu tu van vi".split()  # noqa: SIM905 - as above
)
"""Family names that are as often the first half of a given name: Mai Anh, Hà My."""
TITLES = frozenset("bà bác bé chú chị cô cậu dì thầy ông".split())  # noqa: SIM905 - as above
"""Words that people say before a name, and that are no names themselves."""
_PERHAPS_TITLES = frozenset("anh ba bac be c chi chu co cau di em ms mr mrs miss ong thay".split())  # noqa: SIM905 - as above
"""Words before a name that can be a part of it: Anh Thư, Chi Lan."""
_FIRST_WORD = re.compile(r"\s*(\w+)[\s.]+(\w.*)", re.DOTALL)
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)


def without_title(name: str) -> tuple[str, bool] | None:
    """Return the name without the title before it, and whether the title is certain; None if there is no title."""
    match = _FIRST_WORD.match(unicodedata.normalize("NFC", name))
    title = match[1].lower() if match else ""
    if match is None or title not in TITLES | _PERHAPS_TITLES:
        return None
    return match[2], title in TITLES


def names_without_family_name(names: list[str]) -> list[str]:
    """Return the words of a name after the family name. Lan Anh is a given name alone, and so is perhaps Mai Anh."""
    if len(names) == 2 and all(map(_is_syllable, names)):  # noqa: PLR2004 - one word before the last
        family = plain(names[0])
        if family not in FAMILY_NAMES or family in _ALSO_GIVEN_NAMES:
            return names
    return names[1:] or names


def plain(text: str) -> str:
    """Return the text in small letters without accents: Đặng becomes dang."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _is_syllable(word: str) -> bool:
    return _SYLLABLE.fullmatch(plain(word)) is not None
