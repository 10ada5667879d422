"""Transfers that the bank has noticed: stored first, then matched with the bill or the deposit whose code they name.

A notice may come twice, late, or at the same time as another; the unique reference makes it one transfer. Its money is on
the bank account and in `unmatched` from the moment it is assigned to a branch, until a bill or a deposit takes it or it is sent back.
"""

import asyncio
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.core.exceptions import ConflictException, NotFoundException
from app.db.idempotency import idempotent
from app.db.paging import fetch_page
from app.db.queries import get_row
from app.db.transactions import run_in_transaction
from app.modules.bank_transfer.bank_transfer_errors import BankTransferDone, BankTransferNotFound, NothingDue
from app.modules.bank_transfer.bank_transfer_models import BankTransfer
from app.modules.bank_transfer.bank_transfer_schemas import (
    BankTransferListQuery,
    BankTransferPage,
    BankTransferRead,
    TransferBills,
    TransferDecision,
    TransferMatch,
)
from app.modules.bank_transfer.kinds import ReviewReason, TransferStatus
from app.modules.branch.branch_service import get_branch
from app.modules.deposit.balances import take
from app.modules.deposit.deposit_errors import DepositNotAwaited, DepositNotFound
from app.modules.deposit.deposit_service import find_by_transfer_code as find_deposit
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.modules.ledger import ledger_service as ledger
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import lock_till
from app.modules.online_booking.deposits import AwaitedDeposit, confirm_if_paid, lock_awaited
from app.modules.payment.bank_notice import BankNotice
from app.modules.payment.payment_service import branches_of_account
from app.modules.payment.transfer_code import find_transfer_codes
from app.modules.sale.kinds import Method, SaleStatus
from app.modules.sale.listing import list_bills_for_transfer
from app.modules.sale.new_payment import NewPayment
from app.modules.sale.payments import claim_payment, settle
from app.modules.sale.sale_errors import SaleNotFound
from app.modules.sale.sale_schemas import SaleRead
from app.modules.sale.sale_service import find_by_transfer_code, read_bill
from app.redis.events import publish_branch_change

_BATCH = 50

logger = structlog.get_logger(__name__)


class _Refused(Exception):  # noqa: N818 - the name says it
    """A bill that cannot be closed as it is."""


async def receive(notice: BankNotice, body: bytes) -> None:
    """Store a notice, and match it. It is stored whatever happens then: what is not matched now, a job will."""
    transfer_id = await run_in_transaction(partial(_store, notice=notice, body=body), in_request=True)
    if transfer_id is not None:
        await _try_to_match(transfer_id)


async def match_new_transfers(stopping: asyncio.Event) -> int:
    """Match transfers that were stored and not looked at, and return how many."""
    matched = 0
    new = (
        select(BankTransfer.id)
        .where(BankTransfer.status == TransferStatus.NEW)
        .order_by(BankTransfer.id)
        .limit(_BATCH)
    )

    async def read(session: AsyncSession) -> list[UUID]:
        return [*(await session.scalars(new))]

    for transfer_id in await run_in_transaction(read):
        if stopping.is_set():
            break
        matched += await _try_to_match(transfer_id)
    return matched


async def list_transfers(
    session: AsyncSession, user: CurrentUser, query: BankTransferListQuery
) -> BankTransferPage:
    """List transfers of a branch, the newest first; without a branch those of the whole spa, also what is in no branch.

    Raises:
        BranchNotFound, InvalidCursorException
    """
    if query.branch_id is None:
        authorize(user, Role.ADMIN, everywhere=True)
        statement = select(BankTransfer)
    else:
        authorize(user, *DESK, branch_id=query.branch_id)
        await get_branch(session, query.branch_id)
        statement = select(BankTransfer).where(BankTransfer.branch_id == query.branch_id)
    if query.open:
        statement = statement.where(BankTransfer.status.in_([TransferStatus.NEW, TransferStatus.REVIEW]))
    purpose = f"bank-transfers:{query.model_dump_json(exclude={'limit', 'cursor'})}"
    rows, next_cursor = await fetch_page(session, BankTransfer, statement, query, purpose=purpose)
    return BankTransferPage(items=[_read(row) for row in rows], next_cursor=next_cursor)


async def list_bills(session: AsyncSession, user: CurrentUser, transfer_id: UUID) -> TransferBills:
    """Return the bills of its branch that a transfer can be for. One that is in no branch can be for a bill of any.

    Raises:
        ForbiddenException: The user is not at the desk of the branch; or there is none, and they do not run the whole spa.
        BankTransferNotFound
    """
    authorize(user, *DESK)
    transfer = await get_row(session, BankTransfer, transfer_id, BankTransferNotFound)
    _authorize(user, transfer)
    codes = find_transfer_codes(transfer.content)
    return TransferBills(
        items=await list_bills_for_transfer(session, transfer.branch_id, codes, _left(transfer))
    )


async def match_transfer(
    session: AsyncSession, user: CurrentUser, key: str, transfer_id: UUID, match: TransferMatch
) -> BankTransferRead:
    """Pay an open bill or an awaited deposit with a transfer, as far as it reaches. What is more stays in the queue.

    Raises:
        BankTransferNotFound, BankTransferDone, SaleNotFound, DepositNotFound, and what `settle` raises
        NothingDue: The bill is not open, or nothing is left to pay.
        DepositNotAwaited: The time for the deposit is over, or it is paid.
    """
    authorize(user, *DESK)
    async with idempotent(session, user.id, key, match, BankTransferRead, about=transfer_id) as replay:
        if replay.response is not None:
            return replay.response
        if match.deposit_id is not None:
            return replay.store(await _match_deposit(session, user, transfer_id, match.deposit_id))
        assert match.sale_id is not None
        return replay.store(await _match_bill(session, user, transfer_id, match.sale_id))


async def _match_bill(
    session: AsyncSession, user: CurrentUser, transfer_id: UUID, sale_id: UUID
) -> BankTransferRead:
    bill = await read_bill(session, sale_id, lock=True)
    transfer = await _lock_open(session, user, transfer_id)
    if not user.holds_in(bill.branch_id, *DESK) or transfer.branch_id not in {None, bill.branch_id}:
        raise SaleNotFound
    if bill.status is not SaleStatus.OPEN or not bill.due:
        raise NothingDue
    transfer.user_id = user.id
    await _pay(session, transfer, bill, min(bill.due, _left(transfer)))
    return _read(transfer)


async def _match_deposit(
    session: AsyncSession, user: CurrentUser, transfer_id: UUID, deposit_id: UUID
) -> BankTransferRead:
    deposit = await lock_awaited(session, deposit_id)
    transfer = await _lock_open(session, user, transfer_id)
    if not user.holds_in(deposit.branch_id, *DESK) or transfer.branch_id not in {None, deposit.branch_id}:
        raise DepositNotFound
    if not deposit.is_awaited or not deposit.due:
        raise DepositNotAwaited
    transfer.user_id = user.id
    await _pay_deposit(session, transfer, deposit, min(deposit.due, _left(transfer)))
    return _read(transfer)


async def return_transfer(
    session: AsyncSession, user: CurrentUser, key: str, transfer_id: UUID, decision: TransferDecision
) -> BankTransferRead:
    """Note that what is left of a transfer was sent back to the guest.

    Raises:
        BankTransferNotFound, BankTransferDone
    """
    return await _take_out(session, user, key, transfer_id, decision, TransferStatus.MATCHED)


async def ignore_transfer(
    session: AsyncSession, user: CurrentUser, key: str, transfer_id: UUID, decision: TransferDecision
) -> BankTransferRead:
    """Note that a transfer is no payment of a guest: the till does not count it.

    Raises:
        BankTransferNotFound, BankTransferDone
    """
    return await _take_out(session, user, key, transfer_id, decision, TransferStatus.IGNORED)


async def _store(session: AsyncSession, *, notice: BankNotice, body: bytes) -> UUID | None:
    """Store a notice. Return None if it is stored already."""
    values: dict[str, Any] = {
        "id": uuid7(),
        "provider": notice.provider,
        "reference": notice.reference,
        "account": notice.account,
        "amount": notice.amount,
        "content": notice.text,
        "received_at": notice.received_at,
        "notice": body,
    }
    statement = insert(BankTransfer).values(values).on_conflict_do_nothing(constraint="bank_transfer_key")
    return await session.scalar(statement.returning(BankTransfer.id))


async def _try_to_match(transfer_id: UUID) -> bool:
    """Match a stored transfer. A person decides about one that its bill refuses; any other error leaves it for the job, which
    tries again."""
    try:
        with suppress(_Refused):
            await run_in_transaction(partial(_match, transfer_id=transfer_id), in_request=True)
            return True
        await run_in_transaction(partial(_match, transfer_id=transfer_id, is_refused=True), in_request=True)
    except Exception:
        logger.exception("a bank transfer is not matched yet", bank_transfer_id=str(transfer_id))
        return False
    return True


async def _match(session: AsyncSession, *, transfer_id: UUID, is_refused: bool = False) -> None:
    """Pay the bill or the deposit that a transfer names, unless the bill has just refused it, or let it wait for a person."""
    stored = await get_row(session, BankTransfer, transfer_id, BankTransferNotFound)
    codes = find_transfer_codes(stored.content)
    sales = [sale_id for code in codes if (sale_id := await find_by_transfer_code(session, code)) is not None]
    deposits = [found for code in codes if (found := await find_deposit(session, code)) is not None]
    is_one = len(sales) + len(deposits) == 1
    bill = await read_bill(session, sales[0], lock=True) if is_one and sales else None
    deposit = await lock_awaited(session, deposits[0]) if is_one and deposits else None
    transfer = await get_row(session, BankTransfer, transfer_id, BankTransferNotFound, lock=True)
    if transfer.status != TransferStatus.NEW:
        return  # another process was faster
    branches = await branches_of_account(session, transfer.account)
    if bill is not None and bill.branch_id in branches:
        await _match_with(session, transfer, bill, is_refused=is_refused)
        return
    if deposit is not None and deposit.branch_id in branches:
        await _match_with_deposit(session, transfer, deposit)
        return
    reason = ReviewReason.OTHER_ACCOUNT
    if bill is None and deposit is None:
        by_number = ReviewReason.NO_CODE, ReviewReason.UNKNOWN_CODE, ReviewReason.SEVERAL_CODES
        reason = by_number[min(len(codes), 2)]
    await _review(session, transfer, reason, branches[0] if len(branches) == 1 else None)


async def _match_with(
    session: AsyncSession, transfer: BankTransfer, bill: SaleRead, *, is_refused: bool
) -> None:
    fits = bill.status is SaleStatus.OPEN and transfer.amount <= bill.due
    if bill.status is SaleStatus.VOID:
        await _review(session, transfer, ReviewReason.VOID, bill.branch_id)
    elif await claim_payment(session, bill, transfer.id, transfer.amount):
        # The desk has seen the money in the bank app and taken the payment: it is in the ledger already. This comes first:
        # otherwise the same transfer would pay the rest of an open bill as well.
        transfer.status, transfer.applied, transfer.branch_id = (
            TransferStatus.MATCHED,
            transfer.amount,
            bill.branch_id,
        )
    elif fits and not is_refused:
        try:
            await _pay(session, transfer, bill, transfer.amount)
        except (ConflictException, NotFoundException) as error:
            raise _Refused from error
    else:
        open_reason = ReviewReason.REFUSED if fits else ReviewReason.TOO_MUCH
        reason = ReviewReason.PAID if bill.status is SaleStatus.CLOSED else open_reason
        await _review(session, transfer, reason, bill.branch_id)


async def _match_with_deposit(session: AsyncSession, transfer: BankTransfer, deposit: AwaitedDeposit) -> None:
    if deposit.is_awaited and transfer.amount <= deposit.due:
        await _pay_deposit(session, transfer, deposit, transfer.amount)
        return
    reason = (
        ReviewReason.PAID
        if not deposit.due
        else ReviewReason.TOO_MUCH
        if deposit.is_awaited
        else ReviewReason.DEPOSIT_OVER
    )
    await _review(session, transfer, reason, deposit.branch_id)


async def _review(
    session: AsyncSession, transfer: BankTransfer, reason: ReviewReason, branch_id: UUID | None
) -> None:
    transfer.status, transfer.reason = TransferStatus.REVIEW, reason
    if branch_id is not None:
        await _book(session, transfer, branch_id)
        publish_branch_change(session, branch_id)


async def _book(session: AsyncSession, transfer: BankTransfer, branch_id: UUID) -> None:
    """Write the money of a transfer into the ledger of a branch, once."""
    if transfer.branch_id is None:
        transfer.branch_id = branch_id
        entries = [Entry(Account.BANK, transfer.amount), Entry(Account.UNMATCHED, -transfer.amount)]
        till = await lock_till(session, branch_id)
        await ledger.post(session, till, Fact("bank_transfer", transfer.id, entries))


async def _pay(session: AsyncSession, transfer: BankTransfer, bill: SaleRead, amount: int) -> None:
    """Pay a locked bill with a part of a locked transfer.

    The bill is settled first: that locks customers and courses, and the till is locked after them.
    """
    await _apply(session, transfer, amount)
    payment = NewPayment(Method.TRANSFER, amount, reference=transfer.reference, bank_transfer_id=transfer.id)
    await settle(session, bill, [payment], transfer.user_id)
    await _book(session, transfer, bill.branch_id)


async def _pay_deposit(
    session: AsyncSession, transfer: BankTransfer, deposit: AwaitedDeposit, amount: int
) -> None:
    """Pay a locked deposit with a part of a locked transfer. When all of it is there, the visit is booked: that comes first,
    since it locks therapists and beds, and the till is locked last."""
    await confirm_if_paid(session, deposit, amount)
    await _book(session, transfer, deposit.branch_id)
    await _apply(session, transfer, amount)
    till = await lock_till(session, deposit.branch_id)
    await take(session, till, deposit.locked, amount, transfer.id)
    publish_branch_change(session, deposit.branch_id)


async def _apply(session: AsyncSession, transfer: BankTransfer, amount: int) -> None:
    """Count an amount of a transfer as used."""
    transfer.applied += amount
    is_used_up = _left(transfer) == 0
    transfer.status = TransferStatus.MATCHED if is_used_up else TransferStatus.REVIEW
    transfer.reason = "" if is_used_up else ReviewReason.LEFT_OVER
    await session.flush()


async def _take_out(  # noqa: PLR0913, PLR0917 - whose decision about which transfer, and what it is
    session: AsyncSession,
    user: CurrentUser,
    key: str,
    transfer_id: UUID,
    decision: TransferDecision,
    status: TransferStatus,
) -> BankTransferRead:
    authorize(user, Role.ADMIN)
    about = f"{status} {transfer_id}"
    async with idempotent(session, user.id, key, decision, BankTransferRead, about=about) as replay:
        if replay.response is not None:
            return replay.response
        transfer = await _lock_open(session, user, transfer_id)
        left = _left(transfer)
        transfer.status, transfer.reason, transfer.note = status, "", decision.note
        transfer.user_id = user.id
        if status is TransferStatus.MATCHED:
            transfer.returned += left
        await session.flush()
        if transfer.branch_id is not None:
            till = await lock_till(session, transfer.branch_id)
            entries = [Entry(Account.UNMATCHED, left), Entry(Account.BANK, -left)]
            await ledger.post(session, till, Fact("bank_transfer_out", transfer.id, entries))
            publish_branch_change(session, transfer.branch_id)
        return replay.store(_read(transfer))


async def _lock_open(session: AsyncSession, user: CurrentUser, transfer_id: UUID) -> BankTransfer:
    """Lock a transfer that a person has to look at. Where it is in no branch, only an administrator of the spa may."""
    transfer = await get_row(session, BankTransfer, transfer_id, BankTransferNotFound, lock=True)
    _authorize(user, transfer)
    if transfer.status not in {TransferStatus.NEW, TransferStatus.REVIEW}:
        raise BankTransferDone
    return transfer


def _authorize(user: CurrentUser, transfer: BankTransfer) -> None:
    if transfer.branch_id is None:
        authorize(user, Role.ADMIN, everywhere=True)
    else:
        authorize(user, *DESK, branch_id=transfer.branch_id)


def _left(transfer: BankTransfer) -> int:
    return transfer.amount - transfer.applied - transfer.returned


def _read(row: BankTransfer) -> BankTransferRead:
    fields = {name: getattr(row, name) for name in BankTransferRead.model_fields}
    return BankTransferRead.model_validate(fields | {"reason": row.reason or None})
