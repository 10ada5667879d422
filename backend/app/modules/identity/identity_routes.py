"""Users, invitations and unsent mails over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import BackgroundTasks, Query

from app.common.constants import API_V1
from app.common.schemas import PageQuery
from app.core.database import SessionDep
from app.core.exceptions import NotFoundException, RateLimitException, error_responses
from app.core.security import InvalidCursorException
from app.http.router import PUBLIC, ApiRouter
from app.modules.identity import identity_service as service
from app.modules.identity import invitations
from app.modules.identity.access import SignedIn
from app.modules.identity.auth_routes import DeviceDep
from app.modules.identity.identity_errors import (
    InvitationClosed,
    InvitationNotFound,
    InvitedUserDisabled,
    LastAdmin,
    RoleBranchNotFound,
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
    user: SignedIn, session: SessionDep, query: Annotated[UserListQuery, Query()]
) -> UserPage:
    """List users, newest first. `q` matches part of a name, an email or a phone."""
    return await service.list_users(session, user, query)


@users.get("/{user_id}", responses=error_responses(UserNotFound))
async def get_user(user: SignedIn, session: SessionDep, user_id: UUID) -> UserRead:
    """Return one user with their roles."""
    return await service.read_user(session, user, user_id)


@users.post("/{user_id}/disable", responses=error_responses(UserNotFound, LastAdmin))
async def disable_user(user: SignedIn, session: SessionDep, user_id: UUID) -> UserRead:
    """Lock an account. All its tokens stop working at once."""
    return await service.disable_user(session, user, user_id)


@users.post("/{user_id}/enable", responses=error_responses(UserNotFound))
async def enable_user(user: SignedIn, session: SessionDep, user_id: UUID) -> UserRead:
    """Unlock an account. Its user has to sign in again."""
    return await service.enable_user(session, user, user_id)


@users.put("/{user_id}/roles", responses=error_responses(UserNotFound, LastAdmin, RoleBranchNotFound))
async def set_user_roles(user: SignedIn, session: SessionDep, user_id: UUID, wanted: UserRoles) -> UserRead:
    """Replace all roles of a user. It takes effect with their next request."""
    return await service.set_roles(session, user, user_id, wanted.roles)


@invited.post(
    "",
    status_code=201,
    responses=error_responses(RateLimitException, InvitedUserDisabled, RoleBranchNotFound),
)
async def invite_user(
    user: SignedIn, session: SessionDep, new: InvitationCreate, background: BackgroundTasks
) -> InvitationRead:
    """Mails a person a link to join with these roles. A person with an account gets the roles at once."""
    outgoing = await invitations.invite(session, user, new)
    background.add_task(invitations.send, outgoing)
    return invitations.read_invitation(outgoing.invitation)


@invited.get("", responses=error_responses(InvalidCursorException))
async def list_invitations(
    user: SignedIn, session: SessionDep, query: Annotated[PageQuery, Query()]
) -> InvitationPage:
    """List invitations, newest first, and whether their mails were sent."""
    return await invitations.list_invitations(session, user, query)


@invited.post("/accept", status_code=201, openapi_extra=PUBLIC, responses=error_responses(InvitationNotFound))
async def accept_invitation(session: SessionDep, answer: InvitationAccept, device: DeviceDep) -> Tokens:
    """Set the password of the invited person and signs them in."""
    return await invitations.accept(session, answer, device)


@invited.post("/claim", responses=error_responses(InvitationNotFound))
async def claim_invitation(user: SignedIn, session: SessionDep, answer: InvitationClaim) -> UserRead:
    """Move the roles of an invitation to the account you are signed in to, for example one of Supabase."""
    return await invitations.claim(session, user, answer.token)


@invited.post(
    "/{invitation_id}/resend",
    responses=error_responses(RateLimitException, InvitationNotFound, InvitationClosed),
)
async def resend_invitation(
    user: SignedIn, session: SessionDep, invitation_id: UUID, background: BackgroundTasks
) -> InvitationRead:
    """Mails a new link, valid for another 72 hours. The old one stops working."""
    outgoing = await invitations.resend(session, user, invitation_id)
    background.add_task(invitations.send, outgoing)
    return invitations.read_invitation(outgoing.invitation)


@invited.post("/{invitation_id}/withdraw", responses=error_responses(InvitationNotFound, InvitationClosed))
async def withdraw_invitation(user: SignedIn, session: SessionDep, invitation_id: UUID) -> InvitationRead:
    """Withdraw an invitation. Its link stops working."""
    return await invitations.withdraw(session, user, invitation_id)


@mails.get("", responses=error_responses(NotFoundException))
async def list_shown_mails(user: SignedIn) -> list[ShownMailRead]:
    """List mails that this process did not send because SMTP_HOST is not set, newest first. For development."""
    return service.list_shown_mails(user)
