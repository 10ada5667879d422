"""Cache helpers. While Redis is away a read is a miss and a write is lost: callers never see an error."""

from typing import Any

import orjson
import structlog
from redis.exceptions import RedisError

from app.redis.client import get_redis_client

logger = structlog.get_logger(__name__)


async def cache_get(key: str) -> Any | None:
    """Return the cached value, or None on a miss. A cached None looks like a miss."""
    try:
        value = await (await get_redis_client()).get(key)
        return None if value is None else orjson.loads(value)
    except (RedisError, RuntimeError, orjson.JSONDecodeError):
        return None


async def cache_set(key: str, value: Any, ttl: int = 3600) -> bool:
    """Store a JSON-serialisable value for `ttl` seconds. Return whether it was stored."""
    try:
        await (await get_redis_client()).set(key, orjson.dumps(value), ex=ttl)
    except (RedisError, RuntimeError, TypeError) as error:
        if isinstance(error, TypeError):
            logger.warning("value cannot be cached", key=key, reason=str(error))
        return False
    return True


async def cache_delete(key: str) -> bool:
    """Delete a value. Return whether Redis carried it out, also when there was nothing to delete."""
    try:
        await (await get_redis_client()).delete(key)
    except (RedisError, RuntimeError):
        return False
    return True
