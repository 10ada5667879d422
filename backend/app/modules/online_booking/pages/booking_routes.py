"""`/book/<branch-key>`: choose treatments, choose a time, hold it. Without an account, and complete without JavaScript."""

from datetime import date
from typing import Annotated
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

import segno
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import PlainTextResponse
from markupsafe import Markup
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import settings
from app.core.database import SessionDep, read_session
from app.core.exceptions import NotFoundException, ZenSpaException
from app.http.files import respond_with_file
from app.modules.booking.allocation.contention import GuestAdmission
from app.modules.booking.booking_errors import NotBookable, SlotTaken
from app.modules.branch import branch_service
from app.modules.branch.branch_errors import NoOnlineBooking
from app.modules.online_booking import online_booking_service as service
from app.modules.online_booking.limits import HOLDS, refuse_over
from app.modules.online_booking.online_booking_routes import Address, refuse_foreign_pages
from app.modules.online_booking.online_booking_schemas import OnlineHold, OnlineOffer
from app.modules.online_booking.pages.device import Holding, keep_holding, read_holding
from app.modules.online_booking.pages.forms import ChosenTreatments, names_of, read_treatments
from app.modules.online_booking.pages.holding import HoldRequest, find_own, hold_for_device
from app.modules.online_booking.pages.party import (
    GuestChoice,
    Menu,
    NotOffered,
    Party,
    address,
    read_party,
    write_party,
)
from app.modules.online_booking.pages.rendering import (
    FILES,
    Language,
    json_for_page,
    language_of,
    render,
)
from app.modules.online_booking.pages.routing import FormFields, PageRoute, see
from app.modules.online_booking.pages.spa_document import describe_spa
from app.modules.online_booking.pages.times import Search, find_times

_FORM_KEY = len(str(uuid4()))

router = APIRouter(route_class=PageRoute, include_in_schema=False)
PartyText = Annotated[str, Query(alias="g", max_length=4000)]
SameRoom = Annotated[str, Query(alias="room", max_length=1)]
DayText = Annotated[str, Query(max_length=10)]
FirstDayText = Annotated[str, Query(alias="from", max_length=10)]
SAME_SITE = [Depends(refuse_foreign_pages)]


@router.get("/book/static/{build}/{name}")
async def read_file(request: Request, build: str, name: str) -> Response:  # noqa: ARG001 - an address of another build gets this one
    """Return the style, the script or the icon of the pages.

    Raises:
        NotFoundException
    """
    if name not in FILES:
        raise NotFoundException
    return respond_with_file(request, FILES[name])


@router.get("/robots.txt")
async def advise_crawlers() -> Response:
    """Let search engines read the booking pages alone (RFC 9309). Steps after the first one say `noindex` themselves."""
    return PlainTextResponse("User-agent: *\nAllow: /book\nDisallow: /\n")


@router.get("/book")
async def choose_branch(request: Request, session: SessionDep) -> Response:
    """Show the branches in which guests can book online. A single one is opened at once."""
    branches = await branch_service.list_online_branches(session)
    if len(branches) == 1:
        return see(f"/book/{quote(branches[0].key)}")
    if not branches:
        raise NoOnlineBooking
    return render(request, "branches.html", branches=branches)


@router.get("/book/{key}")
async def choose_treatments(  # noqa: PLR0913, PLR0917 - a parameter each
    request: Request,
    session: SessionDep,
    key: str,
    party: PartyText = "",
    room: SameRoom = "",
    edit: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Show step 1 for one guest. `g` are the guests chosen before, and `edit` is what this one had chosen."""
    offer = await service.read_offer(session, key)
    chosen = ChosenTreatments(set(), "", None, "")
    if edit:
        guest = read_party(edit)[0]
        chosen = ChosenTreatments(names_of(guest), guest.wish, guest, "")
    branch = await branch_service.read_online_branch(session, key)
    document = describe_spa(branch, _public_address(request, key))
    return _show_treatments(
        request, offer, read_party(party), chosen, room=room, document=json_for_page(document)
    )


@router.get("/book/{key}/party")
async def add_guest(  # noqa: PLR0913, PLR0917 - a parameter each
    request: Request,
    session: SessionDep,
    language: Language,
    key: str,
    party: PartyText = "",
    room: SameRoom = "",
    then: Annotated[str, Query(alias="next", max_length=10)] = "times",
) -> Response:
    """Add what one guest chose, and go on to the times or to the next guest."""
    offer = await service.read_offer(session, key)
    before = read_party(party)
    chosen = read_treatments(
        request.query_params,
        Menu(offer),
        treatments_before=sum(len(guest.choices) for guest in before),
        language=language,
    )
    if chosen.guest is None:
        if before and not chosen.names and then == "times":  # no other guest comes after all
            return see(_times_of(key, before, room))
        return _show_treatments(request, offer, before, chosen, room=room, status=422)
    guests = [*before, chosen.guest]
    if then == "guest" and len(guests) < offer.branch.most_guests:
        return see(address(f"/book/{quote(key)}", g=write_party(guests), room=room))
    return see(_times_of(key, guests, room))


@router.get("/book/{key}/times")
async def choose_time(  # noqa: PLR0913, PLR0917 - a parameter each
    request: Request,
    session: SessionDep,
    client: Address,
    key: str,
    party: PartyText = "",
    room: SameRoom = "",
    day: DayText = "",
    first: FirstDayText = "",
) -> Response:
    """Show step 2: the days, and the starts of one of them."""
    if not party:
        return see(f"/book/{quote(key)}")
    return await show_times(
        request, session, key, party, room=room, day=read_day(day), first=read_day(first), client=client
    )


@router.post("/book/{key}/hold", dependencies=SAME_SITE)
async def hold_time(
    request: Request, received_at: GuestAdmission, client: Address, key: str, form: FormFields
) -> Response:
    """Hold a start, and go on to its private page."""
    await refuse_over(HOLDS, client)
    code, room = form.get("g", ""), form.get("room", "")
    async with read_session() as session:
        offer = await service.read_offer(session, key)
        party = Menu(offer).party(read_party(code), same_room=bool(room))
        own = await find_own(request, session, key, client)
    wanted = _read_hold(form, party)
    form_key = f"{form['key']}.{wanted.start:%Y%m%dT%H%M}"
    try:
        token = await hold_for_device(
            own, HoldRequest(key, form_key, wanted, party.code, received_at, client)
        )
    except (SlotTaken, NotBookable) as refused:
        day = wanted.start.astimezone(ZoneInfo(offer.branch.time_zone)).date()
        async with read_session() as session:
            return await show_times(
                request, session, key, code, room=room, day=day, client=client, refused=refused
            )
    holding = Holding(token=token, branch=key, party=party.code, same_room=party.same_room)
    if (earlier := read_holding(request)) is not None:
        holding.contact = earlier.contact
    answer = see(f"/visit/{token}")
    keep_holding(request, answer, holding)
    return answer


@router.get("/book/{key}/hold")
async def begin_again(key: str) -> Response:
    """Lead to step 1: the address of a form that was refused is opened again, for example from another app."""
    return see(f"/book/{quote(key)}")


@router.get("/book/{key}/poster")
async def show_poster(request: Request, session: SessionDep, key: str) -> Response:
    """Show a poster to print, with a QR code that opens the booking page."""
    offer = await service.read_offer(session, key)
    url = _public_address(request, key)
    code = segno.make(url, error="q", micro=False).svg_inline(
        border=0, omitsize=True, svgclass=None, lineclass=None
    )
    return render(request, "poster.html", branch=offer.branch, url=url, code=Markup(code))  # noqa: S704 - segno's own SVG


async def show_times(  # noqa: PLR0913 - what the address says, and who asks
    request: Request,
    session: AsyncSession,
    key: str,
    code: str,
    *,
    room: str,
    day: date | None,
    client: str,
    first: date | None = None,
    refused: ZenSpaException | None = None,
) -> Response:
    """Return step 2, with the sentence of a refusal if there was one.

    Raises:
        NotOffered, and what the search raises.
    """
    offer = await service.read_offer(session, key)
    party = Menu(offer).party(read_party(code), same_room=bool(room))
    own = await find_own(request, session, key, client)
    search = Search(
        session,
        offer.branch,
        party.wishes(),
        party.same_room,
        own.holding.token if own else None,
        client,
        language_of(request),
    )
    here = _times_of(key, [guest.choice for guest in party.guests], room)
    return render(
        request,
        "times.html",
        status=refused.status if refused else 200,
        here=address_of_day(here, day) if refused else "",
        branch=offer.branch,
        zone=ZoneInfo(offer.branch.time_zone),
        party=party,
        room=room,
        times=await find_times(search, day=day, first=first),
        own=own,
        own_start=own.visit.start if own and own.is_for(party.code, same_room=party.same_room) else None,
        refused=refused.public_message(language_of(request)) if refused else "",
        form_key=str(uuid4()),
        base=here,
    )


def read_day(text: str) -> date | None:
    """Return a day of an address, or None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def address_of_day(base: str, day: date | None) -> str:
    """Return the address of the times, for a day."""
    return f"{base}{'&' if '?' in base else '?'}day={day}" if day else base


def _read_hold(form: dict[str, str], party: Party) -> OnlineHold:
    """Return what a form of step 2 asks for.

    Raises:
        NotBookable: No page of the spa sends such a form.
    """
    if len(form.get("key", "")) != _FORM_KEY:
        raise NotBookable
    try:
        return OnlineHold.model_validate(
            {
                "start": form.get("start", ""),
                "guests": party.wishes(),
                "same_room": party.same_room,
                "website": form.get("website", ""),
            }
        )
    except ValidationError:
        raise NotBookable from None


def _show_treatments(  # noqa: PLR0913 - what the address says, and what was sent
    request: Request,
    offer: OnlineOffer,
    before: list[GuestChoice],
    chosen: ChosenTreatments,
    *,
    room: str,
    status: int = 200,
    document: Markup | None = None,
) -> Response:
    menu = Menu(offer)
    if len(before) >= offer.branch.most_guests:
        raise NotOffered
    return render(
        request,
        "treatments.html",
        status=status,
        cache_control="private, no-cache",  # so that Back shows what was ticked
        offer=offer,
        branch=offer.branch,
        before=menu.party(before),
        room=room,
        chosen=chosen,
        may_add=len(before) + 1 < offer.branch.most_guests,
        document=document,
        page_url=_public_address(request, offer.branch.key),
    )


def _times_of(key: str, guests: list[GuestChoice], room: str) -> str:
    return address(f"/book/{quote(key)}/times", g=write_party(guests), room=room)


def _public_address(request: Request, key: str) -> str:
    """Return the address of the page for people elsewhere: on a poster, in a preview."""
    base = settings.PUBLIC_URL if "PUBLIC_URL" in settings.model_fields_set else str(request.base_url)
    return f"{base.rstrip('/')}/book/{quote(key)}"
