"""The table of transitions, with all its rules: from every status, for every relation, at every moment.

`test_status_paths` walks the paths that lead from one to the next.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from app.core.exceptions import ForbiddenException, ZenSpaException
from app.modules.booking.booking_errors import (
    StatusConflict,
    TooEarlyForNoShow,
    TooEarlyToArrive,
    TooEarlyToComplete,
    TooLateToCancel,
)
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.status import StatusRequest
from app.modules.booking.status.transitions import Policy, Relation, next_status

POLICY = Policy(approve_online=False, free_cancel=timedelta(hours=4), no_show=timedelta(minutes=15))
START = datetime(2100, 3, 1, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
CUSTOMER, THERAPIST, DESK = Relation.CUSTOMER, Relation.THERAPIST, Relation.DESK
TEAM = frozenset({THERAPIST, DESK})
BOTH = frozenset({CUSTOMER, DESK})
ADMIN = frozenset({DESK, Relation.ADMIN})
RELATIONS = [frozenset({CUSTOMER}), frozenset({THERAPIST}), frozenset({DESK}), ADMIN]
HOURS = (-216, -12.01, -12, -4.01, -4, -3.99, -0.01, 0, 0.24, 0.25, 12, 12.01, 100)
"""Moments around every limit, in hours from the start."""


class Rule(NamedTuple):
    """A rule, written by hand: who may change which status, and from when until when."""

    request: str
    old: str
    allowed: Iterable[Relation]
    new: str
    since: float = -1000
    until: float = 1000

    def applies(self, old: str, relations: Iterable[Relation], hours: float) -> bool:
        return self.old == old and bool({*self.allowed} & {*relations}) and self.since <= hours <= self.until


_DUE = ("confirmed", "reopened")
RULES = [
    Rule("confirmed", "held", BOTH, "confirmed"),
    Rule("confirmed", "pending", {DESK}, "confirmed"),
    Rule("declined", "pending", {DESK}, "declined"),
    Rule("cancelled", "held", BOTH, "expired"),
    *(Rule("cancelled", old, BOTH, "cancelled", until=-4) for old in ("pending", *_DUE)),
    *(Rule("cancelled", old, {DESK}, "late_cancelled", since=-3.99) for old in ("pending", *_DUE)),
    Rule("cancelled", "arrived", {DESK}, "late_cancelled"),
    *(Rule("arrived", old, TEAM, "arrived", since=-12) for old in _DUE),
    Rule("arrived", "pending", {DESK}, "arrived", since=-12),
    *(Rule("arrived", old, {DESK}, "arrived", since=-12, until=12) for old in ("no_show", "declined")),
    *(Rule("in_service", old, TEAM, "in_service", since=-12) for old in ("arrived", "reopened")),
    *(Rule("completed", old, TEAM, "completed", since=0) for old in ("in_service", "reopened")),
    *(Rule("no_show", old, {DESK}, "no_show", since=0.25) for old in _DUE),
    *(Rule("reopened", old, {Relation.ADMIN}, "reopened") for old in ("completed", "no_show")),
]
REPEATED = [
    *(Rule(rule.request, rule.new, rule.allowed, rule.new) for rule in RULES),
    Rule("confirmed", "pending", {CUSTOMER}, "pending"),
]
"""A request that is sent again changes nothing."""


@pytest.mark.parametrize("request_", StatusRequest)
@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("relations", RELATIONS, ids=["customer", "therapist", "desk", "admin"])
def test_every_status_changes_as_the_rules_say(
    old: Status, request_: StatusRequest, relations: frozenset[Relation]
) -> None:
    rules = [rule for rule in (*RULES, *REPEATED) if rule.request == request_]
    for hours in HOURS:
        expected = {rule.new for rule in rules if rule.applies(old, relations, hours)}
        now = START + timedelta(hours=hours)
        result = next_status(old, request_, relations, policy=POLICY, start=START, now=now)
        if expected:
            assert {result} == expected, hours
        elif not any({*rule.allowed} & relations for rule in rules):
            assert result is ForbiddenException
        else:
            assert isinstance(result, type), hours
            assert result is not ForbiddenException


@pytest.mark.parametrize("old", Status)
@pytest.mark.parametrize("relations", RELATIONS, ids=["customer", "therapist", "desk", "admin"])
@pytest.mark.parametrize("hours", [0, 24, 24.01])
def test_the_desk_takes_back_the_record_of_a_walk_in_for_a_day(
    old: Status, relations: frozenset[Relation], hours: float
) -> None:
    recorded_at = START + timedelta(days=1)
    now = recorded_at + timedelta(hours=hours)
    result = next_status(
        old,
        StatusRequest.CANCELLED,
        relations,
        policy=POLICY,
        start=START,
        now=now,
        is_walk_in=True,
        recorded_at=recorded_at,
    )
    if DESK in relations and old in {"arrived", "reopened"}:
        assert result is Status.CANCELLED
    elif old in {"in_service", "completed"}:
        assert (result is Status.CANCELLED) == (DESK in relations and hours <= 24)


def test_what_a_customer_confirms_waits_for_approval_where_the_branch_requires_it() -> None:
    policy = POLICY._replace(approve_online=True)
    for relation, new in ((CUSTOMER, Status.PENDING), (DESK, Status.CONFIRMED)):
        result = next_status(
            Status.HELD, StatusRequest.CONFIRMED, {relation}, policy=policy, start=START, now=START
        )
        assert result is new
    again = next_status(
        Status.PENDING, StatusRequest.CONFIRMED, {CUSTOMER}, policy=policy, start=START, now=START
    )
    assert again is Status.PENDING


@pytest.mark.parametrize(
    ("old", "request_", "relation", "limit", "expected"),
    [
        ("confirmed", "cancelled", CUSTOMER, -240, (*[Status.CANCELLED] * 2, TooLateToCancel)),
        ("confirmed", "cancelled", DESK, -240, (*[Status.CANCELLED] * 2, Status.LATE_CANCELLED)),
        ("pending", "cancelled", DESK, -240, (*[Status.CANCELLED] * 2, Status.LATE_CANCELLED)),
        ("confirmed", "arrived", DESK, -720, (TooEarlyToArrive, *[Status.ARRIVED] * 2)),
        ("arrived", "in_service", DESK, -720, (TooEarlyToArrive, *[Status.IN_SERVICE] * 2)),
        ("in_service", "completed", DESK, 0, (TooEarlyToComplete, *[Status.COMPLETED] * 2)),
        ("reopened", "completed", DESK, 0, (TooEarlyToComplete, *[Status.COMPLETED] * 2)),
        ("confirmed", "no_show", DESK, 15, (TooEarlyForNoShow, *[Status.NO_SHOW] * 2)),
        ("no_show", "arrived", DESK, 720, (*[Status.ARRIVED] * 2, StatusConflict)),
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
