"""Convert phone numbers from any spelling to E.164."""

import re

import phonenumbers

from app.common.helpers import strip_invisible
from app.common.validation import bilingual_error

_ONE_NUMBER = re.compile(r"[+＋]?[\d\s().‐-―−-]+")


class HomeRegion:
    """The country of a number written without a country code. `core.config` sets it from `PHONE_REGION`."""

    code = "VN"
    """ISO 3166."""


def to_e164(spelling: str, region: str) -> str:
    """Return a phone number in E.164: `0912 345 678`, `84912345678`, `+84 (0)912.345.678` → `+84912345678`.

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
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise bilingual_error(
        "phone_number",
        "Số điện thoại chưa đúng. Ví dụ đúng: 0912 345 678.",
        "Input should be a phone number, such as 0912 345 678 or +84 912 345 678",
    )


def country_code(region: str) -> int:
    """Return the calling code of a country (ISO 3166), such as 84 for VN."""
    return phonenumbers.country_code_for_region(region)
