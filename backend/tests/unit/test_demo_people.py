import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from itertools import islice, pairwise
from math import isqrt, sqrt

import phonenumbers
import pytest
from email_validator import validate_email
from phonenumbers import PhoneNumberType

from app.cli.demo_people import (
    FAMILY_NAMES,
    MAX_CUSTOMERS,
    REFERENCE_YEAR,
    Gender,
    SampleCustomer,
    sample_customers,
)

TONE_MARKS = {"\N{COMBINING GRAVE ACCENT}", "\N{COMBINING ACUTE ACCENT}", "\N{COMBINING TILDE}"} | {
    "\N{COMBINING HOOK ABOVE}",
    "\N{COMBINING DOT BELOW}",
}
TONES_BEFORE_A_STOP = {"\N{COMBINING ACUTE ACCENT}", "\N{COMBINING DOT BELOW}"}
SYLLABLE = re.compile(
    r"(ngh|ng|nh|gh|gi|ch|th|ph|kh|tr|qu|[bcdđghklmnprstvx])?"
    r"([aăâeêioôơuưy]{1,3})"
    r"(ng|nh|ch|[cmnpt])?"
)


@pytest.fixture(scope="module")
def people() -> list[SampleCustomer]:
    return list(sample_customers(5_000, seed=11))


def vietnamese(people: Iterable[SampleCustomer]) -> list[SampleCustomer]:
    return [person for person in people if "khách nước ngoài" not in person["tags"]]


def foreign(people: Iterable[SampleCustomer]) -> list[SampleCustomer]:
    return [person for person in people if "khách nước ngoài" in person["tags"]]


def phones(people: Iterable[SampleCustomer]) -> list[str]:
    return [person["phone"] for person in people if person["phone"] is not None]


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if "a" <= char <= "z")


def assert_share(hits: int, total: int, expected: float) -> None:
    """Five standard deviations of a binomial: chance alone fails this once in 1.7 million seeds."""
    assert abs(hits - total * expected) <= 5 * sqrt(total * expected * (1 - expected))


def test_every_phone_is_valid_mobile_and_written_as_e164(people: list[SampleCustomer]) -> None:
    for phone in phones(people):
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(number), phone
        # North American numbers do not tell a mobile from a land line.
        assert phonenumbers.number_type(number) in {
            PhoneNumberType.MOBILE,
            PhoneNumberType.FIXED_LINE_OR_MOBILE,
        }
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == phone


def test_every_prefix_in_use_is_valid() -> None:
    one_per_start = {phone[:-6]: phone for phone in phones(sample_customers(100_000, seed=3))}
    assert len(one_per_start) >= 370  # 32 Vietnamese prefixes × 10 and 5 countries × 10
    assert [phone for phone in one_per_start.values() if not _is_valid(phone)] == []


def test_no_two_customers_share_a_phone_in_a_long_run() -> None:
    numbers = phones(sample_customers(200_000, seed=5))
    assert len(numbers) > 190_000
    assert len(set(numbers)) == len(numbers)


def test_a_phone_gives_the_index_in_the_sample_so_none_repeats() -> None:
    assert all(MAX_CUSTOMERS % factor for factor in range(2, isqrt(MAX_CUSTOMERS) + 1))
    cube_root = pow(3, -1, MAX_CUSTOMERS - 1)  # exists only when cubing modulo this prime is a permutation
    starts = {
        (pow(int(person["phone"][-7:]), cube_root, MAX_CUSTOMERS) - place) % MAX_CUSTOMERS
        for place, person in enumerate(sample_customers(10_000, seed=7))
        if person["phone"] and person["phone"].startswith("+84")
    }
    assert len(starts) == 1


def test_vietnamese_and_foreign_phones_belong_to_their_countries(people: list[SampleCustomer]) -> None:
    assert {phone[:3] for phone in phones(vietnamese(people))} == {"+84"}
    assert {phonenumbers.parse(phone).country_code for phone in phones(foreign(people))} == {
        1,
        33,
        61,
        81,
        82,
    }


def test_names_are_composed_and_evenly_spaced(people: list[SampleCustomer]) -> None:
    for person in people:
        name = person["full_name"]
        assert unicodedata.is_normalized("NFC", name)
        assert name == " ".join(name.split())


def test_vietnamese_names_begin_with_the_family_name_and_have_two_to_four_parts(
    people: list[SampleCustomer],
) -> None:
    parts = [person["full_name"].split() for person in vietnamese(people)]
    assert {name[0] for name in parts} <= FAMILY_NAMES.keys()
    lengths = [len(name) for name in parts]
    assert set(lengths) == {2, 3, 4}
    assert lengths.count(2) < 0.05 * len(lengths)
    assert all(word != following for name in parts for word, following in pairwise(name))


def test_vietnamese_names_are_spelled_as_vietnamese_can_be() -> None:
    syllables = {
        syllable
        for person in vietnamese(sample_customers(50_000, seed=2))
        for syllable in person["full_name"].split()
    }
    assert [word for word in sorted(syllables) if not _is_vietnamese_syllable(word)] == []


def test_family_names_are_as_frequent_as_in_vietnam() -> None:
    assert sum(FAMILY_NAMES.values()) == 1000
    families = [person["full_name"].split()[0] for person in vietnamese(sample_customers(50_000, seed=8))]
    for family, share in {"Nguyễn": 0.384, "Trần": 0.11, "Lê": 0.095, "Phạm": 0.07}.items():
        assert_share(families.count(family), len(families), share)


def test_thi_marks_women_and_mostly_older_ones() -> None:
    dated = [
        (person["full_name"].split(), person["gender"], int(person["birthday"][:4]))
        for person in vietnamese(sample_customers(20_000, seed=4))
        if person["birthday"]
    ]
    assert [name for name, gender, _ in dated if gender == "male" and "Thị" in name] == []
    assert [name for name, gender, _ in dated if gender == "female" and "Văn" in name] == []

    def share_of_thi(first: int, last: int) -> float:
        names = [name for name, gender, year in dated if gender == "female" and first <= year <= last]
        return sum("Thị" in name for name in names) / len(names)

    assert share_of_thi(1951, 1969) > share_of_thi(1970, 1987) > share_of_thi(1988, 2007)


def test_the_seed_decides_the_people() -> None:
    first = list(sample_customers(2_500, seed=1))
    assert list(sample_customers(2_500, seed=1)) == first
    assert list(sample_customers(2_500, seed=2)) != first


@pytest.mark.parametrize("count", [0, 1, 999, 1_000, 1_001, 2_500])
def test_a_short_sample_is_the_beginning_of_a_longer_one(count: int) -> None:
    assert list(sample_customers(count, seed=6)) == list(islice(sample_customers(3_000, seed=6), count))


@pytest.mark.parametrize("count", [-1, MAX_CUSTOMERS + 1])
def test_more_people_than_phones_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=str(MAX_CUSTOMERS)):
        sample_customers(count)


def test_all_people_are_18_to_75_all_year(people: list[SampleCustomer]) -> None:
    birthdays = [date.fromisoformat(person["birthday"]) for person in people if person["birthday"]]
    assert min(birthdays) > date(REFERENCE_YEAR - 76, 12, 31)
    assert max(birthdays) <= date(REFERENCE_YEAR - 18, 1, 1)
    assert len({birthday.year for birthday in birthdays}) > 50


def test_email_is_ascii_and_made_from_the_name_without_accents(people: list[SampleCustomer]) -> None:
    with_email = [(person["full_name"], person["email"]) for person in people if person["email"]]
    for name, email in with_email:
        assert email.isascii()
        assert validate_email(email, check_deliverability=False).normalized == email
        local_part = without_accents(email.partition("@")[0])
        assert any(without_accents(word) in local_part for word in (name.split()[-1], name.split()[0]))


def test_the_domain_of_a_sample_customer_accepts_no_mail(people: list[SampleCustomer]) -> None:
    domains = {person["email"].partition("@")[2] for person in people if person["email"]}
    assert domains <= {"example.com", "example.net", "example.org"}


def test_most_people_are_women_and_some_have_no_gender(people: list[SampleCustomer]) -> None:
    genders = [person["gender"] for person in people]
    shares: dict[Gender | None, float] = {"female": 0.8, "male": 0.14, "other": 0.01, None: 0.05}
    for gender, share in shares.items():
        assert_share(genders.count(gender), len(genders), share)


def test_optional_fields_are_sometimes_missing(people: list[SampleCustomer]) -> None:
    def known(field: str) -> float:
        return sum(bool(dict(person)[field]) for person in people) / len(people)

    assert 0.94 < known("phone") < 0.98
    assert 0.40 < known("email") < 0.56
    assert 0.84 < known("birthday") < 0.92
    assert 0.30 < known("notes") < 0.50
    assert 0.08 < known("contraindications") < 0.16
    assert 0.40 < known("tags") < 0.65
    assert 0.03 < len(foreign(people)) / len(people) < 0.06


def test_free_text_varies_and_is_composed(people: list[SampleCustomer]) -> None:
    notes = {person["notes"] for person in people}
    contraindications = {person["contraindications"] for person in people}
    assert len(notes) > 60
    assert len(contraindications) > 15
    assert all(
        unicodedata.is_normalized("NFC", text) and text == text.strip() for text in notes | contraindications
    )


def test_only_young_women_are_pregnant() -> None:
    pregnant = [p for p in sample_customers(20_000, seed=9) if p["contraindications"].startswith("mang thai")]
    assert pregnant
    assert "male" not in {person["gender"] for person in pregnant}
    assert all(person["birthday"] >= "1988" for person in pregnant if person["birthday"])


def test_tags_are_unique_lower_case_and_name_the_right_birthday_month(
    people: list[SampleCustomer],
) -> None:
    months = 0
    for person in people:
        assert len(set(person["tags"])) == len(person["tags"])
        for tag in person["tags"]:
            assert tag == tag.lower()
            if tag.startswith("sinh nhật tháng "):
                assert person["birthday"]
                assert tag == f"sinh nhật tháng {int(person['birthday'][5:7])}"
                months += 1
    assert months > 100
    assert {"vip", "thân thiết", "khách đoàn", "zalo"} <= {tag for person in people for tag in person["tags"]}


def _is_valid(phone: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(phone))


def _is_vietnamese_syllable(word: str) -> bool:
    """One tone at most, an onset, a vowel and a final that exist; before a final stop only two tones exist."""
    decomposed = unicodedata.normalize("NFD", word)
    tones = [char for char in decomposed if char in TONE_MARKS]
    toneless = unicodedata.normalize("NFC", "".join(char for char in decomposed if char not in TONE_MARKS))
    syllable = SYLLABLE.fullmatch(toneless.lower())
    if not syllable or not word.istitle() or len(tones) > 1:
        return False
    return syllable[3] not in {"c", "ch", "p", "t"} or (bool(tones) and tones[0] in TONES_BEFORE_A_STOP)
