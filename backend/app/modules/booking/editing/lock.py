"""Lock a visit before an actor changes it, if it concerns them."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import get_row
from app.modules.booking.booking_errors import AppointmentNotFound, VisitNotFound
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.status.transitions import Relation
from app.modules.booking.visit.access import Actor, relations_to_visit

type Relations = Mapping[UUID, frozenset[Relation]]
"""The actor's relations to appointments, by their ids."""


async def lock_visit(session: AsyncSession, actor: Actor, visit_id: UUID) -> tuple[Visit, Relations]:
    """Lock a visit that is the actor's to change, and return it with their relations to its appointments."""
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    # Before the lock: an intruder must not delay other users.
    relations = await relations_to_visit(session, actor, visit)
    return await get_row(session, Visit, visit_id, VisitNotFound, lock=True), relations


async def lock_visit_of(session: AsyncSession, actor: Actor, appointment_id: UUID) -> tuple[Visit, Relations]:
    """Lock the visit of an appointment. While we wait, the guest may get a visit of their own: then that is locked, too.
    It is newer, so a transaction that has locked it never waits for the first."""
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound)
    while True:
        try:
            visit, relations = await lock_visit(session, actor, appointment.visit_id)
        except VisitNotFound as error:
            raise AppointmentNotFound from error
        if appointment_id not in relations:
            raise AppointmentNotFound
        await session.refresh(appointment)
        if appointment.visit_id == visit.id:
            return visit, relations
