"""Give back what a bill took: the use of a session, and a course that is returned."""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.money import tax_within
from app.modules.course.course_errors import CourseReserved, CourseSessionGone, CourseUsedUp
from app.modules.course.course_models import CustomerCourse
from app.modules.course.kinds import CourseEntryKind, CourseSessionState, ReturnPolicy
from app.modules.course.selling import lock_lines
from app.modules.course.sessions import Change, LockedCourse, write
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry
from app.modules.ledger.till import LockedTill

VALID_AFTER_REFUND = timedelta(days=30)
"""The time for which a course that has expired is valid again when a session is given back: otherwise the session would be
lost again in the same night."""


class CourseReturn(NamedTuple):
    """The money that is paid back for a course, by its return policy."""

    amount: int
    """The amount in đồng, with tax; 0 if the used sessions took the whole price."""
    tax: int
    """The tax within the amount."""
    forfeited: int
    """The part that the spa keeps of the sessions that end, without tax."""
    sessions: int
    """The number of sessions that end."""


async def give_back(
    session: AsyncSession, till: LockedTill, user_id: UUID | None, sale_line_ids: Collection[UUID]
) -> None:
    """Make sessions free again that pay lines of a closed bill, because these are refunded. Posts Dr REVENUE, Cr COURSE.

    The courses are locked before the till (`selling.lock_lines`).

    Raises:
        CourseSessionGone: No session pays one of the lines, or it was given back already.
    """
    lines = [(course, row) for course, row in await lock_lines(session, sale_line_ids) if row.is_billed]
    if {row.sale_line_id for _, row in lines} != {*sale_line_ids}:
        raise CourseSessionGone
    changes = [
        Change(course, CourseEntryKind.RESTORED, [row], CourseSessionState.FREE) for course, row in lines
    ]
    await write(session, till, user_id, changes)
    expired = {
        course.id
        for course, _ in lines
        if course.expires_on is not None and course.expires_on < till.business_day
    }
    if expired:
        extended = update(CustomerCourse).where(CustomerCourse.id.in_(expired))
        await session.execute(extended.values(expires_on=till.business_day + VALID_AFTER_REFUND))


def quote_return(course: LockedCourse, given_back: Collection[UUID] = ()) -> CourseReturn:
    """Return what is paid back if a course is returned now.

    Args:
        course: The course.
        given_back: Lines of bills whose sessions are given back first.

    By list price, every session that is gone counts with it. Never more is paid back than the sessions that are left cost.

    Raises:
        CourseReserved: Sessions are reserved for appointments.
        CourseUsedUp: No session is free.
    """
    if course.in_state(CourseSessionState.RESERVED):
        raise CourseReserved
    free = [*course.free, *(row for row in course.rows if row.is_billed and row.sale_line_id in given_back)]
    if not free:
        raise CourseUsedUp
    gross, net = sum(row.gross for row in free), sum(row.net for row in free)
    amount = gross
    if course.return_policy == ReturnPolicy.LIST_PRICE:
        assert course.list_price is not None
        used = (len(course.rows) - len(free)) * course.list_price
        amount = max(0, min(gross, course.return_base - used))
    # The tax of the sessions if all of it goes, to the đồng; and never less than keeps the rest above 0.
    tax = max(tax_within(amount, course.tax_rate), amount - net) if amount < gross else gross - net
    return CourseReturn(amount, tax, forfeited=net - (amount - tax), sessions=len(free))


async def return_course(
    session: AsyncSession, till: LockedTill, user_id: UUID | None, course: LockedCourse
) -> CourseReturn:
    """End the free sessions of a locked course, and return what is paid back for them. What is owed for the course is 0 then.

    Posts Dr COURSE, Dr VAT, Cr FORFEITED, Cr RECEIVABLE; the refund debits RECEIVABLE and credits what pays it.

    Raises:
        CourseReserved, CourseUsedUp
    """
    back = quote_return(course)
    owed = sum(row.net for row in course.free)
    entries = [
        Entry(Account.COURSE, owed),
        Entry(Account.VAT, back.tax),
        Entry(Account.FORFEITED, -back.forfeited),
        Entry(Account.RECEIVABLE, -back.amount),
    ]
    ended = Change(course, CourseEntryKind.REFUNDED, course.free, CourseSessionState.REFUNDED, posted=entries)
    await write(session, till, user_id, [ended])
    return back
