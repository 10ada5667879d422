"""When a party can come, and who does what where.

`starts` answers for all steps of a grid at once, and exactly: a party can be placed at what is in the mask and nowhere
else. What guests who are there at the same time take from each other is settled in `scheduling.matching`.

Measured on 2026-11-23 (2 shared cores, Python 3.13; 50 therapists, 60 beds, 40 treatments, 30 days, CPU time): one guest
0.2 ms, a couple with two treatments each 0.6 to 1.1 ms, a placement 0.3 and 0.9 ms.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.scheduling.bitmask import beginning_runs, ones, shifted
from app.scheduling.demand import Assignment, Need, Party, Run
from app.scheduling.matching import Offer, connected, match
from app.scheduling.rules import allowed_starts
from app.scheduling.supply import Requirement, Resource, ResourceKind, Supply

_AROUND = 288
"""The steps before and after a treatment in which gaps are looked for: a day."""


def starts(party: Party, supply: Supply) -> int:
    """Every step at which the whole party can begin, by the grid, the notice and the horizon of the branch."""
    return met(party.needs(), supply.resources, offered(party, supply), same_room=party.same_room)


def offered(party: Party, supply: Supply) -> int:
    """Those of them by the hours, the grid, the notice and the horizon alone, whoever is free."""
    return supply.starts & supply.bookable & beginning_runs(supply.open, party.stay())


def met(
    needs: Sequence[Need],
    resources: Sequence[Resource],
    todo: int,
    *,
    same_room: bool,
    free: Callable[[Resource], int] = lambda resource: resource.free,
) -> int:
    """The steps of `todo` at which all of these needs can be met at once."""
    offers = _offers(needs, resources, todo, free)
    for problem in _problems(needs, offers, resources, same_room=same_room):
        todo = problem.solved(offers, todo)
    return todo


def place(party: Party, supply: Supply, start: int) -> list[Assignment] | None:
    """Who does what where when the party begins at this step; none when it does not fit. Whether guests may begin then
    by the grid, the notice and the horizon is not asked: the desk takes who stands before it.

    Need after need takes what leaves the fewest steps before and after it in gaps shorter than the shortest treatment;
    of equals what leaves the shortest gaps at all, then who comes first in the supply. A choice stands when the needs
    after it can still be met: there is a placement exactly where `starts` says so. Over the whole party its gaps are
    not always the least that are possible.
    """
    if ~shifted(supply.open, -start) & ones(party.stay()):
        return None
    needs = party.needs()
    since = start + min((run[0] for need in needs for run in need.runs), default=0) - _AROUND
    until = start + max((run[1] for need in needs for run in need.runs), default=0) + _AROUND

    def around(resource: Resource) -> int:
        return shifted(resource.free, -since) & ones(until - since)

    zero = start - since
    offers = _offers(needs, supply.resources, 1 << zero, around)
    problems = _problems(needs, offers, supply.resources, same_room=party.same_room)
    if not all(problem.solved(offers, 1 << zero) for problem in problems):
        return None
    left = {number: around(supply.resources[number]) for offer in offers for number in offer.free}
    for problem in problems:
        for at in problem.needs:
            runs = [(zero + first, zero + last) for first, last in needs[at].runs]
            by_gaps = sorted(
                offers[at].free, key=lambda number: (gaps_beside(left[number], runs, supply.shortest), number)
            )
            offers, number = _chosen(problem, offers, at, by_gaps, 1 << zero)
            left[number] &= ~sum(ones(last - first) << first for first, last in runs)
    taken = (supply.resources[number].id for offer in offers for number in offer.free)
    return [
        Assignment(need, resource_id, tuple((start + first, start + last) for first, last in need.runs))
        for need, resource_id in zip(needs, taken, strict=True)
    ]


def _chosen(
    problem: "_Problem", offers: list[Offer], at: int, wishes: Sequence[int], todo: int
) -> tuple[list[Offer], int]:
    """The first wish for one need with which the others can still be met."""
    for number in wishes:
        chosen = [*offers]
        chosen[at] = Offer(offers[at].during, {number: todo})
        if problem.solved(chosen, todo):
            return chosen, number
    raise AssertionError  # the problem was solved before


def gaps_beside(free: int, runs: Sequence[Run], shortest: int) -> tuple[int, int]:
    """The steps of the gaps that these runs leave beside them: of those too short for any treatment, and of all."""
    gaps = []
    for first, last in runs:
        before, after = ~free & ones(first), free >> last
        gaps += [first - before.bit_length(), (~after & after + 1).bit_length() - 1]
    return sum(gap for gap in gaps if gap < shortest), sum(gaps)


def _offers(
    needs: Sequence[Need], resources: Sequence[Resource], todo: int, free: Callable[[Resource], int]
) -> list[Offer]:
    """For each need who could begin with it at which steps of `todo`, when the others do not matter."""
    earliest = min((run[0] for need in needs for run in need.runs), default=0)
    found: dict[tuple[Requirement, tuple[Run, ...]], Offer] = {}
    offers = []
    for need in needs:
        alike = found.get((need.requirement, need.runs))
        if alike is None:
            during = sum(ones(last - first) << first - earliest for first, last in need.runs)
            begins = {
                number: todo & allowed_starts(need, resource, free(resource))
                for number, resource in enumerate(resources)
            }
            alike = Offer(during, {number: mask for number, mask in begins.items() if mask})
            found[need.requirement, need.runs] = alike
        offers.append(Offer(alike.during, alike.free))
    return offers


@dataclass(frozen=True, slots=True)
class _Problem:
    """Needs that have to be looked at together, and no others with them."""

    needs: list[int]
    room_of: list[UUID] | None
    """By the number of a resource, when these need beds in one room."""

    def solved(self, offers: Sequence[Offer], todo: int) -> int:
        """The steps of `todo` at which it is."""
        offers = [offers[at] for at in self.needs]
        if self.room_of is None:
            return match(offers, todo)
        return _in_one_room(offers, self.room_of, todo)


def _problems(
    needs: Sequence[Need], offers: Sequence[Offer], resources: Sequence[Resource], *, same_room: bool
) -> list[_Problem]:
    at = {id(offer): number for number, offer in enumerate(offers)}
    rooms = [resource.room for resource in resources]
    with_room: list[Offer] = []
    apart: list[Offer] = []
    for need, offer in zip(needs, offers, strict=True):
        (with_room if same_room and need.requirement.kind is ResourceKind.BED else apart).append(offer)
    return [
        _Problem(sorted(at[id(offer)] for offer in group), room_of)
        for room_of, groups in (
            (rooms, connected(with_room, Offer.overlaps)),
            (None, connected(apart, Offer.rivals)),
        )
        for group in groups
    ]


def _in_one_room(beds: Sequence[Offer], room_of: Sequence[UUID], todo: int) -> int:
    """The steps of `todo` at which one room has beds for all of these, which overlap."""
    found = 0
    for room in dict.fromkeys(room_of[number] for number in beds[0].free):
        alike: dict[int, dict[int, int]] = {}
        for bed in beds:
            if id(bed.free) not in alike:
                here = {number: mask for number, mask in bed.free.items() if room_of[number] == room}
                alike[id(bed.free)] = here
        found |= match([Offer(bed.during, alike[id(bed.free)]) for bed in beds], todo & ~found)
    return found
