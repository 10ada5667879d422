"""Limits of one network address, mailbox or phone number, so that robots neither hold all times nor try all numbers."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.redis.rate_limit import RateLimit, client_of, require_left, take

_MINUTE = 60
SEARCHES = RateLimit("online-search", requests=60, seconds=_MINUTE)
HOLDS = RateLimit("online-hold", requests=20, seconds=10 * _MINUTE)
CONFIRMATIONS = RateLimit("online-confirm", requests=20, seconds=10 * _MINUTE)
"""Confirmations, moves and cancellations."""
CODES = RateLimit("online-code", requests=5, seconds=10 * _MINUTE)
"""Codes that one address requests."""
CODES_TO_MAILBOX = RateLimit("online-code-mailbox", requests=5, seconds=10 * _MINUTE)
UNKNOWN_TOKENS = RateLimit("online-unknown-link", requests=30, seconds=10 * _MINUTE)

# They wait for each other, so that two requests at once are counted one by one. Taken before the locks of resources.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('online ' || $1, 0))"
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('online ' || $1, 0))"
_HELD = "SELECT count(*) FROM guest_link WHERE address_hash = $1 AND held_until > $2"
_TO_COME = """
SELECT count(*) FROM guest_link AS link JOIN guest_link_visit AS visit ON visit.id = link.id
WHERE link.contact_phone = $1 AND visit.is_to_come
"""


async def count_request(limit: RateLimit, address: str) -> None:
    """Count a request of an address.

    Raises:
        RateLimitException
    """
    await take(limit, client_of(address))


async def refuse_over(limit: RateLimit, address: str) -> None:
    """Refuse an address that has used up a limit, before any work for it. Nothing is counted.

    Raises:
        RateLimitException
    """
    await require_left(limit, client_of(address))


async def count_unknown_token(address: str) -> None:
    """Count a token that opens nothing.

    Raises:
        RateLimitException
    """
    await take(UNKNOWN_TOKENS, client_of(address))


async def try_lock(session: AsyncSession, name: bytes) -> bool:
    """Lock a name until the transaction ends, unless another transaction has locked it. Return whether it is locked."""
    [(is_locked,)] = await fetch_raw(session, _TRY_LOCK, name.hex())
    return bool(is_locked)


async def count_held(session: AsyncSession, address_hash: bytes, now: datetime) -> int:
    """Count the times that an address holds, and let no other request from it hold one until the transaction ends."""
    await fetch_raw(session, _LOCK, address_hash.hex())
    [(count,)] = await fetch_raw(session, _HELD, address_hash, now)
    return int(count)


async def lock_phone(session: AsyncSession, phone: str) -> None:
    """Let no other request confirm a visit with this number until the transaction ends."""
    await fetch_raw(session, _LOCK, phone)


async def count_to_come(session: AsyncSession, phone: str) -> int:
    """Count the visits to come that were booked online with this number, by any guest."""
    [(count,)] = await fetch_raw(session, _TO_COME, phone)
    return int(count)


def key_of_address(address: str) -> bytes:
    """Return what is hashed of an address: for IPv6 the /64, which one customer of a provider has."""
    return client_of(address).encode()
