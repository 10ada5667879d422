"""Access to visits: the desk sees all of its branch, therapists their own guests, customers their own visits, and the
holder of a private link its visit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ForbiddenException
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_models import Allocation, Appointment, Visit
from app.modules.booking.booking_schemas import AppointmentRead, VisitRead
from app.modules.booking.status.transitions import BY_CUSTOMER, Relation
from app.modules.booking.visit.read import read_visits
from app.modules.customer import customer_service
from app.modules.customer.customer_service import find_customer_of_user
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.staff.staff_service import find_staff_of_user
from app.scheduling.supply import ResourceKind

ONLINE_PROGRAM = "zenspa online"
"""The program to which the audit ledger attributes what the holder of a link does, who is no user."""


@dataclass(frozen=True, slots=True)
class GuestLinkHolder:
    """The holder of the private link of a visit. They act for its guests with the rights of a customer, without an account
    and without a customer's record."""

    visit_id: UUID | None = None
    """The visit of the link; None before it is held."""

    @property
    def id(self) -> None:
        """Return None: the holder is no user."""

    def holds(self, *roles: Role) -> bool:
        """Return whether one of the roles is the customer's."""
        return Role.CUSTOMER in roles

    def holds_in(self, _branch_id: UUID, *roles: Role) -> bool:
        """Return the same in every branch."""
        return self.holds(*roles)

    def holds_everywhere(self, *_roles: Role) -> bool:
        """Return False: a link is about one visit."""
        return False


type Actor = CurrentUser | GuestLinkHolder
"""The user or the guest who acts on a visit. Without an account there is no `id`."""


async def read_visible_visit(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> VisitRead:
    """Read a visit, or the part of it that the user may see.

    Raises:
        VisitNotFound: Also if nothing of it concerns the user.
        ForbiddenException: The same, for a user at the desk of another branch.
    """
    authorize(user, *Role)
    visits = await read_visits(session, [visit_id])
    visible = await visible_to(session, user, visits)
    if not visible:
        raise ForbiddenException if visits and user.holds(*DESK) else VisitNotFound
    return visible[0]


async def visible_to(
    session: AsyncSession, user: CurrentUser, visits: Iterable[VisitRead]
) -> list[VisitRead]:
    """Return what the user may see of these visits: some with all guests, some with a part of them, others not at all."""
    visits = list(visits)
    if all(user.holds_in(visit.branch_id, *DESK) for visit in visits):
        return visits
    customer = await find_customer_of_user(session, user.id)
    therapist_id = await _therapist_id_of(session, user)
    visible = []
    for visit in visits:
        if user.holds_in(visit.branch_id, *DESK) or (customer and visit.customer_id == customer.id):
            visible.append(visit)
            continue
        guests = [
            guest
            for guest in visit.appointments
            if (customer and guest.customer_id == customer.id) or therapist_id in staff_in(guest)
        ]
        if guests:
            visible.append(visit.model_copy(update={"appointments": guests}))
    return visible


def staff_in(appointment: AppointmentRead) -> set[UUID]:
    """Return the ids of the staff who treat the guest."""
    return {
        allocation.resource_id
        for treatment in appointment.treatments
        for allocation in treatment.allocations
        if allocation.kind == ResourceKind.STAFF
    }


async def read_related(session: AsyncSession, visit_id: UUID, relations: Collection[UUID]) -> VisitRead:
    """Read a visit with those of its appointments to which the user has a relation (`relations_to_visit`)."""
    [visit] = await read_visits(session, [visit_id])
    related = [appointment for appointment in visit.appointments if appointment.id in relations]
    return visit.model_copy(update={"appointments": related})


async def relations_to_visit(
    session: AsyncSession, actor: Actor, visit: Visit
) -> dict[UUID, frozenset[Relation]]:
    """Return the actor's relations to each appointment of a visit. Appointments that do not concern them are left out.

    Raises:
        VisitNotFound: No appointment concerns the user.
        ForbiddenException: The same, for a user at the desk of another branch.
    """
    statement = select(Appointment.id, Appointment.customer_id).where(Appointment.visit_id == visit.id)
    guests = {row.id: row.customer_id for row in await session.execute(statement)}
    if isinstance(actor, GuestLinkHolder):
        if actor.visit_id != visit.id:
            raise VisitNotFound
        return dict.fromkeys(guests, BY_CUSTOMER)
    user = actor
    if user.holds_in(visit.branch_id, *DESK):
        is_admin = user.holds_in(visit.branch_id, Role.ADMIN)
        at_desk = frozenset({Relation.DESK, Relation.ADMIN} if is_admin else {Relation.DESK})
        return dict.fromkeys(guests, at_desk)
    customer = await find_customer_of_user(session, user.id)
    treated = await _treated_by(session, user, guests)
    relations: dict[UUID, frozenset[Relation]] = {}
    for appointment_id, guest_id in guests.items():
        is_own = customer is not None and customer.id in {visit.customer_id, guest_id}
        found = {Relation.CUSTOMER} if is_own else set()
        found |= {Relation.THERAPIST} if appointment_id in treated else set()
        if found:
            relations[appointment_id] = frozenset(found)
    if not relations:
        raise ForbiddenException if user.holds(*DESK) else VisitNotFound
    return relations


async def require_own_active(session: AsyncSession, actor: Actor) -> None:
    """Refuse a user whose own customer record is not active. The holder of a link has none.

    Raises:
        CustomerMerged, CustomerErased, CustomerArchived
    """
    if not isinstance(actor, GuestLinkHolder):
        await customer_service.require_own_active(session, actor)


async def _therapist_id_of(session: AsyncSession, user: CurrentUser) -> UUID | None:
    """Return the id of a user who works as a therapist. Without the role they see none of their former guests."""
    staff = await find_staff_of_user(session, user.id) if user.holds(Role.THERAPIST) else None
    return staff.id if staff else None


async def _treated_by(
    session: AsyncSession, user: CurrentUser, appointment_ids: Collection[UUID]
) -> set[UUID]:
    """Return those of the appointments in which the user treats the guest."""
    therapist_id = await _therapist_id_of(session, user)
    if therapist_id is None:
        return set()
    treated = select(Allocation.appointment_id).where(
        Allocation.appointment_id.in_(appointment_ids), Allocation.resource_id == therapist_id
    )
    return {*await session.scalars(treated)}
