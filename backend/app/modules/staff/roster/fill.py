"""Make many shifts at once: from weekly shifts, or from another week."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Uuid, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, Range, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine
from uuid_utils.compat import uuid7

from app.common.types.wall_time import DAY, days_between, instant_of
from app.db.queries import bounds
from app.modules.branch import branch_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.staff.roster.schemas import MAX_SHIFTS, ShiftCopy, ShiftFill, ShiftsMade
from app.modules.staff.roster.service import is_employed
from app.modules.staff.staff_errors import NotOfThisBranch, TooManyShifts
from app.modules.staff.staff_models import Shift, Staff, StaffBranch, WeeklyShift
from app.redis.events import publish_branch_change

_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


class _PlannedShift(NamedTuple):
    """A shift to make, in local time. Sorted, a night shift comes before the morning into which it reaches."""

    day: date
    starts: int
    """Minutes after midnight of the day."""
    ends: int
    staff_id: UUID


async def fill_shifts(session: AsyncSession, user: CurrentUser, fill: ShiftFill) -> ShiftsMade:
    """Make shifts from the weekly shifts, on days when the branch is open.

    A day on which a person already has a shift stays as it is, so a repeat makes none, and shifts that were swapped,
    moved or deleted in part do not come back. A day that was emptied completely is filled again. A shift in another
    branch counts, unless the person has weekly shifts there on that weekday. Shifts that overlap a night shift of the
    day before are skipped.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound, NotOfThisBranch, TooManyShifts
    """
    authorize(user, *DESK, branch_id=fill.branch_id)
    branch = await branch_service.get_branch(session, fill.branch_id, share=True)
    zone = ZoneInfo(branch.time_zone)
    people = await _lock_people(session, branch.id, fill.staff_ids)
    weekly = (
        await session.scalars(
            select(WeeklyShift).where(WeeklyShift.branch_id == branch.id, WeeklyShift.staff_id.in_(people))
        )
    ).all()
    planned = (
        _PlannedShift(day, shift.starts, shift.ends, shift.staff_id)
        for day in days_between(fill.first_day, fill.last_day)
        for shift in weekly
        if shift.weekday == day.isoweekday()
    )
    return await _make_shifts(session, branch.id, zone, people, planned)


async def copy_shifts(session: AsyncSession, user: CurrentUser, copy: ShiftCopy) -> ShiftsMade:
    """Copy the shifts of one week to others, at the same local times. Skips the same days as `fill_shifts`.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound, NotOfThisBranch, TooManyShifts
    """
    authorize(user, *DESK, branch_id=copy.branch_id)
    branch = await branch_service.get_branch(session, copy.branch_id, share=True)
    zone = ZoneInfo(branch.time_zone)
    people = await _lock_people(session, branch.id, copy.staff_ids)
    week = Range(instant_of(copy.from_week, 0, zone), instant_of(copy.from_week + _ONE_WEEK, 0, zone))
    begins_in_week = week.lower <= func.lower(Shift.during), func.lower(Shift.during) < week.upper
    shifts = (
        await session.scalars(
            select(Shift).where(Shift.branch_id == branch.id, Shift.staff_id.in_(people), *begins_in_week)
        )
    ).all()
    planned = (
        _postpone(shift, copy.to_week + number * _ONE_WEEK - copy.from_week, zone)
        for number in range(copy.weeks)
        for shift in shifts
    )
    return await _make_shifts(session, branch.id, zone, people, planned)


def _postpone(shift: Shift, delay: timedelta, zone: ZoneInfo) -> _PlannedShift:
    start, end = (time.astimezone(zone) for time in bounds(shift.during))
    ends = _minutes_of_day(end) + (end.date() - start.date()).days * DAY
    return _PlannedShift(start.date() + delay, _minutes_of_day(start), ends, shift.staff_id)


def _minutes_of_day(time: datetime) -> int:
    return time.hour * 60 + time.minute


async def _lock_people(
    session: AsyncSession, branch_id: UUID, staff_ids: Sequence[UUID] | None
) -> dict[UUID, Staff]:
    """Lock and return the people of a branch by id: all, or these.

    Other transactions cannot take them out of the branch, end their employment or change their shifts.

    Raises:
        NotOfThisBranch
    """
    work_here = select(StaffBranch.staff_id).where(StaffBranch.branch_id == branch_id)
    if staff_ids is not None:
        work_here = work_here.where(StaffBranch.staff_id.in_(staff_ids))
    rows = select(Staff).where(Staff.id.in_(work_here)).order_by(Staff.id).with_for_update(key_share=True)
    locked = {staff.id: staff for staff in await session.scalars(rows)}
    people = {
        staff_id: locked[staff_id] for staff_id in await session.scalars(work_here) if staff_id in locked
    }
    if not set(staff_ids or ()) <= people.keys():
        raise NotOfThisBranch
    return people


async def _make_shifts(
    session: AsyncSession,
    branch_id: UUID,
    zone: ZoneInfo,
    people: dict[UUID, Staff],
    planned: Iterable[_PlannedShift],
) -> ShiftsMade:
    """Make the shifts on days when the branch is open and the person is employed and has no shift yet."""
    employed = (plan for plan in planned if is_employed(people[plan.staff_id], plan.day))
    plans = sorted(islice(employed, MAX_SHIFTS + 1))
    if not plans:
        return ShiftsMade(created=0, skipped=0)
    if len(plans) > MAX_SHIFTS:
        raise TooManyShifts
    first, last = plans[0].day, plans[-1].day
    hours = (await branch_service.load_calendar(session, branch_id, first, last)).hours
    within = Range(instant_of(first, 0, zone), instant_of(last + _ONE_DAY, 0, zone))
    days_with_shifts = await _days_with_shifts(session, branch_id, people, within, zone)
    rows = list(_rows((plan for plan in plans if hours[plan.day]), zone))
    free = [row for row in rows if (row.staff_id, row.start.astimezone(zone).date()) not in days_with_shifts]
    created = await _insert(session, branch_id, free)
    publish_branch_change(session, branch_id)
    return ShiftsMade(created=created, skipped=len(rows) - created)


async def _days_with_shifts(
    session: AsyncSession, branch_id: UUID, staff_ids: Iterable[UUID], within: Range[datetime], zone: ZoneInfo
) -> set[tuple[UUID, date]]:
    """Return the pairs of a person and a day on which one of their shifts begins.

    A shift in another branch does not count if the person has weekly shifts there on that weekday.
    """
    start = func.lower(Shift.during, type_=DateTime(timezone=True))
    shifts = await session.execute(
        select(Shift.staff_id, Shift.branch_id, start).where(
            Shift.staff_id.in_(staff_ids), Shift.during.overlaps(within)
        )
    )
    elsewhere = await session.execute(
        select(WeeklyShift.staff_id, WeeklyShift.branch_id, WeeklyShift.weekday).where(
            WeeklyShift.staff_id.in_(staff_ids), WeeklyShift.branch_id != branch_id
        )
    )
    weekly = {tuple(row) for row in elsewhere}
    days = ((person, branch, start.astimezone(zone).date()) for person, branch, start in shifts)
    return {(person, day) for person, branch, day in days if (person, branch, day.isoweekday()) not in weekly}


class _Row(NamedTuple):
    id: UUID
    staff_id: UUID
    start: datetime
    end: datetime


_ROW_TYPES: Sequence[TypeEngine[Any]] = (Uuid(), Uuid(), DateTime(timezone=True), DateTime(timezone=True))


def _rows(planned: Iterable[_PlannedShift], zone: ZoneInfo) -> Iterator[_Row]:
    for day, starts, ends, staff_id in planned:
        start, end = instant_of(day, starts, zone), instant_of(day, ends, zone)
        if start < end:  # false in the hour that is skipped when clocks are set forward
            yield _Row(uuid7(), staff_id, start, end)


async def _insert(session: AsyncSession, branch_id: UUID, rows: Sequence[_Row]) -> int:
    """Insert the rows that overlap nothing, and return how many. Arrays are one parameter each; 32,767 are allowed."""
    columns = ([row[number] for row in rows] for number in range(len(_ROW_TYPES)))
    arrays = func.unnest(
        *(
            bindparam(None, column, type_=ARRAY(kind))
            for column, kind in zip(columns, _ROW_TYPES, strict=True)
        )
    )
    row = arrays.table_valued("id", "staff_id", "starts", "ends").render_derived().c
    shifts = select(row.id, row.staff_id, literal(branch_id, Uuid()), func.tstzrange(row.starts, row.ends))
    statement = insert(Shift).from_select(["id", "staff_id", "branch_id", "during"], shifts)
    return len((await session.scalars(statement.on_conflict_do_nothing().returning(Shift.id))).all())
