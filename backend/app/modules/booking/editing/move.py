"""Find the ways in which guests of a visit can move, for a search; `reallocate` moves them."""

from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.modules.availability.availability_service import MoveOption
from app.modules.booking.editing.reallocate import (
    Guests,
    occupied_by,
    party_of,
    resources_of,
    room_of_company,
    services_of,
)
from app.modules.booking.editing.treatments import DeskChoice, wished_beds
from app.modules.booking.status.status import EDITABLE
from app.modules.booking.visit.rows import VisitRows


async def find_move_options(session: AsyncSession, rows: VisitRows, guests: Guests) -> list[MoveOption]:
    """Return the ways in which these guests can move to one start, as `reallocate` tries them.

    They keep the resources they have, or otherwise get others as they wish; a party that is to be in one room gets any beds
    rather than none. While guests of the party are there who stay,
    a party that is to be in one room gets beds in the room of these.
    """
    visit = rows.visit
    services = await services_of(session, guests)
    replaced = await occupied_by(session, guests)
    same_room = visit.same_room and len(guests) > 1
    wishes = DeskChoice(beds=await wished_beds(session, chain.from_iterable(guests.values())))
    unchanged = party_of(guests, services, resources_of(replaced), wishes, same_room=same_room)
    as_wished = party_of(guests, services, {}, wishes, same_room=same_room)
    on_any_beds = party_of(guests, services, {}, DeskChoice(), same_room=same_room)
    ways = [unchanged, as_wished, *([on_any_beds] if same_room else [])]
    others = [guest for guest in rows.appointments if guest not in guests and guest.status in EDITABLE]
    there = [Span(guest.starts_at, guest.ends_at) for guest in others]
    room_id = await room_of_company(session, visit, guests, there)
    if room_id is None:
        return [MoveOption(party) for party in ways]
    together = [unchanged, as_wished, on_any_beds]
    return [
        *(MoveOption(party.in_room(room_id)) for party in together),
        *(MoveOption(party, avoids=there) for party in ways),
    ]
