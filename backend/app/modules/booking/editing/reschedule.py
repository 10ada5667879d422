"""Changes of what is booked: another time, other treatments, other people, longer, apart. Each is one transaction: it is
done whole, under the same ids, or nothing is lost."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.db.queries import get_row
from app.modules.availability.snapshot import load_snapshot_at
from app.modules.booking.allocation.reserve import AllocationRequest, take_places
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    HoldExpired,
    NotBookableThen,
    NotTogether,
    StatusConflict,
    TimeTaken,
    VisitNotFound,
)
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.booking_schemas import AppointmentUpdate, VisitRead, VisitUpdate
from app.modules.booking.editing.treatments import Chosen, TreatmentEdit, agree_again
from app.modules.booking.status.status import AppointmentStatus
from app.modules.booking.visit.read import Rows, read_visits, rows_of, status_of, there_between
from app.modules.booking.visit.rows import seats_of, set_times, times_of, treatment_of
from app.modules.catalogue.names import ServiceName, names_of_variants
from app.modules.customer import customer_service
from app.modules.identity.access import CurrentUser
from app.modules.resource.allocations import taken_by
from app.modules.staff.access import AT_THE_DESK
from app.redis.events import announce
from app.scheduling.demand import Party, Treatment
from app.scheduling.supply import ResourceKind
from app.scheduling.timegrid import this_step

type Guests = Mapping[Appointment, Sequence[AppointmentTreatment]]
"""With their treatments, in order."""
type Places = Mapping[tuple[UUID, str], UUID]
"""Who does a treatment, and where, by its id and the kind of resource."""


async def update_visit(
    session: AsyncSession, user: CurrentUser, visit_id: UUID, changes: VisitUpdate
) -> VisitRead:
    """Moves the guests who have not begun, together, and each stays with who does it as far as that is possible.

    Raises:
        VisitNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookableThen
        NotTogether: into one room, of guests who begin at different times.
        TimeTaken: with the nearest starts that are free.
    """
    visit = await _lock_visit(session, user, visit_id)
    sent = changes_of(changes)
    start = sent.pop("start", None)
    for field, value in sent.items():
        setattr(visit, field, value)
    if start is not None or sent.get("same_room"):
        rows = await rows_of(session, [visit])
        waiting = [each for each in rows.appointments if _can_move(each)]
        if not waiting:
            raise StatusConflict
        if start is not None:
            refuse_past(start)
        elif len({each.starts_at for each in waiting}) > 1:
            raise NotTogether
        guests = {each: rows.treatments_of(each) for each in waiting}
        await _place_again(session, visit, guests, start or waiting[0].starts_at)
    return await _changed(session, visit)


async def update_appointment(
    session: AsyncSession, user: CurrentUser, appointment_id: UUID, changes: AppointmentUpdate
) -> VisitRead:
    """Changes one guest and leaves the others of the party as they are.

    Raises:
        AppointmentNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookableThen, CustomerNotFound
        VariantNotFound, AddOnNotFound, and what `agree` refuses.
        TimeTaken: with the nearest starts that are free.
    """
    visit = await _lock_visit_of(session, user, appointment_id)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound, lock=True)
    if not AppointmentStatus(appointment.status).can_change:
        raise StatusConflict
    sent = changes.model_fields_set
    await _set_guest(session, appointment, changes)
    if sent & {"start", "treatments"}:
        if "start" in sent:
            if not _can_move(appointment):
                raise StatusConflict
            refuse_past(changes.start)
        rows = await rows_of(session, [visit])
        held = rows.treatments_of(appointment)
        wanted = TreatmentEdit(held)
        if "treatments" in sent:
            wanted = await agree_again(session, rows, appointment, changes.treatments)
        start = changes.start if "start" in sent else appointment.starts_at
        await _place_again(session, visit, {appointment: wanted.rows}, start, wanted.chosen)
        session.add_all(wanted.add_ons)
        for row in held:
            if row not in wanted.rows:
                await session.delete(row)
    if "split_from_party" in sent and changes.split_from_party and await _is_in_company(session, appointment):
        visit = await _split_off(session, visit, appointment)
    return await _changed(session, visit)


async def take_again(session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]) -> None:
    """The time that no-shows had is theirs again when they are there after all or are reopened, where it is free. Where
    it is not they have none until the desk moves them: what is known of a guest must not hang on what is free.

    The caller has locked the visit, and nothing that can be booked.
    """
    rows = await rows_of(session, [visit])
    together: dict[datetime, dict[Appointment, list[AppointmentTreatment]]] = defaultdict(dict)
    for each in rows.appointments:
        if each.id in appointment_ids:
            together[each.starts_at][each] = rows.treatments_of(each)
    for start, guests in sorted(together.items()):
        with suppress(TimeTaken):
            await _place_again(session, visit, guests, start)


def refuse_past(start: datetime) -> None:
    """Raises NotBookableThen. What begins in this moment is not past."""
    if start < this_step():
        raise NotBookableThen


async def _lock_visit(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> Visit:
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    user.must_hold_in(visit.branch_id, *AT_THE_DESK)  # before the lock: strangers have nobody wait
    return await get_row(session, Visit, visit_id, VisitNotFound, lock=True)


async def _lock_visit_of(session: AsyncSession, user: CurrentUser, appointment_id: UUID) -> Visit:
    """While we wait for it the guest may be given another: then that is locked, too. It is newer, so nobody who has it
    waits for the first."""
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound)
    while True:
        visit = await _lock_visit(session, user, appointment.visit_id)
        await session.refresh(appointment)
        if appointment.visit_id == visit.id:
            return visit


async def _is_in_company(session: AsyncSession, appointment: Appointment) -> bool:
    """Whether others belong to its visit. Sent again, a guest who goes apart is so already."""
    others = select(Appointment.id).where(
        Appointment.visit_id == appointment.visit_id, Appointment.id != appointment.id
    )
    return await session.scalar(others.limit(1)) is not None


def _can_move(appointment: Appointment) -> bool:
    status = AppointmentStatus(appointment.status)
    return status.can_change and status is not AppointmentStatus.IN_SERVICE


async def _set_guest(session: AsyncSession, appointment: Appointment, changes: AppointmentUpdate) -> None:
    if "customer_id" in changes.model_fields_set:
        if changes.customer_id is not None:
            await customer_service.require_active(session, [changes.customer_id])
        appointment.customer_id = changes.customer_id
    if "guest_name" in changes.model_fields_set:
        appointment.guest_name = changes.guest_name or ""


async def _place_again(
    session: AsyncSession, visit: Visit, guests: Guests, start: datetime, chosen: Chosen | None = None
) -> None:
    """All of these guests begin at this start: with who does it now and where, or else as they wish."""
    if any(status_of(guest, utc_now()) is AppointmentStatus.EXPIRED for guest in guests):
        raise HoldExpired
    chosen = chosen or Chosen()
    same_room = visit.same_room and len(guests) > 1
    ids = [guest.id for guest in guests]
    treatments = [row for rows in guests.values() for row in rows]
    services = await names_of_variants(session, {row.variant_id for row in treatments})
    now = {
        (each.appointment_treatment_id, each.kind): each.resource_id for each in await taken_by(session, ids)
    }
    begun = _begun(guests, now)  # by the times they had
    as_it_is = _party(guests, services, now, chosen, same_room=same_room)
    for (guest, rows), times in zip(guests.items(), times_of(as_it_is, start), strict=True):
        set_times(guest, rows, times)
    stays = await _stays(session, visit, guests, now, begun)
    as_wished = _party(guests, services, stays, chosen, same_room=same_room)
    order = AllocationRequest(
        branch_id=visit.branch_id,
        parties=[as_it_is, as_wished],
        seats=seats_of(Rows([visit], [*guests], treatments, [])),
        start=start,
        load=lambda: load_snapshot_at(
            session, visit.branch_id, start, as_wished, at_the_desk=True, ignoring=ids
        ),
        write=session.flush,
        instead_of=ids,
    )
    await take_places(session, order)


def _begun(guests: Guests, now: Places) -> set[UUID]:
    """Treatments in which their guests are or were; of who is in service the first is, whatever the clock says."""
    old = {treatment_id for treatment_id, _ in now}  # a new one has no time yet
    return {
        row.id
        for guest, rows in guests.items()
        if guest.status == AppointmentStatus.IN_SERVICE
        for row in rows
        if row.id in old and row.starts_at <= max(utc_now(), guest.starts_at)
    }


async def _stays(
    session: AsyncSession, visit: Visit, guests: Guests, now: Places, begun: Collection[UUID]
) -> Places:
    """What stays even when not all can: who does what has begun and where, and the beds that are to be in one room with
    those of others of the visit."""
    in_company = visit.same_room and await _others_are_there(session, visit, guests)
    return {
        (treatment_id, kind): resource_id
        for (treatment_id, kind), resource_id in now.items()
        if treatment_id in begun or (in_company and kind == ResourceKind.BED)
    }


async def _others_are_there(session: AsyncSession, visit: Visit, guests: Guests) -> bool:
    """Whether a guest of the visit who stays as they are is there while one of these is."""
    meanwhile = or_(*(there_between(guest.starts_at, guest.ends_at) for guest in guests))
    others = select(Appointment.id).where(
        Appointment.visit_id == visit.id,
        Appointment.id.not_in([guest.id for guest in guests]),
        Appointment.status.in_([status for status in AppointmentStatus if status.can_change]),
        meanwhile,
    )
    return await session.scalar(others.limit(1)) is not None


def _party(
    guests: Guests,
    services: Mapping[UUID, ServiceName],
    now: Places,
    chosen: Chosen,
    *,
    same_room: bool,
) -> Party:
    """As the guests wish, but what the desk chooses, and else who does it now and where, as far as that is told: guests
    agreed to it, when it is not whom they asked for."""

    def treatment(row: AppointmentTreatment) -> Treatment:
        agreed = treatment_of(row, services)
        bed_types = {segment.bed_type_id for segment in agreed.segments} - {None}
        bed_id = now.get((row.id, ResourceKind.BED)) if len(bed_types) == 1 else None
        bed_id, bed_type_id = chosen.beds.get(row.id, (bed_id, None))
        therapist_id = now.get((row.id, ResourceKind.STAFF), agreed.therapist_id)
        return replace(
            agreed,
            therapist_id=chosen.therapists.get(row.id, therapist_id),
            bed_id=bed_id,
            bed_type_id=bed_type_id,
        )

    return Party(tuple(tuple(map(treatment, rows)) for rows in guests.values()), same_room=same_room)


async def _split_off(session: AsyncSession, visit: Visit, appointment: Appointment) -> Visit:
    """A visit of its own for one guest; the ids of what is booked stay."""
    own = Visit(
        id=uuid7(),
        branch_id=visit.branch_id,
        customer_id=appointment.customer_id or visit.customer_id,
        source=visit.source,
        same_room=False,
        note=visit.note,
    )
    session.add(own)
    await session.flush()
    appointment.visit_id = own.id
    return own


async def _changed(session: AsyncSession, visit: Visit) -> VisitRead:
    await session.flush()
    announce(session, visit.branch_id)
    [read] = await read_visits(session, [visit.id])
    return read
