"""The deposits of visits, as personal data of the customers who booked them or came."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.booking.visit.read import visits_of_customers
from app.modules.customer.personal_data_holder import PersonalDataHolder
from app.modules.deposit.deposit_models import Deposit
from app.modules.deposit.deposit_schemas import DepositDetail
from app.modules.deposit.deposit_service import read_detail


async def _export(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[DepositDetail]:
    visits = await visits_of_customers(session, customer_ids)
    own = [visit.id for visit in visits if visit.customer_id in customer_ids]
    ids = await session.scalars(select(Deposit.id).where(Deposit.visit_id.in_(own)).order_by(Deposit.id))
    return [await read_detail(session, deposit_id) for deposit_id in ids.all()]


async def _merge(_session: AsyncSession, _duplicate_id: UUID, _survivor_id: UUID) -> None:
    """Do nothing: a deposit belongs to its visit, which moves to the survivor."""


async def _erase(_session: AsyncSession, _customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Do nothing: the amounts stay as those of bills do, and the visit names no customer any more."""


DEPOSITS = PersonalDataHolder(name="deposits", tables=frozenset(), export=_export, merge=_merge, erase=_erase)
