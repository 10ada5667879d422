"""The shares of the sessions of a course add up to its price, and to its price without tax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.common.money import tax_within
from app.modules.course.shares import Share, first_share, shares_of


def test_the_last_session_takes_the_rest_without_tax() -> None:
    shares = shares_of(3_500_000, 800, 10)
    assert shares == [Share(350_000, 324_074)] * 9 + [Share(350_000, 324_075)]
    assert sum(share.net for share in shares) == 3_240_741
    assert first_share(3_500_000, 800, 10) == Share(350_000, 324_074)
    assert first_share(3_500_000, 800, 10).tax == 25_926


def test_the_price_is_divided_by_largest_remainder() -> None:
    assert [share.gross for share in shares_of(1_000_000, 1000, 7)] == [142_858] + [142_857] * 6


@pytest.mark.parametrize(("price", "rate", "sessions"), [(1_000_000, 0, 7), (14, 1000, 10), (0, 800, 3)])
def test_no_session_has_more_without_tax_than_with_it(price: int, rate: int, sessions: int) -> None:
    assert all(0 <= share.net <= share.gross for share in shares_of(price, rate, sessions))


@given(
    price=st.integers(0, 1_000_000_000) | st.integers(0, 300),
    rate=st.integers(0, 10_000),
    sessions=st.integers(1, 200),
)
def test_shares_add_up(price: int, rate: int, sessions: int) -> None:
    shares = shares_of(price, rate, sessions)
    assert len(shares) == sessions
    assert sum(share.gross for share in shares) == price
    assert sum(share.tax for share in shares) == tax_within(price, rate)
    assert all(0 <= share.net <= share.gross for share in shares)
