"""Courses on bills: sold, used, refunded and returned. Every fact agrees with the ledger."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.course.course_errors import (
    CourseDoesNotFit,
    CourseExpired,
    CourseReserved,
    CourseSessionBilled,
    CourseSessionGone,
    CourseUsedUp,
)
from app.modules.course.course_models import CourseEntry, CourseSession
from app.modules.course.selling import LineUse, PaidLine, free_lines, pay_line, sessions_of_treatments
from app.modules.ledger.accounts import Account
from tests.api.course.books import (
    act,
    balances,
    close,
    give_course_back,
    kinds,
    owed,
    refund_lines,
    states,
    use,
)
from tests.builders.branches import add_branch
from tests.builders.courses import SoldCourse, course_rows, sell_course
from tests.builders.visits import AddedVisit, add_visit, service_rows
from tests.support.database import insert_all, run_sql

pytestmark = pytest.mark.usefixtures("stranger")
TODAY = utc_now().date()


@pytest.fixture
async def branch_id(stranger: object) -> UUID:
    return await add_branch()


@pytest.fixture
async def variant_id(stranger: object) -> UUID:
    variant, rows = service_rows()
    await insert_all(rows)
    return variant.id


@pytest.fixture
async def course(branch_id: UUID, variant_id: UUID) -> SoldCourse:
    """A course of ten for 3,500,000 at 8 %."""
    return await sell_course(branch_id, None, variant_id)


@pytest.fixture
async def visit(branch_id: UUID, variant_id: UUID) -> AddedVisit:
    return await add_visit(branch_id, utc_now(), utc_now() + timedelta(hours=1), variant_id=variant_id)


async def pay(
    branch_id: UUID,
    course: SoldCourse,
    variant_id: UUID,
    *,
    line: UUID | None = None,
    treatment_id: UUID | None = None,
    customer_id: UUID | None = None,
) -> PaidLine:
    return await act(
        lambda session: pay_line(
            session,
            branch_id,
            None,
            sale_line_id=line or uuid7(),
            course_id=course.id,
            customer_ids={customer_id or course.customer_id},
            variant_id=variant_id,
            treatment_id=treatment_id,
            day=TODAY,
        )
    )


async def test_each_session_releases_its_share_and_the_last_one_the_rest(
    branch_id: UUID, course: SoldCourse
) -> None:
    sold = {Account.CASH: 3_500_000, Account.COURSE: -3_240_741, Account.VAT: -259_259}
    assert await balances() == sold
    assert await owed() == 3_240_741
    [first] = await use(branch_id, course.id)
    assert (first.number, first.gross, first.tax) == (1, 350_000, 25_926)
    assert await balances() == sold | {Account.COURSE: -2_916_667, Account.REVENUE: -324_074}
    await use(branch_id, course.id, 8)
    assert await owed() == 324_075
    [last] = await use(branch_id, course.id)
    assert (last.number, last.gross, last.tax) == (10, 350_000, 25_925)
    assert await balances() == {
        Account.CASH: 3_500_000,
        Account.REVENUE: -3_240_741,
        Account.VAT: -259_259,
    }
    assert await owed() == 0
    with pytest.raises(CourseUsedUp):
        await use(branch_id, course.id)


async def test_a_bill_can_use_the_course_that_it_sells(branch_id: UUID) -> None:
    course = await sell_course(branch_id, sessions=2, price=100_001)
    first, second = await use(branch_id, course.id, 2)
    assert [(line.number, line.gross) for line in (first, second)] == [(1, 50_001), (2, 50_000)]
    assert await states(course.id) == {"used": 2}
    other = await sell_course(branch_id, sessions=1)
    with pytest.raises(CourseUsedUp):
        await use(branch_id, other.id, 2)
    assert await states(other.id) == {"free": 1}


async def test_a_line_of_an_open_bill_reserves_a_session_until_the_bill_closes(
    branch_id: UUID, course: SoldCourse, variant_id: UUID
) -> None:
    line = uuid7()
    paid = await pay(branch_id, course, variant_id, line=line)
    assert (paid.state, paid.is_billed, await owed()) == ("reserved", False, 3_240_741)
    [settled] = await close(branch_id, LineUse(line, course.id, paid.session_id))
    assert (settled.session_id, settled.state, settled.is_billed) == (paid.session_id, "used", True)
    assert await kinds(course.id) == ["granted", "reserved", "consumed"]
    with pytest.raises(CourseSessionGone):
        await close(branch_id, LineUse(line, course.id, paid.session_id))
    assert await owed() == 2_916_667


async def test_a_line_that_is_dropped_gives_its_session_back(
    branch_id: UUID, course: SoldCourse, variant_id: UUID
) -> None:
    line = uuid7()
    paid = await pay(branch_id, course, variant_id, line=line)
    await act(lambda session: free_lines(session, branch_id, None, removed=[line]))
    assert await states(course.id) == {"free": 10}
    with pytest.raises(CourseSessionGone):
        await close(branch_id, LineUse(line, course.id, paid.session_id))
    await act(lambda session: free_lines(session, branch_id, None, removed=[line]))
    assert await kinds(course.id) == ["granted", "reserved", "removed"]


async def test_a_line_takes_the_session_that_its_treatment_has(
    branch_id: UUID, course: SoldCourse, variant_id: UUID, visit: AddedVisit
) -> None:
    first, second = uuid7(), uuid7()
    paid = await pay(branch_id, course, variant_id, line=first, treatment_id=visit.treatment_id)
    assert await act(lambda session: sessions_of_treatments(session, [visit.treatment_id])) == {
        visit.treatment_id: paid
    }
    await act(lambda session: free_lines(session, branch_id, None, removed=[first]))
    assert await states(course.id) == {"free": 9, "reserved": 1}, "the treatment keeps it"
    again = await pay(branch_id, course, variant_id, line=second, treatment_id=visit.treatment_id)
    assert again == paid
    await close(branch_id, LineUse(second, course.id, paid.session_id))
    with pytest.raises(CourseSessionBilled):
        await pay(branch_id, course, variant_id, treatment_id=visit.treatment_id)
    with pytest.raises(CourseSessionBilled):
        await act(lambda session: free_lines(session, branch_id, None, removed=[second]))


async def test_a_line_that_is_paid_otherwise_leaves_its_treatment_no_session(
    branch_id: UUID, course: SoldCourse, variant_id: UUID, visit: AddedVisit
) -> None:
    line = uuid7()
    await pay(branch_id, course, variant_id, line=line, treatment_id=visit.treatment_id)
    await act(lambda session: free_lines(session, branch_id, None, paid_otherwise=[line]))
    assert await states(course.id) == {"free": 10}


async def test_a_treatment_and_a_line_are_paid_once(
    branch_id: UUID, course: SoldCourse, variant_id: UUID, visit: AddedVisit
) -> None:
    line = uuid7()
    other = await sell_course(branch_id, course.customer_id, plan_id=course.plan_id)
    await pay(branch_id, course, variant_id, line=line, treatment_id=visit.treatment_id)
    with pytest.raises(CourseSessionGone):
        await pay(branch_id, other, variant_id, treatment_id=visit.treatment_id)
    with pytest.raises(CourseSessionGone):
        await pay(branch_id, other, variant_id, line=line)
    assert await states(other.id) == {"free": 10}


async def test_a_course_pays_its_own_treatments_of_its_own_customers(
    branch_id: UUID, course: SoldCourse, variant_id: UUID
) -> None:
    with pytest.raises(CourseDoesNotFit):
        await pay(branch_id, course, uuid7())
    with pytest.raises(CourseDoesNotFit):
        await pay(branch_id, course, variant_id, customer_id=uuid7())


async def test_a_course_that_has_expired_pays_nothing_new(
    branch_id: UUID, course: SoldCourse, variant_id: UUID
) -> None:
    await run_sql("UPDATE customer_course SET expires_on = $1", TODAY - timedelta(days=2))
    with pytest.raises(CourseExpired):
        await pay(branch_id, course, variant_id)


async def test_the_days_of_validity_are_counted_from_the_sale(branch_id: UUID) -> None:
    course = await sell_course(branch_id, valid_days=30)
    [(expires_on, sold_on)] = await run_sql(
        "SELECT expires_on, business_day FROM customer_course JOIN course_entry ON course_id = customer_course.id"
    )
    assert expires_on - sold_on == timedelta(days=30)
    assert await states(course.id) == {"free": 10}


async def test_a_refunded_line_makes_its_session_free_again(branch_id: UUID, course: SoldCourse) -> None:
    before, line = await balances(), uuid7()
    await use(branch_id, course.id, sale_line_id=line)
    await refund_lines(branch_id, line)
    assert await balances() == before
    assert await states(course.id) == {"free": 10}
    assert await owed() == 3_240_741
    with pytest.raises(CourseSessionGone):
        await refund_lines(branch_id, line)


async def test_a_session_that_is_given_back_after_the_last_day_can_be_used(
    branch_id: UUID, course: SoldCourse
) -> None:
    line = uuid7()
    await use(branch_id, course.id, sale_line_id=line)
    await run_sql("UPDATE customer_course SET expires_on = $1", TODAY - timedelta(days=2))
    await refund_lines(branch_id, line)
    [(expires_on,)] = await run_sql("SELECT expires_on FROM customer_course")
    assert expires_on > TODAY + timedelta(days=27)


LIST = {"return_policy": "list_price", "list_price": 500_000}


@pytest.mark.parametrize(
    ("policy", "used", "back", "forfeited"),
    [
        ({}, 0, 3_500_000, 0),
        ({}, 4, 2_100_000, 0),
        (LIST, 0, 3_500_000, 0),
        (LIST, 4, 1_500_000, 555_556),
        (LIST, 6, 500_000, 833_334),
        (LIST, 8, 0, 648_149),
        (LIST | {"list_price": 100_000}, 4, 2_100_000, 0),
    ],
)
async def test_a_returned_course_is_paid_back_by_its_policy_and_owed_no_more(
    branch_id: UUID, policy: dict[str, object], used: int, back: int, forfeited: int
) -> None:
    course = await sell_course(branch_id, **policy)  # type: ignore[arg-type]  # values of a plan
    await use(branch_id, course.id, used) if used else None
    returned = await give_course_back(branch_id, course.id)
    assert (returned.amount, returned.forfeited, returned.sessions) == (back, forfeited, 10 - used)
    assert await owed() == 0
    assert await states(course.id) == {"refunded": 10 - used} | ({"used": used} if used else {})
    left = {
        Account.CASH: 3_500_000,
        Account.RECEIVABLE: -back,
        Account.REVENUE: -used * 324_074,
        Account.FORFEITED: -forfeited,
        Account.VAT: returned.tax - 259_259,
    }
    assert await balances() == {account: amount for account, amount in left.items() if amount}
    with pytest.raises(CourseUsedUp):
        await give_course_back(branch_id, course.id)


async def test_the_vat_of_what_is_paid_back_is_reversed(branch_id: UUID) -> None:
    """Six of ten sessions at 8 %: 2,100,000 with 155,555 of VAT, to the đồng what was booked for them."""
    course = await sell_course(branch_id)
    await use(branch_id, course.id, 4)
    assert (await give_course_back(branch_id, course.id)).tax == 155_555
    other = await sell_course(branch_id, **LIST)  # type: ignore[arg-type]  # values of a plan
    await use(branch_id, other.id, 4)
    assert (await give_course_back(branch_id, other.id)).tax == 111_111


async def test_a_course_with_reserved_sessions_is_not_returned(
    branch_id: UUID, course: SoldCourse, variant_id: UUID
) -> None:
    await pay(branch_id, course, variant_id)
    with pytest.raises(CourseReserved):
        await give_course_back(branch_id, course.id)


async def test_what_is_owed_is_known_for_every_branch_and_past_day(
    branch_id: UUID, course: SoldCourse
) -> None:
    """A course that is used in another branch is owed by the first one to the second."""
    elsewhere = await add_branch()
    await use(elsewhere, course.id)
    assert await owed(branch_id) == 3_240_741
    assert await owed(elsewhere) == -324_074
    assert await owed() == 2_916_667
    assert await owed(day=TODAY - timedelta(days=2)) == 0


class TestConstraints:
    """PostgreSQL refuses what no service does."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE course_session SET state = 'used'",
            "UPDATE course_session SET state = 'expired' WHERE number = 1",
            "UPDATE course_session SET state = 'reserved', sale_line_id = gen_random_uuid() WHERE number = 1",
            "UPDATE course_session SET is_billed = true WHERE number = 1",
            "UPDATE course_session SET sale_line_id = gen_random_uuid() WHERE number = 1",
        ],
    )
    async def test_a_state_changes_by_an_entry_alone(self, course: SoldCourse, statement: str) -> None:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await run_sql(statement)
        assert await states(course.id) == {"free": 10}

    @pytest.mark.parametrize(("state", "number"), [("refunded", 1), ("expired", 2)])
    async def test_a_state_is_that_of_an_entry_about_the_session(
        self, branch_id: UUID, course: SoldCourse, state: str, number: int
    ) -> None:
        async def change(session: AsyncSession) -> None:
            entry = _entry(branch_id, course)
            session.add(entry)
            await session.flush()
            changed = update(CourseSession).where(CourseSession.number == number)
            await session.execute(changed.values(state=state, entry_id=entry.id))

        with pytest.raises(IntegrityError):
            await act(change)
        assert await states(course.id) == {"free": 10}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"amount": -1},
            {"amount": 324_074},
            {"business_day": None},
            {"numbers": [11]},
            {"numbers": []},
            {"kind": "reserved"},
        ],
    )
    async def test_the_amount_of_an_entry_is_that_of_its_sessions(
        self, branch_id: UUID, course: SoldCourse, wrong: dict[str, object]
    ) -> None:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await insert_all([_entry(branch_id, course, **wrong)])
        assert await kinds(course.id) == ["granted"]

    async def test_a_course_has_the_sessions_of_its_price(self, branch_id: UUID, course: SoldCourse) -> None:
        _, [sold, granted, first, *others] = course_rows(branch_id, course.customer_id, course.plan_id)
        for rows in ([sold, granted], [sold, granted, first], [sold, granted, *others]):
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await insert_all(rows)
        await insert_all([sold, granted, first, *others])
        added = CourseSession(course_id=sold.id, number=11, gross=0, net=0, state="free", entry_id=granted.id)
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await insert_all([added])

    @pytest.mark.parametrize(
        "statement",
        [
            *(
                change.format(table)
                for table in ("course_entry", "course_session")
                for change in ("DELETE FROM {}", "TRUNCATE {} CASCADE")
            ),
            "UPDATE course_entry SET id = id",
            "DELETE FROM customer_course",
            "UPDATE course_session SET net = net - 1 WHERE number = 1",
            "UPDATE course_session SET number = 11 WHERE number = 1",
            "UPDATE customer_course SET price = price + 1",
            "UPDATE customer_course SET list_price = 1, return_policy = 'list_price'",
            "TRUNCATE customer_course CASCADE",
        ],
    )
    async def test_what_was_agreed_and_what_happened_never_changes(
        self, course: SoldCourse, statement: str
    ) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await run_sql(statement)
        assert await owed() == 3_240_741


def _entry(branch_id: UUID, course: SoldCourse, **values: object) -> CourseEntry:
    """Return the entry by which the first session expires."""
    expired = {
        "course_id": course.id,
        "kind": "expired",
        "numbers": [1],
        "amount": -324_074,
        "branch_id": branch_id,
        "business_day": TODAY,
    }
    return CourseEntry(**expired | values)
