"""Load a branch's day to replan it: the therapists, their treatments, and those that could go to a colleague."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
from app.modules.availability.availability_service import load_movable
from app.modules.booking.booking_models import Appointment, AppointmentTreatment
from app.modules.booking.status.status import EDITABLE, AppointmentStatus
from app.modules.booking.visit.rows import overlaps
from app.modules.branch.branch_service import load_calendar
from app.modules.catalogue.catalogue_schemas import ServiceName
from app.modules.catalogue.catalogue_service import names_of_variants
from app.scheduling.bitmask import from_runs
from app.scheduling.reassignment import Work
from app.scheduling.supply import Requirement, ResourceKind, Therapist
from app.scheduling.timegrid import STEP, Grid

_BEFORE, _AFTER = timedelta(hours=12), timedelta(days=1)
"""The parts of the grid before and after the day: no treatment is longer than a day."""
_THERAPISTS = """
SELECT id, gender, service_ids, works_from, works_until
FROM zenspa_therapists($1, $2::uuid[], $3::timestamptz, $4::timestamptz, daterange($5, $5, '[]'), NULL, '{}') AS able
JOIN zenspa_schedules($1, array(
    SELECT id FROM zenspa_therapists($1, $2, $3, $4, daterange($5, $5, '[]'), NULL, '{}')
), $3, $4, $6::double precision, '{}') ON resource_id = able.id
ORDER BY id
"""
_OCCUPIED = """
SELECT resource_id, lower(during), upper(during), appointment_treatment_id FROM resource_appointment
WHERE resource_id = ANY($1::uuid[]) AND during && tstzrange($2::timestamptz, $3::timestamptz)
UNION ALL
SELECT resource_id, lower(during), upper(during), NULL
FROM zenspa_unavailability(
    array_fill($4::uuid, ARRAY[cardinality($1)]), $1,
    array_fill($2, ARRAY[cardinality($1)]), array_fill($3, ARRAY[cardinality($1)])
)
ORDER BY 2, 1
"""
_OVERRUNS = """
SELECT resource_id, lower(during), upper(during) FROM overrun
WHERE resource_id = ANY($1::uuid[]) AND during && tstzrange($2::timestamptz, $3::timestamptz)
"""


class Occupation(NamedTuple):
    """A time in which a therapist is occupied."""

    staff_id: UUID
    span: Span
    treatment_id: UUID | None
    """The treatment; None for leave, blocked time, travel, and guests who stay after the booked end."""


class Planned(NamedTuple):
    """A treatment of the day, with its therapist."""

    work: Work
    treatment: AppointmentTreatment
    appointment: Appointment
    service: ServiceName
    spans: list[Span]
    """The times in which it occupies its therapist."""

    def is_to_come(self, now: datetime, since: datetime) -> bool:
        """Return whether the therapist has yet to do it, also if the guest is already waiting."""
        begun = self.appointment.status == AppointmentStatus.IN_SERVICE and self.spans[0].start <= now
        return not begun and self.spans[-1].end > max(since, now)


@dataclass(frozen=True, slots=True)
class DaySeen:
    """A branch's day, as `see_day` loads it."""

    grid: Grid
    begins: datetime
    ends: datetime
    lost: list[Planned]
    """The upcoming treatments of the therapist who is away."""
    others: list[Planned]
    """Treatments that colleagues could hand over (`load_movable`)."""
    people: list[Therapist]
    """The colleagues on shift. Their time in `others` counts as free."""
    occupations: list[Occupation]

    def digest(self, staff_ids: Collection[UUID]) -> str:
        """Return a digest of these people's occupations on the day. Changes for other people do not invalidate a plan."""
        return digest_of(
            occupation
            for occupation in self.occupations
            if occupation.staff_id in staff_ids
            and occupation.span.start < self.ends
            and occupation.span.end > self.begins
        )

    @property
    def shortest(self) -> int:
        """The length of the shortest treatment, in steps."""
        lengths = [planned.work.during.bit_count() for planned in (*self.lost, *self.others)]
        return min(lengths, default=1)


def digest_of(occupations: Iterable[Occupation]) -> str:
    """Return the SHA-256 of occupations in any order, in hex."""
    lines = [
        f"{staff_id} {span.start.isoformat()} {span.end.isoformat()} {treatment_id}"
        for staff_id, span, treatment_id in occupations
    ]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()


async def see_day(
    session: AsyncSession, branch_id: UUID, staff_id: UUID, day: date, *, since: datetime
) -> DaySeen:
    """Load a day in a constant number of statements.

    For the therapist who is away, treatments that end after `since` are lost; colleagues can hand over what has yet to
    begin.

    Raises:
        BranchNotFound
    """
    begins, ends = (await load_calendar(session, branch_id, day, day)).whole_day(day)
    grid = Grid(begins - _BEFORE, (ends + _AFTER - begins + _BEFORE) // STEP)
    rows = await _treatments(session, branch_id, begins, ends)
    services = await names_of_variants(session, {treatment.variant_id for treatment, _ in rows})
    service_ids = {service.service_id for service in services.values()}
    on_shift = await _on_shift(session, branch_id, service_ids, day, grid)
    staff_ids = {staff_id, *(person.id for person in on_shift)}
    occupations = await _occupations(session, branch_id, staff_ids, grid)
    planned = _planned(rows, services, occupations, grid)
    now = utc_now()
    lost = [entry for entry in planned if entry.work.by == staff_id and entry.is_to_come(now, since)]
    movable = {
        (treatment.treatment_id, treatment.resource_id)
        for treatment in await load_movable(session, branch_id, begins, ends)
    }
    others = [
        entry for entry in planned if entry.work.by != staff_id and (entry.work.id, entry.work.by) in movable
    ]
    # They are no part of the digest: they grow by the minute, until the guest is done.
    overruns = await _overruns(session, staff_ids, grid)
    fixed = _fixed([*occupations, *overruns], others, grid)
    people = [_without(person, fixed.get(person.id, 0)) for person in on_shift if person.id != staff_id]
    return DaySeen(grid, begins, ends, lost, others, people, occupations)


async def _on_shift(
    session: AsyncSession, branch_id: UUID, service_ids: Collection[UUID], day: date, grid: Grid
) -> list[Therapist]:
    """Return the therapists who perform one of these services and work in the branch that day, by id; free for their whole
    shifts."""
    rows = await fetch_raw(
        session,
        _THERAPISTS,
        branch_id,
        [*service_ids],
        grid.first,
        grid.end,
        day,
        STEP.total_seconds(),
    )
    people = []
    for person_id, gender, skills, works_from, works_until in rows:
        works = from_runs(zip(works_from or (), works_until or (), strict=True), grid.count)
        people.append(Therapist(person_id, frozenset(skills), works, works, gender))
    return people


async def _occupations(
    session: AsyncSession, branch_id: UUID, staff_ids: Collection[UUID], grid: Grid
) -> list[Occupation]:
    rows = await fetch_raw(session, _OCCUPIED, [*staff_ids], grid.first, grid.end, branch_id)
    return [Occupation(staff_id, Span(start, end), treatment) for staff_id, start, end, treatment in rows]


async def _overruns(session: AsyncSession, staff_ids: Collection[UUID], grid: Grid) -> list[Occupation]:
    """Return the time in which guests in service keep their therapists after the booked end."""
    rows = await fetch_raw(session, _OVERRUNS, [*staff_ids], grid.first, grid.end)
    return [Occupation(staff_id, Span(start, end), None) for staff_id, start, end in rows]


async def _treatments(
    session: AsyncSession, branch_id: UUID, begins: datetime, ends: datetime
) -> list[tuple[AppointmentTreatment, Appointment]]:
    statement = (
        select(AppointmentTreatment, Appointment)
        .join(Appointment, Appointment.id == AppointmentTreatment.appointment_id)
        .where(Appointment.branch_id == branch_id, overlaps(begins, ends))
        .where(AppointmentTreatment.starts_at >= begins, AppointmentTreatment.starts_at < ends)
        .where(Appointment.status.in_(EDITABLE))
        .order_by(AppointmentTreatment.starts_at, AppointmentTreatment.id)
        .execution_options(populate_existing=True)
    )
    return [(treatment, appointment) for treatment, appointment in await session.execute(statement)]


def _planned(
    rows: list[tuple[AppointmentTreatment, Appointment]],
    services: Mapping[UUID, ServiceName],
    occupations: list[Occupation],
    grid: Grid,
) -> list[Planned]:
    by_treatment: dict[UUID | None, list[Occupation]] = defaultdict(list)
    for occupation in occupations:
        by_treatment[occupation.treatment_id].append(occupation)
    planned = []
    for treatment, appointment in rows:
        runs = by_treatment[treatment.id]
        if len({run.staff_id for run in runs}) != 1:
            continue  # no therapist of this branch does it
        service = services[treatment.variant_id]
        spans = [run.span for run in runs]
        requirement = Requirement(ResourceKind.STAFF, service.service_id, gender=treatment.gender)
        work = Work(treatment.id, runs[0].staff_id, grid.busy(spans), requirement)
        planned.append(Planned(work, treatment, appointment, service, spans))
    return planned


def _fixed(occupations: list[Occupation], movable: list[Planned], grid: Grid) -> dict[UUID, int]:
    """Return the steps at which each person is occupied by what cannot be handed over."""
    movable_ids = {planned.work.id for planned in movable}
    spans: dict[UUID, list[Span]] = defaultdict(list)
    for occupation in occupations:
        if occupation.treatment_id not in movable_ids:
            spans[occupation.staff_id].append(occupation.span)
    return {staff_id: grid.busy(occupied) for staff_id, occupied in spans.items()}


def _without(person: Therapist, occupied: int) -> Therapist:
    return replace(person, free=person.works & ~occupied)
