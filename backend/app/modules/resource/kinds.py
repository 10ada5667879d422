"""The states of an allocation."""

from enum import StrEnum


class AllocationState(StrEnum):
    HELD = "held"
    """Reserved until `hold_expires_at`, while the customer decides."""
    BOOKED = "booked"
