"""Discounts and tax of a bill's lines. The vectors are those of money.md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.sale.pricing import Discount, Item, Priced, price_lines
from app.modules.sale.sale_errors import DiscountTooLarge


def line(price: int, amount: int = 0, percent: int = 0, rate: int = 800) -> Item:
    return Item(price, Discount(amount, percent), rate)


def test_tax_is_taken_from_each_line() -> None:
    three = price_lines([line(100_000)] * 3, Discount())
    assert [priced.tax for priced in three] == [7_407] * 3
    assert price_lines([line(300_000)], Discount()) == [Priced(0, 300_000, 22_222)]
    assert price_lines([line(500_000, rate=1000)], Discount())[0].tax == 45_455


def test_a_discount_on_the_bill_is_shared_by_what_the_lines_cost() -> None:
    priced = price_lines([line(200_000), line(350_000), line(0)], Discount(50_000))
    assert [part.discount for part in priced] == [18_182, 31_818, 0]
    priced = price_lines([line(100_000)] * 3, Discount(1000))
    assert [part.discount for part in priced] == [334, 333, 333]


def test_a_line_has_its_own_discount_first() -> None:
    [first, second] = price_lines(
        [line(200_000, percent=50), line(100_000, amount=40_000)], Discount(percent=10)
    )
    assert first == Priced(110_000, 90_000, 6_667)
    assert second == Priced(46_000, 54_000, 4_000)


def test_a_whole_discount_leaves_nothing() -> None:
    assert price_lines([line(99_999), line(1)], Discount(percent=100)) == [
        Priced(99_999, 0, 0),
        Priced(1, 0, 0),
    ]
    assert price_lines([], Discount(percent=10)) == []


def test_what_takes_no_discount_has_no_share() -> None:
    card = Item(500_000, Discount(), 0, is_fixed=True)
    session = Item(350_000, Discount(), 800, is_fixed=True, fixed_tax=25_926)
    priced = price_lines([card, session, line(100_000)], Discount(percent=20))
    assert priced == [Priced(0, 500_000, 0), Priced(0, 350_000, 25_926), Priced(20_000, 80_000, 5_926)]


@pytest.mark.parametrize(
    ("items", "discount"),
    [([line(100, amount=101)], Discount()), ([line(100)], Discount(101)), ([], Discount(1))],
)
def test_more_than_the_price_is_not_taken_off(items: list[Item], discount: Discount) -> None:
    with pytest.raises(DiscountTooLarge):
        price_lines(items, discount)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(0, 100), st.sampled_from([0, 500, 800, 1000])),
        min_size=1,
    ),
    st.integers(0, 100),
)
def test_nothing_is_lost(lines: list[tuple[int, int, int]], percent: int) -> None:
    items = [line(price, percent=own, rate=rate) for price, own, rate in lines]
    priced = price_lines(items, Discount(percent=percent))
    assert sum(part.gross + part.discount for part in priced) == sum(item.price for item in items)
    assert all(0 <= part.tax <= part.gross for part in priced)
