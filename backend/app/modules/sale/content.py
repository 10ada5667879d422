"""Write what is on an open bill: its lines with their prices, discounts and payers, and its tips."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.money import share
from app.common.types.localized import LocalizedText
from app.db.errors import translate_integrity_errors
from app.db.queries import fetch_raw
from app.modules.course.sessions import lock_courses
from app.modules.customer.customer_errors import CustomerNotFound
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.sale.course_lines import apply_courses, free_courses
from app.modules.sale.kinds import LineKind
from app.modules.sale.pricing import Discount, Item, price_lines
from app.modules.sale.sale_errors import (
    AlreadyBilled,
    BillTooLarge,
    DiscountNotAllowed,
    ItemNotSold,
    LineNotFound,
    SoldAtItsPrice,
)
from app.modules.sale.sale_models import MOST, Sale, SaleLine, TipShare
from app.modules.sale.sale_schemas import SaleContent, SaleLineInput
from app.modules.sale.visit_lines import BillableItem
from app.modules.staff.staff_errors import StaffNotFound
from app.modules.tax.tax_service import rates_on

_SOLD = """
SELECT id, kind, tax_category_id, price, name_vi, name_en, is_sold, sessions FROM sellable_item WHERE id = ANY($1::uuid[])
"""
_INTEGRITY_ERRORS = {
    "sale_line_item_key": AlreadyBilled,
    "sale_customer_id_fkey": CustomerNotFound,
    "sale_line_staff_id_fkey": StaffNotFound,
    "tip_share_staff_id_fkey": StaffNotFound,
}
_AT_ITS_PRICE = {LineKind.GIFT_CARD, LineKind.COURSE}
"""One each, so that each has a line of its own."""


class SoldItem(NamedTuple):
    """A thing that the spa sells, with its name and price of today."""

    id: UUID
    kind: str
    tax_category_id: UUID | None
    price: int
    name: LocalizedText
    is_sold: bool
    sessions: int | None
    """The number of sessions of a course."""


async def read_sold(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, SoldItem]:
    """Return variants, add-ons, products and courses by their ids. Those that do not exist are left out."""
    if not ids:
        return {}
    rows = await fetch_raw(session, _SOLD, [*ids])
    return {
        sold_id: SoldItem(sold_id, kind, category_id, price, LocalizedText(vi, en), *more)
        for sold_id, kind, category_id, price, vi, en, *more in rows
    }


def line_of_visit(item: BillableItem, sold: SoldItem) -> SaleLine:
    """Return a line for a treatment or an add-on of a visit, or for the fee of one that the guest has missed."""
    line = SaleLine(
        id=uuid7(),
        kind=LineKind.SERVICE,
        name=sold.name,
        variant_id=item.variant_id,
        add_on_id=item.add_on_id,
        visit_id=item.visit_id,
        item_id=item.item_id,
        staff_id=item.staff_id,
        quantity=1,
        **_priced(item.price),
        tax_category_id=sold.tax_category_id,
    )
    if item.is_fee:
        line.kind, line.variant_id, line.add_on_id, line.staff_id = LineKind.FEE, None, None, None
        line.name = LocalizedText(f"Phí lỡ hẹn: {sold.name.vi}", f"Missed appointment: {sold.name.en}")
    return line


async def write_content(
    session: AsyncSession, user: CurrentUser, sale: Sale, lines: Sequence[SaleLine], content: SaleContent
) -> list[SaleLine]:
    """Make an open bill what the content says, and price it. Return its lines. The bill is locked, or new.

    Args:
        lines: The lines that it has, with those of its visits.

    Raises:
        LineNotFound, ItemNotSold, SoldAtItsPrice, CustomerNotFound, StaffNotFound, AlreadyBilled, DiscountTooLarge,
            BillTooLarge, CourseNotFound, CourseDoesNotFit, CourseExpired, CourseUsedUp, CourseSessionBilled, CourseSessionGone
    """
    old = {line.id: line for line in lines}
    # All at once, before any of them changes: two bills with the same courses do not wait for each other.
    course_ids = {line.course_id for line in lines} | {line.course_id for line in content.lines}
    await lock_courses(session, {course_id for course_id in course_ids if course_id is not None})
    rows = await _rows_of(session, sale, old, content.lines)
    for row in rows:
        if row in session:  # what is flushed before it has its price would not add up
            session.expunge(row)
    sale.customer_id, sale.note = content.customer_id, content.note
    sale.buyer = None if content.buyer is None else content.buyer.model_dump()
    sale.discount_amount, sale.discount_percent = content.discount_amount, content.discount_percent
    rates = await rates_on(session, sale.priced_on)
    for row in rows:
        is_untaxed = row.kind in {LineKind.GIFT_CARD, LineKind.FEE}
        row.tax_rate = 0 if is_untaxed else rates.rate_of(row.tax_category_id)
    await free_courses(
        session, sale, rows, content.lines, removed=[line.id for line in old.values()], user_id=user.id
    )
    fixed = await apply_courses(session, sale, rows, content.lines, user_id=user.id)
    _price(sale, rows, fixed)
    tips = {tip.staff_id: tip.amount for tip in content.tips} or _shares_of(content.tip, rows)
    sale.tip = sum(tips.values())
    if max(sale.total, sale.tip, *(row.quantity * row.unit_price for row in rows), 0) > MOST:
        raise BillTooLarge
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        for line in old.values():
            await session.delete(line)
        await session.execute(delete(TipShare).where(TipShare.sale_id == sale.id))
        await session.flush()
        session.add_all(rows)
        session.add_all(
            TipShare(sale_id=sale.id, staff_id=staff_id, amount=amount) for staff_id, amount in tips.items()
        )
        await session.flush()
    return rows


def refuse_discounts_above(limit: int, user: CurrentUser, sale: Sale, rows: Sequence[SaleLine]) -> None:
    """Let a receptionist take off no more than the branch allows.

    Raises:
        DiscountNotAllowed
    """
    reduction = sum(row.discount for row in rows)
    price = sum(row.quantity * row.unit_price for row in rows)
    if reduction * 100 > price * limit and not user.holds_in(sale.branch_id, Role.ADMIN):
        raise DiscountNotAllowed


async def _rows_of(
    session: AsyncSession, sale: Sale, old: dict[UUID, SaleLine], lines: Sequence[SaleLineInput]
) -> list[SaleLine]:
    """Return the lines in order. Those of the bill are taken out of `old`."""
    ids = [sold_id for line in lines if (sold_id := _sold_id(line)) is not None]
    sold = await read_sold(session, ids)
    rows: list[SaleLine] = []
    for position, line in enumerate(lines):
        row = _new_line(line, sold) if line.id is None else old.pop(line.id, None)
        if row is None:
            raise LineNotFound
        if row.kind in _AT_ITS_PRICE and line.quantity != 1:
            raise SoldAtItsPrice
        if row.kind == LineKind.GIFT_CARD and (line.discount_amount or line.discount_percent):
            raise SoldAtItsPrice
        row.sale_id, row.position, row.quantity = sale.id, position, line.quantity
        row.staff_id = line.staff_id
        row.discount_amount, row.discount_percent = line.discount_amount, line.discount_percent
        rows.append(row)
    return rows


def _priced(price: int) -> dict[str, int]:
    return {"unit_price": price, "agreed_price": price}


def _sold_id(line: SaleLineInput) -> UUID | None:
    return line.variant_id or line.add_on_id or line.product_id or line.course_plan_id


def _new_line(line: SaleLineInput, sold: Mapping[UUID, SoldItem]) -> SaleLine:
    if line.gift_card is not None:
        name = LocalizedText("Thẻ quà tặng", "Gift card")
        return SaleLine(id=uuid7(), kind=LineKind.GIFT_CARD, name=name, **_priced(line.gift_card))
    fields = {
        "variant_id": "service",
        "add_on_id": "add_on",
        "product_id": "product",
        "course_plan_id": "course",
    }
    [(field, kind, sold_id)] = [
        (field, kind, value) for field, kind in fields.items() if (value := getattr(line, field)) is not None
    ]
    item = sold.get(sold_id)
    if item is None or item.kind != kind or not item.is_sold:
        raise ItemNotSold
    return SaleLine(
        id=uuid7(),
        kind=LineKind.SERVICE if kind == "add_on" else LineKind(kind),
        name=item.name,
        **_priced(item.price),
        tax_category_id=item.tax_category_id,
        sessions=item.sessions,
        **{field: sold_id},
    )


def _price(sale: Sale, rows: Sequence[SaleLine], fixed: Mapping[UUID, int]) -> None:
    """Set what the lines and the bill cost.

    Args:
        fixed: The tax of the lines that sessions pay, by their ids.

    Raises:
        DiscountTooLarge
    """
    discount = Discount(sale.discount_amount, sale.discount_percent)
    priced = price_lines([_item(row, fixed) for row in rows], discount)
    for row, (reduction, gross, tax) in zip(rows, priced, strict=True):
        row.discount, row.gross, row.tax = reduction, gross, tax
    sale.total = sum(row.gross for row in rows)


def _item(row: SaleLine, fixed: Mapping[UUID, int]) -> Item:
    price = row.quantity * row.unit_price
    if row.kind == LineKind.GIFT_CARD or row.id in fixed:
        return Item(price, Discount(), row.tax_rate, is_fixed=True, fixed_tax=fixed.get(row.id, 0))
    return Item(price, Discount(row.discount_amount, row.discount_percent), row.tax_rate)


def _shares_of(tip: int, rows: Sequence[SaleLine]) -> dict[UUID, int]:
    """Return the parts of a tip by person, in proportion to the prices of what each did.

    Raises:
        StaffNotFound: There is no treatment with a therapist on the bill.
    """
    if not tip:
        return {}
    prices: dict[UUID, int] = {}
    for row in rows:
        if row.kind == LineKind.SERVICE and row.staff_id is not None:
            prices[row.staff_id] = prices.get(row.staff_id, 0) + row.quantity * row.unit_price
    if not prices:
        raise StaffNotFound
    parts = share(tip, [*prices.values()])
    return {staff_id: part for staff_id, part in zip(prices, parts, strict=True) if part}
