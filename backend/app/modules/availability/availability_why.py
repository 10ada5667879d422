"""Why a party cannot come on a day: what is missing, as data for words in any language."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from app.modules.availability.availability_bits import beginning_runs, counted, ones
from app.modules.availability.availability_party import Need, Party, Resource, Supply, Wanted
from app.modules.availability.availability_search import met, starts


class Why(StrEnum):
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


class Lack(NamedTuple):
    why: Why
    wanted: Wanted | None = None
    """Of what there is too little."""
    needed: int = 0
    """How many of it at once."""
    during: int = 0
    """The steps at which fewer than that are left while the branch is open; none, when only no time is long enough."""


def why_not(party: Party, supply: Supply, day: int) -> list[Lack]:
    """What keeps the party from beginning in these steps, those of a day; nothing when it can.

    The first that is true: the branch is closed; not open for long enough; no start is left by the notice and the
    horizon, or only they are in the way; some of what is needed cannot be had at any start, whatever else could; or
    each can, at different times. In the last case what is in the way at some of the starts follows.
    """
    if starts(party, supply) & day:
        return []
    if not supply.open & day:
        return [Lack(Why.CLOSED)]
    opened = supply.starts & day & beginning_runs(supply.open, party.stay())
    if not opened:
        return [Lack(Why.OPEN_TOO_SHORT)]
    todo = opened & supply.bookable
    out_of_bounds = (
        opened if not todo else met(party.needs(), supply.resources, opened, same_room=party.same_room)
    )
    if out_of_bounds:
        return _out_of_bounds(out_of_bounds, supply)
    return _lacks(party, supply, todo, day & supply.open)


def _out_of_bounds(starts: int, supply: Supply) -> list[Lack]:
    soon = starts & ones(max(supply.earliest, 0))
    far = starts >> max(supply.latest, 0)
    return [Lack(why) for why, there in ((Why.TOO_SOON, soon), (Why.TOO_FAR, far)) if there]


_STAGES: tuple[tuple[Why, Callable[[Resource], int]], ...] = (
    (Why.MISSING, lambda _: -1),
    (Why.OFF_SHIFT, lambda resource: resource.works),
    (Why.TAKEN, lambda resource: resource.free),
)
"""What there would be of each resource: always, while it is on shift, and as it is. -1 has all bits."""


def _lacks(party: Party, supply: Supply, todo: int, day: int) -> list[Lack]:
    never: list[Lack] = []
    sometimes: list[Lack] = []
    by_wanted: dict[Wanted, list[Need]] = {}
    for need in party.needs():
        by_wanted.setdefault(need.wanted, []).append(need)
    for wanted, needs in by_wanted.items():
        suited = [resource for resource in supply.resources if resource.suits(wanted)]
        needed = max(sum(_at(other, first) for other in needs) for need in needs for first, _ in need.runs)
        lack, left, enough = None, todo, day
        for why, there in _STAGES:
            before, left = left, met(needs, suited, left, same_room=party.same_room, free=there)
            had, enough = enough, enough & counted(map(there, suited), needed)[-1]
            if left != before:
                lack = Lack(why, wanted, needed, had ^ enough)
        if lack:
            (sometimes if left else never).append(lack)
    return never or [Lack(Why.NOT_AT_ONCE), *sometimes]


def _at(need: Need, step: int) -> bool:
    return any(first <= step < last for first, last in need.runs)
