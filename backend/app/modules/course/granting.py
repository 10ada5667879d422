"""Add a course with its sessions: one that was sold, or the sessions that another customer gave away."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import fetch_raw
from app.modules.course.kinds import CourseEntryKind
from app.modules.course.shares import Share
from app.modules.ledger.till import LockedTill

_ADD = """
WITH course AS (
    INSERT INTO customer_course (
        id, customer_id, plan_id, branch_id, sale_line_id, transferred_from_id, tax_rate, return_policy, list_price,
        return_base, no_show_uses_session, expires_on, reason, price, net, sessions
    )
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, sum(gross), sum(net), count(*)
    FROM unnest($14::bigint[], $15::bigint[]) AS share (gross, net)
), entry AS (
    INSERT INTO course_entry (id, course_id, kind, numbers, amount, branch_id, business_day, user_id, sale_line_id)
    SELECT $16, $1, $17, array_agg(number), sum(net), $4, $18, $19, $5
    FROM unnest($15::bigint[]) WITH ORDINALITY AS share (net, number)
)
INSERT INTO course_session (id, course_id, number, gross, net, state, entry_id)
SELECT session.id, $1, number, gross, net, 'free', $16
FROM unnest($20::uuid[], $14::bigint[], $15::bigint[]) WITH ORDINALITY AS session (id, gross, net, number)
"""


class Terms(NamedTuple):
    """The terms of a course, besides its sessions."""

    customer_id: UUID
    plan_id: UUID
    tax_rate: int
    return_policy: str
    list_price: int | None
    return_base: int
    no_show_uses_session: bool
    expires_on: date | None
    sale_line_id: UUID | None = None
    transferred_from_id: UUID | None = None
    reason: str = ""


async def add_course(
    session: AsyncSession, till: LockedTill, user_id: UUID | None, terms: Terms, shares: Sequence[Share]
) -> UUID:
    """Write a course with its sessions and its first entry, in one statement, and return its id.

    The caller has locked the customer (`share_customers`), before everything else.
    """
    course_id = uuid7()
    await session.flush()
    await fetch_raw(
        session,
        _ADD,
        course_id,
        terms.customer_id,
        terms.plan_id,
        till.branch_id,
        terms.sale_line_id,
        terms.transferred_from_id,
        terms.tax_rate,
        terms.return_policy,
        terms.list_price,
        terms.return_base,
        terms.no_show_uses_session,
        terms.expires_on,
        terms.reason,
        [share.gross for share in shares],
        [share.net for share in shares],
        uuid7(),
        CourseEntryKind.TRANSFERRED if terms.transferred_from_id else CourseEntryKind.GRANTED,
        till.business_day,
        user_id,
        [uuid7() for _ in shares],
    )
    return course_id
