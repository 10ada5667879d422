"""Rules of commissions as rows, and bills and refunds as the commissions see them, each in one line.

await add_rule("service", service_id, rate=1000)
await close_bill(branch_id, line(lan, variant_id, 450_000))
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.db.transactions import run_in_transaction
from app.modules.commission.commission_models import THING_COLUMNS, CommissionRule
from app.modules.commission.earning import EarningLine, RefundedLine, earn, reverse
from app.modules.commission.rules import CommissionScope, EarningKind
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import lock_till
from tests.support.database import insert

NAME = LocalizedText("Massage body 60'", "Body massage 60'")


def rule_row(scope: str = "all", thing_id: UUID | None = None, **values: Any) -> CommissionRule:
    """Return a rule of 10 % for everybody in every branch, in force for long."""
    column = THING_COLUMNS.get(CommissionScope(scope))
    thing = {column: thing_id} if column else {}
    pay = {} if "amount" in values else {"rate": 1000}
    return CommissionRule(**{"scope": scope, "first_day": date(2020, 1, 1)} | thing | pay | values)


async def add_rule(scope: str = "all", thing_id: UUID | None = None, **values: Any) -> UUID:
    return await insert(rule_row(scope, thing_id, **values))


def line(
    staff_id: UUID,
    thing_id: UUID | None,
    base: int,
    *,
    kind: EarningKind = EarningKind.SERVICE,
    quantity: int = 1,
    line_id: UUID | None = None,
) -> EarningLine:
    return EarningLine(line_id or uuid4(), staff_id, kind, thing_id, NAME, base, quantity)


async def close_bill(branch_id: UUID, *lines: EarningLine) -> list[Entry]:
    """Let the lines of a bill earn, post that, and return the ledger entries."""

    async def close(session: AsyncSession) -> list[Entry]:
        till = await lock_till(session, branch_id)
        entries = await earn(session, till, lines)
        await ledger_service.post(session, till, Fact("sale", uuid4(), entries))
        return entries

    return await run_in_transaction(close)


async def refund(branch_id: UUID, *parts: tuple[UUID, int]) -> list[Entry]:
    """Take the commissions of parts of lines back, post that, and return the ledger entries."""

    async def take_back(session: AsyncSession) -> list[Entry]:
        till = await lock_till(session, branch_id)
        lines = [RefundedLine(uuid4(), line_id, amount) for line_id, amount in parts]
        entries = await reverse(session, till, lines)
        await ledger_service.post(session, till, Fact("refund", uuid4(), entries))
        return entries

    return await run_in_transaction(take_back)


async def tip(branch_id: UUID, staff_id: UUID, amount: int, *, source: str = "sale") -> None:
    """Post a tip for a person, or a part of one that is refunded or paid out."""

    async def post(session: AsyncSession) -> None:
        till = await lock_till(session, branch_id)
        entries = [Entry(Account.CASH, amount), Entry(Account.TIP, -amount, staff_id)]
        await ledger_service.post(session, till, Fact(source, uuid4(), entries))

    await run_in_transaction(post)


async def pay_commission(branch_id: UUID, staff_id: UUID, amount: int) -> None:
    """Pay a commission out of the drawer."""

    async def post(session: AsyncSession) -> None:
        till = await lock_till(session, branch_id)
        entries = [Entry(Account.COMMISSION, amount, staff_id), Entry(Account.CASH, -amount)]
        await ledger_service.post(session, till, Fact("drawer_movement", uuid4(), entries))

    await run_in_transaction(post)


def owed(entries: Sequence[Entry]) -> dict[UUID | None, int]:
    """Return what ledger entries owe in commissions, by person."""
    sums: dict[UUID | None, int] = {}
    for entry in entries:
        if entry.account is Account.COMMISSION:
            sums[entry.staff_id] = sums.get(entry.staff_id, 0) - entry.amount
    return sums
