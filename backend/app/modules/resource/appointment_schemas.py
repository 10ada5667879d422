"""Responses about appointments that occupy a resource."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.common.types.localized import LocalizedText
from app.modules.resource.kinds import AllocationState

_MAX_DETAILS = 100


class ResourceAppointment(BaseModel):
    """A time in which an appointment occupies a resource."""

    id: UUID
    resource_id: UUID
    appointment_id: UUID
    state: AllocationState
    start: datetime
    end: datetime


_AN_APPOINTMENT = LocalizedText("Có lịch hẹn trong khoảng giờ này.", "There is an appointment at this time.")


def appointment_details(
    appointments: Sequence[ResourceAppointment], kind: str
) -> list[dict[str, str | LocalizedText]]:
    """Return the first hundred as `details` of an error, and how many more there are.

    `field` is the appointment's id, `value` the time as an ISO 8601 interval, such as
    `2026-12-31T02:00:00Z/2026-12-31T03:00:00Z`.
    """
    details: list[dict[str, str | LocalizedText]] = [
        {
            "field": str(appointment.appointment_id),
            "message": _AN_APPOINTMENT,
            "type": kind,
            "value": f"{_iso(appointment.start)}/{_iso(appointment.end)}",
        }
        for appointment in appointments[:_MAX_DETAILS]
    ]
    if more := len(appointments) - len(details):
        message = LocalizedText(f"… và {more} lịch hẹn nữa.", f"… and {more} more appointments.")
        details.append({"field": "", "message": message, "type": "more_appointments"})
    return details


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
