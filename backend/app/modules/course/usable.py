"""The sessions that can be used: courses with free ones, the next one, and whether a course pays a treatment."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.db.queries import fetch_raw
from app.modules.course.course_errors import CourseDoesNotFit, CourseExpired, CourseUsedUp
from app.modules.course.sessions import LockedCourse, SessionRow

_PAYS = "SELECT FROM course_plan_variant WHERE plan_id = $1 AND variant_id = $2"
_USABLE = """
SELECT course.id, course.customer_id, plan.name_vi, plan.name_en, course.sessions, free.count, course.expires_on,
    array(SELECT variant_id FROM course_plan_variant WHERE plan_id = course.plan_id)
FROM customer_course AS course JOIN course_plan AS plan ON plan.id = course.plan_id
CROSS JOIN LATERAL (
    SELECT count(*) FROM course_session WHERE course_id = course.id AND state = 'free'
) AS free
WHERE course.customer_id = ANY($1::uuid[]) AND free.count > 0
ORDER BY course.expires_on, course.id
"""


class UsableCourse(NamedTuple):
    """A course with free sessions."""

    id: UUID
    customer_id: UUID
    name: LocalizedText
    sessions: int
    free: int
    """The number of sessions that can be used."""
    expires_on: date | None
    variant_ids: list[UUID]
    """The variants of services that a session pays."""

    def is_valid_on(self, day: date) -> bool:
        """Return whether sessions can be used on a business day."""
        return self.expires_on is None or self.expires_on >= day


async def usable_courses(session: AsyncSession, customer_ids: Collection[UUID]) -> list[UsableCourse]:
    """Return the courses of customers that have a free session, those that expire first before the others, for a module that
    has authorized the user. An empty collection issues no query."""
    if not customer_ids:
        return []
    rows = await fetch_raw(session, _USABLE, [*customer_ids])
    return [
        UsableCourse(course_id, customer_id, LocalizedText(vi, en), *more)
        for course_id, customer_id, vi, en, *more in rows
    ]


def next_free(course: LockedCourse, day: date, *, beside: Collection[SessionRow] = ()) -> SessionRow:
    """Return the first free session of a locked course.

    Args:
        day: The business day on which it is to be used.
        beside: Sessions that are free and meant for something else.

    Raises:
        CourseUsedUp, CourseExpired
    """
    others = {row.id for row in beside}
    row = next((row for row in course.free if row.id not in others), None)
    if row is None:
        raise CourseUsedUp
    if course.expires_on is not None and course.expires_on < day:
        raise CourseExpired
    return row


async def refuse_unless_fit(
    session: AsyncSession, course: LockedCourse, customer_ids: Collection[UUID], variant_id: UUID
) -> None:
    """Refuse a course of another customer, and one whose sessions do not pay a variant.

    Raises:
        CourseDoesNotFit
    """
    if course.customer_id not in customer_ids or not await fetch_raw(
        session, _PAYS, course.plan_id, variant_id
    ):
        raise CourseDoesNotFit
