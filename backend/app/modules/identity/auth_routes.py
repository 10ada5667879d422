"""Signing in and out, and passwords, over HTTP."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request

from app.common.constants import API_V1
from app.common.helpers import utc_now
from app.core.database import SessionDep
from app.core.exceptions import RateLimitException, error_responses
from app.http.router import PUBLIC, ApiRouter
from app.modules.identity import identity_service as service
from app.modules.identity import recovery, sessions
from app.modules.identity.access import SignedIn
from app.modules.identity.identity_errors import (
    InvalidRefreshToken,
    RefreshTokenReused,
    ResetLinkInvalid,
    UserDisabled,
    WrongCredentials,
    WrongPassword,
)
from app.modules.identity.identity_schemas import (
    PasswordChange,
    PasswordReset,
    PasswordResetRequest,
    Refresh,
    SignIn,
    Tokens,
    UserRead,
)

router = ApiRouter(prefix=f"{API_V1}/auth", tags=["Sign-in"])


def device_of(request: Request) -> sessions.Device:
    """The address is the peer's, or what a trusted proxy says (`zenspa serve --trust-proxy`)."""
    address = request.client.host if request.client is not None else ""
    return sessions.Device(address, request.headers.get("user-agent", ""))


DeviceDep = Annotated[sessions.Device, Depends(device_of)]


@router.post(
    "/sign-in",
    openapi_extra=PUBLIC,
    responses=error_responses(WrongCredentials, UserDisabled, RateLimitException),
)
async def sign_in(credentials: SignIn, device: DeviceDep) -> Tokens:
    """Opens a session with an email or a phone number and a password."""
    return await sessions.sign_in(credentials, device)


@router.post(
    "/refresh",
    openapi_extra=PUBLIC,
    responses=error_responses(InvalidRefreshToken, RefreshTokenReused, UserDisabled),
)
async def refresh(body: Refresh) -> Tokens:
    """New tokens for a refresh token, which is good once: used again, it ends the session everywhere it is."""
    return await sessions.refresh(body.refresh_token, received_at=utc_now())


@router.post("/sign-out", status_code=204)
async def sign_out(user: SignedIn, session: SessionDep) -> None:
    """Ends this session, its access tokens too. A session of Supabase's is ended at Supabase."""
    if user.session_id is not None:
        await sessions.end_session(session, user.session_id)


@router.post("/sign-out-everywhere", status_code=204)
async def sign_out_everywhere(user: SignedIn, session: SessionDep) -> None:
    """Ends all sessions of yours, on every device. A device of Supabase's gets in again when it refreshes: end those
    at Supabase."""
    await sessions.end_every_session(session, user.id, "signed out everywhere")


@router.get("/me")
async def get_me(user: SignedIn, session: SessionDep) -> UserRead:
    """Who you are here, and your roles."""
    return await service.read_user(session, await service.get_user(session, user.id))


@router.post("/password", responses=error_responses(WrongPassword, RateLimitException))
async def change_password(
    user: SignedIn, session: SessionDep, change: PasswordChange, device: DeviceDep
) -> Tokens:
    """Sets a new password. Every session ends; the answer has the tokens of a new one."""
    return await recovery.change_password(session, user, change, device)


@router.post(
    "/password/reset-request",
    status_code=202,
    openapi_extra=PUBLIC,
    responses=error_responses(RateLimitException),
)
async def request_password_reset(
    session: SessionDep, body: PasswordResetRequest, device: DeviceDep, background: BackgroundTasks
) -> None:
    """Sends a link to the mailbox, if it is an account's. The answer is the same when it is not."""
    if mail := await recovery.request_reset(session, body.email, device):
        background.add_task(recovery.send, mail)


@router.post(
    "/password/reset",
    status_code=204,
    openapi_extra=PUBLIC,
    responses=error_responses(ResetLinkInvalid),
)
async def reset_password(session: SessionDep, reset: PasswordReset) -> None:
    """Sets a new password by the link of the mail, and ends every session."""
    await recovery.reset_password(session, reset)
