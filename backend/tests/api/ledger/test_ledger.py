"""The ledger of money on PostgreSQL: it balances, and no statement changes it."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.transactions import run_in_transaction
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_models import LedgerEntry, LedgerTransaction
from app.modules.ledger.ledger_service import Entry, Fact, reverse
from app.modules.ledger.till import LockedTill, business_day
from tests.builders.bookings import BookableSpa, bookable_spa
from tests.support.database import run_sql

DAY = date(2026, 12, 1)
pytestmark = pytest.mark.usefixtures("stranger")


@pytest.fixture
async def branch_id() -> UUID:
    spa: BookableSpa = await bookable_spa()
    return spa.branch_id


async def post(branch_id: UUID, *entries: Entry, source_id: UUID | None = None, day: date = DAY) -> None:
    await run_in_transaction(
        lambda session: ledger_service.post(
            session,
            LockedTill(branch_id, day, 1, None, 0, 0),
            Fact("payment", source_id or uuid4(), entries),
        )
    )


async def balances(branch_id: UUID, first: date = DAY, last: date = DAY) -> dict[Account, int]:
    return await run_in_transaction(
        lambda session: ledger_service.read_balances(session, branch_id, first, last)
    )


# A course of ten for 3,500,000 at 8 %, paid in cash.
COURSE = (Entry(Account.CASH, 3_500_000), Entry(Account.COURSE, -3_240_741), Entry(Account.VAT, -259_259))


async def test_a_fact_moves_the_balances_of_its_day(branch_id: UUID) -> None:
    await post(branch_id, *COURSE)
    await post(
        branch_id, Entry(Account.COURSE, 324_074), Entry(Account.REVENUE, -324_074), day=date(2026, 12, 2)
    )
    assert await balances(branch_id) == {entry.account: entry.amount for entry in COURSE}
    assert (await balances(branch_id, last=date(2026, 12, 2)))[Account.COURSE] == -3_240_741 + 324_074
    assert await balances(uuid4()) == {}


async def test_entries_of_one_account_are_added_up_and_nothing_is_not_posted(branch_id: UUID) -> None:
    lan = (await run_sql("SELECT id FROM staff LIMIT 1"))[0]["id"]
    tip = [
        Entry(Account.CASH, 10),
        Entry(Account.CASH, 20),
        Entry(Account.TIP, -30, lan),
        Entry(Account.VAT, 0),
    ]
    await post(branch_id, *tip)
    rows = await run_sql("SELECT account, amount, staff_id FROM ledger_entry ORDER BY account")
    assert [tuple(row) for row in rows] == [("cash", 30, None), ("tip", -30, lan)]
    await post(branch_id, *COURSE, *reverse(COURSE))
    await post(branch_id)
    assert len(await run_sql("SELECT FROM ledger_transaction")) == 1


@pytest.mark.parametrize(
    "entries",
    [
        (Entry(Account.CASH, 100), Entry(Account.REVENUE, -99)),
        (Entry(Account.CASH, 100),),
    ],
)
async def test_entries_that_do_not_balance_are_refused(branch_id: UUID, entries: tuple[Entry, ...]) -> None:
    with pytest.raises(IntegrityError):
        await post(branch_id, *entries)
    assert await run_sql("SELECT FROM ledger_transaction") == []


async def test_a_fact_is_posted_once(branch_id: UUID) -> None:
    source_id = uuid4()
    await post(branch_id, *COURSE, source_id=source_id)
    with pytest.raises(IntegrityError):
        await post(branch_id, *COURSE, source_id=source_id)
    assert (await balances(branch_id))[Account.CASH] == 3_500_000


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_entry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_no_statement_changes_what_is_posted(branch_id: UUID, table: str, change: str) -> None:
    await post(branch_id, *COURSE)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="post the opposite"):
        await run_sql(change.format(table))
    assert len(await run_sql("SELECT FROM ledger_entry")) == 3


async def add(*rows: LedgerTransaction | LedgerEntry) -> None:
    """Insert rows as no service does."""

    async def add_all(session: AsyncSession) -> None:
        session.add_all(rows)

    await run_in_transaction(add_all)


async def test_nothing_is_added_to_a_posted_fact(branch_id: UUID) -> None:
    await post(branch_id, *COURSE)
    [posted] = await run_sql("SELECT id FROM ledger_transaction")
    rows = [
        LedgerEntry(
            transaction_id=posted["id"], branch_id=branch_id, business_day=DAY, account=account, amount=amount
        )
        for account, amount in ((Account.CASH, 5), (Account.REVENUE, -5))
    ]
    with pytest.raises(IntegrityError, match="do not balance"):
        await add(*rows)


async def test_a_fact_without_entries_is_refused(branch_id: UUID) -> None:
    fact = LedgerTransaction(
        branch_id=branch_id, business_day=DAY, z_number=1, source="payment", source_id=uuid4(), entries=2
    )
    with pytest.raises(IntegrityError, match="has no entries"):
        await add(fact)


@pytest.mark.parametrize("amount", [0, 10**13])
async def test_an_amount_is_neither_nothing_nor_absurd(branch_id: UUID, amount: int) -> None:
    with pytest.raises(DBAPIError):
        await post(branch_id, Entry(Account.CASH, amount or 1), Entry(Account.REVENUE, -amount))


@pytest.mark.parametrize(
    ("starts", "day"), [(0, date(2026, 12, 1)), (4, date(2026, 11, 30))], ids=["midnight", "04:00"]
)
def test_the_night_counts_to_the_business_day_before(starts: int, day: date) -> None:
    at = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)
    assert business_day(at, ZoneInfo("Asia/Ho_Chi_Minh"), starts) == day
