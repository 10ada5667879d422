"""What the API takes and gives for the times in which a bed or a device is out of order."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import Line, RequestModel
from app.common.types.instants import Minute, Times
from app.modules.resource.appointment_schemas import ResourceAppointment

MAX_OUTAGES = 1_000


class OutageListQuery(Times):
    """Which outages: those that touch this time, of at most 366 days."""

    model_config = ConfigDict(extra="forbid")
    longest = timedelta(days=366)


class OutageCreate(RequestModel, Times):
    """Out of order, for at most five years."""

    longest = timedelta(days=5 * 366)

    start: Minute
    end: Minute
    reason: Annotated[Line, Field(max_length=200, examples=["Gãy chân giường"])]
    force: bool = Field(
        default=False,
        strict=True,
        description="Also when there are appointments in that time. They stay; what one frees is blocked then.",
    )


class OutageRead(BaseModel):
    id: UUID
    start: datetime
    end: datetime
    reason: str


class OutageMade(BaseModel):
    outage: OutageRead
    conflicts: list[ResourceAppointment] = Field(description="Appointments that need another bed, or time.")
