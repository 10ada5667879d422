"""Change a booking: another time, other treatments, another guest, or a visit apart from the party.

Each change is one transaction, and keeps the ids: it is done completely, or nothing changes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw, get_row
from app.modules.availability.availability_service import describe_start
from app.modules.booking.allocation.allocations import allocations_of, insert_allocations, release
from app.modules.booking.allocation.reserve import AllocationRequest, Occupied, Replaced, reserve
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    GuestTwice,
    HoldExpired,
    NotBookable,
    NotTogether,
    SlotTaken,
    StatusConflict,
    VisitNotFound,
)
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.booking_schemas import AppointmentUpdate, VisitRead, VisitUpdate
from app.modules.booking.editing.treatments import DeskChoice, TreatmentEdit, edit_treatments
from app.modules.booking.status.status import EDITABLE, EXPECTED_AGAIN, MOVABLE, RELEASED, AppointmentStatus
from app.modules.booking.status.transitions import CHECK_IN
from app.modules.booking.visit.read import read_visits
from app.modules.booking.visit.rows import (
    load_rows,
    overlaps,
    refs_of,
    set_times,
    times_of,
    treatment_of,
)
from app.modules.booking.visit.same_time import CustomerTime, refuse_same_time
from app.modules.catalogue.catalogue_schemas import ServiceName
from app.modules.catalogue.catalogue_service import names_of_variants
from app.modules.customer import customer_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.redis.events import publish_branch_change
from app.scheduling.demand import Party, Treatment
from app.scheduling.supply import ResourceKind
from app.scheduling.timegrid import this_step

type Guests = Mapping[Appointment, Sequence[AppointmentTreatment]]
"""Appointments with their treatments, in order."""


@dataclass(frozen=True, slots=True)
class _Terms:
    """Terms on which time is reserved anew: the changes that will do."""

    choice: DeskChoice = field(default_factory=DeskChoice)
    same_time_will_do: bool = False
    """A customer may have another appointment at the same time."""
    is_other_customer: bool = False
    """The guest is a customer who was not the guest before."""
    others_will_do: bool = True
    """Other therapists and beds may take over."""


type Resources = Mapping[tuple[UUID, str], UUID]
"""The resources that serve treatments, by the treatment's id and the kind of resource."""

_OCCUPIED = """
SELECT appointment_treatment_id, bookable_variant.service_id, lower(during), upper(during),
    resource_id, kind, type_id, room_id, bookable_resource.gender
FROM allocation JOIN bookable_resource ON bookable_resource.id = resource_id
JOIN appointment_treatment ON appointment_treatment.id = appointment_treatment_id
JOIN bookable_variant ON bookable_variant.id = variant_id
WHERE allocation.appointment_id = ANY($1::uuid[]) ORDER BY during
"""


async def update_visit(
    session: AsyncSession, user: CurrentUser, visit_id: UUID, changes: VisitUpdate
) -> VisitRead:
    """Move the guests who are not being treated yet, together. They keep their therapists and beds as far as possible.

    Raises:
        VisitNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable
        NotTogether: Guests who start at different times are to be in one room.
        SameTime: A guest has another appointment at that time.
        SlotTaken: With the nearest free starts.
    """
    authorize(user, *DESK)
    visit = await _lock_visit(session, user, visit_id)
    sent = changes_of(changes)
    start = sent.pop("start", None)
    terms = _Terms(same_time_will_do=sent.pop("allow_same_time", False))
    for name, value in sent.items():
        setattr(visit, name, value)
    if start is not None or sent.get("same_room"):
        rows = await load_rows(session, visit)
        movable = [guest for guest in rows.appointments if guest.status in MOVABLE]
        if not movable:
            raise StatusConflict
        if start is None and len({guest.starts_at for guest in movable}) > 1:
            raise NotTogether
        if start is not None and any(guest.starts_at != start for guest in movable):
            refuse_past(start)
        guests = {guest: rows.treatments_of(guest) for guest in movable}
        await _reallocate(session, visit, guests, start or movable[0].starts_at, terms)
    return await _finish(session, visit)


async def update_appointment(
    session: AsyncSession, user: CurrentUser, appointment_id: UUID, changes: AppointmentUpdate
) -> VisitRead:
    """Change one guest, and leave the others of the party as they are.

    Raises:
        AppointmentNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable, CustomerNotFound
        VariantNotFound, AddOnNotFound, and what `quote_party` raises.
        GuestTwice: The customer is another guest of the party.
        SameTime: The customer has another appointment at that time.
        SlotTaken: With the nearest free starts.
    """
    authorize(user, *DESK)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound)
    if changes.customer_id is not None and changes.customer_id != appointment.customer_id:
        await customer_service.require_active(session, [changes.customer_id])
    visit = await _lock_visit_of(session, user, appointment_id)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound, lock=True)
    if appointment.status not in EDITABLE:
        raise StatusConflict
    is_other_customer = changes.customer_id not in (None, appointment.customer_id)
    if is_other_customer and not changes.split_from_party:
        await _refuse_guest_twice(session, appointment, changes.customer_id)
    _set_guest(appointment, changes)
    if changes.model_fields_set & {"start", "treatments"}:
        await _edit(session, visit, appointment, changes, is_other_customer=is_other_customer)
    elif is_other_customer and not changes.allow_same_time:
        await _refuse_same_time(session, [appointment], ignored=[appointment.id])
    if changes.split_from_party and await _has_company(session, appointment):
        visit = await _split_off(session, visit, appointment)
    return await _finish(session, visit)


async def _edit(
    session: AsyncSession,
    visit: Visit,
    appointment: Appointment,
    changes: AppointmentUpdate,
    *,
    is_other_customer: bool,
) -> None:
    """Change the time and the treatments of one guest."""
    start = changes.start if "start" in changes.model_fields_set else appointment.starts_at
    if start != appointment.starts_at:
        if appointment.status not in MOVABLE:
            raise StatusConflict
        refuse_past(start)
    rows = await load_rows(session, visit)
    before = rows.treatments_of(appointment)
    edit = TreatmentEdit(before)
    if "treatments" in changes.model_fields_set:
        edit = await edit_treatments(session, rows, appointment, changes.treatments)
    terms = _Terms(edit.choice, changes.allow_same_time, is_other_customer)
    await _reallocate(session, visit, {appointment: edit.rows}, start, terms)
    session.add_all(edit.add_ons)
    for row in before:
        if row not in edit.rows:
            await session.delete(row)


async def restore_times(session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]) -> None:
    """Give guests who were not expected any more their time back where it is still free.

    Where it is not, they have no time until the desk moves them: a guest who is there must be recorded in any case. The
    caller has locked the visit, and no resource.
    """
    for start, guests in await _by_start(session, visit, appointment_ids):
        with suppress(SlotTaken):
            await _reallocate(session, visit, guests, start, _Terms(same_time_will_do=True))


async def restore_rest(session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]) -> None:
    """Give guests who were recorded as done too early the rest of their time back, if their therapist and bed are still
    free. The caller has locked the visit, and no resource."""
    for start, guests in await _by_start(session, visit, appointment_ids):
        if any(guest.ends_at > utc_now() for guest in guests):
            with suppress(SlotTaken):
                terms = _Terms(same_time_will_do=True, others_will_do=False)
                await _reallocate(session, visit, guests, start, terms)


async def move_to_now(session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]) -> None:
    """Move guests to the step that is running now. The caller has locked the visit, and no resource.

    Raises:
        SlotTaken
    """
    for _, guests in await _by_start(session, visit, appointment_ids):
        await _reallocate(session, visit, guests, this_step(), _Terms(same_time_will_do=True))


async def _by_start(
    session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]
) -> list[tuple[datetime, Guests]]:
    """Return those of the guests who start together, with the start."""
    by_start: dict[datetime, dict[Appointment, list[AppointmentTreatment]]] = defaultdict(dict)
    if appointment_ids:
        rows = await load_rows(session, visit)
        for guest in rows.appointments:
            if guest.id in appointment_ids:
                by_start[guest.starts_at][guest] = rows.treatments_of(guest)
    return sorted(by_start.items(), key=itemgetter(0))


def refuse_past(start: datetime) -> None:
    """Refuse a start in the past; the step that is running now is not past.

    Raises:
        NotBookable
    """
    if start < this_step():
        raise NotBookable(describe_start(start))


async def _lock_visit(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> Visit:
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    # Before the lock: an intruder must not delay other users.
    authorize(user, *DESK, branch_id=visit.branch_id)
    return await get_row(session, Visit, visit_id, VisitNotFound, lock=True)


async def _lock_visit_of(session: AsyncSession, user: CurrentUser, appointment_id: UUID) -> Visit:
    """Lock the visit of an appointment. While we wait, the guest may get a visit of their own: then that is locked, too.
    It is newer, so a transaction that has locked it never waits for the first."""
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound)
    while True:
        visit = await _lock_visit(session, user, appointment.visit_id)
        await session.refresh(appointment)
        if appointment.visit_id == visit.id:
            return visit


async def _refuse_guest_twice(
    session: AsyncSession, appointment: Appointment, customer_id: UUID | None
) -> None:
    same = select(Appointment.id).where(
        Appointment.visit_id == appointment.visit_id,
        Appointment.id != appointment.id,
        Appointment.customer_id == customer_id,
        Appointment.status.not_in(RELEASED),
    )
    if await session.scalar(same.limit(1)) is not None:
        raise GuestTwice


async def _refuse_same_time(
    session: AsyncSession, guests: Iterable[Appointment], *, ignored: Collection[UUID]
) -> None:
    times = [
        CustomerTime(guest.customer_id, guest.starts_at, guest.ends_at)
        for guest in guests
        if guest.customer_id is not None
    ]
    await refuse_same_time(session, times, at_desk=True, ignored=ignored)


async def _has_company(session: AsyncSession, appointment: Appointment) -> bool:
    others = select(Appointment.id).where(
        Appointment.visit_id == appointment.visit_id, Appointment.id != appointment.id
    )
    return await session.scalar(others.limit(1)) is not None


def _set_guest(appointment: Appointment, changes: AppointmentUpdate) -> None:
    if "customer_id" in changes.model_fields_set:
        appointment.customer_id = changes.customer_id
    if "guest_name" in changes.model_fields_set:
        appointment.guest_name = changes.guest_name or ""


async def _reallocate(
    session: AsyncSession, visit: Visit, guests: Guests, start: datetime, terms: _Terms
) -> None:
    """Move all of these guests to this start: with the resources they have, or otherwise as they wish."""
    if any(guest.hold_has_expired for guest in guests):
        raise HoldExpired
    choice = terms.choice
    same_room = visit.same_room and len(guests) > 1
    services = await names_of_variants(session, {row.variant_id for rows in guests.values() for row in rows})
    occupied = [Occupied(*row) for row in await fetch_raw(session, _OCCUPIED, [guest.id for guest in guests])]
    current = {(time.treatment_id, str(time.kind)): time.resource_id for time in occupied}
    begun = _begun(guests, current)  # by the times they had
    replaced = Replaced(
        [guest.id for guest in guests],
        stays=[Span(guest.starts_at, guest.ends_at) for guest in guests],
        occupied=occupied,
        places={
            row.id: (number, position)
            for number, rows in enumerate(guests.values())
            for position, row in enumerate(rows)
        },
    )
    unchanged = _party(guests, services, current, choice, same_room=same_room)
    for (guest, rows), stay, times in zip(
        guests.items(), replaced.stays, times_of(unchanged, start), strict=True
    ):
        set_times(guest, rows, times)
        if start != stay.start and guest.status in EXPECTED_AGAIN and start > utc_now() + CHECK_IN:
            guest.status = AppointmentStatus.CONFIRMED
    fixed = await _fixed_resources(session, visit, guests, current, begun)
    as_wished = _party(guests, services, fixed, choice, same_room=same_room)
    parties = [unchanged, as_wished] if terms.others_will_do else [unchanged]
    reservation = await reserve(
        session, AllocationRequest(visit.branch_id, start, parties, replaced=replaced)
    )
    if not terms.same_time_will_do:
        await _refuse_same_time(
            session,
            [
                guest
                for guest, stay in zip(guests, replaced.stays, strict=True)
                if terms.is_other_customer or guest.starts_at < stay.start or guest.ends_at > stay.end
            ],
            ignored=replaced.appointment_ids,
        )
    await session.flush()
    await release(session, replaced.appointment_ids)
    treatments = [refs_of(guest, rows) for guest, rows in guests.items()]
    await insert_allocations(session, allocations_of(reservation, treatments))


def _begun(guests: Guests, current: Resources) -> set[UUID]:
    """Return the treatments that have begun. For a guest in service the first has, whatever the time is."""
    existing = {treatment_id for treatment_id, _ in current}  # a new treatment has no time yet
    return {
        row.id
        for guest, rows in guests.items()
        if guest.status == AppointmentStatus.IN_SERVICE
        for row in rows
        if row.id in existing and row.starts_at <= max(utc_now(), guest.starts_at)
    }


async def _fixed_resources(
    session: AsyncSession, visit: Visit, guests: Guests, current: Resources, begun: Collection[UUID]
) -> Resources:
    """Return the resources that stay even if not all can: those of treatments that have begun, and the beds that have to
    be in one room with the beds of other guests."""
    in_company = visit.same_room and await _others_are_there(session, visit, guests)
    return {
        (treatment_id, kind): resource_id
        for (treatment_id, kind), resource_id in current.items()
        if treatment_id in begun or (in_company and kind == ResourceKind.BED)
    }


async def _others_are_there(session: AsyncSession, visit: Visit, guests: Guests) -> bool:
    """Return whether another guest of the visit is present while one of these is."""
    others = select(Appointment.id).where(
        Appointment.visit_id == visit.id,
        Appointment.id.not_in([guest.id for guest in guests]),
        Appointment.status.in_(EDITABLE),
        or_(*(overlaps(guest.starts_at, guest.ends_at) for guest in guests)),
    )
    return await session.scalar(others.limit(1)) is not None


def _party(
    guests: Guests,
    services: Mapping[UUID, ServiceName],
    current: Resources,
    choice: DeskChoice,
    *,
    same_room: bool,
) -> Party:
    """Return the party. For each treatment the desk's choice comes first, then the resource in `current`, then the guest's
    wish."""

    def treatment(row: AppointmentTreatment) -> Treatment:
        agreed = treatment_of(row, services)
        bed_types = {segment.bed_type_id for segment in agreed.segments} - {None}
        bed_id = current.get((row.id, ResourceKind.BED)) if len(bed_types) == 1 else None
        bed_id, bed_type_id = choice.beds.get(row.id, (bed_id, None))
        therapist_id = current.get((row.id, ResourceKind.STAFF), agreed.therapist_id)
        return replace(
            agreed,
            therapist_id=choice.therapists.get(row.id, therapist_id),
            bed_id=bed_id,
            bed_type_id=bed_type_id,
        )

    return Party(tuple(tuple(map(treatment, rows)) for rows in guests.values()), same_room=same_room)


async def _split_off(session: AsyncSession, visit: Visit, appointment: Appointment) -> Visit:
    """Give one guest a visit of their own. The ids of the appointment and its treatments stay."""
    new = Visit(
        id=uuid7(),
        branch_id=visit.branch_id,
        customer_id=appointment.customer_id or visit.customer_id,
        source=visit.source,
        same_room=False,
        note=visit.note,
    )
    session.add(new)
    await session.flush()
    appointment.visit_id = new.id
    return new


async def _finish(session: AsyncSession, visit: Visit) -> VisitRead:
    await session.flush()
    publish_branch_change(session, visit.branch_id)
    [read] = await read_visits(session, [visit.id])
    return read
