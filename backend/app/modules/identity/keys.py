"""The public keys with which Supabase signs its tokens: fetched, kept, and followed as they rotate."""

import asyncio
import json
import time
from functools import lru_cache
from typing import Any

import httpx2
import structlog
from jwt import PyJWK, PyJWTError

from app.modules.identity.identity_errors import KeysUnavailable

MAX_KID_LENGTH = 100
REFRESH_AFTER = 600
"""Seconds; a standby key has to be published for longer than this before it signs."""
PAUSE = 30
"""Seconds from one fetch to the next, so that made-up kids cannot make us knock at Supabase's door."""
PAUSE_WITHOUT_KEYS = 5
"""The same as long as no fetch has succeeded. Until then no user of Supabase gets in, so each second counts."""
TIMEOUT = 5.0
"""Seconds a fetch may take in all."""
_MAX_BYTES = 1024 * 1024
_NEVER = float("-inf")
_ALGORITHMS = {"ES256", "RS256"}

logger = structlog.get_logger(__name__)


class PublishedKeys:
    """The keys of a JWKS (RFC 7517) at a URL, by kid.

    The last good response is kept as long as no other comes: while the endpoint is down, known keys stay good.
    An empty set is a good response too: a project that signs by HS256 alone publishes one, and so does an owner who
    revokes the only key.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at = self._tried_at = _NEVER
        self._has_failed = False
        self._fetching: asyncio.Task[None] | None = None

    def knows(self, kid: str | None) -> bool:
        """Return whether the key is in memory."""
        return kid in self._keys

    async def key_for(self, kid: str) -> PyJWK | None:
        """Return a key in memory at once, however old it is; otherwise fetch the keys, once for all who wait.

        Raises:
            KeysUnavailable: It is unknown whether there is such a key, because the last fetch has failed.
        """
        key = self._keys.get(kid)
        if key is not None:
            if _have_passed(REFRESH_AFTER, self._fetched_at) and self._may_fetch():
                self._fetch()
            return key
        if self._may_fetch():
            await asyncio.shield(
                self._fetch()
            )  # a caller that is cancelled must not take the keys from the others
        if kid not in self._keys and self._has_failed:
            raise KeysUnavailable
        return self._keys.get(kid)

    def _may_fetch(self) -> bool:
        has_succeeded = self._fetched_at != _NEVER
        return _have_passed(PAUSE if has_succeeded else PAUSE_WITHOUT_KEYS, self._tried_at)

    def _fetch(self) -> asyncio.Task[None]:
        """Return the fetch that is under way, or begin one."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._replace_keys())
        return self._fetching

    async def _replace_keys(self) -> None:
        try:
            keys = await _download(self._url)
        except (OSError, ValueError, RecursionError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            self._has_failed = True
            logger.warning(
                "keys of tokens not fetched", url=self._url, reason=repr(error), keys_kept=len(self._keys)
            )
        else:
            self._has_failed = False
            self._keys = keys
            self._fetched_at = time.time()
        finally:
            self._tried_at = time.time()


def _have_passed(seconds: float, since: float) -> bool:
    """Return whether so many seconds have passed, or time was set back: the next fetch might be years away."""
    return not 0 <= time.time() - since < seconds


async def _download(url: str) -> dict[str, PyJWK]:
    """Fetch a JWKS; redirects are not followed.

    Raises:
        TimeoutError, httpx2.HTTPError, httpx2.InvalidURL
        ValueError: The response is no JWKS, or it has keys and none that we can use.
    """
    body = b""
    async with (
        asyncio.timeout(TIMEOUT),
        httpx2.AsyncClient() as http,
        http.stream("GET", url) as response,
    ):
        response.raise_for_status()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_BYTES:
                raise ValueError("the response is longer than 1 MB")
    jwks = json.loads(body)
    published = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(published, list):
        raise ValueError("the response is no JWKS")  # noqa: TRY004 - the response's error, not the caller's
    keys = {jwk["kid"]: key for jwk in published if (key := _usable_key(jwk)) is not None}
    if published and not keys:
        raise ValueError("the response has no key for ES256 or RS256")
    return keys


def _usable_key(jwk: Any) -> PyJWK | None:
    """Return a key for ES256 or RS256 with a kid, None for any other and for a malformed one: the others may be good."""
    if not (
        isinstance(jwk, dict)
        and isinstance(kid := jwk.get("kid"), str)
        and 0 < len(kid) <= MAX_KID_LENGTH
        and jwk.get("use", "sig") == "sig"
        and (operations := jwk.get("key_ops", ["verify"]))
        and isinstance(operations, list)
        and "verify" in operations
    ):
        return None
    # A private part that was published by mistake is left behind.
    return _read_key(json.dumps({name: value for name, value in jwk.items() if name != "d"}, sort_keys=True))


@lru_cache(maxsize=64)
def _read_key(jwk: str) -> PyJWK | None:
    """Return the same object for the same key, so that what was verified with it stays verified when it is fetched again."""
    try:
        key = PyJWK.from_json(jwk)
    except (PyJWTError, TypeError, ValueError, AttributeError):
        return None
    is_usable = key.algorithm_name in _ALGORITHMS and key.Algorithm.check_key_length(key.key) is None
    return key if is_usable else None
