"""Requests and responses for giving a therapist's day to colleagues."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from app.common.schemas import Bilingual, RequestModel
from app.common.types.instants import Day, Instant
from app.modules.booking.booking_schemas import EditId, VisitRead
from app.modules.booking.status.status import AppointmentStatus

MAX_REASSIGNMENTS = 200


ReplanDay = Annotated[
    Day,
    Field(
        description="Treatments that begin on this day in the branch's time zone, or in the night that begins on it."
    ),
]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class ReplanQuery(RequestModel):
    branch_id: UUID
    day: ReplanDay
    since: Instant | None = Field(
        default=None,
        alias="from",
        examples=["2026-12-05T14:00:00+07:00"],
        description="When the therapist leaves: treatments that end later are reassigned. Default: now.",
    )


class Reassignment(RequestModel):
    """A treatment that goes from one therapist to another, at the same time."""

    treatment_id: UUID
    from_id: UUID
    to_id: UUID


class ReplanApply(RequestModel):
    """A proposal, as it was returned."""

    branch_id: UUID
    day: ReplanDay
    digest: Digest = Field(description="The digest of the proposal.")
    changes: Annotated[list[Reassignment], Field(max_length=MAX_REASSIGNMENTS)] = Field(
        description="All changes of the proposal."
    )


class TherapistNamed(BaseModel):
    id: UUID
    name: str = Field(examples=["Lan"])


class PlannedTreatment(BaseModel):
    """A treatment before and after."""

    visit_id: UUID
    appointment_id: UUID
    treatment_id: UUID
    customer_id: UUID | None = Field(description="The guest, if the spa knows them.")
    guest_name: str
    status: AppointmentStatus
    name: Bilingual = Field(description="The name of the service.")
    start: datetime
    end: datetime
    before: TherapistNamed
    after: TherapistNamed | None = Field(description="Null if no colleague can do it at this time.")
    asked_for: bool = Field(
        description="The guest asked for a therapist by name and would get another: call them."
    )
    nearest: list[datetime] = Field(
        description="If no colleague can do it: the nearest times at which this guest could come instead."
    )


class ReplanRead(BaseModel):
    """A proposal. Nothing is changed yet."""

    treatments: list[PlannedTreatment] = Field(
        description="The therapist's treatments that are still to come, in order."
    )
    others: list[PlannedTreatment] = Field(description="Treatments of colleagues that move to make room.")
    changes: list[Reassignment] = Field(description="What `apply` accepts.")
    digest: str = Field(description="A digest of the day of every therapist in the proposal.")


class ReplanApplied(BaseModel):
    visits: list[VisitRead] = Field(description="The visits in which a therapist changed, as they are now.")
    edit_id: EditId = None
