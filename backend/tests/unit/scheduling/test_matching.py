"""Matching of needs and resources without a spa around them: every shape of rivalry, compared with trying everything."""

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.scheduling.bitmask import positions
from app.scheduling.matching import UnmetNeed, match
from tests.support.examples import examples

STEPS = 4
ALL = (1 << STEPS) - 1
type NeedRows = list[tuple[int, dict[int, int]]]
"""The steps of each need, and the steps at which each resource is free for it."""

some_steps = st.sampled_from([ALL, ALL, ALL, 0b0011, 0b1100, 0b0101, 0b1010, 0b0001])
whens = st.builds(
    lambda first, length, pause: ((1 << length) - 1 | pause << length + 1) << first,
    st.integers(0, 9),
    st.integers(1, 4),
    st.sampled_from([0, 0, 0, 1, 3]),
)
needs = st.tuples(whens, st.dictionaries(st.integers(0, 4), some_steps, min_size=1, max_size=4))


def possible(unmet_needs: Sequence[UnmetNeed], step: int, used: dict[int, int]) -> bool:
    """Return whether these needs can be met at a step; `used` is the time of each resource that earlier needs occupy."""
    if not unmet_needs:
        return True
    first, *others = unmet_needs
    return any(
        possible(others, step, used | {number: used.get(number, 0) | first.during})
        for number, free in first.free.items()
        if free >> step & 1 and not used.get(number, 0) & first.during
    )


@settings(max_examples=examples(400))
@given(st.lists(needs, max_size=7), st.lists(st.integers(0, 6), max_size=3), st.integers(0, ALL))
# A ring of five and two resources: every two neighbours could be served.
@example([(when, {0: 1, 1: 1}) for when in (0b00011, 0b00110, 0b01100, 0b11000, 0b10001)], [], 1)
def test_a_match_is_found_exactly_where_there_is_one(
    given_needs: NeedRows, doubled: list[int], todo: int
) -> None:
    unmet_needs = [UnmetNeed(when, free) for when, free in given_needs]
    unmet_needs += [
        UnmetNeed(unmet_needs[at].during, unmet_needs[at].free) for at in doubled if at < len(given_needs)
    ]
    expected = [step for step in positions(todo) if possible(unmet_needs, step, {})]
    assert list(positions(match(unmet_needs, todo))) == expected


def test_no_needs_are_always_met() -> None:
    assert match([], ALL) == ALL
