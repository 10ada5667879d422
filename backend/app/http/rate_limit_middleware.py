"""The general rate limit: how many requests one client address may send to the whole API."""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from app.common.constants import API_V1
from app.common.single_flight import SingleFlight
from app.core.exceptions import RateLimitException
from app.http.middleware import respond
from app.redis.rate_limit import RateLimit, RateLimitState, client_of, rate_limited, try_to_take

CHUNKS = 60
"""The number of parts in which a process takes a minute's requests from Redis."""
_LARGEST_CHUNK = 500  # each request in it is an entry in Redis: a million of them stops it for a second
_WINDOW = 60
_MAX_ADDRESSES = 10_000  # remembered, 4 MB
_HEALTH = f"{API_V1}/health/"

type FindUser = Callable[[str], Awaitable[str | None]]
"""Return the key of the user who is named by an `Authorization` header, or None if it is not valid."""


@dataclass(slots=True)
class _Chunk:
    """The requests that a process has taken for an address or a user and may still use, or a refusal."""

    left: int
    until: float
    """The end of its validity on the monotonic clock."""
    refused: bool


class RateLimitMiddleware:
    """The middleware that answers 429 to an address that sends too many requests (IPv6: a /64, which one customer of a provider has).

    A process takes a sixtieth of the limit at a time, at most 500, and counts it down by itself: with the usual limit
    one request in 20 reaches Redis. So the limit is slightly inexact. It refuses early by what other processes have taken
    and not used, less than a sixtieth of the limit each. It lets through late what a process took in one window and uses
    in the next, the same amount. A refused address is refused from memory until the window moves on.

    Strangers may share an address: the Wi-Fi of the spa, a mobile network. So what they use up does not stop a user who has
    signed in: beyond the limit of the address, a request with a valid token counts for its user, with a limit of the same
    size. Tokens are verified only then.

    Monitoring is never refused. The address is that of the connection, or the one that a trusted proxy names
    (`zenspa serve --trust-proxy`).
    """

    def __init__(self, app: ASGIApp, per_minute: int, find_user: FindUser) -> None:
        self.app = app
        self._find_user = find_user
        self.chunk = min(max(1, per_minute // CHUNKS), _LARGEST_CHUNK)
        self.limit = RateLimit("general", per_minute - per_minute % self.chunk, _WINDOW)  # in whole chunks
        self._chunks: dict[str, _Chunk] = {}
        self._draws = SingleFlight[None]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (address := _limited_address(scope)) and not self._spend(address):
            refusal = await self._refusal(address)
            if refusal is not None and (user := await self._user_of(scope)) is not None:
                refusal = await self._refusal(user)
            if refusal is not None:
                await respond(refusal, scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _user_of(self, scope: Scope) -> str | None:
        headers = [value for name, value in scope["headers"] if name == b"authorization"]
        return await self._find_user(headers[0].decode("latin-1")) if len(headers) == 1 else None

    def _spend(self, address: str) -> bool:
        chunk = self._chunks.get(address)
        if chunk is None or chunk.left == 0 or chunk.until <= time.monotonic():
            return False
        chunk.left -= 1
        return True

    async def _refusal(self, address: str) -> RateLimitException | None:
        """Return the refusal, or None once a request could be spent."""
        while not self._spend(address):
            chunk = self._chunks.get(address)
            now = time.monotonic()
            if chunk is not None and chunk.refused and chunk.until > now:
                return rate_limited(self.limit, RateLimitState(0, math.ceil(chunk.until - now)))
            await self._draws.run(address, partial(self._draw, address))
        return None

    async def _draw(self, address: str) -> None:
        left = await try_to_take(self.limit, address, cost=self.chunk)
        now = time.monotonic()
        self._chunks.pop(address, None)
        self._chunks[address] = (  # at the end: the oldest are first
            _Chunk(self.chunk, now + self.limit.seconds, refused=False)
            if left is None
            else _Chunk(0, now + left.reset_after, refused=True)
        )
        oldest = next(iter(self._chunks))
        while len(self._chunks) > _MAX_ADDRESSES or self._chunks[oldest].until <= now:
            del self._chunks[oldest]
            oldest = next(iter(self._chunks))


def _limited_address(scope: Scope) -> str | None:
    """Return None for a request without a limit: monitoring, or one over a Unix socket from an unknown address."""
    path, client = scope["path"], scope.get("client")
    if path.startswith(_HEALTH) or path == "/metrics" or not client:
        return None
    address: str = client[0]
    return client_of(address) if ":" in address else address
