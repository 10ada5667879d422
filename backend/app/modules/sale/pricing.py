"""The prices of a bill's lines: discounts, and the tax that a price contains. Pure arithmetic on whole đồng."""

from collections.abc import Sequence
from typing import NamedTuple

from app.common.money import share, tax_within
from app.modules.sale.sale_errors import DiscountTooLarge


class Discount(NamedTuple):
    """A discount in đồng or in percent."""

    amount: int = 0
    percent: int = 0

    def of(self, price: int) -> int:
        """Return the đồng that it takes off a price: half a đồng is rounded up.

        Raises:
            DiscountTooLarge: It is more than the price.
        """
        reduction = self.amount or (price * self.percent + 50) // 100
        if reduction > price:
            raise DiscountTooLarge
        return reduction


class Item(NamedTuple):
    """A line before its discounts."""

    price: int
    """Quantity times unit price."""
    discount: Discount
    rate: int
    """The tax in hundredths of a percent."""
    is_fixed: bool = False
    """Whether it takes no discount: a gift card, or a treatment that a session pays."""
    fixed_tax: int = 0
    """The tax of a line that is fixed."""


class Priced(NamedTuple):
    """The price of a line after its discounts."""

    discount: int
    gross: int
    tax: int


def price_lines(items: Sequence[Item], discount: Discount) -> list[Priced]:
    """Return what each line of a bill costs.

    A discount on the whole bill is shared by the lines in proportion to what is left of each after its own. The tax is
    taken from each line and then added up, not from the total (money.md, 2).

    Raises:
        DiscountTooLarge
    """
    own = [item.discount.of(item.price) for item in items]
    left = [
        0 if item.is_fixed else item.price - reduction for item, reduction in zip(items, own, strict=True)
    ]
    off_the_bill = discount.of(sum(left))
    shares = share(off_the_bill, left) if items else []
    priced = []
    for item, reduction, part in zip(items, own, shares, strict=True):
        gross = item.price - reduction - part
        tax = item.fixed_tax if item.is_fixed else tax_within(gross, item.rate)
        priced.append(Priced(reduction + part, gross, tax))
    return priced
