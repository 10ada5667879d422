"""The statuses of an appointment, and every named set of them."""

from enum import StrEnum


class AppointmentStatus(StrEnum):
    """The status of an appointment. `transitions` lists the changes, and who may make them."""

    HELD = "held"
    """The time is reserved until `hold_expires_at`, while the customer decides."""
    EXPIRED = "expired"
    """A hold that was not confirmed."""
    PENDING = "pending"
    """Booked by a customer, not yet approved by the desk."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    """The desk did not approve it, or had not answered by the start. A guest who comes anyway can be checked in."""
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
    """A status that a user may request. A cancelled hold becomes `expired`, a late cancellation `late_cancelled`, and an
    appointment that a customer confirms may become `pending`."""

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
"""The guest does not come any more: the appointment has no allocations."""
UNEXPECTED = frozenset({AppointmentStatus.NO_SHOW, AppointmentStatus.DECLINED})
"""The guest may come after all, and then gets the time back if it is still free."""
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
"""The treatments may still be changed, and reassigned to other therapists."""
MOVABLE = EDITABLE - {AppointmentStatus.IN_SERVICE}
"""The appointment may still be moved to another time."""
EXPECTED_AGAIN = frozenset({AppointmentStatus.ARRIVED, AppointmentStatus.REOPENED})
"""A guest who is moved to another day is confirmed again: who comes then has not arrived yet."""
UPCOMING = frozenset({AppointmentStatus.HELD, AppointmentStatus.PENDING, AppointmentStatus.CONFIRMED})
"""The guest has not arrived yet."""
PRESENT = frozenset({AppointmentStatus.ARRIVED, AppointmentStatus.IN_SERVICE, AppointmentStatus.COMPLETED})
"""The guest has arrived."""
NEVER_BOOKED = frozenset({AppointmentStatus.HELD, AppointmentStatus.EXPIRED})
"""The appointment is, or was, only a hold."""
PROGRESS = (
    AppointmentStatus.HELD,
    AppointmentStatus.PENDING,
    AppointmentStatus.CONFIRMED,
    AppointmentStatus.ARRIVED,
    AppointmentStatus.IN_SERVICE,
    AppointmentStatus.COMPLETED,
)
"""The statuses of an appointment that takes place, in order."""
WITH_REASON = frozenset({StatusRequest.DECLINED, StatusRequest.CANCELLED, StatusRequest.REOPENED})
"""The requests whose reason is stored."""
