"""The kinds of cash movements without a bill."""

from enum import StrEnum

from app.modules.ledger.accounts import Account


class MovementKind(StrEnum):
    """A reason for which cash is put into a drawer or taken out of it."""

    SAFE = "safe"
    """Change from the safe, or cash to the safe or the bank."""
    EXPENSE = "expense"
    """A small cost, such as ice or flowers; or what was left of the money for it."""
    TIP = "tip"
    """Tips that are handed to the person they are for."""
    COMMISSION = "commission"
    """A commission that is paid in cash."""


ACCOUNT_OF = {
    MovementKind.SAFE: Account.SAFE,
    MovementKind.EXPENSE: Account.EXPENSE,
    MovementKind.TIP: Account.TIP,
    MovementKind.COMMISSION: Account.COMMISSION,
}
"""The account from which the money comes, or to which it goes."""
