"""Shifts: the times at which people work in a branch."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.types.instants import require_interval
from app.core.exceptions import ValidationException
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds
from app.modules.branch import branch_service
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM
from app.modules.resource.appointments import lock_resources
from app.modules.staff.roster.schemas import (
    MAX_SHIFT,
    MAX_SHIFTS,
    RosterChange,
    ShiftCreate,
    ShiftListQuery,
    ShiftSwap,
    ShiftUpdate,
)
from app.modules.staff.roster.weekly import require_branches
from app.modules.staff.staff_errors import (
    BranchClosed,
    NotEmployed,
    SameStaff,
    ShiftNotFound,
    ShiftOverlaps,
    TooManyShifts,
)
from app.modules.staff.staff_models import Shift, Staff
from app.modules.staff.staff_schemas import ShiftRead
from app.modules.staff.staff_service import (
    find_staff_of_user,
    get_own_or_managed,
    get_staff,
    refuse_overlapping,
)
from app.redis.events import publish_branch_change

_CONSTRAINT_ERRORS = {"shift_overlap": ShiftOverlaps}


async def list_shifts(session: AsyncSession, user: CurrentUser, query: ShiftListQuery) -> list[ShiftRead]:
    """Return shifts in the order of their starts. A therapist who is not at the desk gets their own only.

    Raises:
        ForbiddenException: The user does not work in the spa, or not in the branch.
        BranchNotFound, StaffNotFound, TooManyShifts
    """
    authorize(user, *TEAM, branch_id=query.branch_id)
    shifts = select(Shift).where(Shift.during.overlaps(Range(query.start, query.end)))
    if query.branch_id is not None:
        await branch_service.get_branch(session, query.branch_id)
        shifts = shifts.where(Shift.branch_id == query.branch_id)
    staff_id = query.staff_id
    if staff_id is not None:
        await get_own_or_managed(session, user, staff_id, *DESK)
    elif query.branch_id is None or not user.holds_in(query.branch_id, *DESK):
        own = await find_staff_of_user(session, user.id)
        if own is None:
            return []
        staff_id = own.id
    if staff_id is not None:
        shifts = shifts.where(Shift.staff_id == staff_id)
    in_order = shifts.order_by(func.lower(Shift.during), Shift.staff_id).limit(MAX_SHIFTS + 1)
    rows = (await session.scalars(in_order)).all()
    if len(rows) > MAX_SHIFTS:
        raise TooManyShifts
    return [read_shift(shift) for shift in rows]


async def create_shift(session: AsyncSession, user: CurrentUser, new: ShiftCreate) -> ShiftRead:
    """Add a shift, in a branch where the person works and while they are employed.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound, StaffNotFound, NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps
    """
    authorize(user, *DESK, branch_id=new.branch_id)
    await branch_service.get_branch(session, new.branch_id)
    await _lock_people(session, [new.staff_id])
    shift = Shift(
        id=uuid7(), staff_id=new.staff_id, branch_id=new.branch_id, during=Range(new.start, new.end)
    )
    await _refuse_unless_allowed(session, shift)
    session.add(shift)
    with translate_integrity_errors(_CONSTRAINT_ERRORS):
        await session.flush()
    publish_branch_change(session, new.branch_id)
    return read_shift(shift)


async def update_shift(
    session: AsyncSession, user: CurrentUser, shift_id: UUID, changes: ShiftUpdate
) -> RosterChange:
    """Change the times, the branch or the person of a shift.

    Raises:
        ForbiddenException: The user is not at the desk of the branch, before or after.
        ShiftNotFound, BranchNotFound, StaffNotFound, NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps
        AppointmentsStranded: Unless `force` is set.
        ValidationException: The shift does not end after its start, or is too long.
    """
    authorize(user, *DESK)
    [shift] = await _lock_shifts(session, user, shift_id)
    changed = changes.model_dump(exclude_unset=True)
    if "branch_id" in changed:
        authorize(user, *DESK, branch_id=changed["branch_id"])
        await branch_service.get_branch(session, changed["branch_id"])
        publish_branch_change(session, changed["branch_id"])
    staff_ids = [shift.staff_id, changed.get("staff_id", shift.staff_id)]
    await _lock_people(session, staff_ids)
    during = _during(shift, changed)
    await lock_resources(session, staff_ids)
    with translate_integrity_errors(_CONSTRAINT_ERRORS):
        async with guard_coverage(
            session, resource_ids=staff_ids, within=[shift.during], force=changes.force
        ) as stranded:
            shift.staff_id = staff_ids[1]
            shift.branch_id = changed.get("branch_id", shift.branch_id)
            shift.during = during
            await _refuse_unless_allowed(session, shift)
    return RosterChange(shifts=[read_shift(shift)], stranded=stranded)


async def delete_shift(
    session: AsyncSession, user: CurrentUser, shift_id: UUID, *, force: bool
) -> RosterChange:
    """Delete a shift.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        ShiftNotFound
        AppointmentsStranded: Unless `force` is set.
    """
    authorize(user, *DESK)
    [shift] = await _lock_shifts(session, user, shift_id)
    await lock_resources(session, [shift.staff_id])
    async with guard_coverage(
        session, resource_ids=[shift.staff_id], within=[shift.during], force=force
    ) as stranded:
        await session.delete(shift)
    return RosterChange(shifts=[], stranded=stranded)


async def swap_shifts(
    session: AsyncSession, user: CurrentUser, shift_id: UUID, swap: ShiftSwap
) -> RosterChange:
    """Let two people swap shifts: each keeps their row and gets the time and the branch of the other.

    If the rows kept their times and swapped the people, two shifts that overlap would collide halfway, because
    PostgreSQL checks after each row. A deferrable constraint could not skip existing shifts in `fill_shifts`.

    Raises:
        ForbiddenException: The user is not at the desk of both branches.
        ShiftNotFound, SameStaff, NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps
        AppointmentsStranded: Unless `force` is set.
    """
    authorize(user, *DESK)
    first, second = await _lock_shifts(session, user, shift_id, swap.with_shift_id)
    if first.staff_id == second.staff_id:
        raise SameStaff
    staff_ids, times = [first.staff_id, second.staff_id], [first.during, second.during]
    await _lock_people(session, staff_ids)
    await lock_resources(session, staff_ids)
    with translate_integrity_errors(_CONSTRAINT_ERRORS):
        async with guard_coverage(
            session, resource_ids=staff_ids, within=times, force=swap.force
        ) as stranded:
            first.during, second.during = second.during, first.during
            first.branch_id, second.branch_id = second.branch_id, first.branch_id
            for shift in (first, second):
                await _refuse_unless_allowed(session, shift)
    return RosterChange(shifts=[read_shift(first), read_shift(second)], stranded=stranded)


def read_shift(shift: Shift) -> ShiftRead:
    """Return the shift as the API shows it."""
    start, end = bounds(shift.during)
    return ShiftRead(id=shift.id, staff_id=shift.staff_id, branch_id=shift.branch_id, start=start, end=end)


def is_employed(staff: Staff, day: date) -> bool:
    """Return whether a person is employed on this day."""
    return staff.employed_from <= day and (staff.employed_until is None or day <= staff.employed_until)


async def _lock_shifts(session: AsyncSession, user: CurrentUser, *shift_ids: UUID) -> list[Shift]:
    """Lock the shifts, and publish a change of their branches.

    Shifts are locked before people, and in the order of their ids, by everybody who locks them, so that two transactions
    never deadlock.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        ShiftNotFound
    """
    rows = select(Shift).where(Shift.id.in_(shift_ids)).order_by(Shift.id).with_for_update(key_share=True)
    shifts = {shift.id: shift for shift in await session.scalars(rows)}
    if shifts.keys() != set(shift_ids):
        raise ShiftNotFound
    for shift in shifts.values():
        authorize(user, *DESK, branch_id=shift.branch_id)
        publish_branch_change(session, shift.branch_id)
    return [shifts[shift_id] for shift_id in shift_ids]


async def _lock_people(session: AsyncSession, staff_ids: Iterable[UUID]) -> None:
    """Lock people, so that other transactions cannot change their shifts.

    In the order of their ids and before any shift is written, as `fill_shifts` does, so that none waits for the other.

    Raises:
        StaffNotFound
    """
    for staff_id in sorted(set(staff_ids)):
        await get_staff(session, staff_id, lock=True)


async def _refuse_unless_allowed(session: AsyncSession, shift: Shift) -> None:
    """Refuse a shift that its person, who is locked, or its branch cannot have.

    The day of a shift is the local date on which it begins.

    Raises:
        NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps
    """
    staff = await get_staff(session, shift.staff_id)
    await require_branches(session, staff.id, [shift.branch_id])
    branch = await branch_service.get_branch(session, shift.branch_id)
    start, _ = bounds(shift.during)
    day = start.astimezone(ZoneInfo(branch.time_zone)).date()
    if not is_employed(staff, day):
        raise NotEmployed
    if branch_service.is_closed_on(branch, day):
        raise BranchClosed
    await refuse_overlapping(session, shift)


def _during(shift: Shift, changed: Mapping[str, Any]) -> Range[datetime]:
    """Return the new times. Unchanged times are not checked: a shift on a day of 25 hours may be 25 hours long."""
    if not changed.keys() & {"start", "end"}:
        return shift.during
    current = read_shift(shift)
    start, end = changed.get("start", current.start), changed.get("end", current.end)
    try:
        require_interval(start, end, longest=MAX_SHIFT)
    except PydanticCustomError as error:
        raise ValidationException.of(error) from error
    return Range(start, end)
