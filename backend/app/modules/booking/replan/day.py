"""A branch's day as those see it who plan it anew: who is there, what they do, and what of it may change hands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span
from app.db.queries import bounds
from app.modules.booking.booking_models import Appointment, AppointmentTreatment
from app.modules.booking.status.status import AppointmentStatus
from app.modules.booking.visit.read import there_between
from app.modules.branch.branch_service import load_days
from app.modules.catalogue.names import ServiceName, names_of_variants
from app.modules.resource.allocations import OccupiedTime, taken_times
from app.modules.staff.supply import SuppliedTherapist, load_supply
from app.modules.staff.time_off.service import approved_leave
from app.scheduling.bitmask import from_runs
from app.scheduling.reassignment import Work
from app.scheduling.supply import Requirement, ResourceKind, Therapist
from app.scheduling.timegrid import STEP, Grid

_BEFORE, _AFTER = timedelta(hours=12), timedelta(days=1)
"""As much of the grid before and after the day: a treatment takes no longer than a day."""
_MAY_CHANGE_HANDS = (
    AppointmentStatus.HELD,
    AppointmentStatus.PENDING,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.REOPENED,
    AppointmentStatus.IN_SERVICE,
)
"""Of a guest; who is in one treatment may have another later, with somebody else."""


class Planned(NamedTuple):
    """A treatment of the day that somebody does."""

    work: Work
    treatment: AppointmentTreatment
    appointment: Appointment
    service: ServiceName
    spans: list[Span]
    """When it takes its therapist."""

    def is_to_come(self, now: datetime, since: datetime) -> bool:
        """For its therapist; also when the guest has been waiting for them."""
        begun = self.appointment.status == AppointmentStatus.IN_SERVICE and self.spans[0].start <= now
        return not begun and self.spans[-1].end > max(since, now)


@dataclass(frozen=True, slots=True)
class DaySeen:
    """`people` are those on shift but who is away; what they do of `others` counts as free."""

    grid: Grid
    begins: datetime
    ends: datetime
    lost: list[Planned]
    """Of who is away, still to come."""
    others: list[Planned]
    """What others could give away: not what guests asked them for by name."""
    people: list[Therapist]
    taken: list[OccupiedTime]

    def digest(self, staff_ids: Collection[UUID]) -> str:
        """Of what these people do that day. What happens to others does not spoil a plan."""
        day = Range(self.begins, self.ends)
        return digest_of(
            each for each in self.taken if each.resource_id in staff_ids and each.during.overlaps(day)
        )

    @property
    def span(self) -> tuple[datetime, datetime]:
        """All that was looked at."""
        return self.grid.first, self.grid.instant(self.grid.count)

    @property
    def shortest(self) -> int:
        """Steps of the shortest treatment."""
        works = [each.work.during.bit_count() for each in (*self.lost, *self.others)]
        return min(works, default=1)


def digest_of(taken: Iterable[OccupiedTime]) -> str:
    """In any order."""
    lines = []
    for resource_id, during, treatment_id in taken:
        start, end = bounds(during)
        lines.append(f"{resource_id} {start.isoformat()} {end.isoformat()} {treatment_id}")
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


async def see_day(
    session: AsyncSession, branch_id: UUID, staff_id: UUID, day: date, *, since: datetime
) -> DaySeen:
    """Of who is away what ends after `since`; of others what has yet to begin. In a constant number of questions.

    Raises:
        BranchNotFound
    """
    begins, ends = (await load_days(session, branch_id, day, day)).whole_day(day)
    grid = Grid(begins - _BEFORE, (ends + _AFTER - begins + _BEFORE) // STEP)
    span = (grid.first, grid.instant(grid.count))
    rows = await _treatments(session, branch_id, begins, ends)
    services = await names_of_variants(session, {treatment.variant_id for treatment, _ in rows})
    on_shift = await load_supply(
        session,
        branch_id,
        service_ids={service.service_id for service in services.values()},
        days=[day],
        span=span,
        step=STEP,
    )
    staff_ids = {staff_id, *(each.id for each in on_shift)}
    taken = await taken_times(session, staff_ids, Range(*span))
    planned = _planned(rows, services, taken, grid)
    now = utc_now()
    lost = [each for each in planned if each.work.by == staff_id and each.is_to_come(now, since)]
    others = [
        each
        for each in planned
        if each.work.by != staff_id and each.treatment.therapist_id is None and each.spans[0].start >= now
    ]
    on_leave = await approved_leave(session, staff_ids, Range(*span))
    people = _people(
        [each for each in on_shift if each.id != staff_id], grid, on_leave, _stays(taken, others)
    )
    return DaySeen(grid, begins, ends, lost, others, people, taken)


def _people(
    on_shift: list[SuppliedTherapist],
    grid: Grid,
    on_leave: Mapping[UUID, list[Span]],
    stays: Mapping[UUID, list[Span]],
) -> list[Therapist]:
    people = []
    for each in on_shift:
        works = from_runs(each.shifts, grid.count) & ~grid.busy(on_leave.get(each.id, ()))
        free = works & ~grid.busy(stays.get(each.id, ()))
        people.append(Therapist(each.id, frozenset(each.skills), works, free, each.gender))
    return people


async def _treatments(
    session: AsyncSession, branch_id: UUID, begins: datetime, ends: datetime
) -> list[tuple[AppointmentTreatment, Appointment]]:
    found = (
        select(AppointmentTreatment, Appointment)
        .join(Appointment, Appointment.id == AppointmentTreatment.appointment_id)
        .where(Appointment.branch_id == branch_id, there_between(begins, ends))
        .where(AppointmentTreatment.starts_at >= begins, AppointmentTreatment.starts_at < ends)
        .where(Appointment.status.in_(_MAY_CHANGE_HANDS))
        .order_by(AppointmentTreatment.starts_at, AppointmentTreatment.id)
        .execution_options(populate_existing=True)
    )
    return [(treatment, appointment) for treatment, appointment in await session.execute(found)]


def _planned(
    rows: list[tuple[AppointmentTreatment, Appointment]],
    services: Mapping[UUID, ServiceName],
    taken: list[OccupiedTime],
    grid: Grid,
) -> list[Planned]:
    by_treatment: dict[UUID | None, list[OccupiedTime]] = defaultdict(list)
    for each in taken:
        by_treatment[each.appointment_treatment_id].append(each)
    planned = []
    for treatment, appointment in rows:
        runs = by_treatment[treatment.id]
        if len({each.resource_id for each in runs}) != 1:
            continue  # nobody of this branch does it
        service = services[treatment.variant_id]
        spans = [Span(*bounds(each.during)) for each in runs]
        requirement = Requirement(ResourceKind.STAFF, service.service_id, gender=treatment.gender)
        work = Work(treatment.id, runs[0].resource_id, grid.busy(spans), requirement)
        planned.append(Planned(work, treatment, appointment, service, spans))
    return planned


def _stays(taken: list[OccupiedTime], may_move: list[Planned]) -> dict[UUID, list[Span]]:
    moving = {each.work.id for each in may_move}
    stays: dict[UUID, list[Span]] = defaultdict(list)
    for each in taken:
        if each.appointment_treatment_id not in moving:
            stays[each.resource_id].append(Span(*bounds(each.during)))
    return stays
