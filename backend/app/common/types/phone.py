"""Convert phone numbers from any spelling to E.164."""

import re
import unicodedata

import phonenumbers

from app.common.helpers import strip_invisible
from app.common.validation import bilingual_error

_ONE_NUMBER = re.compile(r"[(（]?[+＋]?[\d\s().（）．·•‐-―−－-]+")

_FORMER_MOBILE_PREFIXES = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58",
    "199": "59",
}  # fmt: skip
"""Vietnam's mobile prefixes until 2018 and those that replaced them, one to one: MobiFone, VinaPhone, Viettel,
Vietnamobile and Gmobile, a line each (Decision 798/QĐ-BTTTT of 2018). The seven digits after the prefix stayed. No number
of today begins with an old prefix, so the beginning of a number can be converted as well."""
_FORMER_MOBILE = re.compile(rf"\+84({'|'.join(_FORMER_MOBILE_PREFIXES)})(?=\d{{0,7}}$)")


class HomeRegion:
    """The country of a number written without a country code. `core.config` sets it from `PHONE_REGION`."""

    code = "VN"
    """ISO 3166."""


def to_e164(spelling: str, region: str) -> str:
    """Return a phone number in E.164: `0912 345 678`, `84912345678`, `+84 (0)912.345.678` → `+84912345678`.

    A Vietnamese mobile number as it was until 2018 becomes the number of today: `01656 123 456` → `+84356123456`.

    Args:
        spelling: One number and nothing else. Of `0912345678; 0987654321` or `… ext 5` a part would be lost.
        region: The country (ISO 3166) of a number written without one.

    Raises:
        PydanticCustomError: Of type `phone_number`: it is no phone number, or one that no network there can have
            (Google's numbering plans).
    """
    spelling = strip_invisible(spelling).strip()
    candidates = (spelling, f"+{spelling}") if _ONE_NUMBER.fullmatch(spelling) else ()
    for candidate in candidates:  # 84912345678: the country code without its plus
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if (today := convert_former_mobile(e164)) != e164:
            e164, number = today, phonenumbers.parse(today)
        if phonenumbers.is_valid_number(number):
            return e164
    raise bilingual_error(
        "phone_number",
        "Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678.",
        "Enter a phone number, such as 0912 345 678 or +84 912 345 678",
    )


def digits_of(spelling: str) -> str | None:
    """Return the digits of a number, or of a part of one, in any spelling that `to_e164` reads; None for other text."""
    spelling = strip_invisible(spelling).strip()
    if not _ONE_NUMBER.fullmatch(spelling):
        return None
    return "".join(str(unicodedata.decimal(char)) for char in spelling if char.isdecimal())


def convert_former_mobile(e164: str) -> str:
    """Return a number in E.164, or the beginning of one, with the mobile prefix that replaced a former one of Vietnam."""
    return _FORMER_MOBILE.sub(lambda match: "+84" + _FORMER_MOBILE_PREFIXES[match[1]], e164)


def country_code(region: str) -> int:
    """Return the calling code of a country (ISO 3166), such as 84 for VN."""
    return phonenumbers.country_code_for_region(region)
