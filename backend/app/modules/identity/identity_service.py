"""Users and their roles."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from uuid import UUID

from pydantic_core import PydanticCustomError
from sqlalchemy import ColumnElement, Uuid, column, delete, func, or_, select, table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.phone import digits_of, to_e164
from app.core.config import settings
from app.core.exceptions import NotFoundException
from app.core.mail import shown_mails
from app.db.errors import translate_integrity_errors
from app.db.paging import fetch_page
from app.db.queries import get_row
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.identity_errors import LastAdmin, LoginTaken, RoleBranchNotFound, UserNotFound
from app.modules.identity.identity_models import Invitation, RoleAssignment, User, UserSession
from app.modules.identity.identity_schemas import (
    RoleGrant,
    ShownMailRead,
    UserListQuery,
    UserPage,
    UserRead,
)
from app.modules.identity.roles import Role
from app.modules.identity.sessions import end_every_session

_ERASED_NAME = "—"
_LAST_ADMIN_LOCK = 0x61646D696E  # "admin": two administrators who disable each other wait here
_BRANCH = table(
    "branch", column("id", Uuid())
)  # what role_assignment.branch_id references; no more is known here


async def create_user(
    session: AsyncSession, user: CurrentUser, account: User, roles: Sequence[RoleGrant] = ()
) -> User:
    """Add an account whose email and phone are known to be its owner's.

    Raises:
        LoginTaken, RoleBranchNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    session.add(account)
    with translate_integrity_errors(
        {"user_account_email_key": LoginTaken, "user_account_phone_key": LoginTaken}
    ):
        await session.flush()
    await add_roles(session, account.id, roles)
    return account


async def list_users(session: AsyncSession, user: CurrentUser, query: UserListQuery) -> UserPage:
    """Return a page of users, newest first."""
    authorize(user, Role.ADMIN, everywhere=True)
    statement = select(User)
    if query.q is not None:
        statement = statement.where(_matches_text(query.q))
    if query.role is not None:
        user_ids = select(RoleAssignment.user_id).where(RoleAssignment.role == query.role)
        statement = statement.where(User.id.in_(user_ids))
    if query.disabled is not None:
        statement = statement.where(
            User.disabled_at.is_not(None) if query.disabled else User.disabled_at.is_(None)
        )
    purpose = f"users:{query.q}:{query.role}:{query.disabled}"
    accounts, next_cursor = await fetch_page(session, User, statement, query, purpose=purpose)
    return UserPage(items=await _with_roles(session, accounts), next_cursor=next_cursor)


def _matches_text(text: str) -> ColumnElement[bool]:
    """Match part of a name, an email or a phone. A phone is found as stored and as typed: 0912 345 678 is +84912345678."""
    columns = (User.full_name, User.email, User.phone)
    matches = or_(*(column.icontains(text, autoescape=True) for column in columns))
    digits = digits_of(text)
    if not digits:
        return matches
    with suppress(PydanticCustomError):  # not a whole number
        return or_(matches, User.phone == to_e164(text, settings.PHONE_REGION))
    return or_(matches, User.phone.contains(digits.removeprefix("0")))


async def read_user(session: AsyncSession, user: CurrentUser, user_id: UUID) -> UserRead:
    """Return a user with their roles.

    Raises:
        UserNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    return await read_account(session, await get_user(session, user_id))


async def names_of_users(session: AsyncSession, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of users, for a module that has authorized the user."""
    rows = await session.execute(select(User.id, User.full_name).where(User.id.in_(user_ids)))
    return {row.id: row.full_name for row in rows}


async def read_own_account(session: AsyncSession, user: CurrentUser) -> UserRead:
    """Return the signed-in user's own account and roles."""
    return await read_account(session, await get_user(session, user.id))


async def disable_user(session: AsyncSession, user: CurrentUser, user_id: UUID) -> UserRead:
    """Lock an account: all its tokens and an open invitation stop working. Does nothing when it is locked already.

    Raises:
        UserNotFound, LastAdmin
    """
    authorize(user, Role.ADMIN, everywhere=True)
    return await read_account(session, await _disable(session, user_id))


async def enable_user(session: AsyncSession, user: CurrentUser, user_id: UUID) -> UserRead:
    """Unlock an account. Sessions that ended stay ended. Does nothing when it is not locked.

    Raises:
        UserNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    account = await get_user(session, user_id, lock=True)
    account.disabled_at = None
    await session.flush()
    return await read_account(session, account)


async def set_roles(
    session: AsyncSession, user: CurrentUser, user_id: UUID, roles: Sequence[RoleGrant]
) -> UserRead:
    """Replace all roles of a user, from their next request on.

    Raises:
        UserNotFound, LastAdmin, RoleBranchNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    wanted = {(grant.role, grant.branch_id) for grant in roles}
    if (Role.ADMIN, None) not in wanted:
        await _refuse_if_last_admin(session, user_id)
    account = await get_user(session, user_id, lock=True)
    assignments = await session.scalars(select(RoleAssignment).where(RoleAssignment.user_id == user_id))
    for assignment in assignments:
        if (Role(assignment.role), assignment.branch_id) not in wanted:
            await session.delete(assignment)
    await session.flush()
    await add_roles(session, user_id, roles)
    return await read_account(session, account)


def list_shown_mails(user: CurrentUser) -> list[ShownMailRead]:
    """Return the mails that this process did not send because no mail server is set, newest first.

    Raises:
        NotFoundException: in production, or when a mail server is set.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    if settings.is_production or settings.SMTP_HOST is not None:
        raise NotFoundException
    return [ShownMailRead.model_validate(mail) for mail in shown_mails]


# Below: for the other modules and files of the application, which have authorized the user.


async def get_user(session: AsyncSession, user_id: UUID, *, lock: bool = False) -> User:
    """Return the row of a user. With `lock`, no other transaction changes it until this one ends.

    Raises:
        UserNotFound
    """
    return await get_row(session, User, user_id, UserNotFound, lock=lock)


async def get_by_email(session: AsyncSession, email: str) -> User:
    """Return the user with this email.

    Raises:
        UserNotFound
    """
    account = await find_by_email(session, email)
    if account is None:
        raise UserNotFound
    return account


async def find_by_email(session: AsyncSession, email: str) -> User | None:
    """Return the user with this email, if there is one."""
    return (await session.scalars(select(User).where(User.email == email.lower()))).one_or_none()


async def read_accounts(session: AsyncSession, user_ids: Sequence[UUID]) -> list[UserRead]:
    """Return these users with their roles, oldest first."""
    accounts = await session.scalars(select(User).where(User.id.in_(user_ids)).order_by(User.id))
    return await _with_roles(session, accounts.all())


async def add_roles(session: AsyncSession, user_id: UUID, roles: Sequence[RoleGrant]) -> None:
    """Assign roles to a user. A role they have already stays as it is, also one assigned at this moment.

    Raises:
        RoleBranchNotFound
    """
    rows = [{"user_id": user_id, "role": grant.role, "branch_id": grant.branch_id} for grant in roles]
    if rows:
        await require_branches(session, roles)
        await session.execute(insert(RoleAssignment).on_conflict_do_nothing(), rows)


async def require_branches(session: AsyncSession, roles: Sequence[RoleGrant]) -> None:
    """Check that every branch these roles name exists.

    Raises:
        RoleBranchNotFound
    """
    branch_ids = {grant.branch_id for grant in roles if grant.branch_id is not None}
    if not branch_ids:
        return
    known = await session.scalars(select(_BRANCH.c.id).where(_BRANCH.c.id.in_(branch_ids)))
    if branch_ids - set(known):
        raise RoleBranchNotFound


async def withdraw_invitations(session: AsyncSession, user_id: UUID) -> None:
    """Withdraw every open invitation of a user."""
    await session.execute(
        update(Invitation)
        .where(
            Invitation.user_id == user_id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None)
        )
        .values(withdrawn_at=utc_now())
    )


async def erase_customer_account(session: AsyncSession, user_id: UUID) -> list[UUID]:
    """Erase the person from an account and lock it. Return the ids of all rows that held their data.

    An account with another role than customer is left alone: it is what a member of staff works with.
    """
    roles = select(RoleAssignment.role).where(RoleAssignment.user_id == user_id)
    if set(await session.scalars(roles)) - {Role.CUSTOMER}:
        return []
    account = await _disable(session, user_id)
    account.full_name, account.email, account.phone = _ERASED_NAME, None, None
    account.password_hash, account.supabase_id = None, None
    await session.flush()
    row_ids = [user_id]
    for model in (UserSession, Invitation):
        deletion = delete(model).where(model.user_id == user_id).returning(model.id)
        row_ids += (await session.scalars(deletion)).all()  # also a sign-in that came in between
    return row_ids


async def rows_of(session: AsyncSession, user_ids: Sequence[UUID]) -> list[UUID]:
    """Return the ids of these users and of every row that belongs to them, as the audit ledger names them."""
    row_ids = list(user_ids)
    for model in (RoleAssignment, UserSession, Invitation):
        row_ids += (await session.scalars(select(model.id).where(model.user_id.in_(user_ids)))).all()
    return row_ids


async def _disable(session: AsyncSession, user_id: UUID) -> User:
    await _refuse_if_last_admin(session, user_id)
    account = await get_user(session, user_id, lock=True)
    if account.disabled_at is None:
        account.disabled_at = utc_now()
        await session.flush()
        await end_every_session(session, user_id, "disabled")
        await withdraw_invitations(session, user_id)
    return account


async def _refuse_if_last_admin(session: AsyncSession, user_id: UUID) -> None:
    """Take a lock until the transaction ends: two administrators who disable each other must not both succeed."""
    await session.execute(select(func.pg_advisory_xact_lock(_LAST_ADMIN_LOCK)))
    admin_ids = (
        select(User.id)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(RoleAssignment.role == Role.ADMIN, RoleAssignment.branch_id.is_(None))
        .where(
            User.disabled_at.is_(None), or_(User.password_hash.is_not(None), User.supabase_id.is_not(None))
        )
    )
    if (await session.scalars(admin_ids)).all() == [user_id]:
        raise LastAdmin


async def read_account(session: AsyncSession, account: User) -> UserRead:
    [read] = await _with_roles(session, [account])
    return read


async def _with_roles(session: AsyncSession, accounts: Sequence[User]) -> list[UserRead]:
    user_ids = [account.id for account in accounts]
    roles: dict[UUID, list[RoleGrant]] = {user_id: [] for user_id in user_ids}
    assignments = select(RoleAssignment).where(RoleAssignment.user_id.in_(user_ids))
    for assignment in await session.scalars(assignments.order_by(RoleAssignment.id)):
        roles[assignment.user_id].append(RoleGrant.model_validate(assignment))
    return [
        UserRead(
            id=account.id,
            full_name=account.full_name,
            email=account.email,
            phone=account.phone,
            roles=roles[account.id],
            has_password=account.password_hash is not None,
            uses_supabase=account.supabase_id is not None,
            disabled_at=account.disabled_at,
            created_at=account.created_at,
        )
        for account in accounts
    ]
