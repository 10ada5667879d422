"""Reserve therapists, beds and devices of guests anew: at another time, for other treatments, or again.

What the guests have is released and reserved in one transaction, with what they have now as far as possible.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.wall_time import Span
from app.db.queries import fetch_raw
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
from app.modules.booking.booking_errors import HoldExpired, NotBookable
from app.modules.booking.booking_models import Appointment, AppointmentTreatment, Visit
from app.modules.booking.editing.treatments import DeskChoice, wished_beds
from app.modules.booking.status.status import EDITABLE, EXPECTED_AGAIN, AppointmentStatus
from app.modules.booking.status.transitions import CHECK_IN
from app.modules.booking.visit.rows import refs_of, set_times, times_of, treatment_of
from app.modules.booking.visit.same_time import refuse_same_time_of
from app.modules.catalogue.catalogue_schemas import ServiceName
from app.modules.catalogue.catalogue_service import names_of_variants
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


async def reallocate(
    session: AsyncSession, visit: Visit, guests: Guests, start: datetime, terms: Terms
) -> Sequence[Displacement]:
    """Move all of these guests to this start: with the resources they have, or otherwise as they wish. Return what others
    give up for them."""
    if any(guest.hold_has_expired for guest in guests):
        raise HoldExpired
    wished = await wished_beds(session, chain.from_iterable(guests.values()))
    choice = replace(terms.choice, beds=wished | terms.choice.beds)
    same_room = visit.same_room and len(guests) > 1
    services = await services_of(session, guests)
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


def refuse_past(start: datetime) -> None:
    """Refuse a start in the past; the step that is running now is not past.

    Raises:
        NotBookable
    """
    if start < this_step():
        raise NotBookable(describe_start(start))


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


async def services_of(session: AsyncSession, guests: Guests) -> dict[UUID, ServiceName]:
    """Return the services of the guests' treatments, by the id of the variant."""
    return await names_of_variants(session, {row.variant_id for rows in guests.values() for row in rows})
