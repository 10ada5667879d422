"""Find when a party could come to a branch, and with which therapists, beds and devices.

Other modules import from this file alone what they need of availability.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.availability.availability_schemas import (
    AssignmentRead,
    DayRead,
    DaysQuery,
    DaysRead,
    ObstacleRead,
    PartyWish,
    PlaceRead,
    PlacesQuery,
    PlacesRead,
    ReasonRead,
    StartRead,
    StartsQuery,
    StartsRead,
    TreatmentAssignments,
)
from app.modules.availability.messages import OBSTACLES, describe_shortage, describe_start
from app.modules.availability.movable import (
    MovableTreatment,
    load_movable,
    movable_supply,
    requirements_of,
)
from app.modules.availability.move import Move, MoveOption
from app.modules.availability.overrule import Overrule
from app.modules.availability.quote import (
    Quote,
    QuotedAddOn,
    QuotedTreatment,
    lengthen,
    quote_add_ons,
    quote_party,
    refuse_too_long,
    require_therapist,
)
from app.modules.availability.room import find_rooms
from app.modules.availability.snapshot import (
    BranchSnapshot,
    load_snapshot,
    load_snapshot_around,
    lock_and_refresh,
)
from app.scheduling.bitmask import positions, union
from app.scheduling.demand import Assignment, Party
from app.scheduling.places import ResourceStarts, Way, open_steps, starts_by_resource
from app.scheduling.search import assign, bookable_starts, feasible_starts
from app.scheduling.shortages import Reason, Shortage, find_shortages, is_merely_taken
from app.scheduling.supply import Place, Requirement, ResourceKind, Therapist
from app.scheduling.timegrid import STEP

__all__ = [
    "FIRST_LOOK",
    "BranchSnapshot",
    "MovableTreatment",
    "Move",
    "MoveOption",
    "Overrule",
    "Quote",
    "QuotedAddOn",
    "QuotedTreatment",
    "describe_shortage",
    "describe_start",
    "lengthen",
    "load_movable",
    "load_snapshot",
    "load_snapshot_around",
    "lock_and_refresh",
    "movable_supply",
    "quote_add_ons",
    "quote_party",
    "refuse_too_long",
    "require_therapist",
    "requirements_of",
]

_QUICK_PARTY = 2
"""The largest number of guests for which the search is quick enough for the event loop."""
FIRST_LOOK = 3
"""The first search of a month loads at most `FIRST_LOOK` × (guests + 1) therapists of a service, and beds of a type."""


async def find_days(
    session: AsyncSession, query: DaysQuery, move: Move | None = None, *, at_desk: bool, language: str
) -> DaysRead:
    """Find the days on which the party can start, and the reasons on the others.

    Args:
        move: What the query names in `instead_of`.
        at_desk: Whether the desk asks; otherwise within the grid, the notice and the horizon of the branch.

    Raises:
        BranchNotFound, and what `quote_party` raises.
    """
    options = await _options(session, query, move, at_desk=at_desk)
    party = options[-1].party
    ignored = move.appointment_ids if move else ()
    snapshot = await _load_enough(session, query, party, at_desk=at_desk, ignored=ignored)
    await session.close()  # a large party is searched for seconds, in which others need the connection
    days = _days_of(snapshot)
    shortages = await _search(party, lambda: find_shortages(party, snapshot.supply, days))
    if len(options) > 1:
        found = await _search(party, lambda: union(option.starts(snapshot) for option in options))
        shortages = [
            [] if found & day else missing or [Shortage(Reason.NOT_AT_ONCE)]
            for day, missing in zip(days, shortages, strict=True)
        ]
    full = [
        day
        for day, missing in zip(snapshot.days, shortages, strict=True)
        if missing and is_merely_taken(missing)
    ]
    if full:
        rooms = await find_rooms(
            session, query.branch_id, full, options, at_desk=at_desk, ignored=ignored, one_a_day=True
        )
        shortages = [
            [] if day in rooms.days else missing
            for day, missing in zip(snapshot.days, shortages, strict=True)
        ]
    return DaysRead(
        days=[
            DayRead(
                day=day,
                available=not missing,
                reasons=_read_reasons(missing, snapshot, day, query, at_desk=at_desk, language=language),
            )
            for day, missing in zip(snapshot.days, shortages, strict=True)
        ]
    )


async def find_starts(
    session: AsyncSession, query: StartsQuery, move: Move | None = None, *, at_desk: bool, language: str
) -> StartsRead:
    """Find the starts of a day, each with one way to assign therapists, beds and devices. There may be others.

    Args:
        move: What the query names in `instead_of`.
        at_desk: Whether the desk asks; otherwise within the grid, the notice and the horizon of the branch.

    Raises:
        BranchNotFound, and what `quote_party` raises.
    """
    options = await _options(session, query, move, at_desk=at_desk)
    party = options[-1].party
    ignored = move.appointment_ids if move else ()
    snapshot = await load_snapshot(
        session, query.branch_id, query.day, query.day, party, at_desk=at_desk, ignored=ignored
    )
    await session.close()  # a large party is searched for two seconds, in which others need the connection
    day = snapshot.grid.day(query.day, snapshot.zone)
    masks = await _search(party, lambda: [option.starts(snapshot) & day for option in options])
    found: list[StartRead] = []
    for step in positions(union(masks)):
        chosen = next(option.party for option, mask in zip(options, masks, strict=True) if mask >> step & 1)
        assignments = assign(chosen, snapshot.supply, step)
        assert assignments is not None
        found.append(_read_start(snapshot, chosen, step, assignments))
        await asyncio.sleep(0)  # let other requests run between two starts
    if union(option.allowed(snapshot) for option in options) & day & ~union(masks):
        rooms = await find_rooms(
            session,
            query.branch_id,
            [query.day],
            options,
            at_desk=at_desk,
            ignored=ignored,
            found=[snapshot.grid.instant(step) for step in positions(union(masks))],
        )
        found += [
            _read_start(rooms.snapshot, option.party, step, assignments)
            for step, option, assignments in rooms.starts
        ]
        found.sort(key=lambda start: start.start)
    missing: Sequence[Shortage] = []
    if not found:
        [missing] = await _search(party, lambda: find_shortages(party, snapshot.supply, [day]))
        missing = missing or [Shortage(Reason.NOT_AT_ONCE)]
    reasons = _read_reasons(missing, snapshot, query.day, query, at_desk=at_desk, language=language)
    return StartsRead(day=query.day, starts=found, reasons=reasons)


async def find_places(
    session: AsyncSession, query: PlacesQuery, move: Move, place: Place, *, language: str
) -> PlacesRead:
    """Find where a treatment of a visit fits on a day: with which therapists and on which beds, and why not at the other
    starts. Starts are not bound to the grid of the branch, because the desk is not.

    Args:
        move: The guest who would move.
        place: The treatment among those of the guest.

    Raises:
        BranchNotFound
    """
    party = move.options[-1].party
    snapshot = await load_snapshot(
        session, query.branch_id, query.day, query.day, party, at_desk=True, ignored=move.appointment_ids
    )
    await session.close()
    day = snapshot.grid.day(query.day, snapshot.zone)
    snapshot = replace(snapshot, supply=replace(snapshot.supply, starts=day))
    candidates = open_steps(party, snapshot.supply, day)
    ways = [Way(option.party, option.allowed(snapshot)) for option in move.options]
    found = await _search(party, lambda: starts_by_resource(ways, place, snapshot.supply, candidates))
    return PlacesRead(
        day=query.day,
        open=snapshot.grid.spans(candidates),
        messages={obstacle: text.in_language(language) for obstacle, text in OBSTACLES.items()},
        places=[_read_place(snapshot, starts) for starts in found],
    )


def _read_place(snapshot: BranchSnapshot, found: ResourceStarts) -> PlaceRead:
    kind = ResourceKind.STAFF if isinstance(found.resource, Therapist) else found.resource.kind
    return PlaceRead(
        resource_id=found.resource.id,
        kind=kind,
        name=snapshot.resource_names[found.resource.id],
        fits=snapshot.grid.spans(found.fits),
        obstacles=[
            ObstacleRead(code=obstacle, starts=snapshot.grid.spans(mask))
            for obstacle, mask in found.obstacles.items()
            if mask
        ],
    )


async def _options(
    session: AsyncSession, query: PartyWish, move: Move | None, *, at_desk: bool
) -> Sequence[MoveOption]:
    """Return what is searched for: the guests of the query or, if it names none, what moves as it was agreed."""
    if move is not None and not query.guests:
        return move.options
    quote = await quote_party(session, query.guests, same_room=query.same_room, at_desk=at_desk)
    return [MoveOption(quote.party)]


def _read_reasons(  # noqa: PLR0913 - what a sentence depends on
    shortages: Sequence[Shortage],
    snapshot: BranchSnapshot,
    day: date,
    query: PartyWish,
    *,
    at_desk: bool,
    language: str,
) -> list[ReasonRead]:
    reasons = []
    for shortage in shortages:
        requirement = shortage.requirement
        by_staff = requirement is not None and requirement.kind is ResourceKind.STAFF
        message = describe_shortage(shortage, snapshot, day, same_room=query.same_room, at_desk=at_desk)
        reasons.append(
            ReasonRead(
                code=shortage.reason,
                message=message.in_language(language),
                service_id=requirement.of if requirement and by_staff else None,
                type_id=requirement.of if requirement and not by_staff else None,
                needed=shortage.needed,
                times=[(span.start, span.end) for span in snapshot.grid.spans(shortage.during)],
            )
        )
    return reasons


def _read_start(
    snapshot: BranchSnapshot, party: Party, step: int, assignments: Sequence[Assignment]
) -> StartRead:
    start = snapshot.grid.instant(step)
    by_treatment: dict[tuple[int, int], list[AssignmentRead]] = {}
    for assignment in assignments:
        need = assignment.need
        by_treatment.setdefault((need.guest, need.treatment), []).append(
            AssignmentRead(
                resource_id=assignment.resource_id,
                kind=need.requirement.kind,
                name=snapshot.resource_names[assignment.resource_id],
            )
        )
    return StartRead(
        start=start,
        end=start + party.stay() * STEP,
        guests=[
            [
                TreatmentAssignments(
                    start=start + first * STEP,
                    end=start + last * STEP,
                    assignments=by_treatment.get((guest, number), []),
                )
                for number, (first, last) in enumerate(times)
            ]
            for guest, times in enumerate(party.times())
        ],
    )


async def _load_enough(
    session: AsyncSession, query: DaysQuery, party: Party, *, at_desk: bool, ignored: Collection[UUID]
) -> BranchSnapshot:
    """Load a few of the suitable resources, and all of them only if a day has no start with the few.

    Reading schedules is most of the work of a search, and most days of most months have a start.
    """

    async def load(at_most: int | None = None) -> BranchSnapshot:
        days = query.first_day, query.last_day
        return await load_snapshot(
            session, query.branch_id, *days, party, at_desk=at_desk, ignored=ignored, at_most=at_most
        )

    at_most = FIRST_LOOK * (len(party.guests) + 1)
    snapshot = await load(at_most)
    if not any(_count_suitable(need.requirement, snapshot) >= at_most for need in party.needs()):
        return snapshot  # it contains every suitable resource
    found = await _search(party, lambda: feasible_starts(party, snapshot.supply))
    possible = bookable_starts(party, snapshot.supply)
    if any(possible & day and not found & day for day in _days_of(snapshot)):
        return await load()
    return snapshot


def _count_suitable(requirement: Requirement, snapshot: BranchSnapshot) -> int:
    """Count the resources of the required kind, whatever the other wishes."""
    kind = Requirement(requirement.kind, requirement.of)
    return sum(resource.suits(kind) for resource in snapshot.supply.resources)


def _days_of(snapshot: BranchSnapshot) -> list[int]:
    """Return the steps of each day as a mask."""
    return [snapshot.grid.day(day, snapshot.zone) for day in snapshot.days]


async def _search[T](party: Party, search: Callable[[], T]) -> T:
    """Run a search, for three guests and more in a thread: it may take seconds for 62 days if there are hardly more
    therapists than guests (`scheduling.matching`)."""
    return await asyncio.to_thread(search) if len(party.guests) > _QUICK_PARTY else search()
