"""Requests and responses of the API of blocked time."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.common.schemas import Composed, RequestModel
from app.common.types.instants import Day
from app.common.types.wall_time import WallTime, days_between, end_after
from app.common.validation import bilingual_error
from app.modules.branch.branch_schemas import Weekday
from app.modules.coverage.coverage_schemas import Force, Stranding

MAX_DAYS = 62
"""The most days of blocked time in one response."""
MAX_EXCEPTIONS = 1_000
_WEEK = timedelta(days=7)


class BlockReason(StrEnum):
    """Use of a blocked time."""

    BREAK = "break"
    MEETING = "meeting"
    TRAINING = "training"
    CLEANING = "cleaning"
    OTHER = "other"


class OccurrenceTimes(RequestModel):
    """Wall-clock times of the branch, of at most 24 hours. An end that is not after the start is on the next day."""

    starts: WallTime = Field(examples=["12:00"])
    ends: WallTime = Field(examples=["13:00"])

    @model_validator(mode="after")
    def _past_midnight(self) -> Self:
        self.ends = end_after(self.starts, self.ends)
        return self


class OccurrenceChange(OccurrenceTimes):
    """The times of one occurrence. Those of the blocked time itself undo a change or a skip."""

    force: Force = False


class BlockedTimeRule(OccurrenceTimes):
    """Rule by which a time is blocked, once or every week, and its use."""

    reason: BlockReason
    note: Annotated[Composed, Field(max_length=200, examples=["Họp đầu tuần"])] = ""
    first_day: Day
    weekdays: Annotated[
        list[Weekday],
        Field(
            max_length=7,
            examples=[[1]],
            description="It repeats every week on these weekdays (ISO 8601: 1 is Monday). Empty: once, on `first_day`.",
        ),
        AfterValidator(lambda weekdays: sorted(set(weekdays))),
    ] = Field(default_factory=list)
    last_day: Day | None = Field(
        default=None,
        description="The last day on which it may begin. null: every week without an end. Without `weekdays`"
        " it is not needed.",
    )

    @model_validator(mode="after")
    def _occurs(self) -> Self:
        if not self.weekdays:
            self.last_day = self.last_day or self.first_day
            if self.last_day != self.first_day:
                raise bilingual_error(
                    "weekdays_needed",
                    "Chọn thứ trong tuần để lặp lại, hoặc bỏ ngày cuối.",
                    "Choose the weekdays on which it repeats, or leave the last day out",
                )
        elif self.last_day is not None and self.last_day < self.first_day:
            raise bilingual_error(
                "date_range",
                "Ngày cuối phải từ ngày đầu trở đi.",
                "The last day should not be before the first",
            )
        elif not any(day.isoweekday() in self.weekdays for day in self._first_week()):
            raise bilingual_error(
                "never_occurs",
                "Giữa ngày đầu và ngày cuối không có thứ nào đã chọn.",
                "None of the weekdays lies between the first and the last day",
            )
        return self

    def _first_week(self) -> list[date]:
        end = self.first_day + _WEEK
        return days_between(self.first_day, min(self.last_day or end, end))


class BlockedTimeChange(BlockedTimeRule):
    """A whole blocked time, except what it blocks."""

    force: Force = False


class OccurrenceException(RequestModel):
    """One occurrence that is skipped or has other times."""

    day: Day
    times: OccurrenceTimes | None = Field(description="null: it is skipped.")


class BlockedTimeCreate(BlockedTimeChange):
    branch_id: UUID = Field(
        description="The branch whose clock counts and whose desk decides. A therapist is blocked in every branch."
    )
    resource_id: UUID = Field(description="A therapist, a bed or a device of the branch.")
    exceptions: Annotated[
        list[OccurrenceException],
        Field(
            max_length=MAX_EXCEPTIONS,
            description="To make again what was removed. Of several for one day the last counts.",
        ),
    ] = Field(default_factory=list)


class BlockedTimeListQuery(BaseModel):
    """Days of which the blocked time is listed: at most 62, on the calendar of each branch."""

    model_config = ConfigDict(extra="forbid")

    first_day: Day
    last_day: Day = Field(description="Inclusive.")
    branch_id: UUID | None = Field(
        default=None,
        description="Blocked time of the branch, and of everybody who works there: they are blocked in every branch.",
    )
    resource_id: UUID | None = None

    @model_validator(mode="after")
    def _limit_days(self) -> Self:
        if not timedelta(0) <= self.last_day - self.first_day < timedelta(days=MAX_DAYS):
            raise bilingual_error(
                "date_range", f"Chọn từ 1 đến {MAX_DAYS} ngày.", f"Choose 1 to {MAX_DAYS} days"
            )
        return self


class BlockedOccurrenceRead(BaseModel):
    """One occurrence of a blocked time."""

    day: date = Field(description="The day on which it begins, on the calendar of the branch.")
    start: datetime
    end: datetime
    skipped: bool = Field(description="It does not take place; the times are those that it would have.")
    changed: bool = Field(description="It has other times than the blocked time.")


class BlockedTimeRead(BaseModel):
    id: UUID
    branch_id: UUID
    resource_id: UUID
    reason: BlockReason
    note: str
    first_day: date
    last_day: date | None
    weekdays: list[int]
    starts: WallTime
    ends: WallTime


class BlockedTimeDetail(BlockedTimeRead):
    exceptions: list[OccurrenceException] = Field(
        description=f"The occurrences that are skipped or have other times: the newest {MAX_EXCEPTIONS}."
    )


class BlockedTimeListed(BlockedTimeRead):
    occurrences: list[BlockedOccurrenceRead] = Field(
        description="Those that touch the days that were asked for, in order."
    )


class BlockedTimeSaved(Stranding):
    blocked_time: BlockedTimeRead


class OccurrenceSaved(Stranding):
    occurrence: BlockedOccurrenceRead


class BoardBlockedTime(BaseModel):
    """A time on a board in which a person, a bed or a device is blocked."""

    id: UUID
    day: date = Field(description="The day of the occurrence.")
    start: datetime
    end: datetime
    reason: BlockReason
    note: str
