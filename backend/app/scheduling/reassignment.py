"""Plan who takes over the treatments of a therapist who is away: as many as possible, with as few other moves as possible.

This is list colouring of intervals, a colour being a therapist, with a price for each change: NP-hard (Arkin and
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

from app.scheduling.bitmask import positions, to_runs, union
from app.scheduling.search import gaps_beside
from app.scheduling.supply import Requirement, Therapist

MOST_MOVES = 4
"""The number of colleagues' treatments that one plan moves. A plan that needs more moves is for people to decide."""


class Work(NamedTuple):
    """The part of a treatment that one therapist does."""

    id: UUID
    """The treatment's id."""
    by: UUID
    """The therapist who does it now."""
    during: int
    """The steps it occupies, with gaps while the guest needs no therapist."""
    requirement: Requirement


class _Option(NamedTuple):
    """A person who could do a work, and the works that they would have to give away."""

    person: int
    given_away: list[Work]


def plan_reassignment(
    lost: Sequence[Work], others: Sequence[Work], people: Sequence[Therapist], *, shortest: int
) -> dict[UUID, UUID]:
    """Return the new therapists by treatment: of every lost treatment that can be placed, and of those of `others` that move.

    Among equally good plans, one is chosen that leaves few steps in gaps shorter than `shortest`, and gives work to the
    people who have least.

    Args:
        lost: The treatments of the therapist who is away.
        others: Treatments that colleagues could give away.
        people: The colleagues. In `Therapist.free` their part of `others` counts as free; works that must stay do not.
        shortest: The steps of the shortest treatment.
    """
    day = _Day(people, others, shortest)
    possible, least = [], 0
    for work in filter(day.could_be_done, lost):
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
                return day.by_preference(plan, [*possible, *others])
    raise AssertionError  # the empty plan is one, too


def is_possible(plan: Mapping[UUID, UUID], works: Iterable[Work], people: Iterable[Therapist]) -> bool:
    """Return whether everybody in the plan can do what they get, and does nothing else at that time. Works that are not in
    the plan stay where they are."""
    by_id = {person.id: person for person in people}
    free = {person.id: person.free for person in by_id.values()}
    for work in sorted(works, key=lambda work: work.id in plan):  # first those that stay
        to_id = plan.get(work.id, work.by)
        if work.id in plan and (
            to_id not in by_id or not by_id[to_id].suits(work.requirement) or work.during & ~free[to_id]
        ):
            return False
        if to_id in free:
            free[to_id] &= ~work.during
    return True


class _Day:
    """A day as the search sees it while it tries one change after another and takes each back."""

    def __init__(self, people: Sequence[Therapist], others: Sequence[Work], shortest: int) -> None:
        self._people = people
        self._shortest = shortest
        self._blocked = [~person.free for person in people]
        self._works = [[work for work in others if work.by == person.id] for person in people]
        self._occupied = [_during(works) for works in self._works]
        self._suited: dict[Requirement, list[int]] = {}
        self.may_drop: Collection[UUID] = ()

    def could_be_done(self, work: Work) -> bool:
        """Return whether, at each step alone, colleagues could make room if they could change in the middle of treatments:
        an augmenting path (Berge, 1957). This is a quick no when everybody is busy."""
        return all(self._has_room(work, 1 << step) for step in positions(work.during))

    def _has_room(self, work: Work, step: int) -> bool:
        seen: set[int] = set()
        homeless = [work]
        while homeless:
            for person in self._suited_to(homeless.pop().requirement):
                if person in seen or self._blocked[person] & step:
                    continue
                if not self._occupied[person] & step:
                    return True
                seen.add(person)
                homeless.append(next(other for other in self._works[person] if other.during & step))
        return False

    def settle(self, homeless: Sequence[Work], moves: int, drops: int = 0) -> dict[UUID, UUID] | None:
        """Return a plan for all of these works but `drops`, with at most so many moves, or None."""
        tight = self._tight(homeless, moves)
        if not tight:
            return self._wherever_free(homeless)
        if self._moves_at_least(tight, drops) > moves:
            return None
        work, options = min(tight, key=_option_count)
        rest = [other for other in homeless if other is not work]
        for person, given_away in sorted(options, key=lambda option: len(option.given_away)):
            with self._placed(work, person, given_away):
                plan = self.settle([*rest, *given_away], moves - len(given_away), drops)
            if plan is not None:
                return {work.id: self._people[person].id, **plan}
        if drops and work.id in self.may_drop:
            return self.settle(rest, moves, drops - 1)
        return None

    def _tight(self, homeless: Sequence[Work], moves: int) -> list[tuple[Work, list[_Option]]]:
        """Return the works that have to be decided, with their options. A work with more people free than possible rivals
        can be placed whatever the others take."""
        tight = []
        for work in homeless:
            options = self._options(work, moves)
            free = sum(not option.given_away for option in options)
            rivals = sum(other is not work and other.during & work.during != 0 for other in homeless)
            if free <= rivals + moves:
                tight.append((work, options))
        return tight

    def _moves_at_least(self, tight: Sequence[tuple[Work, list[_Option]]], drops: int) -> int:
        """Return a lower bound of the moves: works that share no move need their own; the most expensive may be dropped."""
        seen: set[UUID] = set()
        needed = []
        for work, options in sorted(tight, key=_option_count):
            fewest = min((len(option.given_away) for option in options), default=MOST_MOVES + 1)
            may_move = {other.id for option in options for other in option.given_away}
            if seen.isdisjoint(may_move):
                seen |= may_move
                needed.append((work.id in self.may_drop, fewest))
        droppable = sorted((fewest for may_drop, fewest in needed if may_drop), reverse=True)
        return sum(fewest for _, fewest in needed) - sum(droppable[:drops])

    def _options(self, work: Work, moves: int) -> list[_Option]:
        found = []
        for person in self._suited_to(work.requirement):
            if work.during & self._blocked[person]:
                continue
            if not work.during & self._occupied[person]:
                found.append(_Option(person, []))
            elif moves:
                given_away = [other for other in self._works[person] if other.during & work.during]
                left = moves - len(given_away)
                if left >= 0 and all(self._can_leave(other, person, left) for other in given_away):
                    found.append(_Option(person, given_away))
        return found

    def _can_leave(self, work: Work, person: int, moves: int) -> bool:
        return any(
            other != person
            and not work.during & self._blocked[other]
            and (moves or not work.during & self._occupied[other])
            for other in self._suited_to(work.requirement)
        )

    @contextmanager
    def _placed(self, work: Work, person: int, given_away: Sequence[Work]) -> Iterator[None]:
        works, occupied = self._works[person], self._occupied[person]
        self._blocked[person] |= work.during
        self._works[person] = [other for other in works if other not in given_away]
        self._occupied[person] = _during(self._works[person])
        yield
        self._blocked[person] ^= work.during
        self._works[person], self._occupied[person] = works, occupied

    def _wherever_free(self, homeless: Sequence[Work]) -> dict[UUID, UUID]:
        """Place one work after another; there is a free person for each."""
        if not homeless:
            return {}
        work, *rest = homeless
        person = self._options(work, 0)[0].person
        with self._placed(work, person, []):
            return {work.id: self._people[person].id, **self._wherever_free(rest)}

    def by_preference(self, plan: dict[UUID, UUID], works: Sequence[Work]) -> dict[UUID, UUID]:
        """Return the plan with each work given to the best of the people who are still free. This changes the day."""
        numbers = {person.id: number for number, person in enumerate(self._people)}
        for number, current in enumerate(self._works):
            self._works[number] = [work for work in current if work.id not in plan]
            self._occupied[number] = _during(self._works[number])
        in_plan = {work: numbers[plan[work.id]] for work in works if work.id in plan}
        for work, person in in_plan.items():
            self._blocked[person] |= work.during
        for work, person in in_plan.items():
            self._blocked[person] ^= work.during
            in_plan[work] = min(
                (option.person for option in self._options(work, 0)),
                key=lambda candidate: self._cost(work, candidate),
            )
            self._blocked[in_plan[work]] |= work.during
        return {work.id: self._people[person].id for work, person in in_plan.items()}

    def _cost(self, work: Work, person: int) -> tuple[int, int, int, int]:
        busy = self._blocked[person] | self._occupied[person]
        unusable, gaps = gaps_beside(~busy, to_runs(work.during), self._shortest)
        load = (self._people[person].works & busy).bit_count()
        return unusable, load, gaps, person

    def _suited_to(self, requirement: Requirement) -> list[int]:
        if requirement not in self._suited:
            suited = [number for number, person in enumerate(self._people) if person.suits(requirement)]
            self._suited[requirement] = suited
        return self._suited[requirement]


def _during(works: Sequence[Work]) -> int:
    return union(work.during for work in works)


def _option_count(decision: tuple[Work, list[_Option]]) -> int:
    return len(decision[1])
