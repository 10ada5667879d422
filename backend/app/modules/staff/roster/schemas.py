"""Requests and responses of the roster API. Weekly shifts and `ShiftRead` are in `staff_schemas`."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, model_validator

from app.common.schemas import RequestModel, without_defaults
from app.common.types.instants import Day, Minute, Times
from app.common.validation import bilingual_error
from app.modules.coverage.coverage_schemas import Force, Stranding
from app.modules.staff.staff_schemas import ShiftRead

MAX_SHIFT = timedelta(hours=25)
"""A whole day, also the one on which clocks are set back."""
MAX_SHIFTS = 10_000
"""The most shifts in one response, and the most made by one request."""
_MAX_FILL = timedelta(days=92)
_NEVER_USED = datetime(2000, 1, 1, tzinfo=UTC)


def _require_monday(value: date) -> date:
    if value.isoweekday() != 1:
        raise bilingual_error("monday", "Phải là ngày thứ Hai.", "Choose a Monday")
    return value


Monday = Annotated[Day, AfterValidator(_require_monday)]
StaffIds = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class ShiftCreate(RequestModel, Times):
    """A new shift, of whole minutes and of at most a day, which may have 25 hours."""

    longest = MAX_SHIFT

    staff_id: UUID
    branch_id: UUID
    start: Minute
    end: Minute


class ShiftUpdate(RequestModel):
    """The fields to change. Fields left out stay."""

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
    """The days to fill, and the people. Without `staff_ids`: everybody who works in the branch."""

    branch_id: UUID
    first_day: Day
    last_day: Day = Field(description="The last day is filled as well.")
    staff_ids: StaffIds | None = None

    @model_validator(mode="after")
    def _limit_days(self) -> Self:
        if not timedelta(0) <= self.last_day - self.first_day < _MAX_FILL:
            raise bilingual_error("date_range", "Chọn từ 1 đến 92 ngày.", "Choose 1 to 92 days")
        return self


class ShiftCopy(RequestModel):
    """The week to copy, and one or more weeks to copy it to. Without `staff_ids`: everybody in the branch."""

    branch_id: UUID
    from_week: Monday
    to_week: Monday
    weeks: Annotated[StrictInt, Field(ge=1, le=12)] = 1
    staff_ids: StaffIds | None = None


class ShiftListQuery(Times):
    """Shifts that touch a time of at most 62 days, of a branch, of a person, or of both."""

    model_config = ConfigDict(extra="forbid")
    longest = timedelta(days=62)

    branch_id: UUID | None = None
    staff_id: UUID | None = None

    @model_validator(mode="after")
    def _require_branch_or_staff(self) -> Self:
        if self.branch_id is None and self.staff_id is None:
            raise bilingual_error(
                "branch_or_staff",
                "Cần chọn chi nhánh, nhân viên hoặc cả hai.",
                "Give branch_id, staff_id or both",
            )
        return self


class RosterChange(Stranding):
    shifts: list[ShiftRead] = Field(description="The changed shifts.")


class ShiftsMade(BaseModel):
    created: int
    skipped: int = Field(
        description="Shifts not made, because the person already has one that begins on that day or overlaps."
    )
