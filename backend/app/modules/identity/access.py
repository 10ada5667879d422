"""Who may call a route: one word in its signature.

async def list_customers(_: Desk, session: SessionDep) -> ...          # admin or receptionist of any branch
async def list_users(_: AdminEverywhere, session: SessionDep) -> ...   # of the whole spa
async def my_visits(user: SignedIn, session: SessionDep) -> ...        # any user; the service looks whose it is

Put it before the session: who is refused then costs no connection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple, override
from uuid import UUID

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer, SecurityScopes
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.database import SessionDep, claim_connection
from app.core.exceptions import ForbiddenException, UnauthorizedException
from app.core.logging import request_id_var, user_id_var
from app.db.audit import act_as
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

_EVERYWHERE = ":everywhere"
# One question: who it is, whether they may still be here, what they may do. And it tells the audit ledger who acts.
_CURRENT_USER = """
SELECT u.id, u.disabled_at, u.signed_out_at, s.expires_at, s.ended_at,
    array(SELECT r.role || '/' || coalesce(r.branch_id::text, '') FROM role_assignment AS r WHERE r.user_id = u.id),
    set_config('zenspa.actor', u.id::text, true), set_config('zenspa.request', $3, true)
FROM user_account AS u LEFT JOIN user_session AS s ON s.id = $2 AND s.user_id = u.id
WHERE u.{key} = $1
"""
_BY_SOURCE = {"zenspa": _CURRENT_USER.format(key="id"), "supabase": _CURRENT_USER.format(key="supabase_id")}


class Grant(NamedTuple):
    """A role somebody holds; without a branch, everywhere."""

    role: Role
    branch_id: UUID | None


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """Whoever sent the request."""

    id: UUID
    grants: frozenset[Grant]
    session_id: UUID | None
    """None for a token of Supabase's, whose sessions are its own."""
    claims: Claims | None = None
    """None for who sent no request, as a command."""

    def holds(self, *roles: Role) -> bool:
        """Whether they have one of the roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def holds_in(self, branch_id: UUID, *roles: Role) -> bool:
        """Whether they have one of the roles in this branch, or everywhere."""
        return any(grant.role in roles and grant.branch_id in {None, branch_id} for grant in self.grants)

    def must_hold_in(self, branch_id: UUID, *roles: Role) -> None:
        """Raises ForbiddenException unless `holds_in`: branches are known to all, so it need not be hidden."""
        if not self.holds_in(branch_id, *roles):
            raise ForbiddenException

    def holds_everywhere(self, *roles: Role) -> bool:
        return any(grant.role in roles and grant.branch_id is None for grant in self.grants)


SYSTEM_USER = CurrentUser(UUID(int=0), frozenset({Grant(Role.ADMIN, None)}), session_id=None)
"""The user of a command: an administrator everywhere, without a row in the database.

The audit ledger records the changes of a command without an actor, because nothing calls `act_as` for it.
"""


def authorize(
    user: CurrentUser, *roles: Role, branch_id: UUID | None = None, everywhere: bool = False
) -> None:
    """Refuse the user unless they have one of the roles. The first line of a service function that not everybody may call.

    Args:
        user: Whoever sent the request.
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


def Requires(*roles: Role, everywhere: Sequence[Role] = ()) -> Any:  # noqa: N802 - reads as a word of the signature
    """Only users with one of these roles, in any branch, or with one of those everywhere; with neither, anybody who
    is signed in.

    Raises, in the request:
        UnauthorizedException: no token, or one that is no good (any more).
        ForbiddenException: the user is disabled, or has none of the roles.
    """
    return Security(_authorise, scopes=[*roles, *(f"{role}{_EVERYWHERE}" for role in everywhere)])


class _AccessToken(HTTPBearer):
    """Reads and verifies the token before anything else is done for the request."""

    errors = (InvalidToken, ExpiredToken, SessionEnded, NotAUser, UserDisabled, KeysUnavailable)
    """What a route that asks for a token can answer besides, for its document."""

    @override
    async def __call__(self, request: Request) -> Claims:  # type: ignore[override]  # what it says, not its letters
        bearer = await super().__call__(request)
        if bearer is None or len(request.headers.getlist("authorization")) != 1:
            raise UnauthorizedException
        return await verify_access_token(bearer.credentials)


_access_token = _AccessToken(
    auto_error=False,
    scheme_name="bearer",
    description="The `access_token` of `POST /api/v1/auth/sign-in`, or one of Supabase.",
)


async def _authorise(
    required: SecurityScopes, claims: Annotated[Claims, Depends(_access_token)], session: SessionDep
) -> CurrentUser:
    user = await _current_user(session, claims)
    user_id_var.set(str(user.id))
    if required.scopes and not any(_grants(user, scope) for scope in required.scopes):
        raise ForbiddenException
    return user


def _grants(user: CurrentUser, scope: str) -> bool:
    role = Role(scope.removesuffix(_EVERYWHERE))
    return user.holds_everywhere(role) if scope.endswith(_EVERYWHERE) else user.holds(role)


async def look_again(session: AsyncSession, user: CurrentUser) -> CurrentUser:
    """As they are now, for an answer that goes on for long.

    Raises:
        UnauthorizedException: they have signed out.
        ForbiddenException: they are disabled.
    """
    assert user.claims is not None
    return await _current_user(session, user.claims)


async def _current_user(session: AsyncSession, claims: Claims) -> CurrentUser:
    found = await _find(session, claims)
    if found is None and claims.source == "supabase":
        await _add_at_first_sight(session, claims)
        found = await _find(session, claims)
    if found is not None and found.disabled_at is not None:
        raise UserDisabled  # first: their session has ended too, and signing in again would not help
    if found is None or found.is_over(claims):
        raise SessionEnded
    grants = (grant.split("/") for grant in found.grants)
    return CurrentUser(
        id=found.id,
        grants=frozenset(Grant(Role(role), UUID(branch) if branch else None) for role, branch in grants),
        session_id=claims.session_id,
        claims=claims,
    )


class _Found(NamedTuple):
    """A row of `_CURRENT_USER`."""

    id: UUID
    disabled_at: datetime | None
    signed_out_at: datetime | None
    session_expires_at: datetime | None
    session_ended_at: datetime | None
    grants: list[str]
    actor: str
    request_id: str

    def is_over(self, claims: Claims) -> bool:
        if claims.source == "supabase":
            return self.signed_out_at is not None and claims.issued_at < self.signed_out_at.timestamp()
        return (
            self.session_expires_at is None  # no such session, or not theirs
            or self.session_ended_at is not None
            or self.session_expires_at <= utc_now()
        )


async def _find(session: AsyncSession, claims: Claims) -> _Found | None:
    statement = _BY_SOURCE[claims.source]
    rows = await fetch_raw(session, statement, claims.subject, claims.session_id, request_id_var.get())
    return _Found._make(rows[0]) if rows else None


async def _add_at_first_sight(session: AsyncSession, claims: Claims) -> None:
    """Two first requests at once make one row. It has no role yet, and no email: Supabase may not have proven it."""
    user_id = uuid7()
    row = {"id": user_id, "full_name": claims.name or "Supabase", "supabase_id": claims.subject}

    async def add(own_session: AsyncSession) -> None:
        await act_as(own_session, user_id)
        new = insert(User).values(row)
        await own_session.execute(new.on_conflict_do_nothing(index_elements=[User.supabase_id]))

    # In a transaction of its own: the request may be a GET, and a 403 that follows must not undo it, because an
    # administrator looks for the user to give them a role. The connection goes back first: a request holds only one.
    await session.rollback()
    await run_in_transaction(add, in_request=True)
    await claim_connection(session)


Admin = Annotated[CurrentUser, Requires(Role.ADMIN)]
Team = Annotated[CurrentUser, Requires(Role.ADMIN, Role.RECEPTIONIST, Role.THERAPIST)]
AnyRole = Annotated[CurrentUser, Requires(*Role)]
SignedIn = Annotated[CurrentUser, Requires()]
Desk = Annotated[CurrentUser, Requires(Role.ADMIN, Role.RECEPTIONIST)]
AdminEverywhere = Annotated[CurrentUser, Requires(everywhere=[Role.ADMIN])]
