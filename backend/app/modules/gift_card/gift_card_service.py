"""Gift cards (thẻ quà tặng) for the desk: finding them, giving them codes, and locking lost ones."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.paging import fetch_page
from app.db.queries import get_row
from app.modules.gift_card.codes import code_for, grouped, hash_of, normalize
from app.modules.gift_card.gift_card_errors import GiftCardNotFound
from app.modules.gift_card.gift_card_models import GiftCard, GiftCardEntry
from app.modules.gift_card.gift_card_schemas import (
    GiftCardCode,
    GiftCardDetail,
    GiftCardEntryRead,
    GiftCardListQuery,
    GiftCardPage,
    GiftCardRead,
)
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, Role
from app.redis.rate_limit import RateLimit, require_left, take

UNKNOWN_CODES = RateLimit("gift-card-codes", requests=20, seconds=600)
"""Unknown codes that a user may try: a hand that slips is far below it."""


async def find_by_code(session: AsyncSession, user: CurrentUser, typed: str) -> GiftCardRead:
    """Return the card of a code, however it is spelt.

    Raises:
        ForbiddenException: The user is not at a desk.
        GiftCardNotFound: No card has this code, or it is no code at all: the two answers are the same.
        RateLimitException: The user has tried too many of these. Then also codes of cards are refused.
    """
    authorize(user, *DESK)
    await require_left(UNKNOWN_CODES, str(user.id))
    card = await session.scalar(select(GiftCard).where(GiftCard.code_hash == hash_of(normalize(typed))))
    if card is None:
        await take(UNKNOWN_CODES, str(user.id))
        raise GiftCardNotFound
    return GiftCardRead.model_validate(card)


async def list_cards(session: AsyncSession, user: CurrentUser, query: GiftCardListQuery) -> GiftCardPage:
    """Return a page of cards, the newest first.

    Raises:
        ForbiddenException: The user is not at a desk.
        InvalidCursorException
    """
    authorize(user, *DESK)
    cards = select(GiftCard)
    if query.customer_id is not None:
        cards = cards.where(GiftCard.customer_id == query.customer_id)
    if query.last4 is not None:
        cards = cards.where(GiftCard.last4 == query.last4)
    purpose = f"gift-cards:{query.customer_id or ''}:{query.last4 or ''}"
    page, next_cursor = await fetch_page(session, GiftCard, cards, query, purpose=purpose)
    return GiftCardPage(items=[GiftCardRead.model_validate(card) for card in page], next_cursor=next_cursor)


async def read_card(session: AsyncSession, user: CurrentUser, card_id: UUID) -> GiftCardDetail:
    """Return a card with its entries.

    Raises:
        ForbiddenException: The user is not at a desk.
        GiftCardNotFound
    """
    authorize(user, *DESK)
    card = await get_row(session, GiftCard, card_id, GiftCardNotFound)
    entries = select(GiftCardEntry).where(GiftCardEntry.gift_card_id == card_id).order_by(GiftCardEntry.id)
    return GiftCardDetail(
        **dict(GiftCardRead.model_validate(card)),
        entries=[GiftCardEntryRead.model_validate(entry) for entry in await session.scalars(entries)],
    )


async def make_code(session: AsyncSession, user: CurrentUser, card_id: UUID, key: str) -> GiftCardCode:
    """Give a card a code, and return it this once. It unlocks the card; a code that it had opens nothing any more.

    Not at the sale: a bill may be closed by the notice of a bank, and then no person would see the code.

    Args:
        key: The Idempotency-Key. The first request that is sent again gets the same code, which is stored nowhere.

    Raises:
        ForbiddenException: The user is not at the desk of the branch that sold the card; or the card has a code, and the
            user is not administrator there.
        GiftCardNotFound
    """
    authorize(user, *DESK)
    card = await get_row(session, GiftCard, card_id, GiftCardNotFound)
    authorize(user, *DESK, branch_id=card.branch_id)
    card = await get_row(session, GiftCard, card_id, GiftCardNotFound, lock=True)
    code = code_for(card_id, key)
    if card.code_hash != hash_of(code):
        if card.code_hash is not None:
            authorize(user, Role.ADMIN, branch_id=card.branch_id)
        card.code_hash, card.last4, card.locked_at = hash_of(code), code[-4:], None
        await session.flush()
    return GiftCardCode(code=grouped(code), gift_card=GiftCardRead.model_validate(card))


async def lock_card(session: AsyncSession, user: CurrentUser, card_id: UUID) -> GiftCardRead:
    """Lock a card that was reported lost. Any desk can: the guest may be in another branch.

    Raises:
        ForbiddenException: The user is not at a desk.
        GiftCardNotFound
    """
    authorize(user, *DESK)
    card = await get_row(session, GiftCard, card_id, GiftCardNotFound, lock=True)
    card.locked_at = card.locked_at or utc_now()
    await session.flush()
    return GiftCardRead.model_validate(card)


async def unlock_card(session: AsyncSession, user: CurrentUser, card_id: UUID) -> GiftCardRead:
    """Unlock a card that was found again.

    Raises:
        ForbiddenException: The user is not administrator of the branch that sold it.
        GiftCardNotFound
    """
    authorize(user, Role.ADMIN)
    card = await get_row(session, GiftCard, card_id, GiftCardNotFound)
    authorize(user, Role.ADMIN, branch_id=card.branch_id)
    card = await get_row(session, GiftCard, card_id, GiftCardNotFound, lock=True)
    card.locked_at = None
    await session.flush()
    return GiftCardRead.model_validate(card)
