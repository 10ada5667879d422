"""Why a party cannot come on a day: what is missing, as data for words in any language."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple, Self

from app.scheduling.bitmask import beginning_runs, counted, ones, shifted, union
from app.scheduling.demand import Need, Party
from app.scheduling.search import met, starts
from app.scheduling.supply import Requirement, Resource, Supply


class Reason(StrEnum):
    CLOSED = "closed"
    OPEN_TOO_SHORT = "open_too_short"
    """The branch is not open for as long as the party stays, from any time at which guests begin."""
    TOO_SOON = "too_soon"
    """Earlier than the notice allows."""
    TOO_FAR = "too_far"
    """Beyond the horizon."""
    MISSING = "missing"
    """The branch has none, or too few at once: nobody with the skill and the gender, no bed of the type, no room for two."""
    OFF_SHIFT = "off_shift"
    """None with the skill is on shift for long enough, or too few at once."""
    TAKEN = "taken"
    """All of them are taken, or all but too few."""
    NOT_AT_ONCE = "not_at_once"
    """Each of what is needed is free at some time, never all of it at once."""


_TAKEN = (Reason.TAKEN, Reason.NOT_AT_ONCE)


class Shortage(NamedTuple):
    reason: Reason
    requirement: Requirement | None = None
    """Of what there is too little."""
    needed: int = 0
    """How many of it at once."""
    during: int = 0
    """The steps at which fewer than that are left while the branch is open; none, when only no time is long enough."""


def why_not(party: Party, supply: Supply, days: Sequence[int]) -> list[list[Shortage]]:
    """For each of these days, as its steps, what keeps the party from beginning on it; nothing when it can.

    The first that is true: the branch is closed; not open for long enough; no start is left by the notice and the
    horizon, or only they are in the way; some of what is needed cannot be had at any start, whatever else could; or
    each can, at different times. In the last case what is in the way at some of the starts follows.

    What is asked of the supply is asked once for all days.
    """
    found = starts(party, supply)
    without = union(day for day in days if not found & day)
    if not without:
        return [[] for _ in days]
    opened = supply.starts & without & beginning_runs(supply.open, party.stay())
    todo = opened & supply.bookable
    limited = opened & union(day for day in days if todo & day)
    possible = opened ^ limited | met(party.needs(), supply.resources, limited, same_room=party.same_room)
    lacking = _Lacking.of(party, supply, todo & union(day for day in days if not possible & day))

    def said(day: int) -> list[Shortage]:
        if found & day:
            return []
        if not supply.open & day:
            return [Shortage(Reason.CLOSED)]
        if not opened & day:
            return [Shortage(Reason.OPEN_TOO_SHORT)]
        return _out_of_bounds(possible & day, supply) or lacking.on(day & supply.open, todo & day)

    return [said(day) for day in days]


def why_not_then(party: Party, supply: Supply, step: int) -> list[Shortage]:
    """What keeps the party from this one start, whatever the grid, the notice and the horizon say of it.

    Nothing when it is only taken, or there are too few for all of it at once: that is known, and most who ask were just
    not the first.
    """
    opened = shifted(supply.open, -step)
    if not opened & 1:
        return [Shortage(Reason.CLOSED)]
    if not ~opened & ones(party.stay()) and met(
        party.needs(),
        supply.resources,
        1 << step,
        same_room=party.same_room,
        free=lambda resource: resource.works,
    ):
        return []
    first, last = party.reach()
    then = replace(supply, starts=1 << step, earliest=step, latest=step + 1)
    [shortages] = why_not(party, then, [shifted(ones(last - first), step + first)])
    if all(shortage.reason in _TAKEN for shortage in shortages):
        return []
    return [
        shortage._replace(during=shortage.during & _needed(party, shortage.requirement, step))
        for shortage in shortages
    ]


def _needed(party: Party, requirement: Requirement | None, start: int) -> int:
    """The steps at which a party that begins then takes it."""
    runs = (run for need in party.needs() if need.requirement == requirement for run in need.runs)
    return union(shifted(ones(last - first), start + first) for first, last in runs)


def _out_of_bounds(starts: int, supply: Supply) -> list[Shortage]:
    soon = starts & ones(max(supply.earliest, 0))
    far = starts >> max(supply.latest, 0)
    return [Shortage(why) for why, there in ((Reason.TOO_SOON, soon), (Reason.TOO_FAR, far)) if there]


_STAGES: tuple[tuple[Reason, Callable[[Resource], int]], ...] = (
    (Reason.MISSING, lambda _: -1),
    (Reason.OFF_SHIFT, lambda resource: resource.works),
    (Reason.TAKEN, lambda resource: resource.free),
)
"""What there would be of each resource: always, while it is on shift, and as it is. -1 has all bits."""


class _Stage(NamedTuple):
    reason: Reason
    left: int
    """The steps of those that were asked for at which the needs can still be met."""
    lost: int
    """Those at which this stage leaves fewer than needed."""


class _Lacking(NamedTuple):
    """What there is of each that is wanted, stage by stage."""

    stages: list[tuple[Requirement, int, list[_Stage]]]
    """With how many of it are needed at once."""

    @classmethod
    def of(cls, party: Party, supply: Supply, todo: int) -> Self:
        stages: list[tuple[Requirement, int, list[_Stage]]] = []
        by_wanted: dict[Requirement, list[Need]] = {}
        for need in party.needs() if todo else ():
            by_wanted.setdefault(need.requirement, []).append(need)
        for requirement, needs in by_wanted.items():
            suited = [resource for resource in supply.resources if resource.suits(requirement)]
            needed = max(
                sum(_at(other, first) for other in needs) for need in needs for first, _ in need.runs
            )
            left, enough = todo, supply.open
            stages.append((requirement, needed, []))
            for why, there in _STAGES:
                left = met(needs, suited, left, same_room=party.same_room, free=there)
                had, enough = enough, enough & counted(map(there, suited), needed)[-1]
                stages[-1][-1].append(_Stage(why, left, had ^ enough))
        return cls(stages)

    def on(self, day: int, todo: int) -> list[Shortage]:
        """Of one day, as the steps at which the branch is open, and its starts."""
        never: list[Shortage] = []
        sometimes: list[Shortage] = []
        for requirement, needed, stages in self.stages:
            shortage, before = None, todo
            for why, left, lost in stages:
                if left & todo != before:
                    shortage, before = Shortage(why, requirement, needed, lost & day), left & todo
            if shortage:
                (sometimes if before else never).append(shortage)
        return never or [Shortage(Reason.NOT_AT_ONCE), *sometimes]


def _at(need: Need, step: int) -> bool:
    return any(first <= step < last for first, last in need.runs)
