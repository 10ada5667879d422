"""Who sees which visit: the desk of its branch all of it, a therapist their guests, a customer what is theirs."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ForbiddenException
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import AppointmentRead, VisitRead
from app.modules.booking.status.transitions import Who
from app.modules.booking.visit.read import read_visits
from app.modules.customer.customer_service import find_customer_of_user
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.resource.allocations import taken_by
from app.modules.staff.access import AT_THE_DESK
from app.modules.staff.staff_service import find_staff_of_user
from app.scheduling.supply import ResourceKind


async def read_visible_visit(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> VisitRead:
    """Raises VisitNotFound, and what `concerned_in` raises when nothing of it is theirs."""
    found = await read_visits(session, [visit_id])
    visible = await visible_to(session, user, found)
    if not visible:
        raise ForbiddenException if found and user.holds(*AT_THE_DESK) else VisitNotFound
    return visible[0]


async def visible_to(
    session: AsyncSession, user: CurrentUser, visits: Iterable[VisitRead]
) -> list[VisitRead]:
    """What the user may see of these visits: some whole, of others some guests, others not at all."""
    visits = list(visits)
    if all(user.holds_in(visit.branch_id, *AT_THE_DESK) for visit in visits):
        return visits
    customer = await find_customer_of_user(session, user.id)
    staff = await find_staff_of_user(session, user.id)
    shown = []
    for visit in visits:
        if user.holds_in(visit.branch_id, *AT_THE_DESK) or (customer and visit.customer_id == customer.id):
            shown.append(visit)
            continue
        theirs = [
            guest
            for guest in visit.appointments
            if (customer and guest.customer_id == customer.id) or (staff and staff.id in who_does(guest))
        ]
        if theirs:
            shown.append(visit.model_copy(update={"appointments": theirs}))
    return shown


def who_does(appointment: AppointmentRead) -> set[UUID]:
    """The staff who do something in it."""
    return {
        taken.resource_id
        for treatment in appointment.treatments
        for taken in treatment.allocations
        if taken.kind == ResourceKind.STAFF
    }


async def relations_to_visit(
    session: AsyncSession, user: CurrentUser, visit: Visit
) -> dict[UUID, frozenset[Who]]:
    """What the user is to each of its appointments; those that are not theirs are left out.

    Raises:
        VisitNotFound: none is theirs: somebody else's is as one that is not there.
        ForbiddenException: the same, for who is at the desk of another branch.
    """
    found = select(Appointment.id, Appointment.customer_id).where(Appointment.visit_id == visit.id)
    guests = {row.id: row.customer_id for row in await session.execute(found)}
    if user.holds_in(visit.branch_id, *AT_THE_DESK):
        is_admin = user.holds_in(visit.branch_id, Role.ADMIN)
        at_the_desk = frozenset({Who.DESK, Who.ADMIN} if is_admin else {Who.DESK})
        return dict.fromkeys(guests, at_the_desk)
    customer = await find_customer_of_user(session, user.id)
    booked_by, treated = {visit.customer_id}, await _treated_by(session, user, guests)
    concerned: dict[UUID, frozenset[Who]] = {}
    for appointment_id, guest_id in guests.items():
        is_theirs = customer is not None and customer.id in booked_by | {guest_id}
        roles = {Who.CUSTOMER} if is_theirs else set()
        roles |= {Who.THERAPIST} if appointment_id in treated else set()
        if roles:
            concerned[appointment_id] = frozenset(roles)
    if not concerned:
        raise ForbiddenException if user.holds(*AT_THE_DESK) else VisitNotFound
    return concerned


async def _treated_by(
    session: AsyncSession, user: CurrentUser, appointment_ids: Collection[UUID]
) -> set[UUID]:
    """Those in which the user does something."""
    if not user.holds(Role.THERAPIST):
        return set()
    therapist = await find_staff_of_user(session, user.id)
    if therapist is None:
        return set()
    taken = await taken_by(session, appointment_ids)
    return {each.appointment_id for each in taken if each.resource_id == therapist.id}
