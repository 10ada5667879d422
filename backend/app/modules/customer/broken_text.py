"""Recognise text that was broken on its way into a file, before it becomes the name of a customer.

The usual ways: a program that cannot write Vietnamese writes `Nguy?n Th? Lan`; one that reads UTF-8 as something else
shows `Nguyá»…n`; and files of before Unicode have `Nguyeãn Thò Lan` (VNI) or `NguyÔn ThÞ Lan` (TCVN3), which only their
own fonts show right.
"""

import re
import unicodedata
from collections.abc import Callable

from app.common.types.localized import LocalizedText

LOST_ACCENTS = LocalizedText(
    "Chữ bị mất dấu, ví dụ “Nguy?n”. Xuất lại tệp ở dạng CSV UTF-8, hoặc sửa dòng này.",
    "Accents were lost, as in “Nguy?n”. Export the file again as CSV UTF-8, or correct this row.",
)
_MOJIBAKE = LocalizedText(
    "Chữ bị lỗi mã, ví dụ “Nguyá»…n”. Mở lại tệp gốc và lưu ở dạng CSV UTF-8.",
    "The text was read in a wrong encoding, as in “Nguyá»…n”. Open the original file and save it as CSV UTF-8.",
)
LEGACY_ENCODING = LocalizedText(
    "Chữ theo bảng mã cũ (VNI hoặc TCVN3). Chuyển tệp sang Unicode, ví dụ bằng UniKey, rồi nhập lại.",
    "The text is in an old encoding (VNI or TCVN3). Convert the file to Unicode, for example with UniKey.",
)

_LOST_IN_NAME = re.compile(
    r"[?\ufffd\u25a1\x80-\x9f]|[^\W\d_][\^~`+*]|&#x?[0-9a-f]+;|\\u[0-9a-f]{4}|(?:%[0-9a-f]{2}){2}|\bnguy[^\w\s]?n\b|\bnguy[_ ]n\b",
    re.IGNORECASE,
)
_MAY_BE_LOST = re.compile("[yY] ?[nN]")
_SIGNS_OF_LOSS = frozenset("?\ufffd&")
_VIETNAMESE = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
"""Letters that no other language of Western Europe has, nor any misreading."""
_UNDEFINED = re.compile("[\x80-\x9f]")
_LOST_IN_TEXT = re.compile(r"(?:^|\s|[^\W\d_])\?[^\W\d_]|\ufffd|&#x?[0-9a-f]+;", re.IGNORECASE)
_EMPTY_CELLS = frozenset(
    {"null", "none", "nan", "n/a", "#n/a", "#name?", "#ref!", "#value!", "#null!", "#num!", "undefined"}
)
"""The text that programs write into a cell without a value."""
_TOTAL = re.compile(
    r"(?:tổng(?: cộng| số)?|tong (?:cong|so)|(?:grand |sub ?)?total)(?: (?:khách|khach)(?: (?:hàng|hang))?)?[\s:=.,\d]*(?:khách|khach)?(?: (?:hàng|hang))?"
)
_MISREAD_UTF_8 = re.compile("á[º»]")
_MISREAD_AS = ("cp1252", "mac_roman")


def problem_of_name(name: str) -> LocalizedText | None:
    """Return how a name is broken, or None."""
    # Most names have letters alone. They pass here without the long pattern, which takes some microseconds.
    has_only_letters = name.replace(" ", "").isalpha() and not _MAY_BE_LOST.search(name)
    if not has_only_letters and _LOST_IN_NAME.search(name):
        return LOST_ACCENTS
    if name.isascii():
        return None
    if _is_mojibake(name):
        return _MOJIBAKE
    return LEGACY_ENCODING if is_legacy(name) else None


def is_no_name(name: str) -> bool:
    """Return whether a cell has no name of a person: a dash, a number, what a program writes into an empty cell, or the
    label of a total."""
    if name.isalpha() and name.lower() not in _EMPTY_CELLS:  # most words; a total has a space or an accent
        return _TOTAL.fullmatch(name.lower()) is not None
    parts = name.lower().split()
    return (
        not any(map(str.isalpha, name))
        or all(word in _EMPTY_CELLS for word in parts)
        or _TOTAL.fullmatch(" ".join(parts)) is not None
    )


def problem_of_text(text: str) -> LocalizedText | None:
    """Return how a longer text is broken, or None. Less is certain than in a name: a note may have a “?”."""
    if not _SIGNS_OF_LOSS.isdisjoint(text) and _LOST_IN_TEXT.search(text):
        return LOST_ACCENTS
    return _MOJIBAKE if not text.isascii() and _is_mojibake(text) else None


def has_only_latin_1(text: str) -> bool:
    """Return whether a text has accents and all of them are those of Western Europe.

    Every Vietnamese name of some length has others, such as ễ, ị or ư; text in VNI or TCVN3 never has.
    """
    return not text.isascii() and not _VIETNAMESE.search(text) and _bytes_of(text, "cp1252") is not None


def is_legacy(name: str) -> bool:
    """Return whether a name makes no sense as it stands and is Vietnamese when read as VNI or TCVN3."""
    if not has_only_latin_1(name):
        return False
    return any(_is_readable_only(name, convert) for convert in (_from_vni, _from_tcvn3))


def _is_readable_only(name: str, convert: Callable[[str], str]) -> bool:
    syllables = name.split()
    converted = [convert(syllable) for syllable in syllables]
    unreadable = sum(
        not _is_syllable(word) and word.lower() != new for word, new in zip(syllables, converted, strict=True)
    )
    changed = sum(word.lower() != new for word, new in zip(syllables, converted, strict=True))
    strange = [word for word in converted if not _is_syllable(word)]
    # A foreign name or a number beside it changes nothing if two words are certain.
    return unreadable > 0 and (not strange or (changed > 1 and all(map(str.isascii, strange))))


def _is_mojibake(text: str) -> bool:
    if _MISREAD_UTF_8.search(text):
        return True
    if _VIETNAMESE.search(text):
        return False
    for encoding in _MISREAD_AS:
        encoded = _bytes_of(text, encoding)
        if encoded is not None:
            try:
                encoded.decode()
            except UnicodeDecodeError:
                continue
            return True
    return False


def _bytes_of(text: str, encoding: str) -> bytes | None:
    """Return the bytes that were read in this encoding. Those without a character there were read as they are."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        if not _UNDEFINED.search(text):
            return None
        try:
            return b"".join(
                char.encode("latin-1") if "\x7f" < char < "\xa0" else char.encode(encoding) for char in text
            )
        except UnicodeEncodeError:
            return None


_TONES = "\u0300\u0301\u0309\u0303\u0323"
_ONSET = "(?:ngh?|nh|ch?|gh?|gi|kh|ph|qu|th|tr|[bdđhklmnprstvx])?"
_RHYME = (
    "a(?:ch?|i|m|n[gh]?|o|p|t|u|y)?|ă(?:c|m|ng?|p|t)|â(?:c|m|ng?|p|t|u|y)|e(?:c|m|ng?|o|p|t)?|"
    "ê(?:ch|m|n[gh]?|p|t|u)?|i(?:a|ch|m|nh?|p|t|u|ê(?:c|m|ng?|p|t|u))?|"
    "o(?:c|i|m|ng?|p|t|a(?:ch?|i|m|n[gh]?|o|p|t|y)?|ă(?:c|m|ng?|p|t)|e(?:m|n|o|t)?|o(?:c|ng))?|"
    "ô(?:c|i|m|ng?|p|t)?|ơ(?:i|m|n|p|t)?|"
    "u(?:a|c|i|m|ng?|p|t|â(?:ng?|t|y)|ê(?:ch|nh)?|ô(?:c|i|m|ng?|t)|ơ|y(?:a|ch|nh?|p|t|u|ê[nt])?)?|"
    "ư(?:a|c|i|m|ng|t|u|ơ(?:c|i|m|ng?|p|t|u))?|y(?:nh?|t|ê(?:m|ng?|t|u))?"
)
_SYLLABLE = re.compile(f"{_ONSET}(?:{_RHYME})")


def _is_syllable(word: str) -> bool:
    """Return whether Vietnamese has the syllable, whatever its tone."""
    letters = "".join(char for char in unicodedata.normalize("NFD", word.lower()) if char not in _TONES)
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", letters)) is not None


# In VNI a letter is followed by a second one, which stands for its marks.
_MARKS = {"acute": "\u0301", "grave": "\u0300", "hook": "\u0309", "tilde": "\u0303", "dot": "\u0323"}
_VNI_TONES = dict(zip("ùøûõï", _MARKS.values(), strict=True))
_VNI_CIRCUMFLEX = {"â": ""} | dict(zip("áàåãä", _MARKS.values(), strict=True))
_VNI_BREVE = {"ê": ""} | dict(zip("éèúüë", _MARKS.values(), strict=True))
_VNI_LETTERS = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI = re.compile("([aeo])([âáàåãä])|(a)([êéèúüë])|([aeouyöô])([ùøûõï])|([ñöôæóòî])")


def _from_vni(word: str) -> str:
    return unicodedata.normalize("NFC", _VNI.sub(_vni_letter, word.lower()))


def _vni_letter(match: re.Match[str]) -> str:
    if match[1]:
        return f"{match[1]}\u0302{_VNI_CIRCUMFLEX[match[2]]}"
    if match[3]:
        return f"{match[3]}\u0306{_VNI_BREVE[match[4]]}"
    if match[5]:
        return f"{_VNI_LETTERS.get(match[5], match[5])}{_VNI_TONES[match[6]]}"
    return _VNI_LETTERS[match[7]]


# TCVN 5712:1993, the character set of the .VnTime fonts, by the characters that Windows shows for its bytes.
_TCVN3 = str.maketrans(
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵăâđêôơư",
)


def _from_tcvn3(word: str) -> str:
    return word.translate(_TCVN3).lower()
