"""Phone numbers: any spelling in, E.164 out."""

import re

import phonenumbers

from app.common.helpers import visible
from app.common.validation import bilingual_error

_ONE_NUMBER = re.compile(r"[+＋]?[\d\s().‐-―−-]+")


class HomeRegion:
    """The country of a number written without one. `core.config` sets it from `PHONE_REGION` when it loads."""

    code = "VN"
    """ISO 3166."""


def to_e164(spelling: str, region: str) -> str:
    """`0912 345 678`, `84912345678`, `+84 (0)912.345.678` → `+84912345678`.

    One number and nothing else: of `0912345678; 0987654321` or `… ext 5` a part would be lost. `region` is the
    country (ISO 3166) of numbers written without one. Numbers that no network there can have are refused (Google's
    numbering plans).

    Raises:
        PydanticCustomError: of type `phone_number`, when it is no phone number.
    """
    spelling = visible(spelling).strip()
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
    """84 for VN."""
    return phonenumbers.country_code_for_region(region)
