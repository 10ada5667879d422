"""Whole đồng: shares that add up, and the tax within a price."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.common.money import share, tax_within
from tests.support.examples import examples

amounts = st.integers(-(10**13), 10**13)
weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("amount", "of", "parts"),
    [
        (1_000_000, [1] * 7, [142_858] + [142_857] * 6),
        (50_000, [200_000, 350_000, 0], [18_182, 31_818, 0]),
        (1_000, [5, 5, 5], [334, 333, 333]),
        (-1_000, [5, 5, 5], [-334, -333, -333]),
        (2, [0, 0, 0], [1, 1, 0]),
        (1, [0, 1], [0, 1]),
        (0, [1, 2], [0, 0]),
        (5, [7], [5]),
    ],
)
def test_shares_are_those_of_the_largest_remainders(amount: int, of: list[int], parts: list[int]) -> None:
    assert share(amount, of) == parts


@given(amounts, weights)
@settings(max_examples=examples(200))
def test_shares_add_up_and_none_is_a_dong_off(amount: int, of: list[int]) -> None:
    parts = share(amount, of)
    assert sum(parts) == amount
    total = sum(of)
    for part, weight in zip(parts, of, strict=True):
        exact = Fraction(amount * weight, total) if total else Fraction(amount, len(of))
        assert abs(part - exact) < 1


@pytest.mark.parametrize("of", [[], [-1, 2]])
def test_weights_that_make_no_sense_are_refused(of: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        share(100, of)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        (100_000, 800, 7_407),
        (300_000, 800, 22_222),
        (500_000, 1_000, 45_455),
        (3_500_000, 800, 259_259),
        (7, 800, 1),
        (6, 800, 0),
        (-100_000, 800, -7_407),
        (100_000, 0, 0),
    ],
)
def test_the_tax_is_the_part_of_the_price_rounded_half_up(gross: int, rate: int, tax: int) -> None:
    assert tax_within(gross, rate) == tax


@given(st.integers(0, 10**13), st.integers(0, 10_000))
@settings(max_examples=examples(200))
def test_the_tax_is_at_most_half_a_dong_off(gross: int, rate: int) -> None:
    exact = Fraction(gross * rate, 10_000 + rate)
    assert abs(tax_within(gross, rate) - exact) <= Fraction(1, 2)
    assert tax_within(-gross, rate) == -tax_within(gross, rate)


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 10_000))
@settings(max_examples=examples(200))
def test_the_taxes_of_refunded_parts_are_never_negative_and_never_more_than_the_parts(
    before: int, part: int, rate: int
) -> None:
    """A refund takes back the difference of two rounded taxes, so that all parts add up to the tax of the line."""
    assert 0 <= tax_within(before + part, rate) - tax_within(before, rate) <= part
