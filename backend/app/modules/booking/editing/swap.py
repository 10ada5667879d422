"""Let two appointments exchange their therapists, beds or starts, in one transaction.

Both are released and reserved together, so it works in a full house: each takes what the other has.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import Span
from app.db.idempotency import idempotent
from app.db.queries import fetch_raw, get_row
from app.modules.booking.allocation.allocations import allocations_of, insert_allocations, release
from app.modules.booking.allocation.requests import AllocationRequest, Replaced, Reservation
from app.modules.booking.allocation.reserve import reserve
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    CannotSwap,
    HoldExpired,
    SlotTaken,
    VisitNotFound,
)
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import AppointmentsSwapped, AppointmentSwap, Exchanged
from app.modules.booking.editing.edits import load_states, record_edit
from app.modules.booking.editing.reallocate import (
    Guests,
    Resources,
    occupied_by,
    overrules_for,
    party_of,
    refuse_past,
    resources_of,
    room_of_company,
    services_of,
)
from app.modules.booking.editing.treatments import DeskChoice, wished_beds
from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.status import MOVABLE
from app.modules.booking.visit.read import read_visits
from app.modules.booking.visit.rows import load_rows, refs_of, segments_of, set_times, times_of
from app.modules.booking.visit.same_time import refuse_same_time_of
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.staff.staff_service import names_of_staff
from app.redis.events import publish_branch_change
from app.scheduling.staggered import StaggeredParty
from app.scheduling.supply import ResourceKind
from app.scheduling.timegrid import STEP

_UNAVAILABLE = """
SELECT DISTINCT resource_id
FROM zenspa_unavailability($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
"""
_KINDS = {Exchanged.THERAPIST: ResourceKind.STAFF, Exchanged.BED: ResourceKind.BED}
_ONE_APPOINTMENT = LocalizedText("Chọn hai lịch hẹn khác nhau.", "Choose two different appointments.")
_TWO_BRANCHES = LocalizedText(
    "Hai lịch hẹn ở hai chi nhánh. Chỉ đổi được trong cùng chi nhánh.",
    "The appointments are in different branches. Choose two of one branch.",
)
_NOTHING_TO_EXCHANGE = LocalizedText(
    "Hai lịch hẹn không có kỹ thuật viên hay giường tương ứng để đổi. Vui lòng đổi từng dịch vụ.",
    "Their therapists or beds do not correspond. Please change the treatments one by one.",
)
_ONE_ROOM = LocalizedText(
    "Nhóm khách cần ở chung phòng. Chọn giường trong phòng đó.",
    "The party is to be in one room. Choose a bed in that room.",
)


async def swap_appointments(
    session: AsyncSession, user: CurrentUser, key: str, appointment_id: UUID, swap: AppointmentSwap
) -> AppointmentsSwapped:
    """Exchange what two appointments have. Nothing changes unless both fit.

    Args:
        key: The client's Idempotency-Key. A retry returns the first response; without the key it would swap them back.

    Raises:
        AppointmentNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable
        CannotSwap: One of them does not fit. `details` has each `reason`.
        SameTime: A customer has another appointment at the new time.
        IdempotencyInFlight, IdempotencyKeyReused
    """
    authorize(user, *DESK)
    async with idempotent(session, user.id, key, swap, AppointmentsSwapped, about=appointment_id) as replay:
        if replay.response:
            return replay.response
        first, second = await _lock(session, user, appointment_id, swap.with_appointment_id)
        before = await load_states(session, [first.id, second.id])
        await _exchange(session, first, second, {*swap.exchange}, same_time_will_do=swap.allow_same_time)
        await session.flush()
        edit_id = await record_edit(session, user, before)
        publish_branch_change(session, first.branch_id)
        visits = await read_visits(session, {first.visit_id, second.visit_id})
        return replay.store(AppointmentsSwapped(visits=visits, edit_id=edit_id))


async def _lock(session: AsyncSession, user: CurrentUser, *appointment_ids: UUID) -> list[Appointment]:
    """Lock the visits of two appointments in the order of their ids, and return the appointments if they can change."""
    appointments = [
        await get_row(session, Appointment, appointment_id, AppointmentNotFound)
        for appointment_id in appointment_ids
    ]
    for appointment in appointments:  # before the lock: an intruder must not delay other users
        authorize(user, *DESK, branch_id=appointment.branch_id)
    locked: list[UUID] = []
    while (visit_ids := sorted({appointment.visit_id for appointment in appointments})) != locked:
        for visit_id in visit_ids:
            await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
        locked = visit_ids
        for appointment in appointments:
            await session.refresh(appointment)  # a guest may have got a visit of their own meanwhile
    if len({*appointment_ids}) == 1:
        raise CannotSwap(_ONE_APPOINTMENT)
    if len({appointment.branch_id for appointment in appointments}) > 1:
        raise CannotSwap(_TWO_BRANCHES)
    if fixed := [appointment.status for appointment in appointments if appointment.status not in MOVABLE]:
        raise status_conflict(fixed)
    if any(appointment.hold_has_expired for appointment in appointments):
        raise HoldExpired
    return appointments


async def _exchange(
    session: AsyncSession,
    first: Appointment,
    second: Appointment,
    exchange: Collection[Exchanged],
    *,
    same_time_will_do: bool,
) -> None:
    visits = {guest.visit_id: await session.get_one(Visit, guest.visit_id) for guest in (first, second)}
    rows = {visit_id: await load_rows(session, visit) for visit_id, visit in visits.items()}
    guests = {guest: rows[guest.visit_id].treatments_of(guest) for guest in (first, second)}
    replaced = await occupied_by(session, guests)
    stays = replaced.stays
    current = resources_of(replaced)
    exchanged: dict[tuple[UUID, str], UUID] = {}
    for exchanged_kind, kind in _KINDS.items():
        if exchanged_kind in exchange:
            exchanged |= _crossed(kind, guests, current)
    for row in chain.from_iterable(guests.values()):  # the desk chooses these beds
        row.bed_id = exchanged.get((row.id, ResourceKind.BED), row.bed_id)
    await _refuse_lost_wishes(session, guests, current, exchanged)
    starts = [first.starts_at, second.starts_at]
    if Exchanged.START in exchange:
        starts.reverse()
        refuse_past(min(starts))
    await _set_starts(session, guests, starts)
    company = [
        guest
        for guest, treatments in guests.items()
        if await room_of_company(
            session, visits[guest.visit_id], {guest: treatments}, [Span(guest.starts_at, guest.ends_at)]
        )
    ]
    beds = _beds_of(company, guests, current)
    choices: list[Resources] = [{**current, **exchanged}]
    if Exchanged.START in exchange:  # at the other time they may need another therapist or bed
        choices.append({**beds, **exchanged})
        replaced = replaced.without_stays()  # what one guest was promised does not hold for the other
    reservation = await _reserve(session, guests, choices, replaced, stays)
    _refuse_another_room(reservation, beds, exchanged)
    await _refuse_unavailable(session, reservation, guests, replaced)
    for guest in guests:
        guest.overruled = reservation.overruled
    await session.flush()
    await release(session, [first.id, second.id])
    refs = [refs_of(guest, treatments) for guest, treatments in guests.items()]
    await insert_allocations(session, allocations_of(reservation, refs))
    if Exchanged.START in exchange and not same_time_will_do:
        await refuse_same_time_of(session, guests, ignored=[first.id, second.id])


async def _set_starts(session: AsyncSession, guests: Guests, starts: Sequence[datetime]) -> None:
    services = await services_of(session, guests)
    for (guest, treatments), start in zip(guests.items(), starts, strict=True):
        alone = party_of({guest: treatments}, services, {}, DeskChoice(), same_room=False)
        [times] = times_of(alone, start)
        set_times(guest, treatments, times)


def _beds_of(company: Collection[Appointment], guests: Guests, current: Resources) -> Resources:
    """Return the beds of guests who are to stay in one room with the others of their party."""
    keys = [(row.id, ResourceKind.BED) for guest in company for row in guests[guest]]
    return {key: current[key] for key in keys if key in current}


async def _reserve(
    session: AsyncSession,
    guests: Guests,
    choices: Sequence[Resources],
    replaced: Replaced,
    stays: Sequence[Span],
) -> Reservation:
    """Reserve for both guests at once, with the first choice of resources that fits.

    Args:
        stays: The times at which the guests were there.

    Raises:
        CannotSwap
    """
    services = await services_of(session, guests)
    base = min(guest.starts_at for guest in guests)
    delays = tuple((guest.starts_at - base) // STEP for guest in guests)
    choice = DeskChoice(beds=await wished_beds(session, chain.from_iterable(guests.values())))
    parties = [party_of(guests, services, current, choice, same_room=False).guests for current in choices]
    [branch_id] = {guest.branch_id for guest in guests}
    request = AllocationRequest(
        branch_id,
        base,
        [StaggeredParty(party, delays=delays) for party in parties],
        replaced=replaced,
        overrules=overrules_for(
            guests, force=bool(replaced.stays) and any(guest.overruled for guest in guests)
        ),
    )
    try:
        return await reserve(session, request)
    except SlotTaken as error:
        if minutes := _new_overlap(guests, stays):
            message = LocalizedText(
                f"Hai lịch hẹn dài khác nhau, đổi giờ sẽ trùng nhau {minutes} phút. Dời một lịch hẹn trước.",
                f"Their lengths differ, so they would overlap by {minutes} minutes. Please move one of them first.",
            )
            raise CannotSwap(message, details=[_reason(message)]) from error
        reasons = [detail for detail in error.details or () if detail["type"] == "reason"]
        raise CannotSwap(error.message if reasons else None, details=reasons) from error


def _new_overlap(guests: Guests, before: Sequence[Span]) -> int:
    """Return the minutes for which the stays of the guests overlap now, if they did not before; otherwise 0."""
    overlap_before, overlap = (
        min(stay.end for stay in stays) - max(stay.start for stay in stays)
        for stays in (before, [Span(guest.starts_at, guest.ends_at) for guest in guests])
    )
    return max(0, overlap // timedelta(minutes=1)) if overlap_before <= timedelta() else 0


def _crossed(kind: ResourceKind, guests: Guests, current: Resources) -> dict[tuple[UUID, str], UUID]:
    """Return which resource of a kind each treatment gets from the other appointment.

    If each appointment has one throughout, all its treatments get the other's; otherwise they exchange one by one, in
    order.

    Raises:
        CannotSwap: One has none, or they do not correspond.
    """
    treatments = [[row for row in rows if (row.id, kind) in current] for rows in guests.values()]
    first, second = ([current[row.id, kind] for row in rows] for rows in treatments)
    several_beds = kind is ResourceKind.BED and any(
        len({segment.bed_type_id for segment in segments_of(row)} - {None}) > 1
        for rows in treatments
        for row in rows
    )
    if not first or not second or several_beds:
        raise CannotSwap(_NOTHING_TO_EXCHANGE)
    if len({*first}) == len({*second}) == 1:
        first, second = [first[0]] * len(second), [second[0]] * len(first)
    elif len(first) != len(second):
        raise CannotSwap(_NOTHING_TO_EXCHANGE)
    return {
        (row.id, kind): resource_id
        for rows, resource_ids in zip(treatments, (second, first), strict=True)
        for row, resource_id in zip(rows, resource_ids, strict=True)
    }


async def _refuse_lost_wishes(
    session: AsyncSession, guests: Guests, current: Resources, exchanged: Resources
) -> None:
    """Refuse to take the therapist from a guest who asked for them by name.

    Raises:
        CannotSwap
    """
    asked_for = {
        row.therapist_id
        for rows in guests.values()
        for row in rows
        if row.therapist_id is not None
        and current.get((row.id, ResourceKind.STAFF)) == row.therapist_id
        and exchanged.get((row.id, ResourceKind.STAFF), row.therapist_id) != row.therapist_id
    }
    if asked_for:
        names = ", ".join(sorted((await names_of_staff(session, asked_for)).values()))
        message = LocalizedText(f"Khách yêu cầu {names}.", f"A guest asked for {names} by name.")
        raise CannotSwap(message, details=[_reason(message)])


def _refuse_another_room(reservation: Reservation, beds: Resources, exchanged: Resources) -> None:
    """Refuse a bed in another room to a guest whose party is there and is to be in one room.

    Raises:
        CannotSwap
    """
    rooms = {resource.id: resource.room for resource in reservation.snapshot.supply.resources}
    if any(
        key in exchanged and rooms.get(bed_id) != rooms.get(exchanged[key]) for key, bed_id in beds.items()
    ):
        raise CannotSwap(_ONE_ROOM, details=[_reason(_ONE_ROOM)])


async def _refuse_unavailable(
    session: AsyncSession, reservation: Reservation, guests: Guests, replaced: Replaced
) -> None:
    """Refuse a therapist who is on leave, and a bed that is out of order: only the guest who has them may keep them.

    Raises:
        CannotSwap
    """
    grid, rows = reservation.snapshot.grid, [*guests.values()]
    unchanged = {(time.treatment_id, time.resource_id, time.start) for time in replaced.occupied}
    assigned = [
        (assignment.resource_id, grid.instant(first), grid.instant(last))
        for assignment in reservation.assignments
        for first, last in assignment.runs
        if (
            rows[assignment.need.guest][assignment.need.treatment].id,
            assignment.resource_id,
            grid.instant(first),
        )
        not in unchanged
    ]
    if not assigned:
        return
    resource_ids, starts, ends = ([*column] for column in zip(*assigned, strict=True))
    branch_ids = [reservation.snapshot.branch_id] * len(assigned)
    unavailable = await fetch_raw(session, _UNAVAILABLE, branch_ids, resource_ids, starts, ends)
    if unavailable:
        names = ", ".join(sorted(reservation.snapshot.resource_names[row[0]] for row in unavailable))
        message = LocalizedText(
            f"{names} nghỉ hoặc không dùng được lúc đó.", f"{names}: away or out of order then."
        )
        raise CannotSwap(message, details=[_reason(message)])


def _reason(message: LocalizedText) -> Mapping[str, str | LocalizedText]:
    return {"field": "exchange", "type": "reason", "message": message}
