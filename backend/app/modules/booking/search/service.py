"""Find the days and the starts of a day: for a new visit, or for one that would move.

`availability` searches; here is what only bookings know: who may see a visit, and how it can move.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ForbiddenException
from app.db.queries import get_row
from app.modules.availability import availability_service
from app.modules.availability.availability_schemas import (
    DaysQuery,
    DaysRead,
    PartyWish,
    PlacesQuery,
    PlacesRead,
    StartsQuery,
    StartsRead,
)
from app.modules.availability.availability_service import Move
from app.modules.booking.booking_errors import HoldExpired, TreatmentNotFound, VisitNotFound
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.editing.move import find_move_options
from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.policy import refuse_unless_movable
from app.modules.booking.status.status import MOVABLE
from app.modules.booking.status.transitions import Relation
from app.modules.booking.visit.access import Actor, relations_to_visit
from app.modules.booking.visit.rows import load_rows
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK


async def find_days(session: AsyncSession, actor: Actor, query: DaysQuery, *, language: str) -> DaysRead:
    """Find the days on which the party can start, and the reasons on the others.

    Raises:
        What `find_starts` raises.
    """
    move = await _find_move(session, actor, query)
    at_desk = actor.holds_in(query.branch_id, *DESK)
    return await availability_service.find_days(session, query, move, at_desk=at_desk, language=language)


async def find_starts(
    session: AsyncSession, actor: Actor, query: StartsQuery, *, language: str
) -> StartsRead:
    """Find the starts of a day, each with one way to assign therapists, beds and devices.

    Raises:
        VisitNotFound: The visit in `instead_of` does not concern the actor, or is of another branch.
        StatusConflict, HoldExpired, TooLateToMove: The visit cannot move, and the query names no guests.
        BranchNotFound, and what `quote_party` raises.
    """
    move = await _find_move(session, actor, query)
    at_desk = actor.holds_in(query.branch_id, *DESK)
    return await availability_service.find_starts(session, query, move, at_desk=at_desk, language=language)


async def find_places(
    session: AsyncSession, user: CurrentUser, query: PlacesQuery, *, language: str
) -> PlacesRead:
    """Find where a treatment fits on a day of the board, and why not elsewhere.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        TreatmentNotFound: The branch has no such treatment.
        BranchNotFound, StatusConflict, HoldExpired
    """
    authorize(user, *DESK, branch_id=query.branch_id)
    treatment = await get_row(session, AppointmentTreatment, query.treatment_id, TreatmentNotFound)
    guest = await get_row(session, Appointment, treatment.appointment_id, TreatmentNotFound)
    if guest.branch_id != query.branch_id:
        raise TreatmentNotFound
    if guest.status not in MOVABLE or guest.hold_has_expired:
        raise HoldExpired if guest.hold_has_expired else status_conflict([guest.status])
    rows = await load_rows(session, await get_row(session, Visit, guest.visit_id, TreatmentNotFound))
    treatments = rows.treatments_of(guest)
    options = await find_move_options(session, rows, {guest: treatments})
    place = (0, treatments.index(treatment))
    return await availability_service.find_places(
        session, query, Move([guest.id], options), place, language=language
    )


async def _find_move(session: AsyncSession, actor: Actor, query: PartyWish) -> Move | None:
    if query.instead_of is None:
        return None
    visit, appointment_id = await _find_visit(session, query.instead_of)
    try:
        relations = await relations_to_visit(session, actor, visit)
    except ForbiddenException as error:
        raise VisitNotFound from error
    rows = await load_rows(session, visit)
    concerned = [
        guest for guest in rows.appointments if guest.id in relations and appointment_id in (None, guest.id)
    ]
    if visit.branch_id != query.branch_id or not concerned:
        raise VisitNotFound
    movable = [guest for guest in concerned if guest.status in MOVABLE and not guest.hold_has_expired]
    move = Move([guest.id for guest in movable])
    if query.guests:
        return move  # something else in its place: if it cannot move, or the hold has expired, none of its time is free
    if not movable:
        if any(guest.hold_has_expired for guest in concerned):
            raise HoldExpired
        raise status_conflict(guest.status for guest in concerned)
    if any(Relation.CUSTOMER in relations[guest.id] for guest in movable):
        await refuse_unless_movable(session, movable, relations)
    options = await find_move_options(session, rows, {guest: rows.treatments_of(guest) for guest in movable})
    return replace(move, options=options)


async def _find_visit(session: AsyncSession, wanted_id: UUID) -> tuple[Visit, UUID | None]:
    """Return a visit by its own id, or by the id of an appointment, which is then returned as well.

    Raises:
        VisitNotFound
    """
    visit = await session.get(Visit, wanted_id)
    if visit is not None:
        return visit, None
    appointment = await get_row(session, Appointment, wanted_id, VisitNotFound)
    return await get_row(session, Visit, appointment.visit_id, VisitNotFound), appointment.id
