"""An appointment becomes something else: confirmed, arrived, cancelled. Who may and when is in `booking_moves`."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.exceptions import ZenSpaException
from app.db.queries import get_row
from app.modules.booking.allocation.release import free_time, lock_places
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    HoldExpired,
    StatusConflict,
    VisitNotFound,
)
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import StatusChange, VisitRead
from app.modules.booking.editing.reschedule import take_again
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.status import StatusRequest
from app.modules.booking.status.transitions import Policy, Who, is_ahead, most_specific_error, next_status
from app.modules.booking.visit.access import relations_to_visit
from app.modules.booking.visit.read import read_visits
from app.modules.branch.branch_service import get_branch
from app.modules.identity.access import CurrentUser
from app.modules.resource.allocations import confirm_holds
from app.redis.events import announce

_THERE = {Status.ARRIVED, Status.IN_SERVICE, Status.COMPLETED}
_WITH_A_REASON = {StatusRequest.DECLINED, StatusRequest.CANCELLED, StatusRequest.REOPENED}


class Guest(NamedTuple):
    id: UUID
    status: Status
    starts_at: datetime


async def set_status(
    session: AsyncSession, user: CurrentUser, visit_id: UUID, change: StatusChange
) -> VisitRead:
    """Of the guests who are named, all of them or none; else of those who can. Who is so already stays as they are.

    Raises:
        VisitNotFound: also somebody else's, for a customer.
        AppointmentNotFound: one of those named is not of this visit, or not theirs.
        ForbiddenException
        StatusConflict, HoldExpired, TooLateToCancel, TooEarlyToArrive, TooEarlyForNoShow: none can, or one who is
            named.
    """
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    concerned = await relations_to_visit(session, user, visit)  # before the lock: strangers have nobody wait
    if not concerned.keys() >= {*change.appointment_ids}:
        raise AppointmentNotFound
    await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
    guests = await _guests(session, visit_id, change.appointment_ids or concerned)
    policy = await _policy_of(session, visit.branch_id)
    becoming = _what_they_become(
        guests, concerned, change.status, policy=policy, strictly=bool(change.appointment_ids)
    )
    if becoming:
        reason = change.reason if change.status in _WITH_A_REASON else None
        await move(session, becoming, reason=reason)
        await take_again(session, visit, [guest.id for guest in becoming if guest.status is Status.NO_SHOW])
        announce(session, visit.branch_id)
    [read] = await read_visits(session, [visit_id])
    return read.model_copy(
        update={"appointments": [each for each in read.appointments if each.id in concerned]}
    )


async def move(session: AsyncSession, becoming: Mapping[Guest, Status], *, reason: str | None = None) -> None:
    """The caller has locked the visit. What is given up takes no time any more, what was held is booked.

    Raises:
        HoldExpired
        StatusConflict: one is not in its state any more.
    """
    given_up = [guest.id for guest, new in becoming.items() if guest.status.takes_time and not new.takes_time]
    kept = [guest.id for guest, new in becoming.items() if guest.status is Status.HELD and new.takes_time]
    if given_up or kept:
        await lock_places(session, [*given_up, *kept])
    alike: dict[tuple[Status, Status], list[UUID]] = defaultdict(list)
    for guest, new in becoming.items():
        alike[guest.status, new].append(guest.id)
    for (old, new), ids in alike.items():
        await _update(session, ids, old, new, reason)
    if kept:
        await confirm_holds(session, kept)
    await free_time(session, given_up)


async def _update(
    session: AsyncSession, ids: Collection[UUID], old: Status, new: Status, reason: str | None
) -> None:
    values = {"status": new, "hold_expires_at": None} | ({} if reason is None else {"reason": reason})
    moved = update(Appointment).where(Appointment.id.in_(ids), Appointment.status == old).values(values)
    refusal: type[ZenSpaException] = StatusConflict
    if old is Status.HELD and new.takes_time:
        # By the clock of now: this may have waited for locks, and whoever had them may have dropped what had expired.
        moved = moved.where(Appointment.hold_expires_at > func.clock_timestamp())
        refusal = HoldExpired
    if len((await session.scalars(moved.returning(Appointment.id))).all()) != len(ids):
        raise refusal


def _what_they_become(
    guests: Collection[Guest],
    concerned: Mapping[UUID, frozenset[Who]],
    wanted: StatusRequest,
    *,
    policy: Policy,
    strictly: bool,
) -> dict[Guest, Status]:
    """Those who can, and `strictly` all, without those who are so already.

    When nobody changes, as all who can be are so already, that is told of another who could yet be but is refused. It is
    not of one who is further on or comes no more: it was to be for who can, and is, however often it is asked.
    """
    becoming, refused, some_are_so = {}, {}, False
    if wanted is StatusRequest.ARRIVED and not strictly and any(guest.status in _THERE for guest in guests):
        # The others of the party came: of who did not it has to be said that they are there after all.
        guests = [guest for guest in guests if guest.status is not Status.NO_SHOW]
    for guest in guests:
        who = concerned[guest.id]
        answer = next_status(guest.status, wanted, who, policy=policy, start=guest.starts_at, now=utc_now())
        if not isinstance(answer, Status):
            refused[guest] = answer
        elif answer is guest.status:
            some_are_so = True
        else:
            becoming[guest] = answer
    if some_are_so and not strictly:
        refused = {
            guest: each
            for guest, each in refused.items()
            if each is not StatusConflict or is_ahead(guest.status, wanted)
        }
    if refused and (strictly or not becoming):
        raise most_specific_error(refused.values())
    return becoming


async def _guests(session: AsyncSession, visit_id: UUID, ids: Collection[UUID]) -> list[Guest]:
    found = (
        select(Appointment.id, Appointment.status, Appointment.starts_at)
        .where(Appointment.visit_id == visit_id, Appointment.id.in_(ids))
        .order_by(Appointment.id)
    )
    guests = [Guest(row.id, Status(row.status), row.starts_at) for row in await session.execute(found)]
    if {guest.id for guest in guests} != {*ids}:
        raise AppointmentNotFound  # one was given a visit of their own meanwhile
    return guests


async def _policy_of(session: AsyncSession, branch_id: UUID) -> Policy:
    branch = await get_branch(session, branch_id)
    return Policy(
        approve_online=branch.approve_online,
        free_cancel=timedelta(minutes=branch.free_cancel_minutes),
        no_show=timedelta(minutes=branch.no_show_minutes),
    )
