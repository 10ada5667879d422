"""Sets of steps as the bits of one integer: bit s stands for step s of a grid.

A month of five-minute steps is one integer of 8,640 bits, and what is asked of all its steps at once is a handful of
shifts and ANDs. The tricks are those of Knuth, The Art of Computer Programming, volume 4A, 7.1.3.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_


def ones(count: int) -> int:
    return (1 << count) - 1


def shifted(mask: int, by: int) -> int:
    """Later by so many steps; earlier when it is negative. What would be before step 0 is lost."""
    return mask << by if by >= 0 else mask >> -by


def union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def from_runs(runs: Iterable[tuple[int, int]], count: int) -> int:
    """The steps that are in any of the runs `(from, until)` and in 0 … count - 1."""
    mask = 0
    for start, end in runs:  # thousands a search: calls of max, min and ones would be a third of its time
        first = max(0, start)
        last = min(count, end)
        if first < last:
            mask |= ((1 << last - first) - 1) << first
    return mask


def to_runs(mask: int) -> list[tuple[int, int]]:
    """The runs `(from, until)` of the steps in it, in order."""
    edges = positions(mask ^ mask << 1)
    return list(zip(edges, edges, strict=True))


def positions(mask: int) -> Iterator[int]:
    """The steps in it, in order."""
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def beginning_runs(mask: int, length: int) -> int:
    """The steps with which `length` steps in a row begin that are all in it: in log2 `length` shifts."""
    have = 1
    while have < length:
        more = min(have, length - have)
        mask &= mask >> more
        have += more
    return mask


def counted(masks: Iterable[int], most: int) -> list[int]:
    """The steps that are in at least one of the masks, in at least two … in at least `most`.

    A counter for every step, all of them moved on at once: bit-sliced, and unary, as `most` is small.
    """
    levels = [0] * most
    for mask in masks:
        for level in range(most - 1, 0, -1):
            levels[level] |= levels[level - 1] & mask
        levels[0] |= mask
    return levels
