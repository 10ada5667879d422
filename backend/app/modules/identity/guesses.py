"""Limit guesses at passwords without locking out the owner of the account.

Threat model
    An attacker knows a login, and wants the password or wants to lock out the owner. The attacker has some addresses, and
    may share one with the owner: the Wi-Fi of the spa, or a mobile network with thousands of people behind one address.
    The attacker neither reads the owner's mail nor has a device of the owner.

Guarantees
    Only wrong passwords are counted, each where it came from.

    A device on which the account has signed in before proves it by the `device_token` of that sign-in (OWASP: "device
    cookies"). It has a count of its own, which no attacker reaches: the owner can always sign in on a known device. A new
    password and a sign-out everywhere void the token, because then a thief may have one.

    Any other device counts for its address, for the login at this address, and for the login at all addresses. Attackers
    can use up only these. On a new device the answer names the wait: at most 5 minutes for what others guessed at other
    accounts, since a refused guess is not counted, and at most 15 for guesses at this account. An owner who cannot wait
    resets the password by mail, which signs in. The count of mails refuses nothing (`recovery`).

    Beyond the general limit of an address, users who have signed in have a limit of their own (`RateLimitMiddleware`).

Costs of guessing
    From one address 20 guesses in all are possible in 5 minutes, at however many accounts, and 10 guesses at one login in 15
    minutes; from all addresses 100 guesses at one login in 15 minutes: 3.5 million a year, against a password of ten characters (NIST SP 800-63B §3.2.2 asks for at most
    100 in a row). Guesses of one address wait for each other. So a burst is counted exactly, plus one guess for each other
    process, and one address occupies one of the four places in which passwords are hashed.

Remaining risks
    On a new device at the address of an attacker who goes on guessing, the owner competes for each guess that becomes free,
    or uses the mail or another network: the two look the same. To let accounts pass that have signed in at the address
    before would tell the attacker which ones have.
    Against an attacker with thousands of addresses, the network in front of the app has to help.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

from itsdangerous import BadData, URLSafeTimedSerializer

from app.core.config import settings
from app.modules.identity.identity_models import User
from app.modules.identity.passwords import check_password
from app.redis.rate_limit import RateLimit, require_left, try_to_take

BY_DEVICE = RateLimit("sign-in-device", requests=10, seconds=900)
BY_ADDRESS = RateLimit("sign-in-address", requests=20, seconds=300)
"""A whole spa may share one address. The window is short, for a new device at the address waits as long."""
BY_LOGIN = RateLimit("sign-in", requests=10, seconds=900)
"""The limit for one address; otherwise anybody could lock out the receptionist from anywhere."""
BY_LOGIN_ANYWHERE = RateLimit("sign-in-anywhere", requests=100, seconds=900)
BY_USER = RateLimit("password-change", requests=10, seconds=900)
DEVICE_LIFETIME = timedelta(days=365)
"""Counted from the last refresh on the device."""

_queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()


class Origin(NamedTuple):
    """The origin of a guess."""

    queue: str
    """Guesses with the same value are checked one after the other."""
    counts: Sequence[tuple[RateLimit, str]]
    """The limits that hold, each with the key for which it counts."""


def origin_of(account: User | None, *, login: str, client: str, device_token: str | None) -> Origin:
    """Return the origin of a sign-in: a known device of the account, or some device at an address."""
    if account is not None and (device := _read_device(account, device_token)) is not None:
        return Origin(f"user {account.id}", [(BY_DEVICE, device)])
    counts = [(BY_ADDRESS, client), (BY_LOGIN, f"{login} {client}"), (BY_LOGIN_ANYWHERE, login)]
    return Origin(f"address {client}", counts)


def signed_in_origin(user_id: UUID) -> Origin:
    """Return the origin of a guess at the current password of a user who is signed in."""
    return Origin(f"user {user_id}", [(BY_USER, str(user_id))])


def is_known_device(account: User | None, device_token: str | None) -> bool:
    """Return whether the account has signed in before on the device that sends this token."""
    return account is not None and _read_device(account, device_token) is not None


async def check_guess(origin: Origin, password: str, password_hash: str | None) -> tuple[bool, str | None]:
    """Check a password as `check_password` does, unless too many wrong ones came from the same origin.

    A wrong password is counted.

    Raises:
        RateLimitException, ServiceUnavailableException
    """
    async with _queues.setdefault(origin.queue, asyncio.Lock()):
        for limit, key in origin.counts:
            await require_left(limit, key)
        matches, renewed_hash = await check_password(password, password_hash)
        if not matches:
            for limit, key in origin.counts:
                await try_to_take(limit, key)
    return matches, renewed_hash


def issue_device_token(user_id: UUID, session_id: UUID) -> str:
    """Return the token of the device of a session."""
    return str(_serializer().dumps([user_id.hex, session_id.hex]))


def _read_device(account: User, token: str | None) -> str | None:
    """Return the id of a known device of the account; None for any other token, and for none."""
    try:
        (user_id, device), issued_at = _serializer().loads(
            token or "", max_age=int(DEVICE_LIFETIME.total_seconds()), return_timestamp=True
        )
    except (BadData, ValueError):
        return None
    signed_out_at = account.signed_out_at
    is_void = signed_out_at is not None and issued_at < signed_out_at.replace(
        microsecond=0
    )  # it has whole seconds
    return None if user_id != account.id.hex or is_void else str(device)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.SECRET_KEY.get_secret_value(), salt="device")
