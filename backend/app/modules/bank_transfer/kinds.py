"""The states of a noticed transfer, and the reasons for a review."""

from enum import StrEnum


class TransferStatus(StrEnum):
    """The state of a transfer."""

    NEW = "new"
    """Stored and not looked at yet: a job will."""
    MATCHED = "matched"
    """All of it has paid bills or deposits, or was sent back."""
    REVIEW = "review"
    """A person has to decide."""
    IGNORED = "ignored"
    """A transfer that is no payment of a guest."""


class ReviewReason(StrEnum):
    """The reason why a transfer is in the queue."""

    NO_CODE = "no_code"
    """The text has no code of a bill or a deposit."""
    SEVERAL_CODES = "several_codes"
    UNKNOWN_CODE = "unknown_code"
    OTHER_ACCOUNT = "other_account"
    """A transfer to another account than that of the bill's branch."""
    TOO_MUCH = "too_much"
    """A transfer of more than what is left to pay."""
    PAID = "paid"
    """The bill or the deposit was paid already."""
    VOID = "void"
    """The bill was given up."""
    DEPOSIT_OVER = "deposit_over"
    """The time for the deposit was over, or the visit is not to come any more."""
    REFUSED = "refused"
    """The bill cannot be closed as it is: a course on it has no customer, or a session of it is gone."""
    LEFT_OVER = "left_over"
    """A part of it has paid a bill or a deposit, and the rest belongs to the guest."""
