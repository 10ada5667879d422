"""The courses that pay the treatments of a visit: what the desk can choose, and what it chose."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import Bilingual
from app.db.queries import fetch_raw, get_row
from app.modules.booking.booking_errors import TreatmentNotFound, VisitNotFound
from app.modules.booking.booking_models import Visit
from app.modules.booking.courses.follow import outcome_of
from app.modules.booking.courses.schemas import (
    PayingCourse,
    PayingSession,
    TreatmentCourses,
    VisitCourses,
    VisitCoursesUpdate,
)
from app.modules.booking.status.conflicts import status_conflict
from app.modules.course.course_errors import TreatmentOnBill
from app.modules.course.kinds import CourseSessionState
from app.modules.course.usable import UsableCourse, usable_courses
from app.modules.course.usage import CourseWish, Outcome, choose
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.redis.events import publish_branch_change

_TREATMENTS = """
SELECT treatment_id, appointment_id, status, variant_id, day, guest_id, booker_id, is_on_bill,
    course_id, number, sessions, state, is_billed
FROM treatment_course WHERE visit_id = $1 ORDER BY appointment_id, position
"""

_PAYING = "SELECT DISTINCT course_id FROM treatment_course WHERE visit_id = $1 AND course_id IS NOT NULL"


class _Treatment(NamedTuple):
    """A treatment of a visit, and the session that pays it."""

    id: UUID
    appointment_id: UUID
    status: str
    variant_id: UUID
    day: date
    guest_id: UUID | None
    booker_id: UUID | None
    is_on_bill: bool
    course_id: UUID | None
    number: int | None
    sessions: int | None
    state: str | None
    is_billed: bool | None

    @property
    def customer_ids(self) -> set[UUID]:
        """The customers whose courses can pay it."""
        return {customer_id for customer_id in (self.guest_id, self.booker_id) if customer_id is not None}


async def read_visit_courses(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> VisitCourses:
    """Return for each treatment of a visit the session that pays it, and the courses that could.

    Raises:
        VisitNotFound
        ForbiddenException: The user is not at the desk of the branch.
    """
    authorize(user, *DESK)
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    authorize(user, *DESK, branch_id=visit.branch_id)
    return await _read(session, visit_id)


async def courses_of_visit(session: AsyncSession, visit_id: UUID) -> set[UUID]:
    """Return the courses whose sessions pay treatments of a visit, for a module that has authorized the user."""
    return {course_id for (course_id,) in await fetch_raw(session, _PAYING, visit_id)}


async def set_visit_courses(
    session: AsyncSession, user: CurrentUser, visit_id: UUID, update: VisitCoursesUpdate
) -> VisitCourses:
    """Let courses pay treatments of a visit, or none: all that are named, or nothing changes. A repeat changes nothing.

    A session of the course is reserved, or used at once for a guest who has left.

    Raises:
        VisitNotFound, TreatmentNotFound
        ForbiddenException: The user is not at the desk of the branch.
        StatusConflict: A treatment does not take place.
        TreatmentOnBill: A treatment is on a bill, where its course is chosen.
        CourseNotFound, CourseDoesNotFit, CourseExpired, CourseUsedUp
    """
    authorize(user, *DESK)
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    authorize(user, *DESK, branch_id=visit.branch_id)
    visit = await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
    treatments = {treatment.id: treatment for treatment in await _load(session, visit_id)}
    if any(change.treatment_id not in treatments for change in update.treatments):
        raise TreatmentNotFound
    wishes = [_wish(treatments[change.treatment_id], change.course_id) for change in update.treatments]
    await choose(session, visit.branch_id, user.id, wishes)
    publish_branch_change(session, visit.branch_id)
    return await _read(session, visit_id)


def _wish(treatment: _Treatment, course_id: UUID | None) -> CourseWish:
    """Return the desk's choice for a treatment.

    Raises:
        StatusConflict, TreatmentOnBill
    """
    outcome = outcome_of(treatment.status)
    if outcome not in {Outcome.EXPECTED, Outcome.DONE}:
        raise status_conflict([treatment.status])
    if treatment.is_on_bill and course_id != treatment.course_id:
        raise TreatmentOnBill
    return CourseWish(
        treatment.id,
        treatment.variant_id,
        outcome,
        treatment.day,
        treatment.customer_ids,
        course_id,
    )


async def _read(session: AsyncSession, visit_id: UUID) -> VisitCourses:
    treatments = await _load(session, visit_id)
    courses = await usable_courses(session, {*()}.union(*(row.customer_ids for row in treatments)))
    return VisitCourses(
        treatments=[
            TreatmentCourses(
                treatment_id=row.id,
                appointment_id=row.appointment_id,
                is_on_bill=row.is_on_bill,
                session=_session_of(row),
                courses=[] if row.is_on_bill else _paying(row, courses),
            )
            for row in treatments
        ]
    )


def _session_of(row: _Treatment) -> PayingSession | None:
    if row.course_id is None:
        return None
    assert row.number is not None
    assert row.sessions is not None
    assert row.state is not None
    return PayingSession(
        course_id=row.course_id,
        number=row.number,
        sessions=row.sessions,
        state=CourseSessionState(row.state),
        is_billed=bool(row.is_billed),
    )


def _paying(row: _Treatment, courses: list[UsableCourse]) -> list[PayingCourse]:
    """Return the courses that can pay a treatment. They come by their last day, and the sort keeps that order."""
    paying = [
        course
        for course in courses
        if course.customer_id in row.customer_ids
        and row.variant_id in course.variant_ids
        and course.is_valid_on(row.day)
    ]
    return [
        PayingCourse(
            course_id=course.id,
            customer_id=course.customer_id,
            name=Bilingual.model_validate(course.name),
            sessions=course.sessions,
            free=course.free,
            expires_on=course.expires_on,
        )
        for course in sorted(paying, key=lambda course: course.customer_id != row.guest_id)
    ]


async def _load(session: AsyncSession, visit_id: UUID) -> list[_Treatment]:
    await session.flush()
    return [_Treatment(*row) for row in await fetch_raw(session, _TREATMENTS, visit_id)]
