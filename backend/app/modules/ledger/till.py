"""The till of a branch: the lock of everything that moves money there, and the day that it counts to."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.queries import fetch_raw
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.ledger.ledger_models import Till

_LOCK = """
SELECT z_number, drawer_session_id, bill_year, bill_number, time_zone, business_day_starts FROM zenspa_lock_till($1)
"""


class LockedTill(NamedTuple):
    """The till of a branch, locked until the transaction ends."""

    branch_id: UUID
    business_day: date
    z_number: int
    drawer_session_id: UUID | None
    """The drawer that is open."""
    bill_year: int
    bill_number: int


async def lock_till(session: AsyncSession, branch_id: UUID) -> LockedTill:
    """Lock the till of a branch, after every other lock of the transaction.

    Raises:
        BranchNotFound
    """
    rows = await fetch_raw(session, _LOCK, branch_id)
    if not rows:
        raise BranchNotFound
    [(z_number, drawer_session_id, bill_year, bill_number, zone, starts)] = rows
    day = business_day(utc_now(), ZoneInfo(zone), starts)
    return LockedTill(branch_id, day, z_number, drawer_session_id, bill_year, bill_number)


async def begin_next_z(session: AsyncSession, till: LockedTill) -> None:
    """End the Z report of a locked till: what moves money from now on belongs to the next."""
    await session.execute(
        update(Till).where(Till.branch_id == till.branch_id).values(z_number=till.z_number + 1)
    )


async def next_z(session: AsyncSession, branch_id: UUID) -> int:
    """Return the number of the Z report to which what moves money now belongs.

    Raises:
        BranchNotFound
    """
    number = await session.scalar(select(Till.z_number).where(Till.branch_id == branch_id))
    if number is None:
        raise BranchNotFound
    return number


def business_day(at: datetime, zone: ZoneInfo, starts: int) -> date:
    """Return the day to which money counts: the night belongs to the day before.

    Args:
        starts: The hour at which a business day begins on the wall clock.
    """
    local = at.astimezone(zone)
    return local.date() if local.hour >= starts else local.date() - timedelta(days=1)
