"""What the API takes and gives for rosters: weekly patterns and shifts."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.common.schemas import RequestModel, without_defaults
from app.common.types.instants import Day, Minute, Times
from app.common.types.wall_time import WallTime, end_after, sort_without_overlap
from app.common.validation import bilingual_error
from app.modules.resource.appointment_schemas import ResourceAppointment

MAX_SHIFT = timedelta(hours=24)
MAX_SHIFTS = 10_000
"""In one answer, and made at once."""
_MAX_FILLED = timedelta(days=92)
_NEVER_USED = datetime(2000, 1, 1, tzinfo=UTC)


def _monday(value: date) -> date:
    if value.isoweekday() != 1:
        raise bilingual_error("monday", "Phải là ngày thứ Hai.", "Input should be a Monday")
    return value


Monday = Annotated[Day, AfterValidator(_monday)]
StaffIds = Annotated[list[UUID], Field(min_length=1, max_length=500)]
Force = Annotated[StrictBool, Field(description="Even when appointments lose whoever was to do them.")]


class WeeklyShiftTimes(RequestModel):
    """Every week, on the wall clock of the branch. An end that is not after its start is on the next day."""

    branch_id: UUID
    weekday: Annotated[StrictInt, Field(ge=1, le=7, description="ISO 8601: 1 is Monday.")]
    starts: WallTime
    ends: WallTime

    @model_validator(mode="after")
    def _past_midnight(self) -> Self:
        self.ends = end_after(self.starts, self.ends)
        return self


def _no_overlap(shifts: list[WeeklyShiftTimes]) -> list[WeeklyShiftTimes]:
    """A night that reaches into the next morning meets its shifts when both are made."""
    return sort_without_overlap(
        shifts,
        day=lambda shift: shift.weekday,
        begins=lambda shift: shift.starts,
        ends=lambda shift: shift.ends,
    )


class WeeklyShifts(RequestModel):
    """All of a week of one person, in all branches. The gap between two of a day is the break."""

    shifts: Annotated[list[WeeklyShiftTimes], Field(max_length=50), AfterValidator(_no_overlap)]


class ShiftCreate(RequestModel, Times):
    """Of whole minutes, and of 24 hours at most."""

    longest = MAX_SHIFT

    staff_id: UUID
    branch_id: UUID
    start: Minute
    end: Minute


class ShiftUpdate(RequestModel):
    """What is to change. A field left out stays."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    staff_id: UUID = UUID(int=0)
    branch_id: UUID = UUID(int=0)
    start: Minute = _NEVER_USED
    end: Minute = _NEVER_USED
    force: Force = False


class ShiftSwap(RequestModel):
    with_shift_id: UUID
    force: Force = False


class ShiftFill(RequestModel):
    """From the weekly patterns, on these days; of everybody who works in the branch, or of these."""

    branch_id: UUID
    first_day: Day
    last_day: Day = Field(description="Itself included.")
    staff_ids: StaffIds | None = None

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if not timedelta(0) <= self.last_day - self.first_day < _MAX_FILLED:
            raise bilingual_error("date_range", "Chọn từ 1 đến 92 ngày.", "Choose 1 to 92 days")
        return self


class ShiftCopy(RequestModel):
    """The week that begins on this Monday, into one or more others."""

    branch_id: UUID
    from_week: Monday
    to_week: Monday
    weeks: Annotated[StrictInt, Field(ge=1, le=12)] = 1
    staff_ids: StaffIds | None = None


class ShiftListQuery(Times):
    """Shifts that touch this time, of at most 62 days; of a branch, of a person, or of both."""

    model_config = ConfigDict(extra="forbid")
    longest = timedelta(days=62)

    branch_id: UUID | None = None
    staff_id: UUID | None = None

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if self.branch_id is None and self.staff_id is None:
            raise bilingual_error(
                "branch_or_staff",
                "Cần chọn chi nhánh, nhân viên hoặc cả hai.",
                "Give branch_id, staff_id or both",
            )
        return self


class ShiftRead(BaseModel):
    id: UUID
    staff_id: UUID
    branch_id: UUID
    start: datetime
    end: datetime


class RosterChange(BaseModel):
    shifts: list[ShiftRead] = Field(description="As they are now.")
    stranded: list[ResourceAppointment] = Field(description="Appointments that lost whoever was to do them.")


class ShiftsMade(BaseModel):
    created: int
    skipped: int = Field(
        description="Left out: the person has a shift already that begins on that day, or overlaps it."
    )
