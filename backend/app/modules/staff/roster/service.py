"""Shifts: who works where, from one instant to another."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.instants import require_interval
from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException, ValidationException
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds
from app.modules.branch import branch_service
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.staff.access import AT_THE_DESK, get_own_or_managed, must_hold_in_branch
from app.modules.staff.coverage import guard_coverage
from app.modules.staff.roster.schemas import (
    MAX_SHIFT,
    MAX_SHIFTS,
    RosterChange,
    ShiftCreate,
    ShiftListQuery,
    ShiftRead,
    ShiftSwap,
    ShiftUpdate,
)
from app.modules.staff.roster.weekly import refuse_unless_works_in
from app.modules.staff.staff_models import Shift, Staff
from app.modules.staff.staff_service import find_staff_of_user, get_staff
from app.redis.events import announce


class ShiftNotFound(NotFoundException):
    code = "SHIFT_NOT_FOUND"
    text = LocalizedText("Không tìm thấy ca làm này.", "There is no such shift.")


class ShiftOverlaps(ConflictException):
    code = "SHIFT_OVERLAPS"
    text = LocalizedText("Nhân viên đã có ca làm vào lúc đó.", "They have another shift at that time.")


class NotEmployed(ConflictException):
    code = "NOT_EMPLOYED"
    text = LocalizedText("Ngày đó nhân viên không làm việc cho spa.", "They are not employed on that day.")


class BranchClosed(ConflictException):
    code = "BRANCH_CLOSED"
    text = LocalizedText("Ngày đó chi nhánh đã đóng cửa hẳn.", "The branch is closed for good on that day.")


class TooManyShifts(ValidationException):
    code = "TOO_MANY_SHIFTS"
    text = LocalizedText(
        "Quá nhiều ca làm; hãy chọn ít ngày hoặc ít người hơn.",
        "Too many shifts: ask for fewer days or people.",
    )


class SameStaff(ConflictException):
    code = "SHIFTS_OF_ONE_PERSON"
    text = LocalizedText("Hai ca làm này là của cùng một người.", "Both shifts are of the same person.")


_REFUSALS = {"shift_overlap": ShiftOverlaps}


async def list_shifts(session: AsyncSession, user: CurrentUser, query: ShiftListQuery) -> list[ShiftRead]:
    """In the order of their starts. A therapist who is at no desk sees their own only.

    Raises:
        BranchNotFound, StaffNotFound, ForbiddenException, TooManyShifts
    """
    found = select(Shift).where(Shift.during.overlaps(Range(query.start, query.end)))
    if query.branch_id is not None:
        await must_hold_in_branch(session, user, query.branch_id, *AT_THE_DESK, Role.THERAPIST)
        found = found.where(Shift.branch_id == query.branch_id)
    staff_id = query.staff_id
    if staff_id is not None:
        await get_own_or_managed(session, user, staff_id, *AT_THE_DESK)
    elif query.branch_id is None or not user.holds_in(query.branch_id, *AT_THE_DESK):
        own = await find_staff_of_user(session, user.id)
        if own is None:
            return []
        staff_id = own.id
    if staff_id is not None:
        found = found.where(Shift.staff_id == staff_id)
    ordered = found.order_by(func.lower(Shift.during), Shift.staff_id).limit(MAX_SHIFTS + 1)
    shifts = (await session.scalars(ordered)).all()
    if len(shifts) > MAX_SHIFTS:
        raise TooManyShifts
    return [read_shift(shift) for shift in shifts]


async def create_shift(session: AsyncSession, user: CurrentUser, new: ShiftCreate) -> ShiftRead:
    """Where somebody works, and while they are employed.

    Raises:
        BranchNotFound, ForbiddenException, StaffNotFound
        NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps
    """
    await must_hold_in_branch(session, user, new.branch_id, *AT_THE_DESK)
    await _lock_people(session, [new.staff_id])
    shift = Shift(staff_id=new.staff_id, branch_id=new.branch_id, during=Range(new.start, new.end))
    await _refuse_unless_may_work(session, shift)
    session.add(shift)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
    announce(session, new.branch_id)
    return read_shift(shift)


async def update_shift(
    session: AsyncSession, user: CurrentUser, shift_id: UUID, changes: ShiftUpdate
) -> RosterChange:
    """Raises what `create_shift` raises, ShiftNotFound, ValidationException and AppointmentsStranded."""
    [shift] = await _lock_shifts(session, user, shift_id)
    changed = changes.model_dump(exclude_unset=True)
    if "branch_id" in changed:
        await must_hold_in_branch(session, user, changed["branch_id"], *AT_THE_DESK)
        announce(session, changed["branch_id"])
    people = [shift.staff_id, changed.get("staff_id", shift.staff_id)]
    await _lock_people(session, people)
    during = _during(shift, changed)
    with translate_integrity_errors(_REFUSALS):
        async with guard_coverage(session, people, within=[shift.during], force=changes.force) as stranded:
            shift.staff_id = people[1]
            shift.branch_id = changed.get("branch_id", shift.branch_id)
            shift.during = during
            await _refuse_unless_may_work(session, shift)
    return RosterChange(shifts=[read_shift(shift)], stranded=stranded)


async def delete_shift(
    session: AsyncSession, user: CurrentUser, shift_id: UUID, *, force: bool
) -> RosterChange:
    """Raises ShiftNotFound, ForbiddenException, AppointmentsStranded."""
    [shift] = await _lock_shifts(session, user, shift_id)
    async with guard_coverage(session, [shift.staff_id], within=[shift.during], force=force) as stranded:
        await session.delete(shift)
    return RosterChange(shifts=[], stranded=stranded)


async def swap_shifts(
    session: AsyncSession, user: CurrentUser, shift_id: UUID, swap: ShiftSwap
) -> RosterChange:
    """Two people take each other's shift.

    Each keeps their row and gets the time and the branch of the other's. With the people changing rows instead, two
    shifts that overlap would meet halfway, and PostgreSQL checks after each row; a constraint that could wait until
    the end could not skip what is there in `fill_shifts`.

    Raises:
        ShiftNotFound, ForbiddenException, SameStaff, AppointmentsStranded
        NotOfThisBranch, NotEmployed, BranchClosed, ShiftOverlaps
    """
    one, other = await _lock_shifts(session, user, shift_id, swap.with_shift_id)
    if one.staff_id == other.staff_id:
        raise SameStaff
    people, times = [one.staff_id, other.staff_id], [one.during, other.during]
    await _lock_people(session, people)
    with translate_integrity_errors(_REFUSALS):
        async with guard_coverage(session, people, within=times, force=swap.force) as stranded:
            one.during, other.during = other.during, one.during
            one.branch_id, other.branch_id = other.branch_id, one.branch_id
            for shift in (one, other):
                await _refuse_unless_may_work(session, shift)
    return RosterChange(shifts=[read_shift(one), read_shift(other)], stranded=stranded)


def read_shift(shift: Shift) -> ShiftRead:
    start, end = bounds(shift.during)
    return ShiftRead(id=shift.id, staff_id=shift.staff_id, branch_id=shift.branch_id, start=start, end=end)


def is_employed(staff: Staff, day: date) -> bool:
    return staff.employed_from <= day and (staff.employed_until is None or day <= staff.employed_until)


async def _lock_shifts(session: AsyncSession, user: CurrentUser, *shift_ids: UUID) -> list[Shift]:
    """Nobody else changes them until the transaction ends. Locked before their people, and in one order, by all who
    lock them, so that two cannot deadlock. That they change is announced where they are now.

    Raises:
        ShiftNotFound, ForbiddenException
    """
    wanted = select(Shift).where(Shift.id.in_(shift_ids)).order_by(Shift.id).with_for_update(key_share=True)
    shifts = {shift.id: shift for shift in await session.scalars(wanted)}
    if shifts.keys() != set(shift_ids):
        raise ShiftNotFound
    for shift in shifts.values():
        user.must_hold_in(shift.branch_id, *AT_THE_DESK)
        announce(session, shift.branch_id)
    return [shifts[shift_id] for shift_id in shift_ids]


async def _lock_people(session: AsyncSession, staff_ids: Iterable[UUID]) -> None:
    """Nobody else gives or takes them shifts until the transaction ends. In the order of their ids, and before any
    shift is written: who fills a roster does so too, so that none waits for the other.

    Raises:
        StaffNotFound
    """
    for staff_id in sorted(set(staff_ids)):
        await get_staff(session, staff_id, lock=True)


async def _refuse_unless_may_work(session: AsyncSession, shift: Shift) -> None:
    """The day of a shift is the one on which it begins, on the wall clock of its branch. Its person is locked."""
    staff = await get_staff(session, shift.staff_id)
    await refuse_unless_works_in(session, staff.id, [shift.branch_id])
    branch = await branch_service.get_branch(session, shift.branch_id)
    start, _ = bounds(shift.during)
    day = start.astimezone(ZoneInfo(branch.time_zone)).date()
    if not is_employed(staff, day):
        raise NotEmployed
    if branch_service.is_closed_on(branch, day):
        raise BranchClosed


def _during(shift: Shift, changed: Mapping[str, Any]) -> Range[datetime]:
    """What stays is not checked: when clocks are set back, `fill_shifts` may have made it 25 hours long."""
    if not changed.keys() & {"start", "end"}:
        return shift.during
    held = read_shift(shift)
    start, end = changed.get("start", held.start), changed.get("end", held.end)
    try:
        require_interval(start, end, longest=MAX_SHIFT)
    except PydanticCustomError as error:
        raise ValidationException.of(error) from error
    return Range(start, end)
