"""Explain why a party cannot come on a day: shortages, as data for messages in any language."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple, Self

from app.scheduling.bitmask import counted, ones, shifted, union
from app.scheduling.demand import Need, Party
from app.scheduling.search import feasible_starts, feasible_steps, open_starts
from app.scheduling.supply import Requirement, Resource, Supply


class Reason(StrEnum):
    CLOSED = "closed"
    OPEN_TOO_SHORT = "open_too_short"
    """The branch is not open for as long as the party stays, from any start."""
    TOO_SOON = "too_soon"
    """The starts lie within the notice."""
    TOO_FAR = "too_far"
    """The starts lie beyond the horizon."""
    MISSING = "missing"
    """The branch has none, or too few at once: no therapist with the skill and the gender, no bed of the type, no room with
    two."""
    OFF_SHIFT = "off_shift"
    """No therapist with the skill is on shift for long enough, or too few at once."""
    UNAVAILABLE = "unavailable"
    """All of them who are on shift are on leave, or out of order, or too many."""
    BLOCKED = "blocked"
    """All of them who are left are blocked, or too many: a break, a meeting, a cleaning."""
    TRAVELLING = "travelling"
    """All of them who are left are on the way from or to another branch, or too many."""
    TAKEN = "taken"
    """All of them are occupied, or too few are free at once."""
    NOT_AT_ONCE = "not_at_once"
    """Everything needed is free at some time, but never at the same time."""


class Shortage(NamedTuple):
    reason: Reason
    requirement: Requirement | None = None
    """The requirement that is short; None if no single requirement is short."""
    needed: int = 0
    """The number needed at once."""
    during: int = 0
    """The steps at which fewer are left while the branch is open. Empty if every free time is only too short."""


def is_merely_taken(shortages: Sequence[Shortage]) -> bool:
    """Return whether other guests alone may be in the way, as far as these shortages tell."""
    reasons = {shortage.reason for shortage in shortages}
    return Reason.NOT_AT_ONCE in reasons or reasons <= {Reason.TAKEN}


def find_shortages(party: Party, supply: Supply, days: Sequence[int]) -> list[list[Shortage]]:
    """Return, for each day, the shortages that keep the party from starting on it; none if it can start.

    The first of these cases that applies: the branch is closed; it is not open long enough; notice and horizon leave no
    start, or are the only obstacle; something needed is not available at any start; everything is, but at different times.
    In the last case the shortages at some of the starts follow. All days are computed at once.

    Args:
        days: The steps of each day, as masks.
    """
    found = feasible_starts(party, supply)
    without = union(day for day in days if not found & day)
    if not without:
        return [[] for _ in days]
    opened = supply.starts & without & open_starts(party, supply)
    todo = opened & supply.bookable
    limited = opened & union(day for day in days if todo & day)
    possible = opened ^ limited | feasible_steps(
        party.needs(), supply.resources, limited, same_room=party.same_room
    )
    lacking = _Lacking.of(party, supply, todo & union(day for day in days if not possible & day))

    def explain(day: int) -> list[Shortage]:
        if found & day:
            return []
        if not supply.open & day:
            return [Shortage(Reason.CLOSED)]
        if not opened & day:
            return [Shortage(Reason.OPEN_TOO_SHORT)]
        return _out_of_bounds(possible & day, supply) or lacking.on(day & supply.open, todo & day)

    return [explain(day) for day in days]


def find_shortages_at(party: Party, supply: Supply, step: int) -> list[Shortage]:
    """Return the shortages that keep the party from one start. Grid, notice and horizon are not checked.

    If the time is merely taken, or everything is never free at once, the list has only who or what was asked for by name:
    the caller's message says the rest, and most clients were just not the first.
    """
    opened = shifted(supply.open, -step)
    if not opened & 1:
        return [Shortage(Reason.CLOSED)]
    by_name = any(need.requirement.resource_id for need in party.needs())
    if (
        not by_name
        and not ~opened & party.presence()
        and feasible_steps(
            party.needs(),
            [resource.vacant() for resource in supply.resources],
            1 << step,
            same_room=party.same_room,
        )
    ):
        return []
    first, last = party.reach()
    then = replace(supply, starts=1 << step, earliest=step, latest=step + 1)
    [shortages] = find_shortages(party, then, [shifted(ones(last - first), step + first)])
    if is_merely_taken(shortages):
        shortages = [
            shortage for shortage in shortages if shortage.requirement and shortage.requirement.resource_id
        ]
    return [
        shortage._replace(during=shortage.during & _needed(party, shortage.requirement, step))
        for shortage in shortages
    ]


def _needed(party: Party, requirement: Requirement | None, start: int) -> int:
    """Return the steps at which a party that begins then occupies what is required."""
    runs = (run for need in party.needs() if need.requirement == requirement for run in need.runs)
    return union(shifted(ones(last - first), start + first) for first, last in runs)


def _out_of_bounds(starts: int, supply: Supply) -> list[Shortage]:
    soon = starts & ones(max(supply.earliest, 0))
    far = starts >> max(supply.latest, 0)
    return [Shortage(reason) for reason, steps in ((Reason.TOO_SOON, soon), (Reason.TOO_FAR, far)) if steps]


_STAGES: tuple[tuple[Reason, Callable[[Resource], Resource]], ...] = (
    (Reason.MISSING, lambda resource: resource.always_there()),
    (Reason.OFF_SHIFT, lambda resource: resource.on_shift()),
    (Reason.UNAVAILABLE, lambda resource: resource.available()),
    (Reason.BLOCKED, lambda resource: resource.unblocked()),
    (Reason.TRAVELLING, lambda resource: resource.vacant()),
    (Reason.TAKEN, lambda resource: resource),
)
"""The part of a resource that counts at each stage: as if it were always there, on shift, without leave, not blocked, without
appointments, and as it is."""


class _Stage(NamedTuple):
    reason: Reason
    left: int
    """The steps at which the needs can still be met."""
    lost: int
    """The steps at which this stage leaves fewer than needed."""


class _Lacking(NamedTuple):
    """The remaining steps of each requirement, stage by stage."""

    stages: list[tuple[Requirement, int, list[_Stage]]]
    """The stages of each requirement, with the number needed at once."""

    @classmethod
    def of(cls, party: Party, supply: Supply, todo: int) -> Self:
        stages: list[tuple[Requirement, int, list[_Stage]]] = []
        by_requirement: dict[Requirement, list[Need]] = {}
        for need in party.needs() if todo else ():
            by_requirement.setdefault(need.requirement, []).append(need)
        for requirement, needs in by_requirement.items():
            suited = [resource for resource in supply.resources if resource.suits(requirement)]
            needed = max(
                sum(_at(other, first) for other in needs) for need in needs for first, _ in need.runs
            )
            left, enough = todo, supply.open
            stages.append((requirement, needed, []))
            for reason, at_stage in _STAGES:
                resources = [at_stage(resource) for resource in suited]
                left = feasible_steps(needs, resources, left, same_room=party.same_room)
                free = (resource.free for resource in resources)
                before, enough = enough, enough & counted(free, needed)[-1]
                stages[-1][-1].append(_Stage(reason, left, before ^ enough))
        return cls(stages)

    def on(self, day: int, todo: int) -> list[Shortage]:
        """Return the shortages of one day, given the steps at which the branch is open and the starts."""
        never: list[Shortage] = []
        sometimes: list[Shortage] = []
        for requirement, needed, stages in self.stages:
            shortage, before = None, todo
            for reason, left, lost in stages:
                if left & todo != before:
                    shortage, before = Shortage(reason, requirement, needed, lost & day), left & todo
            if shortage:
                (sometimes if before else never).append(shortage)
        return never or [Shortage(Reason.NOT_AT_ONCE), *sometimes]


def _at(need: Need, step: int) -> bool:
    return any(first <= step < last for first, last in need.runs)
