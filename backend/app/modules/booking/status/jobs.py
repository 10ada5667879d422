"""The jobs of booking: holds expire, bookings without an answer are declined, and guests who did not come are no-shows.

Several processes may run them at the same time: the one that locks a visit first does what is due, and the others skip it
(SKIP LOCKED). That is safe here, where nothing is lost by leaving a visit to another process; never for capacity.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.database import reason_of
from app.core.database_errors import sqlstate_of
from app.db.audit import set_program
from app.db.transactions import run_in_transaction
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.courses.follow import follow_courses
from app.modules.booking.status.change_status import AppointmentState, apply_changes
from app.modules.booking.status.history import was_undone_after
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.branch.branch_service import no_show_minutes
from app.redis.events import publish_branch_change

PROGRAM = "zenspa jobs"
NOT_ANSWERED = "Spa chưa kịp xác nhận trước giờ hẹn. (The spa did not confirm it in time.)"
"""The reason that a customer reads whose booking was not answered by its start: stored, so in both languages."""
_MAX_VISITS = 1_000
"""The number of visits that one job changes in one run. The next run continues."""

logger = structlog.get_logger(__name__)

type _Due = Callable[[AsyncSession], Awaitable[ColumnElement[bool]]]


async def expire_holds(stopping: asyncio.Event) -> int:
    """Let holds expire, and return the number of their visits."""
    return await _change_due(_expired_holds, Status.EXPIRED, stopping)


async def decline_unanswered(stopping: asyncio.Event) -> int:
    """Decline bookings that the desk has not answered by their start, and return the number of their visits."""
    return await _change_due(_unanswered, Status.DECLINED, stopping)


async def mark_no_shows(stopping: asyncio.Event) -> int:
    """Mark confirmed guests as no-shows after the grace period, and return the number of their visits."""
    return await _change_due(_no_shows, Status.NO_SHOW, stopping)


async def _expired_holds(_: AsyncSession) -> ColumnElement[bool]:
    return (Appointment.status == Status.HELD) & Appointment.hold_has_expired


async def _unanswered(_: AsyncSession) -> ColumnElement[bool]:
    return (Appointment.status == Status.PENDING) & (Appointment.starts_at <= utc_now())


async def _no_shows(session: AsyncSession) -> ColumnElement[bool]:
    now = utc_now()
    latest_starts = {
        branch_id: now - timedelta(minutes=minutes)
        for branch_id, minutes in (await no_show_minutes(session)).items()
    }
    if not latest_starts:
        return false()
    latest_start = case(latest_starts, value=Appointment.branch_id)
    return (
        (Appointment.status == Status.CONFIRMED)
        & (Appointment.starts_at <= max(latest_starts.values()))  # for the index
        & (Appointment.starts_at <= latest_start)
        & ~was_undone_after(Status.NO_SHOW, latest_start)  # who took it back expects the guest
    )


async def _change_due(due: _Due, new: Status, stopping: asyncio.Event) -> int:
    done = 0
    for visit_id in await run_in_transaction(partial(_visits_with, due=due)):
        if stopping.is_set():
            break
        done += await _change_unless_busy(visit_id, due, new)
    return done


async def _visits_with(session: AsyncSession, *, due: _Due) -> list[UUID]:
    """Return the ids of visits in which something is due, the longest due first."""
    statement = (
        select(Appointment.visit_id)
        .where(await due(session))
        .group_by(Appointment.visit_id)
        .order_by(func.min(func.coalesce(Appointment.hold_expires_at, Appointment.starts_at)))
        .limit(_MAX_VISITS)
    )
    return [*await session.scalars(statement)]


async def _change_unless_busy(visit_id: UUID, due: _Due, new: Status) -> bool:
    """Change one visit, and return whether it was done. A visit that cannot be changed now must not hold up the others.

    Raises:
        DBAPIError: The database is away.
    """
    try:
        return await run_in_transaction(partial(_change, visit_id=visit_id, due=due, new=new))
    except DBAPIError as error:
        if error.connection_invalidated or not sqlstate_of(error):
            raise
        logger.warning("visit left for the next run", visit_id=str(visit_id), reason=reason_of(error))
        return False


async def _change(session: AsyncSession, *, visit_id: UUID, due: _Due, new: Status) -> bool:
    await set_program(session, PROGRAM)
    lock = (
        select(Visit.branch_id).where(Visit.id == visit_id).with_for_update(key_share=True, skip_locked=True)
    )
    branch_id = await session.scalar(lock)
    if branch_id is None:
        return False
    statement = select(Appointment.id, Appointment.status, Appointment.starts_at).where(
        Appointment.visit_id == visit_id, await due(session)
    )
    guests = [
        AppointmentState(row.id, Status(row.status), row.starts_at)
        for row in await session.execute(statement)
    ]
    if guests:
        reason = NOT_ANSWERED if new is Status.DECLINED else None
        await apply_changes(session, dict.fromkeys(guests, new), reason=reason)
        await follow_courses(session, None, [guest.id for guest in guests])
        publish_branch_change(session, branch_id)
    return bool(guests)
