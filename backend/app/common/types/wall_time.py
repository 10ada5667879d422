"""Wall-clock times: as people write them, as they are stored (minutes after midnight), and as instants."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from app.common.validation import bilingual_error

DAY = 1440
"""The minutes of a day on the wall clock."""
_WALL_TIME = re.compile(r"^(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)$")


def _minutes(value: Any) -> Any:
    """Convert `09:30` to 570. The end of a day may be written 24:00."""
    if not isinstance(value, str) or not (match := _WALL_TIME.fullmatch(value)):
        raise bilingual_error(
            "wall_time", "Giờ chưa đúng. Ví dụ: 09:30.", "Enter a time of day, such as 09:30"
        )
    return DAY if match[1] is None else int(match[1]) * 60 + int(match[2])


def _wall_time(minutes: int) -> str:
    """Convert 570 to `09:30`, on the next day too: an end before its beginning is on the next day."""
    return "24:00" if minutes == DAY else f"{minutes % DAY // 60:02}:{minutes % 60:02}"


WallTime = Annotated[
    int,
    BeforeValidator(_minutes),
    PlainSerializer(_wall_time, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _WALL_TIME.pattern, "examples": ["09:30"]}),
]
"""Minutes after midnight, written `09:30`. A row stores minutes already: build its schema by `model_construct`."""


def end_after(begins: int, ends: int) -> int:
    """Return the end in minutes after the midnight of the beginning; one not after the beginning is on the next day.

    Raises:
        PydanticCustomError: The beginning is 24:00.
    """
    if begins >= DAY:
        raise bilingual_error("wall_time", "Một ngày bắt đầu từ 00:00.", "A day begins at 00:00")
    return ends if ends > begins else ends + DAY


def sort_without_overlap[T](
    times: Iterable[T], *, day: Callable[[T], int], begins: Callable[[T], int], ends: Callable[[T], int]
) -> list[T]:
    """Return times sorted by day and beginning. A night that reaches into the next morning is no overlap.

    Raises:
        PydanticCustomError: Two times of one day overlap.
    """
    ordered = sorted(times, key=lambda time: (day(time), begins(time)))
    for before, after in pairwise(ordered):
        if day(before) == day(after) and begins(after) < ends(before):
            raise bilingual_error(
                "overlap",
                "Các giờ trong một ngày không được chồng lên nhau.",
                "Hours of one day should not overlap",
            )
    return ordered


def days_between(first: date, last: date) -> list[date]:
    """Return the days from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


class WallHours(NamedTuple):
    """Opening hours in minutes after the midnight of a day on the wall clock; over 1440 is the next day."""

    opens: int
    closes: int


class Span(NamedTuple):
    """The time from one instant to another, in UTC; the end is not part of it."""

    start: datetime
    end: datetime


@lru_cache(maxsize=4096)  # a search needs each midnight six times, and the next search the same ones
def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the wall clock shows a minute of a day.

    RFC 5545 §3.3.5: a time that comes twice, when clocks are set back, is the first one. A time that does not come, when
    they are set forward, is read with the offset from before: 02:30 is then what clocks call 03:30.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def iso_interval(start: datetime, end: datetime) -> str:
    """Return a time as an ISO 8601 interval in UTC, for the `value` of an error."""
    return "/".join(instant.astimezone(UTC).isoformat().replace("+00:00", "Z") for instant in (start, end))


def local_interval(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return a time as people write it, with both days if it takes a day or longer."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    if end - start < timedelta(days=1):
        return f"{first:%d/%m/%Y}, {first:%H:%M}–{last:%H:%M}"
    return f"{first:%H:%M %d/%m/%Y} – {last:%H:%M %d/%m/%Y}"


def open_spans(
    days: Iterable[date], hours_of: Callable[[date], Sequence[WallHours]], zone: ZoneInfo
) -> list[Span]:
    """Return when a branch is open on these days, in order; no span touches the next.

    Hours that go past midnight belong to their day: include the day before to know about a morning.
    """
    spans = (
        Span(instant_of(day, hours.opens, zone), instant_of(day, hours.closes, zone))
        for day in days
        for hours in hours_of(day)
    )
    return list(join_spans(sorted(span for span in spans if span.start < span.end)))


def join_spans(spans: Iterable[Span]) -> Iterator[Span]:
    """Join spans, given in order, that touch or overlap."""
    current: Span | None = None
    for span in spans:
        if current is None:
            current = span
        elif span.start <= current.end:
            current = Span(current.start, max(current.end, span.end))
        else:
            yield current
            current = span
    if current is not None:
        yield current
