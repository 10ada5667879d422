"""The time of the app, which the demo spa sets back."""

import asyncio
from datetime import UTC, datetime, timedelta

from app.common.helpers import clock_at, utc_now

THEN = datetime(2026, 11, 3, 20, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


async def test_another_task_keeps_the_time_of_today() -> None:
    async def work() -> datetime:
        return utc_now()

    other = asyncio.ensure_future(work())
    with clock_at(THEN):
        assert THEN <= utc_now() < THEN + SECOND
        inner = await asyncio.ensure_future(work())
    assert THEN <= inner < THEN + SECOND
    assert datetime.now(UTC) - SECOND < await other <= datetime.now(UTC)
    assert utc_now() <= datetime.now(UTC)
