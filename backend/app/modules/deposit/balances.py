"""Changes of the balances of deposits, for the modules that take them and use them as payment.

These functions move the balances. `take` posts its own fact; what a payment or a refund moves, the caller posts with the
rest of its fact. Lock deposits after gift cards and before the till:

    deposits = await balances.lock_deposits(session, [deposit_id])
    till = await lock_till(session, branch_id)
    await balances.use(session, till, deposits[deposit_id], amount, payment_id)
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.errors import translate_integrity_errors
from app.modules.deposit.deposit_errors import DepositNotFound, DepositTooSmall
from app.modules.deposit.deposit_models import Deposit, DepositEntry
from app.modules.deposit.kinds import DepositEntryKind
from app.modules.ledger import ledger_service as ledger
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import LockedTill


class LockedDeposit(NamedTuple):
    """A deposit whose balance no other transaction changes until this one ends."""

    id: UUID
    visit_id: UUID
    branch_id: UUID
    amount: int
    paid: int
    balance: int

    @property
    def due(self) -> int:
        """The đồng that have not arrived."""
        return self.amount - self.paid


async def lock_deposits(session: AsyncSession, deposit_ids: Collection[UUID]) -> dict[UUID, LockedDeposit]:
    """Lock deposits by their ids. Call it once, before the till is locked.

    Raises:
        DepositNotFound
    """
    lock = select(Deposit).where(Deposit.id.in_(deposit_ids)).order_by(Deposit.id)
    lock = lock.with_for_update(key_share=True).execution_options(populate_existing=True)
    deposits = {row.id: _locked(row) for row in await session.scalars(lock)}
    if deposits.keys() != {*deposit_ids}:
        raise DepositNotFound
    return deposits


async def try_to_lock(session: AsyncSession, deposit_id: UUID) -> LockedDeposit | None:
    """Lock a deposit, unless another transaction has locked it."""
    lock = select(Deposit).where(Deposit.id == deposit_id)
    row = await session.scalar(lock.with_for_update(key_share=True, skip_locked=True))
    return None if row is None else _locked(row)


async def balances_of_visits(session: AsyncSession, visit_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return what is left of the deposits of these visits, by visit. Those without one are left out."""
    if not visit_ids:
        return {}
    rows = await session.execute(
        select(Deposit.visit_id, Deposit.balance).where(Deposit.visit_id.in_(visit_ids), Deposit.balance > 0)
    )
    return {row.visit_id: row.balance for row in rows}


async def take(
    session: AsyncSession, till: LockedTill, deposit: LockedDeposit, amount: int, transfer_id: UUID
) -> None:
    """Take an amount of a noticed transfer, whose money is on the bank account already, into a deposit."""
    entry_id = await _move(session, till, deposit, DepositEntryKind.PAID, amount, source_id=transfer_id)
    entries = [Entry(Account.UNMATCHED, amount), Entry(Account.DEPOSIT, -amount)]
    await ledger.post(session, till, Fact("deposit_entry", entry_id, entries))


async def use(
    session: AsyncSession, till: LockedTill, deposit: LockedDeposit, amount: int, payment_id: UUID
) -> None:
    """Pay an amount of a bill with a deposit.

    Raises:
        DepositNotFound: It is another branch's.
        DepositTooSmall
    """
    if deposit.branch_id != till.branch_id:
        raise DepositNotFound
    with translate_integrity_errors({"deposit_balance_check": DepositTooSmall}):
        await _move(session, till, deposit, DepositEntryKind.USED, -amount, source_id=payment_id)


async def restore(
    session: AsyncSession, till: LockedTill, deposit: LockedDeposit, amount: int, refund_part_id: UUID
) -> None:
    """Put an amount of a refunded payment back: it is owed to the guest again."""
    await _move(session, till, deposit, DepositEntryKind.RESTORED, amount, source_id=refund_part_id)


async def give_back(session: AsyncSession, till: LockedTill, deposit: LockedDeposit, note: str) -> None:
    """Write down that the spa has transferred what is left of a deposit to the guest."""
    entry_id = await _move(
        session, till, deposit, DepositEntryKind.RETURNED, -deposit.balance, source_id=None, note=note
    )
    entries = [Entry(Account.DEPOSIT, deposit.balance), Entry(Account.BANK, -deposit.balance)]
    await ledger.post(session, till, Fact("deposit_entry", entry_id, entries))


async def _move(  # noqa: PLR0913 - what changes which deposit, and why
    session: AsyncSession,
    till: LockedTill,
    deposit: LockedDeposit,
    kind: DepositEntryKind,
    amount: int,
    *,
    source_id: UUID | None,
    note: str = "",
) -> UUID:
    """Write an entry down, and return its id. PostgreSQL changes the balance with it.

    Raises:
        IntegrityError: The balance would be below 0 or above what was paid, or the source has an entry already.
    """
    entry = DepositEntry(
        id=uuid7(),
        deposit_id=deposit.id,
        kind=kind,
        amount=amount,
        business_day=till.business_day,
        source_id=source_id,
        note=note,
    )
    session.add(entry)
    await session.flush()
    return entry.id


def _locked(row: Deposit) -> LockedDeposit:
    return LockedDeposit(row.id, row.visit_id, row.branch_id, row.amount, row.paid, row.balance)
