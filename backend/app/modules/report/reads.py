"""The rows of the reports, each of one statement. Amounts are whole đồng."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.db.queries import fetch_raw
from app.modules.report.kinds import SoldKind
from app.modules.sale.kinds import Method

# By default PostgreSQL takes a random page for four times as expensive as the next one, and reads all lines of all years for
# a month of them (44 ms instead of 10 for 100,000 bills; and as much again for each year more). One plan is good for all days.
_BY_INDEX = """
SELECT set_config('random_page_cost', '1.1', true), set_config('max_parallel_workers_per_gather', '0', true),
    set_config('plan_cache_mode', 'force_generic_plan', true)
"""
_PARTS = """
SELECT branch_id, business_day, kind, tax_rate, sum(quantity)::bigint, sum(price)::bigint, sum(discount)::bigint,
    sum(refunded)::bigint, sum(gross)::bigint, sum(tax)::bigint
FROM sold_part WHERE branch_id = ANY($1::uuid[]) AND business_day BETWEEN $2 AND $3
GROUP BY branch_id, business_day, kind, tax_rate
"""
_PAYMENTS = """
SELECT branch_id, business_day, method, coalesce(sum(amount) FILTER (WHERE NOT is_refund), 0)::bigint,
    coalesce(sum(amount) FILTER (WHERE is_refund), 0)::bigint
FROM bill_payment WHERE branch_id = ANY($1::uuid[]) AND business_day BETWEEN $2 AND $3
GROUP BY branch_id, business_day, method
"""
_BILLS = """
SELECT branch_id, business_day, count(*)
FROM closed_bill WHERE branch_id = ANY($1::uuid[]) AND business_day BETWEEN $2 AND $3 GROUP BY branch_id, business_day
"""
_ITEMS = """
WITH part AS (
    SELECT kind, item_id, sum(quantity)::bigint AS quantity, sum(price)::bigint AS price, sum(discount)::bigint AS discount,
        sum(refunded)::bigint AS refunded, sum(gross)::bigint AS gross, sum(tax)::bigint AS tax
    FROM sold_part
    WHERE branch_id = ANY($1::uuid[]) AND business_day BETWEEN $2 AND $3 AND kind <> 'tip' GROUP BY kind, item_id
)
SELECT part.kind, item_id, item.name_vi, item.name_en, category_id, category_vi, category_en,
    quantity, part.price, discount, refunded, gross, tax
FROM part LEFT JOIN sellable_item AS item ON item.id = item_id
LEFT JOIN service_of_variant ON variant_id = item_id
ORDER BY category_vi, part.kind = 'add_on', gross - tax DESC, name_vi
"""
_PEOPLE = """
SELECT staff_id, kind, sum(quantity)::bigint, sum(gross - tax)::bigint
FROM sold_part WHERE branch_id = ANY($1::uuid[]) AND business_day BETWEEN $2 AND $3 GROUP BY staff_id, kind
"""
_NAMES = "SELECT id, name FROM bookable_resource WHERE id = ANY($1::uuid[])"
_GUESTS = "SELECT came, unnamed, new_customers, returning_customers FROM zenspa_guests($1::uuid[], $2, $3)"
_UTILIZATION = """
SELECT kind, resource_id, name, room, branch_id, booked_minutes, available_minutes FROM zenspa_utilization($1::uuid[], $2, $3)
"""


class Scope(NamedTuple):
    """The branches and the business days of a report, both days included."""

    branch_ids: Sequence[UUID]
    first_day: date
    last_day: date


class PartRow(NamedTuple):
    """Sales and refunds of one kind and tax rate."""

    branch_id: UUID
    business_day: date
    kind: str
    """A kind of what is sold, or `tip`."""
    tax_rate: int
    quantity: int
    price: int
    discount: int
    refunded: int
    gross: int
    tax: int


class PaymentRow(NamedTuple):
    branch_id: UUID
    business_day: date
    method: Method
    received: int
    refunded: int


class ItemRow(NamedTuple):
    """Sales and refunds of one thing."""

    kind: SoldKind
    item_id: UUID | None
    name: LocalizedText | None
    category_id: UUID | None
    category: LocalizedText | None
    quantity: int
    price: int
    discount: int
    refunded: int
    gross: int
    tax: int


class PersonRow(NamedTuple):
    """Work, sales and earnings of a person, of one kind."""

    staff_id: UUID | None
    kind: str
    quantity: int
    net: int


class UseRow(NamedTuple):
    kind: str
    id: UUID
    name: str
    room: str | None
    branch_id: UUID
    booked_minutes: int
    available_minutes: int


async def plan_by_index(session: AsyncSession) -> None:
    """Let PostgreSQL read the rows of a scope by indexes until the transaction ends, however many others there are."""
    await fetch_raw(session, _BY_INDEX)


async def read_parts(session: AsyncSession, scope: Scope) -> list[PartRow]:
    return [PartRow(*row) for row in await fetch_raw(session, _PARTS, *scope)]


async def read_payments(session: AsyncSession, scope: Scope) -> list[PaymentRow]:
    rows = await fetch_raw(session, _PAYMENTS, *scope)
    return [PaymentRow(branch_id, day, Method(method), *sums) for branch_id, day, method, *sums in rows]


async def count_bills(session: AsyncSession, scope: Scope) -> list[tuple[UUID, date, int]]:
    """Return the number of closed bills for each branch and day that has some."""
    rows = await fetch_raw(session, _BILLS, *scope)
    return [(branch_id, day, bills) for branch_id, day, bills in rows]


async def read_items(session: AsyncSession, scope: Scope) -> list[ItemRow]:
    """Return the sums of what was sold, services by category and the most revenue first."""
    rows = await fetch_raw(session, _ITEMS, *scope)
    return [
        ItemRow(
            SoldKind(kind),
            item_id,
            _localized(vi, en),
            category_id,
            _localized(category_vi, category_en),
            *sums,
        )
        for kind, item_id, vi, en, category_id, category_vi, category_en, *sums in rows
    ]


async def read_people(session: AsyncSession, scope: Scope) -> list[PersonRow]:
    return [PersonRow(*row) for row in await fetch_raw(session, _PEOPLE, *scope)]


async def read_names(session: AsyncSession, staff_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of people. An empty sequence issues no query."""
    rows = await fetch_raw(session, _NAMES, staff_ids) if staff_ids else []
    return {row[0]: row[1] for row in rows}


async def count_guests(session: AsyncSession, scope: Scope) -> tuple[int, int, int, int]:
    """Return the guests who came, those without a customer, the new customers and the returning ones."""
    [(came, unnamed, new, returning)] = await fetch_raw(session, _GUESTS, *scope)
    return came, unnamed, new, returning


async def read_utilization(session: AsyncSession, scope: Scope) -> list[UseRow]:
    """Return how busy therapists and beds were: therapists by given name, then beds by room."""
    return [UseRow(*row) for row in await fetch_raw(session, _UTILIZATION, *scope)]


def _localized(vi: str | None, en: str | None) -> LocalizedText | None:
    return None if vi is None or en is None else LocalizedText(vi, en)
