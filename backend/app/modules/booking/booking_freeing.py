"""Time that appointments give back: free for the next, or blocked again where it is out of order or on leave."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from functools import reduce
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.rows import bounds
from app.modules.resource.resource_allocations import (
    block_again,
    lock_resources,
    release,
    taken_by,
)
from app.modules.resource.resource_kinds import ResourceKind
from app.modules.staff.staff_time_off import block_leave_again


async def lock_places(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Locks whatever these appointments take. The caller has locked their visits, and nothing that can be booked.

    While we wait a colleague may be given one of the treatments, for which nobody locks its visit: then it is done
    again. The savepoint gives the locks back first, so that none is added to those already held.
    """
    while True:
        async with session.begin_nested() as attempt:
            locked = await _places_of(session, appointment_ids)
            await lock_resources(session, locked)
            if await _places_of(session, appointment_ids) <= locked:
                return
            await attempt.rollback()


async def free_time(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """These appointments take nothing any more. The caller has locked what they took (`lock_places`)."""
    if not appointment_ids:
        return
    freed: dict[tuple[UUID, str], list[Range[datetime]]] = defaultdict(list)
    for each in await release(session, appointment_ids):
        freed[each.resource_id, each.kind].append(each.during)
    for (resource_id, kind), times in sorted(freed.items()):
        # From the first to the last of them: what lies between is blocked already where it should be.
        during = reduce(_hull, times)
        if kind == ResourceKind.STAFF:
            await block_leave_again(session, resource_id, during)
        else:
            await block_again(session, resource_id, during)


async def _places_of(session: AsyncSession, appointment_ids: Collection[UUID]) -> set[UUID]:
    return {each.resource_id for each in await taken_by(session, appointment_ids)}


def _hull(one: Range[datetime], other: Range[datetime]) -> Range[datetime]:
    """`Range.union` refuses what does not touch."""
    (start, end), (others_start, others_end) = bounds(one), bounds(other)
    return Range(min(start, others_start), max(end, others_end))
