"""What a search looks at: a branch on some days, as masks on one grid."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import days_from, instant
from app.modules.branch.branch_service import BranchDays, load_days
from app.modules.resource import supply as resource_supply
from app.modules.resource.supply import SuppliedResource
from app.modules.staff import supply as staff_supply
from app.modules.staff.supply import SuppliedTherapist
from app.scheduling.bitmask import from_runs, ones, positions
from app.scheduling.demand import Party
from app.scheduling.search import starts
from app.scheduling.supply import Equipment, Resource, ResourceKind, Supply, Therapist
from app.scheduling.timegrid import STEP, Grid

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BranchSnapshot:
    """One branch, some days."""

    branch_id: UUID
    zone: ZoneInfo
    days: list[date]
    grid: Grid
    """Of these days, and as much before and after them as the party takes."""
    supply: Supply
    names: dict[UUID, str]
    """Of the resources in the supply."""
    notice_minutes: int
    horizon_days: int
    hold_minutes: int
    approve_online: bool


async def load_snapshot(  # noqa: PLR0913 - which days of which branch, for whom
    session: AsyncSession,
    branch_id: UUID,
    first_day: date,
    last_day: date,
    party: Party,
    *,
    at_the_desk: bool,
    ignoring: Collection[UUID] = (),
    at_most: int | None = None,
) -> BranchSnapshot:
    """In three questions, whatever the number of days, people and things. `ignoring` are appointments whose time counts
    as free: they are being moved. What the session has not flushed is not seen. `at_most` so many are looked at of those
    who could do one treatment, and of beds and devices of one type: a start with them is one, and there may be more.

    Notice and horizon are for customers. At the desk guests may begin from now on, on any day.

    Raises:
        BranchNotFound
    """
    branch = await load_days(session, branch_id, first_day - _ONE_DAY, last_day + _beyond(party))
    look = _Look(branch_id, branch, days_from(first_day, last_day), party)
    return await look.load(session, at_the_desk=at_the_desk, ignoring=ignoring, at_most=at_most)


async def load_snapshot_at(  # noqa: PLR0913 - when in which branch, for whom
    session: AsyncSession,
    branch_id: UUID,
    start: datetime,
    party: Party,
    *,
    at_the_desk: bool,
    ignoring: Collection[UUID] = (),
) -> BranchSnapshot:
    """The same of the one day, on the clock of the branch, on which this start is."""
    day = start.astimezone(UTC).date()
    branch = await load_days(session, branch_id, day - 2 * _ONE_DAY, day + _ONE_DAY + _beyond(party))
    look = _Look(branch_id, branch, [start.astimezone(branch.zone).date()], party)
    return await look.load(session, at_the_desk=at_the_desk, ignoring=ignoring)


def _beyond(party: Party) -> timedelta:
    """A treatment may end days after the last day, and hours of the day before go past midnight."""
    return party.reach()[1] * STEP + _ONE_DAY


@dataclass(frozen=True, slots=True)
class _Look:
    branch_id: UUID
    branch: BranchDays
    days: list[date]
    party: Party

    async def load(
        self,
        session: AsyncSession,
        *,
        at_the_desk: bool,
        ignoring: Collection[UUID],
        at_most: int | None = None,
    ) -> BranchSnapshot:
        branch, days, party = self.branch, self.days, self.party
        grid = _grid_of(days, branch.zone, *party.reach())
        earliest, latest = _bounds(grid, branch, at_the_desk=at_the_desk)
        resources, names = await _load_resources(
            session, self.branch_id, party, days, grid, ignoring=ignoring, at_most=at_most
        )
        supply = Supply(
            resources=resources,
            open=grid.free(branch.open_spans()),
            starts=grid.wall_starts(days, branch.zone, branch.grid_minutes),
            earliest=earliest,
            latest=latest,
            shortest=min(last - first for guest in party.times() for first, last in guest),
        )
        return BranchSnapshot(
            branch_id=self.branch_id,
            zone=branch.zone,
            days=days,
            grid=grid,
            supply=supply,
            names=names,
            notice_minutes=branch.notice_minutes,
            horizon_days=branch.horizon_days,
            hold_minutes=branch.hold_minutes,
            approve_online=branch.approve_online,
        )


def is_offered(snapshot: BranchSnapshot, start: datetime) -> bool:
    """Whether guests may begin then by the grid, the notice and the horizon, whoever is free."""
    step = snapshot.grid.step(start)
    on_it = 0 <= step < snapshot.grid.count and snapshot.grid.instant(step) == start
    return on_it and snapshot.supply.starts & snapshot.supply.bookable & 1 << step != 0


def nearest_starts(
    snapshot: BranchSnapshot, party: Party, around: datetime, count: int = 3
) -> list[datetime]:
    """The nearest first; of two as near the earlier."""
    step = snapshot.grid.step(around)
    found = sorted(positions(starts(party, snapshot.supply)), key=lambda each: (abs(each - step), each))
    return [snapshot.grid.instant(each) for each in found[:count]]


def _grid_of(days: Sequence[date], zone: ZoneInfo, first_step: int, last_step: int) -> Grid:
    begins, ends = instant(days[0], 0, zone), instant(days[-1] + _ONE_DAY, 0, zone)
    return Grid(begins + first_step * STEP, (ends - begins) // STEP - first_step + last_step)


def _bounds(grid: Grid, branch: BranchDays, *, at_the_desk: bool) -> tuple[int, int]:
    """The first step at which guests may begin and the first at which they may not any more."""
    now = utc_now()
    earliest, latest = grid.next_step(now), grid.count
    if not at_the_desk:
        earliest = grid.next_step(now + timedelta(minutes=branch.notice_minutes))
        today = now.astimezone(branch.zone).date()
        latest = grid.step(instant(today + timedelta(days=branch.horizon_days + 1), 0, branch.zone))
    return max(0, min(earliest, grid.count)), max(0, min(latest, grid.count))


async def _load_resources(  # noqa: PLR0913 - what the questions ask
    session: AsyncSession,
    branch_id: UUID,
    party: Party,
    days: Sequence[date],
    grid: Grid,
    *,
    ignoring: Collection[UUID],
    at_most: int | None,
) -> tuple[list[Resource], dict[UUID, str]]:
    """By id, and their names."""
    requirement = {need.requirement for need in party.needs()}
    wishes = {each.resource_id for each in requirement if each.resource_id is not None}
    span = (grid.first, grid.instant(grid.count))
    therapists: list[SuppliedTherapist] = []
    if service_ids := {each.of for each in requirement if each.kind is ResourceKind.STAFF}:
        therapists = await staff_supply.load_supply(
            session,
            branch_id,
            service_ids=service_ids,
            days=days,
            span=span,
            step=STEP,
            at_most=at_most,
            rather=wishes,
        )
    things = await resource_supply.load_supply(
        session,
        branch_id,
        type_ids={each.of for each in requirement if each.kind is not ResourceKind.STAFF},
        staff_ids=[each.id for each in therapists if each.begins],
        span=span,
        step=STEP,
        ignoring=ignoring,
        at_most=at_most,
        rather=wishes,
    )
    taken = {each.id: each.taken for each in things if each.kind is ResourceKind.STAFF}
    resources: list[Resource] = [
        _therapist(each, from_runs(taken.get(each.id, ()), grid.count), grid.count) for each in therapists
    ]
    resources += [_thing(each, grid.count) for each in things if each.kind is not ResourceKind.STAFF]
    names = {each.id: each.name for each in things} | {each.id: each.name for each in therapists}
    return resources, names


def _therapist(each: SuppliedTherapist, taken: int, count: int) -> Therapist:
    works = from_runs(each.shifts, count)
    return Therapist(each.id, frozenset(each.skills), works, works & ~taken, each.gender)


def _thing(each: SuppliedResource, count: int) -> Equipment:
    free = ones(count) & ~from_runs(each.taken, count)
    return Equipment(each.id, each.kind, each.type_id, free, each.room_id)
