"""Passwords: hashed with argon2id (RFC 9106), checked away from the event loop."""

import asyncio
import secrets
import unicodedata
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache

from pwdlib import PasswordHash

from app.core.exceptions import ServiceUnavailableException

_AT_ONCE = asyncio.Semaphore(4)
"""Hashes at a time: each takes 64 MB and a core for some 50 ms; more of them would only starve the requests."""
_PLACES = asyncio.Semaphore(40)
"""To hash and to wait for it: some two seconds of work; whoever comes later would only keep a connection waiting."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    """Checked when there is no such account, so that the answer takes as long as for one that is there."""
    return _hasher().hash(secrets.token_urlsafe())


@asynccontextmanager
async def _turn() -> AsyncGenerator[None]:
    if _PLACES.locked():
        raise ServiceUnavailableException("too many passwords are waiting to be hashed")
    async with _PLACES, _AT_ONCE:
        yield


async def hash_password(password: str) -> str:
    """Raises ServiceUnavailableException while too many are waiting."""
    async with _turn():
        return await asyncio.to_thread(lambda: _hasher().hash(_typed(password)))


async def check_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether it is the password, and the hash to keep from now on when the parameters have changed since."""

    def check() -> tuple[bool, str | None]:
        # For whoever asks first: made for the first unknown account, it would take that one twice as long.
        nobody = _hash_of_nobody()
        good, renewed = _hasher().verify_and_update(_typed(password), password_hash or nobody)
        return good and password_hash is not None, renewed

    async with _turn():
        return await asyncio.to_thread(check)


def _typed(password: str) -> str:
    """One spelling of what was typed (RFC 8265 §4.2.2): Windows' Vietnamese keyboard sends accents by themselves."""
    return unicodedata.normalize("NFC", password)


def new_password() -> str:
    """For a command that sets one: 96 random bits, to be typed once."""
    return secrets.token_urlsafe(12)
