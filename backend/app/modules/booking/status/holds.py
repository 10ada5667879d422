"""Holds that wait for something longer than the minutes of the branch, such as a deposit."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw, get_row
from app.modules.booking.allocation.allocations import lock_allocated
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_models import Allocation, Appointment, Visit
from app.modules.booking.status.status import AppointmentStatus
from app.modules.resource.kinds import AllocationState
from app.redis.events import publish_branch_change

_EXPECTED = """
SELECT coalesce(bool_or(status = 'held' AND NOT zenspa_hold_expired(hold_expires_at)), false),
    coalesce(bool_or(status IN ('pending', 'confirmed')), false)
FROM appointment WHERE visit_id = $1
"""


class Expected(NamedTuple):
    """The answer to whether the guests of a visit are to come, at the present time of the database."""

    is_held: bool
    """The time is held, and the hold has not expired."""
    is_booked: bool
    """The visit is booked, and its guests have not arrived yet."""


async def hold_longer(session: AsyncSession, visit_id: UUID, longer: timedelta) -> datetime | None:
    """Hold a visit for a time from now, but not beyond its start. Return the end of the hold; None if nothing is held.

    Raises:
        VisitNotFound
    """
    visit = await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
    on_hold = (Appointment.visit_id == visit_id, Appointment.status == AppointmentStatus.HELD)
    ids = (await session.scalars(select(Appointment.id).where(*on_hold))).all()
    await lock_allocated(session, ids)
    # The transaction that had the lock before us may have dropped the hold.
    alive = (*on_hold, ~Appointment.hold_has_expired)
    latest = select(func.least(func.clock_timestamp() + longer, func.min(Appointment.starts_at))).where(
        *alive
    )
    end: datetime | None = await session.scalar(latest.having(func.count() > 0))
    if end is None:
        return None
    await session.execute(update(Appointment).where(*on_hold).values(hold_expires_at=end))
    times = (Allocation.appointment_id.in_(ids), Allocation.state == AllocationState.HELD)
    await session.execute(update(Allocation).where(*times).values(hold_expires_at=end))
    publish_branch_change(session, visit.branch_id)
    return end


async def lock_expected(session: AsyncSession, visit_id: UUID) -> Expected:
    """Lock a visit, and return whether its guests are to come.

    Raises:
        VisitNotFound
    """
    await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
    [(is_held, is_booked)] = await fetch_raw(session, _EXPECTED, visit_id)
    return Expected(is_held, is_booked)
