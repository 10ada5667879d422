"""SIGTERM: whoever was let in is answered, and the process ends, whatever a client does."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import httpx2
import pytest

from app.cli.serve import STOP_TIMEOUT
from app.core.config import settings
from app.core.lifecycle import BACKGROUND_STOP, DRAIN_SECONDS
from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.customers import CUSTOMERS, AtTheDesk, new_phone
from tests.builders.people import signed_in
from tests.support import SOON, eventually
from tests.support.app_process import AppProcess, app_after
from tests.support.event_streams import listening
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.stores import database_server, driver_url, redis_server, through

pytestmark = pytest.mark.usefixtures("client")

DATABASE = {"DATABASE_URL": settings.DATABASE_URL.get_secret_value()}
REDIS = dict(zip(("REDIS_HOST", "REDIS_PORT"), map(str, redis_server()), strict=True))
PRODUCTION = DATABASE | {
    "ENVIRONMENT": "production",
    "CORS_ORIGINS": "https://app.example.com",
}


def draining_for(seconds: float, setup: str = "pass") -> Sequence[str]:
    """Return the command of an app that goes on listening for so long in production, and not otherwise."""
    return app_after(f"import app.core.lifecycle as l; l.DRAIN_SECONDS = {seconds}; {setup}")


ZENSPA_SERVE = [sys.executable, "-m", "app.cli.main", "serve"]


def http_to(app: AppProcess) -> httpx2.AsyncClient:
    """Each request on a connection of its own, so that each finds out whether the door is open."""
    return app.http(headers={"Connection": "close"})


async def is_open(http: httpx2.AsyncClient) -> bool:
    try:
        await http.get("/api/v1/health/live")
    except httpx2.TransportError:
        return False
    return True


def test_what_a_stop_may_take_is_what_operators_are_told() -> None:
    """docs/operations.md: give it 15 s before SIGKILL. How long one really takes is no matter of a test."""
    assert DRAIN_SECONDS + STOP_TIMEOUT + BACKGROUND_STOP <= 15


async def test_under_load_behind_a_balancer_no_request_is_lost() -> None:
    """The balancer sends nothing more once `/ready` says 503; the door stays open until it has asked."""
    async with AppProcess(PRODUCTION, command=draining_for(20)) as app, http_to(app) as balancer:

        async def is_told_to_stop_sending() -> bool:
            return (await balancer.get("/api/v1/health/ready")).status_code == 503

        async with AtTheDesk(app.base_url, await signed_in(Role.RECEPTIONIST), clients=4) as desk:
            await desk.have_created(20)
            app.terminate()
            await eventually(is_told_to_stop_sending)
            for _ in range(10):
                await asyncio.sleep(0.03)  # as balancers ask, now and then
                assert await is_told_to_stop_sending()
        assert desk.statuses.keys() == {201}
        assert await app.wait(SOON) == 0


async def test_in_development_the_door_is_closed_at_once_and_requests_in_flight_are_answered() -> None:
    async with AppProcess(DATABASE, command=draining_for(600)) as app, http_to(app) as http:
        http.headers |= await signed_in(Role.RECEPTIONIST)
        created = await http.post(CUSTOMERS, json={"full_name": "Trần Mai", "phone": new_phone()})
        path = f"{CUSTOMERS}/{created.json()['id']}"
        async with a_row_is_held() as somebody_waits:
            request = asyncio.create_task(http.patch(path, json={"notes": "dị ứng tinh dầu"}))
            await eventually(somebody_waits)
            app.terminate()

            async def door_is_closed() -> bool:
                return not await is_open(http)

            await eventually(door_is_closed)
            assert not request.done()
        response = await request
        assert (response.status_code, response.json()["notes"]) == (200, "dị ứng tinh dầu")
        assert await app.wait(SOON) == 0


async def test_streams_that_wait_end_at_once_and_as_they_should() -> None:
    """Also when the server goes on listening for a while."""
    branch, headers = await add_branch(), await signed_in(Role.RECEPTIONIST)
    quiet = draining_for(10, "import app.modules.board.stream as s; s.HEARTBEAT = 600")

    async def ends(environment: dict[str, str]) -> str:
        async with (
            AppProcess(environment | REDIS, command=quiet) as app,
            app.http(headers=headers) as http,
            listening(http, f"/api/v1/branches/{branch}/board/stream?day=2100-03-01") as events,
        ):
            await events.next()  # the board; nothing more will come
            app.terminate()
            await events.end()  # by the last chunk: a connection that was cut is an error
            if environment is PRODUCTION:
                async with http_to(app) as another:
                    assert await is_open(another)
            assert await app.wait(SOON) == 0
            return app.output()

    async with asyncio.TaskGroup() as group:
        runs = [group.create_task(ends(environment)) for environment in (DATABASE, PRODUCTION)]
    assert ["Traceback" in run.result() for run in runs] == [False, False]


@asynccontextmanager
async def a_row_is_held() -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """All customers are locked meanwhile; gives whether anybody waits for one of them."""
    holder, observer = await asyncpg.connect(driver_url()), await asyncpg.connect(driver_url())

    async def somebody_waits() -> bool:
        waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))"
        return bool(await observer.fetchval(waiting, holder.get_server_pid()))

    async with holder.transaction():
        await holder.execute("SELECT FROM customer FOR UPDATE")
        yield somebody_waits
    await holder.close()
    await observer.close()


JSON = (
    b"POST /api/v1/customers HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
)
UPLOAD = (
    b"POST /api/v1/customers/import HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n"
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
)


async def test_nobody_who_stops_in_the_middle_of_a_request_holds_the_process() -> None:
    """Both commands at once, for each takes its time."""
    async with (
        AppProcess(DATABASE) as uvicorn,
        AppProcess(DATABASE, command=ZENSPA_SERVE) as serve,
        AsyncExitStack() as clients,
    ):
        for app in (uvicorn, serve):
            for half in (JSON[:30], JSON + b'{"full_name":', UPLOAD):
                await clients.enter_async_context(sent(app, half))
        await clients.enter_async_context(sent(serve, UPLOAD, dribbling=True))
        for app in (uvicorn, serve):
            async with http_to(app) as http:
                assert await is_open(http)  # what was sent before has been read
            app.terminate()
        assert set(await asyncio.gather(uvicorn.wait(SOON), serve.wait(SOON))) == {0}


@asynccontextmanager
async def sent(app: AppProcess, part: bytes, *, dribbling: bool = False) -> AsyncIterator[None]:
    """A client that has sent part of a request and stays; dribbling, with a byte more now and then."""
    _, writer = await asyncio.open_connection("127.0.0.1", app.port)

    async def dribble() -> None:
        while True:
            await asyncio.sleep(0.5)
            writer.write(b"x")

    writer.write(part)
    task = asyncio.create_task(dribble() if dribbling else asyncio.sleep(0))
    try:
        yield
    finally:
        task.cancel()
        writer.close()


async def test_a_database_that_is_silent_does_not_hold_the_process() -> None:
    async with FaultProxy(*database_server()) as proxy:
        environment = {"DATABASE_URL": through(proxy), "DB_STATEMENT_TIMEOUT": "0.3"}
        async with AppProcess(environment) as app, http_to(app) as http:
            http.headers |= await signed_in(Role.RECEPTIONIST)
            assert (await http.get(CUSTOMERS)).status_code == 200
            proxy.mode = Mode.BLACK_HOLE
            request = asyncio.create_task(http.get(CUSTOMERS))
            app.terminate()
            assert (await request).status_code == 503
            assert await app.wait(SOON) == 0


async def test_the_clock_in_the_middle_of_a_turn_does_not_hold_the_process() -> None:
    """Neither while the database is well, nor while it is silent, for less or for longer than anybody waits."""
    async with FaultProxy(*database_server()) as proxy:
        clock = {"JOB_INTERVAL_SECONDS": "0.01"}
        silent = clock | {"DATABASE_URL": through(proxy)}
        short = {"DB_STATEMENT_TIMEOUT": "0.3", "DB_CONNECT_TIMEOUT": "0.5"}
        async with (
            AppProcess(DATABASE | clock) as well,
            AppProcess(silent | short) as ill,
            AppProcess(silent | {"DB_STATEMENT_TIMEOUT": "600", "DB_CONNECT_TIMEOUT": "600"}) as patient,
        ):
            proxy.mode = Mode.BLACK_HOLE

            async def it_has_missed_a_turn() -> bool:
                return "the clock missed a turn" in ill.output()

            await eventually(it_has_missed_a_turn)
            for app in (well, ill, patient):
                app.terminate()
            ended = await asyncio.gather(*(app.wait(SOON) for app in (well, ill, patient)))
            assert ended == [0, 0, 0]
            assert not {"missed", "Traceback"} & {*well.output().split()}
