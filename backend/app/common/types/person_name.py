"""Vietnamese names: their family names, and the titles that people say before a name.

A Vietnamese name has the family name first and the given name last, by which people are called and sorted. PostgreSQL
sorts by the same family names and titles (`zenspa_name_order`, migration 0025); a test compares both.
"""

import re
import unicodedata

from app.common.helpers import without_marks

FAMILY_NAMES = frozenset(
    """
    au bach bui cao chau chu cu dam dang dao dau diep dinh do doan duong giap ha han ho hoang hua huynh khong khuat khuc
    kieu la lai lam le lieu lo lu luc luong luu luyen ly mac mai ngo nghiem ngac nguyen nhu ninh ong pham phan phi pho
    phung quach quan ta tang thach thai than thi tieu to ton tong tra tran trieu trinh truong tu ung van vi vo vu vuong
    """.split()  # noqa: SIM905 - a list of ninety strings would fill a page
)
"""Family names without accents. Nearly all people have one of these (Lê Trung Hoa, "Họ và tên người Việt Nam", 2005)."""
ALSO_GIVEN_NAMES = frozenset(
    "au bach chau dao diep ha hoang khuc kieu lam ly mai nhu thai thi tieu tu van vi".split()  # noqa: SIM905 - as above
)
"""Family names that are as often the first half of a given name: Mai Anh, Hà My."""
TITLES = frozenset(
    "bà bác bé bạn cháu chú chị cô cậu cụ dì dượng miss mr mrs ms mợ thím thầy ông".split()  # noqa: SIM905 - as above
)
"""Words that people say before a name, and that begin no name."""
PERHAPS_TITLES = frozenset(
    "a anh ba bac ban be c cau chau chi chu co cu di duong e em mo ong thay thim".split()  # noqa: SIM905 - as above
)
"""Words before a name that can be a part of it: Anh Thư, Chi Lan. Before a whole name they are titles: anh Lê Văn An."""
_COMMON_MIDDLE_NAMES = {"thị", "thi", "văn"}
"""Middle names that only tell women from men."""
_VIETNAMESE = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_FIRST_WORD = re.compile(r"\s*(\w+)[\s.]+(\w.*)", re.DOTALL)
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)


def without_title(name: str) -> tuple[str, bool] | None:
    """Return the name without the title before it, and whether the title is certain; None if there is no title."""
    match = _FIRST_WORD.match(unicodedata.normalize("NFC", name))
    title = match[1].lower() if match else ""
    if match is None or title not in TITLES | PERHAPS_TITLES:
        return None
    return match[2], title in TITLES or _begins_with_family_name(match[2].split())


def names_called(names: list[str]) -> list[str]:
    """Return the words of a name by which people are called: of a Vietnamese one the given name, otherwise all.

    Nguyễn Thị Lan Anh is Lan Anh, and John Smith is John Smith. A Vietnamese name begins with a family name, or has
    three words and letters that only Vietnamese has. Lan Anh is a given name alone, and so is perhaps Mai Anh.
    """
    is_vietnamese = all(map(_is_syllable, names)) and (
        (plain(names[0]) in FAMILY_NAMES if names else False) or _has_vietnamese_letters(names)
    )
    least = 2 if _begins_with_family_name(names) else 3
    if not is_vietnamese or len(names) < least:
        return names
    first = -1 if names[-2].lower() in _COMMON_MIDDLE_NAMES else -2
    return names[1:][first:]


def _begins_with_family_name(names: list[str]) -> bool:
    """Return whether the first of several words is a family name, and seldom the first half of a given name."""
    return len(names) > 1 and plain(names[0]) in FAMILY_NAMES - ALSO_GIVEN_NAMES


def _has_vietnamese_letters(names: list[str]) -> bool:
    return _VIETNAMESE.search(unicodedata.normalize("NFC", " ".join(names))) is not None


def plain(text: str) -> str:
    """Return the text in small letters without accents: Đặng becomes dang."""
    return without_marks(text.lower())


def _is_syllable(word: str) -> bool:
    return _SYLLABLE.fullmatch(plain(word)) is not None
