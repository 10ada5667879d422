"""The kinds of bills, lines and payments."""

from enum import StrEnum

from app.modules.ledger.accounts import Account


class SaleStatus(StrEnum):
    """The state of a bill."""

    OPEN = "open"
    CLOSED = "closed"
    """Paid in full. It has a number, and nothing of it changes any more; money goes back by a refund."""
    VOID = "void"
    """A bill that was dropped before it was closed. It has no number."""


class LineKind(StrEnum):
    """The thing that a line sells."""

    SERVICE = "service"
    PRODUCT = "product"
    COURSE = "course"
    GIFT_CARD = "gift_card"
    FEE = "fee"
    """A fee for a late cancellation or a no-show."""


class Method(StrEnum):
    """The way in which a bill is paid."""

    CASH = "cash"
    TRANSFER = "transfer"
    CARD = "card"
    """A card terminal, whose receipt is typed in."""
    GIFT_CARD = "gift_card"
    COURSE = "course"
    """A session of a course that was paid before."""
    DEPOSIT = "deposit"


ACCOUNT_OF = {
    Method.CASH: Account.CASH,
    Method.TRANSFER: Account.BANK,
    Method.CARD: Account.CARD,
    Method.GIFT_CARD: Account.GIFT_CARD,
    Method.DEPOSIT: Account.DEPOSIT,
}
"""The account that each payment debits. A session posts its own use."""
