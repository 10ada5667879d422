"""Quote what a guest gets back for a course, before it is refunded."""

from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.course.returns import quote_return
from app.modules.course.sessions import load_courses
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK

_SOLD_BY = """
SELECT line.sale_id, line.id FROM customer_course AS course JOIN sale_line AS line ON line.id = course.sale_line_id
WHERE course.id = $1
"""


class CourseReturnRead(BaseModel):
    """The money that is paid back if a course is returned now, by its return policy."""

    sale_id: UUID | None = Field(
        description="The bill that sold it, by which it is refunded. null: it came from another customer, and cannot be."
    )
    line_id: UUID | None
    amount: int = Field(description="In đồng, with tax. 0: the used sessions took the whole price.")
    sessions: int = Field(description="The number of sessions that end.")


async def quote_course_return(session: AsyncSession, user: CurrentUser, course_id: UUID) -> CourseReturnRead:
    """Return what is paid back if a course is returned now. Refunding the line of the bill that sold it returns it.

    Raises:
        ForbiddenException: The user is not at the desk.
        CourseNotFound
        CourseReserved: Sessions are reserved for appointments.
        CourseUsedUp: No session is free.
    """
    authorize(user, *DESK)
    back = quote_return((await load_courses(session, [course_id]))[course_id])
    sold_by = await fetch_raw(session, _SOLD_BY, course_id)
    sale_id, line_id = sold_by[0] if sold_by else (None, None)
    return CourseReturnRead(sale_id=sale_id, line_id=line_id, amount=back.amount, sessions=back.sessions)
