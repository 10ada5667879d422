"""Find the days and starts that a page shows: two weeks of days, and the starts of one of them."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.modules.availability.availability_schemas import GuestWish
from app.modules.online_booking import online_booking_service as service
from app.modules.online_booking.online_booking_schemas import (
    OnlineBranch,
    OnlineDay,
    OnlineDaysQuery,
    OnlineStarts,
    OnlineStartsQuery,
)
from app.scheduling.shortages import Reason

WINDOW = timedelta(days=14)
_FURTHER = timedelta(days=48)
"""The days after the two weeks in which the next free day is looked for. Together they are the longest search."""
_NOON, _EVENING = 12, 18


class Search(NamedTuple):
    """The party whose time is looked for, and the guest who asks."""

    session: AsyncSession
    branch: OnlineBranch
    guests: list[GuestWish]
    """Empty: those of the visit of `link`, as agreed."""
    same_room: bool
    link: str | None
    """A token, whose own time counts as free."""
    address: str
    language: str

    async def days(self, first: date, last: date) -> list[OnlineDay]:
        query = OnlineDaysQuery(**self._party(), first_day=first, last_day=last)
        found = await service.find_days(
            self.session, self.branch.key, query, address=self.address, language=self.language
        )
        return found.days

    async def starts(self, day: date) -> OnlineStarts:
        query = OnlineStartsQuery(**self._party(), day=day)
        return await service.find_starts(
            self.session, self.branch.key, query, address=self.address, language=self.language
        )

    def _party(self) -> dict[str, Any]:
        party: dict[str, Any] = {"same_room": self.same_room, "link": self.link}
        return party | ({"guests": self.guests} if self.guests else {})


class DayCell(NamedTuple):
    """A day of the two weeks."""

    day: date
    is_free: bool
    reason: str
    """`closed` or `full`, if it is not free."""


class Times(NamedTuple):
    """The days and starts that a page shows."""

    today: date
    cells: list[DayCell]
    day: date
    parts: list[tuple[str, list[datetime]]]
    """The starts of the day: `morning`, `afternoon` and `evening`, without empty ones."""
    reasons: list[str]
    next_day: date | None
    """The next day that has a start, if this one has none."""
    earlier: date | None
    later: date | None
    """The first days of the two weeks before and after."""


async def find_times(search: Search, *, day: date | None, first: date | None) -> Times:
    """Find the starts of a day; without one, of the first free day from `first` on.

    A day that has passed, or lies beyond the horizon, counts as none.
    """
    today = utc_now().astimezone(ZoneInfo(search.branch.time_zone)).date()
    last_day = today + timedelta(days=search.branch.horizon_days)
    day = day if day is not None and today <= day <= last_day else None
    anchor = day or (first if first is not None and today <= first <= last_day else today)
    begin = today + (anchor - today) // WINDOW * WINDOW
    end = min(begin + WINDOW - timedelta(days=1), last_day)
    found = await search.days(begin, end)
    free = [online.day for online in found if online.available]
    shown = day or next((online for online in free if online >= anchor), None) or anchor
    starts = await search.starts(shown)
    next_day = None
    if not starts.starts:
        next_day = next((online for online in free if online > shown), None)
        if next_day is None and end < last_day:
            further = await search.days(end + timedelta(days=1), min(end + _FURTHER, last_day))
            next_day = next((online.day for online in further if online.available), None)
    return Times(
        today=today,
        cells=[_cell(online) for online in found],
        day=shown,
        parts=_parts([start.start for start in starts.starts], ZoneInfo(search.branch.time_zone)),
        reasons=[reason.message for reason in starts.reasons],
        next_day=next_day,
        earlier=begin - WINDOW if begin > today else None,
        later=begin + WINDOW if begin + WINDOW <= last_day else None,
    )


def _cell(online: OnlineDay) -> DayCell:
    is_closed = any(reason.code is Reason.CLOSED for reason in online.reasons)
    return DayCell(online.day, online.available, "closed" if is_closed else "full")


def _parts(starts: list[datetime], zone: ZoneInfo) -> list[tuple[str, list[datetime]]]:
    parts: dict[str, list[datetime]] = {"morning": [], "afternoon": [], "evening": []}
    for start in starts:
        hour = start.astimezone(zone).hour
        part = "morning" if hour < _NOON else "afternoon" if hour < _EVENING else "evening"
        parts[part].append(start)
    return [(part, times) for part, times in parts.items() if times]
