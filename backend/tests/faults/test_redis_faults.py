"""Redis fails and comes back; the app reports it and goes on serving."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest

from app.cli.embedded import EmbeddedValkey, free_port
from app.core.config import settings
from app.modules.identity.roles import Role
from tests.builders.customers import DeskClients
from tests.builders.people import signed_in
from tests.support import eventually
from tests.support.app_process import AppProcess, app_after
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.run_cleanup import folder_for_servers

pytestmark = pytest.mark.usefixtures("client")

FAULTS = [mode for mode in Mode if mode is not Mode.PASS]


@dataclass
class Spa:
    """The app in a process of its own, with a proxy between the app and Redis."""

    http: httpx2.AsyncClient
    proxy: FaultProxy

    async def is_healthy(self) -> bool:
        return await self._health() == (200, "healthy", 200)

    async def is_degraded(self) -> bool:
        return await self._health() == (200, "degraded", 503)

    async def _health(self) -> tuple[int, str, int]:
        """Return the overall status and state, and the status of Redis."""
        overall = await self.http.get("/api/v1/health/")
        redis = await self.http.get("/api/v1/health/redis")
        return overall.status_code, overall.json()["status"], redis.status_code

    async def breaker_is_open(self) -> bool:
        return "redis_breaker_open 1.0" in (await self.http.get("/metrics")).text

    async def desk(self) -> DeskClients:
        return DeskClients(str(self.http.base_url), await signed_in(Role.RECEPTIONIST), clients=2)


@asynccontextmanager
async def spa_on(valkey: EmbeddedValkey, mode: Mode) -> AsyncIterator[Spa]:
    """Start the app while the connection to Redis is in `mode`."""
    async with FaultProxy(valkey.host, valkey.port) as proxy:
        proxy.mode = mode
        environment = {
            "DATABASE_URL": settings.DATABASE_URL.get_secret_value(),
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(proxy.port),
        }
        # Time enough for Redis to answer on a busy machine. The limit itself is for tests/test_redis.py.
        command = app_after("from app.redis import client; client.TIMEOUT = 2")
        async with (
            AppProcess(environment, command=command) as app,
            app.http() as http,
        ):
            yield Spa(http, proxy)


@pytest.fixture(scope="module")
def valkey() -> Iterator[EmbeddedValkey]:
    with folder_for_servers() as folder, EmbeddedValkey(folder / "valkey", port=free_port()) as valkey:
        yield valkey


@pytest.fixture(scope="module")
async def spa(valkey: EmbeddedValkey) -> AsyncIterator[Spa]:
    async with spa_on(valkey, Mode.PASS) as spa:
        yield spa


@pytest.mark.parametrize("fault", [Mode.REFUSE, Mode.BLACK_HOLE])
async def test_the_app_starts_without_redis_and_finds_it_by_itself(
    fault: Mode, valkey: EmbeddedValkey
) -> None:
    async with spa_on(valkey, fault) as spa, await spa.desk() as desk:
        assert await spa.is_degraded()
        await desk.wait_until_created(5)
        spa.proxy.mode = Mode.PASS
        await eventually(spa.is_healthy)
    assert desk.statuses.keys() == {201}


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_app_serves_when_redis_goes_and_finds_it_again(
    fault: Mode, spa: Spa, record_property: Callable[[str, object], None]
) -> None:
    await eventually(spa.is_healthy)
    async with await spa.desk() as desk:
        await desk.wait_until_created(5)
        spa.proxy.mode = fault
        assert await spa.is_degraded()
        assert await spa.breaker_is_open()
        await desk.wait_until_created(5)
        spa.proxy.mode = Mode.PASS
        await eventually(spa.is_healthy)
        assert not await spa.breaker_is_open()
    record_property("statuses", dict(desk.statuses))
    record_property("slowest", desk.slowest)
    assert desk.statuses.keys() == {201}


async def test_the_app_serves_while_redis_is_killed_and_started_again(
    spa: Spa, valkey: EmbeddedValkey, record_property: Callable[[str, object], None]
) -> None:
    await eventually(spa.is_healthy)
    async with await spa.desk() as desk:
        await desk.wait_until_created(5)
        await asyncio.to_thread(valkey.kill)
        assert await spa.is_degraded()
        await desk.wait_until_created(5)
        await asyncio.to_thread(valkey.start)
        await eventually(spa.is_healthy)
    record_property("statuses", dict(desk.statuses))
    record_property("slowest", desk.slowest)
    assert desk.statuses.keys() == {201}


async def test_a_restart_that_no_command_met_is_not_noticed(spa: Spa, valkey: EmbeddedValkey) -> None:
    """Idle connections are dead, and every kind of event loop reports them differently."""
    await eventually(spa.is_healthy)
    await asyncio.to_thread(valkey.kill)
    await asyncio.to_thread(valkey.start)
    assert await spa.is_healthy()
