"""Invitations: a link by mail, valid once and for 72 hours, that gives its reader an account with roles."""

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.schemas import PageQuery
from app.core.config import settings
from app.core.mail import Mail, MailNotSent, send_mail
from app.db.audit import mask_entries_about, set_actor
from app.db.paging import fetch_page
from app.db.transactions import run_in_transaction
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.identity_errors import InvitationClosed, InvitationNotFound, InvitedUserDisabled
from app.modules.identity.identity_models import Invitation, User
from app.modules.identity.identity_schemas import (
    InvitationAccept,
    InvitationCreate,
    InvitationPage,
    InvitationRead,
    InvitationState,
    RoleGrant,
    Tokens,
    UserRead,
)
from app.modules.identity.identity_service import (
    add_roles,
    get_user,
    read_accounts,
    read_own_account,
    require_branches,
    withdraw_invitations,
)
from app.modules.identity.passwords import hash_password
from app.modules.identity.roles import ROLE_NAMES, Role
from app.modules.identity.sessions import Device, start_session
from app.redis.rate_limit import RateLimit, take

VALID_FOR = timedelta(hours=72)
BY_INVITER = RateLimit("invitation", requests=60, seconds=3600)


class OutgoingInvitation(NamedTuple):
    """An invitation and its mail, to be sent after the transaction is committed."""

    invitation: Invitation
    mail: Mail
    sender_id: UUID


async def invite(session: AsyncSession, user: CurrentUser, request: InvitationCreate) -> OutgoingInvitation:
    """Invite a person by email.

    A person who can sign in already gets the roles at once and a notice; anybody else gets a link. An earlier
    invitation of the same person that is still open is withdrawn: the newest one decides which roles they get.

    Raises:
        RateLimitException, InvitedUserDisabled, RoleBranchNotFound
    """
    authorize(user, Role.ADMIN, everywhere=True)
    await take(BY_INVITER, str(user.id))
    await require_branches(session, request.roles)
    invited = await _get_or_add_user(session, request.email)
    if invited.disabled_at is not None:
        raise InvitedUserDisabled
    await withdraw_invitations(session, invited.id)
    invitation = Invitation(
        user_id=invited.id,
        email=request.email,
        roles=[grant.model_dump(mode="json") for grant in request.roles],
        invited_by_id=user.id,
    )
    token = _renew_token(invitation)
    session.add(invitation)
    if invited.can_sign_in:
        invitation.accepted_at = utc_now()
        await add_roles(session, invited.id, request.roles)
        mail = _roles_mail(invitation)
    else:
        mail = _link_mail(invitation, token)
    await session.flush()
    return OutgoingInvitation(invitation, mail, user.id)


async def send(outgoing: OutgoingInvitation) -> None:
    """Send the mail and record the outcome on the invitation.

    Runs after the transaction, so that no mail announces what was rolled back.
    """
    try:
        await send_mail(outgoing.mail)
        outcome = {"sent_at": utc_now()}
    except MailNotSent:
        outcome = {"delivery_failed_at": utc_now()}

    async def record_outcome(session: AsyncSession) -> None:
        await set_actor(session, outgoing.sender_id)
        await session.execute(
            update(Invitation).where(Invitation.id == outgoing.invitation.id).values(**outcome)
        )

    await run_in_transaction(record_outcome)


async def resend(session: AsyncSession, user: CurrentUser, invitation_id: UUID) -> OutgoingInvitation:
    """Make a new link, valid for another 72 hours. The old one stops working.

    Raises:
        RateLimitException, InvitationNotFound, InvitationClosed
    """
    authorize(user, Role.ADMIN, everywhere=True)
    await take(BY_INVITER, str(user.id))
    invitation = await _get_open(session, invitation_id)
    token = _renew_token(invitation)
    await session.flush()
    return OutgoingInvitation(invitation, _link_mail(invitation, token), user.id)


async def withdraw(session: AsyncSession, user: CurrentUser, invitation_id: UUID) -> InvitationRead:
    """Withdraw an invitation: its link stops working.

    Raises:
        InvitationNotFound, InvitationClosed
    """
    authorize(user, Role.ADMIN, everywhere=True)
    invitation = await _get_open(session, invitation_id)
    invitation.withdrawn_at = utc_now()
    await session.flush()
    return read_invitation(invitation)


async def accept(session: AsyncSession, request: InvitationAccept, device: Device) -> Tokens:
    """Set the password of the invited person and sign them in.

    Raises:
        InvitationNotFound: the link was used, withdrawn, replaced by a newer one or never sent, or has expired.
    """
    invitation = await _get_pending(session, request.token)
    await set_actor(session, invitation.user_id)
    account = await get_user(session, invitation.user_id, lock=True)
    account.full_name = request.full_name
    account.password_hash = await hash_password(request.password)
    await session.flush()
    await _close_and_assign_roles(session, invitation, account.id)
    return await start_session(session, account.id, device)


async def claim(session: AsyncSession, user: CurrentUser, token: str) -> UserRead:
    """Move the roles of an invitation to the signed-in user's own account, for example one of Supabase.

    Open to every signed-in user: the link is the permission.

    Raises:
        InvitationNotFound: as for `accept`.
    """
    invitation = await _get_pending(session, token)
    account = await get_user(session, user.id, lock=True)
    await _close_and_assign_roles(session, invitation, account.id)
    await _replace_invited_user(session, invitation.user_id, account)
    return await read_own_account(session, user)


async def list_invitations(session: AsyncSession, user: CurrentUser, query: PageQuery) -> InvitationPage:
    """Return a page of invitations, newest first."""
    authorize(user, Role.ADMIN, everywhere=True)
    page, next_cursor = await fetch_page(
        session, Invitation, select(Invitation), query, purpose="invitations"
    )
    return InvitationPage(items=[read_invitation(invitation) for invitation in page], next_cursor=next_cursor)


def read_invitation(invitation: Invitation) -> InvitationRead:
    """Return an invitation as the API shows it."""
    return InvitationRead(
        id=invitation.id,
        user_id=invitation.user_id,
        email=invitation.email,
        roles=[RoleGrant.model_validate(grant) for grant in invitation.roles],
        state=_state_of(invitation),
        expires_at=invitation.expires_at,
        sent_at=invitation.sent_at,
        delivery_failed_at=invitation.delivery_failed_at,
        created_at=invitation.created_at,
    )


def _state_of(invitation: Invitation) -> InvitationState:
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "pending" if utc_now() < invitation.expires_at else "expired"


def _renew_token(invitation: Invitation) -> str:
    """Return the token of a new link. Only its hash is stored."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.expires_at = utc_now() + VALID_FOR
    invitation.sent_at = invitation.delivery_failed_at = None
    return token


async def _get_or_add_user(session: AsyncSession, email: str) -> User:
    """Return the user with this email, locked.

    Of two requests that invite the same person at once, the second waits here and then withdraws the first's link.
    """
    row = {"id": uuid7(), "full_name": email, "email": email}
    await session.execute(insert(User).values(row).on_conflict_do_nothing(index_elements=[User.email]))
    by_email = select(User).where(User.email == email).with_for_update(key_share=True)
    return (await session.scalars(by_email)).one()


async def _get_open(session: AsyncSession, invitation_id: UUID) -> Invitation:
    invitation = await session.get(Invitation, invitation_id, with_for_update=True)
    if invitation is None:
        raise InvitationNotFound
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise InvitationClosed
    return invitation


async def _get_pending(session: AsyncSession, token: str) -> Invitation:
    """Return the invitation of a link, locked: of two requests that use it at once, the second finds it used."""
    by_token = select(Invitation).where(Invitation.token_hash == _hash(token)).with_for_update()
    invitation = (await session.scalars(by_token)).one_or_none()
    if invitation is None or _state_of(invitation) != "pending":
        raise InvitationNotFound
    return invitation


async def _close_and_assign_roles(session: AsyncSession, invitation: Invitation, user_id: UUID) -> None:
    invitation.accepted_at = utc_now()
    await add_roles(session, user_id, [RoleGrant.model_validate(grant) for grant in invitation.roles])


async def _replace_invited_user(session: AsyncSession, invited_id: UUID, account: User) -> None:
    """Delete the user that was made for the invitation, and move its roles and its email to `account`.

    The link has proven that the email belongs to the account. It is moved only when the account has none.
    """
    invited = await get_user(session, invited_id, lock=True)
    if invited.can_sign_in:
        return
    [invited_read] = await read_accounts(session, [invited_id])
    await add_roles(session, account.id, invited_read.roles)
    await session.execute(
        update(Invitation).where(Invitation.user_id == invited.id).values(user_id=account.id)
    )
    await session.delete(invited)
    await session.flush()
    await mask_entries_about(session, [invited.id])  # a later erasure does not look under this id
    if account.email is None:
        account.email = invited.email
        await session.flush()


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _link_mail(invitation: Invitation, token: str) -> Mail:
    # After the "#", which a browser sends to no server: neither a log nor a Referer has the token.
    link = f"{settings.PUBLIC_URL.rstrip('/')}/desk/join#{token}"
    return Mail(
        to=invitation.email,
        subject="Lời mời dùng ZenSpa · Your invitation to ZenSpa",
        body=(
            "Mở liên kết dưới đây để đặt mật khẩu. Liên kết chỉ dùng một lần và hết hạn sau 72 giờ.\n"
            "Open the link below to set a password. It works once and expires after 72 hours.\n\n"
            f"{link}\n\n"
            "Nếu thư này không phải dành cho bạn, vui lòng bỏ qua.\n"
            "If this mail is not meant for you, please ignore it.\n"
        ),
    )


def _roles_mail(invitation: Invitation) -> Mail:
    names = [ROLE_NAMES[Role(str(grant["role"]))] for grant in invitation.roles]
    return Mail(
        to=invitation.email,
        subject="Vai trò mới trong ZenSpa · New roles in ZenSpa",
        body=(
            f"Tài khoản của bạn vừa có thêm vai trò: {', '.join(name.vi for name in names)}.\n"
            f"Your account now has these roles as well: {', '.join(name.en for name in names)}.\n\n"
            f"{settings.PUBLIC_URL}\n"
        ),
    )
