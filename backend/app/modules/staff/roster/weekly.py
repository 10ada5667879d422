"""Weekly shifts: the times at which a person works every week, in the local time of their branches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM
from app.modules.staff.staff_errors import NotOfThisBranch
from app.modules.staff.staff_models import StaffBranch, WeeklyShift
from app.modules.staff.staff_schemas import WeeklyShifts, WeeklyShiftTimes
from app.modules.staff.staff_service import get_own_or_managed, get_staff, require_manager

type _WeeklyTimes = tuple[UUID, int, int, int]
"""A tuple of branch_id, weekday, starts and ends."""


async def get_weekly_shifts(session: AsyncSession, user: CurrentUser, staff_id: UUID) -> WeeklyShifts:
    """Return the weekly shifts of a person.

    Raises:
        ForbiddenException: The user does not work in the spa, or the person works in other branches only.
        StaffNotFound: No such person, or not visible to the user.
    """
    authorize(user, *TEAM)
    await get_own_or_managed(session, user, staff_id, *DESK)
    return (await list_weekly_shifts(session, [staff_id]))[staff_id]


async def list_weekly_shifts(
    session: AsyncSession, staff_ids: Sequence[UUID] | None
) -> dict[UUID, WeeklyShifts]:
    """Return the weekly shifts of these people by id; with None, of everybody who has some."""
    rows = select(WeeklyShift).order_by(WeeklyShift.staff_id, WeeklyShift.weekday, WeeklyShift.starts)
    if staff_ids is not None:
        rows = rows.where(WeeklyShift.staff_id.in_(staff_ids))
    shifts: dict[UUID, list[WeeklyShiftTimes]] = defaultdict(
        list, {staff_id: [] for staff_id in staff_ids or ()}
    )
    for row in await session.scalars(rows):
        shifts[row.staff_id].append(
            WeeklyShiftTimes.model_construct(
                branch_id=row.branch_id, weekday=row.weekday, starts=row.starts, ends=row.ends
            )
        )
    return {staff_id: WeeklyShifts(shifts=weekly) for staff_id, weekly in shifts.items()}


async def set_weekly_shifts(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, weekly: WeeklyShifts
) -> WeeklyShifts:
    """Replace the weekly shifts of a person. Only the differences are written, so the audit ledger shows them.

    Shifts that were made from the weekly shifts before stay.

    Raises:
        ForbiddenException: The user is not at the desk of every branch in which something changes.
        StaffNotFound, NotOfThisBranch
    """
    authorize(user, *DESK)
    await get_staff(session, staff_id, lock=True)
    await require_manager(session, user, staff_id, *DESK)
    rows = (await session.scalars(select(WeeklyShift).where(WeeklyShift.staff_id == staff_id))).all()
    before = {(row.branch_id, row.weekday, row.starts, row.ends): row for row in rows}
    after = _times_of(weekly)
    for branch_id, *_ in before.keys() ^ after:
        authorize(user, *DESK, branch_id=branch_id)
    await require_branches(session, staff_id, {shift.branch_id for shift in weekly.shifts})
    for times in before.keys() - after:
        await session.delete(before[times])
    await session.flush()  # first: the new shifts may overlap the deleted ones
    session.add_all(
        WeeklyShift(staff_id=staff_id, branch_id=branch_id, weekday=weekday, starts=starts, ends=ends)
        for branch_id, weekday, starts, ends in sorted(after - before.keys())
    )
    await session.flush()
    return weekly


async def require_branches(session: AsyncSession, staff_id: UUID, branch_ids: Iterable[UUID]) -> None:
    """Raise NotOfThisBranch unless the person works in all of these branches."""
    work_in = select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id)
    if not set(branch_ids) <= set(await session.scalars(work_in)):
        raise NotOfThisBranch


def _times_of(weekly: WeeklyShifts) -> set[_WeeklyTimes]:
    return {(shift.branch_id, shift.weekday, shift.starts, shift.ends) for shift in weekly.shifts}
