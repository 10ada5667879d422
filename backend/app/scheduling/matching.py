"""Needs matched to resources, no resource to two needs at once: exactly, and for all steps of a grid at the same time.

A need is rivalled by another when they overlap in time and a resource could do for either. At one step that is the
colouring of a small graph from lists; for all steps a colour carries the mask of those at which it is free, and five
rules take away needs, or steps, until none is left:

1. Needs that no rivalry connects are separate problems.
2. A need with one rival goes into the rival's masks: what the rival takes must leave something for it (Freuder, A
   Sufficient Condition for Backtrack-Free Search, 1982). That settles two guests, whatever they have one after another.
3. Needs that all overlap are a matching, which there is when of each subset of them at least as many resources are free
   for any as it has needs (P. Hall, On Representatives of Subsets, 1935). That settles guests with a treatment each.
4. A need for which more resources are free than it has rivals can wait for them, and they need not ask it (Kempe, On the
   Geographical Problem of the Four Colours, 1879).
5. The steps that remain are tried one at a time, when Hall's condition for the needs of each moment has taken away those
   that are hopeless.

Only parties of three and more whose treatments change at different times come to 4 and 5, which may take long when there
are hardly more therapists than guests: the problem is NP-complete. MOST_TREATMENTS in `availability_party` is the bound.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from app.scheduling.bitmask import counted, positions, union


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What could serve a need."""

    during: int
    """When the need is, as steps from a beginning that is common to all needs of the party."""
    free: dict[int, int]
    """By the number of a resource the steps at which the party could begin with it. Needs alike share it."""

    def overlaps(self, other: "Offer") -> bool:
        return self.during & other.during != 0

    def rivals(self, other: "Offer") -> bool:
        return (
            self is not other
            and self.during & other.during != 0
            and not self.free.keys().isdisjoint(other.free)
        )


def match(offers: Sequence[Offer], todo: int) -> int:
    """The steps of `todo` at which each need can have a resource that no other has at the same time."""
    for group in connected(offers, Offer.rivals):
        todo = _match_connected(group, todo)
    return todo


def connected(offers: Iterable[Offer], related: Callable[[Offer, Offer], bool]) -> list[list[Offer]]:
    """Rule 1: what is related, if only through others, is together."""
    groups: list[list[Offer]] = []
    for offer in offers:
        joined, apart = [offer], []
        for group in groups:
            if any(related(offer, other) for other in group):
                joined += group
            else:
                apart.append(group)
        groups = [*apart, joined]
    return groups


def _match_connected(group: list[Offer], todo: int) -> int:
    group = _without_leaves(group)
    if len(group) == 1:
        return todo & union(group[0].free.values())
    if all(one.overlaps(other) for one, other in combinations(group, 2)):
        return _hall(group, todo)
    group, hard = _core(group, todo)
    todo ^= hard
    for offer in group:
        moment = offer.during & -offer.during
        hard = _hall([other for other in group if other.during & moment], hard)
    return todo | _tried(group, hard)


def _without_leaves(group: list[Offer]) -> list[Offer]:
    """Rule 2, as long as there is a need with one rival."""
    while True:
        for leaf in group:
            rivals = [other for other in group if leaf.rivals(other)]
            if len(rivals) == 1:
                break
        else:
            return group
        once, twice = counted(leaf.free.values(), 2)
        narrowed = Offer(
            rivals[0].during,
            {
                number: free & (twice | once ^ leaf.free.get(number, 0))
                for number, free in rivals[0].free.items()
            },
        )
        group = [narrowed if each is rivals[0] else each for each in group if each is not leaf]


def _core(group: list[Offer], todo: int) -> tuple[list[Offer], int]:
    """Rule 4, at each step on its own and again for those that are left. Returns who has to be looked at, and when."""
    rivals = _rivals(group)
    free = [counted(each.free.values(), len(near) + 1) for each, near in zip(group, rivals, strict=True)]
    left = [todo] * len(group)
    changed = True
    while changed:
        changed = False
        for at, near in enumerate(rivals):
            crowd = [todo, *counted((left[other] for other in near), len(near))]
            tight = left[at] & union(many & ~enough for many, enough in zip(crowd, free[at], strict=True))
            changed |= tight != left[at]
            left[at] = tight
    return [each for each, tight in zip(group, left, strict=True) if tight], union(left)


def _hall(offers: list[Offer], todo: int) -> int:
    """Rule 3. Needs alike are one class: of the subsets that have the same resources the largest asks for most."""
    classes: dict[int, tuple[dict[int, int], int]] = {}
    for offer in offers:
        _, size = classes.get(id(offer.free), (offer.free, 0))
        classes[id(offer.free)] = (offer.free, size + 1)
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


def _tried(group: list[Offer], todo: int) -> int:
    """Rule 5, a step at a time: the sets of resources are the small integers now. Hall's condition has left none empty."""
    free = {step: [0] * len(group) for step in positions(todo)}
    for at, offer in enumerate(group):
        for number, mask in offer.free.items():
            for step in positions(mask & todo):
                free[step][at] |= 1 << number
    rivals = _rivals(group)
    failed: set[tuple[int, ...]] = set()  # at one step fails at any
    return sum(1 << step for step, choices in free.items() if _colourable(choices, rivals, failed))


def _colourable(choices: list[int], rivals: list[list[int]], failed: set[tuple[int, ...]]) -> bool:
    """Whether each can take a choice that none of its rivals takes; who has taken one has none any more.

    Who has fewest takes first, and who has more than rivals need not. What failed once is not tried again.
    """
    tight = [
        (each.bit_count(), at)
        for at, each in enumerate(choices)
        if each and each.bit_count() <= sum(choices[other] != 0 for other in rivals[at])
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


def _rivals(group: list[Offer]) -> list[list[int]]:
    return [[at for at, other in enumerate(group) if each.rivals(other)] for each in group]
