"""PostgreSQL is killed under load or cut off: no acknowledged row is lost, no 500, and the app recovers by itself."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial

import asyncpg
import httpx2
import pytest
from sqlalchemy.exc import DBAPIError

from app.cli.embedded import EmbeddedPostgres
from app.core.database import AsyncSessionLocal
from app.core.database_errors import translate
from app.core.exceptions import ServiceUnavailableException
from app.db.queries import fetch_raw
from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.customers import CUSTOMERS, DeskClients
from tests.builders.people import signed_in
from tests.support import SOON, eventually
from tests.support.app_process import AppProcess
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.stores import app_database, database_server, driver_url, through

pytestmark = pytest.mark.usefixtures("client")

CREATED, CONFLICT, UNAVAILABLE = 201, 409, 503


async def test_a_kill_under_load_loses_nothing_that_was_acknowledged(
    postgres: EmbeddedPostgres, record_property: Callable[[str, object], None]
) -> None:
    loop = asyncio.get_running_loop()
    connection = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", ""))
    headers = await signed_in(Role.RECEPTIONIST, connection=connection)
    await connection.close()
    async with (
        AppProcess({"DATABASE_URL": postgres.url("postgres")}) as app,
        DeskClients(app.base_url, headers, clients=8) as desk,
    ):
        await desk.wait_until_created(100)
        await asyncio.to_thread(postgres.kill)
        await desk.wait_for_status(UNAVAILABLE)
        await asyncio.to_thread(postgres.start)
        back_at = loop.time()
        await desk.wait_until_created(1)
        record_property("seconds to the first 201", loop.time() - back_at)
        await desk.wait_until_created(100)
    record_property("statuses", dict(desk.statuses))
    assert desk.statuses.keys() <= {CREATED, CONFLICT, UNAVAILABLE}

    connection = await asyncpg.connect(postgres.url("postgres").replace("+asyncpg", ""))
    stored = {row["phone"] for row in await connection.fetch("SELECT phone FROM customer")}
    await connection.close()
    assert desk.acknowledged <= stored
    # A commit whose response was lost is a 503, and the next attempt gets a conflict on the phone.
    assert len(stored - desk.acknowledged) == desk.statuses[CONFLICT]


HEALTHY = {
    CUSTOMERS: 200,
    "/api/v1/health/": 200,
    "/api/v1/health/live": 200,
    "/api/v1/health/ready": 200,
    "/api/v1/health/db": 200,
}
UNHEALTHY = HEALTHY | dict.fromkeys(
    [CUSTOMERS, "/api/v1/health/", "/api/v1/health/ready", "/api/v1/health/db"], 503
)


@pytest.fixture(scope="module")
async def proxy() -> AsyncIterator[FaultProxy]:
    async with FaultProxy(*database_server()) as proxy:
        yield proxy


@pytest.fixture(scope="module")
async def http(proxy: FaultProxy) -> AsyncIterator[httpx2.AsyncClient]:
    """The app with the proxy on the way to its database."""
    # Only the app's own limits may end a request before the test gives up.
    environment = {
        "DATABASE_URL": through(proxy),
        "DB_STATEMENT_TIMEOUT": "0.5",
        "DB_CONNECT_TIMEOUT": "600",
        "DB_POOL_TIMEOUT": "600",
    }
    async with (
        AppProcess(environment) as app,
        app.http() as http,
    ):
        yield http


@pytest.fixture(autouse=True)
async def receptionist(client: httpx2.AsyncClient, http: httpx2.AsyncClient) -> None:
    """Sign in anew for every test, whose database is empty."""
    http.headers |= await signed_in(Role.RECEPTIONIST)


@pytest.mark.parametrize("fault", [mode for mode in Mode if mode is not Mode.PASS])
async def test_a_database_out_of_reach_is_a_503_and_found_again(
    fault: Mode, proxy: FaultProxy, http: httpx2.AsyncClient, record_property: Callable[[str, object], None]
) -> None:
    async def is_healthy() -> bool:
        return await statuses(http) == HEALTHY

    loop = asyncio.get_running_loop()
    await eventually(is_healthy)
    proxy.mode = fault
    for attempt in ("on connections that were open", "on new ones"):
        before = loop.time()
        assert await statuses(http) == UNHEALTHY
        record_property(f"seconds to the slowest answer {attempt}", loop.time() - before)
    proxy.mode = Mode.PASS
    before = loop.time()
    await eventually(is_healthy)
    record_property("seconds to the recovery", loop.time() - before)


async def test_a_restart_that_no_request_met_is_not_noticed(
    proxy: FaultProxy, http: httpx2.AsyncClient
) -> None:
    """Every connection of the pool is dead, and no request fails."""

    async def is_healthy() -> bool:
        return await statuses(http) == HEALTHY

    await eventually(is_healthy)
    proxy.mode = Mode.RESET
    await eventually(proxy.is_idle)  # every reset is sent
    proxy.mode = Mode.PASS
    await http.get("/api/v1/health/live")  # the app has read the resets before this
    assert await statuses(http) == HEALTHY


@pytest.mark.parametrize("fault", [mode for mode in Mode if mode is not Mode.PASS])
async def test_raw_sql_without_an_answer_is_an_outage_and_its_connection_is_not_awaited(
    fault: Mode, proxy: FaultProxy
) -> None:
    async def close_gracefully(connection: asyncpg.Connection, **_: object) -> None:
        if not connection.is_closed():
            await asyncio.Event().wait()

    async with asyncio.timeout(SOON), app_database(DATABASE_URL=through(proxy), DB_STATEMENT_TIMEOUT=2):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                asyncpg.Connection, "close", close_gracefully
            )  # a graceful close would wait for a silent server
            async with AsyncSessionLocal() as session:
                for number in (1, 2):  # the first begins the transaction
                    assert [*await fetch_raw(session, "SELECT $1::integer", number)] == [(number,)]
                proxy.mode = fault
                with pytest.raises(DBAPIError) as met:
                    await fetch_raw(session, "SELECT $1::integer", 3)
        assert met.value.connection_invalidated
        assert isinstance(translate(met.value), ServiceUnavailableException)
        proxy.mode = Mode.PASS
        async with AsyncSessionLocal() as session:
            assert [*await fetch_raw(session, "SELECT $1::integer", 4)] == [(4,)]


async def statuses(http: httpx2.AsyncClient) -> dict[str, int]:
    """Return the status of every path of HEALTHY, requested at the same time."""
    responses = await asyncio.gather(*(http.get(path) for path in HEALTHY))
    return {path: response.status_code for path, response in zip(HEALTHY, responses, strict=True)}


async def test_connections_that_end_in_the_middle_of_a_query_are_503(client: httpx2.AsyncClient) -> None:
    """A restart of the server ends them so."""
    await add_branch()
    statuses_seen: Counter[int] = Counter()
    ended = asyncio.Event()

    async def read() -> None:
        while not ended.is_set():
            statuses_seen[(await client.get("/api/v1/branches")).status_code] += 1

    administrator = await asyncpg.connect(driver_url())
    async with asyncio.TaskGroup() as readers:
        for _ in range(8):
            readers.create_task(read())
        for _ in range(25):
            enough = statuses_seen.total() + 20
            await administrator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await eventually(partial(has_answers, statuses_seen, enough))
        ended.set()
    await administrator.close()
    assert statuses_seen.keys() <= {200, UNAVAILABLE}
    assert statuses_seen[200] > 0


async def has_answers(statuses_seen: Counter[int], enough: int) -> bool:
    return statuses_seen.total() >= enough
