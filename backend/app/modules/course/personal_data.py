"""The courses of customers, as personal data."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.audit import mask_entries_about
from app.modules.course.course_models import CustomerCourse
from app.modules.course.customer_courses import read_courses
from app.modules.customer.personal_data_holder import PersonalDataHolder


async def _merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    await _lock(session, [duplicate_id])
    courses = update(CustomerCourse).where(CustomerCourse.customer_id == duplicate_id)
    await session.execute(courses.values(customer_id=survivor_id))


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Remove the reasons that the desk wrote. The courses stay: they are owed, and sums still add up."""
    course_ids = await _lock(session, customer_ids)
    courses = update(CustomerCourse).where(CustomerCourse.id.in_(course_ids), CustomerCourse.reason != "")
    await session.execute(courses.values(reason=""))
    await mask_entries_about(session, course_ids)


async def _lock(session: AsyncSession, customer_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Lock the courses of these customers in the order of their ids, as everywhere, and return the ids."""
    courses = select(CustomerCourse.id).where(CustomerCourse.customer_id.in_(customer_ids))
    return (await session.scalars(courses.order_by(CustomerCourse.id).with_for_update(key_share=True))).all()


COURSES = PersonalDataHolder(
    name="courses",
    tables=frozenset({"customer_course"}),
    export=read_courses,
    merge=_merge,
    erase=_erase,
)
