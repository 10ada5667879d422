"""The bodies are those of the founding document, field by field; the status says the same to those who read no bodies."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from app.core import database
from app.core.config import settings
from app.core.database import AsyncSessionLocal, check_database_health
from app.core.lifecycle import Draining
from app.redis import client as redis_client
from app.redis.client import check_redis_health
from tests.conftest import create_database, database_url, drop_database
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.stores import app_database, app_redis, database_server, redis_server, through


class Stores:
    """The app's database and Redis, each with a proxy on the way."""

    def __init__(self, database: FaultProxy, redis: FaultProxy) -> None:
        self.database = database
        self.redis = redis


@pytest.fixture
async def stores(client: httpx2.AsyncClient) -> AsyncIterator[Stores]:
    async with (
        FaultProxy(*database_server()) as database_proxy,
        FaultProxy(*redis_server()) as redis_proxy,
        app_database(DATABASE_URL=SecretStr(through(database_proxy))),
        app_redis(REDIS_PORT=redis_proxy.port),
    ):
        yield Stores(database_proxy, redis_proxy)


@asynccontextmanager
async def blank_database() -> AsyncIterator[str]:
    name = f"blank_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    await create_database(name, template="template0")
    yield database_url(name)
    await drop_database(name)


async def check(client: httpx2.AsyncClient, path: str) -> tuple[int, dict[str, Any]]:
    """The status, and the body without the two fields that change, which are looked at here."""
    before = datetime.now(UTC)
    response = await client.get(f"/api/v1/health{path}")
    body = response.json()
    time = datetime.fromisoformat(body.pop("timestamp"))
    assert time.utcoffset() == timedelta(0)
    assert before <= time <= datetime.now(UTC)
    if body.get("connected"):
        assert body.pop("response_time_ms") > 0
    return response.status_code, body


def of_the_app(status: str) -> dict[str, str]:
    return {"status": status, "service": "ZenSpa Backend", "version": "0.1.0"}


class TestBodies:
    @pytest.mark.parametrize("path", ["/", "/live", "/ready"])
    async def test_overall(self, path: str, client: httpx2.AsyncClient) -> None:
        assert await check(client, path) == (200, of_the_app("healthy"))

    async def test_database(self, client: httpx2.AsyncClient, stores: Stores) -> None:
        database = of_the_app("healthy") | {"database": "postgresql", "connected": True}
        assert await check(client, "/db") == (200, database)
        stores.database.mode = Mode.REFUSE
        unhealthy = {"status": "unhealthy", "connected": False, "response_time_ms": 0.0}
        assert await check(client, "/db") == (503, database | unhealthy)

    async def test_redis(self, client: httpx2.AsyncClient, stores: Stores) -> None:
        address = f"{settings.REDIS_HOST}:{settings.REDIS_PORT}"
        redis = of_the_app("healthy") | {"redis": address, "connected": True}
        assert await check(client, "/redis") == (200, redis)
        stores.redis.mode = Mode.REFUSE
        unhealthy = {"status": "unhealthy", "connected": False, "response_time_ms": 0.0}
        assert await check(client, "/redis") == (503, redis | unhealthy)


class TestStatuses:
    async def states(self, client: httpx2.AsyncClient) -> dict[str, tuple[int, str]]:
        checks = {path: await check(client, path) for path in ("/", "/live", "/ready", "/db", "/redis")}
        return {path: (status, body["status"]) for path, (status, body) in checks.items()}

    async def test_without_redis(self, client: httpx2.AsyncClient, stores: Stores) -> None:
        stores.redis.mode = Mode.REFUSE
        assert await self.states(client) == {
            "/": (200, "degraded"),
            "/live": (200, "healthy"),
            "/ready": (200, "healthy"),
            "/db": (200, "healthy"),
            "/redis": (503, "unhealthy"),
        }

    async def test_without_the_database(self, client: httpx2.AsyncClient, stores: Stores) -> None:
        stores.database.mode = Mode.REFUSE
        assert await self.states(client) == {
            "/": (503, "unhealthy"),
            "/live": (200, "healthy"),
            "/ready": (503, "unhealthy"),
            "/db": (503, "unhealthy"),
            "/redis": (200, "healthy"),
        }
        # As the alert ZenSpaNotReady of docs/operations.md asks for it.
        series = 'http_request_duration_seconds_count{method="GET",route="/api/v1/health/ready",status="503"}'
        assert series in (await client.get("/metrics")).text

    async def test_with_both_again(self, client: httpx2.AsyncClient, stores: Stores) -> None:
        stores.database.mode = stores.redis.mode = Mode.REFUSE
        assert (await check(client, "/"))[0] == 503
        stores.database.mode = stores.redis.mode = Mode.PASS
        redis_client.breaker._open_until = 0
        assert set((await self.states(client)).values()) == {(200, "healthy")}

    async def test_once_told_to_stop(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Draining, "started", True)
        assert await self.states(client) == {
            "/": (200, "healthy"),
            "/live": (200, "healthy"),
            "/ready": (503, "unhealthy"),
            "/db": (200, "healthy"),
            "/redis": (200, "healthy"),
        }

    async def test_with_every_connection_of_the_pool_in_use(self, client: httpx2.AsyncClient) -> None:
        async with app_database(DB_POOL_SIZE=1, DB_MAX_OVERFLOW=0), AsyncSessionLocal() as holder:
            await holder.connection()
            assert set((await self.states(client)).values()) == {(200, "healthy")}

    @pytest.mark.parametrize("schema", [None, "0000"], ids=["never migrated", "older than the app"])
    async def test_before_the_migration(self, client: httpx2.AsyncClient, schema: str | None) -> None:
        async with blank_database() as url:
            connection = await asyncpg.connect(url.replace("+asyncpg", ""))
            if schema is not None:
                await connection.execute("CREATE TABLE alembic_version (version_num text)")
                await connection.execute("INSERT INTO alembic_version VALUES ($1)", schema)
            await connection.close()
            async with app_database(DATABASE_URL=SecretStr(url)):
                assert await self.states(client) == {
                    "/": (200, "healthy"),
                    "/live": (200, "healthy"),
                    "/ready": (503, "unhealthy"),
                    "/db": (200, "healthy"),
                    "/redis": (200, "healthy"),
                }
                assert (await client.get("/api/v1/customers")).status_code == 503


class TestQueries:
    async def test_liveness_needs_no_store(
        self, client: httpx2.AsyncClient, stores: Stores, questions: list[str]
    ) -> None:
        await check(client, "/live")
        assert questions == []

    async def test_checks_at_the_same_time_share_one_query(
        self, stores: Stores, questions: list[str]
    ) -> None:
        for queries in (1, 2):
            checks = [check_database_health() for _ in range(50)], [check_redis_health() for _ in range(50)]
            answers = await asyncio.gather(*checks[0], *checks[1])
            assert len(set(answers)) == 2
            assert sorted(questions) == ["PING"] * queries + ["SELECT 1"] * queries

    async def test_a_cancelled_check_leaves_the_result_to_the_others(self, stores: Stores) -> None:
        stores.database.latency = 0.01
        leaves, stays = (asyncio.create_task(check_database_health()) for _ in range(2))
        await asyncio.sleep(0)
        leaves.cancel()
        assert (await stays)[0]

    @pytest.fixture
    def questions(self, stores: Stores, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """All that the app asks its stores from now on; they are still queries."""
        questions: list[str] = []

        def note_query(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            questions.append(statement)

        event.listen(database.health_engine.sync_engine, "before_cursor_execute", note_query)
        redis = redis_client.redis_client
        assert redis
        execute: Callable[..., Any] = redis.execute_command

        def noting(command: str, *arguments: Any, **options: Any) -> Any:
            questions.append(command)
            return execute(command, *arguments, **options)

        monkeypatch.setattr(redis, "execute_command", noting)
        return questions
