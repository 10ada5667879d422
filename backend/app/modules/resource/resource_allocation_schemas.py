"""What the API takes and gives for the times in which a resource is taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.instants import Minute, Times
from app.common.schemas import Line, RequestModel
from app.modules.resource.resource_models import AllocationState

_MAX_DETAILS = 100


class BlockListQuery(Times):
    """Which blocks: those that touch this time, of at most 366 days."""

    model_config = ConfigDict(extra="forbid")
    longest = timedelta(days=366)


class BlockCreate(RequestModel, Times):
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


def appointment_details(appointments: Sequence[AllocationRead], kind: str) -> list[dict[str, str]]:
    """For the `details` of an error: an appointment's id as `field`, when it is as `message`:
    `2026-12-31T02:00:00Z/2026-12-31T03:00:00Z`."""
    return [
        {
            "field": str(taken.appointment_id),
            "message": f"{_iso(taken.start)}/{_iso(taken.end)}",
            "type": kind,
        }
        for taken in appointments[:_MAX_DETAILS]
    ]


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
