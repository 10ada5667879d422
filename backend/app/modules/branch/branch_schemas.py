"""What the API takes and gives for branches."""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from app.common.schemas import Composed, IsoDate, Key, Line, RequestModel, without_defaults
from app.common.types.contact import Phone
from app.common.types.wall_time import WallTime, end_after, sort_without_overlap
from app.common.validation import bilingual_error

MAX_DAYS = 62
"""Of open hours in one answer."""
MAX_REASON = 200
_LONGEST_EXCEPTION = timedelta(days=366)


@cache
def _time_zones() -> set[str]:
    """Read from the disc, in 7 ms; without two that are what the machine says, and that PostgreSQL does not know."""
    return available_timezones() - {"localtime", "Factory"}


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise bilingual_error(
            "time_zone",
            "Múi giờ chưa đúng. Ví dụ: Asia/Ho_Chi_Minh.",
            "Input should be a time zone, such as Asia/Ho_Chi_Minh",
        )
    return name


BranchName = Annotated[Line, Field(max_length=100, examples=["Sen Trắng Quận 1"])]
TimeZone = Annotated[
    str,
    Field(max_length=100, examples=["Asia/Ho_Chi_Minh"], description="Of the IANA database."),
    AfterValidator(_known_time_zone),
]
Country = Annotated[
    str,
    StringConstraints(pattern="^[A-Z]{2}$"),
    Field(examples=["VN"], description="ISO 3166; whose public holidays are suggested."),
]
Address = Annotated[Composed, Field(max_length=300)]
Grid = Annotated[Literal[5, 10, 15, 20, 30, 60], Field(description="Treatments begin at multiples of it.")]
Notice = Annotated[
    StrictInt, Field(ge=0, le=43_200, description="How long before its beginning a customer may still book.")
]
Horizon = Annotated[StrictInt, Field(ge=1, le=730, description="How far ahead a customer may book.")]
Hold = Annotated[
    StrictInt, Field(ge=1, le=1440, description="How long a time is kept for who has not confirmed.")
]
FreeCancel = Annotated[
    StrictInt, Field(ge=0, le=43_200, description="Before the beginning; later it is a late cancellation.")
]
NoShow = Annotated[
    StrictInt, Field(ge=1, le=1440, description="After the beginning, before who is not there is a no-show.")
]
ApproveOnline = Annotated[
    StrictBool, Field(description="What customers book themselves waits until the desk approves it.")
]
Weekday = Annotated[StrictInt, Field(ge=1, le=7, description="ISO 8601: 1 is Monday.")]


class Hours(RequestModel):
    """From when to when, on the wall clock. An end that is not after the beginning is on the next day."""

    opens: WallTime
    closes: WallTime

    @model_validator(mode="after")
    def _past_midnight(self) -> Self:
        self.closes = end_after(self.opens, self.closes)
        return self


class WeekdayHours(Hours):
    weekday: Weekday


def _no_overlap[H: Hours](hours: list[H]) -> list[H]:
    return sort_without_overlap(
        hours,
        day=lambda each: getattr(each, "weekday", 0),
        begins=lambda each: each.opens,
        ends=lambda each: each.closes,
    )


class WeeklyHours(RequestModel):
    """All of a week; a weekday that is left out is closed."""

    hours: Annotated[list[WeekdayHours], Field(max_length=50), AfterValidator(_no_overlap)]


class ExceptionCreate(RequestModel):
    """Other hours on some days; none at all is closed."""

    first_day: IsoDate = Field(examples=["2027-02-05"])
    last_day: IsoDate = Field(examples=["2027-02-10"], description="Itself included.")
    reason: Annotated[Line, Field(max_length=MAX_REASON, examples=["Tết Nguyên Đán"])]
    hours: Annotated[list[Hours], Field(max_length=10), AfterValidator(_no_overlap)] = Field(
        default_factory=list, description="On each of these days, in place of the weekday's."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (
            not date(1970, 1, 1) <= self.first_day <= self.last_day <= date(2200, 1, 1)
            or self.last_day - self.first_day > _LONGEST_EXCEPTION
        ):
            raise bilingual_error(
                "date_range",
                "Ngày cuối phải từ ngày đầu trở đi, trong vòng một năm.",
                "The last day should be in the year after the first",
            )
        return self


class ExceptionRead(BaseModel):
    id: UUID
    first_day: date
    last_day: date
    reason: str
    hours: list[Hours]


class BranchCreate(RequestModel):
    key: Key = Field(description="A short name, which outlives a new name.")
    name: BranchName
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    country: Country = "VN"
    address: Address = ""
    phone: Phone | None = None
    grid_minutes: Grid = 15
    notice_minutes: Notice = 60
    horizon_days: Horizon = 60
    hold_minutes: Hold = 10
    free_cancel_minutes: FreeCancel = 240
    no_show_minutes: NoShow = 15
    approve_online: ApproveOnline = False


class BranchUpdate(RequestModel):
    """What is to change. A field left out stays; `null` empties the phone."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: BranchName = ""
    time_zone: TimeZone = ""
    country: Country = ""
    address: Address = ""
    phone: Phone | None = None
    grid_minutes: Grid = 15
    notice_minutes: Notice = 0
    horizon_days: Horizon = 1
    hold_minutes: Hold = 1
    free_cancel_minutes: FreeCancel = 0
    no_show_minutes: NoShow = 1
    approve_online: ApproveOnline = False
    closed: bool = Field(default=False, strict=True, description="For good; its past stays.")


class BranchRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    name: str
    time_zone: str
    country: str
    address: str
    phone: str | None
    grid_minutes: int
    notice_minutes: int
    horizon_days: int
    hold_minutes: int
    free_cancel_minutes: int
    no_show_minutes: int
    approve_online: bool
    closed_at: datetime | None = Field(description="Since when it is closed for good.")
    hours: list[WeekdayHours]
    exceptions: list[ExceptionRead]


class OpenQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_day: IsoDate
    last_day: IsoDate = Field(description="Itself included; at most 62 days.")

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if (
            not date(1970, 1, 1) <= self.first_day <= self.last_day <= date(2200, 1, 1)
            or (self.last_day - self.first_day).days >= MAX_DAYS
        ):
            raise bilingual_error("date_range", "Chọn từ 1 đến 62 ngày.", "Choose 1 to 62 days")
        return self


class OpenSpan(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    start: datetime
    end: datetime
