"""The gift cards of customers, as personal data."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.customer.personal_data_holder import PersonalDataHolder
from app.modules.gift_card.gift_card_models import GiftCard
from app.modules.gift_card.gift_card_schemas import GiftCardRead


async def _export(session: AsyncSession, customer_ids: Sequence[UUID]) -> list[GiftCardRead]:
    cards = select(GiftCard).where(GiftCard.customer_id.in_(customer_ids)).order_by(GiftCard.id)
    return [GiftCardRead.model_validate(card) for card in await session.scalars(cards)]


async def _merge(session: AsyncSession, duplicate_id: UUID, survivor_id: UUID) -> None:
    cards = update(GiftCard).where(GiftCard.customer_id == duplicate_id)
    await session.execute(cards.values(customer_id=survivor_id))


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], _user_ids: Sequence[UUID]) -> None:
    """Forget who has a card. The money on it stays with the holder of its code."""
    cards = update(GiftCard).where(GiftCard.customer_id.in_(customer_ids))
    await session.execute(cards.values(customer_id=None))


GIFT_CARDS = PersonalDataHolder(
    name="gift_cards", tables=frozenset({"gift_card"}), export=_export, merge=_merge, erase=_erase
)
