"""Conversion of wall-clock times to instants: nights, Tết, and the days on which clocks change."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.types.wall_time import Span, WallHours, instant_of, open_spans

SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
PARIS = ZoneInfo("Europe/Paris")
NEW_YORK = ZoneInfo("America/New_York")
ZONES = [SAIGON, PARIS, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia"), ZoneInfo("UTC")]
MINUTE = timedelta(minutes=1)


def wall(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.mark.parametrize(
    ("zone", "day", "time", "expected"),
    [
        (SAIGON, date(2026, 11, 23), "09:00", "2026-11-23T02:00Z"),
        (SAIGON, date(2026, 11, 23), "25:30", "2026-11-23T18:30Z"),  # 01:30 on the next day
        # France sets its clocks back on 2026-10-25 at 03:00, to 02:00: the day has 25 hours.
        (PARIS, date(2026, 10, 25), "01:59", "2026-10-24T23:59Z"),
        (PARIS, date(2026, 10, 25), "02:30", "2026-10-25T00:30Z"),  # comes twice: the first
        (PARIS, date(2026, 10, 25), "03:00", "2026-10-25T02:00Z"),
        (PARIS, date(2026, 10, 25), "24:00", "2026-10-25T23:00Z"),
        (PARIS, date(2026, 10, 24), "27:00", "2026-10-25T02:00Z"),  # a night over the change
        # … and forward on 2026-03-29 at 02:00, to 03:00: 23 hours.
        (PARIS, date(2026, 3, 29), "01:59", "2026-03-29T00:59Z"),
        (PARIS, date(2026, 3, 29), "02:30", "2026-03-29T01:30Z"),  # does not come: what clocks call 03:30
        (PARIS, date(2026, 3, 29), "03:00", "2026-03-29T01:00Z"),
        (PARIS, date(2026, 3, 29), "09:00", "2026-03-29T07:00Z"),
        # New York: 2026-03-08 forward, 2026-11-01 back, both at 02:00.
        (NEW_YORK, date(2026, 3, 8), "01:59", "2026-03-08T06:59Z"),
        (NEW_YORK, date(2026, 3, 8), "02:30", "2026-03-08T07:30Z"),
        (NEW_YORK, date(2026, 3, 8), "09:00", "2026-03-08T13:00Z"),
        (NEW_YORK, date(2026, 11, 1), "01:30", "2026-11-01T05:30Z"),
        (NEW_YORK, date(2026, 11, 1), "02:00", "2026-11-01T07:00Z"),
        (NEW_YORK, date(2026, 10, 31), "26:00", "2026-11-01T07:00Z"),
    ],
)
def test_what_the_wall_clock_shows_is_an_instant(zone: ZoneInfo, day: date, time: str, expected: str) -> None:
    assert instant_of(day, wall(time), zone) == datetime.fromisoformat(expected)


def test_a_night_and_the_morning_after_it_are_one_span() -> None:
    hours = {1: [WallHours(wall("18:00"), wall("26:00"))], 2: [WallHours(wall("02:00"), wall("11:00"))]}
    days = [date(2026, 11, 23), date(2026, 11, 24)]
    assert open_spans(days, lambda day: hours[day.isoweekday()], SAIGON) == [
        Span(datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 24, 4, tzinfo=UTC))
    ]


def test_a_day_whose_clocks_are_set_back_is_open_for_an_hour_more() -> None:
    [span] = open_spans([date(2026, 10, 25)], lambda _: [WallHours(0, wall("24:00"))], PARIS)
    assert span.end - span.start == timedelta(hours=25)


def test_hours_that_end_before_they_begin_on_a_day_whose_clocks_are_set_forward_are_none() -> None:
    hours = [WallHours(wall("02:30"), wall("03:15"))]  # both are 03:15 to 03:30 there
    assert open_spans([date(2026, 3, 29)], lambda _: hours, PARIS) == []


HOURS = st.builds(
    lambda opens, minutes: WallHours(opens, opens + minutes),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2010, 1, 1), date(2030, 12, 31)),
    plan=st.lists(st.lists(HOURS, max_size=3), min_size=1, max_size=4),
)
def test_a_minute_is_open_when_the_slow_way_says_so(
    zone: ZoneInfo, first: date, plan: Sequence[Sequence[WallHours]]
) -> None:
    days = [first + timedelta(days=n) for n in range(len(plan))]
    spans = open_spans(days, lambda day: plan[(day - first).days], zone)
    assert all(before.end < after.start for before, after in itertools.pairwise(spans))
    fast = {minute for span in spans for minute in minutes_of(span)}
    slow = {
        minute
        for day, hours in zip(days, plan, strict=True)
        for opening in hours
        for minute in minutes_of(Span(*(first_shown(day, at, zone) for at in opening)))
    }
    assert fast == slow


def minutes_of(span: Span) -> set[datetime]:
    return {span.start + n * MINUTE for n in range(int((span.end - span.start) / MINUTE))}


def first_shown(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Look at every minute around until a clock there shows it; one that is never shown is read with the offset
    of the last minute before."""
    wanted = datetime(day.year, day.month, day.day) + minute * MINUTE  # noqa: DTZ001 - what a wall clock shows
    now = wanted.replace(tzinfo=UTC) - timedelta(hours=30)
    before = now
    for _ in range(60 * 60):
        shown = now.astimezone(zone).replace(tzinfo=None)
        if shown == wanted:
            return now
        if shown < wanted:
            before = now
        now += MINUTE
    offset = before.astimezone(zone).utcoffset()
    assert offset is not None
    return (wanted - offset).replace(tzinfo=UTC)
