"""What the API gives for the times in which appointments take a resource."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.modules.resource.kinds import AllocationState

_MAX_DETAILS = 100


class AllocationRead(BaseModel):
    id: UUID
    resource_id: UUID
    appointment_id: UUID | None = Field(description="Whose it is, unless it is blocked.")
    state: AllocationState
    start: datetime
    end: datetime


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
