"""The rules that say at which steps a party may begin with a resource.

The search applies every rule to all steps of a grid at once. A reservation applies the same rules again to its one
step, with schedules that were read under the locks of the resources (`permits`), so a rule about schedules holds in a
race too. Skills and opening hours are not read again: a change counts for later bookings.

A new rule is one class in this file, and one line in `RULES`. Plans that move treatments of others ask the rules, too
(`reassignment`). One place does not: the reasons for a day without a start (`shortages`).
"""

from collections.abc import Iterable
from typing import Protocol

from app.scheduling.bitmask import beginning_runs, shifted
from app.scheduling.demand import Assignment, Need
from app.scheduling.supply import Resource, Supply


class Rule(Protocol):
    def starts(self, need: Need, resource: Resource) -> int:
        """Return the steps at which the party may begin if this resource serves this need.

        Args:
            need: The need, with its runs in steps from the party's start.
            resource: A therapist, a bed or a device, with masks on the grid of the search.
        """
        ...


class Suits:
    """The resource has the skill or is of the type, and fits the guest's wish."""

    def starts(self, need: Need, resource: Resource) -> int:
        return -1 if resource.suits(need.requirement) else 0


class IsFree:
    """The resource is free for all of the need's runs, or the treatment has it then already."""

    def starts(self, need: Need, resource: Resource) -> int:
        free = resource.free | resource.current.get((need.guest, need.treatment), 0)
        begins = -1
        for first, last in need.runs:
            begins &= shifted(beginning_runs(free, last - first), -first)
        return begins


RULES: tuple[Rule, ...] = (Suits(), IsFree())


def allowed_starts(need: Need, resource: Resource) -> int:
    """Return the steps at which every rule lets the party begin with this resource for this need."""
    allowed = -1
    for rule in RULES:
        allowed &= rule.starts(need, resource)
        if not allowed:
            break
    return allowed


def permits(assignments: Iterable[Assignment], supply: Supply, start: int) -> bool:
    """Return whether every rule still permits these assignments when the party begins at this step."""
    by_id = {resource.id: resource for resource in supply.resources}
    return all(
        assignment.resource_id in by_id
        and allowed_starts(assignment.need, by_id[assignment.resource_id]) >> start & 1
        for assignment in assignments
    )
