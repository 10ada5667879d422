"""Calendars to which phones subscribe: their addresses, and what is in them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.security import read_signed, sign
from app.db.queries import get_row
from app.modules.booking.visit.agenda import Engagement, agenda_of_customers, agenda_of_staff
from app.modules.calendar.calendar_errors import CalendarNotFound, CalendarOwnerInactive, TooManyCalendars
from app.modules.calendar.calendar_models import CalendarFeed
from app.modules.calendar.calendar_schemas import MAX_CALENDARS, CalendarOwner, CalendarRead
from app.modules.customer.customer_errors import CustomerNotFound
from app.modules.customer.customer_service import (
    get_customer,
    get_visible_customer,
    list_duplicates,
)
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.staff.staff_errors import StaffNotFound
from app.modules.staff.staff_service import get_own_or_managed, get_staff

_PURPOSE = "calendar"
_DAYS_BACK, _DAYS_AHEAD = timedelta(days=30), timedelta(days=180)
_LAST_TIME_ZONE = timedelta(hours=12)
"""The distance to UTC of the time zone where a day ends last."""


class CalendarContents(NamedTuple):
    """The owner and the engagements of a calendar."""

    owner_name: str
    """The full name."""
    customer_ids: tuple[UUID, ...] | None
    """The ids of a customer and of its merged duplicates; none for a guest without an account. None for a therapist."""
    engagements: Sequence[Engagement]


async def add_calendar(
    session: AsyncSession, user: CurrentUser, owner: CalendarOwner, *, base_url: str
) -> CalendarRead:
    """Create a calendar. Its address begins with `base_url`.

    Raises:
        StaffNotFound, CustomerNotFound: No such person, or not visible to the user.
        ForbiddenException: The user has no role, or the therapist works in other branches only.
        CalendarOwnerInactive, TooManyCalendars
    """
    await _authorize_for(session, user, owner, lock=True)
    if not await _is_active(session, owner):
        raise CalendarOwnerInactive
    count = await session.scalar(select(func.count(CalendarFeed.id)).where(*_not_revoked(owner)))
    if (count or 0) >= MAX_CALENDARS:
        raise TooManyCalendars
    feed = CalendarFeed(staff_id=owner.staff_id, customer_id=owner.customer_id)
    session.add(feed)
    await session.flush()
    await session.refresh(feed)
    return _read(feed, base_url)


async def list_calendars(
    session: AsyncSession, user: CurrentUser, owner: CalendarOwner, *, base_url: str
) -> list[CalendarRead]:
    """Return the calendars that are not revoked, newest first.

    Raises:
        StaffNotFound, CustomerNotFound: No such person, or not visible to the user.
        ForbiddenException: The user has no role, or the therapist works in other branches only.
    """
    await _authorize_for(session, user, owner)
    feeds = select(CalendarFeed).where(*_not_revoked(owner)).order_by(CalendarFeed.id.desc())
    return [_read(feed, base_url) for feed in await session.scalars(feeds)]


async def revoke_calendar(session: AsyncSession, user: CurrentUser, calendar_id: UUID) -> None:
    """Make the address of a calendar stop working. A repeat changes nothing.

    Raises:
        CalendarNotFound: No such calendar, or its owner is not visible to the user.
        ForbiddenException: The user has no role, or the therapist works in other branches only.
    """
    authorize(user, *Role)
    feed = await get_row(session, CalendarFeed, calendar_id, CalendarNotFound, lock=True)
    try:
        await _authorize_for(session, user, feed)
    except (StaffNotFound, CustomerNotFound):
        raise CalendarNotFound from None
    feed.revoked_at = feed.revoked_at or utc_now()
    await session.flush()


def read_token(token: str) -> UUID:
    """Return the id of the calendar that an address opens.

    Raises:
        CalendarNotFound: The token is not signed by us.
    """
    calendar_id = read_signed(_PURPOSE, token)
    if calendar_id is None:
        raise CalendarNotFound
    return UUID(calendar_id)


async def open_calendar(session: AsyncSession, calendar_id: UUID) -> CalendarContents:
    """Return what is in a calendar now, from 30 days ago to 180 days ahead.

    Raises:
        CalendarNotFound: The calendar is revoked, or its owner has left or is archived.
    """
    feed = await get_row(session, CalendarFeed, calendar_id, CalendarNotFound)
    if feed.revoked_at is not None or not await _is_active(session, feed):
        raise CalendarNotFound
    since, until = utc_now() - _DAYS_BACK, utc_now() + _DAYS_AHEAD
    if feed.staff_id is not None:
        staff = await get_staff(session, feed.staff_id)
        engagements = await agenda_of_staff(session, staff.id, since, until)
        return CalendarContents(staff.full_name, None, engagements)
    assert feed.customer_id is not None
    customer = await get_customer(session, feed.customer_id)
    customer_ids = (customer.id, *(record.id for record in await list_duplicates(session, customer)))
    engagements = await agenda_of_customers(session, customer_ids, since, until)
    return CalendarContents(customer.full_name, customer_ids, engagements)


async def _authorize_for(
    session: AsyncSession, user: CurrentUser, owner: CalendarOwner | CalendarFeed, *, lock: bool = False
) -> None:
    """Let everybody have their own calendars, and the desk those of its staff and of all customers.

    `lock` keeps other transactions from adding a calendar for the same person.

    Raises:
        StaffNotFound, CustomerNotFound, ForbiddenException
    """
    authorize(user, *Role)
    if owner.staff_id is not None:
        await get_own_or_managed(session, user, owner.staff_id, *DESK, lock=lock)
        return
    assert owner.customer_id is not None
    await get_visible_customer(session, user, owner.customer_id, *DESK)
    if lock:
        await get_customer(session, owner.customer_id, lock=True)


async def _is_active(session: AsyncSession, owner: CalendarOwner | CalendarFeed) -> bool:
    """Return whether a therapist still works here, or a customer is not archived."""
    if owner.staff_id is not None:
        staff = await get_staff(session, owner.staff_id)
        return staff.employed_until is None or staff.employed_until >= _earliest_today()
    assert owner.customer_id is not None
    return (await get_customer(session, owner.customer_id)).archived_at is None


def _earliest_today() -> date:
    """Return today's date where the day ends last: an employee has left when the last day is over everywhere."""
    return (utc_now() - _LAST_TIME_ZONE).date()


def _not_revoked(owner: CalendarOwner) -> tuple[ColumnElement[bool], ...]:
    return (
        CalendarFeed.staff_id == owner.staff_id
        if owner.staff_id is not None
        else CalendarFeed.customer_id == owner.customer_id,
        CalendarFeed.revoked_at.is_(None),
    )


def _read(feed: CalendarFeed, base_url: str) -> CalendarRead:
    return CalendarRead(
        id=feed.id,
        staff_id=feed.staff_id,
        customer_id=feed.customer_id,
        url=f"{base_url}/{sign(_PURPOSE, str(feed.id))}.ics",
        created_at=feed.created_at,
    )
