"""Weekly patterns: when somebody works every week, on the wall clocks of their branches."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException
from app.modules.identity.access import CurrentUser
from app.modules.staff.access import AT_THE_DESK, get_own_or_managed, require_manager
from app.modules.staff.roster.schemas import WeeklyShifts, WeeklyShiftTimes
from app.modules.staff.staff_models import StaffBranch, WeeklyShift
from app.modules.staff.staff_service import get_staff

type _Line = tuple[UUID, int, int, int]
"""branch_id, weekday, starts, ends."""


class NotOfThisBranch(ConflictException):
    code = "NOT_OF_THIS_BRANCH"
    text = LocalizedText("Nhân viên không làm ở chi nhánh này.", "They do not work in this branch.")


async def get_weekly_shifts(session: AsyncSession, user: CurrentUser, staff_id: UUID) -> WeeklyShifts:
    """Raises StaffNotFound, ForbiddenException: see `get_own_or_led`."""
    await get_own_or_managed(session, user, staff_id, *AT_THE_DESK)
    return (await list_weekly_shifts(session, [staff_id]))[staff_id]


async def list_weekly_shifts(
    session: AsyncSession, staff_ids: Sequence[UUID] | None
) -> dict[UUID, WeeklyShifts]:
    """The patterns of these people, or of all who have one."""
    found = select(WeeklyShift).order_by(WeeklyShift.staff_id, WeeklyShift.weekday, WeeklyShift.starts)
    if staff_ids is not None:
        found = found.where(WeeklyShift.staff_id.in_(staff_ids))
    patterns: dict[UUID, list[WeeklyShiftTimes]] = defaultdict(list, {each: [] for each in staff_ids or ()})
    for held in await session.scalars(found):
        patterns[held.staff_id].append(
            WeeklyShiftTimes.model_construct(
                branch_id=held.branch_id, weekday=held.weekday, starts=held.starts, ends=held.ends
            )
        )
    return {staff_id: WeeklyShifts(shifts=shifts) for staff_id, shifts in patterns.items()}


async def change_weekly_shifts(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, weekly: WeeklyShifts
) -> WeeklyShifts:
    """`set_weekly_shifts` for the desk of every branch in which something changes.

    Raises:
        StaffNotFound, ForbiddenException, NotOfThisBranch
    """
    await get_staff(session, staff_id, lock=True)
    await require_manager(session, user, staff_id, *AT_THE_DESK)
    held = (await list_weekly_shifts(session, [staff_id]))[staff_id]
    for branch_id, *_ in _lines(held) ^ _lines(weekly):
        user.must_hold_in(branch_id, *AT_THE_DESK)
    return await set_weekly_shifts(session, staff_id, weekly)


async def set_weekly_shifts(session: AsyncSession, staff_id: UUID, weekly: WeeklyShifts) -> WeeklyShifts:
    """These and no others. What has not changed stays as it is, so that the audit ledger shows what has.

    Shifts that were made of the pattern before stay.

    Raises:
        StaffNotFound, NotOfThisBranch
    """
    await get_staff(session, staff_id, lock=True)
    await refuse_unless_works_in(session, staff_id, {shift.branch_id for shift in weekly.shifts})
    wanted = _lines(weekly)
    for held in await session.scalars(select(WeeklyShift).where(WeeklyShift.staff_id == staff_id)):
        if (line := (held.branch_id, held.weekday, held.starts, held.ends)) in wanted:
            wanted.remove(line)
        else:
            await session.delete(held)
    await session.flush()  # first: what takes their place may overlap them
    session.add_all(
        WeeklyShift(staff_id=staff_id, branch_id=branch_id, weekday=weekday, starts=starts, ends=ends)
        for branch_id, weekday, starts, ends in sorted(wanted)
    )
    await session.flush()
    return weekly


async def refuse_unless_works_in(session: AsyncSession, staff_id: UUID, branch_ids: Iterable[UUID]) -> None:
    """Raises NotOfThisBranch unless they work in all of these."""
    works_in = select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id)
    if not set(branch_ids) <= set(await session.scalars(works_in)):
        raise NotOfThisBranch


def _lines(weekly: WeeklyShifts) -> set[_Line]:
    return {(shift.branch_id, shift.weekday, shift.starts, shift.ends) for shift in weekly.shifts}
