"""Plan which resources take over work, with as few moves of other work as possible.

`plan_reassignment` places the treatments of a therapist who is away, as many as possible; `making_room` places a new party,
all of it or none.

This is list colouring of intervals, a colour being a resource, with a price for each change: NP-hard (Arkin and
Silverberg, Scheduling Jobs with Fixed Start and End Times, 1987). But most of a day stays as it is, so the search follows
chains: a therapist who gets a treatment gives away those that overlap it, a colleague takes them, and so on. A treatment
that no chain reaches is never moved. The search is iterative deepening, by one treatment left out and within that by one
move, so the first plan it finds is the best. A linear programme would need SciPy: 100 MB for one button.

Measured on 2026-11-23 (2 shared cores, Python 3.13; 720 random days of 20 therapists, half to nearly all of their time
taken, up to 8 treatments to give away, 62 to 161 of others; CPU time): half within 2 ms, nine tenths within 15, all but
one in a hundred within 115, the worst 970.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from app.scheduling.bitmask import ones, positions, to_runs, union
from app.scheduling.demand import Need
from app.scheduling.rules import allowed_starts
from app.scheduling.search import gaps_beside
from app.scheduling.supply import Place, Requirement, Resource

MOST_MOVES = 4
"""The number of colleagues' treatments that one plan moves. A plan that needs more moves is for people to decide."""


UNASSIGNED = UUID(int=0)
"""The present resource of a work that no resource does yet."""
_OF_ANOTHER_PARTY: Place = (-1, -1)


class Work(NamedTuple):
    """The part of a treatment for which it has one resource: what a therapist does, or the time on a bed."""

    id: UUID
    by: UUID
    """The resource that does it now."""
    during: int
    """The steps it occupies, with gaps while the guest needs no therapist."""
    requirement: Requirement
    room: UUID | None = None
    """The room of the only beds that will do; None for any."""
    place: Place = _OF_ANOTHER_PARTY
    """The place in the party of a search, whose treatments may keep what they have (`Resource.current`)."""

    def overlaps(self, other: "Work") -> bool:
        return self.during & other.during != 0

    def may_go_to(self, resource: Resource) -> bool:
        """Return whether every rule lets the resource do it, on the steps that count as free."""
        need = Need(*self.place, self.requirement, tuple(to_runs(self.during)))
        return self.room in (None, resource.room) and bool(allowed_starts(need, resource) & 1)


class _Option(NamedTuple):
    """A resource that could do a work, by its number, and the works that it would have to give away."""

    number: int
    given_away: list[Work]


class TooManyTries(Exception):  # noqa: N818 - it ends a search, and is no error
    """The search was not finished within its tries."""


def plan_reassignment(
    lost: Sequence[Work], others: Sequence[Work], resources: Sequence[Resource], *, shortest: int
) -> dict[UUID, UUID]:
    """Return the new resources by work: of every lost work that can be placed, and of those of `others` that move.

    Among equally good plans, one is chosen that leaves few steps in gaps shorter than `shortest`, and gives work to the
    resources that have least.

    Args:
        lost: What the therapist who is away would have done.
        others: What colleagues could give away.
        resources: The colleagues. In `Resource.free` their part of `others` counts as free; works that must stay do not.
        shortest: The steps of the shortest treatment.
    """
    day = Day(resources, others)
    possible, least = [], 0
    for work in lost:
        if day.could_be_done([work]):
            moves = next(
                (moves for moves in range(MOST_MOVES + 1) if day.settle([work], moves) is not None), None
            )
            if moves is not None:
                possible.append(work)
                least = max(least, moves)
    for dropped in range(len(possible) + 1):
        day.may_drop = {work.id for work in possible}
        for moves in range(0 if dropped else least, MOST_MOVES + 1):
            if (plan := day.settle(possible, moves, dropped)) is not None:
                return day.by_preference(plan, [*possible, *others], shortest)
    raise AssertionError  # the empty plan is one, too


def is_possible(plan: Mapping[UUID, UUID], works: Iterable[Work], resources: Iterable[Resource]) -> bool:
    """Return whether every resource in the plan can do what it gets, and does nothing else at that time. Works that are
    not in the plan stay where they are.

    Args:
        resources: In `Resource.free` the time of `works` counts as free.
    """
    by_id = {resource.id: resource for resource in resources}
    occupied = dict.fromkeys(by_id, 0)
    for work in sorted(works, key=lambda work: work.id in plan):  # first those that stay
        to_id = plan.get(work.id, work.by)
        if work.id in plan and (
            to_id not in by_id or not work.may_go_to(by_id[to_id]) or work.during & occupied[to_id]
        ):
            return False
        if to_id in occupied:
            occupied[to_id] |= work.during
    return True


class Day:
    """A day as the search sees it while it tries one change after another and takes each back."""

    def __init__(self, resources: Sequence[Resource], others: Sequence[Work]) -> None:
        self._resources = resources
        self._placed_at = [0] * len(resources)
        """The steps that the plan gave to each resource."""
        self._works: list[list[Work]] = [[] for _ in resources]
        numbers = {resource.id: number for number, resource in enumerate(resources)}
        for work in others:
            if work.by in numbers:
                self._works[numbers[work.by]].append(work)
        self._occupied = [_during(works) for works in self._works]
        ends = (mask.bit_length() for resource in resources for mask in (resource.works, resource.free))
        self._all_steps = ones(max(ends, default=0))
        self._candidates_of: dict[tuple[Requirement, int, UUID | None, Place], list[int]] = {}
        self.may_drop: Collection[UUID] = ()
        self.tries_left: int | None = None
        """The number of decisions after which the search gives up; None if it never does."""

    def could_be_done(self, homeless: Sequence[Work]) -> bool:
        """Return whether, at each step alone, there is a place for each of these works and for all others, if these could
        change in the middle of treatments: augmenting paths (Berge, 1957). This is a quick no when everybody is busy."""
        return all(
            self._have_room([work for work in homeless if work.during >> step & 1], 1 << step)
            for step in positions(_during(homeless))
        )

    def _have_room(self, homeless: Sequence[Work], step: int) -> bool:
        now_at: dict[int, Work] = {}

        def place(work: Work, seen: set[int]) -> bool:
            for number in self._candidates(work):
                if number in seen or self._placed_at[number] & step:
                    continue
                seen.add(number)
                if number in now_at:
                    there: Work | None = now_at[number]
                elif self._occupied[number] & step:
                    there = next(other for other in self._works[number] if other.during & step)
                else:
                    there = None
                if there is None or place(there, seen):
                    now_at[number] = work
                    return True
            return False

        return all(place(work, set()) for work in homeless)

    def settle(self, homeless: Sequence[Work], moves: int, drops: int = 0) -> dict[UUID, UUID] | None:
        """Return a plan for all of these works but `drops`, with at most so many moves, or None.

        Raises:
            TooManyTries
        """
        if self.tries_left is not None:
            if not self.tries_left:
                raise TooManyTries
            self.tries_left -= 1
        tight = self._tight(homeless, moves)
        if not tight:
            return self._wherever_free(homeless)
        if self._moves_at_least(tight, moves, drops) > moves:
            return None
        work, options = min(tight, key=_option_count)
        rest = [other for other in homeless if other is not work]
        for number, given_away in sorted(options, key=lambda option: len(option.given_away)):
            with self._placed(work, number, given_away):
                plan = self.settle([*rest, *given_away], moves - len(given_away), drops)
            if plan is not None:
                return {work.id: self._resources[number].id, **plan}
        if drops and work.id in self.may_drop:
            return self.settle(rest, moves, drops - 1)
        return None

    def _tight(self, homeless: Sequence[Work], moves: int) -> list[tuple[Work, list[_Option]]]:
        """Return the works that have to be decided, with their options. A work with more resources free than possible
        rivals can be placed whatever the others take."""
        tight = []
        for work in homeless:
            options = self._options(work, moves)
            free = sum(not option.given_away for option in options)
            rivals = sum(other is not work and other.during & work.during != 0 for other in homeless)
            if free <= rivals + moves:
                tight.append((work, options))
        return tight

    def _moves_at_least(self, tight: Sequence[tuple[Work, list[_Option]]], moves: int, drops: int) -> int:
        """Return a lower bound of the moves: works that share no move need their own; the most expensive may be dropped."""
        seen: set[UUID] = set()
        needed = []
        for work, options in sorted(tight, key=_option_count):
            fewest = min((len(option.given_away) for option in options), default=moves + 1)
            may_move = {other.id for option in options for other in option.given_away}
            if seen.isdisjoint(may_move):
                seen |= may_move
                needed.append((work.id in self.may_drop, fewest))
        droppable = sorted((fewest for may_drop, fewest in needed if may_drop), reverse=True)
        return sum(fewest for _, fewest in needed) - sum(droppable[:drops])

    def _options(self, work: Work, moves: int) -> list[_Option]:
        found = []
        for number in self._candidates(work):
            if work.during & self._placed_at[number]:
                continue
            if not work.during & self._occupied[number]:
                found.append(_Option(number, []))
            elif moves:
                given_away = [other for other in self._works[number] if other.during & work.during]
                left = moves - len(given_away)
                if left >= 0 and all(self._can_leave(other, number, left) for other in given_away):
                    found.append(_Option(number, given_away))
        return found

    def _can_leave(self, work: Work, number: int, moves: int) -> bool:
        return any(
            other != number
            and not work.during & self._placed_at[other]
            and (moves or not work.during & self._occupied[other])
            for other in self._candidates(work)
        )

    @contextmanager
    def _placed(self, work: Work, number: int, given_away: Sequence[Work]) -> Iterator[None]:
        works, occupied = self._works[number], self._occupied[number]
        self._placed_at[number] |= work.during
        self._works[number] = [other for other in works if other not in given_away]
        self._occupied[number] = _during(self._works[number])
        try:
            yield
        finally:
            self._placed_at[number] ^= work.during
            self._works[number], self._occupied[number] = works, occupied

    def _wherever_free(self, homeless: Sequence[Work]) -> dict[UUID, UUID]:
        """Place one work after another; there is a free resource for each."""
        if not homeless:
            return {}
        work, *rest = homeless
        number = self._options(work, 0)[0].number
        with self._placed(work, number, []):
            return {work.id: self._resources[number].id, **self._wherever_free(rest)}

    def by_preference(
        self, plan: Mapping[UUID, UUID], works: Sequence[Work], shortest: int
    ) -> dict[UUID, UUID]:
        """Return the plan with each work given to the best of the resources that are still free. This changes the day."""
        numbers = {resource.id: number for number, resource in enumerate(self._resources)}
        for number, current in enumerate(self._works):
            self._works[number] = [work for work in current if work.id not in plan]
            self._occupied[number] = _during(self._works[number])
        in_plan = {work: numbers[plan[work.id]] for work in works if work.id in plan}
        for work, number in in_plan.items():
            self._placed_at[number] |= work.during
        for work, number in in_plan.items():
            self._placed_at[number] ^= work.during
            in_plan[work] = min(
                (option.number for option in self._options(work, 0)),
                key=lambda candidate: self._cost(work, candidate, shortest),
            )
            self._placed_at[in_plan[work]] |= work.during
        return {work.id: self._resources[number].id for work, number in in_plan.items()}

    def _cost(self, work: Work, number: int, shortest: int) -> tuple[int, int, int, int]:
        resource = self._resources[number]
        free = resource.free & ~(self._placed_at[number] | self._occupied[number])
        unusable, gaps = gaps_beside(free, to_runs(work.during), shortest)
        load = (resource.works & ~free & self._all_steps).bit_count()
        return unusable, load, gaps, number

    def _candidates(self, work: Work) -> list[int]:
        """Return the numbers of the resources that may do a work while no other work is in the way."""
        key = work.requirement, work.during, work.room, work.place
        if key not in self._candidates_of:
            self._candidates_of[key] = [
                number for number, resource in enumerate(self._resources) if work.may_go_to(resource)
            ]
        return self._candidates_of[key]


def _during(works: Iterable[Work]) -> int:
    return union(work.during for work in works)


def _option_count(decision: tuple[Work, list[_Option]]) -> int:
    return len(decision[1])
