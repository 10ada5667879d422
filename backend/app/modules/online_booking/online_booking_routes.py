"""Online booking over HTTP, for guests without an account: there is no sign-in, and a visit is opened by its private link.

A page of another site must not book from the browsers of its visitors: it would use up their addresses' holds. A browser
says which site a request comes from, so that is refused. There is no cookie, so nothing else is gained by it.
"""

import asyncio
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import BackgroundTasks, Depends, Header, Request, Response

from app.common.constants import API_V1
from app.core.config import settings
from app.core.database import SessionDep, read_only
from app.core.exceptions import RateLimitException, error_responses, preferred_language
from app.db.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.http.router import PUBLIC, ApiRouter
from app.modules.availability.availability_errors import CUSTOMER_QUOTE_ERRORS, QUOTE_ERRORS
from app.modules.booking.allocation.contention import GuestAdmission
from app.modules.booking.booking_errors import (
    HoldExpired,
    NotBookable,
    SlotTaken,
    StatusConflict,
    TooLateToCancel,
    TooLateToMove,
    VisitNotFound,
)
from app.modules.branch.branch_errors import NoOnlineBooking
from app.modules.calendar.ics import write_calendar
from app.modules.identity.access import SignedIn
from app.modules.online_booking import code_check, revoking
from app.modules.online_booking import online_booking_service as service
from app.modules.online_booking.online_booking_errors import (
    CallTheBranch,
    CodeNeeded,
    ForeignPage,
    GuestLinkNotFound,
    NoCodeNeeded,
    NoGuestLink,
    WrongCode,
)
from app.modules.online_booking.online_booking_schemas import (
    CodeRequest,
    GuestLinkRead,
    GuestVisit,
    HeldVisit,
    OnlineCancellation,
    OnlineConfirmation,
    OnlineDays,
    OnlineDaysQuery,
    OnlineHold,
    OnlineMove,
    OnlineOffer,
    OnlineStarts,
    OnlineStartsQuery,
)

_MEDIA_TYPE = "text/calendar; charset=utf-8"
_OTHER_SITES = {"cross-site", "same-site"}

GuestKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=20,
        max_length=100,
        pattern="^[!-~]+$",
        description="A new random value, such as a UUID, for each time that is to be held. A retry with the same key and"
        " the same body gets the same link again, so it is as secret as the link.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]


def refuse_foreign_pages(request: Request) -> None:
    """Refuse a request that a browser sends for a page of another site. `CORS_ORIGINS` lists those that may.

    The booking page sends no referrer, so its origin is `null`, which names no other site.

    Raises:
        ForeignPage
    """
    origin = request.headers.get("origin", "null")
    is_listed = origin in settings.cors_origins_list
    is_own = urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    is_foreign = request.headers.get("sec-fetch-site") in _OTHER_SITES or (origin != "null" and not is_own)
    if is_foreign and not is_listed:
        raise ForeignPage


def address_of(request: Request) -> str:
    """Return the address of the peer, or what a trusted proxy forwards (`zenspa serve --trust-proxy`)."""
    return request.client.host if request.client is not None else ""


Address = Annotated[str, Depends(address_of)]
router = ApiRouter(prefix=f"{API_V1}/public", tags=["Online booking"])
guest_links = ApiRouter(prefix=f"{API_V1}/visits", tags=["Online booking"])

_SAME_SITE = [Depends(refuse_foreign_pages)]
_LINK = (GuestLinkNotFound, RateLimitException)
_SEARCH = error_responses(
    NoOnlineBooking,
    *_LINK,
    ForeignPage,
    *QUOTE_ERRORS,
    *CUSTOMER_QUOTE_ERRORS,
    VisitNotFound,
    StatusConflict,
    HoldExpired,
    TooLateToMove,
)


@router.get("/branches/{key}", openapi_extra=PUBLIC, responses=error_responses(NoOnlineBooking))
async def read_online_offer(session: SessionDep, key: str) -> OnlineOffer:
    """Get a branch that can be booked online, what it sells online, and the therapists that guests can ask for."""
    return await service.read_offer(session, key)


@router.post("/branches/{key}/days", openapi_extra=PUBLIC, responses=_SEARCH, dependencies=_SAME_SITE)
@read_only
async def find_online_days(
    address: Address, session: SessionDep, key: str, query: OnlineDaysQuery, accept_language: Languages = ""
) -> OnlineDays:
    """Find the days on which a party can start, and the reasons on the others. Changes nothing."""
    language = preferred_language(accept_language)
    return await service.find_days(session, key, query, address=address, language=language)


@router.post("/branches/{key}/starts", openapi_extra=PUBLIC, responses=_SEARCH, dependencies=_SAME_SITE)
@read_only
async def find_online_starts(
    address: Address,
    session: SessionDep,
    key: str,
    query: OnlineStartsQuery,
    accept_language: Languages = "",
) -> OnlineStarts:
    """Find the starts of a day, or the reasons why there is none. With `link`, the time that it holds is among them.
    Changes nothing."""
    language = preferred_language(accept_language)
    return await service.find_starts(session, key, query, address=address, language=language)


@router.post(
    "/branches/{key}/visits",
    status_code=201,
    openapi_extra=PUBLIC,
    dependencies=_SAME_SITE,
    responses=error_responses(
        NoOnlineBooking,
        *_LINK,
        CallTheBranch,
        ForeignPage,
        *QUOTE_ERRORS,
        *CUSTOMER_QUOTE_ERRORS,
        SlotTaken,
        NotBookable,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def hold_online(  # noqa: PLR0913, PLR0917 - three say what is held, two who asks
    received_at: GuestAdmission,
    address: Address,
    session: SessionDep,
    idempotency_key: GuestKey,
    key: str,
    hold: OnlineHold,
) -> HeldVisit:
    """Hold a time for a party for the number of minutes that the branch sets. The response has the private link."""
    return await service.hold(session, key, idempotency_key, hold, address=address, received_at=received_at)


@router.get("/visits/{token}", openapi_extra=PUBLIC, responses=error_responses(*_LINK))
async def read_guest_visit(address: Address, session: SessionDep, token: str) -> GuestVisit:
    """Get the visit of a private link. A link ends seven days after the visit."""
    return await service.read(session, token, address=address)


@router.patch(
    "/visits/{token}",
    openapi_extra=PUBLIC,
    dependencies=_SAME_SITE,
    responses=error_responses(
        *_LINK, ForeignPage, StatusConflict, HoldExpired, NotBookable, TooLateToMove, SlotTaken
    ),
)
async def move_guest_visit(
    address: Address, session: SessionDep, token: str, change: OnlineMove
) -> GuestVisit:
    """Move what is held or, until the time at which it could still be cancelled, what is booked."""
    return await service.move(session, token, change, address=address)


@router.post(
    "/visits/{token}/confirm",
    openapi_extra=PUBLIC,
    dependencies=_SAME_SITE,
    responses=error_responses(
        *_LINK, ForeignPage, CallTheBranch, StatusConflict, HoldExpired, CodeNeeded, WrongCode
    ),
)
async def confirm_guest_visit(
    address: Address, session: SessionDep, token: str, confirmation: OnlineConfirmation
) -> GuestVisit:
    """Book what is held. Where the branch asks for a deposit, it stays held until that has arrived; where the branch approves
    bookings, it waits for the desk. Repeating it changes nothing."""
    return await service.confirm(session, token, confirmation, address=address)


@router.post(
    "/visits/{token}/code",
    status_code=202,
    openapi_extra=PUBLIC,
    dependencies=_SAME_SITE,
    responses=error_responses(*_LINK, ForeignPage, NoCodeNeeded),
)
async def request_guest_code(
    address: Address, session: SessionDep, tasks: BackgroundTasks, token: str, request: CodeRequest
) -> None:
    """Send a code of six digits to a mailbox, for the confirmation. It is valid for ten minutes, and the last one counts."""
    code = await code_check.request_code(session, token, request, address=address)
    tasks.add_task(code_check.deliver, code)


@router.post(
    "/visits/{token}/cancel",
    openapi_extra=PUBLIC,
    dependencies=_SAME_SITE,
    responses=error_responses(*_LINK, ForeignPage, StatusConflict, TooLateToCancel),
)
async def cancel_guest_visit(
    address: Address, session: SessionDep, token: str, cancellation: OnlineCancellation
) -> GuestVisit:
    """Cancel a visit, or release what is held. Repeating it changes nothing."""
    return await service.cancel(session, token, cancellation, address=address)


@router.get(
    "/visits/{token}/calendar.ics",
    response_class=Response,
    openapi_extra=PUBLIC,
    responses={200: {"content": {"text/calendar": {}}}, **error_responses(*_LINK)},
)
async def read_guest_calendar(address: Address, session: SessionDep, token: str) -> Response:
    """Get the visit for the calendar of a phone (iCalendar, RFC 5545)."""
    contents = await service.read_calendar(session, token, address=address)
    return Response(await asyncio.to_thread(write_calendar, contents), media_type=_MEDIA_TYPE)


@guest_links.get("/{visit_id}/guest-link", responses=error_responses(NoGuestLink))
async def get_guest_link(user: SignedIn, session: SessionDep, visit_id: UUID) -> GuestLinkRead:
    """Return the end of the private link of a visit. For the desk."""
    return await revoking.read_link(session, user, visit_id)


@guest_links.delete("/{visit_id}/guest-link", status_code=204, responses=error_responses(NoGuestLink))
async def revoke_guest_link(user: SignedIn, session: SessionDep, visit_id: UUID) -> None:
    """Make the private link of a visit stop working. The visit itself stays. For the desk."""
    await revoking.revoke_link(session, user, visit_id)
