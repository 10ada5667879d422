"""PostgreSQL expands blocked time as plain Python does, over changes of clocks in every kind of time zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.modules.blocked_time.blocked_time_models import BlockedTimeException
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, blocked_time_row
from tests.support.database import empty_database, insert, run_sql

CLOCK_CHANGES = {
    "Asia/Ho_Chi_Minh": [date(2026, 3, 8)],
    "Europe/Paris": [date(2026, 3, 29), date(2026, 10, 25)],
    "America/Santiago": [date(2026, 4, 5), date(2026, 9, 6)],  # at midnight
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],  # by half an hour
    "Antarctica/Troll": [date(2026, 3, 29), date(2026, 10, 25)],  # by two hours
    "Pacific/Apia": [date(2011, 12, 30)],  # a day that did not come
    "Pacific/Kiritimati": [date(2026, 1, 1)],
}
_DAYS = st.integers(-10, 10)
_TIMES = st.tuples(st.integers(0, 95), st.integers(1, 96)).map(
    lambda times: (times[0] * 15, (times[0] + times[1]) * 15)
)


class Occurrence(NamedTuple):
    day: date
    start: datetime
    end: datetime
    skipped: bool
    changed: bool


class Block(NamedTuple):
    """Blocked time, with days counted from the change of clocks."""

    first: int
    days: int | None
    weekdays: list[int]
    times: tuple[int, int]
    exceptions: dict[int, tuple[int, int] | None]
    """The times of an occurrence, or None if it is skipped, by its day."""


BLOCKS = st.builds(
    Block,
    first=_DAYS,
    days=st.none() | st.integers(0, 15),
    weekdays=st.lists(st.integers(1, 7), unique=True).map(sorted),
    times=_TIMES,
    exceptions=st.dictionaries(_DAYS, st.none() | _TIMES, max_size=4),
)


def expand(block: Block, change: date, zone: ZoneInfo, since: datetime, until: datetime) -> list[Occurrence]:
    """Return the occurrences that touch a time, by trying every day."""
    first = change + timedelta(days=block.first)
    found = []
    for number in range(-40, 41):
        day = change + timedelta(days=number)
        repeats = day.isoweekday() in block.weekdays if block.weekdays else day == first
        if not repeats or day < first or (block.days is not None and (day - first).days > block.days):
            continue
        times = block.exceptions.get(number, block.times)
        start, end = (wall(day, minutes, zone) for minutes in times or block.times)
        if start < end and start < until and end > since:
            found.append(
                Occurrence(day, start, end, times is None, bool(times) and number in block.exceptions)
            )
    return found


def wall(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    local = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return local.replace(tzinfo=zone).astimezone(UTC)


async def add_block(block: Block, branch_id: UUID, bed: UUID, change: date) -> UUID:
    first = change + timedelta(days=block.first)
    days = block.days if block.weekdays else 0
    row = blocked_time_row(
        branch_id,
        bed,
        first_day=first,
        last_day=None if days is None else first + timedelta(days=days),
        weekdays=block.weekdays,
        starts=block.times[0],
        ends=block.times[1],
    )
    await insert(row)
    for number, times in block.exceptions.items():
        starts, ends = times or (None, None)
        day = change + timedelta(days=number)
        await insert(BlockedTimeException(blocked_time_id=row.id, day=day, starts=starts, ends=ends))
    return row.id


@pytest.mark.parametrize("zone", CLOCK_CHANGES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data(), block=BLOCKS, hours=st.tuples(st.integers(-200, 200), st.integers(1, 300)))
async def test_the_occurrences_in_sql_are_those_in_python(
    client: httpx2.AsyncClient, zone: str, data: st.DataObject, block: Block, hours: tuple[int, int]
) -> None:
    await empty_database()
    change = data.draw(st.sampled_from(CLOCK_CHANGES[zone]))
    branch_id = await add_branch(time_zone=zone)
    bed = await add_bed(branch_id)
    await add_block(block, branch_id, bed, change)
    since = datetime.combine(change, time(), UTC) + timedelta(hours=hours[0])
    until = since + timedelta(hours=hours[1])
    rows = await run_sql(
        "SELECT day, lower(during), upper(during), skipped, changed"
        " FROM zenspa_blocked_occurrences(array[$1::uuid], array[$2::timestamptz], array[$3::timestamptz])"
        " ORDER BY day",
        bed,
        since,
        until,
    )
    expected = expand(block, change, ZoneInfo(zone), since, until)
    event("some" if expected else "none")
    assert [Occurrence(*row) for row in rows] == expected


@pytest.mark.parametrize("zone", CLOCK_CHANGES)
async def test_every_wall_time_around_a_change_of_clocks_is_the_same_instant_in_sql_and_python(
    client: httpx2.AsyncClient, zone: str
) -> None:
    for change in CLOCK_CHANGES[zone]:
        rows = await run_sql(
            "SELECT $1::date + number AS day, minutes, zenspa_instant($1::date + number, minutes, $2) AS instant"
            " FROM generate_series(-2, 2) AS number, generate_series(0, 2875, 5) AS minutes",
            change,
            zone,
        )
        differing = [
            row for row in rows if row["instant"] != wall(row["day"], row["minutes"], ZoneInfo(zone))
        ]
        assert differing == []
