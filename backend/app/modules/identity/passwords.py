"""Passwords: hashed with argon2id (RFC 9106), in a thread beside the event loop."""

import asyncio
import secrets
import unicodedata
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache

from pwdlib import PasswordHash

from app.core.exceptions import ServiceUnavailableException

_HASHING = asyncio.Semaphore(4)
"""Hashes at a time. Each takes 64 MB and a core for about 50 ms; more would only starve the requests."""
_WAITING = asyncio.Semaphore(40)
"""Hashes that run or wait: about two seconds of work. Later callers would only keep a connection waiting."""


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _dummy_hash() -> str:
    """Return a hash to check when there is no such account, so that the answer takes as long as for a real one."""
    return _hasher().hash(secrets.token_urlsafe())


@asynccontextmanager
async def _hashing_slot() -> AsyncGenerator[None]:
    if _WAITING.locked():
        raise ServiceUnavailableException("too many passwords are waiting to be hashed")
    async with _WAITING, _HASHING:
        yield


async def hash_password(password: str) -> str:
    """Return the hash of a password.

    Raises:
        ServiceUnavailableException: too many passwords are waiting to be hashed.
    """
    async with _hashing_slot():
        return await asyncio.to_thread(lambda: _hasher().hash(_normalized(password)))


async def check_password(password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Return whether the password matches, and a new hash to store if the parameters have changed since.

    Without a hash, as for an unknown account, the check fails and takes the same time.

    Raises:
        ServiceUnavailableException: too many passwords are waiting to be hashed.
    """

    def check() -> tuple[bool, str | None]:
        # Before the branch on the account: made only for an unknown account, it would double that answer's time.
        dummy = _dummy_hash()
        matches, renewed = _hasher().verify_and_update(_normalized(password), password_hash or dummy)
        return matches and password_hash is not None, renewed

    async with _hashing_slot():
        return await asyncio.to_thread(check)


def _normalized(password: str) -> str:
    """Return one spelling of a password (RFC 8265 §4.2.2): Windows' Vietnamese keyboard sends accents separately."""
    return unicodedata.normalize("NFC", password)


def new_password() -> str:
    """Return a password of 96 random bits, for a command that prints it once."""
    return secrets.token_urlsafe(12)
