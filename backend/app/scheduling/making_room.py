"""Make room for a party that does not fit: guests without a wish change places, as few of them as possible.

The guests keep their times. The chains of `reassignment` find the moves, with the party's needs as works that no resource
does yet; then the party is assigned like any other (`search.assign`).

Measured on 2026-11-30 (2 shared cores, Python 3.13; a day of 20 therapists and 20 beds, filled by 250 random requests, a
fifth of them for a therapist by name; CPU time of the process): of 100 requests that were refused in 5.5 ms, 58 are now
booked, half of them within 22 ms. The others are refused within 16 ms, nine tenths within 20, the worst in 317, when the
tries are used up. The search alone, for 480 requests of 12 such days: half within 4 ms, nine tenths within 10, all but one
in a hundred within 65, the worst 149; one was given up.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple
from uuid import UUID

from app.scheduling.bitmask import beginning_runs, counted, ones, shifted, to_runs, union
from app.scheduling.demand import Assignment, Need, Party
from app.scheduling.matching import connected
from app.scheduling.reassignment import UNASSIGNED, Day, TooManyTries, Work, is_possible
from app.scheduling.rules import permits
from app.scheduling.search import assign, feasible_steps, open_starts
from app.scheduling.supply import Equipment, Requirement, ResourceKind, Supply

MOST_MOVES = 8
"""The number of works that one party may move. The therapist and the bed of one treatment are two works."""
MOST_TRIES = 2_000
"""The number of decisions after which the search for one start gives up, and the party is refused."""


class Room(NamedTuple):
    """The resources of a party, and the moves that make room for it."""

    assignments: list[Assignment]
    moves: dict[UUID, UUID]
    """The new resource of each work that moves, by the work's id."""


@dataclass(frozen=True, slots=True)
class MovableSupply:
    """A supply as it would be without some works that may move, and where these works are."""

    supply: Supply
    works: Sequence[Work]

    def after(self, moves: Mapping[UUID, UUID]) -> Supply:
        """Return the supply with every work where it is after these moves."""
        occupied: dict[UUID, int] = {}
        for work in self.works:
            resource_id = moves.get(work.id, work.by)
            occupied[resource_id] = occupied.get(resource_id, 0) | work.during
        return replace(
            self.supply,
            resources=[
                replace(resource, free=resource.free & ~occupied.get(resource.id, 0))
                for resource in self.supply.resources
            ],
        )

    def permits(self, room: Room, start: int) -> bool:
        """Return whether these moves and assignments are still possible."""
        return is_possible(room.moves, self.works, self.supply.resources) and permits(
            room.assignments, self.after(room.moves), start
        )


class RoomSearch:
    """A search for the starts at which moves make room for a party."""

    def __init__(self, party: Party, movable: MovableSupply) -> None:
        self._party = party
        self._needs = party.needs()
        self._movable = movable
        self._day = Day(movable.supply.resources, movable.works)

    @property
    def tries(self) -> int:
        """The number of decisions of the last search."""
        return 0 if self._day.tries_left is None else MOST_TRIES - self._day.tries_left

    def possible(self, todo: int) -> int:
        """Return the steps of `todo` that are worth a search: at all others no moves make room.

        At each moment, resources must be left for each requirement of the party when those works are done that no other
        resource can do (Hall's condition for one set).
        """
        resources = self._movable.supply.resources
        todo &= open_starts(self._party, self._movable.supply)
        todo = feasible_steps(self._needs, resources, todo, same_room=self._party.same_room)
        needs_of: dict[Requirement, list[Need]] = {}
        for need in self._needs:
            needs_of.setdefault(need.requirement, []).append(need)
        for requirement, needs in needs_of.items():
            if not todo:
                break
            suited = {resource.id for resource in resources if resource.suits(requirement)}
            bound = self._bound_to(suited)
            left = [
                resource.free & ~bound.get(resource.id, 0) for resource in resources if resource.id in suited
            ]
            earliest = min(run[0] for need in needs for run in need.runs)
            masks = [_steps(need, -earliest) for need in needs]
            for together, enough in zip(counted(masks, len(needs)), counted(left, len(needs)), strict=True):
                for first, last in to_runs(together):
                    todo &= shifted(beginning_runs(enough, last - first), -first - earliest)
        return todo

    def _bound_to(self, suited: set[UUID]) -> dict[UUID, int]:
        """Return the steps in which works are at one of these resources that can be done by no other, by resource."""
        bound: dict[UUID, int] = {}
        can_leave: dict[tuple[Requirement, UUID | None], bool] = {}
        for work in self._movable.works:
            if work.by not in suited:
                continue
            key = work.requirement, work.room
            if key not in can_leave:
                can_leave[key] = any(
                    resource.id not in suited
                    and resource.suits(work.requirement)
                    and work.room in (None, resource.room)
                    for resource in self._movable.supply.resources
                )
            if not can_leave[key]:
                bound[work.by] = bound.get(work.by, 0) | work.during
        return bound

    def find(self, start: int) -> Room | None:
        """Return the fewest moves by which the party fits that begins at this step, or None.

        Grid, notice and horizon are not checked. A party that fits anyway gets room without moves.
        """
        self._day.tries_left = MOST_TRIES
        begins = start + self._party.reach()[0]
        if begins < 0 or not open_starts(self._party, self._movable.supply) >> start & 1:
            return None
        choices = [works for works in self._works_at(start) if self._day.could_be_done(works)]
        try:
            for most in range(MOST_MOVES + 1 if choices else 0):
                for works in choices:
                    if (plan := self._day.settle(works, most)) is not None:
                        return self._room(plan, works, start)
        except TooManyTries:
            pass
        return None

    def _room(self, plan: Mapping[UUID, UUID], works: Sequence[Work], start: int) -> Room:
        """Return the plan with the best of the resources that are left, for the party and for those who move."""
        supply = self._movable.supply
        day = Day(supply.resources, self._movable.works)
        preferred = day.by_preference(plan, [*works, *self._movable.works], supply.shortest)
        moves = {
            work.id: preferred[work.id]
            for work in self._movable.works
            if preferred.get(work.id, work.by) != work.by
        }
        after = self._movable.after(moves)
        types = {(need.requirement.kind, need.requirement.of) for need in self._needs}
        suited = [
            resource
            for resource in after.resources
            if any(resource.suits(Requirement(kind, type_id)) for kind, type_id in types)
        ]
        assignments = assign(self._party, replace(after, resources=suited), start)
        assert assignments is not None  # the plan is one way
        return Room(assignments, moves)

    def _works_at(self, start: int) -> Iterator[list[Work]]:
        """Yield the party's needs as works, once for each choice of rooms in which its beds may be."""
        works = [
            Work(
                UUID(int=number),
                UNASSIGNED,
                _steps(need, start),
                need.requirement,
                place=(need.guest, need.treatment),
            )
            for number, need in enumerate(self._needs)
        ]
        beds = [work for work in works if work.requirement.kind is ResourceKind.BED]
        groups = connected(beds, Work.overlaps) if self._party.same_room else []
        groups = [group for group in groups if len(group) > 1]
        rooms_of_each = [
            [room for room in self._rooms() if all(self._fits_in(work, room) for work in group)]
            for group in groups
        ]
        for rooms in product(*rooms_of_each):
            room_of = {work.id: room for room, group in zip(rooms, groups, strict=True) for work in group}
            yield [work._replace(room=room_of.get(work.id)) for work in works]

    def _rooms(self) -> list[UUID]:
        resources = self._movable.supply.resources
        return [*dict.fromkeys(resource.room for resource in resources if isinstance(resource, Equipment))]

    def _fits_in(self, bed: Work, room: UUID) -> bool:
        in_room = bed._replace(room=room)
        return any(in_room.may_go_to(resource) for resource in self._movable.supply.resources)


def _steps(need: Need, start: int) -> int:
    return union(ones(last - first) << start + first for first, last in need.runs)
