"""Lists of bills."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.paging import fetch_page
from app.db.queries import fetch_raw
from app.modules.branch.branch_service import get_branch
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.sale.kinds import SaleStatus
from app.modules.sale.list_schemas import SaleListItem, SaleListQuery, SalePage
from app.modules.sale.sale_models import Sale, SaleLine
from app.modules.sale.sale_schemas import SaleSummary

_HEADS = "SELECT sale_id, name, refunded FROM zenspa_bill_heads($1)"
_FOR_TRANSFER = """
SELECT bill.id, bill.branch_id, bill.status, bill.year, bill.number, head.name, bill.due, bill.created_at, bill.closed_at,
    bill.is_named
FROM (
    SELECT sale.*, sale.transfer_code = ANY($2::text[]) AS is_named, CASE WHEN sale.status = 'open' THEN
        sale.total + sale.tip - sale.paid - coalesce((
            SELECT sum(line.gross)::bigint FROM sale_line AS line WHERE line.sale_id = sale.id
                AND (line.course_session_id IS NOT NULL OR line.course_line_id IS NOT NULL)
        ), 0) ELSE 0 END AS due
    FROM sale WHERE (sale.status = 'open' OR sale.transfer_code = ANY($2::text[]))
        AND ($1::uuid IS NULL OR sale.branch_id = $1)
) AS bill CROSS JOIN LATERAL zenspa_bill_heads(ARRAY[bill.id]) AS head
WHERE bill.due > 0 OR bill.is_named
ORDER BY bill.is_named DESC, bill.due = $3 DESC, bill.id DESC LIMIT 200
"""


class TransferBill(BaseModel):
    """A bill that a bank transfer can be for."""

    sale_id: UUID
    branch_id: UUID
    status: SaleStatus
    year: int | None
    number: int | None
    name: str | None = Field(
        description="The name of the customer, or that of the first guest as the desk wrote it."
    )
    due: int = Field(description="The đồng that are left to pay; 0 unless it is open.")
    created_at: datetime
    closed_at: datetime | None
    is_named: bool = Field(description="The text of the transfer has its code.")


async def list_sales(session: AsyncSession, user: CurrentUser, query: SaleListQuery) -> SalePage:
    """List bills of a branch, the newest first.

    Raises:
        BranchNotFound, InvalidCursorException
    """
    authorize(user, *DESK, branch_id=query.branch_id)
    await get_branch(session, query.branch_id)
    statement = select(Sale).where(Sale.branch_id == query.branch_id)
    if query.day is not None:
        not_closed = and_(Sale.business_day.is_(None), Sale.priced_on == query.day)
        statement = statement.where(or_(Sale.business_day == query.day, not_closed))
    if query.number is not None:
        statement = statement.where(Sale.number == query.number)
    if query.status is not None:
        statement = statement.where(Sale.status == query.status)
    if query.customer_id is not None:
        statement = statement.where(Sale.customer_id == query.customer_id)
    if query.visit_id is not None:
        of_visit = exists().where(SaleLine.sale_id == Sale.id, SaleLine.visit_id == query.visit_id)
        statement = statement.where(of_visit)
    purpose = f"sales:{query.model_dump_json(exclude={'limit', 'cursor'})}"
    rows, next_cursor = await fetch_page(session, Sale, statement, query, purpose=purpose)
    heads = await fetch_raw(session, _HEADS, [row.id for row in rows])
    facts = {sale_id: {"name": name, "refunded": refunded} for sale_id, name, refunded in heads}
    items = [SaleListItem(**SaleSummary.model_validate(row).model_dump(), **facts[row.id]) for row in rows]
    return SalePage(items=items, next_cursor=next_cursor)


async def list_bills_for_transfer(
    session: AsyncSession, branch_id: UUID | None, codes: Collection[str], amount: int
) -> list[TransferBill]:
    """Return the bills that a transfer can be for, for a module that has authorized the user: those that it names, in any
    state, and all others with something left to pay.

    Args:
        session: The session that reads.
        branch_id: The branch of the bills, or None for all.
        codes: The transfer codes in its text.
        amount: The amount in đồng. Bills of which just this is left come before others.
    """
    rows = await fetch_raw(session, _FOR_TRANSFER, branch_id, [*codes], amount)
    return [
        TransferBill.model_validate(dict(zip(TransferBill.model_fields, row, strict=True))) for row in rows
    ]
