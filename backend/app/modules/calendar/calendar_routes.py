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
from app.modules.calendar import calendar_service as service
from app.modules.calendar.calendar_schemas import CalendarOf, CalendarRead
from app.modules.calendar.ics import write_calendar
from app.modules.customer.customer_errors import CustomerNotFound
from app.modules.identity.access import AnyRole
from app.modules.staff.staff_errors import StaffNotFound

_PREFIX = f"{API_V1}/calendars"
_MEDIA_TYPE = "text/calendar; charset=utf-8"
router = ApiRouter(prefix=_PREFIX, tags=["Calendars"])


async def _base(request: Request) -> str:
    """Where this API is, as whoever asks knows it."""
    return f"{str(request.base_url).rstrip('/')}{_PREFIX}"


Base = Annotated[str, Depends(_base)]


@router.post(
    "",
    status_code=201,
    responses=error_responses(
        StaffNotFound, CustomerNotFound, service.CalendarOfNobody, service.TooManyCalendars
    ),
)
async def add_calendar(user: AnyRole, session: SessionDep, of: CalendarOf, base: Base) -> CalendarRead:
    """Makes an address to which a phone subscribes: for oneself, or from the desk for a therapist or a customer.

    One for each phone, so that one can be revoked alone; at most ten.
    """
    return await service.add_calendar(session, user, of, base=base)


@router.get("", responses=error_responses(StaffNotFound, CustomerNotFound))
async def list_calendars(
    user: AnyRole, session: SessionDep, of: Annotated[CalendarOf, Query()], base: Base
) -> list[CalendarRead]:
    """Lists the calendars of somebody that are not revoked, newest first."""
    return await service.list_calendars(session, user, of, base=base)


@router.delete("/{calendar_id}", status_code=204, responses=error_responses(service.CalendarNotFound))
async def revoke_calendar(user: AnyRole, session: SessionDep, calendar_id: UUID) -> None:
    """Revokes a calendar: nobody who has its address sees it any more."""
    await service.revoke_calendar(session, user, calendar_id)


@router.get(
    "/{token}.ics",
    response_class=Response,
    responses={
        200: {"content": {"text/calendar": {}}},
        304: {"description": "The calendar is what `If-None-Match` names"},
        **error_responses(service.CalendarNotFound),
    },
    openapi_extra=PUBLIC,
)
async def read_calendar(request: Request, token: str) -> Response:
    """The calendar as a phone reads it (iCalendar, RFC 5545), from 30 days ago until 180 days ahead.

    The address is the key: who has it needs no other.
    """
    calendar_id = service.read_token(token)
    shown = await run_in_transaction(
        lambda session: service.open_calendar(session, calendar_id), in_request=True
    )
    # Of what is in it, not of the text: a phone that has it already costs no writing.
    etag = etag_of(f"{settings.APP_VERSION} {shown!r}".encode())
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300"}
    request.scope["cacheable"] = True
    if is_named(etag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(await asyncio.to_thread(write_calendar, shown), media_type=_MEDIA_TYPE, headers=headers)
