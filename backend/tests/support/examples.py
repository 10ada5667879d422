"""The number of examples of a property: few in `make test`, many in `make fuzz`."""

from hypothesis import settings

USUAL, DEEP = 50, 1000
"""The defaults in `make test` and in `make fuzz`."""


def examples(usual: int) -> int:
    """Scale the number of examples of `make test` to this run, for `@settings(max_examples=...)`."""
    return usual * settings().max_examples // USUAL


def is_deep() -> bool:
    """Return whether this run is `make fuzz`."""
    return settings().max_examples == DEEP
