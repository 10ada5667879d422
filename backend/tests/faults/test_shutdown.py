"""SIGTERM: accepted requests are answered, and the process ends, whatever a client does."""

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
from tests.builders.customers import CUSTOMERS, DeskClients, new_phone
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
    """Return the command of an app that goes on listening for `seconds` in production, and not otherwise."""
    return app_after(f"import app.core.lifecycle as l; l.DRAIN_SECONDS = {seconds}; {setup}")


ZENSPA_SERVE = [sys.executable, "-m", "app.cli.main", "serve"]


def http_to(app: AppProcess) -> httpx2.AsyncClient:
    """Return a client that opens a connection per request, and so notices a closed port."""
    return app.http(headers={"Connection": "close"})


async def is_open(http: httpx2.AsyncClient) -> bool:
    try:
        await http.get("/api/v1/health/live")
    except httpx2.TransportError:
        return False
    return True


def test_the_timeouts_of_a_stop_add_up_to_what_the_documentation_says() -> None:
    """The 15 s before SIGKILL of docs/operations.md. The real time is not tested: it depends on the machine."""
    assert DRAIN_SECONDS + STOP_TIMEOUT + BACKGROUND_STOP <= 15


async def test_under_load_behind_a_balancer_no_request_is_lost() -> None:
    """The balancer stops sending when `/ready` is 503; the port stays open until then."""
    async with AppProcess(PRODUCTION, command=draining_for(20)) as app, http_to(app) as balancer:

        async def is_not_ready() -> bool:
            return (await balancer.get("/api/v1/health/ready")).status_code == 503

        async with DeskClients(app.base_url, await signed_in(Role.RECEPTIONIST), clients=4) as desk:
            await desk.wait_until_created(20)
            app.terminate()
            await eventually(is_not_ready)
            for _ in range(10):
                await asyncio.sleep(0.03)  # as balancers ask, now and then
                assert await is_not_ready()
            async with app.http() as keeping:
                answer = await keeping.get("/api/v1/health/live")
                assert (
                    answer.headers["connection"] == "close"
                )  # or its next request would meet a closed connection
        assert desk.statuses.keys() == {201}
        assert await app.wait(SOON) == 0


async def test_in_development_the_port_closes_at_once_and_requests_in_flight_are_answered() -> None:
    async with AppProcess(DATABASE, command=draining_for(600)) as app, http_to(app) as http:
        http.headers |= await signed_in(Role.RECEPTIONIST)
        created = await http.post(CUSTOMERS, json={"full_name": "Trần Mai", "phone": new_phone()})
        path = f"{CUSTOMERS}/{created.json()['id']}"
        async with locked_customers() as is_waited_for:
            request = asyncio.create_task(http.patch(path, json={"notes": "dị ứng tinh dầu"}))
            await eventually(is_waited_for)
            app.terminate()

            async def port_is_closed() -> bool:
                return not await is_open(http)

            await eventually(port_is_closed)
            assert not request.done()
        response = await request
        assert (response.status_code, response.json()["notes"]) == (200, "dị ứng tinh dầu")
        assert await app.wait(SOON) == 0


async def test_waiting_streams_end_at_once_and_with_a_last_chunk() -> None:
    """A stream ends at once in production too, where the server goes on listening for a while."""
    branch, headers = await add_branch(), await signed_in(Role.RECEPTIONIST)
    quiet = draining_for(10, "import app.modules.board.stream as s; s.HEARTBEAT_SECONDS = 600")

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
async def locked_customers() -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Lock all customers, and yield a function that returns whether another session waits for the lock."""
    holder, observer = await asyncpg.connect(driver_url()), await asyncpg.connect(driver_url())

    async def is_waited_for() -> bool:
        waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))"
        return bool(await observer.fetchval(waiting, holder.get_server_pid()))

    async with holder.transaction():
        await holder.execute("SELECT FROM customer FOR UPDATE")
        yield is_waited_for
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


async def test_a_client_that_stops_in_the_middle_of_a_request_does_not_hold_the_process() -> None:
    """Both commands run at the same time, since each takes some seconds."""
    async with (
        AppProcess(DATABASE) as uvicorn,
        AppProcess(DATABASE, command=ZENSPA_SERVE) as serve,
        AsyncExitStack() as clients,
    ):
        for app in (uvicorn, serve):
            for half in (JSON[:30], JSON + b'{"full_name":', UPLOAD):
                await clients.enter_async_context(partial_request(app, half))
        await clients.enter_async_context(partial_request(serve, UPLOAD, dribbling=True))
        for app in (uvicorn, serve):
            async with http_to(app) as http:
                assert await is_open(http)  # what was sent before has been read
            app.terminate()
        assert set(await asyncio.gather(uvicorn.wait(SOON), serve.wait(SOON))) == {0}


@asynccontextmanager
async def partial_request(app: AppProcess, part: bytes, *, dribbling: bool = False) -> AsyncIterator[None]:
    """Send part of a request and keep the connection open; `dribbling` sends a byte more now and then."""
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


async def test_a_running_job_does_not_hold_the_process() -> None:
    """No job holds it, with a healthy database or a silent one, and with short or long timeouts."""
    async with FaultProxy(*database_server()) as proxy:
        jobs = {"JOB_INTERVAL_SECONDS": "0.01"}
        silent = jobs | {"DATABASE_URL": through(proxy)}
        short = {"DB_STATEMENT_TIMEOUT": "0.3", "DB_CONNECT_TIMEOUT": "0.5"}
        async with (
            AppProcess(DATABASE | jobs) as healthy,
            AppProcess(silent | short) as failing,
            AppProcess(silent | {"DB_STATEMENT_TIMEOUT": "600", "DB_CONNECT_TIMEOUT": "600"}) as waiting,
        ):
            proxy.mode = Mode.BLACK_HOLE

            async def has_failed_once() -> bool:
                return "job failed" in failing.output()

            await eventually(has_failed_once)
            for app in (healthy, failing, waiting):
                app.terminate()
            ended = await asyncio.gather(*(app.wait(SOON) for app in (healthy, failing, waiting)))
            assert ended == [0, 0, 0]
            assert not {"failed", "Traceback"} & {*healthy.output().split()}
