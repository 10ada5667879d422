"""The bills of customers, as personal data."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.customer.personal_data_holder import PersonalDataHolder
from app.modules.sale.sale_models import Sale
from app.modules.sale.sale_schemas import SaleRead
from app.modules.sale.sale_service import read_bill


async def _export(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[SaleRead]:
    ids = await session.scalars(select(Sale.id).where(Sale.customer_id.in_(customer_ids)).order_by(Sale.id))
    return [await read_bill(session, sale_id) for sale_id in ids.all()]


async def _merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    await session.execute(
        update(Sale).where(Sale.customer_id == duplicate_id).values(customer_id=survivor_id)
    )


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Take the customer off the bills. The amounts stay, and so do invoice documents, which the law has the spa keep."""
    bills = update(Sale).where(Sale.customer_id.in_(customer_ids))
    await session.execute(bills.values(customer_id=None, buyer=None, note=""))


SALES = PersonalDataHolder(
    name="bills", tables=frozenset({"sale"}), export=_export, merge=_merge, erase=_erase
)
