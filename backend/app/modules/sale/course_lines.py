"""Lines that sessions of courses pay: of courses that a customer has, and of one that the same bill sells.

Such a line costs the session's share of the course, and takes no discount: the session is a means of payment. While the bill
is open the session is reserved for it; when it closes, the session is used.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.course.course_errors import CourseDoesNotFit, CourseUsedUp
from app.modules.course.plans import variants_of
from app.modules.course.selling import (
    LineUse,
    free_lines,
    grant_course,
    pay_line,
    sessions_of_treatments,
    settle,
)
from app.modules.course.shares import Share, shares_of
from app.modules.ledger.till import LockedTill
from app.modules.sale.kinds import LineKind, Method
from app.modules.sale.new_payment import NewPayment
from app.modules.sale.pricing import Discount
from app.modules.sale.sale_errors import CustomerNeeded, SoldAtItsPrice
from app.modules.sale.sale_models import Sale, SaleLine
from app.modules.sale.sale_schemas import SaleLineInput, SaleLineRead, SaleRead

_GUESTS = "SELECT DISTINCT customer_id FROM billable_item WHERE visit_id = ANY($1::uuid[]) AND customer_id IS NOT NULL"


async def courses_of_treatments(session: AsyncSession, lines: Sequence[SaleLine]) -> dict[UUID, UUID]:
    """Return the courses whose sessions were reserved for the treatments of these lines, by line."""
    treatments = {line.item_id: line.id for line in lines if line.variant_id and line.item_id}
    reserved = await sessions_of_treatments(session, [*treatments]) if treatments else {}
    return {
        treatments[treatment_id]: paid.course_id
        for treatment_id, paid in reserved.items()
        if not paid.is_billed
    }


async def free_courses(  # noqa: PLR0913 - which lines of which bill, and who frees them
    session: AsyncSession,
    sale: Sale,
    rows: Sequence[SaleLine],
    lines: Sequence[SaleLineInput],
    *,
    removed: Collection[UUID],
    user_id: UUID,
) -> None:
    """Free the sessions of lines that are taken off an open bill, or that are to be paid otherwise."""
    unpaid = [
        row
        for row, line in zip(rows, lines, strict=True)
        if row.course_session_id is not None and row.course_id != line.course_id
    ]
    if removed or unpaid:
        otherwise = [row.id for row in unpaid]
        await free_lines(session, sale.branch_id, user_id, removed=removed, paid_otherwise=otherwise)
    for row in unpaid:
        row.course_id, row.course_session_id = None, None
        row.unit_price = row.agreed_price
    for row, line in zip(rows, lines, strict=True):
        if row.course_line_id is not None and not line.by_new_course:
            row.course_line_id, row.unit_price = None, row.agreed_price


async def apply_courses(
    session: AsyncSession,
    sale: Sale,
    rows: Sequence[SaleLine],
    lines: Sequence[SaleLineInput],
    *,
    user_id: UUID,
) -> dict[UUID, int]:
    """Reserve the sessions that are to pay lines of an open bill. Return the tax of those lines, by their ids.

    Raises:
        SoldAtItsPrice: Such a line is to be discounted, or is more than one treatment.
        CourseNotFound, CourseDoesNotFit, CourseExpired, CourseUsedUp, CourseSessionBilled, CourseSessionGone
    """
    tax: dict[UUID, int] = {}
    pairs = [*zip(rows, lines, strict=True)]
    for row, line in pairs:
        if (line.course_id or line.by_new_course) and (
            row.variant_id is None or line.quantity != 1 or line.discount_amount or line.discount_percent
        ):
            raise SoldAtItsPrice
    guests = await _guests_of(session, sale, rows) if any(line.course_id for line in lines) else set()
    for row, line in pairs:
        if line.course_id is None:
            continue
        if row.course_session_id is None:
            assert row.variant_id is not None
            paid = await pay_line(
                session,
                sale.branch_id,
                user_id,
                sale_line_id=row.id,
                course_id=line.course_id,
                customer_ids=guests,
                variant_id=row.variant_id,
                treatment_id=row.item_id,
                day=sale.priced_on,
            )
            row.course_id, row.course_session_id = paid.course_id, paid.session_id
            row.unit_price, row.tax = paid.gross, paid.tax
        tax[row.id] = row.tax
    return tax | await _apply_new_courses(session, sale, pairs)


async def use_sessions(
    session: AsyncSession, till: LockedTill, bill: SaleRead, user_id: UUID | None
) -> list[NewPayment]:
    """Give the customer of a bill that closes the courses that it sells, and use the sessions that pay its lines.

    Return the payments by sessions. The caller has locked the customer and the courses.

    Raises:
        CustomerNeeded: A course is sold without a customer.
        CourseUsedUp, CourseSessionGone, CoursePlanNotFound
    """
    granted: dict[UUID, UUID] = {}
    for line in bill.lines:
        if line.kind is LineKind.COURSE:
            if bill.customer_id is None:
                raise CustomerNeeded
            assert line.course_plan_id is not None
            assert line.sessions is not None
            granted[line.id] = await grant_course(
                session,
                till,
                user_id,
                customer_id=bill.customer_id,
                plan_id=line.course_plan_id,
                price=line.gross,
                tax_rate=line.tax_rate,
                sessions=line.sessions,
                sale_line_id=line.id,
            )
    uses = [use for line in bill.lines if (use := _use_of(line, granted)) is not None]
    if not uses:
        return []
    used = await settle(session, till, user_id, uses)
    return [NewPayment(Method.COURSE, paid.gross, course_session_id=paid.session_id) for paid in used]


def new_course_shares(lines: Sequence[SaleLineRead]) -> dict[UUID, Share]:
    """Return what the lines cost that a course on the same bill pays, by their ids."""
    shares: dict[UUID, Share] = {}
    for course in lines:
        if course.kind is LineKind.COURSE and course.sessions:
            by_session = shares_of(course.gross, course.tax_rate, course.sessions)
            covered = [line.id for line in lines if line.course_line_id == course.id]
            shares |= dict(zip(covered, by_session, strict=False))
    return shares


def _use_of(line: SaleLineRead, granted: Mapping[UUID, UUID]) -> LineUse | None:
    if line.course_line_id is not None:
        return LineUse(line.id, granted[line.course_line_id], None, line.item_id)
    if line.course_id is not None:
        return LineUse(line.id, line.course_id, line.course_session_id, line.item_id)
    return None


async def _guests_of(session: AsyncSession, sale: Sale, rows: Sequence[SaleLine]) -> set[UUID]:
    """Return the customers whose courses may pay: who pays the bill, and the guests of its visits."""
    visits = {row.visit_id for row in rows if row.visit_id is not None}
    guests = (
        {customer_id for (customer_id,) in await fetch_raw(session, _GUESTS, [*visits])} if visits else set()
    )
    return guests | ({sale.customer_id} if sale.customer_id is not None else set())


async def _apply_new_courses(
    session: AsyncSession, sale: Sale, pairs: Sequence[tuple[SaleLine, SaleLineInput]]
) -> dict[UUID, int]:
    """Price the lines that a course on this bill is to pay by its sessions. Return their tax, by their ids."""
    covered = [row for row, line in pairs if line.by_new_course]
    if not covered:
        return {}
    courses = [row for row, _ in pairs if row.kind == LineKind.COURSE]
    pays = await variants_of(
        session, [row.course_plan_id for row in courses if row.course_plan_id is not None]
    )
    tax: dict[UUID, int] = {}
    left = {row.id: _shares_of_new(sale, row) for row in courses}
    for row in covered:
        fitting = [
            course
            for course in courses
            if course.course_plan_id is not None and row.variant_id in pays[course.course_plan_id]
        ]
        if not fitting:
            raise CourseDoesNotFit
        course = next((course for course in fitting if left[course.id]), None)
        if course is None:
            raise CourseUsedUp
        part = left[course.id].pop(0)
        row.course_line_id, row.unit_price, tax[row.id] = course.id, part.gross, part.tax
    return tax


def _shares_of_new(sale: Sale, course: SaleLine) -> list[Share]:
    """Return the shares of a course that this bill sells. It has its own discount alone, so that they do not depend on the
    other lines.

    Raises:
        SoldAtItsPrice: The whole bill is discounted.
    """
    if sale.discount_amount or sale.discount_percent:
        raise SoldAtItsPrice
    assert course.sessions is not None
    price = course.unit_price - Discount(course.discount_amount, course.discount_percent).of(
        course.unit_price
    )
    return shares_of(price, course.tax_rate, course.sessions)
