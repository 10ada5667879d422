"""Give money back, by the ways in which it came. What is refunded is taken out of revenue, tax and tips by the same parts."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.money import share, tax_within
from app.db.idempotency import idempotent
from app.db.queries import fetch_raw
from app.modules.commission.earning import RefundedLine as ReversedLine
from app.modules.commission.earning import reverse
from app.modules.course.returns import give_back as give_sessions_back
from app.modules.course.returns import quote_return, return_course
from app.modules.course.selling import lock_refunded_courses
from app.modules.course.sessions import LockedCourse
from app.modules.deposit.balances import LockedDeposit, lock_deposits, restore
from app.modules.drawer.drawer_service import refuse_without_cash
from app.modules.gift_card.balances import LockedCard, give_back, lock_cards
from app.modules.gift_card.balances import take_back as empty_cards
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role
from app.modules.ledger import ledger_service as ledger
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import LockedTill, lock_till
from app.modules.product.stock import take_back
from app.modules.sale.documents.documents import write_invoice
from app.modules.sale.kinds import ACCOUNT_OF, LineKind, Method, SaleStatus
from app.modules.sale.payments import line_entries
from app.modules.sale.sale_errors import (
    LineNotFound,
    NothingToRefund,
    RefundDoesNotAddUp,
    RefundedWhole,
    RefundTooLarge,
    SaleNotClosed,
    SaleNotOpen,
)
from app.modules.sale.sale_models import Refund, RefundPart
from app.modules.sale.sale_schemas import (
    PaymentRead,
    RefundCreate,
    RefundedLine,
    SaleLineRead,
    SaleRead,
    TipRead,
)
from app.modules.sale.sale_service import read_bill
from app.redis.events import publish_branch_change

_LINES = """
UPDATE sale_line SET refunded = refunded + part.amount, is_live = is_live AND refunded + part.amount < gross,
    updated_at = clock_timestamp()
FROM unnest($1::uuid[], $2::bigint[]) AS part (id, amount) WHERE sale_line.id = part.id
"""
_OTHERS = """
UPDATE {} AS row SET refunded = refunded + part.amount, updated_at = clock_timestamp()
FROM unnest($1::uuid[], $2::bigint[]) AS part (id, amount) WHERE row.id = part.id
"""
_TIPS, _PAYMENTS = _OTHERS.format("tip_share"), _OTHERS.format("payment")
_UNPAY = "UPDATE sale SET paid = paid - $2, updated_at = clock_timestamp() WHERE id = $1"


class LinePart(NamedTuple):
    """The part of a line that is given back."""

    line: SaleLineRead
    amount: int
    tax: int


class TipPart(NamedTuple):
    """The part of a person's tip that is given back."""

    tip: TipRead
    amount: int


class PaymentPart(NamedTuple):
    """The part of a payment that is given back."""

    payment: PaymentRead
    amount: int


class Plan(NamedTuple):
    """The parts of a refund: for what, and by which payments."""

    lines: list[LinePart]
    tips: list[TipPart]
    goodwill: int
    payments: list[PaymentPart]
    courses: dict[UUID, LockedCourse]
    """The courses that are returned, by the lines that sold them."""

    @property
    def amount(self) -> int:
        return sum(part.amount for part in self.payments)


async def refund_sale(
    session: AsyncSession, user: CurrentUser, key: str, sale_id: UUID, refund: RefundCreate
) -> SaleRead:
    """Give money back. Only an administrator of the branch may.

    Raises:
        SaleNotFound, LineNotFound
        SaleNotClosed: Lines, tips or goodwill of an open bill.
        SaleNotOpen: Payments alone of a closed bill, or anything of one that was given up.
        RefundTooLarge, RefundDoesNotAddUp, RefundedWhole, DrawerClosed, NotEnoughCash
        GiftCardUsed: A gift card is refunded that has paid something already.
        CourseReserved, CourseUsedUp, NothingToRefund: A course is returned that has nothing to pay back.
    """
    authorize(user, Role.ADMIN)
    async with idempotent(session, user.id, key, refund, SaleRead, about=sale_id) as replay:
        if replay.response is not None:
            return replay.response
        bill = await read_bill(session, sale_id, lock=True)
        authorize(user, Role.ADMIN, branch_id=bill.branch_id)
        plan = await _plan(session, bill, refund)
        cards = await _lock_cards(session, plan)
        deposits = await _lock_deposits(session, plan)
        till = await lock_till(session, bill.branch_id)
        if cash := sum(part.amount for part in plan.payments if part.payment.method is Method.CASH):
            await refuse_without_cash(session, till, cash)
        row = Refund(
            id=uuid7(),
            sale_id=bill.id,
            branch_id=bill.branch_id,
            created_at=utc_now(),
            amount=plan.amount,
            goodwill=plan.goodwill,
            reason=refund.reason,
            business_day=till.business_day,
            z_number=till.z_number,
            user_id=user.id,
        )
        session.add(row)
        await session.flush()
        commissions = await _write_parts(session, till, row.id, plan, cards, deposits)
        await _give_courses_back(session, till, plan, user.id)
        if bill.status is SaleStatus.OPEN:
            await fetch_raw(session, _UNPAY, bill.id, plan.amount)
        if refund.restock:
            await _restock(session, bill, plan.lines, row.id)
        await ledger.post(session, till, Fact("refund", row.id, [*_entries(bill, plan), *commissions]))
        publish_branch_change(session, bill.branch_id)
        bill = await read_bill(session, sale_id)
        if bill.status is SaleStatus.CLOSED:
            await write_invoice(session, bill, bill.refunds[-1])
        return replay.store(bill)


async def _plan(session: AsyncSession, bill: SaleRead, refund: RefundCreate) -> Plan:
    of_bill = bool(refund.lines or refund.tip or refund.goodwill)
    if bill.status is SaleStatus.OPEN and of_bill:
        raise SaleNotClosed
    if bill.status is SaleStatus.VOID or (bill.status is SaleStatus.CLOSED and not of_bill):
        raise SaleNotOpen
    wanted = [line for line in bill.lines if line.id in refund.line_ids]
    courses = await lock_refunded_courses(
        session,
        sold=[line.id for line in wanted if line.kind is LineKind.COURSE],
        paid=[line.id for line in wanted if line.is_covered],
    )
    lines, tips = _line_parts(bill, refund, courses), _tip_parts(bill, refund.tip)
    by_session = [
        PaymentPart(payment, payment.amount)
        for part in lines
        for payment in bill.payments
        if part.line.is_covered and payment.course_session_id == part.line.course_session_id
    ]
    amount = sum(part.amount for part in lines if not part.line.is_covered)
    amount += sum(part.amount for part in tips) + refund.goodwill
    others = _payment_parts(bill, refund, amount if of_bill else None)
    return Plan(lines, tips, refund.goodwill, [*by_session, *others], courses)


def _entries(bill: SaleRead, plan: Plan) -> list[Entry]:
    entries = [
        Entry(ACCOUNT_OF[payment.method], -part)
        for payment, part in plan.payments
        if payment.method is not Method.COURSE
    ]
    if bill.status is SaleStatus.OPEN:
        return [*entries, Entry(Account.RECEIVABLE, plan.amount)]
    for line, part, tax in plan.lines:
        if line.kind is LineKind.COURSE:  # the return of the course has posted the rest
            entries.append(Entry(Account.RECEIVABLE, part))
        elif not line.is_covered:
            entries += line_entries(line, part, tax)
    entries += [Entry(Account.TIP, part, tip.staff_id) for tip, part in plan.tips]
    return [*entries, Entry(Account.GOODWILL, plan.goodwill)]


async def _write_parts(  # noqa: PLR0913, PLR0917 - the refund, and what it changes
    session: AsyncSession,
    till: LockedTill,
    refund_id: UUID,
    plan: Plan,
    cards: Mapping[UUID, LockedCard],
    deposits: Mapping[UUID, LockedDeposit],
) -> list[Entry]:
    """Write the parts of a refund down, what is refunded of lines, tips and payments, and of gift cards and deposits.

    Return the entries that take commissions back.
    """
    of_lines = [
        RefundPart(id=uuid7(), refund_id=refund_id, sale_line_id=line.id, amount=part, tax=tax)
        for line, part, tax in plan.lines
    ]
    of_tips = [RefundPart(refund_id=refund_id, tip_share_id=tip.id, amount=part) for tip, part in plan.tips]
    of_payments = [
        RefundPart(id=uuid7(), refund_id=refund_id, payment_id=payment.id, amount=part)
        for payment, part in plan.payments
    ]
    session.add_all([*of_lines, *of_tips, *of_payments])
    await session.flush()
    for statement, parts in (
        (_LINES, [(part.line.id, part.amount) for part in plan.lines]),
        (_TIPS, [(part.tip.id, part.amount) for part in plan.tips]),
        (_PAYMENTS, [(part.payment.id, part.amount) for part in plan.payments]),
    ):
        if parts:
            await fetch_raw(session, statement, [row_id for row_id, _ in parts], [part for _, part in parts])
    for (line, _, _), row in zip(plan.lines, of_lines, strict=True):
        if line.kind is LineKind.GIFT_CARD:
            sold = [card for card in cards.values() if card.sale_line_id == line.id]
            await empty_cards(session, till, sold, row.id)
    for (payment, part), row in zip(plan.payments, of_payments, strict=True):
        if payment.gift_card_id is not None:
            await give_back(session, till, cards[payment.gift_card_id], part, row.id)
        if payment.deposit_id is not None:
            await restore(session, till, deposits[payment.deposit_id], part, row.id)
    return await reverse(
        session,
        till,
        [
            ReversedLine(row.id, line.id, part)
            for (line, part, _), row in zip(plan.lines, of_lines, strict=True)
        ],
    )


async def _give_courses_back(session: AsyncSession, till: LockedTill, plan: Plan, user_id: UUID) -> None:
    """Make the sessions free again that have paid refunded lines, and then end the courses whose price is refunded."""
    if covered := [part.line.id for part in plan.lines if part.line.is_covered]:
        await give_sessions_back(session, till, user_id, covered)
    for course in (await lock_refunded_courses(session, sold=plan.courses)).values():
        await return_course(session, till, user_id, course)


async def _lock_cards(session: AsyncSession, plan: Plan) -> dict[UUID, LockedCard]:
    """Lock the cards that were sold and those that have paid."""
    paid = {part.payment.gift_card_id for part in plan.payments if part.payment.gift_card_id is not None}
    sold = {part.line.id for part in plan.lines if part.line.kind is LineKind.GIFT_CARD}
    return await lock_cards(session, card_ids=paid, sale_line_ids=sold) if paid or sold else {}


async def _lock_deposits(session: AsyncSession, plan: Plan) -> dict[UUID, LockedDeposit]:
    ids = {part.payment.deposit_id for part in plan.payments if part.payment.deposit_id is not None}
    return await lock_deposits(session, ids) if ids else {}


async def _restock(session: AsyncSession, bill: SaleRead, lines: Sequence[LinePart], refund_id: UUID) -> None:
    """Put the products of lines that are given back whole into the stock again."""
    pieces: dict[UUID, int] = {}
    for line, part, _ in lines:
        if line.product_id is not None and line.refunded + part == line.gross:
            pieces[line.product_id] = pieces.get(line.product_id, 0) + line.quantity
    if pieces:
        await take_back(session, bill.branch_id, pieces, refund_id)


def _line_parts(bill: SaleRead, refund: RefundCreate, courses: Mapping[UUID, LockedCourse]) -> list[LinePart]:
    lines = {line.id: line for line in bill.lines}
    parts = []
    for wanted in refund.lines:
        line = lines.get(wanted.line_id)
        if line is None:
            raise LineNotFound
        if line.kind is LineKind.COURSE:
            covered = [line_id for line_id in refund.line_ids if lines[line_id].is_covered]
            parts.append(_course_part(line, wanted, courses[line.id], covered))
            continue
        left = line.gross - line.refunded
        amount = left if wanted.amount is None else wanted.amount
        if not 0 < amount <= left:
            raise RefundTooLarge
        if (line.kind is LineKind.GIFT_CARD or line.is_covered) and amount != line.gross:
            raise RefundedWhole
        parts.append(LinePart(line, amount, _tax_part(line, amount)))
    return parts


def _course_part(
    line: SaleLineRead, wanted: RefundedLine, course: LockedCourse, covered: Sequence[UUID]
) -> LinePart:
    """Return what is paid back for a course, by its return policy.

    Args:
        covered: The lines that are refunded with it, and that sessions have paid.
    """
    if wanted.amount is not None:
        raise RefundedWhole
    back = quote_return(course, covered)
    if not back.amount:
        raise NothingToRefund
    return LinePart(line, back.amount, back.tax)


def _tax_part(line: SaleLineRead, amount: int) -> int:
    """Return the tax in a part of a line, so that the parts of a line add up to its tax."""
    if line.is_covered:
        return line.tax
    if line.refunded + amount == line.gross:
        return line.tax - tax_within(line.refunded, line.tax_rate)
    return tax_within(line.refunded + amount, line.tax_rate) - tax_within(line.refunded, line.tax_rate)


def _tip_parts(bill: SaleRead, amount: int) -> list[TipPart]:
    """Divide a refund of the tip by what is left of each share: no person gives back more than they got."""
    if not amount:
        return []
    left = [tip.amount - tip.refunded for tip in bill.tips]
    if amount > sum(left):
        raise RefundTooLarge
    return [TipPart(tip, part) for tip, part in zip(bill.tips, share(amount, left), strict=True) if part]


def _payment_parts(bill: SaleRead, refund: RefundCreate, amount: int | None) -> list[PaymentPart]:
    """Return the payments that the money goes back to: those that are named, or else one after the other.

    Args:
        amount: The amount of the refund; None if it is whatever the payments add up to.
    """
    payments = {payment.id: payment for payment in bill.payments}
    if refund.payments:
        parts = []
        for wanted in refund.payments:
            payment = payments.get(wanted.payment_id)
            if (
                payment is None
                or payment.method is Method.COURSE
                or wanted.amount > payment.amount - payment.refunded
            ):
                raise RefundTooLarge
            parts.append(PaymentPart(payment, wanted.amount))
        if amount is not None and sum(part.amount for part in parts) != amount:
            raise RefundDoesNotAddUp
        return parts
    assert amount is not None
    return _in_order([payment for payment in bill.payments if payment.method is not Method.COURSE], amount)


def _in_order(payments: Sequence[PaymentRead], amount: int) -> list[PaymentPart]:
    parts = []
    for payment in payments:
        part = min(amount, payment.amount - payment.refunded)
        if part:
            parts.append(PaymentPart(payment, part))
            amount -= part
    if amount:
        raise RefundTooLarge
    return parts
