"""The refusals of a status name the status and the way out."""

import pytest

from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.status import AppointmentStatus, StatusRequest


def english(statuses: list[str], request: StatusRequest | None = None, *, at_desk: bool = True) -> str:
    return status_conflict(statuses, request, at_desk=at_desk).public_message("en")


@pytest.mark.parametrize(
    ("status", "request_", "message"),
    [
        (
            "confirmed",
            "in_service",
            "The appointment is confirmed, and the guest has not checked in. Check in first.",
        ),
        ("pending", "in_service", "The appointment waits for confirmation. Confirm it or check in first."),
        ("arrived", "completed", "The guest has arrived. Begin the service first."),
        ("in_service", None, "The guest is in service. Complete it first."),
        ("completed", None, "The appointment is completed. An administrator has to reopen it first."),
        (
            "cancelled",
            "arrived",
            "The appointment is cancelled. Undo that if it was a mistake, or book a new visit.",
        ),
    ],
)
def test_the_status_and_the_way_out(status: str, request_: str | None, message: str) -> None:
    request = StatusRequest(request_) if request_ else None
    assert english([status], request) == message


@pytest.mark.parametrize("status", AppointmentStatus)
def test_customers_are_asked_to_call(status: AppointmentStatus) -> None:
    for request in (None, *StatusRequest):
        assert english([status], request, at_desk=False).endswith(" Please call the branch.")
        assert status_conflict([status], request).public_message("vi").count(".") == 2


def test_without_a_status_the_refusal_is_general() -> None:
    assert "current status" in english([])
