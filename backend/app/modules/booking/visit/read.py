"""Read visits as the API returns them, in one statement: the view `visit_details` (docs/sql.md) composes each as JSON."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import VisitRead
from app.scheduling.demand import LONGEST_STAY

# = ANY(array(…)) and not IN: PostgreSQL then looks the visits up one by one, however many there ever were.
_READ = "SELECT details::text FROM visit_details WHERE id = ANY({}) ORDER BY id"
_BY_ID = _READ.format("$1::uuid[]")
_OF_DAY = _READ.format("""array(
    SELECT visit_id FROM appointment
    WHERE branch_id = $1 AND starts_at < $3 AND ends_at > $2 AND starts_at > $2::timestamptz - $4::interval
)""")
_OF_CUSTOMERS = _READ.format("""array(
    SELECT id FROM visit WHERE customer_id = ANY($1::uuid[])
    UNION SELECT visit_id FROM appointment WHERE customer_id = ANY($1)
)""")


async def read_visits(session: AsyncSession, visit_ids: Collection[UUID]) -> list[VisitRead]:
    """Return these visits in the order in which they were made. Ids that do not exist are left out."""
    return await _read(session, _BY_ID, [*visit_ids]) if visit_ids else []


async def visits_of_day(
    session: AsyncSession, branch_id: UUID, start: datetime, end: datetime
) -> list[VisitRead]:
    """Return the visits of a branch with a guest who is present between two instants, in every status."""
    return await _read(session, _OF_DAY, branch_id, start, end, LONGEST_STAY)


async def visits_of_customers(session: AsyncSession, customer_ids: Collection[UUID]) -> list[VisitRead]:
    """Return all visits that these customers booked; of the visits of others, only their own appointments."""
    visits = await _read(session, _OF_CUSTOMERS, [*customer_ids])
    return [
        visit
        if visit.customer_id in customer_ids
        else visit.model_copy(
            update={
                "appointments": [guest for guest in visit.appointments if guest.customer_id in customer_ids]
            }
        )
        for visit in visits
    ]


def concerns_customers(customer_ids: Collection[UUID]) -> ColumnElement[bool]:
    """Match visits that these customers booked or come for. With OR in place of the union PostgreSQL reads all visits."""
    booked = select(Visit.id).where(Visit.customer_id.in_(customer_ids))
    as_guest = select(Appointment.visit_id).where(Appointment.customer_id.in_(customer_ids))
    return Visit.id.in_(booked.union(as_guest))


async def _read(session: AsyncSession, statement: str, *parameters: object) -> list[VisitRead]:
    rows = await fetch_raw(session, statement, *parameters)
    return [VisitRead.model_validate_json(details) for (details,) in rows]
