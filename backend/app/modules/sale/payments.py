"""Take payments for a bill. It closes when nothing is left to pay: it gets its number, and the ledger its entries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.money import tax_within
from app.db.idempotency import idempotent
from app.db.queries import fetch_raw
from app.modules.commission.earning import EarningLine, earn
from app.modules.commission.rules import EarningKind
from app.modules.course.sessions import lock_courses
from app.modules.customer.customer_service import require_active
from app.modules.deposit import balances as deposits
from app.modules.deposit.balances import LockedDeposit, lock_deposits
from app.modules.drawer.drawer_service import require_open_drawer
from app.modules.gift_card.balances import LockedCard, NewGiftCard, issue_gift_cards, lock_cards, redeem
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.ledger import ledger_service as ledger
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import LockedTill, lock_till
from app.modules.product.stock import sell
from app.modules.sale.course_lines import new_course_shares, use_sessions
from app.modules.sale.documents.documents import write_invoice
from app.modules.sale.kinds import ACCOUNT_OF, LineKind, Method, SaleStatus
from app.modules.sale.new_payment import NewPayment
from app.modules.sale.sale_errors import NothingPaid, PaidTooMuch, SaleNotOpen
from app.modules.sale.sale_schemas import PaymentInput, PaymentRead, PaymentsCreate, SaleLineRead, SaleRead
from app.modules.sale.sale_service import read_bill
from app.modules.tax.tax_service import rates_on
from app.redis.events import publish_branch_change

# One message: the payments, what is paid of the bill and, when that is all, its number.
_PAY = """
WITH numbered AS (
    UPDATE till SET bill_year = $5, bill_number = $6 WHERE branch_id = $2 AND $6::integer IS NOT NULL
), bill AS (
    UPDATE sale SET paid = $7, year = $5, number = $6, updated_at = clock_timestamp(),
        closed_by_id = CASE WHEN $6::integer IS NOT NULL THEN $8::uuid END,
        status = CASE WHEN $6::integer IS NULL THEN 'open' ELSE 'closed' END,
        closed_at = CASE WHEN $6::integer IS NOT NULL THEN $9::timestamptz END,
        business_day = CASE WHEN $6::integer IS NOT NULL THEN $3::date END,
        z_number = CASE WHEN $6::integer IS NOT NULL THEN $4::integer END
    WHERE id = $1
)
INSERT INTO payment (id, sale_id, branch_id, business_day, z_number, user_id, method, amount, tendered, reference,
    gift_card_id, course_session_id, deposit_id, bank_transfer_id, created_at)
SELECT row.id, $1, $2, $3, $4, $8, row.method, row.amount, row.tendered, row.reference,
    row.gift_card_id, row.course_session_id, row.deposit_id, row.bank_transfer_id, $9
FROM unnest($10::uuid[], $11::text[], $12::bigint[], $13::bigint[], $14::text[], $15::uuid[], $16::uuid[], $17::uuid[],
    $18::uuid[]) AS row (id, method, amount, tendered, reference, gift_card_id, course_session_id, deposit_id, bank_transfer_id)
"""
_RETAX = """
UPDATE sale_line SET tax_rate = priced.rate, tax = priced.tax, updated_at = clock_timestamp()
FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) AS priced (id, rate, tax) WHERE sale_line.id = priced.id
"""


_COVER = """
UPDATE sale_line SET course_session_id = used.session_id, updated_at = clock_timestamp()
FROM unnest($1::uuid[], $2::uuid[]) AS used (id, session_id) WHERE sale_line.id = used.id
"""
_CLAIM = "UPDATE payment SET bank_transfer_id = $2, updated_at = clock_timestamp() WHERE id = $1"


_EARN = {LineKind.SERVICE, LineKind.PRODUCT, LineKind.COURSE}


async def take_payments(
    session: AsyncSession, user: CurrentUser, key: str, sale_id: UUID, new: PaymentsCreate
) -> SaleRead:
    """Take payments at the desk.

    Raises:
        SaleNotFound, SaleNotOpen
        PaidTooMuch: They are more than what is left to pay.
        NothingPaid: There are none, and there is something left to pay.
        DrawerClosed: One is in cash.
        GiftCardNotFound, GiftCardLocked, GiftCardExpired, GiftCardBalanceTooLow, DepositNotFound, DepositTooSmall
    """
    authorize(user, *DESK)
    async with idempotent(session, user.id, key, new, SaleRead, about=sale_id) as replay:
        if replay.response is not None:
            return replay.response
        bill = await read_bill(session, sale_id, lock=True)
        authorize(user, *DESK, branch_id=bill.branch_id)
        if not new.payments and bill.due:
            raise NothingPaid
        return replay.store(
            await settle(session, bill, [_payment(payment) for payment in new.payments], user.id)
        )


async def settle(
    session: AsyncSession, bill: SaleRead, payments: Sequence[NewPayment], user_id: UUID | None
) -> SaleRead:
    """Write payments of a locked bill down, and close it if they pay what is left. Return the bill after it.

    Args:
        user_id: The user who takes them; None for a transfer that was noticed.

    Raises:
        CustomerNeeded: A course is sold without a customer.
        SaleNotOpen, PaidTooMuch, DrawerClosed, CourseUsedUp, CourseSessionGone, GiftCardNotFound, GiftCardLocked,
            GiftCardExpired, GiftCardBalanceTooLow, DepositNotFound, DepositTooSmall
    """
    if bill.status is not SaleStatus.OPEN:
        raise SaleNotOpen
    left = bill.due - sum(payment.amount for payment in payments)
    if left < 0:
        raise PaidTooMuch
    if left == 0:
        await _lock_customer_and_courses(session, bill)
    cards = await _lock_cards(session, payments)
    paid_before = await _lock_deposits(session, payments)
    till = await lock_till(session, bill.branch_id)
    _require_drawer_for_cash(till, payments)
    closing = None
    if left == 0:
        if till.business_day != bill.priced_on:
            bill = await _tax_again(session, bill, till)
        bill, sessions = await _use_sessions(session, till, bill, user_id)
        payments = [*payments, *sessions]
        closing = _next_number(till)
    bill, facts = await _write_payments(session, till, bill, payments, closing, user_id)
    new = bill.payments[len(bill.payments) - len(payments) :]
    await _redeem(session, till, cards, new)
    await _use_deposits(session, till, paid_before, new)
    if closing is not None:
        bill = await _hand_over(session, till, bill)
        commissions = await earn(session, till, _earning_lines(bill))
        facts.append(Fact("sale", bill.id, [*bill_entries(bill), *commissions]))
    await ledger.post(session, till, *facts)
    if closing is not None:
        await write_invoice(session, bill)
    publish_branch_change(session, bill.branch_id)
    return bill


def _require_drawer_for_cash(till: LockedTill, payments: Sequence[NewPayment]) -> None:
    if any(payment.method is Method.CASH for payment in payments):
        require_open_drawer(till)


async def _redeem(
    session: AsyncSession,
    till: LockedTill,
    cards: Mapping[UUID, LockedCard],
    payments: Sequence[PaymentRead],
) -> None:
    """Take what was paid by gift cards off them."""
    for payment in payments:
        if payment.gift_card_id is not None:
            await redeem(session, till, cards[payment.gift_card_id], payment.amount, payment.id)


async def _use_deposits(
    session: AsyncSession,
    till: LockedTill,
    locked: Mapping[UUID, LockedDeposit],
    payments: Sequence[PaymentRead],
) -> None:
    """Take what was paid by deposits off them."""
    for payment in payments:
        if payment.deposit_id is not None:
            await deposits.use(session, till, locked[payment.deposit_id], payment.amount, payment.id)


async def _write_payments(  # noqa: PLR0913, PLR0917 - which payments of which bill, who takes them, and whether it closes
    session: AsyncSession,
    till: LockedTill,
    bill: SaleRead,
    payments: Sequence[NewPayment],
    closing: tuple[int, int] | None,
    user_id: UUID | None,
) -> tuple[SaleRead, list[Fact]]:
    """Write payments down and, with the year and the number that it gets, that the bill is closed. Return the bill after it,
    and what the payments move in the ledger."""
    now = utc_now()
    rows = [(uuid7(), payment) for payment in payments]
    paid = bill.paid + sum(payment.amount for payment in payments)
    year, number = closing or (None, None)
    await fetch_raw(
        session,
        _PAY,
        *(bill.id, bill.branch_id, till.business_day, till.z_number, year, number, paid, user_id, now),
        [payment_id for payment_id, _ in rows],
        *([getattr(payment, field) for _, payment in rows] for field in NewPayment._fields),
    )
    reads = [_as_read(payment_id, payment, user_id, now) for payment_id, payment in rows]
    changes: dict[str, object] = {"paid": paid, "payments": [*bill.payments, *reads]}
    if closing is not None:
        changes |= {"status": SaleStatus.CLOSED, "year": year, "number": number, "closed_at": now}
        changes |= {"business_day": till.business_day, "z_number": till.z_number, "closed_by_id": user_id}
    facts = [
        Fact("payment", payment_id, _payment_entries(payment))
        for payment_id, payment in rows
        if payment.method is not Method.COURSE
    ]
    return bill.model_copy(update=changes), facts


async def claim_payment(session: AsyncSession, bill: SaleRead, bank_transfer_id: UUID, amount: int) -> bool:
    """Name the transfer of a payment that the desk took by hand. Return whether the locked bill has one of that amount."""
    by_hand = next(
        (
            payment
            for payment in bill.payments
            if payment.method is Method.TRANSFER
            and payment.bank_transfer_id is None
            and not payment.refunded
            and payment.amount == amount
        ),
        None,
    )
    if by_hand is None:
        return False
    await fetch_raw(session, _CLAIM, by_hand.id, bank_transfer_id)
    return True


def bill_entries(bill: SaleRead) -> list[Entry]:
    """Return what closing a bill moves: the guest owes its lines and tips, which earn revenue, tax and debts.

    A line that a session pays is left out: the use of the session is posted.
    """
    lines = [line for line in bill.lines if not line.is_covered]
    entries = [Entry(Account.RECEIVABLE, sum(line.gross for line in lines) + bill.tip)]
    for line in lines:
        entries += line_entries(line, -line.gross, -line.tax)
    entries += [Entry(Account.TIP, -tip.amount, tip.staff_id) for tip in bill.tips]
    return entries


def line_entries(line: SaleLineRead, gross: int, tax: int) -> list[Entry]:
    """Return the entries of a part of a line: negative amounts for what is sold, positive ones for what is refunded."""
    match line.kind:
        case LineKind.GIFT_CARD:
            return [Entry(Account.GIFT_CARD, gross)]
        case LineKind.COURSE:
            account = Account.COURSE
        case LineKind.FEE:
            account = Account.FEE
        case _:
            account = Account.REVENUE
    return [Entry(account, gross - tax), Entry(Account.VAT, tax)]


async def _lock_customer_and_courses(session: AsyncSession, bill: SaleRead) -> None:
    """Lock the customer who gets a card or a course, and the courses whose sessions pay lines."""
    is_for_customer = any(line.kind in {LineKind.GIFT_CARD, LineKind.COURSE} for line in bill.lines)
    if is_for_customer and bill.customer_id is not None:
        await require_active(session, [bill.customer_id])
    if courses := {line.course_id for line in bill.lines if line.course_id is not None}:
        await lock_courses(session, courses)


async def _use_sessions(
    session: AsyncSession, till: LockedTill, bill: SaleRead, user_id: UUID | None
) -> tuple[SaleRead, list[NewPayment]]:
    """Use the sessions that pay lines of a bill that closes. Return the bill with their ids, and the payments by them.

    A session of a course that was given away pays nothing.
    """
    used = await use_sessions(session, till, bill, user_id)
    if not used:
        return bill, []
    session_of = dict(zip((line.id for line in bill.lines if line.is_covered), used, strict=True))
    await fetch_raw(
        session, _COVER, [*session_of], [payment.course_session_id for payment in session_of.values()]
    )
    lines = [
        line.model_copy(update={"course_session_id": session_of[line.id].course_session_id})
        if line.id in session_of
        else line
        for line in bill.lines
    ]
    return bill.model_copy(update={"lines": lines}), [payment for payment in used if payment.amount]


async def _lock_cards(session: AsyncSession, payments: Sequence[NewPayment]) -> dict[UUID, LockedCard]:
    ids = {payment.gift_card_id for payment in payments if payment.gift_card_id is not None}
    return await lock_cards(session, card_ids=ids) if ids else {}


async def _lock_deposits(session: AsyncSession, payments: Sequence[NewPayment]) -> dict[UUID, LockedDeposit]:
    ids = {payment.deposit_id for payment in payments if payment.deposit_id is not None}
    return await lock_deposits(session, ids) if ids else {}


async def _hand_over(session: AsyncSession, till: LockedTill, bill: SaleRead) -> SaleRead:
    """Take the products of a bill out of the stock, and issue its gift cards. Return the bill with the ids of the cards."""
    pieces: dict[UUID, int] = {}
    for line in bill.lines:
        if line.product_id is not None:
            pieces[line.product_id] = pieces.get(line.product_id, 0) + line.quantity
    if pieces:
        await sell(session, bill.branch_id, pieces, bill.id)
    sold = [line for line in bill.lines if line.kind is LineKind.GIFT_CARD]
    if not sold:
        return bill
    cards = [NewGiftCard(line.id, line.gross, bill.customer_id) for line in sold]
    card_of = dict(zip((line.id for line in sold), await issue_gift_cards(session, till, cards), strict=True))
    lines = [line.model_copy(update={"gift_card_id": card_of.get(line.id)}) for line in bill.lines]
    return bill.model_copy(update={"lines": lines})


def _earning_lines(bill: SaleRead) -> list[EarningLine]:
    """Return the lines that may earn a commission for the person who did or sold it."""
    return [
        EarningLine(
            line.id,
            line.staff_id,
            EarningKind.ADD_ON if line.add_on_id is not None else EarningKind(line.kind),
            line.variant_id or line.product_id or line.course_plan_id,
            line.name.localized(),
            line.gross,
            line.quantity,
        )
        for line in bill.lines
        if line.staff_id is not None and line.kind in _EARN
    ]


def _payment(new: PaymentInput) -> NewPayment:
    return NewPayment(
        Method(new.method),
        new.amount,
        new.tendered,
        new.reference or "",
        gift_card_id=new.gift_card_id,
        deposit_id=new.deposit_id,
    )


def _payment_entries(payment: NewPayment) -> list[Entry]:
    """Return what a payment moves. The money of a noticed transfer is on the bank account already."""
    account = Account.UNMATCHED if payment.bank_transfer_id is not None else ACCOUNT_OF[payment.method]
    return [Entry(account, payment.amount), Entry(Account.RECEIVABLE, -payment.amount)]


def _next_number(till: LockedTill) -> tuple[int, int]:
    """Return the year and the number of the next bill. The numbers of a year begin at 1."""
    year = max(till.business_day.year, till.bill_year)
    return year, till.bill_number + 1 if year == till.bill_year else 1


async def _tax_again(session: AsyncSession, bill: SaleRead, till: LockedTill) -> SaleRead:
    """Return the bill with the tax of today's rates, which it gets if it was opened on another day. Prices contain the tax."""
    rates = await rates_on(session, till.business_day)
    lines = [
        line
        if line.kind in {LineKind.GIFT_CARD, LineKind.FEE} or line.is_covered
        else _with_rate(line, rates.rate_of(line.tax_category_id))
        for line in bill.lines
    ]
    rate_of = {line.id: line.tax_rate for line in lines}
    for index, line in enumerate(lines):
        if line.course_line_id is not None:
            share = new_course_shares(lines)[line.id]
            lines[index] = line.model_copy(
                update={"tax_rate": rate_of[line.course_line_id], "tax": share.tax}
            )
    changed = [line for line, old in zip(lines, bill.lines, strict=True) if line is not old]
    await fetch_raw(
        session,
        _RETAX,
        [line.id for line in changed],
        [line.tax_rate for line in changed],
        [line.tax for line in changed],
    )
    return bill.model_copy(update={"lines": lines})


def _with_rate(line: SaleLineRead, rate: int) -> SaleLineRead:
    return line.model_copy(update={"tax_rate": rate, "tax": tax_within(line.gross, rate)})


def _as_read(payment_id: UUID, payment: NewPayment, user_id: UUID | None, now: datetime) -> PaymentRead:
    return PaymentRead(id=payment_id, refunded=0, user_id=user_id, created_at=now, **payment._asdict())
