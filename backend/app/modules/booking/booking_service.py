"""Hold and book visits, and list them."""

from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.core.exceptions import ForbiddenException
from app.db.idempotency import idempotent
from app.db.paging import fetch_page
from app.modules.availability.availability_service import (
    Overrule,
    describe_start,
    load_snapshot_around,
    quote_party,
)
from app.modules.booking.allocation.allocations import give_way
from app.modules.booking.allocation.contention import refuse_like_equal, remember_refusal, signature_of
from app.modules.booking.allocation.later_days import reserve_or_offer
from app.modules.booking.allocation.requests import AllocationRequest, Reservation
from app.modules.booking.allocation.reserve import reserve
from app.modules.booking.booking_errors import DepositNeeded, NotBookable, TooManyHolds, TooManyVisits
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import VisitChanged, VisitCreate, VisitListQuery, VisitPage
from app.modules.booking.editing.edits import record_edit
from app.modules.booking.series.rows import lock_occurrence
from app.modules.booking.status.status import UPCOMING, AppointmentStatus, VisitSource
from app.modules.booking.visit.access import Actor, GuestLinkHolder, visible_to
from app.modules.booking.visit.changed import changed
from app.modules.booking.visit.new_visit import draft_visit, insert_visit
from app.modules.booking.visit.read import concerns_customers, read_visits
from app.modules.branch import branch_service
from app.modules.customer import customer_service
from app.modules.customer.customer_errors import NO_RECORD_OF_ACCOUNT, CustomerNotFound
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.redis.events import publish_branch_change
from app.scheduling.timegrid import STEP, this_step

WALK_INS_AGO = timedelta(days=7)
"""The time after which a walk-in can no longer be entered: wages and takings of the week are closed by then."""
_WALK_IN_TIME = LocalizedText(
    "Khách vãng lai chỉ ghi được cho 7 ngày qua, đến bây giờ. Khách sắp đến thì đặt lịch.",
    "A walk-in can be entered for the last 7 days, up to now. Book a guest who is still to come.",
)
MAX_HOLDS, MAX_UPCOMING_VISITS = 3, 20
"""The limits for one customer: holds at a time, and upcoming visits booked online (holds included). Without them one
customer could book every free time, and cancel on the last day."""


async def create_visit(
    session: AsyncSession, user: CurrentUser, key: str, request: VisitCreate, *, received_at: float = inf
) -> VisitChanged:
    """Hold or book a time for a party.

    Args:
        key: The client's Idempotency-Key. A retry of a booking that succeeded returns its response and books nothing.
        received_at: The arrival of the request, on the monotonic clock. If an equal request was refused since then, this
            one is refused without a search.

    Raises:
        SlotTaken: The time is not free. `details` lists the nearest free starts.
        NotBookable: The start is in the past or, for a customer, off the grid, inside the notice or beyond the horizon of
            the branch; for a walk-in, in the future or longer ago than `WALK_INS_AGO`.
        TooManyHolds, TooManyVisits: A customer has reached their limit.
        SameTime: A guest has another appointment at that time.
        ForbiddenException: The user is neither at the desk nor a customer, or a customer books a walk-in or sends `force` or
            `occurrence`.
        SeriesNotFound: The branch has no such series, or the series no such occurrence.
        OccurrenceBooked: The occurrence of the series has a visit.
        BranchNotFound, CustomerNotFound, CustomerMerged, CustomerErased, CustomerArchived
        IdempotencyInFlight, IdempotencyKeyReused, and what `quote_party` raises.
    """
    at_desk = user.holds_in(request.branch_id, *DESK)
    if not at_desk:
        authorize(user, Role.CUSTOMER)
    async with idempotent(session, user.id, key, request, VisitChanged) as replay:
        if replay.response:
            return replay.response
        return replay.store(await book_visit(session, user, request, received_at=received_at))


async def book_visit(
    session: AsyncSession,
    actor: Actor,
    request: VisitCreate,
    *,
    received_at: float = inf,
    offers_later_days: bool = True,
) -> VisitChanged:
    """Hold or book a time for a party, as `create_visit` does, which knows a retry by its key.

    The caller has authorized the actor.

    Args:
        offers_later_days: A refusal lists starts of the following days if the day itself has too few.
    """
    at_desk = actor.holds_in(request.branch_id, *DESK)
    signature = signature_of(request, at_desk=at_desk, offers_later_days=offers_later_days)
    refuse_like_equal(signature, received_at)
    booker = await _resolve_booker(session, actor, request, at_desk=at_desk)
    series = None
    if request.occurrence is not None:
        series = await lock_occurrence(session, request.occurrence, request.branch_id)
    quote = await quote_party(
        session,
        request.guests,
        same_room=request.same_room,
        at_desk=at_desk,
        sold_at=_past_start(request),
    )
    with remember_refusal(signature):
        now = this_step()
        start = request.start or now
        snapshot = await load_snapshot_around(session, request.branch_id, start, quote.party, at_desk=at_desk)
        if request.walk_in and not now - WALK_INS_AGO <= start <= now:
            raise NotBookable(_WALK_IN_TIME)
        if not request.walk_in and (start < now or not (at_desk or snapshot.is_bookable(start))):
            raise NotBookable(describe_start(start, None if at_desk else snapshot))
        overrules = (Overrule.NOTHING, Overrule.HOURS) if request.force else (Overrule.NOTHING,)
        allocation_request = AllocationRequest(
            request.branch_id,
            start,
            [quote.party],
            at_desk=at_desk,
            overrules=overrules,
            others_give_way=True,
        )
        reserve_time = reserve_or_offer if offers_later_days else reserve
        reservation = await reserve_time(session, allocation_request, snapshot)
    needs_approval = snapshot.calendar.approve_online and not at_desk
    hold = timedelta(minutes=snapshot.calendar.hold_minutes)
    visit = draft_visit(
        request,
        quote,
        reservation,
        customer_id=booker.customer_id,
        guest_ids=booker.guest_ids,
        source=_source(request, at_desk=at_desk),
        statuses=_first_statuses(request, reservation, now, needs_approval=needs_approval),
        hold_expires_at=snapshot.read_at + hold if request.hold else None,
        series=series,
    )
    await give_way(session, reservation)
    await insert_visit(
        session,
        visit,
        quote,
        at_desk=at_desk,
        same_time_will_do=at_desk and request.allow_same_time,
        overruled=reservation.overruled,
    )
    if reservation.moves:
        await record_edit(session, actor, {}, reservation.moves)  # for the history of those who gave way
    publish_branch_change(session, request.branch_id)
    return changed(visit, reservation.moves if at_desk else ())


async def list_visits(session: AsyncSession, user: CurrentUser, query: VisitListQuery) -> VisitPage:
    """List visits, newest first: for the desk those of a branch or of a customer, for customers their own.

    Raises:
        BranchNotFound, ForbiddenException, CustomerNotFound
    """
    authorize(user, *DESK, Role.CUSTOMER)
    statement = select(Visit)
    customer_id = query.customer_id
    if query.branch_id is not None:
        await branch_service.get_branch(session, query.branch_id)
        authorize(user, *DESK, branch_id=query.branch_id)
        statement = statement.where(Visit.branch_id == query.branch_id)
    elif not user.holds(*DESK):
        own = await customer_service.get_own_customer(session, user)
        if customer_id not in (None, own.id):
            raise CustomerNotFound
        customer_id = own.id
    if customer_id is not None:
        statement = statement.where(concerns_customers([customer_id]))
    if not user.holds_everywhere(*DESK) and user.holds(*DESK):
        branch_ids = {grant.branch_id for grant in user.grants if grant.role in DESK}
        statement = statement.where(Visit.branch_id.in_(branch_ids))
    purpose = f"visits:{query.branch_id}:{customer_id}"
    page, next_cursor = await fetch_page(session, Visit, statement, query, purpose=purpose)
    visits = await read_visits(session, [visit.id for visit in page])
    return VisitPage(items=await visible_to(session, user, visits[::-1]), next_cursor=next_cursor)


class _Booker(NamedTuple):
    customer_id: UUID | None
    """The customer who books."""
    guest_ids: list[UUID | None]
    """The customer of each guest, if the spa knows the guest."""


async def _resolve_booker(
    session: AsyncSession, actor: Actor, request: VisitCreate, *, at_desk: bool
) -> _Booker:
    """Return the booker and the guests. The first guest is the booker unless the request says otherwise. A guest without
    an account is no customer yet.

    At the desk, `insert_visit` checks that the customers are active.
    """
    customer_id = request.customer_id
    guest_ids = [guest.customer_id for guest in request.guests]
    if not at_desk:
        if request.walk_in or request.force or request.occurrence:
            raise ForbiddenException
        if isinstance(actor, GuestLinkHolder):
            return _Booker(None, [None] * len(guest_ids))
        own = await customer_service.lock_own_customer(session, actor)
        if own is None:
            raise ForbiddenException if actor.holds(*DESK) else CustomerNotFound(NO_RECORD_OF_ACCOUNT)
        if not {customer_id, *guest_ids} <= {None, own.id}:
            raise CustomerNotFound
        if (await branch_service.get_branch(session, request.branch_id)).deposit_percent:
            raise DepositNeeded
        await require_below_limits(session, own.id, hold=request.hold)
        customer_id = own.id
    first = request.guests[0]
    if first.guest_name is None and first.customer_id is None and customer_id not in guest_ids:
        guest_ids[0] = customer_id
    return _Booker(customer_id, guest_ids)


async def require_below_limits(session: AsyncSession, customer_id: UUID, *, hold: bool) -> None:
    """Refuse a customer who has reached their limit. The customer is locked, so requests are counted one by one."""
    upcoming = (
        select(Visit.id, func.bool_or(Appointment.status == AppointmentStatus.HELD).label("is_held"))
        .join(Appointment, Appointment.visit_id == Visit.id)
        .where(Visit.customer_id == customer_id, Visit.source == VisitSource.ONLINE)
        .where(Appointment.status.in_(UPCOMING), Appointment.starts_at > utc_now())
        .where(~Appointment.hold_has_expired)
        .group_by(Visit.id)
    )
    visits = (await session.execute(upcoming)).all()
    if hold and sum(visit.is_held for visit in visits) >= MAX_HOLDS:
        raise TooManyHolds
    if len(visits) >= MAX_UPCOMING_VISITS:
        raise TooManyVisits


def _past_start(request: VisitCreate) -> datetime | None:
    """Return the start of a walk-in of the past."""
    is_past = request.walk_in and request.start is not None and request.start < this_step()
    return request.start if is_past else None


def _first_statuses(
    request: VisitCreate, reservation: Reservation, now: datetime, *, needs_approval: bool
) -> list[AppointmentStatus]:
    """Return the first status of each guest. A walk-in of the past has left, or is being treated."""
    if request.walk_in and reservation.start < now:
        stays = (times[-1][1] * STEP for times in reservation.party.times())
        return [
            AppointmentStatus.COMPLETED
            if reservation.start + stay <= utc_now()
            else AppointmentStatus.IN_SERVICE
            for stay in stays
        ]
    if request.hold:
        status = AppointmentStatus.HELD
    elif request.walk_in:
        status = AppointmentStatus.ARRIVED
    else:
        status = AppointmentStatus.PENDING if needs_approval else AppointmentStatus.CONFIRMED
    return [status] * len(request.guests)


def _source(request: VisitCreate, *, at_desk: bool) -> VisitSource:
    if request.walk_in:
        return VisitSource.WALK_IN
    return VisitSource.DESK if at_desk else VisitSource.ONLINE
