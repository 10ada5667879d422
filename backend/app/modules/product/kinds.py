"""The kinds of changes of a stock."""

from enum import StrEnum


class StockChange(StrEnum):
    """A reason for which a branch has more or fewer pieces of a product."""

    RECEIVED = "received"
    SOLD = "sold"
    RETURNED = "returned"
    """A guest brought them back."""
    COUNTED = "counted"
    """A count: the difference to the stock before it, also 0."""
    DAMAGED = "damaged"
    """Broken, used up or past their date."""
