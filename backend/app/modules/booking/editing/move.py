"""Find the ways in which guests of a visit can move, for a search; `reschedule` moves them."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.modules.availability.availability_service import MoveOption
from app.modules.booking.editing.reschedule import Guests, occupied_by, party_of, resources_of
from app.modules.booking.editing.treatments import DeskChoice
from app.modules.booking.status.status import EDITABLE
from app.modules.booking.visit.rows import VisitRows
from app.modules.catalogue.catalogue_service import names_of_variants
from app.scheduling.supply import ResourceKind


async def find_move_options(session: AsyncSession, rows: VisitRows, guests: Guests) -> list[MoveOption]:
    """Return the ways in which these guests can move to one start, as `reschedule` tries them.

    They keep the resources they have, or otherwise get others as they wish. Beds that have to be in one room with the
    beds of guests who stay are kept while those are there.
    """
    visit, choice = rows.visit, DeskChoice()
    services = await names_of_variants(
        session, {row.variant_id for treatments in guests.values() for row in treatments}
    )
    current = resources_of(await occupied_by(session, guests))
    same_room = visit.same_room and len(guests) > 1
    others = [
        Span(other.starts_at, other.ends_at)
        for other in rows.appointments
        if visit.same_room and other not in guests and other.status in EDITABLE
    ]
    beds = {key: bed_id for key, bed_id in current.items() if key[1] == ResourceKind.BED}
    options = [MoveOption(party_of(guests, services, current, choice, same_room=same_room))]
    if others:
        options.append(MoveOption(party_of(guests, services, beds, choice, same_room=same_room)))
    as_wished = party_of(guests, services, {}, choice, same_room=same_room)
    return [*options, MoveOption(as_wished, avoids=others)]
