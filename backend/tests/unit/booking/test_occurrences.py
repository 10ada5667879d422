"""The starts of a series: the same weekday and the same local time, whatever the zone does."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.modules.booking.series.occurrences import (
    FEWEST_OCCURRENCES,
    MOST_OCCURRENCES,
    MOST_WEEKS,
    count_until,
    occurrence_starts,
)

ZONES = [*map(ZoneInfo, ("Asia/Ho_Chi_Minh", "Europe/Paris", "America/New_York", "Australia/Lord_Howe"))]
DAYS = st.dates(date(2024, 1, 1), date(2060, 1, 1))
COUNTS = st.integers(FEWEST_OCCURRENCES, MOST_OCCURRENCES)
WEEKS = st.integers(1, MOST_WEEKS)
MIDDAY = st.integers(4 * 12, 24 * 12 - 1)
"""Steps of five minutes after midnight: clocks change before four in the morning."""


@given(st.sampled_from(ZONES), DAYS, MIDDAY, WEEKS, COUNTS)
def test_every_occurrence_is_at_the_same_local_time(
    zone: ZoneInfo, day: date, step: int, weeks: int, count: int
) -> None:
    wall = datetime.combine(day, time(step // 12, 5 * (step % 12)))
    starts = occurrence_starts(wall.replace(tzinfo=zone), zone, every_weeks=weeks, count=count)
    local = [start.astimezone(zone).replace(tzinfo=None) for start in starts]
    assert local[0] == wall
    assert [after - before for before, after in pairwise(local)] == [timedelta(weeks=weeks)] * (count - 1)


@given(st.sampled_from(ZONES), DAYS, MIDDAY, WEEKS, COUNTS, st.integers(0, 6))
def test_the_last_day_and_the_count_agree(  # noqa: PLR0917 - what they depend on
    zone: ZoneInfo, day: date, step: int, weeks: int, count: int, days_after: int
) -> None:
    first = datetime.combine(day, time(step // 12, 5 * (step % 12)), zone)
    last = occurrence_starts(first, zone, every_weeks=weeks, count=count)[-1].astimezone(zone).date()
    until = last + timedelta(days=days_after)
    assert count_until(first, zone, every_weeks=weeks, until=until) == count
    assert count_until(first, zone, every_weeks=weeks, until=last - timedelta(days=1)) == count - 1


def test_a_time_that_clocks_skip_is_read_with_the_offset_from_before() -> None:
    """Paris has no 02:30 on 28 March 2027."""
    zone = ZoneInfo("Europe/Paris")
    first = datetime(2027, 3, 21, 2, 30, tzinfo=zone)
    starts = occurrence_starts(first, zone, every_weeks=1, count=3)
    assert [f"{start.astimezone(zone):%H:%M}" for start in starts] == ["02:30", "03:30", "02:30"]


def test_the_first_of_two_equal_times_or_the_one_that_was_asked_for() -> None:
    """Paris has 02:30 twice on 31 October 2027: a series that begins at the second one begins there."""
    zone = ZoneInfo("Europe/Paris")
    first = datetime(2027, 10, 31, 2, 30, tzinfo=zone, fold=1)
    starts = occurrence_starts(first, zone, every_weeks=1, count=2)
    assert starts[0].utcoffset() == timedelta(hours=1)
    assert f"{starts[1].astimezone(zone):%H:%M}" == "02:30"
