"""Cache helpers. While Redis is away a read is a miss and a write is lost: callers never see an error."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import structlog
from redis.exceptions import RedisError

from app.common.single_flight import SingleFlight
from app.redis.client import get_redis_client

REFILL_LOCK = 5.0
"""Seconds one process may take to refill a key before another tries."""
_POLL = 0.02
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"

_refills = SingleFlight[bytes]()
logger = structlog.get_logger(__name__)


async def cache_get(key: str) -> Any | None:
    """The cached value, or None on a miss; where None is itself a value, use `cached`."""
    try:
        value = await (await get_redis_client()).get(key)
        return None if value is None else orjson.loads(value)
    except (RedisError, RuntimeError, orjson.JSONDecodeError):
        return None


async def cache_set(key: str, value: Any, ttl: int = 3600) -> bool:
    """Stores a JSON-serialisable value for `ttl` seconds; whether it was stored."""
    try:
        await (await get_redis_client()).set(key, orjson.dumps(value), ex=ttl)
    except (RedisError, RuntimeError, TypeError) as error:
        if isinstance(error, TypeError):
            logger.warning("value cannot be cached", key=key, reason=str(error))
        return False
    return True


async def cache_delete(key: str) -> bool:
    """Whether Redis has carried it out; also true when there was nothing to delete."""
    try:
        await (await get_redis_client()).delete(key)
    except (RedisError, RuntimeError):
        return False
    return True


async def cached[T](key: str, ttl: int, load: Callable[[], Awaitable[T]]) -> T:
    """The cached value of `key`, or what `load` gives, which is then cached for `ttl` seconds.

    One caller refills and the others wait for it: within the process by sharing its run, across processes
    by a lock in Redis. A cached None is a hit. The value must be JSON-serialisable, and on a miss too it is what
    JSON gives back: a UUID becomes a string, a tuple a list. With Redis away every process loads for itself.

    `load` must open a session of its own: its run is shared by callers, and outlives the one who began it.
    """
    entry = await cache_get(key)
    if entry is None:
        entry = orjson.loads(await _refills.run(key, lambda: _refill(key, ttl, load)))
    value: T = entry["value"]
    return value


async def _refill(key: str, ttl: int, load: Callable[[], Awaitable[object]]) -> bytes:
    """The entry as JSON, so that each caller gets a copy of its own."""
    lock, token = f"{key}:refill", secrets.token_hex(8)
    try:
        redis = await get_redis_client()
        async with asyncio.timeout(REFILL_LOCK):
            while not await redis.set(lock, token, nx=True, px=round(REFILL_LOCK * 1000)):  # noqa: ASYNC110 - the event is in another process
                await asyncio.sleep(_POLL)
    except (RedisError, RuntimeError, TimeoutError):
        return orjson.dumps({"value": await load()})
    try:
        entry = await cache_get(key)  # whoever held the lock has just filled it
        if entry is None:
            entry = {"value": await load()}
            await cache_set(key, entry, ttl)
        return orjson.dumps(entry)
    finally:
        try:
            await redis.eval(_RELEASE, 1, lock, token)
        except RedisError:
            logger.debug("refill lock left to expire", key=key)
