"""Find where one treatment of a party fits: with each therapist or on each bed, at every start; and why not at the others."""

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from app.scheduling.demand import Need, Party
from app.scheduling.rules import allowed_starts
from app.scheduling.search import feasible_by_resource, open_starts
from app.scheduling.supply import Place, Requirement, Resource, ResourceKind, Supply


class Obstacle(StrEnum):
    """A reason why a treatment does not fit with a therapist or a bed at some starts."""

    UNSUITABLE = "unsuitable"
    """The guest asked for something else: another gender, or another room than the rest of the party."""
    OFF_SHIFT = "off_shift"
    """The therapist is not on shift for as long as the treatment needs."""
    TAKEN = "taken"
    """Another guest, leave or an outage occupies part of the time."""
    OTHERS = "others"
    """A further resource that the party needs at the same time is not free."""


class Way(NamedTuple):
    """A party as it could move, and the steps at which it could move in this way."""

    party: Party
    permitted: int


class ResourceStarts(NamedTuple):
    """The starts at which a treatment fits with one resource, and the obstacles at the other starts, as masks."""

    resource: Resource
    fits: int
    obstacles: dict[Obstacle, int]


def open_steps(party: Party, supply: Supply, day: int) -> int:
    """Return the steps of a day at which the desk can let a party begin: while the branch is open, and not in the past."""
    return day & supply.bookable & open_starts(party, supply)


def starts_by_resource(
    ways: Sequence[Way], place: Place, supply: Supply, candidates: int
) -> list[ResourceStarts]:
    """Return every therapist with the skill for a treatment, and every bed of its types, with the starts of `candidates`.

    A start at which the treatment does not fit has the first obstacle that applies. With a therapist the parties keep the bed
    that they ask for, and on a bed the therapist.
    """
    places = []
    for kind in _kinds_of(ways[0].party, place):
        ways_of_kind = dict.fromkeys(
            Way(party.with_any(kind.kind, place), permitted) for party, permitted in ways
        )
        known = [
            (number, resource) for number, resource in enumerate(supply.resources) if resource.suits(kind)
        ]
        fits: defaultdict[int, int] = defaultdict(int)
        possible: defaultdict[tuple[int, Obstacle], int] = defaultdict(int)
        for party, permitted in ways_of_kind:
            needs = party.needs()
            at = {number for number, need in enumerate(needs) if _serves(need, place, kind)}
            served = [needs[number] for number in at]
            for number, steps in feasible_by_resource(party, supply, at).items():
                fits[number] |= steps & permitted & candidates
            for number, resource in known:
                for obstacle, at_best in _at_best(resource).items():
                    possible[number, obstacle] |= permitted & _allowed(served, at_best)
        for number, resource in known:
            left = candidates & ~fits[number]
            obstacles = {}
            for obstacle in _at_best(resource):
                obstacles[obstacle] = left & ~possible[number, obstacle]
                left &= possible[number, obstacle]
            places.append(ResourceStarts(resource, fits[number], obstacles | {Obstacle.OTHERS: left}))
    return places


def _kinds_of(party: Party, place: Place) -> list[Requirement]:
    """Return the kinds of therapists and beds that a treatment needs, without wishes."""
    needed = [need.requirement for need in party.needs() if (need.guest, need.treatment) == place]
    kinds = [Requirement(required.kind, required.of) for required in needed]
    return [kind for kind in dict.fromkeys(kinds) if kind.kind is not ResourceKind.DEVICE]


def _serves(need: Need, place: Place, kind: Requirement) -> bool:
    required = need.requirement
    return (need.guest, need.treatment) == place and (required.kind, required.of) == (kind.kind, kind.of)


def _at_best(resource: Resource) -> dict[Obstacle, Resource]:
    """Return the resource as it would be without an obstacle and those after it, by the obstacle."""
    return {
        Obstacle.UNSUITABLE: resource.always_there(),
        Obstacle.OFF_SHIFT: resource.on_shift(),
        Obstacle.TAKEN: resource,
    }


def _allowed(needs: Sequence[Need], resource: Resource) -> int:
    allowed = -1
    for need in needs:
        allowed &= allowed_starts(need, resource)
    return allowed
