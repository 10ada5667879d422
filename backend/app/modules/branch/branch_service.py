"""What a spa does with its branches."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span, WallHours, days_from, instant, open_spans
from app.core.exceptions import ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds, fetch_raw, get_row
from app.modules.branch.branch_errors import (
    BranchKeyTaken,
    BranchNotFound,
    ExceptionNotFound,
    ExceptionOverlaps,
)
from app.modules.branch.branch_models import Branch, HoursException, OpeningHours
from app.modules.branch.branch_schemas import (
    BranchCreate,
    BranchRead,
    BranchUpdate,
    ExceptionCreate,
    ExceptionRead,
    Hours,
    OpenQuery,
    WeekdayHours,
    WeeklyHours,
)

_ONE_DAY = timedelta(days=1)
_CALENDAR = "SELECT zenspa_branch_calendar($1, $2, $3)"
_OWN_FIELDS = BranchRead.model_fields.keys() - {"hours", "exceptions"}


class Address(NamedTuple):
    """A branch as a guest looks for it."""

    name: str
    address: str


_REFUSALS: dict[str, type[ZenSpaException]] = {
    "branch_key_key": BranchKeyTaken,
    "hours_exception_overlap": ExceptionOverlaps,
}


async def list_branches(session: AsyncSession) -> list[BranchRead]:
    """Lists the branches by name with their hours and the days that have others. Those closed for good come too,
    with the time since when: what happened there keeps its place."""
    branches = (await session.scalars(select(Branch).order_by(Branch.name, Branch.id))).all()
    return await _read(session, branches)


async def read_branch(session: AsyncSession, branch_id: UUID) -> BranchRead:
    """Raises BranchNotFound."""
    [read] = await _read(session, [await get_branch(session, branch_id)])
    return read


async def get_branch(
    session: AsyncSession, branch_id: UUID, *, lock: bool = False, share: bool = False
) -> Branch:
    """With `lock` nobody else changes it until the transaction ends; with `share` nobody changes it.

    Raises:
        BranchNotFound
    """
    return await get_row(session, Branch, branch_id, BranchNotFound, lock=lock, share=share)


async def no_show_minutes(session: AsyncSession) -> dict[UUID, int]:
    """Of every branch, also of those that are closed for good."""
    found = await session.execute(select(Branch.id, Branch.no_show_minutes))
    return {row.id: row.no_show_minutes for row in found}


async def addresses_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Address]:
    """Where these branches are."""
    if not ids:
        return {}
    rows = await session.execute(select(Branch.id, Branch.name, Branch.address).where(Branch.id.in_(ids)))
    return {row.id: Address(row.name, row.address) for row in rows}


async def refuse_unknown_branches(session: AsyncSession, branch_ids: Iterable[UUID | None]) -> None:
    """None of them stands for every branch.

    Raises:
        BranchNotFound
    """
    wanted = {branch_id for branch_id in branch_ids if branch_id is not None}
    if wanted and wanted - set(await session.scalars(select(Branch.id).where(Branch.id.in_(wanted)))):
        raise BranchNotFound


async def open_branch(session: AsyncSession, new: BranchCreate) -> BranchRead:
    """Without hours it is closed all week, until `set_weekly_hours`.

    Raises:
        BranchKeyTaken
    """
    branch = Branch(**new.model_dump())
    session.add(branch)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
    return await read_branch(session, branch.id)


async def update_branch(session: AsyncSession, branch_id: UUID, changes: BranchUpdate) -> BranchRead:
    """Raises BranchNotFound, BranchKeyTaken."""
    branch = await get_branch(session, branch_id, lock=True)
    values = changes.model_dump(exclude_unset=True)
    if (closed := values.pop("closed", None)) is not None:
        branch.closed_at = (branch.closed_at or utc_now()) if closed else None
    for field, value in values.items():
        setattr(branch, field, value)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
    return await read_branch(session, branch_id)


async def set_weekly_hours(session: AsyncSession, branch_id: UUID, weekly: WeeklyHours) -> BranchRead:
    """These and no others. What has not changed stays as it is, so that the audit ledger shows what has.

    Raises:
        BranchNotFound
    """
    await get_branch(session, branch_id, lock=True)
    wanted = {(each.weekday, each.opens, each.closes) for each in weekly.hours}
    for held in await session.scalars(select(OpeningHours).where(OpeningHours.branch_id == branch_id)):
        if (key := (held.weekday, held.opens, held.closes)) in wanted:
            wanted.remove(key)
        else:
            await session.delete(held)
    await session.flush()  # before the new ones, which may overlap them
    session.add_all(
        OpeningHours(branch_id=branch_id, weekday=weekday, opens=opens, closes=closes)
        for weekday, opens, closes in sorted(wanted)
    )
    await session.flush()
    return await read_branch(session, branch_id)


async def set_exceptions(session: AsyncSession, branch_id: UUID, wanted: Iterable[ExceptionCreate]) -> None:
    """These and no others; what has not changed stays as it is.

    Raises:
        BranchNotFound
        ExceptionOverlaps: one of another.
    """
    await get_branch(session, branch_id, lock=True)
    new = list(wanted)
    for held in await session.scalars(_exceptions_of([branch_id])):
        same = ExceptionCreate.model_validate(_read_exception(held).model_dump(exclude={"id"}))
        if same in new:
            new.remove(same)
        else:
            await session.delete(held)
    await session.flush()
    for each in new:
        await _add_exception(session, branch_id, each)


async def add_exception(session: AsyncSession, branch_id: UUID, new: ExceptionCreate) -> ExceptionRead:
    """Other hours on some days, as over Tết.

    Raises:
        BranchNotFound
        ExceptionOverlaps: one of the days has other hours already.
    """
    await get_branch(session, branch_id)
    return await _add_exception(session, branch_id, new)


async def _add_exception(session: AsyncSession, branch_id: UUID, new: ExceptionCreate) -> ExceptionRead:
    exception = HoursException(
        branch_id=branch_id,
        days=Range(new.first_day, new.last_day + _ONE_DAY),
        reason=new.reason,
        hours=[{"opens": each.opens, "closes": each.closes} for each in new.hours],
    )
    session.add(exception)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
    return _read_exception(exception)


async def remove_exception(session: AsyncSession, branch_id: UUID, exception_id: UUID) -> None:
    """Raises BranchNotFound, ExceptionNotFound."""
    await get_branch(session, branch_id)
    removed = delete(HoursException).where(
        HoursException.id == exception_id, HoursException.branch_id == branch_id
    )
    if await session.scalar(removed.returning(HoursException.id)) is None:
        raise ExceptionNotFound


async def open_hours(session: AsyncSession, branch_id: UUID, asked: OpenQuery) -> list[Span]:
    """When a branch is open on these days of its own calendar, the night that begins on the last of them included.

    Raises:
        BranchNotFound
    """
    calendar = await load_calendar(session, branch_id, asked.first_day, asked.last_day)
    return calendar.open_spans()


class BranchCalendar(NamedTuple):
    """Some days of a branch, and how it takes bookings."""

    zone: ZoneInfo
    hours: dict[date, list[WallHours]]
    """Of every day of the range: the weekday's hours, or the exception's. None when it is closed, as it is on all days
    from the one on which it closed for good."""
    grid_minutes: int
    notice_minutes: int
    horizon_days: int
    hold_minutes: int
    approve_online: bool

    def open_spans(self) -> list[Span]:
        return open_spans(self.hours, self.hours.__getitem__, self.zone)

    def whole_day(self, day: date) -> Span:
        """Return the time from midnight to midnight, or to the end of the night that begins on the day: the early
        morning belongs to two days."""
        opening = open_spans([day], self.hours.__getitem__, self.zone)
        midnight = instant_of(day + _ONE_DAY, 0, self.zone)
        return Span(instant_of(day, 0, self.zone), max([midnight, *(span.end for span in opening)]))


async def load_calendar(
    session: AsyncSession, branch_id: UUID, first_day: date, last_day: date
) -> BranchCalendar:
    """Load the hours of these days and the booking policy, in one statement.

    Raises:
        BranchNotFound
    """
    [(calendar,)] = await fetch_raw(session, _CALENDAR, branch_id, first_day, last_day)
    if calendar is None:
        raise BranchNotFound
    return read_calendar(calendar)


def read_calendar(calendar: dict[str, Any]) -> BranchCalendar:
    """Read what the SQL function `zenspa_branch_calendar` returns."""
    by_weekday: dict[int, list[WallHours]] = {}
    for weekday, opens, closes in calendar["weekly"]:
        by_weekday.setdefault(weekday, []).append(WallHours(opens, closes))
    first_day, last_day = date.fromisoformat(calendar["first_day"]), date.fromisoformat(calendar["last_day"])
    closed_on = calendar["closed_on"] and date.fromisoformat(calendar["closed_on"])
    hours: dict[date, list[WallHours]] = {day: [] for day in days_between(first_day, last_day)}
    open_days = [day for day in hours if closed_on is None or day < closed_on]
    hours |= {day: by_weekday.get(day.isoweekday(), []) for day in open_days}
    for exception in calendar["exceptions"]:
        instead = [WallHours(span["opens"], span["closes"]) for span in exception["hours"]]
        since, until = (date.fromisoformat(exception[end]) for end in ("since", "until"))
        hours |= {day: instead for day in open_days if since <= day < until}
    policy = ("grid_minutes", "notice_minutes", "horizon_days", "hold_minutes", "approve_online")
    return BranchCalendar(ZoneInfo(calendar["time_zone"]), hours, *(calendar[name] for name in policy))


def is_closed_on(branch: Branch, day: date) -> bool:
    """For good."""
    closed_at = branch.closed_at
    return closed_at is not None and closed_at.astimezone(ZoneInfo(branch.time_zone)).date() <= day


async def _read(session: AsyncSession, branches: Sequence[Branch]) -> list[BranchRead]:
    ids = [branch.id for branch in branches]
    weekly: dict[UUID, list[WeekdayHours]] = {branch_id: [] for branch_id in ids}
    for hours in await session.scalars(_hours_of(ids)):
        weekly[hours.branch_id].append(
            WeekdayHours.model_construct(weekday=hours.weekday, opens=hours.opens, closes=hours.closes)
        )
    exceptions: dict[UUID, list[ExceptionRead]] = {branch_id: [] for branch_id in ids}
    for exception in await session.scalars(_exceptions_of(ids)):
        exceptions[exception.branch_id].append(_read_exception(exception))
    return [
        BranchRead.model_validate(
            {field: getattr(branch, field) for field in _OWN_FIELDS}
            | {"hours": weekly[branch.id], "exceptions": exceptions[branch.id]}
        )
        for branch in branches
    ]


def _hours_of(branch_ids: Sequence[UUID]) -> Select[OpeningHours]:
    found = select(OpeningHours).where(OpeningHours.branch_id.in_(branch_ids))
    return found.order_by(OpeningHours.weekday, OpeningHours.opens)


def _exceptions_of(branch_ids: Sequence[UUID]) -> Select[HoursException]:
    found = select(HoursException).where(HoursException.branch_id.in_(branch_ids))
    return found.order_by(HoursException.days)


def _read_exception(exception: HoursException) -> ExceptionRead:
    first_day, end = bounds(exception.days)
    return ExceptionRead(
        id=exception.id,
        first_day=first_day,
        last_day=end - _ONE_DAY,
        reason=exception.reason,
        hours=[Hours.model_construct(None, **each) for each in exception.hours],
    )
