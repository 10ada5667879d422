"""The app is killed in the middle of a series: a retry with the key finishes it, and doubles nothing."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import httpx2
import pytest

from app.core.config import settings
from app.modules.identity.roles import Role
from tests.builders.bookings import bookable_spa, overlaps
from tests.builders.people import signed_in
from tests.support import SOON, eventually
from tests.support.app_process import AppProcess
from tests.support.database import another_connection, run_sql, waiting_for_locks

pytestmark = pytest.mark.usefixtures("client")

COUNT, STOPPED_AT = 8, 4
_LOCK = 4711


@pytest.fixture
async def gate() -> AsyncIterator[asyncpg.Connection]:
    """A connection that holds a lock for which every fourth visit of a series waits."""
    await run_sql(
        "CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN PERFORM pg_advisory_xact_lock_shared({_LOCK}); RETURN NEW; END $$"
    )
    await run_sql(
        f"CREATE TRIGGER wait_for_test BEFORE INSERT ON visit FOR EACH ROW WHEN (NEW.series_number = {STOPPED_AT})"
        " EXECUTE FUNCTION wait_for_test()"
    )
    try:
        async with another_connection() as connection:
            await connection.execute(f"SELECT pg_advisory_lock({_LOCK})")
            yield connection
    finally:
        await run_sql("DROP FUNCTION wait_for_test CASCADE")


async def test_a_series_is_finished_after_a_kill(gate: asyncpg.Connection) -> None:
    spa = await bookable_spa(days=range(1, 7 * COUNT))
    headers = await signed_in(Role.RECEPTIONIST) | {"Idempotency-Key": "series"}
    visit = spa.booking(spa.hour(10, days=1))["json"]
    body = {"visit": visit, "repeat": {"count": COUNT}}
    environment = {"DATABASE_URL": settings.DATABASE_URL.get_secret_value(), "DB_LOCK_TIMEOUT": f"{SOON:.0f}"}

    async def post(app: AppProcess) -> httpx2.Response:
        async with app.http(headers=headers) as http:
            return await http.post("/api/v1/visit-series", json=body)

    async with AppProcess(environment) as app:
        request = asyncio.create_task(post(app))

        async def waits() -> bool:
            return await waiting_for_locks() == 1

        await eventually(waits)
        app.kill()
        with pytest.raises(httpx2.TransportError):
            await request
    await gate.execute(f"SELECT pg_advisory_unlock({_LOCK})")
    async with AppProcess(environment) as app:
        answers = [await post(app) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    occurrences = answers[0].json()["occurrences"]
    numbers = [row[0] for row in await run_sql("SELECT series_number FROM visit ORDER BY series_number")]
    assert numbers == [*range(1, COUNT + 1)]
    assert [occurrence["visit"]["series"]["number"] for occurrence in occurrences] == numbers
    assert await overlaps() == 0
