"""Undo a transition: a cancellation, a check-in or any other step that was made by mistake.

`transitions` says which users can undo which transition, and for how long. A guest goes back one step at a time, and a
guest who had released their time gets it back, with the same therapist and bed if they are still free.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.core.exceptions import ZenSpaException
from app.db.idempotency import idempotent
from app.modules.booking import booking_service
from app.modules.booking.allocation.allocations import lock_allocated, refuse_if_given_away, release
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    NotBookable,
    NothingToUndo,
    SlotTaken,
    StatusConflict,
)
from app.modules.booking.booking_models import Appointment, AppointmentTransition, Visit
from app.modules.booking.booking_schemas import StatusUndo, VisitRead
from app.modules.booking.courses.follow import follow_courses
from app.modules.booking.editing.lock import lock_visit
from app.modules.booking.editing.reallocate import Terms
from app.modules.booking.editing.reserve_again import move_back, reserve_again, reserve_rest_again
from app.modules.booking.status.change_status import AppointmentState, load_appointment_states
from app.modules.booking.status.history import last_transitions, released_resources
from app.modules.booking.status.status import RELEASED, WITH_REASON
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.transitions import (
    MadeTransition,
    Relation,
    most_specific_error,
    undone_status,
)
from app.modules.booking.visit.access import read_related
from app.modules.customer import customer_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role
from app.redis.events import publish_branch_change
from app.scheduling.timegrid import this_step

_TAKEN = LocalizedText("Giờ này không còn trống.", "This time is not free any more.")
_CANNOT_UNDO = LocalizedText(
    "Không hoàn tác được. Vui lòng đặt lịch mới.", "It cannot be undone. Please book a new visit."
)


async def undo_status(
    session: AsyncSession, user: CurrentUser, key: str, visit_id: UUID, undo: StatusUndo
) -> VisitRead:
    """Take back the last transition of the guests who are named, of all or none; or, if none is named, of those who
    made it last.

    Args:
        key: The client's Idempotency-Key. A retry returns the first response and undoes nothing more.

    Raises:
        VisitNotFound: Also for a visit that does not concern the user.
        AppointmentNotFound: A guest who is named is not of this visit, or does not concern the user.
        NothingToUndo, TooLateToUndo, ForbiddenException: As `transitions.undone_status` says.
        SlotTaken: The time that a guest had is not free any more, or the branch is closed then. Or the therapist or bed of a guest who is in service again has been given away.
        SameTime: The customer has another appointment at that time by now.
        CustomerArchived, CustomerMerged, CustomerErased: A guest who comes back is a customer no more.
        TooEarlyToComplete, TooEarlyForNoShow: The appointment has been moved to the future.
        NotBookable, TooManyVisits: A customer cannot have the time back, because it has begun, or by their limit.
        IdempotencyInFlight, IdempotencyKeyReused
    """
    authorize(user, *Role)
    async with idempotent(session, user.id, key, undo, VisitRead, about=visit_id) as replay:
        if replay.response:
            return replay.response
        # Customers are locked before visits, as by a booking.
        own = await customer_service.lock_own_customer(session, user) if user.holds(Role.CUSTOMER) else None
        customers = await customer_service.share_customers(session, await _customers_of(session, visit_id))
        visit, relations = await lock_visit(session, user, visit_id)
        if not relations.keys() >= {*undo.appointment_ids}:
            raise AppointmentNotFound
        guests = await load_appointment_states(session, visit, undo.appointment_ids or relations)
        made = await last_transitions(session, [guest.id for guest in guests])
        undone = _choose(guests, made, undo, relations, user.id)
        coming_back = {
            guest for guest, old in undone.items() if guest.status in RELEASED and old not in RELEASED
        }
        if coming_back:
            for customer in customers.values():
                customer_service.refuse_unless_active(customer)
        if any(Relation.DESK not in relations[guest.id] for guest in coming_back):
            await _refuse_unless_bookable(session, visit, coming_back, own.id if own else None)
        await _undo(session, undone, made, clear_reason=undo.status in WITH_REASON)
        ids = [guest.id for guest in coming_back]
        had = released_resources([made[appointment_id] for appointment_id in ids])
        at_desk = all(Relation.DESK in relations[appointment_id] for appointment_id in ids)
        # A customer may have booked that hour again meanwhile.
        terms = Terms(same_time_will_do=undo.allow_same_time and at_desk, is_other_customer=True)
        with _refuse_without_alternatives():
            await reserve_again(session, visit, ids, had, terms=terms)
        not_done = {guest.id: old for guest, old in undone.items() if guest.status is Status.COMPLETED}
        in_service = [appointment_id for appointment_id, old in not_done.items() if old is Status.IN_SERVICE]
        moved_from = {
            guest.id: start
            for guest in undone
            if (start := made[guest.id].moved_from) and guest not in coming_back
        }
        await move_back(session, visit, moved_from)
        await refuse_if_given_away(session, in_service)
        await reserve_rest_again(session, visit, in_service, or_refuse=True)
        await reserve_rest_again(session, visit, not_done.keys() - {*in_service})
        await follow_courses(session, user.id, [guest.id for guest in undone])
        publish_branch_change(session, visit.branch_id)
        await session.flush()
        return replay.store(await read_related(session, visit_id, relations))


@contextmanager
def _refuse_without_alternatives() -> Iterator[None]:
    """Refuse a time that is taken without other starts: an undo gives back the time that was, or none.

    Raises:
        SlotTaken
    """
    try:
        yield
    except SlotTaken as error:
        reasons = [detail for detail in error.details or () if detail["type"] == "reason"]
        reason_text = error.message if isinstance(error.message, LocalizedText) else _TAKEN
        message = LocalizedText(f"{reason_text.vi} {_CANNOT_UNDO.vi}", f"{reason_text.en} {_CANNOT_UNDO.en}")
        raise SlotTaken(message, details=reasons) from error


async def _customers_of(session: AsyncSession, visit_id: UUID) -> set[UUID]:
    """Return the ids of the customers who are guests of a visit or booked it."""
    guests = select(Appointment.customer_id).where(Appointment.visit_id == visit_id)
    booker = select(Visit.customer_id).where(Visit.id == visit_id)
    return {customer_id for customer_id in await session.scalars(guests.union(booker)) if customer_id}


def _choose(
    guests: Collection[AppointmentState],
    made: Mapping[UUID, AppointmentTransition],
    undo: StatusUndo,
    relations: Mapping[UUID, frozenset[Relation]],
    user_id: UUID,
) -> dict[AppointmentState, Status]:
    """Return the guests whose last transition is undone, with the status that they get back."""
    undone, errors = {}, []
    for guest in guests:
        result: Status | type[ZenSpaException] = NothingToUndo
        if guest.id in made and made[guest.id].new_status == guest.status:
            transition = MadeTransition(
                old=Status(made[guest.id].old_status),
                new=guest.status,
                at=made[guest.id].created_at,
                by_user=made[guest.id].user_id == user_id,
            )
            result = undone_status(
                transition, undo.status, relations[guest.id], start=guest.starts_at, now=utc_now()
            )
        if isinstance(result, Status):
            undone[guest] = result
        else:
            errors.append(result)
    if errors and (undo.appointment_ids or not undone):
        specific = [error for error in errors if error is not NothingToUndo]
        raise most_specific_error(specific) if specific else NothingToUndo
    if not undo.appointment_ids:  # those who changed together, not who was cancelled yesterday
        latest = max(made[guest.id].created_at for guest in undone)
        undone = {guest: old for guest, old in undone.items() if made[guest.id].created_at == latest}
    return undone


async def _refuse_unless_bookable(
    session: AsyncSession, visit: Visit, guests: Collection[AppointmentState], customer_id: UUID | None
) -> None:
    """Refuse to give a customer back what they could not book: a start that has passed, or more than their limit."""
    if any(guest.starts_at < this_step() for guest in guests):
        raise NotBookable
    if customer_id is not None and customer_id == visit.customer_id:
        await booking_service.require_below_limits(session, customer_id, hold=False)


async def _undo(
    session: AsyncSession,
    undone: Mapping[AppointmentState, Status],
    made: Mapping[UUID, AppointmentTransition],
    *,
    clear_reason: bool,
) -> None:
    leaving = [guest.id for guest, old in undone.items() if old in RELEASED and guest.status not in RELEASED]
    if leaving:
        await lock_allocated(session, leaving)
        await release(session, leaving)
    for guest, old in undone.items():
        values = {"status": old} | ({"reason": ""} if clear_reason else {})
        statement = update(Appointment).where(Appointment.id == guest.id, Appointment.status == guest.status)
        if not (await session.scalars(statement.values(values).returning(Appointment.id))).all():
            raise StatusConflict
        made[guest.id].undone_at = utc_now()
