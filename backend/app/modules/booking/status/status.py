"""What states appointments have and where they come from: for the board and the calendars, too."""

from enum import StrEnum


class AppointmentStatus(StrEnum):
    """Design §3. Who may move what is in `booking_moves`."""

    HELD = "held"
    """Kept for somebody who is still deciding, until `hold_expires_at`."""
    EXPIRED = "expired"
    """A hold that nobody confirmed."""
    PENDING = "pending"
    """Booked by a customer; the desk has yet to approve it."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    """Later than the branch lets customers cancel, or when they were there already."""
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    """Who did not come in time, says the clock or the desk. When they arrive after all, or are reopened, they have their
    time again where nobody else has taken it; else none, until they are moved."""
    REOPENED = "reopened"
    """Completed or a no-show, and an administrator says it was not so."""

    @property
    def takes_time(self) -> bool:
        """Whether it has allocations: of what nobody comes for any more they are deleted."""
        return self not in _GIVEN_UP

    @property
    def can_change(self) -> bool:
        """Whether its time and treatments may still be others."""
        return self in _TO_COME


_GIVEN_UP = frozenset(
    {
        AppointmentStatus.EXPIRED,
        AppointmentStatus.DECLINED,
        AppointmentStatus.CANCELLED,
        AppointmentStatus.LATE_CANCELLED,
        AppointmentStatus.NO_SHOW,
    }
)
_TO_COME = frozenset(
    {
        AppointmentStatus.HELD,
        AppointmentStatus.PENDING,
        AppointmentStatus.CONFIRMED,
        AppointmentStatus.ARRIVED,
        AppointmentStatus.IN_SERVICE,
        AppointmentStatus.REOPENED,
    }
)


class StatusRequest(StrEnum):
    """What somebody may ask for. What it then becomes, `booking_moves` says: a hold that is cancelled has expired, a
    late cancellation is late, and what a customer confirms may wait for the desk."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    REOPENED = "reopened"


class VisitSource(StrEnum):
    ONLINE = "online"
    """A customer booked it themselves."""
    DESK = "desk"
    WALK_IN = "walk_in"
    """They stood at the desk."""
