"""What time itself does: holds expire, guests who did not come are no-shows, kept answers are forgotten.

Any number of processes may do it at once: whoever locks a visit first does what is due, and the others go on to the
next. That is right here, where nothing is lost by leaving a visit to somebody else; never for capacity.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.config import settings
from app.core.database import reason_of
from app.core.database_errors import sqlstate_of
from app.db.audit import act_as_program
from app.db.idempotency import forget_old_answers
from app.db.transactions import run_in_transaction
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.status.change_status import Guest, move
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.branch.branch_service import no_show_minutes
from app.redis.events import announce

PROGRAM = "zenspa clock"
_VISITS_AT_ONCE = 1_000
"""In a turn, of each kind; more are for the next."""

logger = structlog.get_logger(__name__)

type _Due = Callable[[AsyncSession], Awaitable[ColumnElement[bool]]]


async def run_jobs(stopping: asyncio.Event, *, every: float = settings.JOB_INTERVAL_SECONDS) -> None:
    """A turn every so many seconds, give or take a half, so that processes started together do not meet; 0: none."""
    while every and not await _is_set(stopping, within=every * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
        try:
            await turn(stopping)
        except (OSError, SQLAlchemyError) as error:
            logger.warning("the clock missed a turn", reason=reason_of(error))
        except Exception:
            logger.exception("the clock missed a turn")  # a bug of ours; the next turn is due all the same


async def turn(stopping: asyncio.Event | None = None) -> int:
    """All that is due now, in all branches, unless the process is stopping; of how many visits."""
    done = 0
    for due, new in ((_expired_holds, Status.EXPIRED), (_no_shows, Status.NO_SHOW)):
        for visit_id in await run_in_transaction(partial(_visits_with, due=due)):
            if stopping is not None and stopping.is_set():
                return done
            done += await _unless_busy(visit_id, due, new)
    while await run_in_transaction(forget_old_answers):
        pass
    return done


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()


async def _expired_holds(_: AsyncSession) -> ColumnElement[bool]:
    """The database's clock, by which holds were given and whoever books drops those that are over."""
    return (Appointment.status == Status.HELD) & (Appointment.hold_expires_at <= func.clock_timestamp())


async def _no_shows(session: AsyncSession) -> ColumnElement[bool]:
    now = utc_now()
    begun = {
        branch_id: now - timedelta(minutes=minutes)
        for branch_id, minutes in (await no_show_minutes(session)).items()
    }
    if not begun:
        return false()
    return (
        (Appointment.status == Status.CONFIRMED)
        & (Appointment.starts_at <= max(begun.values()))  # for the index
        & (Appointment.starts_at <= case(begun, value=Appointment.branch_id))
    )


async def _visits_with(session: AsyncSession, *, due: _Due) -> list[UUID]:
    """In which something is due, the longest due first."""
    found = (
        select(Appointment.visit_id)
        .where(await due(session))
        .group_by(Appointment.visit_id)
        .order_by(func.min(func.coalesce(Appointment.hold_expires_at, Appointment.starts_at)))
        .limit(_VISITS_AT_ONCE)
    )
    return [*await session.scalars(found)]


async def _unless_busy(visit_id: UUID, due: _Due, new: Status) -> bool:
    """One visit that cannot be done now must not keep the others from it. Whether it was done.

    Raises:
        DBAPIError: the database is away.
    """
    try:
        return await run_in_transaction(partial(_give_up, visit_id=visit_id, due=due, new=new))
    except DBAPIError as error:
        if error.connection_invalidated or not sqlstate_of(error):
            raise
        logger.warning("left for the clock's next turn", visit_id=str(visit_id), reason=reason_of(error))
        return False


async def _give_up(session: AsyncSession, *, visit_id: UUID, due: _Due, new: Status) -> bool:
    """What is still due of the visit, unless somebody else is at it."""
    await act_as_program(session, PROGRAM)
    ours = (
        select(Visit.branch_id).where(Visit.id == visit_id).with_for_update(key_share=True, skip_locked=True)
    )
    branch_id = await session.scalar(ours)
    if branch_id is None:
        return False
    found = select(Appointment.id, Appointment.status, Appointment.starts_at).where(
        Appointment.visit_id == visit_id, await due(session)
    )
    guests = [Guest(row.id, Status(row.status), row.starts_at) for row in await session.execute(found)]
    if guests:
        await move(session, dict.fromkeys(guests, new))
        announce(session, branch_id)
    return bool(guests)
