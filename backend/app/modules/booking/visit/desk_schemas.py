"""Responses that a screen of the desk needs to offer the next steps of a visit, and to tell what happened to it."""

from datetime import datetime
from enum import StrEnum
from operator import not_
from uuid import UUID

from pydantic import BaseModel, Field

from app.common.schemas import Bilingual
from app.modules.booking.status.status import AppointmentStatus, StatusRequest


class StatusStep(BaseModel):
    """A status that the user may request now, and the one that the appointment gets."""

    request: StatusRequest
    status: AppointmentStatus = Field(examples=["late_cancelled"])


class AppointmentSteps(BaseModel):
    """The steps that the user may take with one guest now."""

    appointment_id: UUID
    steps: list[StatusStep]
    undo: StatusRequest | None = Field(
        description="The last request, if the user may take it back now; null if not."
    )
    undo_status: AppointmentStatus | None = Field(
        description="The status that the guest then has again; null if there is nothing to take back."
    )
    free_cancel_until: datetime = Field(
        description="The last instant at which a cancellation does not count as late, by the policy of the branch."
    )


class VisitSteps(BaseModel):
    appointments: list[AppointmentSteps] = Field(description="The guests that the user may see.")


class VisitEventKind(StrEnum):
    BOOKED = "booked"
    STATUS = "status"
    MOVED = "moved"
    SPLIT = "split"
    """The guest got a visit of their own."""
    GUEST = "guest"
    """Another customer or another name."""
    TREATMENT_ADDED = "treatment_added"
    TREATMENT_DROPPED = "treatment_dropped"
    TREATMENT_CHANGED = "treatment_changed"
    """Another length, wish for a therapist or bed."""
    REASSIGNED = "reassigned"
    """Another therapist: by the desk, by a swap or a replan, or because the guest gave way to others."""
    NOTE = "note"
    ROOM = "room"
    """The party asked for one room, or no longer."""


class VisitEvent(BaseModel):
    """One change of a visit."""

    at: datetime
    by: str | None = Field(
        description="The name of the user; null for a periodic job and for a guest online."
    )
    online: bool = Field(
        default=False,
        exclude_if=not_,
        description="true: the guest did it online without an account, by the private link of the visit.",
    )
    appointment_id: UUID | None = Field(description="The guest; null for the visit as a whole.")
    kind: VisitEventKind
    status: AppointmentStatus | None = Field(default=None, description="The new status.")
    start: datetime | None = Field(default=None, description="The start, after a booking or a move.")
    start_before: datetime | None = Field(default=None, description="The start before a move.")
    treatment: Bilingual | None = Field(default=None, description="The name of the service.")
    therapists: list[str] | None = Field(default=None, description="The therapists, after a reassignment.")
    therapists_before: list[str] | None = Field(
        default=None, description="The therapists before a reassignment."
    )


class VisitHistory(BaseModel):
    events: list[VisitEvent] = Field(description="Newest first; at most the last 200.")
