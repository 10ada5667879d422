"""Signing in and out, and passwords, over HTTP."""

from typing import Annotated

from fastapi import BackgroundTasks, Depends, Request

from app.common.constants import API_V1
from app.common.helpers import utc_now
from app.core.database import SessionDep
from app.core.exceptions import RateLimitException, error_responses
from app.http.idempotent_endpoint import unstorable_response
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
    """Return the device of a request. Its address is the peer's, or what a trusted proxy forwards (`zenspa serve --trust-proxy`)."""
    address = request.client.host if request.client is not None else ""
    return sessions.Device(address, request.headers.get("user-agent", ""))


DeviceDep = Annotated[sessions.Device, Depends(device_of)]


@router.post(
    "/sign-in",
    openapi_extra=PUBLIC,
    responses=error_responses(WrongCredentials, UserDisabled, RateLimitException),
)
async def sign_in(credentials: SignIn, device: DeviceDep) -> Tokens:
    """Open a session with an email or a phone number and a password."""
    return await sessions.sign_in(credentials, device)


@router.post(
    "/refresh",
    openapi_extra=PUBLIC,
    responses=error_responses(InvalidRefreshToken, RefreshTokenReused, UserDisabled),
)
async def refresh(body: Refresh) -> Tokens:
    """Return new tokens for a refresh token. A refresh token works once: a second use ends its session."""
    return await sessions.refresh(body.refresh_token, received_at=utc_now())


@router.post("/sign-out", status_code=204)
@unstorable_response  # a repeat is refused anyway: the token has ended
async def sign_out(user: SignedIn, session: SessionDep) -> None:
    """End this session and its access tokens. End a session of Supabase at Supabase."""
    await sessions.sign_out(session, user)


@router.post("/sign-out-everywhere", status_code=204)
@unstorable_response  # as above
async def sign_out_everywhere(user: SignedIn, session: SessionDep) -> None:
    """End all your sessions on every device. A Supabase session comes back when it refreshes: end it at Supabase."""
    await sessions.sign_out_everywhere(session, user)


@router.get("/me")
async def get_me(user: SignedIn, session: SessionDep) -> UserRead:
    """Return your own account and roles."""
    return await service.read_own_account(session, user)


@router.post("/password", responses=error_responses(WrongPassword, RateLimitException))
@unstorable_response  # it has tokens
async def change_password(
    user: SignedIn, session: SessionDep, change: PasswordChange, device: DeviceDep
) -> Tokens:
    """Set a new password. All your sessions end; the response has the tokens of a new one."""
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
    """Mail a reset link to the address if it has an account. The response is the same when it has none.

    After three mails within an hour no further one is sent: the links of these work for two hours.
    """
    if mail := await recovery.request_reset(session, body, device):
        background.add_task(recovery.send, mail)


@router.post(
    "/password/reset",
    openapi_extra=PUBLIC,
    responses=error_responses(ResetLinkInvalid),
)
async def reset_password(session: SessionDep, reset: PasswordReset, device: DeviceDep) -> Tokens:
    """Set a new password with the link of the mail. All your sessions end; the response has the tokens of a new one."""
    return await recovery.reset_password(session, reset, device)
