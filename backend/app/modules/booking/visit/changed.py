"""Compose the response to a booking or a change."""

from collections.abc import Sequence
from uuid import UUID

from app.modules.booking.allocation.requests import Displacement
from app.modules.booking.booking_schemas import ReassignedTreatment, ResourceNamed, VisitChanged, VisitRead


def changed(visit: VisitRead, moves: Sequence[Displacement], edit_id: UUID | None = None) -> VisitChanged:
    """Return a visit together with what others gave up for it, and with the edit that can be undone."""
    reassigned = [
        ReassignedTreatment(
            visit_id=treatment.visit_id,
            appointment_id=treatment.appointment_id,
            treatment_id=treatment.treatment_id,
            customer_id=treatment.customer_id,
            guest_name=treatment.guest_name,
            start=treatment.start,
            kind=treatment.requirement.kind,
            before=ResourceNamed(id=treatment.resource_id, name=treatment.resource_name),
            after=ResourceNamed(id=to_id, name=to_name),
        )
        for treatment, to_id, to_name in moves
    ]
    return VisitChanged.model_construct(**dict(visit), reassigned=reassigned, edit_id=edit_id)
