"""Courses over HTTP."""

from uuid import UUID

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import ApiRouter
from app.modules.catalogue.catalogue_errors import VariantNotFound
from app.modules.course import customer_courses as service
from app.modules.course import plans as plan_service
from app.modules.course.course_errors import (
    CourseNotFound,
    CoursePlanInUse,
    CoursePlanKeyTaken,
    CoursePlanNotFound,
    CourseTransferToSelf,
    CourseUsedUp,
    ExpiryNotLater,
)
from app.modules.course.course_schemas import (
    CourseEntryRead,
    CourseExtension,
    CoursePlanCreate,
    CoursePlanRead,
    CoursePlanUpdate,
    CourseTransfer,
    CustomerCourseRead,
)
from app.modules.customer.customer_errors import (
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
)
from app.modules.identity.access import SignedIn
from app.modules.tax.tax_errors import TaxCategoryNotFound

customer_courses = ApiRouter(prefix=f"{API_V1}/customers", tags=["Courses"])
courses = ApiRouter(prefix=f"{API_V1}/customer-courses", tags=["Courses"])
plans = ApiRouter(prefix=f"{API_V1}/course-plans", tags=["Courses"])


@plans.get("")
async def list_course_plans(user: SignedIn, session: SessionDep) -> list[CoursePlanRead]:
    """List all course plans, also those that are no longer sold. For the desk."""
    return await plan_service.list_plans(session, user)


@plans.post(
    "", status_code=201, responses=error_responses(CoursePlanKeyTaken, VariantNotFound, TaxCategoryNotFound)
)
async def create_course_plan(user: SignedIn, session: SessionDep, new: CoursePlanCreate) -> CoursePlanRead:
    """Add a course plan: so many sessions at one price, and the treatments that a session pays.

    For administrators of the whole spa.
    """
    return await plan_service.create_plan(session, user, new)


@plans.patch(
    "/{plan_id}",
    responses=error_responses(
        CoursePlanNotFound, CoursePlanKeyTaken, CoursePlanInUse, VariantNotFound, TaxCategoryNotFound
    ),
)
async def update_course_plan(
    user: SignedIn, session: SessionDep, plan_id: UUID, changes: CoursePlanUpdate
) -> CoursePlanRead:
    """Change the fields that are sent, or stop selling the plan. Courses that customers have bought stay as agreed.
    A treatment can be added at any time, and dropped while no customer has sessions left.

    For administrators of the whole spa.
    """
    return await plan_service.update_plan(session, user, plan_id, changes)


@customer_courses.get("/{customer_id}/courses", responses=error_responses(CustomerNotFound))
async def list_customer_courses(
    user: SignedIn, session: SessionDep, customer_id: UUID
) -> list[CustomerCourseRead]:
    """List the courses of a customer, the newest first, with the number of sessions in each state. For the desk; customers
    see their own."""
    return await service.list_courses(session, user, customer_id)


@courses.get("/{course_id}/entries", responses=error_responses(CourseNotFound))
async def list_course_entries(user: SignedIn, session: SessionDep, course_id: UUID) -> list[CourseEntryRead]:
    """List what happened to the sessions of a course, the oldest first. For the desk."""
    return await service.list_entries(session, user, course_id)


@courses.post(
    "/{course_id}/extend",
    responses=error_responses(CourseNotFound, ExpiryNotLater, IdempotencyInFlight, IdempotencyKeyReused),
)
async def extend_course(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, course_id: UUID, extension: CourseExtension
) -> CustomerCourseRead:
    """Give a course a later last day. Sessions that have expired are free again.

    For the desk of the branch that sold it.
    """
    return await service.extend_course(session, user, key, course_id, extension)


@courses.post(
    "/{course_id}/transfer",
    responses=error_responses(
        CourseNotFound,
        CourseTransferToSelf,
        CourseUsedUp,
        CustomerNotFound,
        CustomerArchived,
        CustomerMerged,
        CustomerErased,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def transfer_course(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, course_id: UUID, transfer: CourseTransfer
) -> CustomerCourseRead:
    """Give the free sessions of a course to another customer, on the same terms. Returns the course of that customer.

    For the desk of the branch that sold it.
    """
    return await service.transfer_course(session, user, key, course_id, transfer)
