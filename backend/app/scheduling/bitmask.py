"""Sets of steps as the bits of one integer: bit s stands for step s of a grid.

A month of five-minute steps is one integer of 8,640 bits, so an operation on all its steps is a handful of shifts and
ANDs. The methods are those of Knuth, The Art of Computer Programming, volume 4A, section 7.1.3.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_


def ones(count: int) -> int:
    """Return a mask of the steps 0 … count - 1."""
    return (1 << count) - 1


def shifted(mask: int, by: int) -> int:
    """Move a mask later by so many steps, or earlier if `by` is negative. Bits before step 0 are lost."""
    return mask << by if by >= 0 else mask >> -by


def union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def from_runs(runs: Iterable[tuple[int, int]], count: int) -> int:
    """Return the steps of runs `(from, until)` that are in 0 … count - 1."""
    mask = 0
    for start, end in runs:  # thousands in a search: calls of max, min and ones would be a third of its time
        first = max(0, start)
        last = min(count, end)
        if first < last:
            mask |= ((1 << last - first) - 1) << first
    return mask


def to_runs(mask: int) -> list[tuple[int, int]]:
    """Return the runs `(from, until)` of a mask, in order."""
    edges = positions(mask ^ mask << 1)
    return list(zip(edges, edges, strict=True))


def positions(mask: int) -> Iterator[int]:
    """Yield the steps of a mask, in order."""
    digits = bin(mask)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def beginning_runs(mask: int, length: int) -> int:
    """Return the steps at which `length` steps in a row of the mask begin, in log2 `length` shifts."""
    covered = 1
    while covered < length:
        more = min(covered, length - covered)
        mask &= mask >> more
        covered += more
    return mask


def counted(masks: Iterable[int], most: int) -> list[int]:
    """Return the steps that are in at least one of the masks, in at least two, … in at least `most`.

    One counter per step, and all of them counted at once: bit-sliced, and unary because `most` is small.
    """
    levels = [0] * most
    for mask in masks:
        for level in range(most - 1, 0, -1):
            levels[level] |= levels[level - 1] & mask
        levels[0] |= mask
    return levels
