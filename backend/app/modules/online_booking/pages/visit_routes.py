"""`/visit/<token>`: the private page of a visit. While its time is held, it is step 3 of the booking."""

import asyncio
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import SessionDep, read_session
from app.core.exceptions import ZenSpaException
from app.db.transactions import run_in_transaction
from app.modules.booking.booking_errors import (
    HoldExpired,
    NotBookable,
    SlotTaken,
    StatusConflict,
    TooLateToCancel,
    TooLateToMove,
)
from app.modules.booking.status.status import AppointmentStatus
from app.modules.branch.branch_errors import NoOnlineBooking
from app.modules.branch.kinds import OnlineCheck
from app.modules.calendar.ics import write_calendar
from app.modules.online_booking import code_check
from app.modules.online_booking import online_booking_service as service
from app.modules.online_booking.online_booking_errors import CallTheBranch, CodeNeeded, WrongCode
from app.modules.online_booking.online_booking_routes import Address
from app.modules.online_booking.online_booking_schemas import (
    CodeRequest,
    GuestVisit,
    OnlineCancellation,
    OnlineMove,
)
from app.modules.online_booking.pages.booking_routes import (
    SAME_SITE,
    DayText,
    FirstDayText,
    address_of_day,
    read_day,
)
from app.modules.online_booking.pages.device import (
    Contact,
    Holding,
    forget_holding,
    keep_holding,
    read_holding,
)
from app.modules.online_booking.pages.forms import SentContact, read_contact
from app.modules.online_booking.pages.party import Menu, NotOffered, address, read_party
from app.modules.online_booking.pages.rendering import language_of, render
from app.modules.online_booking.pages.routing import FormFields, PageRoute, see
from app.modules.online_booking.pages.times import Search, Times, find_times

router = APIRouter(route_class=PageRoute, include_in_schema=False)
_NEAREST = 6


@router.get("/visit/{token}")
async def show_visit(
    request: Request,
    session: SessionDep,
    client: Address,
    token: str,
    news: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show the visit: its form while the time is held, other times when the hold has run out, otherwise its status."""
    visit = await service.read(session, token, address=client)
    return await _show(request, session, visit, token, client, news=news)


@router.get("/visit/{token}/confirm")
@router.get("/visit/{token}/code")
@router.get("/visit/{token}/move")
@router.get("/visit/{token}/cancel")
async def return_to_visit(token: str) -> Response:
    """Lead to the visit: the address of a form that was refused is opened again, for example from another app."""
    return see(f"/visit/{quote(token)}")


@router.post("/visit/{token}/confirm", dependencies=SAME_SITE)
async def confirm_visit(
    request: Request, client: Address, tasks: BackgroundTasks, token: str, form: FormFields
) -> Response:
    """Book what is held. Where the branch checks the mailbox, the first sending requests the code."""
    async with read_session() as session:
        visit = await service.read(session, token, address=client)
        needs_email = visit.branch.online_check is OnlineCheck.MAIL
        sent = read_contact(form, needs_email=needs_email)
        if visit.can_confirm and sent.confirmation is None:
            return await _show(
                request, session, visit, token, client, sent=sent, status=422, news=form.get("news", "")
            )
    confirmation = sent.confirmation
    if confirmation is None:  # the hold is over, or the visit is confirmed
        return _keep_typed(request, token, visit, sent.contact)
    refused: ZenSpaException | None = None
    try:
        await run_in_transaction(
            lambda session: service.confirm(session, token, confirmation, address=client), in_request=True
        )
    except CodeNeeded:
        return await _send_code(request, token, visit, sent.contact, client, tasks)
    except (HoldExpired, StatusConflict):
        return _keep_typed(request, token, visit, sent.contact)
    except WrongCode as error:
        sent.problems["code"] = error.text
    except CallTheBranch as error:
        refused = error
    else:
        answer = see(f"/visit/{token}")
        forget_holding(answer)
        return answer
    async with read_session() as session:
        return await _show(
            request, session, visit, token, client, sent=sent, refused=refused, status=422, news="code"
        )


@router.post("/visit/{token}/code", dependencies=SAME_SITE)
async def send_code(
    request: Request, client: Address, tasks: BackgroundTasks, token: str, form: FormFields
) -> Response:
    """Send a new code to the mailbox that was typed."""
    async with read_session() as session:
        visit = await service.read(session, token, address=client)
        sent = read_contact({**form, "code": ""}, needs_email=True)
        if "email" in sent.problems:
            return await _show(request, session, visit, token, client, sent=sent, status=422)
    return await _send_code(request, token, visit, sent.contact, client, tasks)


@router.get("/visit/{token}/times")
async def choose_new_time(  # noqa: PLR0913, PLR0917 - a parameter each
    request: Request,
    session: SessionDep,
    client: Address,
    token: str,
    day: DayText = "",
    first: FirstDayText = "",
) -> Response:
    """Show the times to which the visit can move."""
    return await _show_times(request, session, token, client, day=day, first=first)


@router.post("/visit/{token}/move", dependencies=SAME_SITE)
async def move_visit(request: Request, client: Address, token: str, form: FormFields) -> Response:
    """Move the visit to another start."""
    try:
        change = OnlineMove.model_validate({"start": form.get("start", "")})
    except ValidationError:
        raise NotBookable from None
    try:
        await run_in_transaction(
            lambda session: service.move(session, token, change, address=client), in_request=True
        )
    except (SlotTaken, NotBookable) as refused:
        async with read_session() as session:
            return await _show_times(
                request, session, token, client, day=form.get("day", ""), refused=refused
            )
    except (TooLateToMove, StatusConflict, HoldExpired) as refused:
        return await _show_refused(request, token, client, refused)
    return see(address(f"/visit/{token}", news="moved"))


@router.post("/visit/{token}/cancel", dependencies=SAME_SITE)
async def cancel_visit(request: Request, client: Address, token: str, form: FormFields) -> Response:
    """Cancel the visit."""
    cancellation = OnlineCancellation.model_validate({"reason": form.get("reason", "")[:500]})
    try:
        await run_in_transaction(
            lambda session: service.cancel(session, token, cancellation, address=client), in_request=True
        )
    except (TooLateToCancel, StatusConflict) as refused:
        return await _show_refused(request, token, client, refused)
    return see(f"/visit/{token}")


@router.get("/visit/{token}/calendar.ics")
async def read_calendar(session: SessionDep, client: Address, token: str) -> Response:
    """Return the visit for the calendar of the phone."""
    contents = await service.read_calendar(session, token, address=client)
    calendar = await asyncio.to_thread(write_calendar, contents)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="zenspa.ics"'}
    return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)


async def _show(  # noqa: PLR0913 - the visit, and what was sent about it
    request: Request,
    session: AsyncSession,
    visit: GuestVisit,
    token: str,
    client: str,
    *,
    sent: SentContact | None = None,
    refused: ZenSpaException | None = None,
    status: int = 200,
    news: str = "",
) -> Response:
    holding = read_holding(request)
    own = holding if holding is not None and holding.token == token else None
    if sent is None:
        sent = SentContact(own.contact if own else Contact(), None, {})
    context: dict[str, Any] = {
        "branch": visit.branch,
        "zone": ZoneInfo(visit.branch.time_zone),
        "visit": visit,
        "token": token,
        "news": news,
        "refused": refused.public_message(language_of(request)) if refused else "",
        "status": refused.status if refused else status,
        "here": f"/visit/{token}" if request.method == "POST" else "",
    }
    if visit.can_confirm and visit.status is AppointmentStatus.HELD:
        back = (
            address(f"/book/{own.branch}/times", g=own.party, room=own.same_room and 1)
            if own
            else f"/visit/{token}/times"
        )
        return render(
            request,
            "details.html",
            contact=sent.contact,
            problems=sent.problems,
            back=_on(back, visit),
            **context,
        )
    if visit.status is AppointmentStatus.HELD and visit.deposit is not None and visit.deposit.transfer:
        return render(request, "deposit.html", **context)
    if visit.status is AppointmentStatus.EXPIRED:
        offered = await _offer_again(request, session, visit, own, client)
        return render(request, "expired.html", own=own, form_key=str(uuid4()), **context, **offered)
    return render(request, "visit.html", **context)


def _on(base: str, visit: GuestVisit) -> str:
    return address_of_day(base, visit.start.astimezone(ZoneInfo(visit.branch.time_zone)).date())


async def _offer_again(
    request: Request, session: AsyncSession, visit: GuestVisit, own: Holding | None, client: str
) -> dict[str, Any]:
    """Return the same start if it is still free, and the nearest ones, for the party that this device knows."""
    none: dict[str, Any] = {"same_start": None, "nearest": [], "all_times": ""}
    if own is None or not own.party:
        return none
    try:
        offer = await service.read_offer(session, own.branch)
        party = Menu(offer).party(read_party(own.party), same_room=own.same_room)
    except (NoOnlineBooking, NotOffered):
        return none
    search = Search(
        session, offer.branch, party.wishes(), party.same_room, None, client, language_of(request)
    )
    day = visit.start.astimezone(ZoneInfo(offer.branch.time_zone)).date()
    times: Times = await find_times(search, day=day, first=None)
    starts = [start for _, part in times.parts for start in part]

    def distance(start: datetime) -> float:
        return abs((start - visit.start).total_seconds())

    nearest = sorted(sorted((s for s in starts if s != visit.start), key=distance)[:_NEAREST])
    return {
        "same_start": visit.start if visit.start in starts else None,
        "nearest": nearest,
        "all_times": address(
            f"/book/{own.branch}/times",
            g=own.party,
            room=own.same_room and 1,
            day=times.next_day or times.day,
        ),
    }


async def _show_times(  # noqa: PLR0913 - the visit, and what the address says
    request: Request,
    session: AsyncSession,
    token: str,
    client: str,
    *,
    day: str,
    first: str = "",
    refused: ZenSpaException | None = None,
) -> Response:
    visit = await service.read(session, token, address=client)
    if not visit.can_move:
        return see(f"/visit/{token}")
    search = Search(session, visit.branch, [], visit.same_room, token, client, language_of(request))
    return render(
        request,
        "new_time.html",
        status=refused.status if refused else 200,
        here=f"/visit/{token}/times" if refused else "",
        branch=visit.branch,
        zone=ZoneInfo(visit.branch.time_zone),
        visit=visit,
        token=token,
        times=await find_times(search, day=read_day(day), first=read_day(first)),
        own=None,
        own_start=visit.start,
        refused=refused.public_message(language_of(request)) if refused else "",
        base=f"/visit/{token}/times",
    )


async def _show_refused(request: Request, token: str, client: str, refused: ZenSpaException) -> Response:
    async with read_session() as session:
        visit = await service.read(session, token, address=client)
        return await _show(request, session, visit, token, client, refused=refused)


async def _send_code(  # noqa: PLR0913, PLR0917 - where to, and what else was typed
    request: Request, token: str, visit: GuestVisit, contact: Contact, client: str, tasks: BackgroundTasks
) -> Response:
    wanted = CodeRequest(email=contact.email.strip())
    code = await run_in_transaction(
        lambda session: code_check.request_code(session, token, wanted, address=client), in_request=True
    )
    tasks.add_task(code_check.deliver, code)
    return _keep_typed(request, token, visit, contact, news="code")


def _keep_typed(
    request: Request, token: str, visit: GuestVisit, contact: Contact, *, news: str = ""
) -> Response:
    """Go back to the page of the visit, and keep on the device what was typed."""
    answer = see(address(f"/visit/{token}", news=news))
    holding = read_holding(request)
    if holding is None or holding.token != token:
        holding = Holding(token=token, branch=visit.branch.key, party="")
    holding.contact = contact
    keep_holding(request, answer, holding)
    return answer
