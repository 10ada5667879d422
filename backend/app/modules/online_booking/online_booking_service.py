"""Book online without an account: find a time, hold it, confirm it, and change it by the private link of the visit.

No answer tells whether the spa knows a phone number, because none of these functions looks: `confirm` keeps what the guest
typed on the link, and `joining` finds the customer later, apart from every request.

The caller hands in `address`, the network address of the guest, by which requests are counted.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import inf
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.database import after_commit
from app.db.audit import set_program
from app.db.errors import translate_integrity_errors
from app.db.idempotency import IdempotencyInFlight, IdempotencyKeyReused, digest_of
from app.modules.availability.availability_schemas import DaysQuery, StartsQuery
from app.modules.booking.booking_schemas import (
    AppointmentRead,
    GuestBooking,
    StatusChange,
    VisitCreate,
    VisitRead,
    VisitUpdate,
)
from app.modules.booking.booking_service import book_visit
from app.modules.booking.editing.reschedule import update_visit
from app.modules.booking.search import service as search
from app.modules.booking.status.change_status import set_status
from app.modules.booking.status.status import PROGRESS, AppointmentStatus, StatusRequest
from app.modules.booking.status.steps import read_steps
from app.modules.booking.visit.access import ONLINE_PROGRAM, GuestLinkHolder
from app.modules.booking.visit.agenda import agenda_of_visit
from app.modules.booking.visit.booker import name_booker
from app.modules.booking.visit.read import read_visits
from app.modules.branch import branch_service
from app.modules.branch.kinds import OnlineCheck
from app.modules.calendar.calendar_service import CalendarContents
from app.modules.calendar.ics import short_name
from app.modules.catalogue import catalogue_service
from app.modules.deposit.deposit_service import deposit_for
from app.modules.online_booking import courses_left, deposits
from app.modules.online_booking.code_check import check_code
from app.modules.online_booking.guest_links import (
    OpenLink,
    find_by_request,
    get_link,
    hash_of,
    is_confirmed,
    keyed_hash,
    lock_link,
    open_link,
    token_for,
)
from app.modules.online_booking.joining import wake_joining
from app.modules.online_booking.limits import (
    CONFIRMATIONS,
    HOLDS,
    SEARCHES,
    count_held,
    count_request,
    count_to_come,
    key_of_address,
    lock_phone,
    try_lock,
)
from app.modules.online_booking.online_booking_errors import CallTheBranch
from app.modules.online_booking.online_booking_models import GuestLink
from app.modules.online_booking.online_booking_schemas import (
    GuestAppointment,
    GuestContact,
    GuestTreatment,
    GuestVisit,
    HeldVisit,
    OnlineBranch,
    OnlineCancellation,
    OnlineConfirmation,
    OnlineDay,
    OnlineDays,
    OnlineDaysQuery,
    OnlineHold,
    OnlineMove,
    OnlineOffer,
    OnlineStart,
    OnlineStarts,
    OnlineStartsQuery,
    TherapistShown,
)
from app.modules.staff import staff_service


async def read_offer(session: AsyncSession, branch_key: str) -> OnlineOffer:
    """Return a branch, what it sells online and the therapists that guests can ask for.

    Raises:
        NoOnlineBooking
    """
    branch = await branch_service.get_online_branch(session, branch_key)
    today = utc_now().astimezone(ZoneInfo(branch.time_zone)).date()
    return OnlineOffer(
        branch=OnlineBranch.model_validate(branch),
        categories=await catalogue_service.read_catalogue(session),
        therapists=[
            TherapistShown(**person.model_dump() | {"name": short_name(person.full_name)})
            for person in await staff_service.list_therapists(session, branch.id, today)
        ],
    )


async def find_days(
    session: AsyncSession, branch_key: str, query: OnlineDaysQuery, *, address: str, language: str
) -> OnlineDays:
    """Find the days on which a party can start, and the reasons on the others.

    Raises:
        NoOnlineBooking, GuestLinkNotFound, RateLimitException
        StatusConflict, HoldExpired, TooLateToMove: The visit of the link cannot move, and the query names no guests.
        VisitNotFound: The link is about a visit to another branch.
        What `quote_party` raises.
    """
    await count_request(SEARCHES, address)
    branch = await branch_service.get_online_branch(session, branch_key)
    holder = await _holder(session, query.link, address)
    party = _party(branch.id, query, holder)
    wish = DaysQuery(**party, first_day=query.first_day, last_day=query.last_day)
    found = await search.find_days(session, holder, wish, language=language)
    return OnlineDays(days=[OnlineDay(**dict(day)) for day in found.days])


async def find_starts(
    session: AsyncSession, branch_key: str, query: OnlineStartsQuery, *, address: str, language: str
) -> OnlineStarts:
    """Find the starts of a day. A time that the link holds is among them.

    Raises:
        As `find_days`.
    """
    await count_request(SEARCHES, address)
    branch = await branch_service.get_online_branch(session, branch_key)
    holder = await _holder(session, query.link, address)
    wish = StartsQuery(**_party(branch.id, query, holder), day=query.day)
    found = await search.find_starts(session, holder, wish, language=language)
    return OnlineStarts(
        day=found.day,
        starts=[OnlineStart(start=start.start, end=start.end) for start in found.starts],
        reasons=found.reasons,
    )


async def hold(  # noqa: PLR0913 - three say what is held, two who asks
    session: AsyncSession,
    branch_key: str,
    key: str,
    request: OnlineHold,
    *,
    address: str,
    received_at: float = inf,
) -> HeldVisit:
    """Hold a time for a party, and return its private link.

    Args:
        key: The Idempotency-Key, which is random: a client that sends it again with the same request gets the same link.
        received_at: As in `create_visit`.

    Raises:
        NoOnlineBooking, CallTheBranch, RateLimitException, SlotTaken, NotBookable, IdempotencyInFlight,
        IdempotencyKeyReused, and what `quote_party` raises.
        GuestLinkNotFound: A retry, but the link has ended.
    """
    await count_request(HOLDS, address)
    branch = await branch_service.get_online_branch(session, branch_key)
    if request.website:
        raise CallTheBranch.named(branch.phone)
    await set_program(session, ONLINE_PROGRAM)
    request_hash, digest = keyed_hash("request", key.encode()), digest_of(request)
    if not await try_lock(session, request_hash):
        raise IdempotencyInFlight
    if (earlier := await find_by_request(session, request_hash)) is not None:
        if earlier.request_digest != digest:
            raise IdempotencyKeyReused
        token = token_for(earlier.id, key)
        return HeldVisit(token=token, visit=await read(session, token, address=address))
    address_hash = keyed_hash("address", key_of_address(address))
    if await count_held(session, address_hash, utc_now()) >= branch.online_holds_per_address:
        raise CallTheBranch.named(branch.phone)
    new = VisitCreate(
        branch_id=branch.id,
        start=request.start,
        hold=True,
        same_room=request.same_room,
        guests=[GuestBooking(treatments=guest.treatments) for guest in request.guests],
    )
    visit = await book_visit(session, GuestLinkHolder(), new, received_at=received_at)
    link_id = uuid7()
    token = token_for(link_id, key)
    link = GuestLink(
        id=link_id,
        visit_id=visit.id,
        token_hash=hash_of(token),
        request_hash=request_hash,
        request_digest=digest,
        address_hash=address_hash,
        held_until=visit.appointments[0].hold_expires_at,
    )
    session.add(link)
    with translate_integrity_errors({"guest_link_request_hash_key": IdempotencyInFlight}):
        await session.flush()
    return HeldVisit(token=token, visit=await read(session, token, address=address))


async def read(session: AsyncSession, token: str, *, address: str) -> GuestVisit:
    """Return the visit of a link.

    Raises:
        GuestLinkNotFound, RateLimitException
    """
    return await _read(session, await open_link(session, token, address=address))


async def confirm(
    session: AsyncSession, token: str, request: OnlineConfirmation, *, address: str
) -> GuestVisit:
    """Book the time that a link holds, or hold it for the deposit that the branch asks for. A repeat changes nothing,
    whatever it says.

    The work is the same for every phone number, also for one that has reached the limit: it is counted last.

    Raises:
        GuestLinkNotFound, CallTheBranch, RateLimitException, HoldExpired, StatusConflict
        CodeNeeded, WrongCode: The branch checks the mail address.
    """
    await count_request(CONFIRMATIONS, address)
    link = await open_link(session, token, address=address)
    branch = await branch_service.get_branch(session, link.branch_id)
    if request.website:
        raise CallTheBranch.named(branch.phone)
    if branch.online_check != OnlineCheck.NONE and not await is_confirmed(session, link.id):
        await check_code(session, link.id, request.email, request.code)
    await set_program(session, ONLINE_PROGRAM)
    await lock_phone(session, request.phone)
    row = await lock_link(session, link.id)
    if row.contact_phone is None:
        row.contact_name = request.full_name
        row.contact_phone = request.phone
        row.contact_email = request.email
        row.code_hash = row.code_expires_at = None
        await session.flush()
        if not await deposits.ask(session, link.branch_id, link.visit_id, row):
            row.address_hash = row.held_until = None
            await session.flush()
            change = StatusChange(status=StatusRequest.CONFIRMED)
            await set_status(session, GuestLinkHolder(link.visit_id), link.visit_id, change)
        await name_booker(session, link.visit_id, request.full_name, request.note)
        if await count_to_come(session, request.phone) > branch.online_visits_per_phone:
            raise CallTheBranch.named(branch.phone)
        after_commit(session, wake_joining)
    return await _read(session, link)


async def move(session: AsyncSession, token: str, request: OnlineMove, *, address: str) -> GuestVisit:
    """Move the visit of a link: a hold, or until the time at which it could still be cancelled.

    Raises:
        GuestLinkNotFound, RateLimitException, StatusConflict, HoldExpired, NotBookable, TooLateToMove, SlotTaken
    """
    await count_request(CONFIRMATIONS, address)
    link = await open_link(session, token, address=address)
    await set_program(session, ONLINE_PROGRAM)
    await lock_link(session, link.id)
    await update_visit(
        session, GuestLinkHolder(link.visit_id), link.visit_id, VisitUpdate(start=request.start)
    )
    return await read(session, token, address=address)


async def cancel(
    session: AsyncSession, token: str, request: OnlineCancellation, *, address: str
) -> GuestVisit:
    """Cancel the visit of a link, or release what it holds. A repeat changes nothing.

    Raises:
        GuestLinkNotFound, RateLimitException, StatusConflict, TooLateToCancel
    """
    await count_request(CONFIRMATIONS, address)
    link = await open_link(session, token, address=address)
    await set_program(session, ONLINE_PROGRAM)
    row = await lock_link(session, link.id)
    row.address_hash = row.held_until = None
    await session.flush()
    change = StatusChange(status=StatusRequest.CANCELLED, reason=request.reason)
    await set_status(session, GuestLinkHolder(link.visit_id), link.visit_id, change)
    return await _read(session, link)


async def read_calendar(session: AsyncSession, token: str, *, address: str) -> CalendarContents:
    """Return the visit of a link for the calendar of a phone. It does not depend on what the spa knows about the guest.

    Raises:
        GuestLinkNotFound, RateLimitException
    """
    link = await open_link(session, token, address=address)
    row = await get_link(session, link.id)
    return CalendarContents(row.contact_name, (), await agenda_of_visit(session, link.visit_id))


async def _holder(session: AsyncSession, token: str | None, address: str) -> GuestLinkHolder:
    if token is None:
        return GuestLinkHolder()
    return GuestLinkHolder((await open_link(session, token, address=address)).visit_id)


def _party(
    branch_id: UUID, query: OnlineDaysQuery | OnlineStartsQuery, holder: GuestLinkHolder
) -> dict[str, Any]:
    """Return what both searches need; without `guests` the visit of the link moves as agreed."""
    party = {"branch_id": branch_id, "same_room": query.same_room, "instead_of": holder.visit_id}
    return party | ({"guests": query.guests} if query.guests else {})


async def _read(session: AsyncSession, link: OpenLink) -> GuestVisit:
    await session.flush()
    [visit] = await read_visits(session, [link.visit_id])
    branch = await branch_service.get_branch(session, link.branch_id)
    row = await get_link(session, link.id)
    steps = (await read_steps(session, GuestLinkHolder(link.visit_id), link.visit_id)).appointments
    possible = {step.request for guest in steps for step in guest.steps}
    asked_for = {
        treatment.therapist_id
        for guest in visit.appointments
        for treatment in guest.treatments
        if treatment.therapist_id is not None
    }
    names = await staff_service.names_of_staff(session, asked_for)
    start = min(guest.start for guest in visit.appointments)
    price = sum(guest.price for guest in visit.appointments)
    is_over = _hold_is_over(visit)
    can_confirm = StatusRequest.CONFIRMED in possible and not is_over and row.contact_phone is None
    return GuestVisit(
        branch=OnlineBranch.model_validate(branch),
        status=AppointmentStatus.EXPIRED if is_over else _status_of(visit),
        start=start,
        end=max(guest.end for guest in visit.appointments),
        hold_expires_at=visit.appointments[0].hold_expires_at,
        same_room=visit.same_room,
        note=visit.note,
        price=price,
        guests=[_guest(guest, names) for guest in visit.appointments],
        contact=None
        if row.contact_phone is None
        else GuestContact(full_name=row.contact_name, phone=row.contact_phone, email=row.contact_email),
        free_cancel_until=start - timedelta(minutes=branch.free_cancel_minutes),
        deposit=await deposits.read_for_guest(session, visit.id),
        courses=await courses_left.read_for_guest(session, visit.id, row.customer_id, _status_of(visit)),
        deposit_asked=deposit_for(price, branch.deposit_percent) if can_confirm else 0,
        can_confirm=can_confirm,
        can_move=StatusRequest.CANCELLED in possible and not is_over,
        can_cancel=StatusRequest.CANCELLED in possible,
        link_expires_at=link.expires_at,
    )


def _guest(guest: AppointmentRead, names_of_therapists: Mapping[UUID, str]) -> GuestAppointment:
    return GuestAppointment(
        status=guest.status,
        start=guest.start,
        end=guest.end,
        price=guest.price,
        reason=guest.reason,
        treatments=[
            GuestTreatment(
                **treatment.model_dump(include={*GuestTreatment.model_fields} - {"add_ons"}),
                therapist_name=None
                if treatment.therapist_id is None
                else short_name(names_of_therapists[treatment.therapist_id]),
                add_ons=[add_on.name for add_on in treatment.add_ons],
            )
            for treatment in guest.treatments
        ],
    )


def _hold_is_over(visit: VisitRead) -> bool:
    """Return whether the hold has run out, also before the job has let it expire."""
    return any(
        guest.hold_expires_at is not None and guest.hold_expires_at <= utc_now()
        for guest in visit.appointments
    )


def _status_of(visit: VisitRead) -> AppointmentStatus:
    """Return the status of the visit as a whole: of the guests who come, the least advanced, or that of the others."""
    statuses = {guest.status for guest in visit.appointments}
    return next((status for status in PROGRESS if status in statuses), visit.appointments[0].status)
