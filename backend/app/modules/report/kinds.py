"""The kinds of what is sold, as reports have them."""

from enum import StrEnum


class SoldKind(StrEnum):
    SERVICE = "service"
    ADD_ON = "add_on"
    SESSION = "session"
    """Treatments that sessions of courses have paid. The tax was due when the course was sold."""
    PRODUCT = "product"
    COURSE = "course"
    GIFT_CARD = "gift_card"
    FEE = "fee"


TIP = "tip"
"""The kind of the tips of bills, beside those of what is sold."""
UNTAXED = {SoldKind.SESSION, SoldKind.GIFT_CARD, SoldKind.FEE, TIP}
