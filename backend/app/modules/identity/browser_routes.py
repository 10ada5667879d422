"""Sessions of a browser over HTTP: the refresh token is in a cookie that no script can read.

The access token is in the response, for the memory of the page. Threats and answers:

- A script that runs in the page by mistake finds no refresh token: the cookie is HttpOnly.
- Another site sends a POST (CSRF): the browser leaves out the cookie (SameSite=Strict), and the `Origin` is refused. The
  latter also holds for a sign-in, which needs no cookie, and for pages of other hosts below the same domain.
- Another path of this host never gets the cookie, so no other route accepts it by mistake.
- Two tabs refresh at once, or a page is left before the response: within `REPEAT_LEEWAY` the same token gets the same
  successor again. After that a used token ends the session, as with any other client.
"""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Cookie, Depends, Request, Response

from app.common.constants import API_V1
from app.common.helpers import utc_now
from app.core.config import settings
from app.core.database import SessionDep
from app.core.exceptions import RateLimitException, error_responses
from app.http.router import PUBLIC, ApiRouter
from app.modules.identity import invitations, recovery, sessions
from app.modules.identity.auth_routes import DeviceDep
from app.modules.identity.guesses import DEVICE_LIFETIME
from app.modules.identity.identity_errors import (
    ForeignOrigin,
    InvalidRefreshToken,
    InvitationNotFound,
    RefreshTokenReused,
    ResetLinkInvalid,
    UserDisabled,
    WrongCredentials,
)
from app.modules.identity.identity_schemas import (
    AccessToken,
    BrowserSignIn,
    InvitationAccept,
    PasswordReset,
    SignIn,
    Tokens,
)
from app.modules.identity.sessions import SESSION_LIFETIME

_PATH = f"{API_V1}/auth/browser"
_REFRESH, _DEVICE = "zenspa_refresh", "zenspa_device"
_MAX_COOKIE = 500
REPEAT_LEEWAY = timedelta(seconds=30)
"""The time in which a used token gets its successor again: a lost response, a page that was reloaded, a second tab."""


def require_own_origin(request: Request) -> None:
    """Refuse a request that was not sent by a page of this host. A browser names the origin with every POST.

    Raises:
        ForeignOrigin
    """
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc.lower() != request.headers.get("host", "").lower():
        raise ForeignOrigin


router = ApiRouter(
    prefix=_PATH,
    tags=["Sign-in in a browser"],
    dependencies=[Depends(require_own_origin)],
    responses=error_responses(ForeignOrigin),
)
RefreshCookie = Annotated[str, Cookie(alias=_REFRESH, max_length=_MAX_COOKIE, include_in_schema=False)]
DeviceCookie = Annotated[str, Cookie(alias=_DEVICE, max_length=_MAX_COOKIE, include_in_schema=False)]


@router.post(
    "/sign-in",
    openapi_extra=PUBLIC,
    responses=error_responses(WrongCredentials, UserDisabled, RateLimitException, ForeignOrigin),
)
async def sign_in_browser(
    credentials: BrowserSignIn,
    device: DeviceDep,
    request: Request,
    response: Response,
    device_token: DeviceCookie = "",
) -> AccessToken:
    """Open a session with an email or a phone number and a password. The refresh token is set as a cookie."""
    signing_in = SignIn(**credentials.model_dump(), device_token=device_token or None)
    return _hand_out(await sessions.sign_in(signing_in, device), request, response)


@router.post(
    "/join",
    status_code=201,
    openapi_extra=PUBLIC,
    responses=error_responses(InvitationNotFound, ForeignOrigin),
)
async def join_in_browser(
    session: SessionDep, answer: InvitationAccept, device: DeviceDep, request: Request, response: Response
) -> AccessToken:
    """Accept an invitation by the link of its mail, set a password and open a session."""
    return _hand_out(await invitations.accept(session, answer, device), request, response)


@router.post(
    "/password-reset",
    openapi_extra=PUBLIC,
    responses=error_responses(ResetLinkInvalid, ForeignOrigin),
)
async def reset_password_in_browser(
    session: SessionDep, reset: PasswordReset, device: DeviceDep, request: Request, response: Response
) -> AccessToken:
    """Set a new password with the link of the mail, end all sessions and open a new one."""
    return _hand_out(await recovery.reset_password(session, reset, device), request, response)


@router.post(
    "/refresh",
    openapi_extra=PUBLIC,
    responses=error_responses(InvalidRefreshToken, RefreshTokenReused, UserDisabled, ForeignOrigin),
)
async def refresh_browser(request: Request, response: Response, token: RefreshCookie = "") -> AccessToken:
    """Return an access token for the refresh token in the cookie, and set the next one.

    For 30 seconds a used token gets its successor again, for a page that did not receive it. After that a second use ends
    the session.
    """
    tokens = await sessions.refresh(token, received_at=utc_now(), leeway=REPEAT_LEEWAY)
    return _hand_out(tokens, request, response)


@router.post(
    "/sign-out",
    status_code=204,
    openapi_extra=PUBLIC,
    responses=error_responses(ForeignOrigin),
)
async def sign_out_browser(request: Request, response: Response, token: RefreshCookie = "") -> None:
    """End the session of the cookie and its access tokens, and clear the cookie. Without a session only the latter."""
    await sessions.end_session_of(token)
    _set_cookie(request, response, _REFRESH, "", timedelta(0))


def _hand_out(tokens: Tokens, request: Request, response: Response) -> AccessToken:
    _set_cookie(request, response, _REFRESH, tokens.refresh_token, SESSION_LIFETIME)
    _set_cookie(request, response, _DEVICE, tokens.device_token, DEVICE_LIFETIME)
    return AccessToken(access_token=tokens.access_token, expires_in=tokens.expires_in)


def _set_cookie(request: Request, response: Response, name: str, value: str, lifetime: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lifetime.total_seconds()),
        path=_PATH,
        httponly=True,
        samesite="strict",
        secure=settings.is_production or request.url.scheme == "https",
    )
