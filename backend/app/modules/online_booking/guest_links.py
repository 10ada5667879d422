"""The tokens of guest links: made from the key of the request, stored as a hash, and looked up."""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.config import settings
from app.db.queries import fetch_raw, get_row
from app.modules.online_booking.limits import count_unknown_token
from app.modules.online_booking.online_booking_errors import GuestLinkNotFound
from app.modules.online_booking.online_booking_models import GuestLink

LINK_LIFETIME = timedelta(days=7)
"""The time after the end of the visit at which its link ends."""
_TOKEN_BYTES = 24
# One statement for every token, so that one that has ended takes no longer than one that never was.
_FIND = """
SELECT link.id, link.visit_id, visit.branch_id, visit.ends_at, link.revoked_at
FROM guest_link AS link JOIN guest_link_visit AS visit ON visit.id = link.id WHERE token_hash = $1
"""


class OpenLink(NamedTuple):
    """A link that works now."""

    id: UUID
    visit_id: UUID
    branch_id: UUID
    expires_at: datetime


def keyed_hash(purpose: str, content: bytes) -> bytes:
    """Return a hash that cannot be computed without the key of the app: addresses and codes are few enough to try all."""
    key = settings.SECRET_KEY.get_secret_value().encode()
    return hmac.digest(key, f"guest {purpose}\n".encode() + content, "sha256")


def token_for(link_id: UUID, key: str) -> str:
    """Return the token of a link. A retry of the hold, with its key, gets the same one, though it is stored nowhere."""
    return urlsafe_b64encode(keyed_hash("link", link_id.bytes + key.encode())[:_TOKEN_BYTES]).decode()


def hash_of(token: str) -> bytes:
    """Return the hash under which the link of a token is stored."""
    return sha256(token.encode(errors="surrogatepass")).digest()


async def open_link(session: AsyncSession, token: str, *, address: str) -> OpenLink:
    """Return the link of a token.

    Raises:
        GuestLinkNotFound: The token is unknown, or its link has ended or was revoked.
        RateLimitException: The same, and the address has tried too many such tokens. It never keeps a holder from their link.
    """
    for link_id, visit_id, branch_id, ends_at, revoked_at in await fetch_raw(session, _FIND, hash_of(token)):
        expires_at = ends_at + LINK_LIFETIME
        if revoked_at is None and utc_now() < expires_at:
            return OpenLink(link_id, visit_id, branch_id, expires_at)
    await count_unknown_token(address)
    raise GuestLinkNotFound


async def get_link(session: AsyncSession, link_id: UUID) -> GuestLink:
    """Return the row of a link that was opened.

    Raises:
        GuestLinkNotFound: It has ended meanwhile.
    """
    return await get_row(session, GuestLink, link_id, GuestLinkNotFound)


async def is_confirmed(session: AsyncSession, link_id: UUID) -> bool:
    """Return whether the guest has confirmed the visit of a link that was opened."""
    return (await get_link(session, link_id)).contact_phone is not None


async def find_by_request(session: AsyncSession, request_hash: bytes) -> GuestLink | None:
    """Return the link that a hold with this Idempotency-Key has made."""
    link: GuestLink | None = await session.scalar(
        select(GuestLink).where(GuestLink.request_hash == request_hash)
    )
    return link


async def lock_link(session: AsyncSession, link_id: UUID) -> GuestLink:
    """Lock a link, so that two requests with it follow each other, and return it as it is now.

    Raises:
        GuestLinkNotFound: It was revoked meanwhile.
    """
    statement = select(GuestLink).where(GuestLink.id == link_id).with_for_update(key_share=True)
    link: GuestLink | None = await session.scalar(statement.execution_options(populate_existing=True))
    if link is None or link.revoked_at is not None:
        raise GuestLinkNotFound
    return link
