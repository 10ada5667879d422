"""The shares of the sessions in the price of a course."""

from typing import NamedTuple

from app.common.money import share, tax_within


class Share(NamedTuple):
    """The share of one session."""

    gross: int
    """The share with tax, in đồng."""
    net: int

    @property
    def tax(self) -> int:
        """Return the tax within the share."""
        return self.gross - self.net


def shares_of(price: int, tax_rate: int, sessions: int) -> list[Share]:
    """Return the share of each session. Gross and net shares add up to those of the whole course.

    The net share of each but the last is the same, and the last takes the rest. Only where that would give the last session
    more net than gross, as without tax, the tax is divided as the price is.

    Args:
        price: With tax, in đồng.
        tax_rate: Hundredths of a percent.
        sessions: How many.
    """
    gross = share(price, [1] * sessions)
    tax = tax_within(price, tax_rate)
    net = [(price - tax) // sessions] * sessions
    net[-1] = price - tax - sum(net[:-1])
    if net[-1] > gross[-1]:
        net = [amount - part for amount, part in zip(gross, share(tax, [1] * sessions), strict=True)]
    return [Share(*amounts) for amounts in zip(gross, net, strict=True)]


def first_share(price: int, tax_rate: int, sessions: int) -> Share:
    """Return the share of the session that is used first: what a session is worth on the bill that sells the course."""
    return shares_of(price, tax_rate, sessions)[0]
