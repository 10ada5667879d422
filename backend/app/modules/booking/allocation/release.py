"""Time that appointments give back. What was in the way of a leave or an outage is then not open to the next."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.resource.allocations import Released, lock_resources, release, taken_by
from app.modules.staff.time_off.service import block_leave_again


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
    """Of appointments for which nobody comes any more. The caller has locked what they take."""
    await block_freed(session, await release(session, appointment_ids))


async def block_freed(session: AsyncSession, freed: Iterable[Released]) -> None:
    """A bed has no leave and nobody an outage: one question does for both."""
    for resource_id, during in freed:
        await block_leave_again(session, resource_id, during)


async def _places_of(session: AsyncSession, appointment_ids: Collection[UUID]) -> set[UUID]:
    return {each.resource_id for each in await taken_by(session, appointment_ids)}
