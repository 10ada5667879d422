"""The courses of customers for the desk and the customers themselves: what is left, what happened, extend, transfer."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.idempotency import idempotent
from app.db.queries import fetch_raw, get_row
from app.modules.course.course_errors import (
    CourseNotFound,
    CourseTransferToSelf,
    CourseUsedUp,
    ExpiryNotLater,
)
from app.modules.course.course_models import CustomerCourse
from app.modules.course.course_schemas import (
    CourseEntryRead,
    CourseExtension,
    CourseTransfer,
    CustomerCourseRead,
)
from app.modules.course.granting import Terms, add_course
from app.modules.course.kinds import CourseEntryKind, CourseSessionState
from app.modules.course.sessions import Change, LockedCourse, lock_courses, write
from app.modules.course.shares import Share
from app.modules.customer import customer_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.ledger.till import lock_till

_READ = """
SELECT jsonb_build_object(
    'id', course.id, 'customer_id', course.customer_id, 'plan_id', course.plan_id, 'branch_id', course.branch_id,
    'name', jsonb_build_object('vi', plan.name_vi, 'en', plan.name_en), 'sale_line_id', course.sale_line_id,
    'transferred_from_id', course.transferred_from_id, 'price', course.price, 'sessions', course.sessions,
    'free', counted.free, 'reserved', counted.reserved, 'used', counted.used, 'expired', counted.expired,
    'moved', counted.moved, 'refunded', counted.refunded, 'expires_on', course.expires_on,
    'return_policy', course.return_policy, 'list_price', course.list_price,
    'no_show_uses_session', course.no_show_uses_session, 'reason', course.reason, 'created_at', course.created_at,
    'variant_ids', array(SELECT variant_id FROM course_plan_variant WHERE plan_id = course.plan_id ORDER BY id)
)::text
FROM customer_course AS course JOIN course_plan AS plan ON plan.id = course.plan_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'free') AS free, count(*) FILTER (WHERE state = 'reserved') AS reserved,
        count(*) FILTER (WHERE state = 'used') AS used, count(*) FILTER (WHERE state = 'expired') AS expired,
        count(*) FILTER (WHERE state = 'moved') AS moved, count(*) FILTER (WHERE state = 'refunded') AS refunded
    FROM course_session WHERE course_id = course.id
) AS counted
WHERE {} ORDER BY course.id DESC
"""
_OF_CUSTOMERS = _READ.format("course.customer_id = ANY($1::uuid[])")
_BY_ID = _READ.format("course.id = $1")
_ENTRIES = """
SELECT id, kind, numbers, amount, branch_id, created_at, user_name, visit_id, starts_at, sale_line_id
FROM course_entry_detail WHERE course_id = $1 ORDER BY id
"""
_OWED = """
SELECT coalesce(sum(amount), 0)::bigint FROM course_entry
WHERE business_day <= $1 AND ($2::uuid IS NULL OR branch_id = $2)
"""


async def list_courses(
    session: AsyncSession, user: CurrentUser, customer_id: UUID
) -> list[CustomerCourseRead]:
    """Return the courses of a customer, the newest first, also those that are used up.

    Raises:
        ForbiddenException: The user is neither at the desk nor a customer.
        CustomerNotFound: No such customer, or not the user's own record.
    """
    authorize(user, *DESK, Role.CUSTOMER)
    customer = await customer_service.get_visible_customer(session, user, customer_id, *DESK)
    return await read_courses(session, [customer.id])


async def read_courses(session: AsyncSession, customer_ids: Collection[UUID]) -> list[CustomerCourseRead]:
    """Return the courses of customers, the newest first, for a module that has authorized the user."""
    rows = await fetch_raw(session, _OF_CUSTOMERS, [*customer_ids])
    return [CustomerCourseRead.model_validate_json(course) for (course,) in rows]


async def list_entries(session: AsyncSession, user: CurrentUser, course_id: UUID) -> list[CourseEntryRead]:
    """Return what happened to a course, the oldest first.

    Raises:
        ForbiddenException: The user is not at the desk.
        CourseNotFound
    """
    authorize(user, *DESK)
    await get_row(session, CustomerCourse, course_id, CourseNotFound)
    rows = await fetch_raw(session, _ENTRIES, course_id)
    names = ("id", "kind", "numbers", "amount", "branch_id", "at", "user_name", "visit_id", "start")
    return [
        CourseEntryRead.model_validate(dict(zip((*names, "sale_line_id"), row, strict=True))) for row in rows
    ]


async def extend_course(
    session: AsyncSession, user: CurrentUser, key: str, course_id: UUID, extension: CourseExtension
) -> CustomerCourseRead:
    """Give a course a later last day, and make sessions free again that have expired.

    Raises:
        ForbiddenException: The user is not at the desk of the branch that sold it.
        CourseNotFound
        ExpiryNotLater: The day is not later than the last day is now, or over.
    """
    await _authorize(session, user, course_id)
    async with idempotent(session, user.id, key, extension, CustomerCourseRead, about=course_id) as replay:
        if replay.response is not None:
            return replay.response
        course = (await lock_courses(session, [course_id]))[course_id]
        till = await lock_till(session, course.branch_id)
        day = extension.expires_on
        if course.expires_on is None or (
            day is not None and (day <= course.expires_on or day < till.business_day)
        ):
            raise ExpiryNotLater
        await _update(session, course_id, expires_on=day, reason=extension.reason)
        expired = course.in_state(CourseSessionState.EXPIRED)
        change = Change(course, CourseEntryKind.EXTENDED, expired, CourseSessionState.FREE)
        await write(session, till, user.id, [change])
        return replay.store(await _read_course(session, course_id))


async def transfer_course(
    session: AsyncSession, user: CurrentUser, key: str, course_id: UUID, transfer: CourseTransfer
) -> CustomerCourseRead:
    """Give the free sessions of a course to another customer, on the same terms, and return their new course.

    Sessions that are reserved for appointments stay with the customer who has them.

    Raises:
        ForbiddenException: The user is not at the desk of the branch that sold it.
        CourseNotFound
        CustomerNotFound, CustomerErased, CustomerMerged, CustomerArchived: The other customer is not active.
        CourseTransferToSelf
        CourseUsedUp: No session is free.
    """
    await _authorize(session, user, course_id)
    async with idempotent(session, user.id, key, transfer, CustomerCourseRead, about=course_id) as replay:
        if replay.response is not None:
            return replay.response
        await customer_service.require_active(session, [transfer.customer_id])
        course = (await lock_courses(session, [course_id]))[course_id]
        if course.customer_id == transfer.customer_id:
            raise CourseTransferToSelf
        if not course.free:
            raise CourseUsedUp
        till = await lock_till(session, course.branch_id)
        moved = course.free
        terms = _terms_after(course, transfer)
        out = Change(course, CourseEntryKind.TRANSFERRED, moved, CourseSessionState.MOVED)
        await write(session, till, user.id, [out])
        await _update(session, course_id, reason=transfer.reason)
        shares = [Share(row.gross, row.net) for row in moved]
        new_id = await add_course(session, till, user.id, terms, shares)
        return replay.store(await _read_course(session, new_id))


def _terms_after(course: LockedCourse, transfer: CourseTransfer) -> Terms:
    """Return the terms for the customer who gets the free sessions. A return by list price counts what was used before, so
    that giving a course to a friend makes it worth no more."""
    used = len(course.rows) - len(course.free)
    return Terms(
        transfer.customer_id,
        course.plan_id,
        course.tax_rate,
        course.return_policy,
        course.list_price,
        return_base=course.return_base - used * (course.list_price or 0),
        no_show_uses_session=course.no_show_uses_session,
        expires_on=course.expires_on,
        transferred_from_id=course.id,
        reason=transfer.reason,
    )


async def owed_on(session: AsyncSession, branch_id: UUID | None, day: date) -> int:
    """Return what the spa owed for sessions that were paid and not used, at the end of a business day, without tax.

    Args:
        branch_id: One branch, or None for all. A course that is used in another branch than it was sold in is owed by the
            first, which has the money, to the second: there the amount is negative.
    """
    [(owed,)] = await fetch_raw(session, _OWED, day, branch_id)
    return int(owed)


async def _authorize(session: AsyncSession, user: CurrentUser, course_id: UUID) -> None:
    """Refuse a user who is not at the desk of the branch that sold a course.

    Raises:
        ForbiddenException, CourseNotFound
    """
    authorize(user, *DESK)
    course = await get_row(session, CustomerCourse, course_id, CourseNotFound)
    authorize(user, *DESK, branch_id=course.branch_id)


async def _update(session: AsyncSession, course_id: UUID, **values: object) -> None:
    await session.execute(update(CustomerCourse).where(CustomerCourse.id == course_id).values(values))


async def _read_course(session: AsyncSession, course_id: UUID) -> CustomerCourseRead:
    [(course,)] = await fetch_raw(session, _BY_ID, course_id)
    return CustomerCourseRead.model_validate_json(course)
