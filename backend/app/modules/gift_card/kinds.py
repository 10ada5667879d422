"""The kinds of entries of a gift card."""

from enum import StrEnum


class GiftCardEntryKind(StrEnum):
    """A reason for which the balance of a gift card changes."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    REFUNDED = "refunded"
    """A payment by the card was refunded, to the card."""
    RETURNED = "returned"
    """The card was returned unused, and its price refunded."""
    EXPIRED = "expired"
    """The rest was lost, since the card was valid until a day."""
