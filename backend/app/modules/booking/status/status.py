"""The statuses of an appointment, and every named set of them."""

from enum import StrEnum


class AppointmentStatus(StrEnum):
    """Which status may follow which, and who may change it: `transitions`."""

    HELD = "held"
    """Kept for somebody who is still deciding, until `hold_expires_at`."""
    EXPIRED = "expired"
    """A hold that nobody confirmed."""
    PENDING = "pending"
    """Booked by a customer, not yet approved by the desk."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    """Cancelled after the branch's limit, or after the guest had arrived."""
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    """Set by the desk, or automatically after the grace period. A guest who arrives after all gets their time back if it
    is still free."""
    REOPENED = "reopened"
    """Completed or a no-show, and set back by an administrator, with a reason."""


class StatusRequest(StrEnum):
    """A status that a user may ask for. A cancelled hold becomes `expired`, a late cancellation `late_cancelled`, and
    what a customer confirms may become `pending`."""

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
    """Booked by a customer."""
    DESK = "desk"
    WALK_IN = "walk_in"


RELEASED = frozenset(
    {
        AppointmentStatus.EXPIRED,
        AppointmentStatus.DECLINED,
        AppointmentStatus.CANCELLED,
        AppointmentStatus.LATE_CANCELLED,
        AppointmentStatus.NO_SHOW,
    }
)
"""Nobody comes any more: the appointment has no allocations."""
EDITABLE = frozenset(
    {
        AppointmentStatus.HELD,
        AppointmentStatus.PENDING,
        AppointmentStatus.CONFIRMED,
        AppointmentStatus.ARRIVED,
        AppointmentStatus.IN_SERVICE,
        AppointmentStatus.REOPENED,
    }
)
"""Its treatments may still be changed and given to other therapists."""
MOVABLE = EDITABLE - {AppointmentStatus.IN_SERVICE}
"""It may still begin at another time."""
UPCOMING = frozenset({AppointmentStatus.HELD, AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED})
"""The guest has not come yet."""
PRESENT = frozenset({AppointmentStatus.ARRIVED, AppointmentStatus.IN_SERVICE, AppointmentStatus.COMPLETED})
"""The guest came."""
NEVER_BOOKED = frozenset({AppointmentStatus.HELD, AppointmentStatus.EXPIRED})
"""It is, or was, only a hold."""
PROGRESS = (
    AppointmentStatus.HELD,
    AppointmentStatus.PENDING,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.IN_SERVICE,
    AppointmentStatus.COMPLETED,
)
"""The way of an appointment that goes well, in order."""
WITH_REASON = frozenset({StatusRequest.DECLINED, StatusRequest.CANCELLED, StatusRequest.REOPENED})
"""The reason that is sent with these is kept."""
