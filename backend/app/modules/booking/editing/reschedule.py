"""Change a booking: another time, other treatments, another guest, or a visit apart from the party.

Each change is one transaction, and keeps the ids: it is done completely, or nothing changes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from operator import itemgetter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw, get_row
from app.modules.availability.availability_service import (
    Overrule,
    describe_start,
    load_snapshot_around,
    refuse_too_long,
)
from app.modules.booking.allocation.allocations import allocations_of, give_way, insert_allocations, release
from app.modules.booking.allocation.later_days import reserve_or_offer
from app.modules.booking.allocation.requests import (
    AllocationRequest,
    Displacement,
    Occupied,
    Replaced,
    Reservation,
)
from app.modules.booking.allocation.reserve import reserve
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    GuestTwice,
    HoldExpired,
    NotBookable,
    NotTogether,
    SlotTaken,
)
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.booking_schemas import AppointmentUpdate, VisitChanged, VisitUpdate
from app.modules.booking.editing.edits import State, load_states, record_edit
from app.modules.booking.editing.lock import Relations, lock_visit, lock_visit_of
from app.modules.booking.editing.treatments import DeskChoice, TreatmentEdit, edit_treatments, wished_beds
from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.history import record_transitions
from app.modules.booking.status.policy import load_policy, refuse_unless_movable
from app.modules.booking.status.status import EDITABLE, EXPECTED_AGAIN, MOVABLE, RELEASED, AppointmentStatus
from app.modules.booking.status.transitions import CHECK_IN, Relation
from app.modules.booking.visit.access import read_related
from app.modules.booking.visit.changed import changed
from app.modules.booking.visit.rows import (
    load_rows,
    refs_of,
    set_times,
    times_of,
    treatment_of,
)
from app.modules.booking.visit.same_time import refuse_same_time_of
from app.modules.catalogue.catalogue_schemas import ServiceName
from app.modules.catalogue.catalogue_service import names_of_variants
from app.modules.customer import customer_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.redis.events import publish_branch_change
from app.scheduling.demand import Party, Treatment
from app.scheduling.supply import ResourceKind
from app.scheduling.timegrid import this_step

type Guests = Mapping[Appointment, Sequence[AppointmentTreatment]]
"""Appointments with their treatments, in order."""


type Resources = Mapping[tuple[UUID, str], UUID]
"""The resources that serve treatments, by the treatment's id and the kind of resource."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms on which time is reserved anew: the changes that will do."""

    choice: DeskChoice = field(default_factory=DeskChoice)
    same_time_will_do: bool = False
    """A customer may have another appointment at the same time."""
    is_other_customer: bool = False
    """The guest is a customer who was not the guest before."""
    others_will_do: bool = True
    """Other therapists and beds may take over."""
    may_stay_apart: bool = True
    """Guests who are in another room than the rest of their party may stay there."""
    others_give_way: bool = False
    """Other guests without a wish may get other therapists and beds."""
    offers_later_days: bool = False
    """A refusal offers starts of the following days, if the day has too few."""
    at_desk: bool = True
    """The desk moves the guests; otherwise within the grid, the notice and the horizon of the branch."""
    force: bool = False
    """The desk overrules opening hours, shifts and blocked time."""
    previous: Resources | None = None
    """The resources that the guests had, if they have released them."""


_OCCUPIED = """
SELECT appointment_treatment_id, bookable_variant.service_id, lower(during), upper(during),
    resource_id, kind, type_id, room_id, bookable_resource.gender, bookable_resource.name
FROM allocation JOIN bookable_resource ON bookable_resource.id = resource_id
JOIN appointment_treatment ON appointment_treatment.id = appointment_treatment_id
JOIN bookable_variant ON bookable_variant.id = variant_id
WHERE allocation.appointment_id = ANY($1::uuid[]) ORDER BY during
"""
# A bed without a room is a room of its own, as in the search.
_ROOMS_OF_COMPANY = """
SELECT DISTINCT coalesce(room_id, resource_id)
FROM appointment
JOIN resource_appointment ON appointment_id = appointment.id
JOIN bookable_resource ON bookable_resource.id = resource_id
WHERE visit_id = $1 AND appointment.id <> ALL($2::uuid[]) AND status = ANY($3::text[]) AND kind = 'bed' AND EXISTS (
    SELECT FROM unnest($4::timestamptz[], $5::timestamptz[]) AS stay (first, last) WHERE during && tstzrange(first, last)
)
"""


async def update_visit(
    session: AsyncSession, user: CurrentUser, visit_id: UUID, changes: VisitUpdate
) -> VisitChanged:
    """Move the guests who are not being treated yet, together. They keep their therapists and beds as far as possible.

    Customers move their own visits, by the same policy as they cancel them and book new ones.

    Raises:
        VisitNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable, TooLateToMove
        NotTogether: Guests who start at different times are to be in one room.
        SameTime: A guest has another appointment at that time.
        SlotTaken: With the nearest free starts.
    """
    authorize(user, *DESK, Role.CUSTOMER)
    visit, relations = await lock_visit(session, user, visit_id)
    sent = changes_of(changes)
    start = sent.pop("start", None)
    if sent:
        authorize(user, *DESK, branch_id=visit.branch_id)
    terms = Terms(
        same_time_will_do=sent.pop("allow_same_time", False),
        may_stay_apart="same_room" not in sent,
        force=sent.pop("force", False),
        others_give_way=True,
        offers_later_days=start is not None,
    )
    moves: Sequence[Displacement] = ()
    is_about_places = start is not None or "same_room" in sent
    before = await load_states(session, relations.keys() if is_about_places else ())
    for name, value in sent.items():
        setattr(visit, name, value)
    if start is not None or sent.get("same_room"):
        rows = await load_rows(session, visit)
        movable = [guest for guest in rows.appointments if guest.status in MOVABLE]
        if not movable:
            raise status_conflict(guest.status for guest in rows.appointments)
        if start is None and len({guest.starts_at for guest in movable}) > 1:
            raise NotTogether
        guests = {guest: rows.treatments_of(guest) for guest in movable}
        if start is None:
            moves = await _reallocate(session, visit, guests, movable[0].starts_at, terms)
        else:
            moves = await _move(session, user, visit, guests, start, relations=relations, terms=terms)
    return await _finish(session, user, visit, relations, before=before, moves=moves)


_ABOUT_THE_PERSON = {"customer_id", "guest_name", "allow_same_time"}
"""The fields that the desk may still correct when the guest has left."""


async def update_appointment(
    session: AsyncSession, user: CurrentUser, appointment_id: UUID, changes: AppointmentUpdate
) -> VisitChanged:
    """Change one guest, and leave the others of the party as they are. Customers can move their own guests. Of a guest who
    has left, the desk can correct the name and the customer.

    Raises:
        AppointmentNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable, CustomerNotFound, TooLateToMove
        VariantNotFound, AddOnNotFound, and what `quote_party` raises.
        GuestTwice: The customer is another guest of the party.
        SameTime: The customer has another appointment at that time.
        SlotTaken: With the nearest free starts.
    """
    authorize(user, *DESK, Role.CUSTOMER)
    is_more_than_a_move = bool(changes.model_fields_set - {"start"})
    if is_more_than_a_move:
        authorize(user, *DESK)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound)
    if changes.customer_id is not None and changes.customer_id != appointment.customer_id:
        await customer_service.require_active(session, [changes.customer_id])
    visit, relations = await lock_visit_of(session, user, appointment_id)
    if is_more_than_a_move:
        authorize(user, *DESK, branch_id=visit.branch_id)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound, lock=True)
    is_about_the_person = changes.model_fields_set <= _ABOUT_THE_PERSON
    if appointment.status not in EDITABLE and not (
        is_about_the_person and appointment.status == AppointmentStatus.COMPLETED
    ):
        raise status_conflict([appointment.status])
    is_other_customer = changes.customer_id not in (None, appointment.customer_id)
    if is_other_customer and not changes.split_from_party:
        await _refuse_guest_twice(session, appointment, changes.customer_id)
    before = await load_states(session, [appointment.id])
    _set_guest(appointment, changes)
    moves: Sequence[Displacement] = ()
    if changes.model_fields_set & {"start", "treatments"}:
        terms = Terms(
            same_time_will_do=changes.allow_same_time,
            is_other_customer=is_other_customer,
            force=changes.force,
            others_give_way=True,
            offers_later_days="start" in changes.model_fields_set,
        )
        moves = await _edit(session, user, visit, appointment, changes, relations=relations, terms=terms)
    elif is_other_customer and not changes.allow_same_time:
        await refuse_same_time_of(session, [appointment], ignored=[appointment.id])
    if changes.split_from_party and await _has_company(session, appointment):
        visit = await _split_off(session, visit, appointment)
    return await _finish(session, user, visit, relations, before=before, moves=moves)


async def _edit(  # noqa: PLR0913 - who changes what, and how
    session: AsyncSession,
    user: CurrentUser,
    visit: Visit,
    appointment: Appointment,
    changes: AppointmentUpdate,
    *,
    relations: Relations,
    terms: Terms,
) -> Sequence[Displacement]:
    """Change the time and the treatments of one guest."""
    rows = await load_rows(session, visit)
    before = rows.treatments_of(appointment)
    edit = TreatmentEdit(before)
    if "treatments" in changes.model_fields_set:
        edit = await edit_treatments(session, rows, appointment, changes.treatments)
    guests, terms = {appointment: edit.rows}, replace(terms, choice=edit.choice)
    if "start" in changes.model_fields_set:
        moves = await _move(session, user, visit, guests, changes.start, relations=relations, terms=terms)
    else:
        moves = await _reallocate(session, visit, guests, appointment.starts_at, terms)
    session.add_all(edit.add_ons)
    for row in before:
        if row not in edit.rows:
            await session.delete(row)
    return moves


async def reserve_again(  # noqa: PLR0913 - whose time, what they had, and how
    session: AsyncSession,
    visit: Visit,
    appointment_ids: Collection[UUID],
    previous: Resources,
    *,
    terms: Terms | None = None,
    now_if_over: bool = False,
) -> None:
    """Give guests who had released their time that time back where it is still free, if possible with what they had.

    The caller has locked the visit, and no resource.

    Args:
        previous: The resources that they had.
        terms: Given if all of the time must be free. Otherwise those whose time is not have none until the desk moves
            them: a guest who is there must be recorded in any case.
        now_if_over: Guests whose time is over get time from now on.

    Raises:
        SlotTaken, SameTime: `terms` are given, and the time is not free.
    """
    for booked_start, guests in await _by_start(session, visit, appointment_ids):
        over = now_if_over and all(guest.ends_at <= utc_now() for guest in guests)
        start = this_step() if over else booked_start
        chosen = terms or Terms(same_time_will_do=True)
        overruled = any(guest.overruled for guest in guests)
        with nullcontext() if terms else suppress(SlotTaken):
            await _reallocate(
                session, visit, guests, start, replace(chosen, previous=previous, force=overruled)
            )


async def reserve_rest_again(
    session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID], *, or_refuse: bool = False
) -> None:
    """Give guests who were recorded as done too early the rest of their time back, if their therapist and bed are still
    free. The caller has locked the visit.

    Raises:
        SlotTaken: They are not, with `or_refuse`.
    """
    for start, guests in await _by_start(session, visit, appointment_ids):
        if any(guest.ends_at > utc_now() for guest in guests):
            with nullcontext() if or_refuse else suppress(SlotTaken):
                terms = Terms(same_time_will_do=True, others_will_do=False)
                await _reallocate(session, visit, guests, start, terms)


async def move_to_now(session: AsyncSession, visit: Visit, appointment_ids: Collection[UUID]) -> None:
    """Move guests to the step that is running now. The caller has locked the visit, and no resource.

    Raises:
        SlotTaken
    """
    for _, guests in await _by_start(session, visit, appointment_ids):
        await _reallocate(session, visit, guests, this_step(), Terms(same_time_will_do=True))


async def move_back(session: AsyncSession, visit: Visit, starts: Mapping[UUID, datetime]) -> None:
    """Move guests back to the starts that they had, if they still fit there. The caller has locked the visit, and no
    resource.

    Args:
        starts: The starts, by the id of the appointment.
    """
    for now, guests in await _by_start(session, visit, starts.keys()):
        unmoved = party_of(guests, await _services_of(session, guests), {}, DeskChoice(), same_room=False)
        try:
            start = min(starts[guest.id] for guest in guests)
            await _reallocate(session, visit, guests, start, Terms(same_time_will_do=True))
        except SlotTaken:
            for (guest, rows), times in zip(guests.items(), times_of(unmoved, now), strict=True):
                set_times(guest, rows, times)


async def _services_of(session: AsyncSession, guests: Guests) -> dict[UUID, ServiceName]:
    return await names_of_variants(session, {row.variant_id for rows in guests.values() for row in rows})


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


async def _move(  # noqa: PLR0913 - who moves which guests, where to and how
    session: AsyncSession,
    user: CurrentUser,
    visit: Visit,
    guests: Guests,
    start: datetime,
    *,
    relations: Relations,
    terms: Terms,
) -> Sequence[Displacement]:
    """Move these guests to another start, if the user may. What a customer moves may wait for approval again.

    Raises:
        StatusConflict, TooLateToMove, ForbiddenException, HoldExpired, NotBookable, SameTime, SlotTaken
    """
    at_desk = all(Relation.DESK in relations.get(guest.id, ()) for guest in guests)
    if any(guest.starts_at != start for guest in guests):
        await refuse_unless_movable(session, guests, relations)
        if at_desk:
            refuse_past(start)
        else:
            await customer_service.require_own_active(session, user)
    elif not at_desk:
        return ()  # a retry of a move that was done: it may be too late for another one
    moves = await _reallocate(session, visit, guests, start, replace(terms, at_desk=at_desk))
    if not at_desk and (await load_policy(session, visit.branch_id)).approve_online:
        waiting = [guest for guest in guests if guest.status != AppointmentStatus.HELD]
        before = {guest.id: (AppointmentStatus(guest.status), AppointmentStatus.PENDING) for guest in waiting}
        await record_transitions(session, before, released=(), user_id=user.id)
        for guest in waiting:
            guest.status = AppointmentStatus.PENDING
    return moves


async def _reallocate(
    session: AsyncSession, visit: Visit, guests: Guests, start: datetime, terms: Terms
) -> Sequence[Displacement]:
    """Move all of these guests to this start: with the resources they have, or otherwise as they wish. Return what others
    give up for them."""
    if any(guest.hold_has_expired for guest in guests):
        raise HoldExpired
    wished = await wished_beds(session, chain.from_iterable(guests.values()))
    choice = replace(terms.choice, beds=wished | terms.choice.beds)
    same_room = visit.same_room and len(guests) > 1
    services = await _services_of(session, guests)
    replaced = await occupied_by(session, guests)
    current = terms.previous or resources_of(replaced)
    begun = _begun(guests, current)  # by the times they had
    fixed = {key: resource_id for key, resource_id in current.items() if key[0] in begun}
    unchanged = party_of(guests, services, current, choice, same_room=same_room)
    refuse_too_long(unchanged)
    for (guest, rows), stay, times in zip(
        guests.items(), replaced.stays, times_of(unchanged, start), strict=True
    ):
        set_times(guest, rows, times)
        if start != stay.start and guest.status in EXPECTED_AGAIN and start > utc_now() + CHECK_IN:
            guest.status = AppointmentStatus.CONFIRMED
    as_wished = party_of(guests, services, fixed, choice, same_room=same_room)
    parties = [unchanged, as_wished] if terms.others_will_do else [unchanged]
    stays = [Span(guest.starts_at, guest.ends_at) for guest in guests]
    room_id = await room_of_company(session, visit, guests, stays)
    apart = terms.may_stay_apart and start == replaced.stays[0].start and _is_apart(replaced, room_id)
    is_to_join = room_id is not None and not apart
    if (same_room or is_to_join) and terms.others_will_do:  # one room comes before beds asked for earlier
        parties.append(party_of(guests, services, fixed, terms.choice, same_room=same_room))
    if room_id is not None and is_to_join:
        parties = [party.in_room(room_id) for party in parties]
    snapshot = None
    if not terms.at_desk:
        snapshot = await load_snapshot_around(
            session,
            visit.branch_id,
            start,
            as_wished,
            at_desk=False,
            ignored=replaced.appointment_ids,
        )
        if not snapshot.is_bookable(start):
            raise NotBookable(describe_start(start, snapshot))
    # Who comes back, and who comes at another time, does so within the opening hours that hold now.
    stays_promised = terms.previous is None and all(stay.start == start for stay in replaced.stays)
    request = AllocationRequest(
        visit.branch_id,
        start,
        parties,
        at_desk=terms.at_desk,
        replaced=replaced if stays_promised else replaced.without_stays(),
        overrules=overrules_for(guests, force=terms.force),
        others_give_way=terms.others_give_way,
    )
    reserve_time = reserve_or_offer if terms.offers_later_days else reserve
    reservation = await reserve_time(session, request, snapshot)
    for guest, stay in zip(guests, replaced.stays, strict=True):
        guest.overruled = reservation.overruled or (guest.overruled and guest.starts_at == stay.start)
    _drop_lost_wishes(guests, reservation)
    if not terms.same_time_will_do:
        await refuse_same_time_of(
            session,
            [
                guest
                for guest, stay in zip(guests, replaced.stays, strict=True)
                if terms.is_other_customer or guest.starts_at < stay.start or guest.ends_at > stay.end
            ],
            ignored=replaced.appointment_ids,
            at_desk=terms.at_desk,
        )
    await session.flush()
    await release(session, replaced.appointment_ids)
    await give_way(session, reservation)
    treatments = [refs_of(guest, rows) for guest, rows in guests.items()]
    await insert_allocations(session, allocations_of(reservation, treatments))
    return reservation.moves


def _drop_lost_wishes(guests: Guests, reservation: Reservation) -> None:
    """Take back the wishes for beds in other rooms than that of the party."""
    beds = {(need.guest, need.treatment, resource_id) for need, resource_id, _ in reservation.assignments}
    for number, rows in enumerate(guests.values()):
        for position, row in enumerate(rows):
            if (number, position, row.bed_id) not in beds:
                row.bed_id = None


def overrules_for(guests: Iterable[Appointment], *, force: bool) -> list[Overrule]:
    """Return how far hours and shifts are overruled for these guests, the least first."""
    treated = any(guest.status == AppointmentStatus.IN_SERVICE for guest in guests)
    overrules = [Overrule.NOTHING]
    overrules += [Overrule.CLOSING] if treated else []
    return overrules + ([Overrule.HOURS] if force else [])


async def occupied_by(session: AsyncSession, guests: Guests) -> Replaced:
    """Return what these guests have, for a reservation that replaces it."""
    occupied = [Occupied(*row) for row in await fetch_raw(session, _OCCUPIED, [guest.id for guest in guests])]
    return Replaced(
        [guest.id for guest in guests],
        stays=[Span(guest.starts_at, guest.ends_at) for guest in guests],
        occupied=occupied,
        places={
            row.id: (number, position)
            for number, rows in enumerate(guests.values())
            for position, row in enumerate(rows)
        },
    )


def resources_of(replaced: Replaced) -> Resources:
    """Return the resources that the treatments have."""
    return {(time.treatment_id, str(time.kind)): time.resource_id for time in replaced.occupied}


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


async def room_of_company(
    session: AsyncSession, visit: Visit, guests: Guests, during: Sequence[Span]
) -> UUID | None:
    """Return the room in which the other guests of a visit are at these times, if the party is to be in one room. None if
    no other guest has a bed then, or they are in several rooms."""
    if not visit.same_room:
        return None
    rooms = await fetch_raw(
        session,
        _ROOMS_OF_COMPANY,
        visit.id,
        [guest.id for guest in guests],
        [*EDITABLE],
        [span.start for span in during],
        [span.end for span in during],
    )
    return rooms[0][0] if len(rooms) == 1 else None


def _is_apart(replaced: Replaced, room_id: UUID | None) -> bool:
    """Return whether a guest has a bed in another room."""
    rooms = {time.room_id or time.resource_id for time in replaced.occupied if time.kind == ResourceKind.BED}
    return bool(rooms - {room_id})


def party_of(
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
        if len(bed_types) == 1:
            bed_type_id = None  # a bed of another type will not do
        device_types = {segment.device_type_id for segment in agreed.segments} - {None}
        device_id = current.get((row.id, ResourceKind.DEVICE)) if len(device_types) == 1 else None
        therapist_id = current.get((row.id, ResourceKind.STAFF), agreed.therapist_id)
        return replace(
            agreed,
            therapist_id=choice.therapists.get(row.id, therapist_id),
            bed_id=bed_id,
            bed_type_id=bed_type_id,
            device_id=device_id,
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


async def _finish(  # noqa: PLR0913 - who changed what, and what it was before
    session: AsyncSession,
    user: CurrentUser,
    visit: Visit,
    relations: Relations,
    *,
    before: Mapping[UUID, State],
    moves: Sequence[Displacement],
) -> VisitChanged:
    """Record the edit, and return the visit as it is now, with the guests that concern the user."""
    await session.flush()
    edit_id = await record_edit(session, user, before, moves)
    publish_branch_change(session, visit.branch_id)
    visit_now = await read_related(session, visit.id, relations)
    if not all(Relation.DESK in found for found in relations.values()):
        return changed(visit_now, ())
    return changed(visit_now, moves, edit_id)
