"""Calendars that phones subscribe to: who has which, and what is in them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException
from app.core.security import read_signed, sign
from app.db.queries import get_row
from app.modules.booking.visit.agenda import Engagement, agenda_of_customers, agenda_of_staff
from app.modules.calendar.calendar_models import CalendarFeed
from app.modules.calendar.calendar_schemas import CalendarOf, CalendarRead
from app.modules.customer.customer_errors import CustomerNotFound
from app.modules.customer.customer_service import get_customer, get_visible_customer, list_duplicates
from app.modules.identity.access import CurrentUser
from app.modules.staff.access import AT_THE_DESK, get_own_or_managed
from app.modules.staff.staff_errors import StaffNotFound
from app.modules.staff.staff_service import get_staff

MAX_CALENDARS = 10
"""Of one person: one for each phone."""
_PURPOSE = "calendar"
_BACK, _AHEAD = timedelta(days=30), timedelta(days=180)
_LAST_ZONE = timedelta(hours=12)
"""Behind UTC; there a day ends last."""


class CalendarNotFound(NotFoundException):
    code = "CALENDAR_NOT_FOUND"
    text = LocalizedText("Không tìm thấy lịch này.", "There is no such calendar.")


class TooManyCalendars(ConflictException):
    code = "TOO_MANY_CALENDARS"
    text = LocalizedText(
        f"Mỗi người có tối đa {MAX_CALENDARS} lịch; hãy thu hồi lịch không còn dùng.",
        f"A person has {MAX_CALENDARS} calendars at most; please revoke those that are not used any more.",
    )


class CalendarOfNobody(ConflictException):
    code = "CALENDAR_OF_NOBODY"
    text = LocalizedText(
        "Nhân viên đã nghỉ việc hoặc khách hàng đã được lưu trữ nên không có lịch.",
        "They do not work here any more, or are archived, so they have no calendar.",
    )


class Shown(NamedTuple):
    """What is in a calendar."""

    of: str
    """Their whole name."""
    customer_ids: tuple[UUID, ...]
    """Who they are as a customer, with those who live on as them; none: it is a therapist's."""
    engagements: Sequence[Engagement]


async def add_calendar(
    session: AsyncSession, user: CurrentUser, of: CalendarOf, *, base: str
) -> CalendarRead:
    """One more address, which begins with `base`.

    Raises:
        StaffNotFound, CustomerNotFound: also when they are none of the user's business.
        ForbiddenException: a therapist of other branches.
        CalendarOfNobody, TooManyCalendars
    """
    await _refuse_others(session, user, of, lock=True)
    if not await _is_here(session, of):
        raise CalendarOfNobody
    held = await session.scalar(select(func.count(CalendarFeed.id)).where(*_living(of)))
    if (held or 0) >= MAX_CALENDARS:
        raise TooManyCalendars
    feed = CalendarFeed(staff_id=of.staff_id, customer_id=of.customer_id)
    session.add(feed)
    await session.flush()
    await session.refresh(feed)
    return _read(feed, base)


async def list_calendars(
    session: AsyncSession, user: CurrentUser, of: CalendarOf, *, base: str
) -> list[CalendarRead]:
    """Those that are not revoked, the newest first.

    Raises:
        StaffNotFound, CustomerNotFound: also when they are none of the user's business.
        ForbiddenException: a therapist of other branches.
    """
    await _refuse_others(session, user, of)
    found = select(CalendarFeed).where(*_living(of)).order_by(CalendarFeed.id.desc())
    return [_read(feed, base) for feed in await session.scalars(found)]


async def revoke_calendar(session: AsyncSession, user: CurrentUser, calendar_id: UUID) -> None:
    """Its address opens nothing any more. Again is no error.

    Raises:
        CalendarNotFound: also when it is none of the user's business.
        ForbiddenException: of a therapist of other branches.
    """
    feed = await get_row(session, CalendarFeed, calendar_id, CalendarNotFound, lock=True)
    try:
        await _refuse_others(session, user, feed)
    except (StaffNotFound, CustomerNotFound):
        raise CalendarNotFound from None
    feed.revoked_at = feed.revoked_at or utc_now()
    await session.flush()


def read_token(token: str) -> UUID:
    """Of which calendar an address is: before a connection is taken for it, as strangers may ask for any.

    Raises:
        CalendarNotFound: we did not make the token.
    """
    calendar_id = read_signed(_PURPOSE, token)
    if calendar_id is None:
        raise CalendarNotFound
    return UUID(calendar_id)


async def open_calendar(session: AsyncSession, calendar_id: UUID) -> Shown:
    """What there is now in it.

    Raises:
        CalendarNotFound: it is revoked, or its person is here no more.
    """
    feed = await _open(session, calendar_id)
    since, until = utc_now() - _BACK, utc_now() + _AHEAD
    if feed.staff_id is not None:
        staff = await get_staff(session, feed.staff_id)
        agenda = await agenda_of_staff(session, staff.id, since, until)
        return Shown(staff.full_name, (), agenda)
    assert feed.customer_id is not None
    customer = await get_customer(session, feed.customer_id)
    ids = (customer.id, *(each.id for each in await list_duplicates(session, customer)))
    return Shown(customer.full_name, ids, await agenda_of_customers(session, ids, since, until))


async def _open(session: AsyncSession, calendar_id: UUID) -> CalendarFeed:
    feed = await get_row(session, CalendarFeed, calendar_id, CalendarNotFound)
    if feed.revoked_at is not None or not await _is_here(session, feed):
        raise CalendarNotFound
    return feed


async def _refuse_others(
    session: AsyncSession, user: CurrentUser, of: CalendarOf | CalendarFeed, *, lock: bool = False
) -> None:
    """Their own calendars are everybody's business, and at the desk those of its staff and of all customers.

    Raises:
        StaffNotFound, CustomerNotFound, ForbiddenException
    """
    if of.staff_id is not None:
        await get_own_or_managed(session, user, of.staff_id, *AT_THE_DESK, lock=lock)
        return
    assert of.customer_id is not None
    await get_visible_customer(session, user, of.customer_id, *AT_THE_DESK)
    if lock:
        await get_customer(session, of.customer_id, lock=True)


async def _is_here(session: AsyncSession, of: CalendarOf | CalendarFeed) -> bool:
    """Whether they still work here, or are still a customer."""
    if of.staff_id is not None:
        staff = await get_staff(session, of.staff_id)
        return staff.employed_until is None or staff.employed_until >= _earliest_today()
    assert of.customer_id is not None
    return (await get_customer(session, of.customer_id)).archived_at is None


def _earliest_today() -> date:
    """Nobody has left before their last day is over everywhere."""
    return (utc_now() - _LAST_ZONE).date()


def _living(of: CalendarOf) -> tuple[ColumnElement[bool], ...]:
    return (
        CalendarFeed.staff_id == of.staff_id
        if of.staff_id is not None
        else CalendarFeed.customer_id == of.customer_id,
        CalendarFeed.revoked_at.is_(None),
    )


def _read(feed: CalendarFeed, base: str) -> CalendarRead:
    return CalendarRead(
        id=feed.id,
        staff_id=feed.staff_id,
        customer_id=feed.customer_id,
        url=f"{base}/{sign(_PURPOSE, str(feed.id))}.ics",
        created_at=feed.created_at,
    )
