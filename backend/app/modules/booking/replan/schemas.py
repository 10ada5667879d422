"""What the API takes and gives when a therapist's day goes to others."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from app.common.schemas import Bilingual, RequestModel
from app.common.types.instants import Day, Instant
from app.modules.booking.booking_schemas import VisitRead
from app.modules.booking.status.status import AppointmentStatus

MAX_CHANGES = 200


ReplanDay = Annotated[
    Day,
    Field(description="Treatments that begin on it, by the clock of the branch, or in the night that does."),
]
Digest = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class ReplanQuery(RequestModel):
    branch_id: UUID
    day: ReplanDay
    since: Instant | None = Field(
        default=None,
        alias="from",
        examples=["2026-12-05T14:00:00+07:00"],
        description="When they go home; what ends later goes to others. Left out: now.",
    )


class ChangeOfHands(RequestModel):
    """A treatment that goes from one therapist to another, at the same time."""

    treatment_id: UUID
    from_id: UUID
    to_id: UUID


class ReplanApply(RequestModel):
    """A proposal, as it was shown."""

    branch_id: UUID
    day: ReplanDay
    digest: Digest = Field(description="Of the proposal.")
    changes: Annotated[list[ChangeOfHands], Field(max_length=MAX_CHANGES)] = Field(
        description="Those of the proposal, all of them."
    )


class TherapistNamed(BaseModel):
    id: UUID
    name: str = Field(examples=["Lan"])


class PlannedTreatment(BaseModel):
    """A treatment before and after."""

    visit_id: UUID
    appointment_id: UUID
    treatment_id: UUID
    customer_id: UUID | None = Field(description="The guest, when the spa knows them.")
    guest_name: str
    status: AppointmentStatus
    name: Bilingual = Field(description="Of the service.")
    start: datetime
    end: datetime
    before: TherapistNamed
    after: TherapistNamed | None = Field(description="Null: nobody can take it at this time.")
    asked_for: bool = Field(
        description="The guest asked for a therapist by name and would have another: ring them."
    )
    nearest: list[datetime] = Field(
        description="When nobody can take it: the nearest times at which this guest could come instead."
    )


class ReplanRead(BaseModel):
    """Nothing is changed yet."""

    treatments: list[PlannedTreatment] = Field(description="Theirs that are still to come, in order.")
    others: list[PlannedTreatment] = Field(description="Of others, who make room for them.")
    changes: list[ChangeOfHands] = Field(description="What `apply` takes.")
    digest: str = Field(description="Of the day of all who are in it, as it was seen.")


class ReplanApplied(BaseModel):
    visits: list[VisitRead] = Field(description="Those in which somebody changed, as they are now.")
