"""Holding and booking: a party, a time, and who does what where."""

from collections.abc import Awaitable, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.exceptions import ForbiddenException
from app.db.idempotency import answer_kept, digest_of, keep_answer
from app.db.paging import newest_first
from app.db.queries import use_generic_plans
from app.modules.availability.quote import Agreed, agree, party_of
from app.modules.availability.snapshot import BranchSnapshot, is_offered, load_snapshot_at
from app.modules.booking.allocation.reserve import AllocationRequest, take_places
from app.modules.booking.booking_errors import NotBookableThen, TooManyHolds, TooManyVisits
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import (
    GuestBooking,
    VisitCreate,
    VisitListQuery,
    VisitPage,
    VisitRead,
)
from app.modules.booking.status.status import AppointmentStatus, VisitSource
from app.modules.booking.visit.access import visible_to
from app.modules.booking.visit.read import Rows, compose, is_of, read_visits
from app.modules.booking.visit.rows import (
    Times,
    add_on_rows,
    seats_of,
    set_times,
    times_of,
    treatment_row,
    write_rows,
)
from app.modules.branch import branch_service
from app.modules.catalogue.names import ServiceName, names_of_add_ons
from app.modules.customer import customer_service
from app.modules.customer.customer_service import CustomerNotFound
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.staff.access import AT_THE_DESK
from app.redis.events import announce
from app.scheduling.timegrid import this_step

MOST_HOLDS, MOST_TO_COME = 3, 20
"""That a customer may have at a time, and visits that they booked online and that are to come, holds among them: or one
could take all the time there is, and give it back on the last day."""
_TO_COME = (AppointmentStatus.HELD, AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED)


async def create_visit(session: AsyncSession, user: CurrentUser, key: str, new: VisitCreate) -> VisitRead:
    """Holds or books a party; sent again with the same key, the first answer comes again.

    Raises:
        IdempotencyInFlight, IdempotencyKeyReused, BranchNotFound, VariantNotFound, AddOnNotFound, CustomerNotFound
        TimeTaken: with the nearest starts that are free.
        NotBookableThen, TooManyHolds, TooManyVisits, ForbiddenException, and what `agree` refuses.
    """
    await use_generic_plans(session)
    request = digest_of("create_visit", new)
    kept = await answer_kept(session, VisitRead, user.id, key, request)
    if kept is not None:
        return kept
    visit = await _book(session, user, new)
    await keep_answer(session, visit, user.id, key, request)
    announce(session, new.branch_id)
    return visit


async def list_visits(session: AsyncSession, user: CurrentUser, query: VisitListQuery) -> VisitPage:
    """Newest first: at the desk those of its branch or of a customer, for others what they booked or come for.

    Raises:
        BranchNotFound, ForbiddenException, CustomerNotFound
    """
    found = select(Visit)
    customer_id = query.customer_id
    if query.branch_id is not None:
        await branch_service.get_branch(session, query.branch_id)
        user.must_hold_in(query.branch_id, *AT_THE_DESK)
        found = found.where(Visit.branch_id == query.branch_id)
    elif not user.holds(*AT_THE_DESK):
        own = await customer_service.get_own_customer(session, user)
        if customer_id not in (None, own.id):
            raise CustomerNotFound
        customer_id = own.id
    if customer_id is not None:
        found = found.where(is_of([customer_id]))
    if not user.holds_everywhere(*AT_THE_DESK) and user.holds(*AT_THE_DESK):
        theirs = {grant.branch_id for grant in user.grants if grant.role in AT_THE_DESK}
        found = found.where(Visit.branch_id.in_(theirs))
    purpose = f"visits:{query.branch_id}:{customer_id}"
    visits, next_cursor = await newest_first(session, Visit, found, query, purpose=purpose)
    read = await read_visits(session, [visit.id for visit in visits])
    return VisitPage(items=await visible_to(session, user, read[::-1]), next_cursor=next_cursor)


async def _book(session: AsyncSession, user: CurrentUser, new: VisitCreate) -> VisitRead:
    at_the_desk = user.holds_in(new.branch_id, *AT_THE_DESK)
    if not at_the_desk and (new.walk_in or not user.holds(Role.CUSTOMER)):
        raise ForbiddenException
    customer_id = await _who_books(session, user, new, at_the_desk=at_the_desk)
    agreed = await agree(session, new.guests, at_the_desk=at_the_desk)
    party = party_of(agreed, same_room=new.same_room)
    now = this_step()
    start = new.start or now

    def load() -> Awaitable[BranchSnapshot]:
        return load_snapshot_at(session, new.branch_id, start, party, at_the_desk=at_the_desk)

    snapshot = await load()
    if start < now or not (at_the_desk or is_offered(snapshot, start)):
        raise NotBookableThen
    visit = _visit(new, customer_id, at_the_desk=at_the_desk)
    rows = _rows(
        visit,
        new.guests,
        agreed,
        times_of(party, start),
        status=_first_status(new, waits=snapshot.approve_online and not at_the_desk),
        hold_expires_at=utc_now() + timedelta(minutes=snapshot.hold_minutes) if new.hold else None,
    )
    order = AllocationRequest(
        branch_id=visit.branch_id,
        parties=[party],
        seats=seats_of(rows),
        start=start,
        load=load,
        write=lambda: write_rows(session, rows),
    )
    taken = await take_places(session, order, snapshot)
    services = {
        each.variant_id: ServiceName(each.treatment.service_id, each.name)
        for guest in agreed
        for each in guest
    }
    add_ons = await names_of_add_ons(session, {row.add_on_id for row in rows.add_ons})
    [read] = compose(rows, taken=taken, services=services, add_ons=add_ons)
    return read


async def _who_books(
    session: AsyncSession, user: CurrentUser, new: VisitCreate, *, at_the_desk: bool
) -> UUID | None:
    """The customer; and the first guest, of whom nothing else is said, is they, unless another is."""
    named = {guest.customer_id for guest in new.guests} | {new.customer_id}
    customer_id = new.customer_id
    if at_the_desk:
        if known := {each for each in named if each is not None}:
            await customer_service.require_active(session, known)
    else:
        own = await customer_service.find_customer_of_user(session, user.id)
        if own is None:
            raise ForbiddenException if user.holds(*AT_THE_DESK) else CustomerNotFound
        if not named <= {None, own.id}:
            raise CustomerNotFound
        await customer_service.require_active(session, {own.id})
        customer_id = own.id
        await _refuse_too_many(session, own.id, hold=new.hold)
    first = new.guests[0]
    is_another = customer_id in {guest.customer_id for guest in new.guests}
    if first.guest_name is None and first.customer_id is None and not is_another:
        first.customer_id = customer_id
    return customer_id


async def _refuse_too_many(session: AsyncSession, customer_id: UUID, *, hold: bool) -> None:
    """Many at once are counted one by one."""
    await customer_service.get_customer(session, customer_id, lock=True)
    to_come = (
        select(Visit.id, func.bool_or(Appointment.status == AppointmentStatus.HELD).label("is_held"))
        .join(Appointment, Appointment.visit_id == Visit.id)
        .where(Visit.customer_id == customer_id, Visit.source == VisitSource.ONLINE)
        .where(Appointment.status.in_(_TO_COME), Appointment.starts_at > utc_now())
        .where(func.coalesce(Appointment.hold_expires_at > utc_now(), true()))
        .group_by(Visit.id)
    )
    visits = (await session.execute(to_come)).all()
    if hold and sum(visit.is_held for visit in visits) >= MOST_HOLDS:
        raise TooManyHolds
    if len(visits) >= MOST_TO_COME:
        raise TooManyVisits


def _first_status(new: VisitCreate, *, waits: bool) -> AppointmentStatus:
    if new.hold:
        return AppointmentStatus.HELD
    if new.walk_in:
        return AppointmentStatus.ARRIVED
    return AppointmentStatus.PENDING if waits else AppointmentStatus.CONFIRMED


def _visit(new: VisitCreate, customer_id: UUID | None, *, at_the_desk: bool) -> Visit:
    source = VisitSource.DESK if at_the_desk else VisitSource.ONLINE
    return Visit(
        id=uuid7(),
        branch_id=new.branch_id,
        customer_id=customer_id,
        source=VisitSource.WALK_IN if new.walk_in else source,
        same_room=new.same_room,
        note=new.note,
        created_at=utc_now(),
    )


def _rows(
    visit: Visit,
    guests: Sequence[GuestBooking],
    agreed: Sequence[Sequence[Agreed]],
    times: Sequence[Sequence[Times]],
    **state: object,
) -> Rows:
    rows = Rows([visit], [], [], [])
    for guest, treatments, its_times in zip(guests, agreed, times, strict=True):
        appointment = Appointment(
            id=uuid7(),
            visit_id=visit.id,
            branch_id=visit.branch_id,
            customer_id=guest.customer_id,
            guest_name=guest.guest_name or "",
            reason="",
            **state,
        )
        mine = [treatment_row(appointment.id, each) for each in treatments]
        set_times(appointment, mine, its_times)
        rows.appointments.append(appointment)
        rows.treatments.extend(mine)
        for row, each in zip(mine, treatments, strict=True):
            rows.add_ons.extend(add_on_rows(row, each.add_ons))
    return rows
