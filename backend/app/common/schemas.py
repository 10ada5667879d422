"""Schemas and field types that more than one module uses."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.common.helpers import has_long_run_of_marks, is_visible, strip_invisible
from app.common.types.localized import LocalizedText
from app.common.validation import bilingual_error

MAX_PAGE = 100
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""Unicode's line ends (UAX #14, BK, CR and NL)."""


class RequestModel(BaseModel):
    """Base of what clients send. An undeclared field is refused, so a misspelt or forged one never passes."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class HealthCheckResponse(BaseModel):
    """The health of the service."""

    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: datetime
    service: str
    version: str


class DatabaseHealthResponse(HealthCheckResponse):
    database: str
    connected: bool
    response_time_ms: float


class RedisHealthResponse(HealthCheckResponse):
    redis: str
    connected: bool
    response_time_ms: float


class ErrorField(BaseModel):
    """A refused field, or another detail of an error. What the client sent is never repeated: it may be a password."""

    field: str = Field(examples=["body.phone"])
    message: str = Field(examples=["Chưa điền mục này."])
    type: str = Field(examples=["missing"])
    value: str | None = Field(
        default=None,
        description="For programs, with some types: an id, or an instant or an interval as ISO 8601.",
        examples=["2026-12-05T14:15:00+07:00"],
    )


class ErrorBody(BaseModel):
    code: str = Field(examples=["VALIDATION_ERROR"], description="Stable; for programs.")
    message: str = Field(description="For people, in Vietnamese or English by Accept-Language.")
    details: list[ErrorField] | None = None


class ErrorResponse(BaseModel):
    """The envelope of every error."""

    status: Literal["error"]
    error: ErrorBody
    timestamp: datetime
    request_id: str


def _plain_integer(value: Any) -> Any:
    """Accept digits only; pydantic alone also takes ` 12 `, `1_000` and `+1`."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,20}", value):
        raise bilingual_error("int_parsing", "Phải là số nguyên.", "Enter a whole number")
    return value


def _iso_date(value: Any) -> Any:
    """Accept `YYYY-MM-DD` only; pydantic alone also takes epoch numbers and instants at midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise bilingual_error(
            "date_from_datetime_parsing",
            "Ngày chưa đúng. Ví dụ: 31/12/1990.",
            "Enter a date, such as 1990-12-31",
        )
    return value


def _iso_instant(value: Any) -> Any:
    """Refuse epoch numbers, which pydantic reads as seconds or milliseconds by their size."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", value):
        raise bilingual_error(
            "datetime_parsing",
            "Thời điểm chưa đúng. Ví dụ: 2026-12-31T09:00:00+07:00.",
            "Enter an instant, such as 2026-12-31T09:00:00+07:00",
        )
    return value


def _plain_boolean(value: Any) -> Any:
    if isinstance(value, str) and value not in {"true", "false"}:
        raise bilingual_error("bool_parsing", "Phải là có hoặc không.", "Answer true or false")
    return value


def _composed(value: Any) -> Any:
    """Normalise to NFC: the same word is the same characters, typed or copied from a file name of macOS.

    Every line ends with a line feed, as typed in a browser, in Word (U+000B) or on another system. A file that is exported
    and saved by a spreadsheet then comes back unchanged.
    """
    return _LINE_END.sub("\n", _normalized(value)) if isinstance(value, str) else value


def _composed_line(value: Any) -> Any:
    """Remove invisible characters, which would make it another word, and normalise to NFC. Blank text becomes empty."""
    if not isinstance(value, str):
        return value
    # Composed last: what was invisible may have kept letters apart.
    text = _normalized(strip_invisible(value))
    return text if is_visible(text) else ""


def _normalized(text: str) -> str:
    if text.isascii():
        return text
    if has_long_run_of_marks(text):
        raise bilingual_error(
            "string_characters", "Có ký tự không dùng được.", "The text has characters that are not allowed"
        )
    return unicodedata.normalize("NFC", text)


def without_defaults(schema: dict[str, Any]) -> None:
    """Remove defaults from the schema of a model whose fields may be left out: generated clients would send them."""
    for field in schema["properties"].values():
        field.pop("default", None)


PageLimit = Annotated[int, Field(ge=1, le=MAX_PAGE), BeforeValidator(_plain_integer)]
"""The number of rows of a page. The bounds come before the validator: after it they are missing in JSON Schema."""
RowNumber = Annotated[int, Field(ge=1, le=100_000_000), BeforeValidator(_plain_integer)]
"""The number of a row of a file, in a query."""
QueryAmount = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_plain_integer)]
"""Whole đồng in a query."""
QueryBool = Annotated[bool, BeforeValidator(_plain_boolean)]
QueryInstant = Annotated[AwareDatetime, BeforeValidator(_iso_instant)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
Composed = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]*$"),
    BeforeValidator(_composed),
]
"""Text of several lines in NFC: no control characters but tabs and line feeds."""
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"),
    BeforeValidator(_composed_line),
]
"""Text of one line in NFC that people can see: no control characters, no line breaks, and no invisible characters."""


Key = Annotated[
    str, StringConstraints(max_length=50, pattern="^[a-z0-9]+(-[a-z0-9]+)*$"), Field(examples=["quan-1"])
]
"""A short name by which files refer to a row, and which stays when its name changes."""


class Bilingual(RequestModel):
    """A name in Vietnamese and English."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    vi: Annotated[Line, Field(max_length=200)]
    en: Annotated[Line, Field(max_length=200)]

    def localized(self) -> LocalizedText:
        """Return the name as a row stores it."""
        return LocalizedText(self.vi, self.en)


NOT_SENT = Bilingual(vi="—", en="—")
"""The default of a name in a change; it is never used."""


class BilingualText(RequestModel):
    """A longer text in both languages, or empty."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    vi: Annotated[Composed, Field(max_length=2000)] = ""
    en: Annotated[Composed, Field(max_length=2000)] = ""

    def localized(self) -> LocalizedText:
        """Return the text as a row stores it."""
        return LocalizedText(self.vi, self.en)


def changes_of(sent: RequestModel) -> dict[str, Any]:
    """Return the fields that were sent, with bilingual texts as a row stores them."""
    values = {field: getattr(sent, field) for field in sent.model_fields_set}
    return {
        field: value.localized() if isinstance(value, Bilingual | BilingualText) else value
        for field, value in values.items()
    }


class PageQuery(BaseModel):
    """The page of a list to return. A cursor is valid for one order and filter only."""

    model_config = ConfigDict(extra="forbid")

    limit: PageLimit = 20
    cursor: Annotated[str, Field(max_length=1000)] | None = None
