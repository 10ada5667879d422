"""Time that appointments give back. What was in the way of a leave or an outage is then not open to the next."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.resource.resource_allocations import Freed, give_back
from app.modules.staff.staff_time_off import block_leave_again


async def free_time(session: AsyncSession, appointment_ids: Collection[UUID]) -> None:
    """Of appointments for which nobody comes any more. The caller has locked what they take."""
    await block_freed(session, await give_back(session, appointment_ids))


async def block_freed(session: AsyncSession, freed: Iterable[Freed]) -> None:
    """A bed has no leave and nobody an outage: one question does for both."""
    for resource_id, during in freed:
        await block_leave_again(session, resource_id, during)
