"""The states of an allocation."""

from enum import StrEnum


class AllocationState(StrEnum):
    HELD = "held"
    """Until `hold_expires_at`, for somebody who is still deciding."""
    BOOKED = "booked"
