"""Change the status of appointments: confirm, check in, cancel. The table in `transitions` says who may, and when."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import false, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.exceptions import ForbiddenException, ZenSpaException
from app.modules.booking.allocation.allocations import (
    confirm_holds,
    lock_allocated,
    refuse_if_with_another_guest,
    release,
    release_rest,
)
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    DepositNeeded,
    HoldExpired,
    StatusConflict,
)
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import StatusChange, VisitRead
from app.modules.booking.courses.follow import follow_courses
from app.modules.booking.editing.lock import lock_visit
from app.modules.booking.editing.reserve_again import move_to_now, reserve_again, reserve_rest_again
from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.history import (
    has_changed,
    last_transitions,
    record_transitions,
    released_resources,
)
from app.modules.booking.status.policy import load_policy
from app.modules.booking.status.status import (
    PRESENT,
    RELEASED,
    UNEXPECTED,
    WITH_REASON,
    StatusRequest,
    VisitSource,
)
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.transitions import (
    BY_CUSTOMER,
    Policy,
    Relation,
    can_still_reach,
    most_specific_error,
    next_status,
)
from app.modules.booking.visit.access import Actor, GuestLinkHolder, read_related
from app.modules.booking.visit.same_time import refuse_same_time_of
from app.modules.identity.access import authorize
from app.modules.identity.roles import Role
from app.redis.events import publish_branch_change


class AppointmentState(NamedTuple):
    """The state of an appointment, on which its next status depends."""

    id: UUID
    status: Status
    starts_at: datetime
    is_walk_in: bool = False
    recorded_at: datetime | None = None
    """The time at which a walk-in was written down, if its status has not changed since."""


async def set_status(session: AsyncSession, actor: Actor, visit_id: UUID, change: StatusChange) -> VisitRead:
    """Change the status of the guests who are named, all or none; or, if none is named, of every guest who can.

    Guests who have the status already stay as they are.

    Raises:
        VisitNotFound: Also for a visit that does not concern the actor.
        AppointmentNotFound: A guest who is named is not of this visit, or does not concern the actor.
        SlotTaken: A guest is to be served before their start, and no therapist or bed is free yet; or a therapist or bed
            is still with another guest.
        SameTime: A guest who was not expected any more has another appointment at that time.
        DepositNeeded: A customer confirms a hold in a branch that asks for deposits.
        StatusConflict, HoldExpired, TooLateToCancel, TooEarlyToArrive, TooEarlyToComplete, TooEarlyForNoShow,
            ForbiddenException: A guest who is named cannot get the status, or no guest can; or an actor who is not at the
            desk sends `force`.
    """
    authorize(actor, *Role)
    visit, relations = await lock_visit(session, actor, visit_id)
    if not relations.keys() >= {*change.appointment_ids}:
        raise AppointmentNotFound
    if change.force and not all(Relation.DESK in relation for relation in relations.values()):
        raise ForbiddenException
    guests = await load_appointment_states(session, visit, change.appointment_ids or relations)
    policy = await load_policy(session, visit.branch_id)
    if change.status is StatusRequest.CONFIRMED and policy.takes_deposit:
        _refuse_without_deposit(actor, guests, relations)
    changes = _plan_changes(
        guests,
        relations,
        change.status,
        policy=policy,
        all_or_none=bool(change.appointment_ids),
    )
    if changes:
        reason = change.reason if change.status in WITH_REASON else None
        unexpected = [guest.id for guest in changes if guest.status in UNEXPECTED]
        had = released_resources((await last_transitions(session, unexpected)).values()) if unexpected else {}
        begun = [guest for guest, new in changes.items() if new is Status.IN_SERVICE]
        early = {guest.id: guest.starts_at for guest in begun if guest.starts_at > utc_now()}
        await move_to_now(session, visit, early, force=change.force)
        await refuse_if_with_another_guest(session, [guest.id for guest in begun])
        await apply_changes(session, changes, reason=reason, user_id=actor.id, moved_from=early)
        they_came = change.status is StatusRequest.ARRIVED
        await reserve_again(session, visit, unexpected, had, now_if_over=they_came)
        if unexpected and they_came and not change.allow_same_time:
            await _refuse_same_time(session, unexpected)
        await reserve_rest_again(
            session, visit, [guest.id for guest in changes if guest.status is Status.COMPLETED]
        )
        await follow_courses(session, actor.id, [guest.id for guest in changes])
        publish_branch_change(session, visit.branch_id)
    return await read_related(session, visit_id, relations)


def _refuse_without_deposit(
    actor: Actor,
    guests: Collection[AppointmentState],
    relations: Mapping[UUID, frozenset[Relation]],
) -> None:
    """Let a hold be confirmed by the desk, and by the holder of its link, who is asked for the deposit; by no customer.

    Raises:
        DepositNeeded
    """
    held_by_customer = any(
        guest.status is Status.HELD and relations[guest.id] == BY_CUSTOMER for guest in guests
    )
    if held_by_customer and not isinstance(actor, GuestLinkHolder):
        raise DepositNeeded


async def _refuse_same_time(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Refuse to check in guests who were not expected any more, and have booked the time again.

    Raises:
        SameTime
    """
    guests = await session.scalars(select(Appointment).where(Appointment.id.in_(appointment_ids)))
    await refuse_same_time_of(session, guests.all(), ignored=appointment_ids)


async def apply_changes(
    session: AsyncSession,
    changes: Mapping[AppointmentState, Status],
    *,
    reason: str | None = None,
    user_id: UUID | None = None,
    moved_from: Mapping[UUID, datetime] | None = None,
) -> None:
    """Write new statuses. Release the time of guests who do not come any more or are done early, and book what was held.

    The caller has locked the visit, and calls `follow_courses` when nothing is left to lock.

    Args:
        user_id: The user who makes the changes; None for a job or a guest without an account.
        moved_from: The starts that guests had before they were moved to now.

    Raises:
        HoldExpired
        StatusConflict: An appointment's status has changed meanwhile.
    """
    released = [
        guest.id for guest, new in changes.items() if new in RELEASED and guest.status not in RELEASED
    ]
    confirmed = [
        guest.id for guest, new in changes.items() if guest.status is Status.HELD and new not in RELEASED
    ]
    completed = [guest.id for guest, new in changes.items() if new is Status.COMPLETED]
    if released or confirmed or completed:
        await lock_allocated(session, [*released, *confirmed, *completed])
    by_transition: dict[tuple[Status, Status], list[UUID]] = defaultdict(list)
    for guest, new in changes.items():
        by_transition[guest.status, new].append(guest.id)
    for (old, new), ids in by_transition.items():
        await _update_status(session, ids, old, new, reason)
    transitions = {guest.id: (guest.status, new) for guest, new in changes.items()}
    await record_transitions(session, transitions, released=released, user_id=user_id, moved_from=moved_from)
    await confirm_holds(session, confirmed)
    await release(session, released)
    await release_rest(session, completed)


async def _update_status(
    session: AsyncSession, ids: Collection[UUID], old: Status, new: Status, reason: str | None
) -> None:
    values = {"status": new, "hold_expires_at": None} | ({} if reason is None else {"reason": reason})
    statement = update(Appointment).where(Appointment.id.in_(ids), Appointment.status == old).values(values)
    error: type[ZenSpaException] = StatusConflict
    if old is Status.HELD and new not in RELEASED:
        # The transaction that had the lock before us may have dropped the hold.
        statement = statement.where(~Appointment.hold_has_expired)
        error = HoldExpired
    if len((await session.scalars(statement.returning(Appointment.id))).all()) != len(ids):
        raise error


def _plan_changes(
    guests: Collection[AppointmentState],
    relations: Mapping[UUID, frozenset[Relation]],
    request: StatusRequest,
    *,
    policy: Policy,
    all_or_none: bool,
) -> dict[AppointmentState, Status]:
    """Return the guests whose status changes, with their new status.

    If every eligible guest already has the status, the request is a no-op. But if a guest who could still get it is refused
    now, that is an error, so that the client hears of it. Guests who are further on, or whose appointment is over, are left
    out.
    """
    changes, errors, some_have_it = {}, {}, False
    if request is StatusRequest.ARRIVED and not all_or_none:
        guests = _expected(guests)
    for guest in guests:
        result = next_status(
            guest.status,
            request,
            relations[guest.id],
            policy=policy,
            start=guest.starts_at,
            now=utc_now(),
            is_walk_in=guest.is_walk_in,
            recorded_at=guest.recorded_at,
        )
        if not isinstance(result, Status):
            errors[guest] = result
        elif result is guest.status:
            some_have_it = True
        else:
            changes[guest] = result
    if some_have_it and not all_or_none:
        errors = {
            guest: error
            for guest, error in errors.items()
            if error is not StatusConflict or can_still_reach(guest.status, request)
        }
    if errors and (all_or_none or not changes):
        error = most_specific_error(errors.values())
        if error is not StatusConflict:
            raise error
        at_desk = not any(relations[guest.id] == BY_CUSTOMER for guest in errors)
        raise status_conflict((guest.status for guest in errors), request, at_desk=at_desk)
    return changes


def _expected(guests: Collection[AppointmentState]) -> Collection[AppointmentState]:
    """Return the guests who arrive if none is named: no no-show if others of the party came, and no guest who was declined
    if others were not. These have to be named."""
    if any(guest.status in PRESENT for guest in guests):
        guests = [guest for guest in guests if guest.status is not Status.NO_SHOW]
    return [guest for guest in guests if guest.status is not Status.DECLINED] or guests


async def load_appointment_states(
    session: AsyncSession, visit: Visit, ids: Collection[UUID]
) -> list[AppointmentState]:
    """Return the states of these appointments of the visit, by id.

    Raises:
        AppointmentNotFound: A guest got a visit of their own meanwhile.
    """
    is_walk_in = visit.source == VisitSource.WALK_IN
    # Only the record of a walk-in can still be taken back.
    untouched = not_(has_changed()) if is_walk_in else false()
    statement = (
        select(Appointment.id, Appointment.status, Appointment.starts_at, Appointment.created_at)
        .add_columns(untouched.label("is_untouched"))
        .where(Appointment.visit_id == visit.id, Appointment.id.in_(ids))
        .order_by(Appointment.id)
    )
    guests = [
        AppointmentState(
            row.id,
            Status(row.status),
            row.starts_at,
            is_walk_in,
            row.created_at if row.is_untouched else None,
        )
        for row in await session.execute(statement)
    ]
    if {guest.id for guest in guests} != {*ids}:
        raise AppointmentNotFound
    return guests
