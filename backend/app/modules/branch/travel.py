"""Travel: the minutes that a therapist needs between work in two branches. `zenspa_unavailability` respects them."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch.branch_errors import SameBranch
from app.modules.branch.branch_models import TravelTime
from app.modules.branch.branch_service import get_branch
from app.modules.branch.travel_schemas import TravelTimeChange, TravelTimeRead, TravelTimeSet
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import TEAM, Role
from app.redis.events import publish_branch_change


async def list_travel_times(
    session: AsyncSession, user: CurrentUser, branch_id: UUID
) -> list[TravelTimeRead]:
    """Return the travel from a branch to all others that are not reached in no time, the nearest first.

    Raises:
        ForbiddenException: The user does not work in the spa.
        BranchNotFound
    """
    authorize(user, *TEAM)
    await get_branch(session, branch_id)
    rows = await session.scalars(
        select(TravelTime)
        .where(or_(TravelTime.first_branch_id == branch_id, TravelTime.second_branch_id == branch_id))
        .order_by(TravelTime.minutes, TravelTime.id)
    )
    return [
        TravelTimeRead(
            branch_id=row.second_branch_id if row.first_branch_id == branch_id else row.first_branch_id,
            minutes=row.minutes,
        )
        for row in rows
    ]


async def set_travel_time(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, other_id: UUID, change: TravelTimeChange
) -> TravelTimeSet:
    """Set the minutes of travel between two branches, either way. 0 removes them.

    Raises:
        ForbiddenException: The user does not administer the whole spa: the setting belongs to two branches.
        BranchNotFound, SameBranch
        AppointmentsStranded: A therapist has appointments in both branches with less time between, and `force` was not
            sent.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    if branch_id == other_id:
        raise SameBranch
    first, second = sorted((branch_id, other_id))
    for locked_id in (first, second):
        await get_branch(session, locked_id, lock=True)
    row = await session.scalar(
        select(TravelTime).where(TravelTime.first_branch_id == first, TravelTime.second_branch_id == second)
    )
    async with guard_coverage(session, branch_ids=[first, second], force=change.force) as stranded:
        if row is None and change.minutes:
            session.add(TravelTime(first_branch_id=first, second_branch_id=second, minutes=change.minutes))
        elif row is not None and change.minutes:
            row.minutes = change.minutes
        elif row is not None:
            await session.delete(row)
    for changed_id in (first, second):
        publish_branch_change(session, changed_id)
    return TravelTimeSet(branch_id=other_id, minutes=change.minutes, stranded=stranded)
