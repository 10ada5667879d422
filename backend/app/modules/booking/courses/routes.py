"""The courses that pay visits, over HTTP."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.booking.booking_errors import StatusConflict, TreatmentNotFound, VisitNotFound
from app.modules.booking.courses import service
from app.modules.booking.courses.schemas import VisitCourses, VisitCoursesUpdate
from app.modules.course.course_errors import (
    CourseDoesNotFit,
    CourseExpired,
    CourseNotFound,
    CourseSessionBilled,
    CourseUsedUp,
    TreatmentOnBill,
)
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/visits", tags=["Courses"])


@router.get("/{visit_id}/courses", responses=error_responses(VisitNotFound))
async def get_visit_courses(user: SignedIn, session: SessionDep, visit_id: UUID) -> VisitCourses:
    """Get for each treatment of a visit the session of a course that pays it, and the courses that could. For the desk."""
    return await service.read_visit_courses(session, user, visit_id)


@router.put(
    "/{visit_id}/courses",
    responses=error_responses(
        VisitNotFound,
        TreatmentNotFound,
        StatusConflict,
        CourseNotFound,
        CourseDoesNotFit,
        CourseExpired,
        CourseUsedUp,
        CourseSessionBilled,
        TreatmentOnBill,
    ),
)
async def set_visit_courses(
    user: SignedIn, session: SessionDep, visit_id: UUID, update: VisitCoursesUpdate
) -> VisitCourses:
    """Let courses of the guest or the booker pay treatments of a visit, or take them off. For the desk.

    The session is reserved now, used when the treatment is completed, and free again if it does not take place.
    """
    return await service.set_visit_courses(session, user, visit_id, update)
