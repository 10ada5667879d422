"""PostgreSQL and Python agree on when a branch is open."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range

from app.common.types.wall_time import days_between
from app.db.transactions import run_in_transaction
from app.modules.branch.branch_models import OpeningHours, SpecialHours
from app.modules.branch.branch_service import load_calendar
from tests.builders.branches import add_branch
from tests.support.database import empty_database, insert_all, run_sql

CLOCK_CHANGES = {
    "Asia/Ho_Chi_Minh": date(2026, 3, 8),
    "Europe/Paris": date(2026, 3, 29),
    "America/New_York": date(2026, 11, 1),
    "America/Santiago": date(2026, 4, 5),  # at midnight
    "Pacific/Kiritimati": date(2026, 1, 1),
    "Pacific/Apia": date(2011, 12, 30),  # a day that did not come
}
SPANS = st.tuples(st.integers(0, 95), st.integers(1, 96)).map(
    lambda span: (span[0] * 15, (span[0] + span[1]) * 15)
)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for opens, closes in sorted(spans):
        if not apart or opens >= apart[-1][1]:
            apart.append((opens, closes))
    return apart


HOURS = st.lists(SPANS, max_size=3).map(_apart)


@pytest.mark.parametrize("zone", CLOCK_CHANGES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    week=st.lists(HOURS, min_size=7, max_size=7),
    special=st.none() | st.tuples(st.integers(0, 6), HOURS),
    closed=st.none() | st.integers(0, 200),
)
async def test_the_open_times_in_sql_are_those_in_python(
    client: httpx2.AsyncClient,
    zone: str,
    week: list[list[tuple[int, int]]],
    special: tuple[int, list[tuple[int, int]]] | None,
    closed: int | None,
) -> None:
    await empty_database()
    first = CLOCK_CHANGES[zone] - timedelta(days=3)
    start = datetime.combine(first, datetime.min.time(), ZoneInfo(zone))
    closed_at = None if closed is None else start + timedelta(hours=closed)
    branch_id = await add_branch(time_zone=zone, closed_at=closed_at)
    rows: list[Any] = [
        OpeningHours(branch_id=branch_id, weekday=weekday, opens=opens, closes=closes)
        for weekday, hours in enumerate(week, 1)
        for opens, closes in hours
    ]
    if special is not None:
        since = first + timedelta(days=special[0])
        hours = [{"opens": opens, "closes": closes} for opens, closes in special[1]]
        days = Range(since, since + timedelta(days=2))
        rows.append(SpecialHours(branch_id=branch_id, days=days, reason="Tết", hours=hours))
    await insert_all(rows)
    shown = days_between(first, first + timedelta(days=6))
    calendar = await run_in_transaction(
        lambda session: load_calendar(session, branch_id, shown[0], shown[-1])
    )
    in_sql = await run_sql(
        "SELECT lower(span), upper(span) FROM unnest(zenspa_open_times($1, $2::date[])) AS span",
        branch_id,
        shown,
    )
    assert [(span["lower"], span["upper"]) for span in in_sql] == calendar.open_spans()
