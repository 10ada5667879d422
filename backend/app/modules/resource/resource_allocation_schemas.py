"""What the API takes and gives for the times in which a resource is taken."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.common.schemas import Line, QueryInstant, RequestModel
from app.modules.resource.resource_models import AllocationState

_YEARS = range(2000, 2200)


def _in_utc(value: datetime) -> datetime:
    """At the ends of the calendar there is no such instant in UTC, nor in PostgreSQL's driver."""
    if value.year not in _YEARS:
        raise PydanticCustomError("instant_range", "Input should be in the years 2000 to 2199")
    return value.astimezone(UTC)


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise PydanticCustomError("whole_minute", "Input should be a whole minute, without seconds")
    return value


Instant = Annotated[QueryInstant, AfterValidator(_in_utc), Field(examples=["2026-12-31T09:00:00+07:00"])]
Minute = Annotated[Instant, AfterValidator(_whole_minute)]


class _Times(BaseModel):
    longest: ClassVar[timedelta]

    start: Instant
    end: Instant

    @model_validator(mode="after")
    def _not_backwards_and_not_too_long(self) -> Self:
        if not timedelta() < self.end - self.start <= self.longest:
            raise PydanticCustomError("time_range", "The end should come after the start, and not too late")
        return self


class BlockListQuery(_Times):
    """Which blocks: those that touch this time, of at most 366 days."""

    model_config = ConfigDict(extra="forbid")
    longest = timedelta(days=366)


class BlockCreate(RequestModel, _Times):
    """Out of order, for at most five years."""

    longest = timedelta(days=5 * 366)

    start: Minute
    end: Minute
    reason: Annotated[Line, Field(max_length=200, examples=["Gãy chân giường"])]
    force: bool = Field(
        default=False,
        strict=True,
        description="Blocks what is free even when there are appointments in that time; they stay.",
    )


class AllocationRead(BaseModel):
    id: UUID
    resource_id: UUID
    appointment_id: UUID | None = Field(description="Whose it is, unless it is blocked.")
    state: AllocationState
    start: datetime
    end: datetime
    reason: str = Field(description="Why it is blocked.")
    time_off_id: UUID | None = Field(description="The leave that blocks it.")


class BlocksMade(BaseModel):
    blocks: list[AllocationRead] = Field(description="One, or several around what was taken already.")
    in_the_way: list[AllocationRead] = Field(description="Appointments that need another bed, or time.")
