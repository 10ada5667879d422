"""Find when a party can come, and assign resources to its needs.

`feasible_starts` answers for all steps of a grid at once, and exactly: a party can be placed at the steps of the mask, and at no
others. `matching` settles the conflicts between guests who are there at the same time.

Measured on 2026-11-23 (2 shared cores, Python 3.13; 50 therapists, 60 beds, 40 treatments, 30 days, CPU time): one guest
0.2 ms, a couple with two treatments each 0.6 to 1.1 ms, a placement 0.3 and 0.9 ms.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.scheduling.bitmask import beginning_runs, from_runs, ones, shifted, to_runs
from app.scheduling.demand import Assignment, Need, Party, Run
from app.scheduling.matching import UnmetNeed, connected, match
from app.scheduling.rules import allowed_starts
from app.scheduling.supply import Requirement, Resource, ResourceKind, Supply, Therapist
from app.scheduling.turns import Rank, Turns

_AROUND = 288
"""The number of steps before and after a treatment that are searched for gaps: a day."""


def feasible_starts(party: Party, supply: Supply) -> int:
    """Return every step at which the whole party can begin, within the grid, the notice and the horizon."""
    return feasible_steps(
        party.needs(), supply.resources, bookable_starts(party, supply), same_room=party.same_room
    )


def bookable_starts(party: Party, supply: Supply) -> int:
    """Return the steps that opening hours, grid, notice and horizon allow. Free resources are not checked."""
    return supply.starts & supply.bookable & open_starts(party, supply)


def open_starts(party: Party, supply: Supply) -> int:
    """Return the steps at which a party can begin so that the branch is open whenever a guest is there."""
    starts = -1
    for first, last in to_runs(party.presence()):
        starts &= shifted(beginning_runs(supply.open, last - first), -first)
    return starts


def feasible_steps(
    needs: Sequence[Need], resources: Sequence[Resource], todo: int, *, same_room: bool
) -> int:
    """Return the steps of `todo` at which all of these needs can be met at once."""
    unmet = _unmet_needs(needs, resources, todo)
    for problem in _problems(needs, unmet, resources, same_room=same_room):
        todo = problem.solvable_steps(unmet, todo)
    return todo


def feasible_by_resource(party: Party, supply: Supply, at: Collection[int]) -> dict[int, int]:
    """Return the steps at which the party can begin, by the number of the resource that serves all needs of `at`.

    Args:
        at: The numbers of some needs of the party.
    """
    needs = party.needs()
    todo = bookable_starts(party, supply)
    unmet = _unmet_needs(needs, supply.resources, todo)
    concerned = []
    for problem in _problems(needs, unmet, supply.resources, same_room=party.same_room):
        if {*at} & {*problem.needs}:
            concerned.append(problem)
        else:
            todo = problem.solvable_steps(unmet, todo)
    found = {}
    for number in {number for one in at for number in unmet[one].free}:
        steps = todo
        chosen = [*unmet]
        for one in at:
            chosen[one] = UnmetNeed(unmet[one].during, {number: unmet[one].free.get(number, 0)})
        for problem in concerned:
            steps = problem.solvable_steps(chosen, steps)
        found[number] = steps
    return found


def assign(party: Party, supply: Supply, start: int) -> list[Assignment] | None:
    """Assign resources to a party that begins at this step, or return None if it does not fit.

    Grid, notice and horizon are not checked: the desk takes a guest at any time. Each need in turn gets the resource that
    `_Preference` puts first. A choice stands if the needs after it can still be met, so there is an assignment exactly
    where `feasible_starts` says so. Over the whole party turns and gaps are not always the best.
    """
    if ~shifted(supply.open, -start) & party.presence():
        return None
    needs = party.needs()
    unmet = _unmet_needs(needs, supply.resources, 1 << start)
    problems = _problems(needs, unmet, supply.resources, same_room=party.same_room)
    if not all(problem.solvable_steps(unmet, 1 << start) for problem in problems):
        return None
    preference = _Preference(party, supply, start)
    for problem in problems:
        for at in problem.needs:
            candidates = preference.sort(needs[at], unmet[at].free)
            unmet, number = _chosen(problem, unmet, at, candidates, 1 << start)
            preference.note(needs[at], number)
    chosen = (supply.resources[number].id for unmet_need in unmet for number in unmet_need.free)
    return [
        Assignment(need, resource_id, tuple((start + first, start + last) for first, last in need.runs))
        for need, resource_id in zip(needs, chosen, strict=True)
    ]


def _chosen(
    problem: "_Problem", unmet: list[UnmetNeed], at: int, candidates: Sequence[int], todo: int
) -> tuple[list[UnmetNeed], int]:
    """Return the first candidate for one need with which the others can still be met."""
    for number in candidates:
        chosen = [*unmet]
        chosen[at] = UnmetNeed(unmet[at].during, {number: todo})
        if problem.solvable_steps(chosen, todo):
            return chosen, number
    raise AssertionError  # the problem was solved before


class _Preference:
    """The order in which resources are tried, given what the party has been assigned already.

    A guest stays with one therapist. For others it is the therapist whose turn it is. Among equals, and for beds and
    devices, it is the resource that leaves the fewest steps in gaps shorter than the shortest treatment, then the one that
    leaves the shortest gaps in all, then the first in the supply.
    """

    def __init__(self, party: Party, supply: Supply, start: int) -> None:
        first_step, last_step = party.reach()
        self._nearby = ones(start + last_step + _AROUND) & ~ones(max(start + first_step - _AROUND, 0))
        self._supply = supply
        self._start = start
        self._turns = Turns(supply, start)
        self._occupied: defaultdict[int, int] = defaultdict(int)
        """The steps in which the party occupies a resource, by its number."""
        self._guests: defaultdict[int, list[int]] = defaultdict(list)
        """The guest of each need that a resource serves, by its number."""

    def sort(self, need: Need, numbers: Iterable[int]) -> list[int]:
        """Return the numbers of these resources, the first choice first."""
        runs = self._runs(need)
        return sorted(numbers, key=lambda number: (*self._rank(need, number, runs), number))

    def note(self, need: Need, number: int) -> None:
        """Take note that the resource serves the need."""
        self._occupied[number] |= from_runs(self._runs(need), self._nearby.bit_length())
        self._guests[number].append(need.guest)

    def _rank(self, need: Need, number: int, runs: Sequence[Run]) -> Rank:
        resource = self._supply.resources[number]
        free = resource.free & self._nearby & ~self._occupied[number]
        gaps = gaps_beside(free, runs, self._supply.shortest)
        if not isinstance(resource, Therapist):
            return gaps
        guests = self._guests[number]
        return need.guest not in guests, *self._turns.rank(resource, len(guests)), *gaps

    def _runs(self, need: Need) -> list[Run]:
        return [(self._start + first, self._start + last) for first, last in need.runs]


def gaps_beside(free: int, runs: Sequence[Run], shortest: int) -> tuple[int, int]:
    """Return how many steps are in the gaps beside these runs: in gaps too short for any treatment, and in all gaps."""
    gaps = []
    for first, last in runs:
        before, after = ~free & ones(first), free >> last
        gaps += [first - before.bit_length(), (~after & after + 1).bit_length() - 1]
    return sum(gap for gap in gaps if gap < shortest), sum(gaps)


def _unmet_needs(needs: Sequence[Need], resources: Sequence[Resource], todo: int) -> list[UnmetNeed]:
    """Return, for each need alone, the resources that could serve it and the steps of `todo` at which they could."""
    earliest = min((run[0] for need in needs for run in need.runs), default=0)
    found: dict[tuple[Requirement, tuple[Run, ...]], UnmetNeed] = {}
    unmet = []
    for need in needs:
        unmet_need = found.get((need.requirement, need.runs))
        if unmet_need is None:
            during = sum(ones(last - first) << first - earliest for first, last in need.runs)
            begins = {
                number: todo & allowed_starts(need, resource) for number, resource in enumerate(resources)
            }
            unmet_need = UnmetNeed(during, {number: mask for number, mask in begins.items() if mask})
            found[need.requirement, need.runs] = unmet_need
        # A new object also for an equal need: `_problems` and `rivals` tell needs apart by identity. The masks are shared,
        # by which `_hall` finds the needs that are equal.
        unmet.append(UnmetNeed(unmet_need.during, unmet_need.free))
    return unmet


@dataclass(frozen=True, slots=True)
class _Problem:
    """Needs that have to be solved together, apart from all others."""

    needs: list[int]
    room_of: list[UUID] | None
    """The room of each resource by number, if these needs are beds in one room."""

    def solvable_steps(self, unmet: Sequence[UnmetNeed], todo: int) -> int:
        """Return the steps of `todo` at which the problem has a solution."""
        unmet = [unmet[at] for at in self.needs]
        if self.room_of is None:
            return match(unmet, todo)
        return _in_one_room(unmet, self.room_of, todo)


def _problems(
    needs: Sequence[Need], unmet: Sequence[UnmetNeed], resources: Sequence[Resource], *, same_room: bool
) -> list[_Problem]:
    at = {id(unmet_need): number for number, unmet_need in enumerate(unmet)}
    rooms = [resource.room for resource in resources]
    with_room: list[UnmetNeed] = []
    separate: list[UnmetNeed] = []
    for need, unmet_need in zip(needs, unmet, strict=True):
        (with_room if same_room and need.requirement.kind is ResourceKind.BED else separate).append(
            unmet_need
        )
    return [
        _Problem(sorted(at[id(unmet_need)] for unmet_need in group), room_of)
        for room_of, groups in (
            (rooms, connected(with_room, UnmetNeed.overlaps)),
            (None, connected(separate, UnmetNeed.rivals)),
        )
        for group in groups
    ]


def _in_one_room(beds: Sequence[UnmetNeed], room_of: Sequence[UUID], todo: int) -> int:
    """Return the steps of `todo` at which one room has beds for all of these needs, which overlap."""
    found = 0
    for room in dict.fromkeys(room_of[number] for number in beds[0].free):
        by_need: dict[int, dict[int, int]] = {}
        for bed in beds:
            if id(bed.free) not in by_need:
                here = {number: mask for number, mask in bed.free.items() if room_of[number] == room}
                by_need[id(bed.free)] = here
        found |= match([UnmetNeed(bed.during, by_need[id(bed.free)]) for bed in beds], todo & ~found)
    return found
