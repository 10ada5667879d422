"""Match needs to resources, none of which serves two needs at once: exactly, and for all steps of a grid at the same time.

Two needs are rivals when they overlap in time and some resource could serve either. At one step the problem is to colour
a small graph from lists. For all steps, each colour carries the mask of the steps at which it is free, and five rules
remove needs, or steps, until none is left:

1. Needs that no rivalry connects are separate problems.
2. A need with one rival is merged into that rival's masks: what the rival takes must leave something for it (Freuder, A
   Sufficient Condition for Backtrack-Free Search, 1982). This settles two guests, whatever they have one after another.
3. Needs that all overlap are a bipartite matching. It exists if, for every subset of them, at least as many resources
   are free for any of the subset as it has needs (P. Hall, On Representatives of Subsets, 1935). This settles guests with
   one treatment each.
4. A need for which more resources are free than it has rivals can be served last, and its rivals may ignore it (Kempe,
   On the Geographical Problem of the Four Colours, 1879).
5. The remaining steps are tried one at a time, after Hall's condition for the needs of each moment has removed those that
   are hopeless.

Only parties of three and more whose treatments change at different times reach rules 4 and 5, which may be slow if there
are hardly more therapists than guests: the problem is NP-complete. `MOST_TREATMENTS` in `demand` bounds it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.scheduling.bitmask import counted, positions, union


@dataclass(frozen=True, slots=True, eq=False)
class UnmetNeed:
    """A need without a resource yet, and the resources that could serve it."""

    during: int
    """The steps of the need, from a beginning common to all needs of the party."""
    free: dict[int, int]
    """The steps at which the party could begin with each resource, by its number. Equal needs share the object."""

    def overlaps(self, other: "UnmetNeed") -> bool:
        return self.during & other.during != 0

    def rivals(self, other: "UnmetNeed") -> bool:
        return (
            self is not other
            and self.during & other.during != 0
            and not self.free.keys().isdisjoint(other.free)
        )


def match(needs: Sequence[UnmetNeed], todo: int) -> int:
    """Return the steps of `todo` at which every need can have a resource of its own."""
    for group in connected(needs, UnmetNeed.rivals):
        todo = _match_connected(group, todo)
    return todo


def connected[T](needs: Iterable[T], related: Callable[[T, T], bool]) -> list[list[T]]:
    """Group the needs that are related, also through others (rule 1)."""
    groups: list[list[T]] = []
    for need in needs:
        joined, separate = [need], []
        for group in groups:
            if any(related(need, other) for other in group):
                joined += group
            else:
                separate.append(group)
        groups = [*separate, joined]
    return groups


def _match_connected(group: list[UnmetNeed], todo: int) -> int:
    group = _without_leaves(group)
    if len(group) == 1:
        return todo & union(group[0].free.values())
    if all(one.overlaps(other) for one, other in combinations(group, 2)):
        return _hall(group, todo)
    group, hard = _core(group, todo)
    todo ^= hard
    for need in group:
        moment = need.during & -need.during
        hard = _hall([other for other in group if other.during & moment], hard)
    return todo | _tried(group, hard)


def _without_leaves(group: list[UnmetNeed]) -> list[UnmetNeed]:
    """Apply rule 2 as long as a need has exactly one rival."""
    while True:
        for leaf in group:
            rivals = [other for other in group if leaf.rivals(other)]
            if len(rivals) == 1:
                break
        else:
            return group
        once, twice = counted(leaf.free.values(), 2)
        narrowed = UnmetNeed(
            rivals[0].during,
            {
                number: free & (twice | once ^ leaf.free.get(number, 0))
                for number, free in rivals[0].free.items()
            },
        )
        group = [narrowed if need is rivals[0] else need for need in group if need is not leaf]


def _core(group: list[UnmetNeed], todo: int) -> tuple[list[UnmetNeed], int]:
    """Apply rule 4 at each step until nothing changes. Return the needs that remain, and the steps at which they do."""
    rivals = _rivals(group)
    free = [counted(need.free.values(), len(near) + 1) for need, near in zip(group, rivals, strict=True)]
    remaining = [todo] * len(group)
    changed = True
    while changed:
        changed = False
        for at, near in enumerate(rivals):
            crowd = [todo, *counted((remaining[other] for other in near), len(near))]
            tight = remaining[at] & union(
                many & ~enough for many, enough in zip(crowd, free[at], strict=True)
            )
            changed |= tight != remaining[at]
            remaining[at] = tight
    return [need for need, tight in zip(group, remaining, strict=True) if tight], union(remaining)


def _hall(needs: list[UnmetNeed], todo: int) -> int:
    """Apply rule 3. Equal needs are one class: of subsets with the same resources the largest needs the most."""
    classes: dict[int, tuple[dict[int, int], int]] = {}
    for need in needs:
        _, size = classes.get(id(need.free), (need.free, 0))
        classes[id(need.free)] = (need.free, size + 1)
    kinds = list(classes.values())

    def narrow(todo: int, since: int, together: dict[int, int], size: int) -> int:
        for at, (free, count) in enumerate(kinds[since:], since + 1):
            joined = together | free
            for number in together.keys() & free.keys():
                joined[number] |= together[number]
            todo &= counted(joined.values(), size + count)[-1]
            if not todo:
                break
            todo = narrow(todo, at, joined, size + count)
        return todo

    return narrow(todo, 0, {}, 0)


def _tried(group: list[UnmetNeed], todo: int) -> int:
    """Apply rule 5, a step at a time. Sets of resources are small integers here; Hall's condition has left none empty."""
    free = {step: [0] * len(group) for step in positions(todo)}
    for at, need in enumerate(group):
        for number, mask in need.free.items():
            for step in positions(mask & todo):
                free[step][at] |= 1 << number
    rivals = _rivals(group)
    failed: set[tuple[int, ...]] = set()  # what fails at one step fails at any
    return sum(1 << step for step, choices in free.items() if _colourable(choices, rivals, failed))


def _colourable(choices: list[int], rivals: list[list[int]], failed: set[tuple[int, ...]]) -> bool:
    """Return whether every need can have a resource that none of its rivals has.

    The need with the fewest choices chooses first; one with more choices than rivals need not. A need that has chosen has
    no choices left. What failed once is not tried again.
    """
    tight = [
        (choice.bit_count(), at)
        for at, choice in enumerate(choices)
        if choice and choice.bit_count() <= sum(choices[other] != 0 for other in rivals[at])
    ]
    if not tight:
        return True
    if tuple(choices) in failed:
        return False
    _, at = min(tight)
    for number in positions(choices[at]):
        left = choices.copy()
        left[at] = 0
        for other in rivals[at]:
            left[other] &= ~(1 << number)
        stuck = any(choices[other] and not left[other] for other in rivals[at])
        if not stuck and _colourable(left, rivals, failed):
            return True
    failed.add(tuple(choices))
    return False


def _rivals(group: list[UnmetNeed]) -> list[list[int]]:
    """Return, for each need, the places of its rivals in the group."""
    return [[at for at, other in enumerate(group) if need.rivals(other)] for need in group]
