"""Another database or Redis for the app of this process, for the time of a context.

async with app_database(DATABASE_URL=through(proxy), DB_POOL_SIZE=1):
    ...  # every request and every job uses it
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core import database, metrics
from app.core.config import Settings, settings
from app.redis import client
from tests.support import SOON
from tests.support.fault_proxy import FaultProxy


@asynccontextmanager
async def app_database(**changes: Any) -> AsyncIterator[None]:
    engine = database.build_engine(changed_settings(**changes))
    health_engine = database.build_health_engine(changed_settings(**changes))
    usual = database.engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "engine", engine)
        patch.setattr(metrics, "engine", engine)
        _use(engine)
        patch.setattr(database, "health_engine", health_engine)
        try:
            yield
        finally:
            _use(usual)
            await engine.dispose()
            await health_engine.dispose()


def _use(engine: AsyncEngine) -> None:
    """Give both session makers this engine, also where they were imported by their names."""
    database.AsyncSessionLocal.configure(bind=engine)
    database.ReadSessionLocal.configure(bind=database.without_transactions(engine))
    database.SnapshotSessionLocal.configure(bind=database.in_snapshots(engine))


@asynccontextmanager
async def app_redis(*, limit: float = SOON, **changes: Any) -> AsyncIterator[None]:
    """Start the client as the app does, with a circuit breaker of its own; `limit` is the timeout in seconds.

    A silent Redis is noticed after the timeout: tests of one set it to a second.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "TIMEOUT", limit)
        patch.setattr(client, "settings", changed_settings(**changes))
        patch.setattr(client, "breaker", client.CircuitBreaker())
        patch.setattr(client, "redis_client", None)
        await client.init_redis()
        try:
            yield
        finally:
            await client.close_redis()
            metrics.redis_breaker_open.set(0)


async def empty_redis() -> None:
    """Delete every key of this worker's Redis, by a client of its own: the app's may be cut off."""
    async with Redis(host=settings.REDIS_HOST, port=settings.REDIS_PORT, db=settings.REDIS_DB) as redis:
        await redis.flushdb()


def database_server() -> tuple[str, int]:
    url = _database_url()
    assert url.host
    assert url.port
    return url.host, url.port


def redis_server() -> tuple[str, int]:
    return settings.REDIS_HOST, settings.REDIS_PORT


def through(proxy: FaultProxy) -> str:
    """Return the URL of the database through the proxy."""
    return _database_url().set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)


def driver_url() -> str:
    """Return the URL of the database for asyncpg."""
    return _database_url().set(drivername="postgresql").render_as_string(hide_password=False)


def changed_settings(**changes: Any) -> Settings:
    return Settings(**{**settings.model_dump(), **changes})


def _database_url() -> URL:
    return make_url(settings.DATABASE_URL.get_secret_value())
