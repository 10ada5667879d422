"""The gender of a customer or a member of staff."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from app.common.validation import bilingual_error


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


_GENDERS = frozenset(Gender)


def _gender(value: object) -> object:
    if not isinstance(value, str) or value not in _GENDERS:
        raise bilingual_error("gender", "Chọn nữ, nam hoặc khác.", "Choose female, male or other")
    return value


GivenGender = Annotated[Gender, BeforeValidator(_gender)]
"""The field type of requests, with an error in both languages."""
