"""What kinds of resources there are, and how they are taken: for whoever books them, too."""

from enum import StrEnum


class AllocationState(StrEnum):
    HELD = "held"
    """Until `hold_expires_at`, for somebody who is booking."""
    BOOKED = "booked"
    BLOCKED = "blocked"
    """Out of order, or on leave."""
