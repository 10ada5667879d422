"""Courses on bills, for the module that closes them: sell a course, and pay lines by sessions.

While a bill is open, `pay_line` reserves a session for a line. When it closes, `grant_course` adds each course that it
sells, and `settle` uses the sessions of all lines, those of new courses too. Courses are locked before the till, and customers
before both.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import fetch_raw, get_row
from app.modules.course.course_errors import CoursePlanNotFound, CourseSessionBilled, CourseSessionGone
from app.modules.course.course_models import CoursePlan
from app.modules.course.granting import Terms, add_course
from app.modules.course.kinds import CourseEntryKind, CourseSessionState
from app.modules.course.sessions import (
    Change,
    LockedCourse,
    SessionRow,
    free,
    lock_courses,
    write,
    write_with_till,
)
from app.modules.course.shares import shares_of
from app.modules.course.usable import next_free, refuse_unless_fit
from app.modules.ledger.till import LockedTill

_TAKEN: Mapping[str, type[ZenSpaException]] = {
    "course_session_treatment_key": CourseSessionGone,
    "course_session_sale_line_key": CourseSessionGone,
}
_BY_TREATMENT = """
SELECT session.appointment_treatment_id, course_id, session.id, number, gross, gross - net, state, is_billed
FROM course_session AS session WHERE session.appointment_treatment_id = ANY($1::uuid[])
"""
_COURSES_OF_LINES = "SELECT DISTINCT course_id FROM course_session WHERE sale_line_id = ANY($1::uuid[])"
_OF_REFUND = """
SELECT id, sale_line_id FROM customer_course WHERE sale_line_id = ANY($1::uuid[])
UNION ALL SELECT course_id, NULL FROM course_session WHERE sale_line_id = ANY($2::uuid[])
"""


class PaidLine(NamedTuple):
    """A session that pays a line of a bill, or a treatment, whole."""

    course_id: UUID
    session_id: UUID
    number: int
    gross: int
    """The price of the line in đồng, with tax."""
    tax: int
    state: CourseSessionState
    is_billed: bool


class LineUse(NamedTuple):
    """A line that a session pays when the bill closes."""

    sale_line_id: UUID
    course_id: UUID
    session_id: UUID | None
    """The session that `pay_line` gave it; None: the next one of a course that this bill sells."""
    treatment_id: UUID | None = None


async def sessions_of_treatments(
    session: AsyncSession, treatment_ids: Collection[UUID]
) -> dict[UUID, PaidLine]:
    """Return the sessions that these treatments are paid by, by treatment. Those that no session pays are left out."""
    rows = await fetch_raw(session, _BY_TREATMENT, [*treatment_ids])
    return {
        treatment_id: PaidLine(
            course_id, session_id, number, gross, tax, CourseSessionState(state), is_billed
        )
        for treatment_id, course_id, session_id, number, gross, tax, state, is_billed in rows
    }


async def grant_course(  # noqa: PLR0913 - what is sold, to which customer and by which bill
    session: AsyncSession,
    till: LockedTill,
    user_id: UUID | None,
    *,
    customer_id: UUID,
    plan_id: UUID,
    price: int,
    tax_rate: int,
    sessions: int,
    sale_line_id: UUID,
) -> UUID:
    """Give a customer the course that a bill sells, and return its id. The bill posts the sale: Cr COURSE, Cr VAT.

    Args:
        customer_id: The caller has locked them (`share_customers`).
        price: In đồng, with tax, after discounts.
        tax_rate: Hundredths of a percent.
        sessions: The number of sessions that the bill says.

    Raises:
        CoursePlanNotFound
    """
    plan = await get_row(session, CoursePlan, plan_id, CoursePlanNotFound)
    terms = Terms(
        customer_id,
        plan_id,
        tax_rate,
        plan.return_policy,
        plan.list_price,
        return_base=price,
        no_show_uses_session=plan.no_show_uses_session,
        expires_on=till.business_day + timedelta(days=plan.valid_days) if plan.valid_days else None,
        sale_line_id=sale_line_id,
    )
    shares = shares_of(price, tax_rate, sessions)
    return await add_course(session, till, user_id, terms, shares)


async def pay_line(  # noqa: PLR0913 - which line, by which course, and whether that may pay it
    session: AsyncSession,
    branch_id: UUID,
    user_id: UUID | None,
    *,
    sale_line_id: UUID,
    course_id: UUID,
    customer_ids: Collection[UUID],
    variant_id: UUID,
    treatment_id: UUID | None,
    day: date,
) -> PaidLine:
    """Reserve a session for a line of an open bill: the one that its treatment has already, or the next free one.

    Args:
        customer_ids: The customers whose courses may pay.
        treatment_id: The treatment of a visit that the line is about.
        day: The business day.

    Raises:
        CourseNotFound, CourseDoesNotFit, CourseExpired, CourseUsedUp
        CourseSessionBilled: The treatment is on a closed bill.
        CourseSessionGone: Another course pays the treatment, or the line.
    """
    course = (await lock_courses(session, [course_id]))[course_id]
    kind, row = None, _of_treatment(course, treatment_id)
    if row is None:
        await refuse_unless_fit(session, course, customer_ids, variant_id)
        kind, row = CourseEntryKind.RESERVED, next_free(course, day)
    elif row.is_billed:
        raise CourseSessionBilled
    state = CourseSessionState.RESERVED if kind else row.state
    change = Change(course, kind, [row], state, treatment_id=treatment_id, sale_line_id=sale_line_id)
    with translate_integrity_errors(_TAKEN):
        await write(session, branch_id, user_id, [change])
    return _paid_line(course, row)


async def free_lines(
    session: AsyncSession,
    branch_id: UUID,
    user_id: UUID | None,
    *,
    removed: Collection[UUID] = (),
    paid_otherwise: Collection[UUID] = (),
) -> None:
    """Take sessions off lines of an open bill. The till may be locked, so nothing may be locked after it.

    Args:
        removed: Lines that are on no bill any more. A treatment of a visit keeps the session that it has.
        paid_otherwise: Lines that stay on the bill. Their sessions are free, also those of treatments.

    Raises:
        CourseSessionBilled: The bill is closed.
    """
    changes = []
    for course, row in await lock_lines(session, [*removed, *paid_otherwise]):
        if row.treatment_id is not None and row.sale_line_id in {*removed} and not row.is_billed:
            changes.append(Change(course, None, [row], row.state, treatment_id=row.treatment_id))
        else:
            changes.append(free(course, row, CourseEntryKind.REMOVED))
    await write_with_till(session, branch_id, user_id, changes)


async def settle(
    session: AsyncSession, till: LockedTill, user_id: UUID | None, uses: Sequence[LineUse]
) -> list[PaidLine]:
    """Use the sessions that pay lines of a bill as the bill closes, and return them in order. From then on only a refund of
    the line takes a use back. Call it once for a bill, with the courses locked before the till (`lock_courses`).

    Raises:
        CourseNotFound
        CourseUsedUp: A course that the bill sells has too few sessions for its lines.
        CourseSessionGone: A session does not pay its line any more.
    """
    courses = await lock_courses(session, {use.course_id for use in uses})
    changes: list[Change] = []
    for use in uses:
        course = courses[use.course_id]
        if use.session_id is None:
            row = next_free(course, till.business_day, beside=[change.sessions[0] for change in changes])
        else:
            row = _of_line(course, use)
        is_used = row.state is CourseSessionState.USED
        changes.append(
            Change(
                course,
                None if is_used else CourseEntryKind.CONSUMED,
                [row],
                CourseSessionState.USED,
                treatment_id=row.treatment_id or use.treatment_id,
                sale_line_id=use.sale_line_id,
                is_billed=True,
            )
        )
    with translate_integrity_errors(_TAKEN):
        await write(session, till, user_id, changes)
    return [_paid_line(change.course, change.sessions[0]) for change in changes]


async def lock_lines(
    session: AsyncSession, sale_line_ids: Collection[UUID]
) -> list[tuple[LockedCourse, SessionRow]]:
    """Lock the courses whose sessions pay these lines, and return the sessions with them."""
    course_ids = await fetch_raw(session, _COURSES_OF_LINES, [*sale_line_ids])
    courses = await lock_courses(session, [course_id for (course_id,) in course_ids])
    return [
        (course, row)
        for course in courses.values()
        for row in course.rows
        if row.sale_line_id in {*sale_line_ids}
    ]


async def lock_refunded_courses(
    session: AsyncSession, *, sold: Collection[UUID], paid: Collection[UUID] = ()
) -> dict[UUID, LockedCourse]:
    """Lock the courses that lines of a bill have sold, and those whose sessions have paid lines, all at once.

    Return the sold ones by their lines.
    """
    if not sold and not paid:
        return {}
    rows = await fetch_raw(session, _OF_REFUND, [*sold], [*paid])
    courses = await lock_courses(session, {course_id for course_id, _ in rows})
    return {line_id: courses[course_id] for course_id, line_id in rows if line_id is not None}


def _of_treatment(course: LockedCourse, treatment_id: UUID | None) -> SessionRow | None:
    if treatment_id is None:
        return None
    return next((row for row in course.rows if row.treatment_id == treatment_id), None)


def _of_line(course: LockedCourse, use: LineUse) -> SessionRow:
    """Return the session of a line.

    Raises:
        CourseSessionGone
    """
    for row in course.rows:
        if row.id == use.session_id and row.sale_line_id == use.sale_line_id and not row.is_billed:
            return row
    raise CourseSessionGone


def _paid_line(course: LockedCourse, row: SessionRow) -> PaidLine:
    return PaidLine(course.id, row.id, row.number, row.gross, row.tax, row.state, row.is_billed)
