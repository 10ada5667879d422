"""The table of transitions: the status before and after, who may make the change, and when."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.core.exceptions import ForbiddenException, ZenSpaException
from app.modules.booking.booking_errors import (
    HoldExpired,
    NothingToUndo,
    StatusConflict,
    TooEarlyForNoShow,
    TooEarlyToArrive,
    TooEarlyToComplete,
    TooLateToCancel,
    TooLateToMove,
    TooLateToUndo,
)
from app.modules.booking.status.status import MOVABLE, PROGRESS, StatusRequest
from app.modules.booking.status.status import AppointmentStatus as Status


class Relation(StrEnum):
    """The relation of a user to an appointment."""

    CUSTOMER = "customer"
    """The booker, or the guest."""
    THERAPIST = "therapist"
    """A therapist who treats the guest."""
    DESK = "desk"
    """A receptionist or administrator of the branch."""
    ADMIN = "admin"
    """An administrator of the branch, who has the relation `DESK` as well."""


class Policy(NamedTuple):
    """The settings of a branch on which transitions depend."""

    approve_online: bool
    free_cancel: timedelta
    """The time before the start until which guests may cancel."""
    no_show: timedelta
    """The grace period after the start in which a guest may still come."""
    takes_deposit: bool = False
    """Whether guests who book online pay a part in advance."""


class Condition(NamedTuple):
    """A condition for a transition, and the error if it is not met."""

    holds: Callable[[Policy, datetime, datetime], bool]
    """The test, given the branch's policy, the appointment's start, and the present time."""
    error: type[ZenSpaException] = StatusConflict


class Transition(NamedTuple):
    old: Status
    request: StatusRequest
    new: Status
    allowed: frozenset[Relation]
    condition: Condition | None = None


CHECK_IN = timedelta(hours=12)
"""The time before the start in which a guest may check in, and after it in which one may who was not expected any more.
Beyond that it is another day's guest, tapped by mistake."""

BY_CUSTOMER = frozenset({Relation.CUSTOMER})
BY_DESK = frozenset({Relation.DESK})
BY_CUSTOMER_OR_DESK = BY_CUSTOMER | BY_DESK
BY_TEAM = frozenset({Relation.DESK, Relation.THERAPIST})
BY_ADMIN = frozenset({Relation.ADMIN})

APPROVAL_NEEDED = Condition(lambda policy, _start, _now: policy.approve_online)
NO_APPROVAL_NEEDED = Condition(lambda policy, _start, _now: not policy.approve_online)
IN_TIME = Condition(lambda policy, start, now: now <= start - policy.free_cancel, TooLateToCancel)
LATE = Condition(lambda policy, start, now: now > start - policy.free_cancel)
STARTED = Condition(lambda _policy, start, now: now >= start, TooEarlyToComplete)
CHECK_IN_OPEN = Condition(lambda _policy, start, now: now >= start - CHECK_IN, TooEarlyToArrive)
LATE_CHECK_IN_OPEN = Condition(lambda _policy, start, now: abs(now - start) <= CHECK_IN)
GRACE_OVER = Condition(lambda policy, start, now: now >= start + policy.no_show, TooEarlyForNoShow)

_FROM_CONFIRMED_OR_REOPENED = (
    (StatusRequest.ARRIVED, Status.ARRIVED, BY_TEAM, CHECK_IN_OPEN),
    (StatusRequest.CANCELLED, Status.CANCELLED, BY_CUSTOMER_OR_DESK, IN_TIME),
    (StatusRequest.CANCELLED, Status.LATE_CANCELLED, BY_DESK, LATE),
    (StatusRequest.NO_SHOW, Status.NO_SHOW, BY_DESK, GRACE_OVER),
)
_CHANGES = (
    Transition(Status.HELD, StatusRequest.CONFIRMED, Status.PENDING, BY_CUSTOMER, APPROVAL_NEEDED),
    Transition(Status.HELD, StatusRequest.CONFIRMED, Status.CONFIRMED, BY_CUSTOMER, NO_APPROVAL_NEEDED),
    Transition(Status.HELD, StatusRequest.CONFIRMED, Status.CONFIRMED, BY_DESK),
    Transition(Status.HELD, StatusRequest.CANCELLED, Status.EXPIRED, BY_CUSTOMER_OR_DESK),
    Transition(Status.PENDING, StatusRequest.CONFIRMED, Status.CONFIRMED, BY_DESK),
    Transition(Status.PENDING, StatusRequest.DECLINED, Status.DECLINED, BY_DESK),
    Transition(Status.PENDING, StatusRequest.ARRIVED, Status.ARRIVED, BY_DESK, CHECK_IN_OPEN),
    Transition(Status.PENDING, StatusRequest.CANCELLED, Status.CANCELLED, BY_CUSTOMER_OR_DESK, IN_TIME),
    Transition(Status.PENDING, StatusRequest.CANCELLED, Status.LATE_CANCELLED, BY_DESK, LATE),
    *(Transition(Status.CONFIRMED, *transition) for transition in _FROM_CONFIRMED_OR_REOPENED),
    Transition(Status.ARRIVED, StatusRequest.IN_SERVICE, Status.IN_SERVICE, BY_TEAM, CHECK_IN_OPEN),
    Transition(
        Status.ARRIVED, StatusRequest.CANCELLED, Status.LATE_CANCELLED, BY_DESK
    ),  # the guest leaves again
    Transition(Status.IN_SERVICE, StatusRequest.COMPLETED, Status.COMPLETED, BY_TEAM, STARTED),
    Transition(Status.COMPLETED, StatusRequest.REOPENED, Status.REOPENED, BY_ADMIN),
    # The job was faster, or the guest came late.
    Transition(Status.DECLINED, StatusRequest.ARRIVED, Status.ARRIVED, BY_DESK, LATE_CHECK_IN_OPEN),
    Transition(Status.NO_SHOW, StatusRequest.ARRIVED, Status.ARRIVED, BY_DESK, LATE_CHECK_IN_OPEN),
    Transition(Status.NO_SHOW, StatusRequest.REOPENED, Status.REOPENED, BY_ADMIN),
    *(Transition(Status.REOPENED, *transition) for transition in _FROM_CONFIRMED_OR_REOPENED),
    Transition(Status.REOPENED, StatusRequest.IN_SERVICE, Status.IN_SERVICE, BY_TEAM, CHECK_IN_OPEN),
    Transition(Status.REOPENED, StatusRequest.COMPLETED, Status.COMPLETED, BY_TEAM, STARTED),
)
TRANSITIONS = (
    *_CHANGES,
    *(
        Transition(
            change.new, change.request, change.new, change.allowed
        )  # a repeated request changes nothing
        for change in _CHANGES
    ),
)
"""The transitions that users may request. A user who may make a change may request it again, because buttons are tapped
twice and responses get lost. `jobs` lets holds expire, declines bookings without an answer, and marks no-shows."""


WALK_IN_TRANSITIONS = tuple(
    Transition(old, StatusRequest.CANCELLED, Status.CANCELLED, BY_DESK)
    for old in (Status.ARRIVED, Status.REOPENED)
)
"""The transitions of walk-ins, before the others. One that was written down by mistake is no late cancellation: there was no
appointment."""
RECORDED_TRANSITIONS = tuple(
    Transition(old, StatusRequest.CANCELLED, Status.CANCELLED, BY_DESK)
    for old in (Status.IN_SERVICE, Status.COMPLETED)
)
"""The transitions of a walk-in that was written down after it had begun, for `UNDO_BY_DESK` and while nothing has changed its
status: the desk takes back its own entry. A guest who was served step by step goes back step by step."""


UNDO_BY_AUTHOR = timedelta(minutes=10)
"""The time in which the user who made a transition can undo it."""
UNDO_BY_DESK = timedelta(hours=24)
"""The time in which the desk can undo any transition that it may make: mistakes are found when the day is closed."""
REVERSALS = tuple(
    Transition(change.new, change.request, change.old, change.allowed)
    for change in (*_CHANGES, *WALK_IN_TRANSITIONS, *RECORDED_TRANSITIONS)
    # The time of a hold is not kept any longer: a new one is as quick.
    if change.old is not Status.HELD
)
"""The transitions that can be undone, from the status after to the status before, with the request that made them."""


class MadeTransition(NamedTuple):
    """A transition that an appointment has made."""

    old: Status
    new: Status
    at: datetime
    by_user: bool
    """Whether the user who wants to undo it made it."""


def undone_status(
    made: MadeTransition,
    request: StatusRequest,
    relations: Collection[Relation],
    *,
    start: datetime,
    now: datetime,
) -> Status | type[ZenSpaException]:
    """Return the status that an appointment gets back, or the error that refuses to undo its last transition.

    Args:
        request: The request that the user wants to undo.
        relations: The user's relations to the appointment.
        start: The start of the appointment, which may have moved since the transition.
    """
    allowed = {
        relation
        for reversal in REVERSALS
        if (reversal.old, reversal.request, reversal.new) == (made.new, request, made.old)
        for relation in reversal.allowed
    }
    if not allowed:
        return NothingToUndo
    if not allowed & {*relations} or not (made.by_user or Relation.DESK in relations):
        return ForbiddenException
    window = UNDO_BY_DESK if Relation.DESK in relations else UNDO_BY_AUTHOR
    if now > made.at + window:
        return TooLateToUndo
    if made.old is Status.COMPLETED and start > now:
        return TooEarlyToComplete
    return TooEarlyForNoShow if made.old is Status.NO_SHOW and start > now else made.old


def next_status(  # noqa: PLR0913 - what it depends on
    old: Status,
    request: StatusRequest,
    relations: Collection[Relation],
    *,
    policy: Policy,
    start: datetime,
    now: datetime,
    is_walk_in: bool = False,
    recorded_at: datetime | None = None,
) -> Status | type[ZenSpaException]:
    """Return the status that an appointment gets, or the error that refuses the request.

    Args:
        relations: The user's relations to the appointment.
        is_walk_in: Whether the guest came without an appointment, so that nothing was cancelled late.
        recorded_at: The time at which the walk-in was written down, if its status has not changed since.
    """
    is_new_record = recorded_at is not None and now <= recorded_at + UNDO_BY_DESK
    allowed = [
        transition
        for transition in (
            *(WALK_IN_TRANSITIONS if is_walk_in else ()),
            *(RECORDED_TRANSITIONS if is_new_record else ()),
            *TRANSITIONS,
        )
        if transition.request == request and transition.allowed & {*relations}
    ]
    if not allowed:
        return ForbiddenException
    possible = [transition for transition in allowed if transition.old == old]
    for transition in possible:
        if transition.condition is None or transition.condition.holds(policy, start, now):
            return transition.new
    if old is Status.EXPIRED and request is StatusRequest.CONFIRMED:
        return HoldExpired  # the same error as before the job has run
    conditions = [transition.condition for transition in possible if transition.condition is not None]
    return most_specific_error([condition.error for condition in conditions])


def possible_requests(  # noqa: PLR0913 - what `next_status` depends on
    old: Status,
    relations: Collection[Relation],
    *,
    policy: Policy,
    start: datetime,
    now: datetime,
    is_walk_in: bool,
    recorded_at: datetime | None,
) -> dict[StatusRequest, Status]:
    """Return what a user may request now, with the status that the appointment gets. See `next_status`."""
    results = {
        request: next_status(
            old,
            request,
            relations,
            policy=policy,
            start=start,
            now=now,
            is_walk_in=is_walk_in,
            recorded_at=recorded_at,
        )
        for request in StatusRequest
    }
    return {
        request: result
        for request, result in results.items()
        if isinstance(result, Status) and result is not old
    }


def refusal_of_move(
    old: Status,
    relations: Collection[Relation],
    *,
    policy: Policy,
    start: datetime,
    now: datetime,
) -> type[ZenSpaException] | None:
    """Return the error that keeps a user from moving an appointment, or None. Customers may move what they may cancel.

    Args:
        relations: The user's relations to the appointment.
    """
    if old not in MOVABLE:
        return StatusConflict
    if Relation.DESK in relations:
        return None
    result = next_status(old, StatusRequest.CANCELLED, relations, policy=policy, start=start, now=now)
    if isinstance(result, Status):
        return None
    return TooLateToMove if result is TooLateToCancel else result


def can_still_reach(old: Status, request: StatusRequest) -> bool:
    """Return whether the appointment has yet to reach the requested status: it is neither beyond it, nor over."""
    return old in PROGRESS and Status(request) in PROGRESS[PROGRESS.index(old) :]


def most_specific_error(errors: Collection[type[ZenSpaException]]) -> type[ZenSpaException]:
    """Return the most specific error: any is more specific than a status conflict."""
    return next((error for error in errors if error is not StatusConflict), StatusConflict)
