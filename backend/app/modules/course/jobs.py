"""The job that lets the free sessions of courses expire."""

import asyncio
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.audit import set_program
from app.db.transactions import run_in_transaction
from app.modules.branch import branch_service
from app.modules.course.course_models import CourseSession, CustomerCourse
from app.modules.course.kinds import CourseEntryKind, CourseSessionState
from app.modules.course.sessions import Change, lock_courses, write
from app.modules.ledger.till import business_day, lock_till

PROGRAM = "zenspa jobs"
_BATCH = 1_000
"""Courses of a branch that one run takes. The next run continues."""


async def expire_courses(stopping: asyncio.Event) -> int:
    """Let free sessions expire on the day after their last one, and return the number of their courses.

    Reserved sessions stay: they were promised for an appointment.
    """
    done = 0
    for course_id in await run_in_transaction(_due):
        if stopping.is_set():
            break
        done += await run_in_transaction(partial(_expire, course_id=course_id))
    return done


async def _due(session: AsyncSession) -> list[UUID]:
    is_free = exists().where(
        CourseSession.course_id == CustomerCourse.id, CourseSession.state == CourseSessionState.FREE
    )
    course_ids: list[UUID] = []
    for branch in await branch_service.list_branches(session):
        today = business_day(utc_now(), ZoneInfo(branch.time_zone), branch.business_day_starts)
        expired = CustomerCourse.branch_id == branch.id, CustomerCourse.expires_on < today
        course_ids += await session.scalars(select(CustomerCourse.id).where(*expired, is_free).limit(_BATCH))
    return course_ids


async def _expire(session: AsyncSession, *, course_id: UUID) -> bool:
    """Let the free sessions of a course expire. The till says which day it is once it is locked."""
    await set_program(session, PROGRAM)
    course = (await lock_courses(session, [course_id]))[course_id]
    till = await lock_till(session, course.branch_id)
    if not course.free or course.expires_on is None or course.expires_on >= till.business_day:
        return False
    change = Change(course, CourseEntryKind.EXPIRED, course.free, CourseSessionState.EXPIRED)
    await write(session, till, None, [change])
    return True
