"""Divide and tax whole đồng, so that nothing is lost by rounding. Amounts are integers: there is no smaller coin."""

from collections.abc import Sequence


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide an amount by weights. The shares add up to it to the đồng.

    Each gets its whole part, and what is left goes to the largest remainders, earlier ones first (Hamilton's method).

    Args:
        amount: The amount. A negative one is divided as its opposite.
        weights: One for each share, 0 or more. If all are 0, the shares are equal.

    Raises:
        ValueError: There are no weights, or one is negative.
    """
    if not weights or min(weights) < 0:
        msg = "weights are 0 or more, and at least one"
        raise ValueError(msg)
    if amount < 0:
        return [-part for part in share(-amount, weights)]
    weights = weights if any(weights) else [1] * len(weights)
    total = sum(weights)
    parts = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(amount * weights[index] % total))
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def money_text(amount: int) -> str:
    """Return an amount as people in Vietnam write it: `450.000đ`."""
    return f"{amount:,}đ".replace(",", ".")


def tax_within(gross: int, rate: int) -> int:
    """Return the tax that a price contains, half a đồng rounded away from zero.

    Args:
        gross: The price with tax.
        rate: Hundredths of a percent: 800 is 8 %.
    """
    if gross < 0:
        return -tax_within(-gross, rate)
    whole = 10_000 + rate
    return (2 * gross * rate + whole) // (2 * whole)
