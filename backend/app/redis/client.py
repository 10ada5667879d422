"""Redis or Valkey: one client for the process, behind a circuit breaker.

The app works without Redis. Every command is bounded by 0.2 s, and once one has failed the breaker answers for a second
without sending any, so a dead Redis slows one request a second and no other.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, override

import structlog
from redis import asyncio as aioredis
from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,  # noqa: A004
    MaxConnectionsError,
    RedisError,
    ResponseError,
    TimeoutError,  # noqa: A004
)
from redis.maint_notifications import MaintNotificationsConfig

from app.common.single_flight import SingleFlight
from app.core.config import settings
from app.core.metrics import redis_breaker_open

TIMEOUT = 0.2
"""Seconds for a connect, and for a response (redis-py's own default: 10 retries, 58 s on a black hole)."""
RETRY_AFTER = 1.0
"""Seconds between two attempts to reach a Redis that is away."""

logger = structlog.get_logger(__name__)


class CircuitBreaker:
    """Closed: calls pass. Open: they fail at once, except one a second, which finds out whether Redis is back.

    Our own, because pybreaker 1.4 knows only Tornado's coroutines, and the others bring a state machine with storage
    and events for these thirty lines.
    """

    def __init__(self) -> None:
        self._open_until = 0.0
        self._is_open = False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Guard one call to Redis: `with breaker.guard(): await ...`.

        Raises:
            redis.exceptions.ConnectionError: Redis is away and this is not the call that finds out.
        """
        self._admit()
        try:
            yield
        except MaxConnectionsError:
            raise  # we are too busy, which says nothing about Redis
        except (ConnectionError, TimeoutError, OSError) as error:
            self._open(error)
            raise
        except ResponseError:
            self._close()  # Redis refused the command, so it is there
            raise
        self._close()

    def _admit(self) -> None:
        if self._is_open:
            now = time.monotonic()
            if now < self._open_until:
                raise ConnectionError("Redis is away (circuit breaker open)")
            self._open_until = now + RETRY_AFTER  # this call finds out, the others go on failing at once

    def _open(self, error: BaseException) -> None:
        self._open_until = time.monotonic() + RETRY_AFTER
        if not self._is_open:
            self._is_open = True
            redis_breaker_open.set(1)
            logger.warning("redis is away, going on without it", reason=f"{type(error).__name__}: {error}")

    def _close(self) -> None:
        if self._is_open:
            self._is_open = False
            redis_breaker_open.set(0)
            logger.info("redis is back")


breaker = CircuitBreaker()


class GuardedRedis(aioredis.Redis):
    """A client whose commands pass the breaker. Pipelines and scripts of libraries do not: guard the call itself."""

    @override
    async def execute_command(self, *args: Any, **options: Any) -> Any:
        with breaker.guard():
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py's


class _SeesClosing:
    """Mixed into redis-py's connections: the pool reconnects one that was reset while idle, as by a restart.

    Otherwise the pool hands it out. Writing to it is a RuntimeError of uvloop's or an AttributeError of asyncio's, after
    which it goes back to the pool as it is.
    """

    _writer: asyncio.StreamWriter | None

    async def can_read(self) -> bool:
        """Return whether there is something to read; the pool asks before it hands out a connection."""
        if self._writer is not None and self._writer.is_closing():
            raise ConnectionError("closed while idle")
        return bool(await super().can_read())  # type: ignore[misc]  # of the mixed-in class


class _Connection(_SeesClosing, Connection):
    pass


class _SSLConnection(_SeesClosing, SSLConnection):
    pass


redis_client: aioredis.Redis | None = None
_health_checks = SingleFlight[tuple[bool, float]]()


def _build_client() -> aioredis.Redis:
    password = settings.REDIS_PASSWORD
    pool = ConnectionPool(
        connection_class=_SSLConnection if settings.REDIS_SSL else _Connection,
        host=settings.REDIS_HOST,
        port=settings.REDIS_PORT,
        db=settings.REDIS_DB,
        password=password.get_secret_value() if password else None,
        decode_responses=settings.REDIS_DECODE_RESPONSES,
        encoding="utf-8",
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        client_name="zenspa",
        # Of Redis Enterprise. On, it keeps the pool from replacing connections that were closed while idle.
        maint_notifications_config=MaintNotificationsConfig(enabled=False),
    )
    return GuardedRedis.from_pool(pool)


async def get_redis_client() -> aioredis.Redis:
    """Return the process's client. It reconnects by itself; a command raises `RedisError` while Redis is away.

    Raises:
        RuntimeError: `init_redis` has not run.
    """
    if redis_client is None:
        raise RuntimeError("Redis client not initialized")
    return redis_client


async def init_redis() -> None:
    """Make the client and log whether Redis is there. The app also starts without it."""
    global redis_client  # noqa: PLW0603 - the founding document's name of the process's one client
    redis_client = _build_client()
    try:
        await redis_client.ping()
    except RedisError as error:
        if isinstance(error, AuthenticationError):
            logger.error("redis refuses the password", reason=str(error))  # noqa: TRY400 - one line is enough
        logger.warning("redis not reachable, starting without it")
    else:
        logger.info("redis connected", address=f"{settings.REDIS_HOST}:{settings.REDIS_PORT}")


async def close_redis() -> None:
    """Close the client's connections."""
    global redis_client  # noqa: PLW0603 - as above
    if redis_client is not None:
        await redis_client.aclose()
        redis_client = None
        logger.info("redis connection closed")


async def check_redis_health() -> tuple[bool, float]:
    """Return whether Redis answers, and in how many milliseconds. Checks at the same time share one PING."""
    return await _health_checks.run("redis", _measure_redis)


async def _measure_redis() -> tuple[bool, float]:
    if redis_client is None:
        return False, 0.0
    started = time.perf_counter()
    try:
        await redis_client.ping()
    except RedisError:
        return False, 0.0
    return True, (time.perf_counter() - started) * 1000
