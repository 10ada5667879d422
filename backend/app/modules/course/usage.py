"""Courses in appointments, for the module that books: reserve sessions for treatments, and follow their outcomes.

A session is reserved at booking, used when the treatment is completed, and free again when it does not take place. Both
functions lock the courses at once, and the till last: call them when nothing else is left to lock.
"""

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.course.course_errors import CourseSessionBilled
from app.modules.course.kinds import CourseEntryKind, CourseSessionState
from app.modules.course.sessions import Change, LockedCourse, SessionRow, free, lock_courses, write_with_till
from app.modules.course.usable import next_free, refuse_unless_fit

_COURSES_OF = "SELECT DISTINCT course_id FROM course_session WHERE appointment_treatment_id = ANY($1::uuid[])"


class Outcome(StrEnum):
    """The state of a treatment, as far as courses are concerned."""

    EXPECTED = "expected"
    """The treatment is to take place, or takes place now."""
    DONE = "done"
    CALLED_OFF = "called_off"
    MISSED = "missed"
    """The guest did not come, or cancelled too late."""
    DROPPED = "dropped"
    """The treatment is not part of the appointment any more."""


class TreatmentUse(NamedTuple):
    """A treatment that a session pays, or was to pay before it was called off."""

    treatment_id: UUID
    outcome: Outcome
    day: date | None
    """The business day on which it begins; None for one that was dropped."""
    course_id: UUID | None
    """The course whose session pays it."""
    released_course_id: UUID | None
    """The course whose session was released last."""


class CourseWish(NamedTuple):
    """The desk's choice for a treatment."""

    treatment_id: UUID
    variant_id: UUID
    outcome: Outcome
    day: date
    customer_ids: Collection[UUID]
    """The customers whose courses may pay: the guest and the booker."""
    course_id: UUID | None
    """The course that is to pay it; None: none."""


async def choose(
    session: AsyncSession, branch_id: UUID, user_id: UUID | None, wishes: Sequence[CourseWish]
) -> None:
    """Reserve sessions for treatments as the desk wants, or use them if the treatments are completed. A treatment that has
    a session of the course keeps it.

    Raises:
        CourseNotFound, CourseDoesNotFit, CourseExpired, CourseUsedUp
        CourseSessionBilled: A session is on a closed bill.
    """
    rows = await fetch_raw(session, _COURSES_OF, [wish.treatment_id for wish in wishes])
    wanted = {wish.course_id for wish in wishes if wish.course_id is not None}
    courses = await lock_courses(session, wanted.union(course_id for (course_id,) in rows))
    sessions = _by_treatment(courses.values())
    removed: list[Change] = []
    added: list[Change] = []
    for wish in wishes:
        course, row = sessions.get(wish.treatment_id, (None, None))
        if course is not None and row is not None:
            if course.id == wish.course_id:
                continue
            removed.append(free(course, row, CourseEntryKind.REMOVED))
        if wish.course_id is not None:
            course = courses[wish.course_id]
            await refuse_unless_fit(session, course, wish.customer_ids, wish.variant_id)
            row = next_free(course, wish.day, beside=[change.sessions[0] for change in added])
            added.append(_take(course, row, wish.treatment_id, wish.outcome))
    # A treatment has one session at any time.
    await write_with_till(session, branch_id, user_id, removed, added)


async def follow(
    session: AsyncSession,
    branch_id: UUID,
    user_id: UUID | None,
    treatments: Sequence[TreatmentUse],
    *,
    former_customer_id: UUID | None = None,
) -> None:
    """Make sessions what the treatments say that they pay: used, reserved or free. A session on a closed bill stays used.

    Args:
        former_customer_id: The customer who is not the guest any more: their courses pay nothing here.

    Raises:
        CourseSessionBilled: A treatment is dropped that a closed bill has.
    """
    course_ids = {treatment.course_id or treatment.released_course_id for treatment in treatments} - {None}
    courses = await lock_courses(session, {course_id for course_id in course_ids if course_id is not None})
    sessions = _by_treatment(courses.values())
    changes: list[Change] = []
    for treatment in treatments:
        course, row = sessions.get(treatment.treatment_id, (None, None))
        if course is None or row is None:
            changes += _reserve_again(courses, treatment, changes)
        elif row.is_billed:
            if treatment.outcome is Outcome.DROPPED:
                raise CourseSessionBilled
        elif course.customer_id == former_customer_id:
            changes.append(free(course, row, CourseEntryKind.REMOVED))
        else:
            changes += _follow(course, row, treatment)
    await write_with_till(session, branch_id, user_id, changes)


def _follow(course: LockedCourse, row: SessionRow, treatment: TreatmentUse) -> list[Change]:
    """Return the change of a session that no bill holds, if there is one."""
    is_used = row.state is CourseSessionState.USED
    match treatment.outcome:
        case Outcome.EXPECTED if is_used:
            return [_keep(course, row, CourseEntryKind.RESTORED, CourseSessionState.RESERVED)]
        case Outcome.DONE if not is_used:
            return [_keep(course, row, CourseEntryKind.CONSUMED, CourseSessionState.USED)]
        case Outcome.MISSED if course.no_show_uses_session:
            if is_used:
                return []
            return [_keep(course, row, CourseEntryKind.FORFEITED, CourseSessionState.USED)]
        case Outcome.MISSED | Outcome.CALLED_OFF | Outcome.DROPPED:
            return [free(course, row, CourseEntryKind.RELEASED)]
    return []


def _reserve_again(
    courses: dict[UUID, LockedCourse], treatment: TreatmentUse, changes: Sequence[Change]
) -> list[Change]:
    """Return the change by which a treatment that takes place after all gets a session again, if there is one left."""
    course = courses.get(treatment.released_course_id) if treatment.released_course_id else None
    if course is None or treatment.outcome not in {Outcome.EXPECTED, Outcome.DONE}:
        return []
    others = {row.id for change in changes for row in change.sessions}
    row = next((row for row in course.free if row.id not in others), None)
    has_expired = (
        course.expires_on is not None and treatment.day is not None and course.expires_on < treatment.day
    )
    if row is None or has_expired:
        return []
    return [_take(course, row, treatment.treatment_id, treatment.outcome)]


def _take(course: LockedCourse, row: SessionRow, treatment_id: UUID, outcome: Outcome) -> Change:
    """Return the change by which a free session pays a treatment."""
    is_done = outcome is Outcome.DONE
    kind = CourseEntryKind.CONSUMED if is_done else CourseEntryKind.RESERVED
    state = CourseSessionState.USED if is_done else CourseSessionState.RESERVED
    return Change(course, kind, [row], state, treatment_id=treatment_id)


def _keep(course: LockedCourse, row: SessionRow, kind: CourseEntryKind, state: CourseSessionState) -> Change:
    """Return a change after which a session still pays its treatment, and its line."""
    return Change(course, kind, [row], state, treatment_id=row.treatment_id, sale_line_id=row.sale_line_id)


def _by_treatment(courses: Collection[LockedCourse]) -> dict[UUID, tuple[LockedCourse, SessionRow]]:
    return {
        row.treatment_id: (course, row)
        for course in courses
        for row in course.rows
        if row.treatment_id is not None
    }
