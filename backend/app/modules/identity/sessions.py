"""Sign in, stay signed in, sign out.

A refresh token is a signed pair of session and secret. The session keeps the hash of the current secret. A signed token
with another secret has been used before: there is a copy of it, and the session ends (RFC 9700 §4.14.2).
"""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

import structlog
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.types.phone import to_e164
from app.core.config import settings
from app.core.exceptions import UnauthorizedException
from app.db.audit import set_actor
from app.db.transactions import run_in_transaction
from app.modules.identity.access import CurrentUser
from app.modules.identity.guesses import check_guess, issue_device_token, origin_of
from app.modules.identity.identity_errors import (
    InvalidRefreshToken,
    RefreshTokenReused,
    UserDisabled,
    WrongCredentials,
)
from app.modules.identity.identity_models import User, UserSession
from app.modules.identity.identity_schemas import SignIn, Tokens
from app.modules.identity.tokens import ACCESS_TOKEN_SECONDS, issue_access_token
from app.redis.rate_limit import client_of

SESSION_LIFETIME = timedelta(days=30)
"""Counted from the last refresh."""
_MAX_USER_AGENT = 300

logger = structlog.get_logger(__name__)


class Device(NamedTuple):
    """The address and the browser of a request."""

    address: str
    user_agent: str


async def sign_in(credentials: SignIn, device: Device) -> Tokens:
    """Start a session for a user who knows the password.

    It opens transactions of its own: a connection must not wait while a password is hashed.

    Raises:
        RateLimitException, WrongCredentials
        UserDisabled: Only for a right password.
    """
    login = _login(credentials.login)
    account = await run_in_transaction(lambda session: _find(session, login), in_request=True)
    origin = origin_of(
        account, login=login, client=client_of(device.address), device_token=credentials.device_token
    )
    is_right, renewed_hash = await check_guess(
        origin, credentials.password, account.password_hash if account is not None else None
    )
    if not is_right or account is None:
        logger.warning("sign-in refused", known=account is not None, address=device.address)
        raise WrongCredentials
    if account.disabled_at is not None:
        raise UserDisabled

    async def open_session(session: AsyncSession) -> Tokens:
        await set_actor(session, account.id)
        user = await session.get(User, account.id, with_for_update={"key_share": True})
        if user is None or (user.password_hash, user.disabled_at) != (account.password_hash, None):
            raise WrongCredentials  # changed meanwhile: this session would survive the end of all others
        if renewed_hash is not None:
            user.password_hash = renewed_hash
        return await start_session(session, account.id, device)

    return await run_in_transaction(open_session, in_request=True)


def _login(spelling: str) -> str:
    """Return the login as it is stored: an email in lower case or a phone in E.164; anything else matches no user."""
    if "@" in spelling:
        return spelling.strip().lower()
    try:
        return to_e164(spelling, settings.PHONE_REGION)
    except ValueError:
        return spelling


async def _find(session: AsyncSession, login: str) -> User | None:
    by_login = User.email == login if "@" in login else User.phone == login
    return (await session.scalars(select(User).where(by_login))).one_or_none()


async def start_session(session: AsyncSession, user_id: UUID, device: Device) -> Tokens:
    """Add a session for a user who has just proven who they are, and return its first tokens."""
    session_id, secret = uuid7(), secrets.token_bytes(32)
    session.add(
        UserSession(
            id=session_id,
            user_id=user_id,
            refresh_hash=_hash(secret),
            refreshed_at=utc_now(),
            expires_at=utc_now() + SESSION_LIFETIME,
            address=device.address,
            user_agent=device.user_agent[:_MAX_USER_AGENT],
        )
    )
    await session.flush()
    return _tokens(user_id, session_id, secret)


async def refresh(token: str, received_at: datetime, leeway: timedelta = timedelta(0)) -> Tokens:
    """Return new tokens for a refresh token, which is thereby used up.

    Of several requests at the same time one wins; the others, received before it had won, are only refused. A request
    with a used token later ends the session. It opens transactions of its own: the end must be stored although the
    response is an error.

    Args:
        leeway: The time after its use in which a token gets the same successor again.

    Raises:
        InvalidRefreshToken: The token was not issued here, its session has ended, or another request was a moment faster.
        RefreshTokenReused: The token was used before.
        UserDisabled
    """
    session_id, secret = _read(token)
    outcome = await run_in_transaction(
        lambda session: _rotate(session, session_id, secret, received_at, leeway), in_request=True
    )
    if isinstance(outcome, Tokens):
        return outcome
    raise outcome


async def _rotate(
    session: AsyncSession, session_id: UUID, secret: bytes, received_at: datetime, leeway: timedelta
) -> Tokens | UnauthorizedException | UserDisabled:
    row = await session.get(UserSession, session_id, with_for_update={"key_share": True})
    if row is None:
        return InvalidRefreshToken()
    user = await session.get_one(User, row.user_id)
    if user.disabled_at is not None:
        return UserDisabled()
    if row.ended_at is not None or row.expires_at <= utc_now():
        return InvalidRefreshToken()
    if not secrets.compare_digest(row.refresh_hash, _hash(secret)):
        return await _answer_used(session, row, secret, received_at, leeway)
    successor = _successor(secret)
    row.refresh_hash, row.refreshed_at = _hash(successor), utc_now()
    row.expires_at = utc_now() + SESSION_LIFETIME
    await session.flush()
    return _tokens(user.id, session_id, successor)


async def _answer_used(
    session: AsyncSession, row: UserSession, secret: bytes, received_at: datetime, leeway: timedelta
) -> Tokens | UnauthorizedException:
    """Answer a token that was used before: with its successor within the leeway, otherwise by ending the session."""
    successor = _successor(secret)
    if received_at < row.refreshed_at + leeway and secrets.compare_digest(row.refresh_hash, _hash(successor)):
        return _tokens(row.user_id, row.id, successor)
    if received_at <= row.refreshed_at:
        return InvalidRefreshToken()
    await set_actor(session, row.user_id)
    row.ended_at, row.end_reason = utc_now(), "reuse"
    await session.flush()
    logger.warning("refresh token used twice, session ended", user_id=str(row.user_id))
    return RefreshTokenReused()


async def end_session_of(token: str) -> None:
    """End the session of a refresh token, also of one that was used. Does nothing for a token that was not issued here."""
    try:
        session_id, _ = _read(token)
    except InvalidRefreshToken:
        return

    async def end(session: AsyncSession) -> None:
        row = await session.get(UserSession, session_id)
        if row is not None:
            await set_actor(session, row.user_id)
            await _end(session, UserSession.id == session_id, "signed out")

    await run_in_transaction(end, in_request=True)


async def sign_out(session: AsyncSession, user: CurrentUser) -> None:
    """End the session of this request. Does nothing for a Supabase user, whose sessions are kept at Supabase."""
    if user.session_id is not None:
        await _end(session, UserSession.id == user.session_id, "signed out")


async def sign_out_everywhere(session: AsyncSession, user: CurrentUser) -> None:
    """End all sessions of the user."""
    await end_every_session(session, user.id, "signed out everywhere")


async def end_every_session(session: AsyncSession, user_id: UUID, reason: str) -> None:
    """End all sessions of a user at once; tokens of Supabase by the time at which they were issued."""
    await _end(session, UserSession.user_id == user_id, reason)
    await session.execute(
        update(User).where(User.id == user_id).values(signed_out_at=utc_now(), updated_at=func.now())
    )


async def _end(session: AsyncSession, condition: ColumnElement[bool], reason: str) -> None:
    await session.execute(
        update(UserSession)
        .where(condition, UserSession.ended_at.is_(None))
        .values(ended_at=utc_now(), end_reason=reason)
    )


def _tokens(user_id: UUID, session_id: UUID, secret: bytes) -> Tokens:
    return Tokens(
        access_token=issue_access_token(user_id, session_id),
        expires_in=ACCESS_TOKEN_SECONDS,
        refresh_token=str(_serializer().dumps([session_id.hex, secret.hex()])),
        device_token=issue_device_token(user_id, session_id),
    )


def _read(token: str) -> tuple[UUID, bytes]:
    try:
        session_id, secret = _serializer().loads(token)
    except (BadData, ValueError):
        raise InvalidRefreshToken from None
    return UUID(session_id), bytes.fromhex(secret)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.SECRET_KEY.get_secret_value(), salt="refresh token")


def _successor(secret: bytes) -> bytes:
    """Return the secret after this one. It is computed, so that a repeated request can get it again, and cannot be guessed."""
    return hmac.digest(settings.SECRET_KEY.get_secret_value().encode(), b"next refresh" + secret, "sha256")


def _hash(secret: bytes) -> bytes:
    """Hash a secret. A fast hash is enough: 256 random bits cannot be guessed."""
    return sha256(secret).digest()
