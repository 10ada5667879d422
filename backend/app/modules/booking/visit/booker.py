"""The booker of a visit that was booked without an account: first a name, later a customer."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import get_row
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_models import Appointment, Visit
from app.redis.events import publish_branch_change


async def name_booker(session: AsyncSession, visit_id: UUID, full_name: str, note: str) -> None:
    """Write down who booked, as the name of the first guest, and their note. The caller has locked the visit."""
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    visit.note = note
    for guest in await _first_guest(session, visit_id):
        guest.guest_name = full_name
    await session.flush()


async def set_booker(session: AsyncSession, visit_id: UUID, customer_id: UUID, full_name: str) -> None:
    """Make a customer the booker of a visit, and its first guest. What the desk has entered meanwhile stays.

    The name that was typed stays beside the customer's unless it is the same. The caller has locked the customer. That the
    customer has another appointment at the time refuses nothing: it would tell a stranger about the customer.
    """
    visit = await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
    if visit.customer_id is None:
        visit.customer_id = customer_id
        for guest in await _first_guest(session, visit_id):
            if guest.customer_id is None:
                guest.customer_id = customer_id
                guest.guest_name = "" if guest.guest_name == full_name else guest.guest_name
        await session.flush()
        publish_branch_change(session, visit.branch_id)


async def _first_guest(session: AsyncSession, visit_id: UUID) -> list[Appointment]:
    """Return the first guest of the party; none if the desk has given every guest a visit of their own."""
    first = select(Appointment).where(Appointment.visit_id == visit_id).order_by(Appointment.id).limit(1)
    return [*await session.scalars(first.execution_options(populate_existing=True))]
