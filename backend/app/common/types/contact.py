"""Field types for names, phone numbers and emails: one spelling in every module."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, validate_email
from pydantic_core import PydanticCustomError

from app.common.schemas import Line
from app.common.types.phone import HomeRegion, to_e164
from app.common.validation import bilingual_error

MAX_EMAIL = 254
"""The longest address (RFC 5321), and the longest text that is searched for."""


def to_email(value: str) -> str:
    """Return an address as it is stored, in lower case.

    Raises:
        PydanticCustomError: Of type `email`.
    """
    try:
        return validate_email(value.lower())[
            1
        ].lower()  # what is measured is what is stored: İ becomes two characters
    except PydanticCustomError:  # its message repeats parts of the address
        raise bilingual_error(
            "email",
            "Email chưa đúng. Ví dụ đúng: lan@example.com.",
            "Enter an email address, such as lan@example.com",
        ) from None


Name = Annotated[Line, Field(max_length=200, examples=["Nguyễn Thị Thu Lan"])]
Phone = Annotated[
    str,
    StringConstraints(max_length=40),
    AfterValidator(lambda spelling: to_e164(spelling, HomeRegion.code)),
    Field(
        examples=["0912 345 678"], description="Any Vietnamese or international spelling; stored as E.164."
    ),
]
Email = Annotated[
    str,
    StringConstraints(max_length=MAX_EMAIL),
    AfterValidator(to_email),
    Field(examples=["lan.nguyen@example.com"], json_schema_extra={"format": "email"}),
]
