"""Lists of bills."""

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.paging import fetch_page
from app.db.queries import fetch_raw
from app.modules.branch.branch_service import get_branch
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.sale.sale_models import Sale, SaleLine
from app.modules.sale.sale_schemas import SaleListItem, SaleListQuery, SalePage, SaleSummary

_HEADS = "SELECT sale_id, name, refunded FROM zenspa_bill_heads($1)"


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
