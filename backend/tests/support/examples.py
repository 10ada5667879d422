"""How many examples a property is tried with: few in every run, many in `make fuzz`."""

from hypothesis import settings

USUAL, DEEP = 50, 1000
"""How many, of a property that has no number of its own: in `make test` and in `make fuzz`."""


def examples(usual: int) -> int:
    """Return how many to try where a usual run tries so many; for `@settings(max_examples=...)`."""
    return usual * settings().max_examples // USUAL


def is_deep() -> bool:
    """Return whether this run is `make fuzz`."""
    return settings().max_examples == DEEP
