"""What may become of an appointment, who may say so, and when: design §3's table as data."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.core.exceptions import ForbiddenException, ZenSpaException
from app.modules.booking.booking_errors import (
    HoldExpired,
    StatusConflict,
    TooEarlyForNoShow,
    TooEarlyToArrive,
    TooLateToCancel,
)
from app.modules.booking.status.status import AppointmentStatus as Status
from app.modules.booking.status.status import StatusRequest


class Who(StrEnum):
    """What somebody is to an appointment."""

    CUSTOMER = "customer"
    """They booked it, or are its guest."""
    THERAPIST = "therapist"
    """They do one of its treatments."""
    DESK = "desk"
    """Of its branch."""
    ADMIN = "admin"
    """Of its branch; at its desk, too."""


class Policy(NamedTuple):
    """What a branch decides."""

    approve_online: bool
    free_cancel: timedelta
    """Before the beginning."""
    no_show: timedelta
    """After it."""


class Rule(NamedTuple):
    """When a move can be made, and what is said when it cannot."""

    holds: Callable[[Policy, datetime, datetime], bool]
    """Given the branch's policy, when the guest is to begin, and now."""
    refusal: type[ZenSpaException] = StatusConflict


class Transition(NamedTuple):
    old: Status
    wanted: StatusRequest
    new: Status
    who: frozenset[Who]
    rule: Rule | None = None


CHECK_IN = timedelta(hours=12)
"""Before the beginning, and after it when the guest was a no-show: else they are another day's guest, tapped by mistake."""

BY_CUSTOMER = frozenset({Who.CUSTOMER})
BY_DESK = frozenset({Who.DESK})
BY_BOTH = BY_CUSTOMER | BY_DESK
BY_TEAM = frozenset({Who.DESK, Who.THERAPIST})
BY_ADMIN = frozenset({Who.ADMIN})

NEEDS_APPROVAL = Rule(lambda policy, _start, _now: policy.approve_online)
NEEDS_NONE = Rule(lambda policy, _start, _now: not policy.approve_online)
IN_TIME = Rule(lambda policy, start, now: now <= start - policy.free_cancel, TooLateToCancel)
LATE = Rule(lambda policy, start, now: now > start - policy.free_cancel)
SOON = Rule(lambda _policy, start, now: now >= start - CHECK_IN, TooEarlyToArrive)
NOT_LONG_AGO = Rule(lambda _policy, start, now: now <= start + CHECK_IN)
GRACE_OVER = Rule(lambda policy, start, now: now >= start + policy.no_show, TooEarlyForNoShow)

_ONCE_THERE = (  # of what is confirmed, and of what is reopened
    (StatusRequest.ARRIVED, Status.ARRIVED, BY_TEAM, SOON),
    (StatusRequest.CANCELLED, Status.CANCELLED, BY_BOTH, IN_TIME),
    (StatusRequest.CANCELLED, Status.LATE_CANCELLED, BY_DESK, LATE),
    (StatusRequest.NO_SHOW, Status.NO_SHOW, BY_DESK, GRACE_OVER),
)
_CHANGES = (
    Transition(Status.HELD, StatusRequest.CONFIRMED, Status.PENDING, BY_CUSTOMER, NEEDS_APPROVAL),
    Transition(Status.HELD, StatusRequest.CONFIRMED, Status.CONFIRMED, BY_CUSTOMER, NEEDS_NONE),
    Transition(Status.HELD, StatusRequest.CONFIRMED, Status.CONFIRMED, BY_DESK),
    Transition(Status.HELD, StatusRequest.CANCELLED, Status.EXPIRED, BY_BOTH),
    Transition(Status.PENDING, StatusRequest.CONFIRMED, Status.CONFIRMED, BY_DESK),
    Transition(Status.PENDING, StatusRequest.DECLINED, Status.DECLINED, BY_DESK),
    Transition(Status.PENDING, StatusRequest.CANCELLED, Status.CANCELLED, BY_BOTH, IN_TIME),
    Transition(Status.PENDING, StatusRequest.CANCELLED, Status.LATE_CANCELLED, BY_DESK, LATE),
    *(Transition(Status.CONFIRMED, *move) for move in _ONCE_THERE),
    Transition(Status.ARRIVED, StatusRequest.IN_SERVICE, Status.IN_SERVICE, BY_TEAM),
    Transition(
        Status.ARRIVED, StatusRequest.CANCELLED, Status.LATE_CANCELLED, BY_DESK
    ),  # they walked in, and leave again
    Transition(Status.IN_SERVICE, StatusRequest.COMPLETED, Status.COMPLETED, BY_TEAM),
    Transition(Status.COMPLETED, StatusRequest.REOPENED, Status.REOPENED, BY_ADMIN),
    # The clock was faster, or they came late.
    Transition(Status.NO_SHOW, StatusRequest.ARRIVED, Status.ARRIVED, BY_DESK, NOT_LONG_AGO),
    Transition(Status.NO_SHOW, StatusRequest.REOPENED, Status.REOPENED, BY_ADMIN),
    *(Transition(Status.REOPENED, *move) for move in _ONCE_THERE),
    Transition(Status.REOPENED, StatusRequest.IN_SERVICE, Status.IN_SERVICE, BY_TEAM),
    Transition(Status.REOPENED, StatusRequest.COMPLETED, Status.COMPLETED, BY_TEAM),
)
TRANSITIONS = (*_CHANGES, *(Transition(each.new, each.wanted, each.new, each.who) for each in _CHANGES))
"""What people do. Whoever may make a change may ask for it again, which changes nothing: buttons are tapped twice, and
answers get lost. The clock lets holds expire and notes who did not come (`booking_clock`)."""

_WAY = (Status.HELD, Status.PENDING, Status.CONFIRMED, Status.ARRIVED, Status.IN_SERVICE, Status.COMPLETED)


def next_status(  # noqa: PLR0913 - the six of which it depends
    old: Status,
    wanted: StatusRequest,
    who: Collection[Who],
    *,
    policy: Policy,
    start: datetime,
    now: datetime,
) -> Status | type[ZenSpaException]:
    """Of an appointment that one of these wants otherwise: the status, or why not."""
    if not any(move.wanted == wanted and move.who & {*who} for move in TRANSITIONS):
        return ForbiddenException
    possible = [
        move for move in TRANSITIONS if (move.old, move.wanted) == (old, wanted) and move.who & {*who}
    ]
    for move in possible:
        if move.rule is None or move.rule.holds(policy, start, now):
            return move.new
    if old is Status.EXPIRED and wanted is StatusRequest.CONFIRMED:
        return HoldExpired  # as if the clock had not yet been to it
    refusals = [move.rule.refusal for move in possible if move.rule is not None]
    return most_specific_error(refusals)


def is_ahead(old: Status, wanted: StatusRequest) -> bool:
    """Whether the guest has yet to come to it: they are neither further on nor is it over for them."""
    return old in _WAY and Status(wanted) in _WAY[_WAY.index(old) :]


def most_specific_error(refusals: Collection[type[ZenSpaException]]) -> type[ZenSpaException]:
    """Too late for one says more than that another is in no state for it."""
    return next((each for each in refusals if each is not StatusConflict), StatusConflict)
