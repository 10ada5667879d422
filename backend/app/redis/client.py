"""Redis or Valkey: one client for the process, behind a circuit breaker.

Redis is a help, never a need. Every command is bounded by 0.2 s, and once one has failed the breaker
answers for a second without asking, so a dead Redis slows one request a second and no other.
"""

import asyncio
import time
from typing import Any

import structlog
from redis import asyncio as aioredis
from redis.asyncio.connection import Connection, ConnectionPool, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, ConnectionError, RedisError, TimeoutError  # noqa: A004
from redis.maint_notifications import MaintNotificationsConfig

from app.common.single_flight import SingleFlight
from app.core.config import settings
from app.core.metrics import redis_breaker_open

TIMEOUT = 0.2
"""Seconds for a connect, and for an answer (redis-py's own default: 10 retries, 58 s on a black hole)."""
RETRY_AFTER = 1.0
"""Seconds between two attempts to reach a Redis that is away."""
_FAILURES = (ConnectionError, TimeoutError, OSError)  # the builtin TimeoutError is an OSError

logger = structlog.get_logger(__name__)


class CircuitBreaker:
    """Closed: commands pass. Open: they fail at once, but for one a second, which finds out."""

    def __init__(self) -> None:
        self._open_until = 0.0
        self._is_open = False

    def admit(self) -> None:
        """Lets a command pass, or spares it the wait.

        Raises:
            redis.exceptions.ConnectionError: Redis is away and this is not the command that asks.
        """
        if self._is_open:
            now = time.monotonic()
            if now < self._open_until:
                raise ConnectionError("Redis is away (circuit breaker open)")
            self._open_until = now + RETRY_AFTER  # this one asks, the others go on failing at once

    def record_failure(self, error: BaseException) -> None:
        self._open_until = time.monotonic() + RETRY_AFTER
        if not self._is_open:
            self._is_open = True
            redis_breaker_open.set(1)
            logger.warning("redis is away, going on without it", reason=f"{type(error).__name__}: {error}")

    def record_success(self) -> None:
        if self._is_open:
            self._is_open = False
            redis_breaker_open.set(0)
            logger.info("redis is back")


breaker = CircuitBreaker()


class _Guarded:
    """Mixed into redis-py's connections: whatever the command, pipeline or subscription, it passes here."""

    _writer: asyncio.StreamWriter | None

    async def connect_check_health(self, *args: Any, **kwargs: Any) -> None:
        try:
            await super().connect_check_health(*args, **kwargs)  # type: ignore[misc]  # of the mixed-in class
        except _FAILURES as error:
            breaker.record_failure(error)
            raise

    async def send_packed_command(self, *args: Any, **kwargs: Any) -> None:
        if self._writer is not None and self._writer.is_closing():
            # Reset while it was idle, as by a restart. Writing to it is a RuntimeError of uvloop's and an
            # AttributeError of asyncio's; disconnected, it connects again.
            await self.disconnect(nowait=True)  # type: ignore[attr-defined]  # of the mixed-in class
        try:
            await super().send_packed_command(*args, **kwargs)  # type: ignore[misc]  # the same
        except _FAILURES as error:
            breaker.record_failure(error)
            raise

    async def read_response(self, *args: Any, **kwargs: Any) -> Any:
        try:
            response = await super().read_response(*args, **kwargs)  # type: ignore[misc]  # the same
        except _FAILURES as error:
            breaker.record_failure(error)
            raise
        if response is not None or kwargs.get("timeout") is None:  # else a subscriber has heard nothing
            breaker.record_success()
        return response


class _GuardedConnection(_Guarded, Connection):
    pass


class _GuardedSSLConnection(_Guarded, SSLConnection):
    pass


class _GuardedPool(ConnectionPool):
    async def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        breaker.admit()
        return await super().get_connection(*args, **kwargs)  # type: ignore[no-untyped-call]  # redis-py is


redis_client: aioredis.Redis | None = None
_health_checks = SingleFlight[tuple[bool, float]]()


def _build_client() -> aioredis.Redis:
    password = settings.REDIS_PASSWORD
    pool = _GuardedPool(
        connection_class=_GuardedSSLConnection if settings.REDIS_SSL else _GuardedConnection,
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
    return aioredis.Redis.from_pool(pool)


async def get_redis_client() -> aioredis.Redis:
    """The process's client. It reconnects by itself; a command raises `RedisError` while Redis is away.

    Raises:
        RuntimeError: `init_redis` has not run.
    """
    if redis_client is None:
        raise RuntimeError("Redis client not initialized")
    return redis_client


async def init_redis() -> None:
    """Makes the client and says whether Redis is there. It not being there is no error."""
    global redis_client  # noqa: PLW0603 - the spec's name for the process's one client
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
    global redis_client  # noqa: PLW0603 - as above
    if redis_client is not None:
        await redis_client.aclose()
        redis_client = None
        logger.info("redis connection closed")


async def check_redis_health() -> tuple[bool, float]:
    """Whether Redis answers, and in how many milliseconds. Checks at the same time share one PING."""
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
