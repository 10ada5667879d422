"""Users and invitations over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Query

from app.common.constants import API_V1
from app.common.schemas import PageQuery
from app.core.config import settings
from app.core.database import SessionDep
from app.core.exceptions import NotFoundException, RateLimitException, error_responses
from app.core.mail import shown_mails
from app.core.security import InvalidCursorException
from app.http.router import PUBLIC, ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity import identity_service as service
from app.modules.identity import invitations
from app.modules.identity.access import AdminEverywhere, SignedIn
from app.modules.identity.auth_routes import DeviceDep
from app.modules.identity.identity_errors import (
    InvitationClosed,
    InvitationNotFound,
    InvitedUserDisabled,
    LastAdmin,
    UserNotFound,
)
from app.modules.identity.identity_schemas import (
    InvitationAccept,
    InvitationClaim,
    InvitationCreate,
    InvitationPage,
    InvitationRead,
    ShownMailRead,
    Tokens,
    UserListQuery,
    UserPage,
    UserRead,
    UserRoles,
)

users = ApiRouter(prefix=f"{API_V1}/users", tags=["Users"])
invited = ApiRouter(prefix=f"{API_V1}/invitations", tags=["Invitations"])
mails = ApiRouter(prefix=f"{API_V1}/mails", tags=["Mails"])


@users.get("", responses=error_responses(InvalidCursorException))
async def list_users(
    _: AdminEverywhere, session: SessionDep, query: Annotated[UserListQuery, Query()]
) -> UserPage:
    """Lists users, newest first; `q` finds part of a name, an email or a phone."""
    return await service.list_users(session, query)


@users.get("/{user_id}", responses=error_responses(UserNotFound))
async def get_user(_: AdminEverywhere, session: SessionDep, user_id: UUID) -> UserRead:
    """One user with their roles."""
    return await service.read_user(session, await service.get_user(session, user_id))


@users.post("/{user_id}/disable", responses=error_responses(UserNotFound, LastAdmin))
async def disable_user(_: AdminEverywhere, session: SessionDep, user_id: UUID) -> UserRead:
    """Locks a user out at once: every token of theirs dies."""
    return await service.read_user(session, await service.disable_user(session, user_id))


@users.post("/{user_id}/enable", responses=error_responses(UserNotFound))
async def enable_user(_: AdminEverywhere, session: SessionDep, user_id: UUID) -> UserRead:
    """Lets a user in again; they sign in anew."""
    return await service.read_user(session, await service.enable_user(session, user_id))


@users.put(
    "/{user_id}/roles",
    responses=error_responses(UserNotFound, LastAdmin, BranchNotFound),
)
async def set_user_roles(
    _: AdminEverywhere, session: SessionDep, user_id: UUID, wanted: UserRoles
) -> UserRead:
    """Gives a user these roles and takes all others; it counts from their next request on."""
    return await service.read_user(session, await service.set_roles(session, user_id, wanted.roles))


@invited.post(
    "",
    status_code=201,
    responses=error_responses(RateLimitException, InvitedUserDisabled, BranchNotFound),
)
async def invite_user(
    admin: AdminEverywhere, session: SessionDep, new: InvitationCreate, background: BackgroundTasks
) -> InvitationRead:
    """Sends somebody a link to join with these roles. Who has an account gets the roles at once."""
    outgoing = await invitations.invite(session, admin, new)
    background.add_task(invitations.send, outgoing)
    return invitations.read_invitation(outgoing.invitation)


@invited.get("", responses=error_responses(InvalidCursorException))
async def list_invitations(
    _: AdminEverywhere, session: SessionDep, query: Annotated[PageQuery, Query()]
) -> InvitationPage:
    """Lists invitations, newest first, and whether their mails went out."""
    return await invitations.list_invitations(session, query)


@invited.post(
    "/accept",
    status_code=201,
    openapi_extra=PUBLIC,
    responses=error_responses(InvitationNotFound),
)
async def accept_invitation(session: SessionDep, answer: InvitationAccept, device: DeviceDep) -> Tokens:
    """Sets the password of the invited and signs them in."""
    return await invitations.accept(session, answer, device)


@invited.post("/claim", responses=error_responses(InvitationNotFound))
async def claim_invitation(user: SignedIn, session: SessionDep, answer: InvitationClaim) -> UserRead:
    """Takes the roles of an invitation to the account you are signed in to, as with Supabase."""
    return await service.read_user(session, await invitations.claim(session, user.id, answer.token))


@invited.post(
    "/{invitation_id}/resend",
    responses=error_responses(RateLimitException, InvitationNotFound, InvitationClosed),
)
async def resend_invitation(
    admin: AdminEverywhere, session: SessionDep, invitation_id: UUID, background: BackgroundTasks
) -> InvitationRead:
    """Sends a new link, good for another 72 hours; the old one stops working."""
    outgoing = await invitations.resend(session, admin, invitation_id)
    background.add_task(invitations.send, outgoing)
    return invitations.read_invitation(outgoing.invitation)


@invited.post(
    "/{invitation_id}/withdraw",
    responses=error_responses(InvitationNotFound, InvitationClosed),
)
async def withdraw_invitation(_: AdminEverywhere, session: SessionDep, invitation_id: UUID) -> InvitationRead:
    """Makes the link worthless."""
    return invitations.read_invitation(await invitations.withdraw(session, invitation_id))


@mails.get("", responses=error_responses(NotFoundException))
async def list_shown_mails(_: AdminEverywhere) -> list[ShownMailRead]:
    """The mails of this process that were not sent because SMTP_HOST is not set, newest first: for development."""
    if settings.is_production or settings.SMTP_HOST is not None:
        raise NotFoundException
    return [ShownMailRead.model_validate(mail) for mail in shown_mails]
