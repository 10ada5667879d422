"""The states of deposits, and the changes of their balances."""

from enum import StrEnum


class DepositState(StrEnum):
    """The state of a deposit: what the spa has to do about it. It follows from the visit, its bills and what was paid."""

    WAITING = "waiting"
    """The visit is held or booked, and not all of the deposit has arrived."""
    LAPSED = "lapsed"
    """No money arrived in time."""
    KEPT = "kept"
    """The guest is expected, or what they had is on no paid bill yet."""
    MISSED = "missed"
    """The guest cancelled late or did not come: by the rules of the branch, a fee is taken out of it."""
    OWED = "owed"
    """The guest gets back what is left."""
    SETTLED = "settled"
    """All of it was used, returned or lost."""


OPEN_STATES = frozenset({DepositState.WAITING, DepositState.KEPT, DepositState.MISSED, DepositState.OWED})
"""The states in which money is expected, or owed to the guest."""


class DepositEntryKind(StrEnum):
    """A reason why the balance of a deposit changes."""

    PAID = "paid"
    """A transfer has arrived."""
    USED = "used"
    """A bill was paid with it."""
    RESTORED = "restored"
    """A bill that it has paid was refunded."""
    RETURNED = "returned"
    """The spa has sent it back to the guest."""
