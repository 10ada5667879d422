"""The public keys with which Supabase's tokens are verified: fetched, kept, and followed as they rotate."""

import asyncio
import http.client
import time
import urllib.request
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import orjson
import structlog

from app.common.types.localized import LocalizedText
from app.core.exceptions import ServiceUnavailableException

if TYPE_CHECKING:
    # At run time with the first key: 35 ms and 11 MB, cryptography's for the most.
    from jwt import PyJWK

MAX_KID_LENGTH = 100
REFRESH_AFTER = 600
"""Seconds; a standby key has to be published for longer than this before it signs."""
PAUSE = 30
"""Seconds from one fetch to the next, so that made-up kids cannot make us knock at Supabase's door."""
PAUSE_WITHOUT_KEYS = 5
"""The same as long as no fetch has succeeded. Until then nobody gets in, so each second counts."""
TIMEOUT = 5.0
"""Seconds a fetch may take in all."""
_MAX_BYTES = 1024 * 1024
_CHUNK = 64 * 1024
_NEVER = float("-inf")
_MIN_RSA_BITS = 2048  # RFC 7518 §3.3
_KINDS: dict[Any, tuple[str | None, tuple[str, ...]]] = {
    ("EC", "P-256"): ("ES256", ("kty", "crv", "x", "y")),
    ("RSA", None): ("RS256", ("kty", "n", "e")),
}
"""For the type and curve of a key its algorithm and its public members."""

logger = structlog.get_logger(__name__)


class KeysUnavailable(ServiceUnavailableException):
    code = "KEYS_UNAVAILABLE"
    text = LocalizedText(
        "Chưa kiểm tra được phiên đăng nhập, vui lòng thử lại sau giây lát.",
        "Your sign-in cannot be checked now, please try again in a moment.",
    )
    retry_after = PAUSE_WITHOUT_KEYS


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key and the one algorithm it is for; equal to every other of the same value."""

    algorithm: str
    value: tuple[str, ...] = field(repr=False)
    jwk: "PyJWK" = field(repr=False, compare=False)

    @classmethod
    def from_secret(cls, secret: bytes) -> Self:
        return cls._from_members("HS256", {"kty": "oct", "k": urlsafe_b64encode(secret).decode()})

    @classmethod
    def from_jwk(cls, jwk: dict[str, Any]) -> Self | None:
        """None for a key that is not for ES256 or RS256, or is too short. A private part is left behind."""
        algorithm, members = _KINDS.get((jwk.get("kty"), jwk.get("crv")), (None, ()))
        if (
            algorithm is None
            or jwk.get("alg", algorithm) != algorithm
            or jwk.get("use", "sig") != "sig"
            or "verify" not in jwk.get("key_ops", ["verify"])
        ):
            return None
        key = cls._from_members(algorithm, {name: jwk[name] for name in members})
        return None if algorithm == "RS256" and key.jwk.key.key_size < _MIN_RSA_BITS else key

    @classmethod
    def _from_members(cls, algorithm: str, members: dict[str, str]) -> Self:
        from jwt import PyJWK

        return cls(algorithm, tuple(members.values()), PyJWK(members, algorithm))


class PublishedKeys:
    """The keys of a JWKS (RFC 7517) at a URL, by kid.

    The last good answer is kept as long as no other comes: while the endpoint is down, whoever was let in
    still is. An empty set is an answer too: a project that signs by HS256 alone publishes one, and so does who
    revokes the only key.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, SigningKey] = {}
        self._fetched_at = self._tried_at = _NEVER
        self._has_failed = False
        self._fetching: asyncio.Task[None] | None = None

    def knows(self, kid: str | None) -> bool:
        """Whether it is in memory."""
        return kid in self._keys

    async def key_for(self, kid: str) -> SigningKey | None:
        """A key in memory at once, however old it is; for another the keys are fetched, once for all who wait.

        Raises:
            KeysUnavailable: nobody can tell whether there is such a key, because the last fetch has failed.
        """
        key = self._keys.get(kid)
        if key is not None:
            if _have_passed(REFRESH_AFTER, self._fetched_at) and self._may_fetch():
                self._fetch()
            return key
        if self._may_fetch():
            await asyncio.shield(self._fetch())  # who leaves must not take the keys from the others
        if kid not in self._keys and self._has_failed:
            raise KeysUnavailable
        return self._keys.get(kid)

    def _may_fetch(self) -> bool:
        has_succeeded = self._fetched_at != _NEVER
        return _have_passed(PAUSE if has_succeeded else PAUSE_WITHOUT_KEYS, self._tried_at)

    def _fetch(self) -> asyncio.Task[None]:
        """The fetch that is under way, else a new one."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._replace_keys())
        return self._fetching

    async def _replace_keys(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):  # looking up a name has no timeout of its own
                keys = await asyncio.to_thread(_download, self._url)
        except (OSError, ValueError, http.client.HTTPException) as error:
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
    """Also when the clock was set back: else the next fetch might be years away."""
    return not 0 <= time.time() - since < seconds


def _download(url: str) -> dict[str, SigningKey]:
    """Blocks. ValueError when the answer is no JWKS, or has keys and none for us."""
    deadline = time.monotonic() + TIMEOUT
    body = b""
    with _opener().open(url, timeout=TIMEOUT) as response:
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > _MAX_BYTES:
                raise ValueError("the answer is longer than 1 MB")
            if time.monotonic() > deadline:
                raise TimeoutError("the answer comes too slowly")
    jwks = orjson.loads(body)
    published = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(published, list):
        raise ValueError("the answer is no JWKS")  # noqa: TRY004 - the answer's fault, not the caller's
    keys = dict(_usable_keys(published))
    if published and not keys:
        raise ValueError("the answer has no key for ES256 or RS256")
    return keys


def _opener() -> urllib.request.OpenerDirector:
    """HTTP and HTTPS and nothing else: `build_opener` also reads file:// and ftp:// and follows redirects."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPErrorProcessor,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


def _usable_keys(published: list[Any]) -> list[tuple[str, SigningKey]]:
    from jwt import PyJWTError

    keys = []
    for jwk in published:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if isinstance(kid, str) and 0 < len(kid) <= MAX_KID_LENGTH:
            try:
                key = SigningKey.from_jwk(jwk)
            except (PyJWTError, KeyError, TypeError, ValueError):  # malformed, and the others may be well
                continue
            if key is not None:
                keys.append((kid, key))
    return keys
