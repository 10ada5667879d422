"""Branches, their opening hours and special hours."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span, WallHours, days_between, instant_of, open_spans
from app.core.exceptions import MAX_DETAILS, ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds, fetch_raw, get_row
from app.modules.branch.branch_errors import (
    BankAccountNeeded,
    BranchKeyTaken,
    BranchNotFound,
    NoOnlineBooking,
    SpecialHoursNotFound,
    SpecialHoursOverlap,
)
from app.modules.branch.branch_models import Branch, OpeningHours, SpecialHours
from app.modules.branch.branch_schemas import (
    BranchCreate,
    BranchRead,
    BranchUpdate,
    BranchUpdated,
    Hours,
    OpenQuery,
    SpecialHoursAdded,
    SpecialHoursCreate,
    SpecialHoursRead,
    SpecialHoursRequest,
    WeekdayHours,
    WeeklyHours,
)
from app.modules.coverage.coverage_schemas import Stranding
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role

_ONE_DAY = timedelta(days=1)
_SELECT_CALENDAR = "SELECT zenspa_branch_calendar($1, $2, $3)"
_COLUMNS_READ = BranchRead.model_fields.keys() - {"hours", "special_hours"}
_OF_HOURS = {"time_zone", "closed_at"}
"""The columns that decide, with the hours, when a branch is open."""
_INTEGRITY_ERRORS: dict[str, type[ZenSpaException]] = {
    "branch_deposit_account": BankAccountNeeded,
    "branch_key_key": BranchKeyTaken,
    "special_hours_overlap": SpecialHoursOverlap,
}


class Address(NamedTuple):
    """The name and the street address of a branch."""

    name: str
    address: str


class BranchCalendar(NamedTuple):
    """Some days of a branch and its booking policy."""

    zone: ZoneInfo
    hours: dict[date, list[WallHours]]
    """The hours of every day: the special hours, or else those of the weekday. A closed day has none, and so has every
    day from the one on which the branch closed for good."""
    grid_minutes: int
    notice_minutes: int
    horizon_days: int
    hold_minutes: int
    approve_online: bool
    closed_on: date | None
    """The first day on which the branch is closed for good."""

    def open_spans(self) -> list[Span]:
        """Return the spans in which the branch is open on these days, in order."""
        return open_spans(self.hours, self.hours.__getitem__, self.zone)

    def whole_day(self, day: date) -> Span:
        """Return a day from midnight to midnight, or to the end of its opening hours where they end later.

        So the early morning after a late night belongs to two days.
        """
        opening = open_spans([day], self.hours.__getitem__, self.zone)
        begins, midnight = self.midnight_to_midnight(day)
        return Span(begins, max([midnight, *(span.end for span in opening)]))

    def midnight_to_midnight(self, day: date) -> Span:
        """Return a day without the night after it, so that each instant belongs to one day."""
        return Span(instant_of(day, 0, self.zone), instant_of(day + _ONE_DAY, 0, self.zone))


async def list_branches(session: AsyncSession) -> list[BranchRead]:
    """List all branches by name, with their weekly and their special hours. Public.

    Branches that are closed for good are listed too, with `closed_at`: past visits still refer to them.
    """
    branches = (await session.scalars(select(Branch).order_by(Branch.name, Branch.id))).all()
    return await _read(session, branches)


async def list_branch_names(session: AsyncSession) -> dict[UUID, str]:
    """Return the name of each branch by its id, in the order of the names, closed ones too."""
    rows = await session.execute(select(Branch.id, Branch.name).order_by(Branch.name, Branch.id))
    return {branch.id: branch.name for branch in rows}


async def read_branch(session: AsyncSession, branch_id: UUID) -> BranchRead:
    """Return one branch with its hours. Public.

    Raises:
        BranchNotFound
    """
    [read] = await _read(session, [await get_branch(session, branch_id)])
    return read


async def list_open_spans(session: AsyncSession, branch_id: UUID, query: OpenQuery) -> list[Span]:
    """Return when a branch is open on these days of its own calendar. Public.

    The night that begins on the last day is included.

    Raises:
        BranchNotFound
    """
    calendar = await load_calendar(session, branch_id, query.first_day, query.last_day)
    return calendar.open_spans()


async def open_branch(session: AsyncSession, user: CurrentUser, new: BranchCreate) -> BranchRead:
    """Add a branch. Until `set_weekly_hours` it is closed all week.

    Raises:
        BranchKeyTaken
        BankAccountNeeded: A branch that is new has none, so that it cannot ask for deposits yet.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    branch = Branch(**new.model_dump())
    session.add(branch)
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await session.flush()
    return await read_branch(session, branch.id)


async def update_branch(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, changes: BranchUpdate
) -> BranchUpdated:
    """Change the fields that were sent.

    Raises:
        BranchNotFound, BranchKeyTaken
        BankAccountNeeded: It is to ask for deposits.
        AppointmentsStranded: Appointments lie after the closing, or outside the hours in the new time zone, and `force`
            was not sent.
    """
    authorize(user, Role.ADMIN, branch_id=branch_id)
    branch = await get_branch(session, branch_id, lock=True)
    values = changes.model_dump(exclude_unset=True)
    force = values.pop("force", False)
    if (closed := values.pop("closed", None)) is not None:
        values["closed_at"] = (branch.closed_at or utc_now()) if closed else None
    changes_hours = any(getattr(branch, field) != values[field] for field in _OF_HOURS & values.keys())
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        async with guard_coverage(
            session, branch_ids=[branch_id] if changes_hours else [], force=force
        ) as stranded:
            for field, value in values.items():
                setattr(branch, field, value)
    return BranchUpdated(**dict(await read_branch(session, branch_id)), stranded=stranded)


async def set_weekly_hours(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, weekly: WeeklyHours
) -> BranchUpdated:
    """Replace the weekly hours. Rows that stay are left untouched, so that the audit ledger shows real changes only.

    Raises:
        BranchNotFound
        AppointmentsStranded: Appointments lie outside the new hours, and `force` was not sent.
    """
    authorize(user, Role.ADMIN, branch_id=branch_id)
    await get_branch(session, branch_id, lock=True)
    missing = {(hours.weekday, hours.opens, hours.closes) for hours in weekly.hours}
    async with guard_coverage(session, branch_ids=[branch_id], force=weekly.force) as stranded:
        for row in await session.scalars(select(OpeningHours).where(OpeningHours.branch_id == branch_id)):
            if (key := (row.weekday, row.opens, row.closes)) in missing:
                missing.remove(key)
            else:
                await session.delete(row)
        await session.flush()  # before the new rows, which may overlap the deleted ones
        session.add_all(
            OpeningHours(branch_id=branch_id, weekday=weekday, opens=opens, closes=closes)
            for weekday, opens, closes in sorted(missing)
        )
    return BranchUpdated(**dict(await read_branch(session, branch_id)), stranded=stranded)


async def set_special_hours(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, special_hours: Iterable[SpecialHoursCreate]
) -> None:
    """Replace the special hours of a branch. Rows that stay are left untouched. The caller guards the appointments.

    Raises:
        BranchNotFound
        SpecialHoursOverlap: two of the new ones share a day.
    """
    authorize(user, Role.ADMIN, branch_id=branch_id)
    await get_branch(session, branch_id, lock=True)
    missing = list(special_hours)
    for row in await session.scalars(_special_hours_of([branch_id])):
        existing = SpecialHoursCreate.model_validate(_read_special_hours(row).model_dump(exclude={"id"}))
        if existing in missing:
            missing.remove(existing)
        else:
            await session.delete(row)
    await session.flush()
    for new in missing:
        await _add_special_hours(session, branch_id, new)


async def add_special_hours(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, new: SpecialHoursRequest
) -> SpecialHoursAdded:
    """Set special hours for some days, for example over Tết.

    Raises:
        BranchNotFound
        SpecialHoursOverlap: one of the days has special hours already.
        AppointmentsStranded: Appointments lie outside the special hours, and `force` was not sent.
    """
    authorize(user, Role.ADMIN, branch_id=branch_id)
    await get_branch(session, branch_id, lock=True)
    async with guard_coverage(session, branch_ids=[branch_id], force=new.force) as stranded:
        added = await _add_special_hours(session, branch_id, new)
    return SpecialHoursAdded(**dict(added), stranded=stranded)


async def _add_special_hours(
    session: AsyncSession, branch_id: UUID, new: SpecialHoursCreate
) -> SpecialHoursRead:
    days = Range(new.first_day, new.last_day + _ONE_DAY)
    others = await session.scalars(
        _special_hours_of([branch_id]).where(SpecialHours.days.overlaps(days)).limit(MAX_DETAILS)
    )
    if read := [_read_special_hours(other) for other in others]:
        raise SpecialHoursOverlap.naming(
            [(other.id, other.first_day, other.last_day, other.reason) for other in read]
        )
    special = SpecialHours(
        branch_id=branch_id,
        days=days,
        reason=new.reason,
        hours=[{"opens": hours.opens, "closes": hours.closes} for hours in new.hours],
    )
    session.add(special)
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await session.flush()
    return _read_special_hours(special)


async def remove_special_hours(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, special_hours_id: UUID, *, force: bool
) -> Stranding:
    """Remove special hours: the days have their weekly hours again.

    Raises:
        BranchNotFound, SpecialHoursNotFound
        AppointmentsStranded: Appointments lie outside the weekly hours, and `force` was not sent.
    """
    authorize(user, Role.ADMIN, branch_id=branch_id)
    await get_branch(session, branch_id, lock=True)
    deletion = delete(SpecialHours).where(
        SpecialHours.id == special_hours_id, SpecialHours.branch_id == branch_id
    )
    async with guard_coverage(session, branch_ids=[branch_id], force=force) as stranded:
        if await session.scalar(deletion.returning(SpecialHours.id)) is None:
            raise SpecialHoursNotFound
    return Stranding(stranded=stranded)


# Below: for the other modules, which have authorized the user.


async def get_branch(
    session: AsyncSession, branch_id: UUID, *, lock: bool = False, share: bool = False
) -> Branch:
    """Return the row of a branch.

    With `lock`, no other transaction changes or locks the row until this one ends. With `share`, none changes it, and
    others may share it.

    Raises:
        BranchNotFound
    """
    return await get_row(session, Branch, branch_id, BranchNotFound, lock=lock, share=share)


_ONLINE = select(Branch).where(Branch.online_booking, Branch.closed_at.is_(None))


async def list_online_branches(session: AsyncSession) -> Sequence[Branch]:
    """Return the branches in which guests without an account can book now, by name."""
    return (await session.scalars(_ONLINE.order_by(Branch.name))).all()


async def get_online_branch(session: AsyncSession, key: str) -> Branch:
    """Return the branch with this key if guests without an account can book in it now.

    Raises:
        NoOnlineBooking
    """
    branch: Branch | None = await session.scalar(_ONLINE.where(Branch.key == key))
    if branch is None:
        raise NoOnlineBooking
    return branch


async def read_online_branch(session: AsyncSession, key: str) -> BranchRead:
    """Return the branch with this key and its hours, if guests without an account can book in it now.

    Raises:
        NoOnlineBooking
    """
    [branch] = await _read(session, [await get_online_branch(session, key)])
    return branch


async def no_show_minutes(session: AsyncSession) -> dict[UUID, int]:
    """Return the grace period of every branch in minutes, also of branches that are closed for good."""
    rows = await session.execute(select(Branch.id, Branch.no_show_minutes))
    return {row.id: row.no_show_minutes for row in rows}


async def addresses_of(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Address]:
    """Return the names and street addresses of these branches, by id. An empty collection issues no query."""
    if not ids:
        return {}
    rows = await session.execute(select(Branch.id, Branch.name, Branch.address).where(Branch.id.in_(ids)))
    return {row.id: Address(row.name, row.address) for row in rows}


async def load_calendar(
    session: AsyncSession, branch_id: UUID, first_day: date, last_day: date
) -> BranchCalendar:
    """Load the hours of these days and the booking policy in one query.

    Raises:
        BranchNotFound
    """
    [(calendar,)] = await fetch_raw(session, _SELECT_CALENDAR, branch_id, first_day, last_day)
    if calendar is None:
        raise BranchNotFound
    return read_calendar(calendar)


def read_calendar(calendar: dict[str, Any]) -> BranchCalendar:
    """Return what the SQL function `zenspa_branch_calendar` returns, as Python objects."""
    by_weekday: dict[int, list[WallHours]] = {}
    for weekday, opens, closes in calendar["weekly"]:
        by_weekday.setdefault(weekday, []).append(WallHours(opens, closes))
    first_day, last_day = date.fromisoformat(calendar["first_day"]), date.fromisoformat(calendar["last_day"])
    closed_on = calendar["closed_on"] and date.fromisoformat(calendar["closed_on"])
    hours: dict[date, list[WallHours]] = {day: [] for day in days_between(first_day, last_day)}
    open_days = [day for day in hours if closed_on is None or day < closed_on]
    hours |= {day: by_weekday.get(day.isoweekday(), []) for day in open_days}
    for special in calendar["special_hours"]:
        special_hours = [WallHours(span["opens"], span["closes"]) for span in special["hours"]]
        since, until = (date.fromisoformat(special[end]) for end in ("since", "until"))
        hours |= {day: special_hours for day in open_days if since <= day < until}
    policy = ("grid_minutes", "notice_minutes", "horizon_days", "hold_minutes", "approve_online")
    policy_values = {name: calendar[name] for name in policy}
    return BranchCalendar(ZoneInfo(calendar["time_zone"]), hours, closed_on=closed_on, **policy_values)


def is_closed_on(branch: Branch, day: date) -> bool:
    """Return whether the branch is closed for good on this day."""
    closed_at = branch.closed_at
    return closed_at is not None and closed_at.astimezone(ZoneInfo(branch.time_zone)).date() <= day


async def _read(session: AsyncSession, branches: Sequence[Branch]) -> list[BranchRead]:
    branch_ids = [branch.id for branch in branches]
    weekly: dict[UUID, list[WeekdayHours]] = {branch_id: [] for branch_id in branch_ids}
    for hours in await session.scalars(_hours_of(branch_ids)):
        weekly[hours.branch_id].append(
            WeekdayHours.model_construct(weekday=hours.weekday, opens=hours.opens, closes=hours.closes)
        )
    special_hours: dict[UUID, list[SpecialHoursRead]] = {branch_id: [] for branch_id in branch_ids}
    for special in await session.scalars(_special_hours_of(branch_ids)):
        special_hours[special.branch_id].append(_read_special_hours(special))
    return [
        BranchRead.model_validate(
            {field: getattr(branch, field) for field in _COLUMNS_READ}
            | {"hours": weekly[branch.id], "special_hours": special_hours[branch.id]}
        )
        for branch in branches
    ]


def _hours_of(branch_ids: Sequence[UUID]) -> Select[OpeningHours]:
    statement = select(OpeningHours).where(OpeningHours.branch_id.in_(branch_ids))
    return statement.order_by(OpeningHours.weekday, OpeningHours.opens)


def _special_hours_of(branch_ids: Sequence[UUID]) -> Select[SpecialHours]:
    statement = select(SpecialHours).where(SpecialHours.branch_id.in_(branch_ids))
    return statement.order_by(SpecialHours.days)


def _read_special_hours(special: SpecialHours) -> SpecialHoursRead:
    first_day, end = bounds(special.days)
    return SpecialHoursRead(
        id=special.id,
        first_day=first_day,
        last_day=end - _ONE_DAY,
        reason=special.reason,
        hours=[Hours.model_construct(None, **hours) for hours in special.hours],
    )
