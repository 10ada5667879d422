"""Tell the holder of a private link what is left of their courses.

A phone number that was typed proves nothing. Until the desk has met the guest, a course is shown only if the desk has
let it pay a treatment of this visit: so no page tells whether the spa knows a number, or what its owner has bought.
"""

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.booking.courses.service import courses_of_visit
from app.modules.booking.status.status import AppointmentStatus
from app.modules.course.customer_courses import read_courses
from app.modules.online_booking.online_booking_schemas import GuestCourse

_MET = {AppointmentStatus.ARRIVED, AppointmentStatus.IN_SERVICE, AppointmentStatus.COMPLETED}


async def read_for_guest(
    session: AsyncSession, visit_id: UUID, customer_id: UUID | None, status: AppointmentStatus
) -> list[GuestCourse]:
    """Return the courses of the booker that the holder of a link may see, those that expire first before the others.

    Args:
        session: The session that reads.
        visit_id: The visit of the link.
        customer_id: The customer of the visit; None: it has none yet.
        status: Of the guests who come, the least advanced.
    """
    if customer_id is None:
        return []
    paying = await courses_of_visit(session, visit_id)
    is_met = status in _MET
    if not paying and not is_met:
        return []  # without looking: the time of the answer would tell
    courses = [
        GuestCourse(**course.model_dump(include={*GuestCourse.model_fields}), pays_visit=course.id in paying)
        for course in await read_courses(session, [customer_id])
        if course.id in paying or (is_met and course.free + course.reserved > 0)
    ]
    return sorted(courses, key=lambda course: course.expires_on or date.max)
