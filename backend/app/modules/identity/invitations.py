"""Invitations: a link by mail, good once and for 72 hours, that makes somebody a user with roles."""

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
from app.db.audit import act_as
from app.db.paging import newest_first
from app.db.transactions import run_in_transaction
from app.modules.audit.audit_service import mask_entries_about
from app.modules.branch.branch_service import refuse_unknown_branches
from app.modules.identity.access import CurrentUser
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
)
from app.modules.identity.identity_service import add_roles, get_user, read_user, withdraw_invitations
from app.modules.identity.passwords import hash_password
from app.modules.identity.sessions import Device, start_session
from app.redis.rate_limit import RateLimit, take

GOOD_FOR = timedelta(hours=72)
BY_INVITER = RateLimit("invitation", requests=60, seconds=3600)


class Outgoing(NamedTuple):
    """An invitation and the mail about it, to be sent once the transaction is kept."""

    invitation: Invitation
    mail: Mail
    sender_id: UUID


async def invite(session: AsyncSession, inviter: CurrentUser, new: InvitationCreate) -> Outgoing:
    """Who has an account already gets the roles now and hears of it; anybody else gets a link.

    An earlier invitation of the same person that is still open is withdrawn: the newest says what they get.

    Raises:
        RateLimitException, InvitedUserDisabled, BranchNotFound
    """
    await take(BY_INVITER, str(inviter.id))
    await refuse_unknown_branches(session, (grant.branch_id for grant in new.roles))
    user = await _get_or_add_user(session, new.email)
    if user.disabled_at is not None:
        raise InvitedUserDisabled
    await withdraw_invitations(session, user.id)
    invitation = Invitation(
        user_id=user.id,
        email=new.email,
        roles=[grant.model_dump(mode="json") for grant in new.roles],
        invited_by_id=inviter.id,
    )
    word = _renew(invitation)
    session.add(invitation)
    if user.can_sign_in:
        invitation.accepted_at = utc_now()
        await add_roles(session, user.id, new.roles)
        mail = _roles_mail(invitation)
    else:
        mail = _link_mail(invitation, word)
    await session.flush()
    return Outgoing(invitation, mail, inviter.id)


async def send(outgoing: Outgoing) -> None:
    """After the transaction, so that no mail speaks of what was rolled back; notes on the invitation how it went."""
    try:
        await send_mail(outgoing.mail)
        outcome = {"sent_at": utc_now()}
    except MailNotSent:
        outcome = {"delivery_failed_at": utc_now()}
    note = update(Invitation).where(Invitation.id == outgoing.invitation.id).values(**outcome)

    async def note_it(session: AsyncSession) -> None:
        await act_as(session, outgoing.sender_id)
        await session.execute(note)

    await run_in_transaction(note_it)


async def resend(session: AsyncSession, sender: CurrentUser, invitation_id: UUID) -> Outgoing:
    """A new link for another 72 hours; the old one is dead.

    Raises:
        RateLimitException, InvitationNotFound, InvitationClosed
    """
    await take(BY_INVITER, str(sender.id))
    invitation = await _get_open(session, invitation_id)
    word = _renew(invitation)
    await session.flush()
    return Outgoing(invitation, _link_mail(invitation, word), sender.id)


async def withdraw(session: AsyncSession, invitation_id: UUID) -> Invitation:
    """Makes the link worthless.

    Raises:
        InvitationNotFound, InvitationClosed
    """
    invitation = await _get_open(session, invitation_id)
    invitation.withdrawn_at = utc_now()
    await session.flush()
    return invitation


async def accept(session: AsyncSession, answer: InvitationAccept, device: Device) -> Tokens:
    """The invited sets a password and is signed in.

    Raises:
        InvitationNotFound: used, withdrawn, expired, replaced by a newer link, or never sent.
    """
    invitation = await _use(session, answer.token)
    await act_as(session, invitation.user_id)
    user = await get_user(session, invitation.user_id, lock=True)
    user.full_name = answer.full_name
    user.password_hash = await hash_password(answer.password)
    await session.flush()
    await _give(session, invitation, user.id)
    return await start_session(session, user.id, device)


async def claim(session: AsyncSession, user_id: UUID, word: str) -> User:
    """Whoever is signed in, as by Supabase, and has the link takes its roles to the account they are signed in to.

    Raises:
        InvitationNotFound
    """
    invitation = await _use(session, word)
    user = await get_user(session, user_id, lock=True)
    await _give(session, invitation, user.id)
    await _replace_invited(session, invitation.user_id, user)
    return user


async def list_invitations(session: AsyncSession, query: PageQuery) -> InvitationPage:
    """Newest first."""
    page, next_cursor = await newest_first(
        session, Invitation, select(Invitation), query, purpose="invitations"
    )
    return InvitationPage(items=[read_invitation(invitation) for invitation in page], next_cursor=next_cursor)


def read_invitation(invitation: Invitation) -> InvitationRead:
    return InvitationRead(
        id=invitation.id,
        user_id=invitation.user_id,
        email=invitation.email,
        roles=[RoleGrant.model_validate(grant) for grant in invitation.roles],
        state=_state(invitation),
        expires_at=invitation.expires_at,
        sent_at=invitation.sent_at,
        delivery_failed_at=invitation.delivery_failed_at,
        created_at=invitation.created_at,
    )


def _state(invitation: Invitation) -> InvitationState:
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "pending" if utc_now() < invitation.expires_at else "expired"


def _renew(invitation: Invitation) -> str:
    """Makes the word of a new link, and returns it: only its hash is kept."""
    word = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(word)
    invitation.expires_at = utc_now() + GOOD_FOR
    invitation.sent_at = invitation.delivery_failed_at = None
    return word


async def _get_or_add_user(session: AsyncSession, email: str) -> User:
    """Locked: of two who invite somebody at the same time the second waits here, and withdraws the first's link."""
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


async def _use(session: AsyncSession, word: str) -> Invitation:
    """Of two who use a link at the same time the second waits here, and finds it used."""
    by_word = select(Invitation).where(Invitation.token_hash == _hash(word)).with_for_update()
    invitation = (await session.scalars(by_word)).one_or_none()
    if invitation is None or _state(invitation) != "pending":
        raise InvitationNotFound
    return invitation


async def _give(session: AsyncSession, invitation: Invitation, user_id: UUID) -> None:
    invitation.accepted_at = utc_now()
    await add_roles(session, user_id, [RoleGrant.model_validate(grant) for grant in invitation.roles])


async def _replace_invited(session: AsyncSession, invited_id: UUID, user: User) -> None:
    """The row that waited for them goes, and its email, which the link has proven, is theirs if they had none."""
    invited = await get_user(session, invited_id, lock=True)
    if invited.can_sign_in:
        return
    await add_roles(session, user.id, (await read_user(session, invited)).roles)
    theirs = update(Invitation).where(Invitation.user_id == invited.id)
    await session.execute(theirs.values(user_id=user.id))
    await session.delete(invited)
    await session.flush()
    await mask_entries_about(session, [invited.id])  # whoever is erased later is not looked for under this id
    if user.email is None:
        user.email = invited.email
        await session.flush()


def _hash(word: str) -> bytes:
    return sha256(word.encode()).digest()


def _link_mail(invitation: Invitation, word: str) -> Mail:
    link = f"{settings.PUBLIC_URL.rstrip('/')}/invitation#{word}"
    return Mail(
        to=invitation.email,
        subject="Lời mời vào ZenSpa · Your invitation to ZenSpa",
        body=(
            f"Bạn được mời dùng ZenSpa. Mở liên kết này để đặt mật khẩu; nó dùng được một lần, trong 72 giờ:\n\n"
            f"{link}\n\n"
            "You are invited to ZenSpa. Open the link above to choose a password; it works once, for 72 hours.\n\n"
            "Nếu bạn không chờ thư này, hãy bỏ qua · If you did not expect this mail, ignore it.\n"
        ),
    )


def _roles_mail(invitation: Invitation) -> Mail:
    roles = ", ".join(str(grant["role"]) for grant in invitation.roles)
    return Mail(
        to=invitation.email,
        subject="Bạn có quyền mới trong ZenSpa · You have new roles in ZenSpa",
        body=(
            f"Tài khoản của bạn vừa được thêm quyền: {roles}.\n"
            f"Your account has been given these roles: {roles}.\n\n{settings.PUBLIC_URL}\n"
        ),
    )
