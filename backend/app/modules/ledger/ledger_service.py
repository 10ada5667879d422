"""Post facts about money, and read the balances of accounts."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.queries import fetch_raw
from app.modules.ledger.accounts import Account
from app.modules.ledger.till import LockedTill

_POST = """
WITH posted AS (
    INSERT INTO ledger_transaction (id, branch_id, business_day, z_number, source, source_id, entries)
    SELECT fact.id, $1, $2, $3, fact.source, fact.source_id, fact.entries
    FROM unnest($4::uuid[], $5::text[], $6::uuid[], $7::integer[]) AS fact (id, source, source_id, entries)
)
INSERT INTO ledger_entry (id, transaction_id, branch_id, business_day, account, amount, staff_id)
SELECT entry.id, entry.transaction_id, $1, $2, entry.account, entry.amount, entry.staff_id
FROM unnest($8::uuid[], $9::uuid[], $10::text[], $11::bigint[], $12::uuid[])
    AS entry (id, transaction_id, account, amount, staff_id)
"""
_BALANCES = """
SELECT account, sum(amount)::bigint FROM ledger_entry
WHERE branch_id = $1 AND business_day BETWEEN $2 AND $3 GROUP BY account
"""


_DAYS = """
SELECT branch_id, business_day, account, sum(amount)::bigint FROM ledger_entry
WHERE branch_id = ANY($1::uuid[]) AND business_day BETWEEN $2 AND $3 AND account = ANY($4::text[])
GROUP BY branch_id, business_day, account
"""


_Z = """
SELECT entry.account, sum(entry.amount)::bigint FROM ledger_transaction AS posted
JOIN ledger_entry AS entry ON entry.transaction_id = posted.id
WHERE posted.branch_id = $1 AND posted.z_number = $2 GROUP BY entry.account
"""


_OF_PERSON = """
SELECT entry.business_day, entry.branch_id, entry.account, posted.source, sum(entry.amount)::bigint
FROM ledger_entry AS entry JOIN ledger_transaction AS posted ON posted.id = entry.transaction_id
WHERE entry.staff_id = $1 AND entry.business_day BETWEEN $2 AND $3 AND ($4::uuid[] IS NULL OR entry.branch_id = ANY($4))
GROUP BY entry.business_day, entry.branch_id, entry.account, posted.source
ORDER BY entry.business_day, entry.branch_id, entry.account, posted.source
"""
_OWED = """
SELECT branch_id, account, -sum(amount)::bigint FROM ledger_entry
WHERE branch_id = ANY($1::uuid[]) AND business_day <= $2 AND account = ANY($3::text[])
GROUP BY branch_id, account HAVING sum(amount) <> 0
"""
_OWED_TO_PEOPLE = """
SELECT staff_id, account, -sum(amount)::bigint FROM ledger_entry
WHERE staff_id IS NOT NULL AND branch_id = ANY($1::uuid[]) AND business_day <= $2
GROUP BY staff_id, account HAVING sum(amount) <> 0
"""
_OWED_TO = """
SELECT account, -sum(amount)::bigint FROM ledger_entry
WHERE staff_id = $1 AND business_day <= $2 AND ($3::uuid[] IS NULL OR branch_id = ANY($3)) GROUP BY account
"""


class Entry(NamedTuple):
    """An amount for an account: a debit is positive, a credit negative."""

    account: Account
    amount: int
    staff_id: UUID | None = None


class Fact(NamedTuple):
    """A fact about money, such as a payment, and what it moves."""

    source: str
    """The table with the fact."""
    source_id: UUID
    entries: Sequence[Entry]
    """Entries that add up to 0. Several of one account and person become one."""


async def post(session: AsyncSession, till: LockedTill, *facts: Fact) -> None:
    """Write facts about money down, for good, each as one transaction. A fact that moves nothing is not posted.

    One message to PostgreSQL, which refuses entries that do not add up to 0 and a fact that is posted already.

    Args:
        till: The locked till of the branch: it says to which day and Z report the facts belong.

    Raises:
        IntegrityError: The entries do not balance, or a fact is posted already: an error in the caller.
    """
    posted = [(uuid7(), fact, rows) for fact in facts if (rows := _merge(fact.entries))]
    if not posted:
        return
    await session.flush()
    entries = [(uuid7(), transaction_id, entry) for transaction_id, _, rows in posted for entry in rows]
    await fetch_raw(
        session,
        _POST,
        till.branch_id,
        till.business_day,
        till.z_number,
        [transaction_id for transaction_id, _, _ in posted],
        [fact.source for _, fact, _ in posted],
        [fact.source_id for _, fact, _ in posted],
        [len(rows) for _, _, rows in posted],
        [entry_id for entry_id, _, _ in entries],
        [transaction_id for _, transaction_id, _ in entries],
        [entry.account for _, _, entry in entries],
        [entry.amount for _, _, entry in entries],
        [entry.staff_id for _, _, entry in entries],
    )


async def read_z(session: AsyncSession, branch_id: UUID, z_number: int) -> dict[Account, int]:
    """Return the sums of the accounts of a branch over one Z report."""
    rows = await fetch_raw(session, _Z, branch_id, z_number)
    return {Account(account): amount for account, amount in rows}


async def read_balances(
    session: AsyncSession, branch_id: UUID, first_day: date, last_day: date
) -> dict[Account, int]:
    """Return the sums of the accounts of a branch over some days. An account without entries is left out."""
    rows = await fetch_raw(session, _BALANCES, branch_id, first_day, last_day)
    return {Account(account): amount for account, amount in rows}


class DaySum(NamedTuple):
    """The sum that has moved on an account of a branch on a day."""

    branch_id: UUID
    business_day: date
    account: Account
    amount: int


async def read_days(
    session: AsyncSession,
    branch_ids: Sequence[UUID],
    first_day: date,
    last_day: date,
    accounts: Collection[Account],
) -> list[DaySum]:
    """Return the sums of these accounts for each of these days and branches. What has no entries is left out."""
    rows = await fetch_raw(session, _DAYS, branch_ids, first_day, last_day, [*accounts])
    return [DaySum(branch_id, day, Account(account), amount) for branch_id, day, account, amount in rows]


async def read_owed(
    session: AsyncSession, branch_ids: Sequence[UUID], day: date, accounts: Collection[Account]
) -> list[tuple[UUID, Account, int]]:
    """Return what each branch owed on these accounts at the end of a day. What is 0 is left out."""
    rows = await fetch_raw(session, _OWED, branch_ids, day, [*accounts])
    return [(branch_id, Account(account), amount) for branch_id, account, amount in rows]


async def read_owed_to_people(
    session: AsyncSession, branch_ids: Sequence[UUID], day: date
) -> list[tuple[UUID, Account, int]]:
    """Return what these branches owed to each person at the end of a day, by account. What is 0 is left out."""
    rows = await fetch_raw(session, _OWED_TO_PEOPLE, branch_ids, day)
    return [(staff_id, Account(account), amount) for staff_id, account, amount in rows]


class PersonEntry(NamedTuple):
    """The sum of what one source has moved for a person on a day, in one branch and account."""

    business_day: date
    branch_id: UUID
    account: Account
    source: str
    amount: int


async def read_person(
    session: AsyncSession,
    staff_id: UUID,
    first_day: date,
    last_day: date,
    *,
    branch_ids: Sequence[UUID] | None,
) -> list[PersonEntry]:
    """Return what was posted for a person over some days, in some branches or, with None, in all."""
    rows = await fetch_raw(session, _OF_PERSON, staff_id, first_day, last_day, branch_ids)
    return [
        PersonEntry(day, branch_id, Account(account), source, amount)
        for day, branch_id, account, source, amount in rows
    ]


async def read_owed_to(
    session: AsyncSession, staff_id: UUID, day: date, *, branch_ids: Sequence[UUID] | None
) -> dict[Account, int]:
    """Return what a person was owed at the end of a day, by account, in some branches or, with None, in all."""
    rows = await fetch_raw(session, _OWED_TO, staff_id, day, branch_ids)
    return {Account(account): amount for account, amount in rows}


def reverse(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that take others back."""
    return [Entry(entry.account, -entry.amount, entry.staff_id) for entry in entries]


def _merge(entries: Iterable[Entry]) -> list[Entry]:
    sums: dict[tuple[Account, UUID | None], int] = {}
    for entry in entries:
        key = entry.account, entry.staff_id
        sums[key] = sums.get(key, 0) + entry.amount
    return [Entry(account, amount, staff_id) for (account, staff_id), amount in sums.items() if amount]
