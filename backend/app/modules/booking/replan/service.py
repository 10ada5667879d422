"""Give the treatments of a therapist who is ill or goes home to colleagues.

One call proposes, a second one applies the proposal, or refuses because the day has changed. Guests keep their times.
Leave is separate, and may be approved before (with `force`) or after.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import Bilingual
from app.modules.availability.availability_service import BranchSnapshot, load_snapshot
from app.modules.booking.allocation.allocations import delete_expired_holds, reassign
from app.modules.booking.booking_errors import DayChanged, SlotTaken
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.editing.edits import load_states, record_edit
from app.modules.booking.editing.treatments import wished_beds
from app.modules.booking.replan.day import DaySeen, Planned, see_day
from app.modules.booking.replan.schemas import (
    PlannedTreatment,
    Reassignment,
    ReplanApplied,
    ReplanApply,
    ReplanQuery,
    ReplanRead,
    TherapistNamed,
)
from app.modules.booking.status.status import AppointmentStatus
from app.modules.booking.visit.read import read_visits
from app.modules.booking.visit.rows import treatment_of
from app.modules.branch import branch_service
from app.modules.catalogue.catalogue_service import names_of_variants
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.resource.appointments import lock_resources
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_service import get_staff, names_of_staff
from app.redis.events import publish_branch_change
from app.scheduling.demand import Party
from app.scheduling.reassignment import is_possible, plan_reassignment
from app.scheduling.supply import Supply

_DAYS_AHEAD = timedelta(days=6)
"""The days after the day itself that are searched for other times, for guests that no colleague can take."""


async def propose_replan(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, query: ReplanQuery
) -> ReplanRead:
    """Propose who takes over which treatment. Changes nothing.

    Raises:
        StaffNotFound, BranchNotFound
        ForbiddenException: The user is not at the desk of that branch.
    """
    authorize(user, *DESK)
    await get_staff(session, staff_id)
    authorize(user, *DESK, branch_id=query.branch_id)
    await branch_service.get_branch(session, query.branch_id)
    since = query.since or utc_now()
    day = await see_day(session, query.branch_id, staff_id, query.day, since=since)
    plan = await asyncio.to_thread(  # some days take a second, in which other requests run
        plan_reassignment,
        [planned.work for planned in day.lost],
        [planned.work for planned in day.others],
        day.people,
        shortest=day.shortest,
    )
    changes = [
        Reassignment(treatment_id=planned.work.id, from_id=planned.work.by, to_id=plan[planned.work.id])
        for planned in (*day.lost, *day.others)
        if planned.work.id in plan
    ]
    people = _people_in(staff_id, changes)
    names = await names_of_staff(session, people)
    left = [planned for planned in day.lost if planned.work.id not in plan]
    nearest = await _nearest_times(session, query, staff_id, left, day=day, plan=plan)
    return ReplanRead(
        treatments=[
            _read(planned, plan, names, nearest.get(planned.appointment.id, [])) for planned in day.lost
        ],
        others=[_read(planned, plan, names, []) for planned in day.others if planned.work.id in plan],
        changes=changes,
        digest=day.digest(people),
    )


async def apply_replan(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, plan: ReplanApply
) -> ReplanApplied:
    """Apply a proposal as it is, after checking all of it while everybody in it is locked.

    Raises:
        StaffNotFound, BranchNotFound
        ForbiddenException: The user is not at the desk of that branch.
        DayChanged: The day of a therapist in the proposal has changed, or they cannot do it any more.
    """
    authorize(user, *DESK)
    await get_staff(session, staff_id)
    authorize(user, *DESK, branch_id=plan.branch_id)
    await branch_service.get_branch(session, plan.branch_id)
    people = _people_in(staff_id, plan.changes)
    visit_ids = await _lock(session, plan, people)
    day = await see_day(session, plan.branch_id, staff_id, plan.day, since=utc_now())
    if day.digest(people) != plan.digest or not _can_apply(day, plan.changes):
        raise DayChanged
    await delete_expired_holds(session, people, Range(day.grid.first, day.grid.end))
    moved = {change.treatment_id for change in plan.changes}
    before = await load_states(
        session,
        {planned.appointment.id for planned in (*day.lost, *day.others) if planned.treatment.id in moved},
    )
    try:
        await reassign(
            session, {(change.treatment_id, change.from_id): change.to_id for change in plan.changes}
        )
    except SlotTaken as error:
        raise DayChanged from error
    publish_branch_change(session, plan.branch_id)
    edit_id = await record_edit(session, user, before)
    return ReplanApplied(visits=await read_visits(session, visit_ids), edit_id=edit_id)


def _people_in(staff_id: UUID, changes: Iterable[Reassignment]) -> set[UUID]:
    return {staff_id, *(person for change in changes for person in (change.from_id, change.to_id))}


async def _lock(session: AsyncSession, plan: ReplanApply, people: Collection[UUID]) -> list[UUID]:
    """Lock the visits, then the people (the order used everywhere), both by id, and return the visits' ids."""
    visits_of_plan = (
        select(Appointment.visit_id)
        .join(AppointmentTreatment, AppointmentTreatment.appointment_id == Appointment.id)
        .where(AppointmentTreatment.id.in_([change.treatment_id for change in plan.changes]))
    )
    visits = select(Visit.id).where(Visit.id.in_(visits_of_plan), Visit.branch_id == plan.branch_id)
    visit_ids = list(await session.scalars(visits.order_by(Visit.id).with_for_update(key_share=True)))
    try:
        await lock_resources(session, people)
    except ResourceNotFound as error:
        raise DayChanged from error
    return visit_ids


def _can_apply(day: DaySeen, changes: Sequence[Reassignment]) -> bool:
    works = {planned.work.id: planned.work for planned in (*day.lost, *day.others)}
    plan = {change.treatment_id: change.to_id for change in changes}
    are_current = all(
        change.treatment_id in works and works[change.treatment_id].by == change.from_id != change.to_id
        for change in changes
    )
    return are_current and len(plan) == len(changes) and is_possible(plan, [*works.values()], day.people)


async def _nearest_times(  # noqa: PLR0913 - what is left when this plan for this day is applied
    session: AsyncSession,
    query: ReplanQuery,
    staff_id: UUID,
    left: Sequence[Planned],
    *,
    day: DaySeen,
    plan: Mapping[UUID, UUID],
) -> dict[UUID, list[datetime]]:
    """Return, by appointment, the nearest other times for guests who cannot be reassigned.

    A guest comes with all of their treatments. A guest who is being treated already has no other time.
    """
    found = {}
    guests = {planned.appointment.id: planned.appointment for planned in left}
    for appointment in guests.values():
        if appointment.status == AppointmentStatus.IN_SERVICE:
            continue
        party = await _party_of(session, appointment.id, without=staff_id)
        snapshot = await load_snapshot(
            session,
            query.branch_id,
            query.day,
            query.day + _DAYS_AHEAD,
            party,
            at_desk=True,
            ignored=[appointment.id],
        )
        after = replace(snapshot, supply=_supply_after(snapshot, staff_id, day, plan))
        found[appointment.id] = after.nearest_starts(party, appointment.starts_at)
    return found


def _supply_after(
    snapshot: BranchSnapshot, staff_id: UUID, day: DaySeen, plan: Mapping[UUID, UUID]
) -> Supply:
    """Return the supply without the therapist who is away, and with what colleagues take over. What they hand over in turn
    is not counted as free."""
    added: dict[UUID, int] = {}
    for planned in (*day.lost, *day.others):
        if (to_id := plan.get(planned.work.id)) is not None:
            added[to_id] = added.get(to_id, 0) | snapshot.grid.busy(planned.spans)
    return replace(
        snapshot.supply,
        resources=[
            replace(resource, free=resource.free & ~added.get(resource.id, 0))
            for resource in snapshot.supply.resources
            if resource.id != staff_id
        ],
    )


async def _party_of(session: AsyncSession, appointment_id: UUID, *, without: UUID) -> Party:
    statement = (
        select(AppointmentTreatment)
        .where(AppointmentTreatment.appointment_id == appointment_id)
        .order_by(AppointmentTreatment.position)
    )
    rows = (await session.scalars(statement)).all()
    services = await names_of_variants(session, {row.variant_id for row in rows})
    beds = await wished_beds(session, rows)
    treatments = []
    for row in rows:
        treatment = treatment_of(row, services)
        bed_id, bed_type_id = beds.get(row.id, (None, None))
        therapist_id = None if treatment.therapist_id == without else treatment.therapist_id
        treatments.append(
            replace(treatment, therapist_id=therapist_id, bed_id=bed_id, bed_type_id=bed_type_id)
        )
    return Party((tuple(treatments),))


def _read(
    planned: Planned, plan: Mapping[UUID, UUID], names: Mapping[UUID, str], nearest: list[datetime]
) -> PlannedTreatment:
    work, treatment, appointment, service, _ = planned
    after = plan.get(work.id)
    return PlannedTreatment(
        visit_id=appointment.visit_id,
        appointment_id=appointment.id,
        treatment_id=treatment.id,
        customer_id=appointment.customer_id,
        guest_name=appointment.guest_name,
        status=AppointmentStatus(appointment.status),
        name=Bilingual(vi=service.name.vi, en=service.name.en),
        start=treatment.starts_at,
        end=treatment.ends_at,
        before=TherapistNamed(id=work.by, name=names[work.by]),
        after=TherapistNamed(id=after, name=names[after]) if after else None,
        asked_for=treatment.therapist_id is not None and treatment.therapist_id != after,
        nearest=nearest,
    )
