"""Find other appointments of a customer at the same time: booked twice by mistake, or on purpose by the desk."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.common.types.wall_time import iso_interval
from app.db.queries import fetch_raw
from app.modules.booking.booking_errors import SameTime
from app.modules.booking.booking_models import Appointment
from app.modules.booking.booking_schemas import AppointmentRead

_OTHERS = "SELECT appointment_id, starts_at, ends_at FROM zenspa_customer_appointments($1, $2, $3, $4)"
_AT_DESK = LocalizedText(
    "Khách này đã có lịch hẹn vào giờ này. Kiểm tra lại, hoặc xác nhận để vẫn đặt.",
    "This customer has another appointment at this time. Please check it, or confirm that both are wanted.",
)
_OTHER = LocalizedText(
    "Lịch hẹn khác của khách vào giờ này.", "The customer's other appointment at this time."
)


class CustomerTime(NamedTuple):
    """The time at which a customer is to be a guest."""

    customer_id: UUID
    start: datetime
    end: datetime


def times_of_customers(guests: Iterable[AppointmentRead]) -> list[CustomerTime]:
    """Return the times of the guests who are known customers."""
    return [
        CustomerTime(guest.customer_id, guest.start, guest.end)
        for guest in guests
        if guest.customer_id is not None
    ]


def columns_of(times: Iterable[CustomerTime]) -> tuple[list[UUID], list[datetime], list[datetime]]:
    """Return the first three parameters of `zenspa_customer_appointments`."""
    times = list(times)
    return [time.customer_id for time in times], [time.start for time in times], [time.end for time in times]


async def refuse_same_time(
    session: AsyncSession, times: Sequence[CustomerTime], *, at_desk: bool, ignored: Collection[UUID] = ()
) -> None:
    """Refuse times at which these customers have another appointment, in any branch.

    The customers' times are locked until the transaction ends, so of two requests at once one sees the other. Resources
    are locked before: this lock is the last of every transaction, so that it is never part of a deadlock.

    Args:
        ignored: The appointments that get these times.

    Raises:
        SameTime: With the other appointments.
    """
    if details := await find_same_time(session, times, ignored=ignored):
        raise SameTime(_AT_DESK if at_desk else None, details=details)


async def find_same_time(
    session: AsyncSession, times: Sequence[CustomerTime], *, ignored: Collection[UUID] = ()
) -> list[dict[str, str | LocalizedText]]:
    """Return the other appointments at these times, as `details` of an error. The customers' times are locked."""
    if not times:
        return []
    return [
        {
            "field": str(appointment_id),
            "type": "same_time",
            "message": _OTHER,
            "value": iso_interval(start, end),
        }
        for appointment_id, start, end in await fetch_raw(session, _OTHERS, *columns_of(times), [*ignored])
    ]


async def refuse_same_time_of(
    session: AsyncSession, guests: Iterable[Appointment], *, ignored: Collection[UUID], at_desk: bool = True
) -> None:
    """Refuse appointments at whose time their customers have another one. See `refuse_same_time`.

    Raises:
        SameTime
    """
    times = [
        CustomerTime(guest.customer_id, guest.starts_at, guest.ends_at)
        for guest in guests
        if guest.customer_id is not None
    ]
    await refuse_same_time(session, times, at_desk=at_desk, ignored=ignored)
