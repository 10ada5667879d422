"""Find the starts at which a party fits because guests without a wish give way.

What is found here is accepted by a booking, which makes the same search for its start.
"""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.modules.availability.movable import load_movable, movable_supply, requirements_of
from app.modules.availability.move import MoveOption
from app.modules.availability.snapshot import BranchSnapshot, load_snapshot
from app.scheduling.bitmask import positions, union
from app.scheduling.demand import Assignment
from app.scheduling.making_room import MovableSupply, RoomSearch

MOST_EFFORT = 10_000
"""The number of tries (`making_room.MOST_TRIES`) after which the search of one request ends, about a second of CPU time. What
was not searched is not offered, and may be accepted all the same. The starts of one full day (as in `making_room`) took 23
to 175 ms and at most 1,601 tries. In a month one start of each full day is enough."""
_TRIES_OF_A_START = 20
"""The cost of one start besides, in tries."""
_MARGIN = timedelta(days=1)
"""The time before and after the days in which guests may move: days of every time zone, and nights."""


class StartWithRoom(NamedTuple):
    step: int
    option: MoveOption
    assignments: Sequence[Assignment]


@dataclass(frozen=True, slots=True)
class Rooms:
    """The starts that were found, on the grid of a snapshot."""

    snapshot: BranchSnapshot
    starts: list[StartWithRoom]
    days: set[date]
    """The days with such a start."""


async def find_rooms(  # noqa: PLR0913 - the days, the branch and the party
    session: AsyncSession,
    branch_id: UUID,
    days: Sequence[date],
    options: Sequence[MoveOption],
    *,
    at_desk: bool,
    ignored: Collection[UUID],
    found: Collection[datetime] = (),
    one_a_day: bool = False,
) -> Rooms:
    """Search these days, in two statements, whatever their number.

    Args:
        ignored: Appointments that are being moved.
        found: Starts that need no search.
        one_a_day: Whether one start of each day is enough.
    """
    movable = await load_movable(
        session,
        branch_id,
        datetime.combine(days[0], time(), UTC) - _MARGIN,
        datetime.combine(days[-1], time(), UTC) + 2 * _MARGIN,
        ignored=ignored,
    )
    snapshot = await load_snapshot(
        session,
        branch_id,
        days[0],
        days[-1],
        options[-1].party,
        at_desk=at_desk,
        ignored=ignored,
        besides=requirements_of(movable),
    )
    await session.close()  # the search may take a second, in which others need the connection
    supply = movable_supply(snapshot, movable)
    search = _Search(snapshot, supply, options, one_a_day=one_a_day)
    return await asyncio.to_thread(search.run, days, {snapshot.grid.step(start) for start in found})


class _Search:
    def __init__(
        self,
        snapshot: BranchSnapshot,
        supply: MovableSupply,
        options: Sequence[MoveOption],
        *,
        one_a_day: bool,
    ) -> None:
        self._snapshot = snapshot
        self._supply = supply
        self._options = options
        self._one_a_day = one_a_day
        self._effort = 0

    def run(self, days: Sequence[date], found: Collection[int]) -> Rooms:
        possible = [
            RoomSearch(option.party, self._supply).possible(option.allowed(self._snapshot))
            for option in self._options
        ]
        rooms = Rooms(self._snapshot, [], set())
        for day in days:
            on_day = self._snapshot.grid.day(day, self._snapshot.zone)
            starts = self._on_day(on_day, [mask & on_day for mask in possible], found)
            on_this_day = [*islice(starts, 1 if self._one_a_day else None)]
            rooms.starts.extend(on_this_day)
            rooms.days.update([day] if on_this_day else [])
        return rooms

    def _on_day(
        self, on_day: int, possible: Sequence[int], found: Collection[int]
    ) -> Iterator[StartWithRoom]:
        nearby = self._snapshot.grid.busy(
            Span(span.start - _MARGIN, span.end + _MARGIN) for span in self._snapshot.grid.spans(on_day)
        )
        supply = replace(self._supply, works=[work for work in self._supply.works if work.during & nearby])
        searches = [RoomSearch(option.party, supply) for option in self._options]
        for step in positions(union(possible)):
            if step in found or self._effort >= MOST_EFFORT:
                continue
            for option, mask, search in zip(self._options, possible, searches, strict=True):
                if not mask >> step & 1:
                    continue
                self._effort += _TRIES_OF_A_START
                room = search.find(step)
                self._effort += search.tries
                if room is not None:
                    yield StartWithRoom(step, option, room.assignments)
                    break
