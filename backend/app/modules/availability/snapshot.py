"""Load the data of a search: one branch on some days, in one statement."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.common.types.wall_time import days_between, instant_of
from app.db.queries import fetch_raw
from app.modules.availability.overrule import Hours, Overrule
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.branch.branch_service import BranchCalendar, read_calendar
from app.scheduling.bitmask import from_runs, ones, positions, union
from app.scheduling.demand import Party
from app.scheduling.search import feasible_starts
from app.scheduling.shortages import Reason
from app.scheduling.supply import (
    Equipment,
    Requirement,
    Resource,
    ResourceKind,
    Supply,
    Therapist,
    TherapistOrder,
)
from app.scheduling.timegrid import STEP, STEP_MINUTES, Grid, steps_of

_ONE_DAY = timedelta(days=1)
_WEST, _EAST = timedelta(hours=14), timedelta(hours=12)
"""A day begins 14 hours before its midnight in UTC at the earliest (Kiritimati), and ends 12 hours after it at the latest."""
_LONGEST_DAY = timedelta(hours=26)
"""The longest time from an instant to the beginning or the end of its day, also when clocks are changed."""
# The text of the functions and views is in migrations (docs/sql.md).
_SNAPSHOT = """
WITH candidate AS MATERIALIZED (
    SELECT 'staff' AS kind, id, name, gender, service_ids, NULL::uuid AS type_id, NULL::uuid AS room_id
    FROM zenspa_therapists(
        $1, $2::uuid[], $4::timestamptz, $5::timestamptz, daterange($8, $9, '[]'), $10::integer, $11::uuid[]
    )
    UNION ALL
    SELECT kind, id, name, NULL, NULL, type_id, room_id FROM zenspa_equipment($1, $3::uuid[], $10, $11)
)
SELECT kind, id, name, gender, service_ids, type_id, room_id, works_from, works_until, busy_from, busy_until,
    away_from, away_until, away_reason, away_cause, skill_count, treated_from, treated_until,
    NULL::json AS calendar, NULL::timestamptz AS read_at, NULL::text AS name_vi, NULL::json AS policy
FROM candidate JOIN zenspa_schedules(
    $1, array(SELECT id FROM candidate), $4, $5, $6::double precision, $7::uuid[]
) ON resource_id = id
LEFT JOIN zenspa_turns(
    array(SELECT id FROM candidate WHERE kind = 'staff' AND $14::boolean), $4, $5, $6, $7
) ON staff_id = id
UNION ALL
SELECT 'name', id, name_en, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    NULL, NULL, name_vi, NULL
FROM requirement_name WHERE id = ANY($2) OR id = ANY($3)
UNION ALL
SELECT 'branch', $1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    zenspa_branch_calendar($1, $12::date, $13::date), clock_timestamp(), NULL,
    CASE WHEN $14 THEN row_to_json(zenspa_assignment_policy($1)) END
ORDER BY id
"""
_LOCK_SCHEDULES = """
SELECT resource_id, works_from, works_until, busy_from, busy_until, away_from, away_until, away_reason, away_cause
FROM zenspa_lock_schedules($1, $2, $3, $4, $5, $6)
"""


class Absence(NamedTuple):
    """A run of steps in which a resource is away for a reason that the desk can see."""

    reason: Reason
    cause: str | None
    """The use of the blocked time (`BlockReason`), or the name of the branch from or to which the therapist travels; None
    for leave and outages."""
    first: int
    last: int
    """The first step after it."""


@dataclass(frozen=True, slots=True)
class BranchSnapshot:
    """One branch on some days, as masks on one grid."""

    branch_id: UUID
    calendar: BranchCalendar
    read_at: datetime
    """The time of reading, by the database's clock."""
    days: list[date]
    grid: Grid
    """A grid over `days` in every time zone, and beyond by what the party occupies before and after its stay."""
    supply: Supply
    resource_names: dict[UUID, str]
    requirement_names: dict[UUID, LocalizedText]
    """The names of the services and of the types of beds and devices that the party requires."""
    ignored: Collection[UUID] = ()
    """Appointments whose time counts as free because they are being moved."""
    hours: Hours | None = None
    """Hours, shifts and blocked time as they are overruled; None if they are not."""
    at_desk: bool = True
    """Whether the desk is searching. To anybody else a therapist in a meeting is merely taken."""
    absences: Mapping[UUID, Sequence[Absence]] = field(default_factory=dict)
    """The reasons for which the desk cannot book resources although they have no guests, by the ids of the resources."""

    @property
    def zone(self) -> ZoneInfo:
        return self.calendar.zone

    def is_bookable(self, start: datetime) -> bool:
        """Return whether grid, notice and horizon allow guests to begin then. Free resources are not checked."""
        step = self.grid.step(start)
        on_grid = 0 <= step < self.grid.count and self.grid.instant(step) == start
        return on_grid and self.supply.starts & self.supply.bookable & 1 << step != 0

    def nearest_starts(self, party: Party, around: datetime, count: int = 3) -> list[datetime]:
        """Return the free starts of its days nearest to an instant, the nearest first; of two equally near the earlier."""
        center = self.grid.step(around)
        steps = sorted(
            positions(feasible_starts(party, self.supply)), key=lambda step: (abs(step - center), step)
        )
        return [self.grid.instant(step) for step in steps[:count]]


async def load_snapshot(  # noqa: PLR0913 - the days, the branch and the party
    session: AsyncSession,
    branch_id: UUID,
    first_day: date,
    last_day: date,
    party: Party,
    *,
    at_desk: bool,
    ignored: Collection[UUID] = (),
    at_most: int | None = None,
    besides: Collection[Requirement] = (),
) -> BranchSnapshot:
    """Load a branch on these days in one statement, whatever the number of days, people and beds.

    Resources can be assigned by turns if it is one day and all resources are loaded.

    Args:
        party: Decides which resources are loaded, and how far beyond the days.
        at_desk: Whether the desk is searching: it may book from now on, on any day; others need notice and horizon.
        ignored: Appointments whose time counts as free because they are being moved.
        at_most: Load no more than so many therapists for one service and so many beds or devices of one type. Every
            start found among them is right, but there may be more.
        besides: Requirements of others, whose resources are loaded, too.

    Raises:
        BranchNotFound
    """
    window = Window(_midnight(first_day) - _WEST, _midnight(last_day + _ONE_DAY) + _EAST, first_day, last_day)
    days = days_between(first_day, last_day)
    return await _load(
        session,
        branch_id,
        window,
        party,
        lambda _: days,
        at_desk=at_desk,
        ignored=ignored,
        besides=besides,
        at_most=at_most,
        with_turns=len(days) == 1 and at_most is None,
    )


async def load_snapshot_around(  # noqa: PLR0913 - the start, the branch and the party
    session: AsyncSession,
    branch_id: UUID,
    start: datetime,
    party: Party,
    *,
    at_desk: bool,
    ignored: Collection[UUID] = (),
    overrule: Overrule = Overrule.NOTHING,
    besides: Collection[Requirement] = (),
) -> BranchSnapshot:
    """Load the day of one start, in the time zone of the branch, with all suitable resources. See `load_snapshot`."""
    start = start.astimezone(UTC)
    beginning = start.replace(minute=0, second=0, microsecond=0)
    window = Window(
        beginning - _LONGEST_DAY, beginning + _LONGEST_DAY, start.date() - _ONE_DAY, start.date() + _ONE_DAY
    )

    def days_in(zone: ZoneInfo) -> list[date]:
        return [start.astimezone(zone).date()]

    return await _load(
        session,
        branch_id,
        window,
        party,
        days_in,
        at_desk=at_desk,
        ignored=ignored,
        besides=besides,
        overrule=overrule,
        with_turns=True,
    )


async def lock_and_refresh(
    session: AsyncSession, snapshot: BranchSnapshot, resource_ids: Collection[UUID]
) -> BranchSnapshot:
    """Lock these resources until the transaction ends, and return the snapshot with their schedules as they are now.

    Their expired holds are deleted. A bed or device that was retired meanwhile is left out. Opening hours and skills stay
    as they were loaded.
    """
    grid = snapshot.grid
    rows = await fetch_raw(
        session,
        _LOCK_SCHEDULES,
        snapshot.branch_id,
        [*resource_ids],
        grid.first,
        grid.end,
        STEP.total_seconds(),
        [*snapshot.ignored],
    )
    schedules = {resource_id: Schedule(*schedule) for resource_id, *schedule in rows}
    resources = [
        _with_schedule(resource, schedules[resource.id], snapshot.hours, grid.count, at_desk=snapshot.at_desk)
        if resource.id in schedules
        else resource
        for resource in snapshot.supply.resources
        if resource.id in schedules or resource.id not in resource_ids
    ]
    absences = {**snapshot.absences, **_absences(schedules, at_desk=snapshot.at_desk)}
    return replace(snapshot, supply=replace(snapshot.supply, resources=resources), absences=absences)


class _Row(NamedTuple):
    """A row of `_SNAPSHOT`: a resource and its schedule, the name of a requirement, or the branch."""

    kind: str
    id: UUID
    name: str
    gender: str | None
    service_ids: Sequence[UUID]
    type_id: UUID
    room_id: UUID | None
    works_from: Sequence[int] | None
    works_until: Sequence[int] | None
    busy_from: Sequence[int] | None
    busy_until: Sequence[int] | None
    away_from: Sequence[int] | None
    away_until: Sequence[int] | None
    away_reason: Sequence[str] | None
    away_cause: Sequence[str | None] | None
    skill_count: int | None
    treated_from: Sequence[int] | None
    treated_until: Sequence[int] | None
    calendar: dict[str, Any] | None
    read_at: datetime
    name_vi: str
    policy: dict[str, Any] | None

    def schedule(self) -> "Schedule":
        return Schedule(*(getattr(self, column) for column in Schedule._fields))


class Window(NamedTuple):
    """The time that is loaded: from an instant until another, and the days for which people must be employed."""

    since: datetime
    until: datetime
    first_day: date
    last_day: date


class Schedule(NamedTuple):
    """The steps at which a resource works, is occupied, and is away, as runs; None for no run."""

    works_from: Sequence[int] | None
    works_until: Sequence[int] | None
    busy_from: Sequence[int] | None
    busy_until: Sequence[int] | None
    away_from: Sequence[int] | None
    away_until: Sequence[int] | None
    away_reason: Sequence[str] | None
    away_cause: Sequence[str | None] | None

    def masks(self, count: int) -> tuple[int, int]:
        """Return the steps on shift, and the steps that are not occupied, of a grid with so many steps."""
        works = from_runs(zip(self.works_from or (), self.works_until or (), strict=True), count)
        busy = from_runs(zip(self.busy_from or (), self.busy_until or (), strict=True), count)
        return works, ones(count) & ~busy

    def away(self, reason: Reason, count: int) -> int:
        """Return the steps at which it is away for this reason, of a grid with so many steps."""
        return from_runs(
            ((absence.first, absence.last) for absence in self.absences() if absence.reason is reason),
            count,
        )

    def absences(self) -> list[Absence]:
        """Return the runs in which it is away, with their reasons."""
        columns = (self.away_reason or (), self.away_cause or (), self.away_from or (), self.away_until or ())
        return [
            Absence(Reason(reason), cause, first, last)
            for reason, cause, first, last in zip(*columns, strict=True)
        ]


async def _load(  # noqa: PLR0913 - the parameters of the statement
    session: AsyncSession,
    branch_id: UUID,
    window: Window,
    party: Party,
    days_in: Callable[[ZoneInfo], list[date]],
    *,
    at_desk: bool,
    ignored: Collection[UUID],
    besides: Collection[Requirement],
    with_turns: bool,
    at_most: int | None = None,
    overrule: Overrule = Overrule.NOTHING,
) -> BranchSnapshot:
    first_step, last_step = party.reach()
    grid = Grid(
        window.since + first_step * STEP, (window.until - window.since) // STEP - first_step + last_step
    )
    own = {need.requirement for need in party.needs()}
    requirements = own | {*besides}
    raw_rows = await fetch_raw(
        session,
        _SNAPSHOT,
        branch_id,
        [*{required.of for required in requirements if required.kind is ResourceKind.STAFF}],
        [*{required.of for required in requirements if required.kind is not ResourceKind.STAFF}],
        grid.first,
        grid.end,
        STEP.total_seconds(),
        [*ignored],
        window.first_day,
        window.last_day,
        at_most,
        [required.resource_id for required in own if required.resource_id is not None],
        (grid.first - _ONE_DAY).date(),  # hours of the day before go past midnight
        (grid.end + _ONE_DAY).date(),
        with_turns,
    )
    rows = [_Row._make(row) for row in raw_rows]
    [branch] = [row for row in rows if row.kind == "branch"]
    if branch.calendar is None:
        raise BranchNotFound
    calendar = read_calendar(branch.calendar)
    days = days_in(calendar.zone)
    resources = [row for row in rows if row.kind in ResourceKind]
    named = frozenset(required.resource_id for required in own if required.resource_id is not None)
    day = union(grid.day(local_day, calendar.zone) for local_day in days)
    ends = grid.count
    if calendar.closed_on is not None:
        ends = min(ends, grid.step(instant_of(calendar.closed_on, 0, calendar.zone)))
    hours = None if overrule is Overrule.NOTHING else Hours(overrule, grid.count, day, named, ends)
    return BranchSnapshot(
        branch_id=branch_id,
        calendar=calendar,
        read_at=branch.read_at,
        days=days,
        grid=grid,
        supply=_supply(resources, grid, calendar, days, branch.policy, hours=hours, at_desk=at_desk),
        at_desk=at_desk,
        absences=_absences({row.id: row.schedule() for row in resources}, at_desk=at_desk),
        resource_names={row.id: row.name for row in resources},
        requirement_names={
            row.id: LocalizedText(vi=row.name_vi, en=row.name) for row in rows if row.kind == "name"
        },
        ignored=ignored,
        hours=hours,
    )


def _supply(  # noqa: PLR0913 - the parts of a supply
    rows: Sequence[_Row],
    grid: Grid,
    calendar: BranchCalendar,
    days: Sequence[date],
    policy: Mapping[str, Any] | None,
    *,
    hours: Hours | None,
    at_desk: bool,
) -> Supply:
    earliest, latest = _bookable_steps(grid, calendar, at_desk=at_desk)
    resources = [
        _with_schedule(_resource(row), row.schedule(), hours, grid.count, at_desk=at_desk) for row in rows
    ]
    opened = grid.free(calendar.open_spans())
    policy = policy or {}
    return Supply(
        # The search prefers the first of equals: therapists in the order of their ids, then beds and devices.
        resources=sorted(resources, key=lambda resource: isinstance(resource, Equipment)),
        open=hours.open(opened) if hours else opened,
        starts=grid.wall_starts(days, calendar.zone, calendar.grid_minutes),
        earliest=earliest,
        latest=latest,
        shortest=steps_of(policy.get("shortest_minutes") or STEP_MINUTES),
        therapist_order=TherapistOrder(policy.get("therapist_order", TherapistOrder.LEAST_NEEDED)),
        days=_working_days(grid, calendar, days) if policy else (),
    )


def _working_days(grid: Grid, calendar: BranchCalendar, days: Sequence[date]) -> list[int]:
    """Return the steps of each of these days and of the day before: until midnight, or the end of the night."""
    masks: list[int] = []
    for day in (days[0] - _ONE_DAY, *days):
        masks.append(grid.busy([calendar.whole_day(day)]) & ~union(masks))
    return masks


def _resource(row: _Row) -> Resource:
    """Return a resource without its schedule."""
    if row.kind == ResourceKind.STAFF:
        return Therapist(
            row.id,
            frozenset(row.service_ids),
            works=0,
            free=0,
            gender=row.gender,
            skill_count=row.skill_count or 0,
            treatments=tuple(zip(row.treated_from or (), row.treated_until or (), strict=True)),
        )
    return Equipment(row.id, ResourceKind(row.kind), row.type_id, free=0, room_id=row.room_id)


def _with_schedule(
    resource: Resource, schedule: Schedule, hours: Hours | None, count: int, *, at_desk: bool
) -> Resource:
    works, free = schedule.masks(count)
    blocked, travelling, unavailable = (
        schedule.away(reason, count) for reason in (Reason.BLOCKED, Reason.TRAVELLING, Reason.UNAVAILABLE)
    )
    if hours:
        works, blocked = hours.works(resource.id, works), hours.blocked(blocked)
    free &= ~(blocked | travelling)
    if not at_desk:
        blocked = travelling = unavailable = 0
    if isinstance(resource, Therapist):
        free &= works
        return replace(
            resource,
            works=works,
            free=free,
            blocked=blocked,
            travelling=travelling,
            unavailable=unavailable,
        )
    return replace(resource, free=free, blocked=blocked, unavailable=unavailable)


def _absences(schedules: Mapping[UUID, Schedule], *, at_desk: bool) -> dict[UUID, list[Absence]]:
    return (
        {resource_id: schedule.absences() for resource_id, schedule in schedules.items()} if at_desk else {}
    )


def _bookable_steps(grid: Grid, calendar: BranchCalendar, *, at_desk: bool) -> tuple[int, int]:
    """Return the first step at which guests may begin, and the first at which they may not any more."""
    now = utc_now()
    earliest, latest = grid.next_step(now), grid.count
    if not at_desk:
        earliest = grid.next_step(now + timedelta(minutes=calendar.notice_minutes))
        today = now.astimezone(calendar.zone).date()
        latest = grid.step(instant_of(today + timedelta(days=calendar.horizon_days + 1), 0, calendar.zone))
    return max(0, min(earliest, grid.count)), max(0, min(latest, grid.count))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
