"""The personal data in visits and appointments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.exceptions import MAX_DETAILS
from app.db.idempotency import delete_responses
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.status.status import EDITABLE
from app.modules.booking.visit.read import concerns_customers, visits_of_customers
from app.modules.booking.visit.same_time import CustomerTime, find_same_time
from app.modules.customer.customer_errors import MergeSameTime
from app.modules.customer.personal_data_holder import PersonalDataHolder


async def _merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    await _lock_visits(session, [duplicate_id])
    for table in (Visit, Appointment):
        rows = update(table).where(table.customer_id == duplicate_id)
        await session.execute(rows.values(customer_id=survivor_id))


async def _refuse_merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    """Refuse to merge customers who both are to come at the same time.

    Raises:
        MergeSameTime
    """
    await _lock_visits(session, [duplicate_id, survivor_id])  # before the times of customers, as everywhere
    appointments = await session.execute(
        select(Appointment.starts_at, Appointment.ends_at).where(
            Appointment.customer_id == duplicate_id,
            Appointment.status.in_(EDITABLE),
            Appointment.ends_at > utc_now(),
            ~Appointment.hold_has_expired,
        )
    )
    times = [CustomerTime(survivor_id, row.starts_at, row.ends_at) for row in appointments]
    if details := await find_same_time(session, times):
        raise MergeSameTime(details=details[:MAX_DETAILS])


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Remove names, notes and reasons, also those of guests that an erased customer brought."""
    visit_ids = await _lock_visits(session, customer_ids)
    booked = select(Visit.id).where(Visit.customer_id.in_(customer_ids))
    guests = update(Appointment).where(
        or_(Appointment.customer_id.in_(customer_ids), Appointment.visit_id.in_(booked)),
        or_(Appointment.guest_name != "", Appointment.reason != ""),
    )
    await session.execute(guests.values(guest_name="", reason=""))
    visits = update(Visit).where(Visit.customer_id.in_(customer_ids), Visit.note != "")
    await session.execute(visits.values(note=""))
    # A response tells the name of a guest also when it was stored before the desk knew which customer that is.
    await delete_responses(session, mentioning=visit_ids)


async def _lock_visits(session: AsyncSession, customer_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Lock the visits that these customers booked or come for, in the order of their ids, and return the ids."""
    visits = select(Visit.id).where(concerns_customers(customer_ids)).order_by(Visit.id)
    return (await session.scalars(visits.with_for_update(key_share=True))).all()


VISITS = PersonalDataHolder(
    name="visits",
    tables=frozenset({"visit", "appointment"}),
    export=visits_of_customers,
    merge=_merge,
    erase=_erase,
    refuse_merge=_refuse_merge,
)
