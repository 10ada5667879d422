"""When a party could come to a branch, and who would do what where."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import use_generic_plans
from app.modules.availability.availability_schemas import (
    AssignmentRead,
    DayRead,
    DaysQuery,
    DaysRead,
    PartyWish,
    StartRead,
    StartsQuery,
    StartsRead,
    TreatmentAssignments,
)
from app.modules.availability.messages import ReasonFormatter
from app.modules.availability.quote import agree, party_of
from app.modules.availability.snapshot import BranchSnapshot, is_offered, load_snapshot, nearest_starts
from app.modules.identity.access import CurrentUser
from app.modules.staff.access import AT_THE_DESK
from app.scheduling.bitmask import positions
from app.scheduling.demand import Party
from app.scheduling.search import Assignment, offered, place, starts
from app.scheduling.shortages import why_not
from app.scheduling.supply import Requirement
from app.scheduling.timegrid import STEP

_QUICK = 2
"""Guests."""
A_FEW = 3
"""Therapists for each guest and one more, and as many beds and devices of a type."""

__all__ = [
    "BranchSnapshot",
    "find_days",
    "find_starts",
    "is_offered",
    "load_snapshot",
    "nearest_starts",
    "read_start",
]


async def find_days(session: AsyncSession, user: CurrentUser, query: DaysQuery, *, language: str) -> DaysRead:
    """On which days the party could begin, and why not on the others. Notice and horizon of the branch are for whoever
    is not at its desk.

    Raises:
        BranchNotFound, and what `agree` raises.
    """
    await use_generic_plans(session)
    party, at_the_desk = await _party(session, user, query)
    load = partial(
        load_snapshot,
        session,
        query.branch_id,
        query.first_day,
        query.last_day,
        party,
        at_the_desk=at_the_desk,
    )
    snapshot = await _load_enough(load, party)
    masks = _masks_of(snapshot)
    shortages = await _searched(party, lambda: why_not(party, snapshot.supply, masks))
    formatter = await ReasonFormatter.load(
        session, snapshot, shortages, at_the_desk=at_the_desk, same_room=party.same_room
    )
    return DaysRead(
        days=[
            DayRead(
                day=day,
                available=not said,
                reasons=[formatter.read(shortage, day, language) for shortage in said],
            )
            for day, said in zip(snapshot.days, shortages, strict=True)
        ]
    )


async def find_starts(
    session: AsyncSession, user: CurrentUser, query: StartsQuery, *, language: str
) -> StartsRead:
    """The starts of a day, each with who would do what where: any other placement may do as well.

    Raises:
        BranchNotFound, and what `agree` raises.
    """
    await use_generic_plans(session)
    party, at_the_desk = await _party(session, user, query)
    snapshot = await load_snapshot(
        session, query.branch_id, query.day, query.day, party, at_the_desk=at_the_desk
    )
    await (
        session.close()
    )  # for a large party what follows takes two seconds, in which others need the connection
    day = snapshot.grid.day(query.day, snapshot.zone)
    found: list[StartRead] = []
    for step in positions(await _searched(party, lambda: starts(party, snapshot.supply)) & day):
        taken = place(party, snapshot.supply, step)
        assert taken is not None
        found.append(read_start(snapshot, party, step, taken))
        await asyncio.sleep(0)  # others may have their turn
    [shortages] = [[]] if found else await _searched(party, lambda: why_not(party, snapshot.supply, [day]))
    formatter = await ReasonFormatter.load(
        session, snapshot, [shortages], at_the_desk=at_the_desk, same_room=party.same_room
    )
    return StartsRead(
        day=query.day,
        starts=found,
        reasons=[formatter.read(shortage, query.day, language) for shortage in shortages],
    )


def read_start(snapshot: BranchSnapshot, party: Party, step: int, taken: Sequence[Assignment]) -> StartRead:
    """A placement as it is shown."""
    at = snapshot.grid.first + step * STEP
    places: dict[tuple[int, int], list[AssignmentRead]] = {}
    for each in taken:
        read = AssignmentRead(
            resource_id=each.resource_id,
            kind=each.need.requirement.kind,
            name=snapshot.names[each.resource_id],
        )
        places.setdefault((each.need.guest, each.need.treatment), []).append(read)
    return StartRead(
        start=at,
        end=at + party.stay() * STEP,
        guests=[
            [
                TreatmentAssignments(
                    start=at + first * STEP, end=at + last * STEP, allocations=places.get((guest, number), [])
                )
                for number, (first, last) in enumerate(times)
            ]
            for guest, times in enumerate(party.times())
        ],
    )


async def _load_enough(load: Callable[..., Awaitable[BranchSnapshot]], party: Party) -> BranchSnapshot:
    """A few of those who could do it, and all of them only when a day has no start with the few: what takes the time of
    a search is to read what is taken of each, and most days of most months have one."""
    at_most = A_FEW * (len(party.guests) + 1)
    snapshot = await load(at_most=at_most)
    if not any(_there_are(need.requirement, snapshot) >= at_most for need in party.needs()):
        return snapshot  # it is all that there is
    found = await _searched(party, lambda: starts(party, snapshot.supply))
    could_be = offered(party, snapshot.supply)
    return (
        await load() if any(could_be & day and not found & day for day in _masks_of(snapshot)) else snapshot
    )


def _there_are(requirement: Requirement, snapshot: BranchSnapshot) -> int:
    """Of its kind, whatever else is wished for."""
    kind = Requirement(requirement.kind, requirement.of)
    return sum(resource.suits(kind) for resource in snapshot.supply.resources)


def _masks_of(snapshot: BranchSnapshot) -> list[int]:
    return [snapshot.grid.day(day, snapshot.zone) for day in snapshot.days]


async def _searched[T](party: Party, search: Callable[[], T]) -> T:
    """Three guests and more may take seconds for 62 days when there are hardly more therapists than guests
    (`availability_matching`): in a thread, so that others are answered meanwhile."""
    return await asyncio.to_thread(search) if len(party.guests) > _QUICK else search()


async def _party(session: AsyncSession, user: CurrentUser, query: PartyWish) -> tuple[Party, bool]:
    """And whether it is for the desk of that branch."""
    at_the_desk = user.holds_in(query.branch_id, *AT_THE_DESK)
    agreed = await agree(session, query.guests, at_the_desk=at_the_desk)
    return party_of(agreed, same_room=query.same_room), at_the_desk
