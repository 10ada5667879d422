"""Responses about appointments that cannot take place as they were booked."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from app.common.schemas import QueryBool

_FORCE = (
    "Save even if appointments cannot take place as booked. The response lists them, and so does the board."
)
Force = Annotated[StrictBool, Field(description=_FORCE)]
"""The field of a body by which a change is saved although it strands appointments. Its default is false."""
QueryForce = Annotated[QueryBool, Field(description=_FORCE)]
"""`Force` as a parameter of a query."""


class StrandedReason(StrEnum):
    """A cause why an appointment cannot take place as it was booked. The SQL function `zenspa_stranded` has the rules."""

    CLOSED = "closed"
    """The branch is not open for the whole time."""
    OFF_SHIFT = "off_shift"
    """The therapist has no shift in the branch for the whole time."""
    UNAVAILABLE = "unavailable"
    """The therapist has approved leave, or the bed or device an outage."""
    BLOCKED = "blocked"
    """The therapist, bed or device is blocked: a break, a meeting, a cleaning."""
    TRAVELLING = "travelling"
    """The therapist works in another branch with less time between than the travel takes."""
    NOT_EMPLOYED = "not_employed"
    """The therapist does not work in the branch any more, or not yet."""
    UNSKILLED = "unskilled"
    """The therapist does not perform the service."""
    WRONG_GENDER = "wrong_gender"
    """The guest asked for a therapist of another gender."""
    RETIRED = "retired"
    """The bed or device is out of use."""
    ROOMS_APART = "rooms_apart"
    """The party asked for one room, and the bed is in another one."""
    CUSTOMER_INACTIVE = "customer_inactive"
    """The guest or the booker is archived, merged or erased."""
    UNASSIGNED = "unassigned"
    """A treatment has neither a therapist nor a bed or device."""


class StrandedProblem(BaseModel):
    reason: StrandedReason
    resource_id: UUID | None = Field(
        description="The therapist, bed or device; null if the reason is another."
    )
    resource_name: str | None


class StrandedAppointment(BaseModel):
    """An upcoming appointment that cannot take place as it was booked."""

    appointment_id: UUID
    visit_id: UUID
    branch_id: UUID
    customer_id: UUID | None = Field(description="The guest, if the spa knows them.")
    guest: str = Field(description="The name of the guest.")
    phone: str | None = Field(description="The phone of the guest, or else of the customer who booked.")
    start: datetime
    end: datetime
    time_zone: str = Field(description="The time zone of the branch.")
    overruled: bool = Field(description="The desk has overruled opening hours, shifts or blocked time.")
    problems: list[StrandedProblem]


class Stranding(BaseModel):
    """The part of a response that lists the appointments which the change has stranded."""

    stranded: list[StrandedAppointment] = Field(
        description="Appointments that cannot take place as booked any more. They are listed until they are solved."
    )


class StrandedPage(BaseModel):
    items: list[StrandedAppointment]
    next_cursor: str | None
