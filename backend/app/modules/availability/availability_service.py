"""When a party could come to a branch, and who would do what where."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import plan_once
from app.modules.availability.availability_schemas import (
    DayRead,
    DaysQuery,
    DaysRead,
    PartyWish,
    PlaceRead,
    StartRead,
    StartsQuery,
    StartsRead,
    TreatmentPlaces,
)
from app.modules.availability.messages import Speaker
from app.modules.availability.quote import agree, party_of
from app.modules.availability.snapshot import Scene, is_offered, load_scene, nearest_starts
from app.modules.identity.access import CurrentUser
from app.modules.staff.access import AT_THE_DESK
from app.scheduling.bitmask import positions
from app.scheduling.demand import Party
from app.scheduling.search import Taken, offered, place, starts
from app.scheduling.shortages import why_not
from app.scheduling.supply import Wanted
from app.scheduling.timegrid import STEP

_QUICK = 2
"""Guests."""
A_FEW = 3
"""Therapists for each guest and one more, and as many beds and devices of a type."""

__all__ = ["Scene", "find_days", "find_starts", "is_offered", "load_scene", "nearest_starts", "read_start"]


async def find_days(session: AsyncSession, user: CurrentUser, query: DaysQuery, *, language: str) -> DaysRead:
    """On which days the party could begin, and why not on the others. Notice and horizon of the branch are for whoever
    is not at its desk.

    Raises:
        BranchNotFound, and what `agree` raises.
    """
    await plan_once(session)
    party, at_the_desk = await _party(session, user, query)
    load = partial(
        load_scene,
        session,
        query.branch_id,
        query.first_day,
        query.last_day,
        party,
        at_the_desk=at_the_desk,
    )
    scene = await _load_enough(load, party)
    masks = _masks_of(scene)
    lacks = await _searched(party, lambda: why_not(party, scene.supply, masks))
    speaker = await Speaker.load(session, scene, lacks, at_the_desk=at_the_desk, same_room=party.same_room)
    return DaysRead(
        days=[
            DayRead(day=day, available=not said, why=[speaker.read(lack, day, language) for lack in said])
            for day, said in zip(scene.days, lacks, strict=True)
        ]
    )


async def find_starts(
    session: AsyncSession, user: CurrentUser, query: StartsQuery, *, language: str
) -> StartsRead:
    """The starts of a day, each with who would do what where: any other placement may do as well.

    Raises:
        BranchNotFound, and what `agree` raises.
    """
    await plan_once(session)
    party, at_the_desk = await _party(session, user, query)
    scene = await load_scene(session, query.branch_id, query.day, query.day, party, at_the_desk=at_the_desk)
    await (
        session.close()
    )  # for a large party what follows takes two seconds, in which others need the connection
    day = scene.grid.day(query.day, scene.zone)
    found: list[StartRead] = []
    for step in positions(await _searched(party, lambda: starts(party, scene.supply)) & day):
        taken = place(party, scene.supply, step)
        assert taken is not None
        found.append(read_start(scene, party, step, taken))
        await asyncio.sleep(0)  # others may have their turn
    [lacks] = [[]] if found else await _searched(party, lambda: why_not(party, scene.supply, [day]))
    speaker = await Speaker.load(session, scene, [lacks], at_the_desk=at_the_desk, same_room=party.same_room)
    return StartsRead(
        day=query.day, starts=found, why=[speaker.read(lack, query.day, language) for lack in lacks]
    )


def read_start(scene: Scene, party: Party, step: int, taken: Sequence[Taken]) -> StartRead:
    """A placement as it is shown."""
    at = scene.grid.first + step * STEP
    places: dict[tuple[int, int], list[PlaceRead]] = {}
    for each in taken:
        read = PlaceRead(
            resource_id=each.resource_id, kind=each.need.wanted.kind, name=scene.names[each.resource_id]
        )
        places.setdefault((each.need.guest, each.need.treatment), []).append(read)
    return StartRead(
        start=at,
        end=at + party.stay() * STEP,
        guests=[
            [
                TreatmentPlaces(
                    start=at + first * STEP, end=at + last * STEP, takes=places.get((guest, number), [])
                )
                for number, (first, last) in enumerate(times)
            ]
            for guest, times in enumerate(party.times())
        ],
    )


async def _load_enough(load: Callable[..., Awaitable[Scene]], party: Party) -> Scene:
    """A few of those who could do it, and all of them only when a day has no start with the few: what takes the time of
    a search is to read what is taken of each, and most days of most months have one."""
    at_most = A_FEW * (len(party.guests) + 1)
    scene = await load(at_most=at_most)
    if not any(_there_are(need.wanted, scene) >= at_most for need in party.needs()):
        return scene  # it is all that there is
    found = await _searched(party, lambda: starts(party, scene.supply))
    could_be = offered(party, scene.supply)
    return await load() if any(could_be & day and not found & day for day in _masks_of(scene)) else scene


def _there_are(wanted: Wanted, scene: Scene) -> int:
    """Of its kind, whatever else is wished for."""
    kind = Wanted(wanted.kind, wanted.of)
    return sum(resource.suits(kind) for resource in scene.supply.resources)


def _masks_of(scene: Scene) -> list[int]:
    return [scene.grid.day(day, scene.zone) for day in scene.days]


async def _searched[T](party: Party, search: Callable[[], T]) -> T:
    """Three guests and more may take seconds for 62 days when there are hardly more therapists than guests
    (`availability_matching`): in a thread, so that others are answered meanwhile."""
    return await asyncio.to_thread(search) if len(party.guests) > _QUICK else search()


async def _party(session: AsyncSession, user: CurrentUser, query: PartyWish) -> tuple[Party, bool]:
    """And whether it is for the desk of that branch."""
    at_the_desk = user.holds_in(query.branch_id, *AT_THE_DESK)
    agreed = await agree(session, query.guests, at_the_desk=at_the_desk)
    return party_of(agreed, same_room=query.same_room), at_the_desk
