"""Who sees which visit: the desk of its branch all of it, a therapist their guests, a customer what is theirs."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_reads import read_visits
from app.modules.booking.booking_schemas import AppointmentRead, VisitRead
from app.modules.customer.customer_service import find_customer_of_user
from app.modules.identity.identity_access import CurrentUser
from app.modules.staff.staff_access import AT_THE_DESK
from app.modules.staff.staff_service import find_staff_of_user


async def read_visible_visit(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> VisitRead:
    """Raises VisitNotFound: also when nothing of it is theirs, for the answers must not differ."""
    visible = await visible_to(session, user, await read_visits(session, [visit_id]))
    if not visible:
        raise VisitNotFound
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
            if (customer and guest.customer_id == customer.id) or (staff and is_done_by(guest, staff.id))
        ]
        if theirs:
            shown.append(visit.model_copy(update={"appointments": theirs}))
    return shown


def is_done_by(appointment: AppointmentRead, staff_id: UUID) -> bool:
    return any(
        taken.resource_id == staff_id for treatment in appointment.treatments for taken in treatment.takes
    )
