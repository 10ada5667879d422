"""Users and their roles."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.errors import translate_integrity_errors
from app.db.paging import newest_first
from app.db.queries import get_row
from app.modules.branch.branch_service import refuse_unknown_branches
from app.modules.identity.identity_errors import LastAdmin, LoginTaken, UserNotFound
from app.modules.identity.identity_models import Invitation, RoleAssignment, User, UserSession
from app.modules.identity.identity_schemas import RoleGrant, UserListQuery, UserPage, UserRead
from app.modules.identity.roles import Role
from app.modules.identity.sessions import end_every_session

_LAST_ADMIN_LOCK = 0x61646D696E  # "admin": two admins who disable each other wait here
_PHONE_PUNCTUATION = re.compile(r"[\s().+-]")


async def create_user(session: AsyncSession, user: User, roles: Sequence[RoleGrant] = ()) -> User:
    """A user whose email and phone are known to be theirs.

    Raises:
        LoginTaken
    """
    session.add(user)
    with translate_integrity_errors(
        {"user_account_email_key": LoginTaken, "user_account_phone_key": LoginTaken}
    ):
        await session.flush()
    await add_roles(session, user.id, roles)
    return user


async def get_user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User:
    """With `lock` nobody else changes the user until the transaction ends.

    Raises:
        UserNotFound
    """
    return await get_row(session, User, user_id, UserNotFound, lock=lock)


async def get_by_email(session: AsyncSession, email: str) -> User:
    """Raises UserNotFound."""
    user = await find_by_email(session, email)
    if user is None:
        raise UserNotFound
    return user


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    return (await session.scalars(select(User).where(User.email == email.lower()))).one_or_none()


async def list_users(session: AsyncSession, query: UserListQuery) -> UserPage:
    """Newest first."""
    statement = select(User)
    if query.q is not None:
        statement = statement.where(_has(query.q))
    if query.role is not None:
        holders = select(RoleAssignment.user_id).where(RoleAssignment.role == query.role)
        statement = statement.where(User.id.in_(holders))
    if query.disabled is not None:
        statement = statement.where(
            User.disabled_at.is_not(None) if query.disabled else User.disabled_at.is_(None)
        )
    purpose = f"users:{query.q}:{query.role}:{query.disabled}"
    users, next_cursor = await newest_first(session, User, statement, query, purpose=purpose)
    return UserPage(items=await _read(session, users), next_cursor=next_cursor)


def _has(typed: str) -> ColumnElement[bool]:
    """A phone is found as it is kept and as people write it: 0912 345 678 is +84912345678."""
    columns = (User.full_name, User.email, User.phone)
    found = or_(*(column.icontains(typed, autoescape=True) for column in columns))
    digits = _PHONE_PUNCTUATION.sub("", typed)
    return or_(found, User.phone.contains(digits.removeprefix("0"))) if digits.isdecimal() else found


async def read_user(session: AsyncSession, user: User) -> UserRead:
    """The user with their roles."""
    [read] = await _read(session, [user])
    return read


async def _read(session: AsyncSession, users: Sequence[User]) -> list[UserRead]:
    held = select(RoleAssignment).where(RoleAssignment.user_id.in_([user.id for user in users]))
    roles: dict[UUID, list[RoleGrant]] = {user.id: [] for user in users}
    for assignment in await session.scalars(held.order_by(RoleAssignment.id)):
        roles[assignment.user_id].append(RoleGrant.model_validate(assignment))
    return [
        UserRead(
            id=user.id,
            full_name=user.full_name,
            email=user.email,
            phone=user.phone,
            roles=roles[user.id],
            has_password=user.password_hash is not None,
            uses_supabase=user.supabase_id is not None,
            disabled_at=user.disabled_at,
            created_at=user.created_at,
        )
        for user in users
    ]


async def disable_user(session: AsyncSession, user_id: UUID) -> User:
    """All their tokens die with it, and the link of an invitation. Again is no error.

    Raises:
        UserNotFound, LastAdmin
    """
    await _refuse_if_last_admin(session, user_id)
    user = await get_user(session, user_id, lock=True)
    if user.disabled_at is None:
        user.disabled_at = utc_now()
        await session.flush()
        await end_every_session(session, user_id, "disabled")
        await withdraw_invitations(session, user_id)
    return user


async def enable_user(session: AsyncSession, user_id: UUID) -> User:
    """They may sign in again; our sessions that were ended stay so. Again is no error."""
    user = await get_user(session, user_id, lock=True)
    user.disabled_at = None
    await session.flush()
    return user


async def set_roles(session: AsyncSession, user_id: UUID, roles: Sequence[RoleGrant]) -> User:
    """These and no others, from the user's next request on.

    Raises:
        UserNotFound, LastAdmin
    """
    wanted = {(grant.role, grant.branch_id) for grant in roles}
    if (Role.ADMIN, None) not in wanted:
        await _refuse_if_last_admin(session, user_id)
    user = await get_user(session, user_id, lock=True)
    held = await session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == user_id))
    for assignment in held:
        if (Role(assignment.role), assignment.branch_id) not in wanted:
            await session.delete(assignment)
    await session.flush()
    await add_roles(session, user_id, roles)
    return user


async def add_roles(session: AsyncSession, user_id: UUID, roles: Sequence[RoleGrant]) -> None:
    """Those they hold already stay, also one that somebody gives them at this moment.

    Raises:
        BranchNotFound: a role in a branch that is none.
    """
    rows = [{"user_id": user_id, "role": grant.role, "branch_id": grant.branch_id} for grant in roles]
    if rows:
        await refuse_unknown_branches(session, (grant.branch_id for grant in roles))
        await session.execute(insert(RoleAssignment).on_conflict_do_nothing(), rows)


async def withdraw_invitations(session: AsyncSession, user_id: UUID) -> None:
    """Those that are still open."""
    await session.execute(
        update(Invitation)
        .where(
            Invitation.user_id == user_id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=utc_now())
    )


async def erase_customer_account(session: AsyncSession, user_id: UUID) -> list[UUID]:
    """Takes the person out of an account, which nobody can use any more; the ids of the rows that held them.

    Staff who are customers too keep theirs: it is what they work with.
    """
    held = select(RoleAssignment.role).where(RoleAssignment.user_id == user_id)
    if set(await session.scalars(held)) - {Role.CUSTOMER}:
        return []
    user = await disable_user(session, user_id)
    user.full_name, user.email, user.phone = "—", None, None
    user.password_hash, user.supabase_id = None, None
    await session.flush()
    rows = [user_id]
    for table in (UserSession, Invitation):
        removed = delete(table).where(table.user_id == user_id).returning(table.id)
        rows += (await session.scalars(removed)).all()  # a sign-in since then among them
    return rows


async def rows_of(session: AsyncSession, user_ids: Sequence[UUID]) -> list[UUID]:
    """The ids of the users and of all that is held on them, for the audit ledger."""
    rows = list(user_ids)
    for table in (RoleAssignment, UserSession, Invitation):
        rows += (await session.scalars(select(table.id).where(table.user_id.in_(user_ids)))).all()
    return rows


async def _refuse_if_last_admin(session: AsyncSession, user_id: UUID) -> None:
    """One after the other, until the transaction ends: two admins who disable each other must not both succeed."""
    await session.execute(select(func.pg_advisory_xact_lock(_LAST_ADMIN_LOCK)))
    admins = (
        select(User.id)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(RoleAssignment.role == Role.ADMIN, RoleAssignment.branch_id.is_(None))
        .where(
            User.disabled_at.is_(None), or_(User.password_hash.is_not(None), User.supabase_id.is_not(None))
        )
    )
    if (await session.scalars(admins)).all() == [user_id]:
        raise LastAdmin
