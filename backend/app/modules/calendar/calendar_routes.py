"""Calendars over HTTP: parse, call the service, answer."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Response

from app.common.constants import API_V1
from app.core.config import settings
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.transactions import run_in_transaction
from app.http.etags import etag_of, is_named
from app.http.router import PUBLIC, ApiRouter
from app.modules.calendar import calendar_service
from app.modules.calendar.calendar_errors import CalendarNotFound, CalendarOwnerInactive, TooManyCalendars
from app.modules.calendar.calendar_schemas import CalendarOwner, CalendarRead
from app.modules.calendar.ics import write_calendar
from app.modules.customer.customer_errors import CustomerNotFound
from app.modules.identity.access import SignedIn
from app.modules.staff.staff_errors import StaffNotFound

_PREFIX = f"{API_V1}/calendars"
_MEDIA_TYPE = "text/calendar; charset=utf-8"
router = ApiRouter(prefix=_PREFIX, tags=["Calendars"])


async def _base_url(request: Request) -> str:
    """Return the address of these routes, as the client knows it."""
    return f"{str(request.base_url).rstrip('/')}{_PREFIX}"


BaseUrl = Annotated[str, Depends(_base_url)]


@router.post(
    "",
    status_code=201,
    responses=error_responses(StaffNotFound, CustomerNotFound, CalendarOwnerInactive, TooManyCalendars),
)
async def add_calendar(
    user: SignedIn, session: SessionDep, owner: CalendarOwner, base_url: BaseUrl
) -> CalendarRead:
    """Create a calendar to which a phone subscribes: your own, or at the desk that of a therapist or a customer.

    Create one for each phone, so that you can revoke it alone. A person can have ten.
    """
    return await calendar_service.add_calendar(session, user, owner, base_url=base_url)


@router.get("", responses=error_responses(StaffNotFound, CustomerNotFound))
async def list_calendars(
    user: SignedIn, session: SessionDep, owner: Annotated[CalendarOwner, Query()], base_url: BaseUrl
) -> list[CalendarRead]:
    """List the calendars of a person that are not revoked, newest first."""
    return await calendar_service.list_calendars(session, user, owner, base_url=base_url)


@router.delete("/{calendar_id}", status_code=204, responses=error_responses(CalendarNotFound))
async def revoke_calendar(user: SignedIn, session: SessionDep, calendar_id: UUID) -> None:
    """Revoke a calendar: its address stops working."""
    await calendar_service.revoke_calendar(session, user, calendar_id)


@router.get(
    "/{token}.ics",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {}}},
        304: {"description": "The calendar is the one that `If-None-Match` names"},
        **error_responses(CalendarNotFound),
    },
    openapi_extra=PUBLIC,
)
async def read_calendar(request: Request, token: str) -> Response:
    """Return the calendar as phones read it (iCalendar, RFC 5545): from 30 days ago to 180 days ahead.

    The address is the key, so no sign-in is needed.
    """
    calendar_id = calendar_service.read_token(token)  # before a connection is taken: strangers may guess
    contents = await run_in_transaction(
        lambda session: calendar_service.open_calendar(session, calendar_id), in_request=True
    )
    # The tag is made from the contents, so that a phone that has them costs no writing.
    etag = etag_of(f"{settings.APP_VERSION} {contents!r}".encode())
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300"}
    request.scope["cacheable"] = True
    if is_named(etag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(
        await asyncio.to_thread(write_calendar, contents), media_type=_MEDIA_TYPE, headers=headers
    )
