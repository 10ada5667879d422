"""Time in steps of five minutes: rounding, and days of 23 and 25 hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.common.types.wall_time import Span
from app.scheduling.bitmask import beginning_runs, counted, from_runs, ones, positions, shifted, to_runs
from app.scheduling.timegrid import Grid, steps_of

SAIGON, PARIS, NEW_YORK = map(ZoneInfo, ("Asia/Ho_Chi_Minh", "Europe/Paris", "America/New_York"))
LORD_HOWE, KATHMANDU = map(ZoneInfo, ("Australia/Lord_Howe", "Asia/Kathmandu"))
MINUTE = timedelta(minutes=1)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = Grid(NINE, 12)
masks = st.integers(0, 2**40 - 1)


def span(text: str) -> Span:
    start, end = (datetime.fromisoformat(f"2026-11-23T{time}Z") for time in text.split("-"))
    return Span(start, end)


@pytest.mark.parametrize(
    ("spans", "free", "busy"),
    [
        (["09:00-09:10"], [0, 1], [0, 1]),
        (["09:01-09:14"], [1], [0, 1, 2]),
        (["09:01-09:04"], [], [0]),
        (["09:00-09:03", "09:03-09:10"], [1], [0, 1]),  # the same step twice
        (["09:30-09:40", "09:00-09:05"], [0, 6, 7], [0, 6, 7]),
        (["09:20-09:45", "09:25-09:30"], [4, 5, 6, 7, 8], [4, 5, 6, 7, 8]),
        (["08:00-09:05", "09:55-11:00"], [0, 11], [0, 11]),
        (["07:00-08:00", "10:00-11:00"], [], []),
        ([], [], []),
    ],
)
def test_free_time_is_rounded_inward_and_busy_time_outward(
    spans: list[str], free: list[int], busy: list[int]
) -> None:
    given_spans = [span(text) for text in spans]
    assert list(positions(HOUR.free(given_spans))) == free
    assert list(positions(HOUR.busy(given_spans))) == busy


@given(st.lists(st.tuples(st.integers(-30, 80), st.integers(1, 40)), max_size=6))
def test_a_step_is_busy_when_any_minute_of_it_is(given_spans: list[tuple[int, int]]) -> None:
    spans = [Span(NINE + start * MINUTE, NINE + (start + length) * MINUTE) for start, length in given_spans]
    minutes = {minute for start, length in given_spans for minute in range(start, start + length)}
    occupied = {minute // 5 for minute in minutes} & set(range(12))
    assert set(positions(HOUR.busy(spans))) == occupied


def test_spans_of_a_mask() -> None:
    mask = HOUR.free([span("09:10-09:20"), span("09:55-10:00")])
    assert HOUR.spans(mask) == [span("09:10-09:20"), span("09:55-10:00")]
    assert HOUR.spans(0) == []


def test_next_step_rounds_up_and_step_rounds_down() -> None:
    assert [HOUR.next_step(NINE + minutes * MINUTE) for minutes in (-5, -3, 0, 1, 5)] == [-1, 0, 0, 1, 1]
    assert [HOUR.step(NINE + minutes * MINUTE) for minutes in (-1, 0, 4, 5)] == [-1, 0, 0, 1]


@pytest.mark.parametrize(("minutes", "steps"), [(1, 1), (5, 1), (6, 2), (60, 12)])
def test_a_step_that_has_begun_counts_whole(minutes: int, steps: int) -> None:
    assert steps_of(minutes) == steps


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (SAIGON, date(2026, 11, 23), 24),
        (PARIS, date(2026, 3, 29), 23),
        (PARIS, date(2026, 10, 25), 25),
        (NEW_YORK, date(2026, 3, 8), 23),
        (NEW_YORK, date(2026, 11, 1), 25),
    ],
)
def test_a_day_has_its_hours_and_starts_in_all_of_them(zone: ZoneInfo, day: date, hours: int) -> None:
    grid = Grid(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1), 3 * 288)
    first, until = to_runs(grid.day(day, zone))[0]
    assert until - first == hours * 12
    assert grid.instant(first).astimezone(zone).isoformat()[:16] == f"{day}T00:00"
    for grid_minutes in (5, 10, 15, 20, 30, 60):
        assert grid.wall_starts([day], zone, grid_minutes).bit_count() == hours * 60 // grid_minutes


@given(
    st.sampled_from([SAIGON, PARIS, NEW_YORK, LORD_HOWE, KATHMANDU]),
    st.sampled_from([date(2026, month, 1) for month in (3, 4, 10, 11)]),
    st.integers(0, 33),
    st.integers(1, 5),
    st.sampled_from([5, 10, 15, 20, 30, 60]),
    st.integers(-400, 400),
)
@example(LORD_HOWE, date(2026, 4, 1), 4, 1, 60, 0)  # half an hour comes twice
@example(LORD_HOWE, date(2026, 10, 1), 3, 1, 60, 0)
@example(KATHMANDU, date(1986, 1, 1), 0, 1, 30, 100)  # the day began at 00:15
def test_treatments_begin_at_multiples_on_the_wall_clock(  # noqa: PLR0917
    zone: ZoneInfo, month: date, skipped: int, length: int, grid_minutes: int, before: int
) -> None:
    days = [month + timedelta(days=skipped + number) for number in range(length)]
    midnight = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC)
    grid = Grid(midnight - before * 5 * MINUTE, 700)

    def is_start(step: int) -> bool:
        wall = grid.instant(step).astimezone(zone)
        return wall.date() in days and (wall.hour * 60 + wall.minute) % grid_minutes == 0

    expected = [step for step in range(grid.count) if is_start(step)]
    assert list(positions(grid.wall_starts(days, zone, grid_minutes))) == expected


@given(masks)
def test_runs_make_the_mask_that_they_come_from(mask: int) -> None:
    assert from_runs(to_runs(mask), 40) == mask
    assert list(positions(mask)) == [step for step in range(40) if mask >> step & 1]


@given(masks, st.integers(1, 20), st.integers(-20, 20))
def test_runs_begin_and_masks_shift_as_in_sets(mask: int, length: int, by: int) -> None:
    steps = {step for step in range(40) if all(mask >> step + more & 1 for more in range(length))}
    assert set(positions(beginning_runs(mask, length))) == steps
    assert set(positions(shifted(mask, by))) == {step + by for step in positions(mask) if step + by >= 0}


@given(st.lists(masks, max_size=6), st.integers(1, 5))
def test_steps_are_counted_all_at_once(given_masks: list[int], most: int) -> None:
    for level, found in enumerate(counted(given_masks, most), 1):
        expected = [step for step in range(40) if sum(mask >> step & 1 for mask in given_masks) >= level]
        assert list(positions(found)) == expected
    assert ones(3) == 0b111
