"""A therapist is ill or goes home: who takes their treatments of the day.

One call proposes, a second one does what was proposed or refuses as the day has changed. Guests' times stay as they are.
Leave is no part of it and is asked for in any order: approved with `force` it blocks what is free of them, and what they
give away later is blocked when they do.
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
from app.modules.availability.snapshot import BranchSnapshot, load_snapshot, nearest_starts
from app.modules.booking.allocation.release import block_freed
from app.modules.booking.booking_errors import DayChanged
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.replan.day import DaySeen, Planned, see_day
from app.modules.booking.replan.schemas import (
    ChangeOfHands,
    PlannedTreatment,
    ReplanApplied,
    ReplanApply,
    ReplanQuery,
    ReplanRead,
    TherapistNamed,
)
from app.modules.booking.status.status import AppointmentStatus
from app.modules.booking.visit.read import read_visits
from app.modules.booking.visit.rows import treatment_of
from app.modules.catalogue.names import names_of_variants
from app.modules.identity.access import CurrentUser
from app.modules.resource.allocations import (
    Reassigned,
    drop_all_expired_holds,
    lock_resources,
    reassign_allocations,
)
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.access import AT_THE_DESK, must_hold_in_branch
from app.modules.staff.staff_service import get_staff, names_of_staff
from app.redis.events import announce
from app.scheduling.demand import Party
from app.scheduling.reassignment import can_be, reassign
from app.scheduling.supply import Supply

_DAYS_AHEAD = timedelta(days=6)
"""In which times are looked for, for guests whom nobody can take."""


async def propose_replan(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, query: ReplanQuery
) -> ReplanRead:
    """Changes nothing.

    Raises:
        StaffNotFound, BranchNotFound
        ForbiddenException: not at the desk of that branch.
    """
    await get_staff(session, staff_id)
    await must_hold_in_branch(session, user, query.branch_id, *AT_THE_DESK)
    since = query.since or utc_now()
    day = await see_day(session, query.branch_id, staff_id, query.day, since=since)
    plan = await asyncio.to_thread(  # some days take a second, in which others have their turn
        reassign,
        [each.work for each in day.lost],
        [each.work for each in day.others],
        day.people,
        shortest=day.shortest,
    )
    moved = [each for each in (*day.lost, *day.others) if each.work.id in plan]
    changes = [
        ChangeOfHands(treatment_id=each.work.id, from_id=each.work.by, to_id=plan[each.work.id])
        for each in moved
    ]
    names = await names_of_staff(session, _people_in(staff_id, changes))
    left = [each for each in day.lost if each.work.id not in plan]
    nearest = await _nearest(session, query, staff_id, left, day=day, plan=plan)
    return ReplanRead(
        treatments=[_read(each, plan, names, nearest.get(each.appointment.id, [])) for each in day.lost],
        others=[_read(each, plan, names, []) for each in day.others if each.work.id in plan],
        changes=changes,
        digest=day.digest(_people_in(staff_id, changes)),
    )


async def apply_replan(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, plan: ReplanApply
) -> ReplanApplied:
    """As it was proposed, all of it: nothing is thought of anew, and everything is checked.

    Raises:
        StaffNotFound, BranchNotFound
        ForbiddenException: not at the desk of that branch.
        DayChanged: those who are in it have another day than when it was proposed, or cannot do that any more.
    """
    await get_staff(session, staff_id)
    await must_hold_in_branch(session, user, plan.branch_id, *AT_THE_DESK)
    people = _people_in(staff_id, plan.changes)
    visit_ids = await _lock(session, plan, people)
    day = await see_day(session, plan.branch_id, staff_id, plan.day, since=utc_now())
    if day.digest(people) != plan.digest or not _is_possible(day, plan.changes):
        raise DayChanged
    expired = await drop_all_expired_holds(session, people, Range(*day.span))
    freed = await reassign_allocations(
        session, [Reassigned(each.treatment_id, each.from_id, each.to_id) for each in plan.changes]
    )
    if freed is None:
        raise DayChanged
    await block_freed(session, [*expired, *freed])
    announce(session, plan.branch_id)
    return ReplanApplied(visits=await read_visits(session, visit_ids))


def _people_in(staff_id: UUID, changes: Iterable[ChangeOfHands]) -> set[UUID]:
    return {staff_id, *(person for each in changes for person in (each.from_id, each.to_id))}


async def _lock(session: AsyncSession, plan: ReplanApply, people: Collection[UUID]) -> list[UUID]:
    """Visits before people, as everywhere, and each in the order of their ids. Returns the visits."""
    theirs = (
        select(Appointment.visit_id)
        .join(AppointmentTreatment, AppointmentTreatment.appointment_id == Appointment.id)
        .where(AppointmentTreatment.id.in_([each.treatment_id for each in plan.changes]))
    )
    visits = select(Visit.id).where(Visit.id.in_(theirs), Visit.branch_id == plan.branch_id)
    in_order = visits.order_by(Visit.id).with_for_update(key_share=True)
    visit_ids = list(await session.scalars(in_order))
    try:
        await lock_resources(session, people)
    except ResourceNotFound as error:
        raise DayChanged from error
    return visit_ids


def _is_possible(day: DaySeen, changes: Sequence[ChangeOfHands]) -> bool:
    works = {each.work.id: each.work for each in (*day.lost, *day.others)}
    plan = {each.treatment_id: each.to_id for each in changes}
    are_theirs = all(
        each.treatment_id in works and works[each.treatment_id].by == each.from_id != each.to_id
        for each in changes
    )
    return are_theirs and len(plan) == len(changes) and can_be(plan, [*works.values()], day.people)


async def _nearest(  # noqa: PLR0913 - of what is left when this plan for this day is done
    session: AsyncSession,
    query: ReplanQuery,
    staff_id: UUID,
    left: Sequence[Planned],
    *,
    day: DaySeen,
    plan: Mapping[UUID, UUID],
) -> dict[UUID, list[datetime]]:
    """By appointment: a guest comes with all of their treatments. Who is in one of them already can come at no other."""
    found = {}
    guests = {each.appointment.id: each.appointment for each in left}
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
            at_the_desk=True,
            ignoring=[appointment.id],
        )
        after = replace(snapshot, supply=_supply_after(snapshot, staff_id, day, plan))
        found[appointment.id] = nearest_starts(after, party, appointment.starts_at)
    return found


def _supply_after(
    snapshot: BranchSnapshot, staff_id: UUID, day: DaySeen, plan: Mapping[UUID, UUID]
) -> Supply:
    """Without who is away, and with what the others have got to do; what they gave away for it is not counted."""
    given: dict[UUID, int] = {}
    for each in (*day.lost, *day.others):
        if (to_id := plan.get(each.work.id)) is not None:
            given[to_id] = given.get(to_id, 0) | snapshot.grid.busy(each.spans)
    return replace(
        snapshot.supply,
        resources=[
            replace(each, free=each.free & ~given.get(each.id, 0))
            for each in snapshot.supply.resources
            if each.id != staff_id
        ],
    )


async def _party_of(session: AsyncSession, appointment_id: UUID, *, without: UUID) -> Party:
    in_order = (
        select(AppointmentTreatment)
        .where(AppointmentTreatment.appointment_id == appointment_id)
        .order_by(AppointmentTreatment.position)
    )
    rows = (await session.scalars(in_order)).all()
    services = await names_of_variants(session, {row.variant_id for row in rows})
    treatments = [treatment_of(row, services) for row in rows]
    return Party(
        (
            tuple(
                replace(each, therapist_id=None) if each.therapist_id == without else each
                for each in treatments
            ),
        )
    )


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
