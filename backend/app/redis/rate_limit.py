"""Rate limits: one count for all processes in Redis, one in each process while Redis is away."""

import asyncio
import math
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from ipaddress import AddressValueError, IPv6Address, IPv6Network
from typing import NamedTuple

from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis import asyncio as aioredis
from redis.exceptions import RedisError

from app.common.types.localized import LocalizedText
from app.core.exceptions import RateLimitException
from app.redis import client
from app.redis.client import get_redis_client

_AT_ONCE = 20  # of the pool's 100 connections: a burst that finds none left would be counted here as well
_LOCAL_WINDOWS = 10_000
_MINUTE = 60  # seconds


@dataclass(frozen=True)
class RateLimit:
    """A limit of `requests` in any span of `seconds`; clients read the `name`."""

    name: str
    requests: int
    seconds: int


class RateLimitState(NamedTuple):
    """The remainder of a limit."""

    remaining: int
    reset_after: int
    """Seconds, at least 1, until the oldest request no longer counts."""


async def take(limit: RateLimit, key: str, *, cost: int = 1) -> None:
    """Count `cost` requests for `key`, all or none. The key is stored as a hash only.

    While Redis is away this process counts for itself, from zero: with n processes a client then gets up to n times the
    limit, and once more when Redis is back.

    Raises:
        RateLimitException: The limit is used up; with the headers that tell so.
    """
    if (left := await try_to_take(limit, key, cost=cost)) is not None:
        raise rate_limited(limit, left)


async def require_left(limit: RateLimit, key: str) -> None:
    """Raise the same as `take` if the limit is used up, and count nothing. For limits that count failures alone.

    Raises:
        RateLimitException
    """
    if (left := await try_to_take(limit, key, count=False)) is not None:
        raise rate_limited(limit, left)


async def try_to_take(
    limit: RateLimit, key: str, *, cost: int = 1, count: bool = True
) -> RateLimitState | None:
    """Do the same as `take`, but return the state of the limit when it is used up, and None otherwise.

    Args:
        count: Whether to count the requests; otherwise only look.
    """
    hashed = _hash(key)
    try:
        return await _windows_in(await get_redis_client()).take(limit, hashed, cost, count=count)
    except (RedisError, RuntimeError):
        return _local_windows.take(limit, hashed, cost, count=count)


async def forget(limit: RateLimit, key: str) -> None:
    """Delete what was counted for a key."""
    hashed = _hash(key)
    _local_windows.forget(limit, hashed)
    with suppress(RedisError, RuntimeError):
        await _windows_in(await get_redis_client()).forget(limit, hashed)


def _hash(key: str) -> str:
    """Return what is stored for a key, which may be an e-mail or an address."""
    return sha256(key.encode(errors="surrogatepass")).hexdigest()[:32]


def rate_limit_headers(limit: RateLimit, state: RateLimitState) -> dict[str, str]:
    """Return the fields of draft-ietf-httpapi-ratelimit-headers-10."""
    return {
        "RateLimit-Policy": f'"{limit.name}";q={limit.requests};w={limit.seconds}',
        "RateLimit": f'"{limit.name}";r={state.remaining};t={state.reset_after}',
    }


def rate_limited(limit: RateLimit, state: RateLimitState) -> RateLimitException:
    """Return the error for a limit that is used up, which says how long to wait."""
    seconds = state.reset_after
    minutes = -(-seconds // _MINUTE)
    wait_vi, wait_en = (
        (f"{seconds} giây", f"{seconds} seconds")
        if seconds < _MINUTE
        else (f"{minutes} phút", f"{minutes} minutes")
    )
    return RateLimitException(
        LocalizedText(
            f"Thao tác quá nhiều lần. Vui lòng thử lại sau {wait_vi}.",
            f"Too many requests. Please try again in {wait_en}.",
        ),
        headers=rate_limit_headers(limit, state) | {"Retry-After": str(state.reset_after)},
    )


@lru_cache(maxsize=4096)
def client_of(address: str) -> str:
    """Return the client to count for an address: for IPv6 the /64, which one customer of a provider has."""
    try:
        ipv6 = IPv6Address(address)
    except AddressValueError:
        return address
    if ipv6.ipv4_mapped:  # from a socket that listens for both: all of IPv4 would be one /64
        return str(ipv6.ipv4_mapped)
    return str(IPv6Network((int(ipv6) >> 64 << 64, 64)))


class _SharedWindows:
    """Moving windows of the limits library in Redis. They keep the time of each request, so small counts are exact.

    A sliding counter keeps two numbers and interpolates: for ten sign-ins it is wrong by one or two.
    """

    def __init__(self, redis: aioredis.Redis) -> None:
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="rate-limit",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # the type of limits is too narrow
        )
        self._limiter = MovingWindowRateLimiter(storage)
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def take(self, limit: RateLimit, key: str, cost: int, *, count: bool) -> RateLimitState | None:
        item = _item(limit)
        has_left = self._limiter.hit if count else self._limiter.test
        async with self._turns:
            with client.breaker.guard():  # limits has a client of its own on our pool
                if await has_left(item, key, cost=cost):
                    return None
                reset_at, remaining = await self._limiter.get_window_stats(item, key)
        return _state(limit, remaining, reset_at - time.time())

    async def forget(self, limit: RateLimit, key: str) -> None:
        with client.breaker.guard():
            await self._limiter.clear(_item(limit), key)


def _item(limit: RateLimit) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(limit.requests, limit.seconds, namespace=limit.name)


@lru_cache(maxsize=1)
def _windows_in(redis: aioredis.Redis) -> _SharedWindows:
    return _SharedWindows(redis)


class _LocalWindows:
    """The same windows in this process.

    Not the MemoryStorage of limits: at each request it walks over all keys, with a change of threads for each (1.2 ms of
    the processor with 50 keys), and it has no upper bound.
    """

    def __init__(self) -> None:
        self._requests: dict[str, deque[float]] = {}

    def forget(self, limit: RateLimit, key: str) -> None:
        self._requests.pop(f"{limit.name}/{key}", None)

    def take(self, limit: RateLimit, key: str, cost: int, *, count: bool) -> RateLimitState | None:
        now = time.monotonic()
        window = f"{limit.name}/{key}"
        times = self._requests.pop(window, None) or deque()
        while times and times[0] <= now - limit.seconds:
            times.popleft()
        left = limit.requests - len(times)
        if left >= cost and count:
            times.extend([now] * cost)
        self._requests[window] = times  # at the end: the client that was away longest is forgotten first
        if len(self._requests) > _LOCAL_WINDOWS:
            del self._requests[next(iter(self._requests))]
        if left >= cost:
            return None
        oldest = times[0] if times else now
        return _state(limit, left, oldest + limit.seconds - now)


_local_windows = _LocalWindows()


def _state(limit: RateLimit, remaining: int, reset_after: float) -> RateLimitState:
    """Return the state within its bounds, also when another host's clock is ahead."""
    return RateLimitState(max(0, remaining), min(max(1, math.ceil(reset_after)), limit.seconds))
