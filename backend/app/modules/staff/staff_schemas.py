"""Requests and responses of the staff API, and the shifts that other modules show or import."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.common.schemas import BilingualText, IsoDate, Key, RequestModel, without_defaults
from app.common.types.contact import Email, Name, Phone
from app.common.types.gender import Gender, GivenGender
from app.common.types.wall_time import WallTime, end_after, sort_without_overlap
from app.common.validation import bilingual_error
from app.modules.coverage.coverage_schemas import Force, Stranding

PRIVATE_FIELDS = ("user_id", "phone", "email", "employed_from", "employed_until")
"""The fields of `StaffRead` that colleagues of other branches do not see."""
_YEARS = range(1950, 2200)


def date_order_error() -> PydanticCustomError:
    """Return the error of a last day before the first, or of a year that is too far from today."""
    return bilingual_error(
        "date_range",
        "Ngày cuối phải từ ngày đầu trở đi và không quá xa hôm nay.",
        "The last day should not be before the first, nor too far from today",
    )


def _check_year(value: date) -> date:
    if value.year not in _YEARS:
        raise date_order_error()
    return value


def _remove_repeats[T](values: Sequence[T]) -> list[T]:
    return list(dict.fromkeys(values))


Day = Annotated[IsoDate, AfterValidator(_check_year), Field(examples=["2026-12-31"])]
# Lengths come first: after an AfterValidator, pydantic reports them as those of a text.
Languages = Annotated[
    list[Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]],
    Field(min_length=1, max_length=10, examples=[["vi", "en"]], description="ISO 639-1 codes."),
    AfterValidator(_remove_repeats),
]
BranchIds = Annotated[
    list[UUID],
    Field(min_length=1, max_length=100, description="The branches where they work."),
    AfterValidator(_remove_repeats),
]
ServiceIds = Annotated[
    list[UUID],
    Field(max_length=500, description="The services that they perform."),
    AfterValidator(_remove_repeats),
]
UserId = Annotated[
    UUID | None,
    Field(description="Their account. It gives no role: roles are assigned with `PUT /users/{id}/roles`."),
]


class StaffCreate(RequestModel):
    """A new member of staff."""

    key: Key
    full_name: Name
    gender: GivenGender | None = None
    languages: Languages = Field(default_factory=lambda: ["vi"])
    phone: Phone | None = None
    email: Email | None = None
    bio: BilingualText = Field(
        default_factory=BilingualText, description="The text about them that guests read."
    )
    employed_from: Day
    employed_until: Day | None = Field(default=None, description="The last day of work.")
    branch_ids: BranchIds
    service_ids: ServiceIds = Field(default_factory=list)
    user_id: UserId = None

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        if self.employed_until is not None and self.employed_until < self.employed_from:
            raise date_order_error()
        return self


class StaffUpdate(RequestModel):
    """The fields to change. Fields left out stay; `null` clears a gender, phone, email, last day or account."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    full_name: Name = ""
    gender: GivenGender | None = None
    languages: Languages = Field(default_factory=list)
    phone: Phone | None = None
    email: Email | None = None
    bio: BilingualText = Field(default_factory=BilingualText)
    employed_from: Day = date.min
    employed_until: Day | None = None
    branch_ids: BranchIds = Field(default_factory=list)
    service_ids: ServiceIds = Field(default_factory=list)
    user_id: UserId = None
    force: Force = False


class StaffListQuery(BaseModel):
    """Filters: by branch, by service performed, by a day of employment, by account."""

    model_config = ConfigDict(extra="forbid")

    branch_id: UUID | None = None
    service_id: UUID | None = None
    on: IsoDate | None = None
    user_id: UUID | None = Field(
        default=None, description="The person of this account, if you can see `user_id`."
    )


class StaffRead(BaseModel):
    """A member of staff.

    `user_id` and the fields after it are shown to the person and at the desk of their branches. To others they are null.
    """

    id: UUID = Field(description="Also the id of their resource.")
    key: str
    full_name: str
    gender: Gender | None
    languages: list[str]
    bio: BilingualText
    branch_ids: list[UUID]
    service_ids: list[UUID]
    user_id: UUID | None
    phone: str | None = Field(examples=["+84912345678"])
    email: str | None
    employed_from: date | None
    employed_until: date | None = Field(description="The last day of work.")


class StaffUpdated(StaffRead, Stranding):
    """A member of staff after a change."""


class WeeklyShiftTimes(RequestModel):
    """A shift of every week, in local time of the branch. An end that is not after its start is on the next day."""

    branch_id: UUID
    weekday: Annotated[StrictInt, Field(ge=1, le=7, description="ISO 8601: 1 is Monday.")]
    starts: WallTime
    ends: WallTime

    @model_validator(mode="after")
    def _move_end_past_midnight(self) -> Self:
        self.ends = end_after(self.starts, self.ends)
        return self


def _refuse_overlaps(shifts: list[WeeklyShiftTimes]) -> list[WeeklyShiftTimes]:
    """Return the shifts in order. Two that overlap across midnight are found when shifts are made from them."""
    return sort_without_overlap(
        shifts,
        day=lambda shift: shift.weekday,
        begins=lambda shift: shift.starts,
        ends=lambda shift: shift.ends,
    )


class WeeklyShifts(RequestModel):
    """The weekly shifts of one person in all branches. The gap between two shifts of a day is the break."""

    shifts: Annotated[list[WeeklyShiftTimes], Field(max_length=50), AfterValidator(_refuse_overlaps)]


class ShiftRead(BaseModel):
    id: UUID
    staff_id: UUID
    branch_id: UUID
    start: datetime
    end: datetime
