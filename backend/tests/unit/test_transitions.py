"""The moments at which a condition of the status table begins or ceases to hold."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.exceptions import ZenSpaException
from app.modules.booking.booking_errors import (
    StatusConflict,
    TooEarlyForNoShow,
    TooEarlyToArrive,
    TooLateToCancel,
)
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.status import StatusRequest
from app.modules.booking.status.transitions import Policy, Relation, next_status

POLICY = Policy(approve_online=False, free_cancel=timedelta(hours=4), no_show=timedelta(minutes=15))
START = datetime(2100, 3, 1, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("old", "request_", "relation", "limit", "expected"),
    [
        ("confirmed", "cancelled", Relation.CUSTOMER, -240, (*[Status.CANCELLED] * 2, TooLateToCancel)),
        ("confirmed", "cancelled", Relation.DESK, -240, (*[Status.CANCELLED] * 2, Status.LATE_CANCELLED)),
        ("pending", "cancelled", Relation.DESK, -240, (*[Status.CANCELLED] * 2, Status.LATE_CANCELLED)),
        ("confirmed", "arrived", Relation.DESK, -720, (TooEarlyToArrive, *[Status.ARRIVED] * 2)),
        ("confirmed", "no_show", Relation.DESK, 15, (TooEarlyForNoShow, *[Status.NO_SHOW] * 2)),
        ("no_show", "arrived", Relation.DESK, 720, (*[Status.ARRIVED] * 2, StatusConflict)),
    ],
)
def test_a_condition_is_exact_to_the_microsecond(
    old: str,
    request_: str,
    relation: Relation,
    limit: int,
    expected: tuple[Status | type[ZenSpaException], ...],
) -> None:
    """Compare the status just before, at and just after the limit, which is in minutes from the start."""
    moment = START + timedelta(minutes=limit)
    answers = [
        next_status(Status(old), StatusRequest(request_), {relation}, policy=POLICY, start=START, now=now)
        for now in (moment - MOMENT, moment, moment + MOMENT)
    ]
    assert answers == [*expected]
