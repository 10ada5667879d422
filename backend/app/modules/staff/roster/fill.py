"""Many shifts at once: from weekly patterns, and from another week."""

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
from app.modules.staff.roster.schemas import MAX_SHIFTS, ShiftCopy, ShiftFill, ShiftsMade
from app.modules.staff.roster.service import TooManyShifts, is_employed
from app.modules.staff.roster.weekly import NotOfThisBranch
from app.modules.staff.staff_models import Shift, Staff, StaffBranch, WeeklyShift
from app.redis.events import announce

_ONE_DAY, _ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


class _Planned(NamedTuple):
    """A shift to be made, on the wall clock. In this order, so that a night comes before the morning it reaches into."""

    day: date
    starts: int
    """Minutes after its midnight."""
    ends: int
    staff_id: UUID


async def fill_shifts(session: AsyncSession, fill: ShiftFill) -> ShiftsMade:
    """Makes the shifts that the weekly patterns have on days on which the branch is open.

    A day on which somebody has a shift already stays as it is, so a second time makes none, and what was swapped, moved
    or deleted in part does not come back. A day that was emptied wholly is filled again. A shift in another branch counts
    unless their pattern has it there. What overlaps a shift of the day before stays away too: the morning of somebody
    whose night reaches into it.

    Raises:
        BranchNotFound, NotOfThisBranch, TooManyShifts
    """
    branch = await branch_service.get_branch(session, fill.branch_id, share=True)
    zone = ZoneInfo(branch.time_zone)
    people = await _people_of(session, branch.id, fill.staff_ids)
    weekly = (
        await session.scalars(
            select(WeeklyShift).where(WeeklyShift.branch_id == branch.id, WeeklyShift.staff_id.in_(people))
        )
    ).all()
    planned = (
        _Planned(day, line.starts, line.ends, line.staff_id)
        for day in days_between(fill.first_day, fill.last_day)
        for line in weekly
        if line.weekday == day.isoweekday()
    )
    return await _make(session, branch.id, zone, people, planned)


async def copy_shifts(session: AsyncSession, copy: ShiftCopy) -> ShiftsMade:
    """Makes the shifts of one week again in others, at the same times on the wall clock; skips as `fill_shifts` does.

    Raises:
        BranchNotFound, NotOfThisBranch, TooManyShifts
    """
    branch = await branch_service.get_branch(session, copy.branch_id, share=True)
    zone = ZoneInfo(branch.time_zone)
    people = await _people_of(session, branch.id, copy.staff_ids)
    week = Range(instant_of(copy.from_week, 0, zone), instant_of(copy.from_week + _ONE_WEEK, 0, zone))
    starts_in_it = week.lower <= func.lower(Shift.during), func.lower(Shift.during) < week.upper
    shifts = (
        await session.scalars(
            select(Shift).where(Shift.branch_id == branch.id, Shift.staff_id.in_(people), *starts_in_it)
        )
    ).all()
    planned = (
        _later(shift, copy.to_week + number * _ONE_WEEK - copy.from_week, zone)
        for number in range(copy.weeks)
        for shift in shifts
    )
    return await _make(session, branch.id, zone, people, planned)


def _later(shift: Shift, by: timedelta, zone: ZoneInfo) -> _Planned:
    start, end = (each.astimezone(zone) for each in bounds(shift.during))
    ends = _minutes(end) + (end.date() - start.date()).days * DAY
    return _Planned(start.date() + by, _minutes(start), ends, shift.staff_id)


def _minutes(shown: datetime) -> int:
    return shown.hour * 60 + shown.minute


async def _people_of(
    session: AsyncSession, branch_id: UUID, staff_ids: Sequence[UUID] | None
) -> dict[UUID, Staff]:
    """Who works in the branch: all, or these. Nobody takes them out of it, ends their employment or gives them shifts
    meanwhile."""
    work_here = select(StaffBranch.staff_id).where(StaffBranch.branch_id == branch_id)
    if staff_ids is not None:
        work_here = work_here.where(StaffBranch.staff_id.in_(staff_ids))
    wanted = select(Staff).where(Staff.id.in_(work_here)).order_by(Staff.id).with_for_update(key_share=True)
    locked = {staff.id: staff for staff in await session.scalars(wanted)}
    people = {
        staff_id: locked[staff_id] for staff_id in await session.scalars(work_here) if staff_id in locked
    }
    if not set(staff_ids or ()) <= people.keys():
        raise NotOfThisBranch
    return people


async def _make(
    session: AsyncSession,
    branch_id: UUID,
    zone: ZoneInfo,
    people: dict[UUID, Staff],
    planned: Iterable[_Planned],
) -> ShiftsMade:
    """On days on which the branch is open, and the person is employed and has no shift yet."""
    employed = (plan for plan in planned if is_employed(people[plan.staff_id], plan.day))
    wanted = sorted(islice(employed, MAX_SHIFTS + 1))
    if not wanted:
        return ShiftsMade(created=0, skipped=0)
    if len(wanted) > MAX_SHIFTS:
        raise TooManyShifts
    first, last = wanted[0].day, wanted[-1].day
    hours = (await branch_service.load_calendar(session, branch_id, first, last)).hours
    within = Range(instant_of(first, 0, zone), instant_of(last + _ONE_DAY, 0, zone))
    has_shifts = await _days_with_shifts(session, branch_id, people, within, zone)
    rows = list(_rows((plan for plan in wanted if hours[plan.day]), zone))
    free = [row for row in rows if (row.staff_id, row.start.astimezone(zone).date()) not in has_shifts]
    created = await _insert(session, branch_id, free)
    announce(session, branch_id)
    return ShiftsMade(created=created, skipped=len(rows) - created)


async def _days_with_shifts(
    session: AsyncSession, branch_id: UUID, staff_ids: Iterable[UUID], within: Range[datetime], zone: ZoneInfo
) -> set[tuple[UUID, date]]:
    """Whose shifts begin on which of these days. One in another branch does not count when the person's pattern has
    both branches on that weekday."""
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
    usual = {tuple(line) for line in elsewhere}
    begun = ((person, branch, start.astimezone(zone).date()) for person, branch, start in shifts)
    return {(person, day) for person, branch, day in begun if (person, branch, day.isoweekday()) not in usual}


class _Row(NamedTuple):
    id: UUID
    staff_id: UUID
    start: datetime
    end: datetime


_ROW: Sequence[TypeEngine[Any]] = (Uuid(), Uuid(), DateTime(timezone=True), DateTime(timezone=True))


def _rows(planned: Iterable[_Planned], zone: ZoneInfo) -> Iterator[_Row]:
    for day, starts, ends, staff_id in planned:
        start, end = instant_of(day, starts, zone), instant_of(day, ends, zone)
        if start < end:  # not so in an hour that clocks leave out
            yield _Row(uuid7(), staff_id, start, end)


async def _insert(session: AsyncSession, branch_id: UUID, rows: Sequence[_Row]) -> int:
    """How many of them overlapped nothing. One statement, and of five parameters: PostgreSQL takes 32,767."""
    columns = ([row[number] for row in rows] for number in range(len(_ROW)))
    given = func.unnest(
        *(bindparam(None, column, type_=ARRAY(kind)) for column, kind in zip(columns, _ROW, strict=True))
    )
    row = given.table_valued("id", "staff_id", "starts", "ends").render_derived().c
    made = select(row.id, row.staff_id, literal(branch_id, Uuid()), func.tstzrange(row.starts, row.ends))
    statement = insert(Shift).from_select(["id", "staff_id", "branch_id", "during"], made)
    return len((await session.scalars(statement.on_conflict_do_nothing().returning(Shift.id))).all())
