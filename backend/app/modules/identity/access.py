"""Identify the user who sent a request, and authorize what they do.

A route takes the user in its signature, before the session, so that a refused request costs no connection. The service
authorizes it in its first line:

    @router.get("/customers")
    async def list_customers(user: SignedIn, session: SessionDep) -> CustomerPage:
        return await customer_list.list_customers(session, user)

    async def list_customers(session: AsyncSession, user: CurrentUser) -> CustomerPage:
        authorize(user, *DESK)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple, Protocol, override
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.database import SessionDep, claim_connection
from app.core.exceptions import ForbiddenException, UnauthorizedException, ZenSpaException
from app.core.logging import request_id_var, user_id_var
from app.db.audit import set_actor
from app.db.queries import fetch_raw
from app.db.transactions import run_in_transaction
from app.modules.identity.identity_errors import (
    ExpiredToken,
    InvalidToken,
    KeysUnavailable,
    NotAUser,
    SessionEnded,
    UserDisabled,
)
from app.modules.identity.identity_models import User
from app.modules.identity.roles import Role
from app.modules.identity.tokens import Claims, verify_access_token

# One round trip reads the user, their session and their roles, and names the user to the triggers of the audit ledger.
_CURRENT_USER = """
SELECT u.id, u.disabled_at, u.signed_out_at, s.expires_at, s.ended_at,
    array(SELECT r.role || '/' || coalesce(r.branch_id::text, '') FROM role_assignment AS r WHERE r.user_id = u.id),
    set_config('zenspa.actor', u.id::text, true), set_config('zenspa.request', $3, true)
FROM user_account AS u LEFT JOIN user_session AS s ON s.id = $2 AND s.user_id = u.id
WHERE u.{key} = $1
"""
_BY_SOURCE = {"zenspa": _CURRENT_USER.format(key="id"), "supabase": _CURRENT_USER.format(key="supabase_id")}


class Grant(NamedTuple):
    """A role of a user, in one branch or, without a branch, everywhere."""

    role: Role
    branch_id: UUID | None


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The user who sent the request."""

    id: UUID
    grants: frozenset[Grant]
    session_id: UUID | None
    """Empty for a token of Supabase, which keeps its own sessions."""
    claims: Claims | None = None
    """Empty for a command, which sends no request."""

    def holds(self, *roles: Role) -> bool:
        """Return whether the user has one of the roles in any branch."""
        return any(grant.role in roles for grant in self.grants)

    def holds_in(self, branch_id: UUID, *roles: Role) -> bool:
        """Return whether the user has one of the roles in this branch or everywhere."""
        return any(grant.role in roles and grant.branch_id in {None, branch_id} for grant in self.grants)

    def holds_everywhere(self, *roles: Role) -> bool:
        """Return whether the user has one of the roles in the whole spa."""
        return any(grant.role in roles and grant.branch_id is None for grant in self.grants)


SYSTEM_USER = CurrentUser(UUID(int=0), frozenset({Grant(Role.ADMIN, None)}), session_id=None)
"""The user of a command: an administrator everywhere, without a row in the database.

The audit ledger records the changes of a command without an actor, because nothing calls `set_actor` for it.
"""


class RoleHolder(Protocol):
    """A user or a guest, who acts by roles: the user who sent the request, or the holder of a private link."""

    def holds(self, *roles: Role) -> bool:
        """Return whether they have one of the roles in any branch."""

    def holds_in(self, branch_id: UUID, *roles: Role) -> bool:
        """Return whether they have one of the roles in this branch or everywhere."""

    def holds_everywhere(self, *roles: Role) -> bool:
        """Return whether they have one of the roles in the whole spa."""


def authorize(
    user: RoleHolder, *roles: Role, branch_id: UUID | None = None, everywhere: bool = False
) -> None:
    """Refuse the user unless they have one of the roles. The first line of a service function that not everybody may call.

    Args:
        user: The user who sent the request.
        roles: One of them is enough.
        branch_id: The role must hold in this branch (or everywhere). Branches are public, so a refusal may show that
            the branch exists.
        everywhere: The role must hold in the whole spa. With neither, a role in any branch will do.

    Raises:
        ForbiddenException
    """
    if everywhere:
        allowed = user.holds_everywhere(*roles)
    elif branch_id is not None:
        allowed = user.holds_in(branch_id, *roles)
    else:
        allowed = user.holds(*roles)
    if not allowed:
        raise ForbiddenException


class _AccessToken(HTTPBearer):
    """Read and verify the access token, before the request takes a connection."""

    errors = (InvalidToken, ExpiredToken, SessionEnded, NotAUser, UserDisabled, KeysUnavailable)
    """The errors of every route with a signed-in user, beside UnauthorizedException, for the API document."""

    @override
    async def __call__(self, request: Request) -> Claims:  # type: ignore[override]  # the base returns the raw token
        bearer = await super().__call__(request)
        if bearer is None or len(request.headers.getlist("authorization")) != 1:
            raise UnauthorizedException
        return await verify_access_token(bearer.credentials)


async def find_user(authorization: str) -> str | None:
    """Return a key for the user of a valid access token in an `Authorization` header; None for any other header.

    Without the database, so the user may be disabled or signed out.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        claims = await verify_access_token(token)
    except ZenSpaException:
        return None
    return f"{claims.source} {claims.subject}"


_access_token = _AccessToken(
    auto_error=False,
    scheme_name="bearer",
    description="The `access_token` of `POST /api/v1/auth/sign-in`, or one of Supabase.",
)


VerifiedClaims = Annotated[Claims, Depends(_access_token)]
"""A parameter of a dependency that waits: the claims of the token, which is verified without a connection."""


async def _authenticate(claims: VerifiedClaims, session: SessionDep) -> CurrentUser:
    user = await _current_user(session, claims)
    user_id_var.set(str(user.id))
    return user


SignedIn = Annotated[CurrentUser, Security(_authenticate)]
"""A parameter of a route: the user who sent the request. The request is refused without a valid token."""


async def reload_user(session: AsyncSession, user: CurrentUser) -> CurrentUser:
    """Return the user as they are now, for a response that is sent over a long time.

    Raises:
        UnauthorizedException: The user has signed out.
        ForbiddenException: The user is disabled.
    """
    assert user.claims is not None
    return await _current_user(session, user.claims)


async def _current_user(session: AsyncSession, claims: Claims) -> CurrentUser:
    row = await _find(session, claims)
    if row is None and claims.source == "supabase":
        await _add_supabase_user(session, claims)
        row = await _find(session, claims)
    if row is not None and row.disabled_at is not None:
        raise UserDisabled  # checked first: the session has ended too, and to sign in again would not help
    if row is None or row.has_ended(claims):
        raise SessionEnded
    grants = (grant.split("/") for grant in row.grants)
    return CurrentUser(
        id=row.id,
        grants=frozenset(Grant(Role(role), UUID(branch) if branch else None) for role, branch in grants),
        session_id=claims.session_id,
        claims=claims,
    )


class _UserRow(NamedTuple):
    """A row of `_CURRENT_USER`."""

    id: UUID
    disabled_at: datetime | None
    signed_out_at: datetime | None
    session_expires_at: datetime | None
    session_ended_at: datetime | None
    grants: list[str]
    actor: str
    request_id: str

    def has_ended(self, claims: Claims) -> bool:
        if claims.source == "supabase":
            return self.signed_out_at is not None and claims.issued_at < self.signed_out_at.timestamp()
        return (
            self.session_expires_at is None  # no such session, or another user's
            or self.session_ended_at is not None
            or self.session_expires_at <= utc_now()
        )


async def _find(session: AsyncSession, claims: Claims) -> _UserRow | None:
    statement = _BY_SOURCE[claims.source]
    rows = await fetch_raw(session, statement, claims.subject, claims.session_id, request_id_var.get())
    return _UserRow._make(rows[0]) if rows else None


async def _add_supabase_user(session: AsyncSession, claims: Claims) -> None:
    """Add the user of a Supabase token, once, also if two first requests come at the same time.

    The row has no role yet, and no email, because Supabase may not have verified it.
    """
    user_id = uuid7()
    row = {"id": user_id, "full_name": claims.name or "Supabase", "supabase_id": claims.subject}

    async def add(own_session: AsyncSession) -> None:
        await set_actor(own_session, user_id)
        new = insert(User).values(row)
        await own_session.execute(new.on_conflict_do_nothing(index_elements=[User.supabase_id]))

    # In its own transaction: the request may be a GET, and a 403 that follows must not undo it, because an administrator
    # has to find the user to give them a role. The connection goes back first: a request holds only one.
    await session.rollback()
    await run_in_transaction(add, in_request=True)
    await claim_connection(session)
