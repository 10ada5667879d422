"""What others are told of a booking."""

from app.redis.branch_events import announce as announce  # noqa: PLC0414 - rosters announce too, and know no bookings
