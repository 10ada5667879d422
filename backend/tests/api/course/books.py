"""The courses as PostgreSQL has them: the states of sessions, the entries and the ledger; and short names for what bills do."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.transactions import run_in_transaction
from app.modules.course.customer_courses import owed_on
from app.modules.course.returns import CourseReturn, give_back, return_course
from app.modules.course.selling import LineUse, PaidLine, lock_lines, settle
from app.modules.course.sessions import lock_courses
from app.modules.ledger.accounts import Account
from app.modules.ledger.till import lock_till
from tests.support.database import run_sql

FAR = date(2100, 1, 1)


async def states(course_id: UUID) -> Counter[str]:
    """Return the number of sessions of a course in each state."""
    rows = await run_sql("SELECT state FROM course_session WHERE course_id = $1", course_id)
    return Counter(state for (state,) in rows)


async def kinds(course_id: UUID) -> list[str]:
    """Return the kinds of the entries of a course, the oldest first."""
    rows = await run_sql("SELECT kind FROM course_entry WHERE course_id = $1 ORDER BY id", course_id)
    return [kind for (kind,) in rows]


async def balances(branch_id: UUID | None = None) -> dict[Account, int]:
    """Return the accounts that are not 0, of a branch or of all."""
    rows = await run_sql(
        "SELECT account, sum(amount)::bigint FROM ledger_entry WHERE $1::uuid IS NULL OR branch_id = $1"
        " GROUP BY account HAVING sum(amount) <> 0",
        branch_id,
    )
    return {Account(account): amount for account, amount in rows}


async def owed(branch_id: UUID | None = None, day: date = FAR) -> int:
    """Return what is owed by the entries, after checking that sessions and ledger say the same."""
    amount = await run_in_transaction(lambda session: owed_on(session, branch_id, day))
    if day == FAR:
        assert amount == -(await balances(branch_id)).get(Account.COURSE, 0)
        if branch_id is None:
            [(left,)] = await run_sql(
                "SELECT coalesce(sum(net), 0)::bigint FROM course_session WHERE state IN ('free', 'reserved')"
            )
            assert amount == left
    return amount


async def use(branch_id: UUID, course_id: UUID, times: int = 1, **line: UUID) -> list[PaidLine]:
    """Pay lines by the next sessions of a course, and close the bill with them."""
    uses = [LineUse(line.get("sale_line_id") or uuid7(), course_id, None) for _ in range(times)]
    return await close(branch_id, *uses)


async def close(branch_id: UUID, *uses: LineUse) -> list[PaidLine]:
    async def work(session: AsyncSession) -> list[PaidLine]:
        await lock_courses(session, {use.course_id for use in uses})
        return await settle(session, await lock_till(session, branch_id), None, uses)

    return await run_in_transaction(work)


async def refund_lines(branch_id: UUID, *sale_line_ids: UUID) -> None:
    async def work(session: AsyncSession) -> None:
        await lock_lines(session, sale_line_ids)
        await give_back(session, await lock_till(session, branch_id), None, sale_line_ids)

    await run_in_transaction(work)


async def give_course_back(branch_id: UUID, course_id: UUID) -> CourseReturn:
    async def work(session: AsyncSession) -> CourseReturn:
        course = (await lock_courses(session, [course_id]))[course_id]
        return await return_course(session, await lock_till(session, branch_id), None, course)

    return await run_in_transaction(work)


async def act[T](work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    return await run_in_transaction(work)
