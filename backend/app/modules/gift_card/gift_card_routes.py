"""Routes of gift cards."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep, read_only
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.db.idempotency import IdempotencyKey
from app.http.router import ApiRouter
from app.modules.gift_card import gift_card_service as service
from app.modules.gift_card.gift_card_errors import GiftCardNotFound
from app.modules.gift_card.gift_card_schemas import (
    GiftCardCode,
    GiftCardDetail,
    GiftCardListQuery,
    GiftCardLookup,
    GiftCardPage,
    GiftCardRead,
)
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/gift-cards", tags=["Gift cards"])


@router.get("", responses=error_responses(InvalidCursorException))
async def list_gift_cards(
    user: SignedIn, session: SessionDep, query: Annotated[GiftCardListQuery, Query()]
) -> GiftCardPage:
    """List gift cards, the newest first: all, those of a customer, or those whose code ends in some characters."""
    return await service.list_cards(session, user, query)


@router.post("/lookup", responses=error_responses(GiftCardNotFound))
@read_only
async def find_gift_card(user: SignedIn, session: SessionDep, lookup: GiftCardLookup) -> GiftCardRead:
    """Find the gift card of a code, typed or scanned. Only so many unknown codes can be tried."""
    return await service.find_by_code(session, user, lookup.code)


@router.get("/{gift_card_id}", responses=error_responses(GiftCardNotFound))
async def get_gift_card(user: SignedIn, session: SessionDep, gift_card_id: UUID) -> GiftCardDetail:
    """Return a gift card with all that changed its balance."""
    return await service.read_card(session, user, gift_card_id)


@router.post("/{gift_card_id}/code", responses=error_responses(GiftCardNotFound))
async def make_gift_card_code(
    user: SignedIn, session: SessionDep, gift_card_id: UUID, key: IdempotencyKey
) -> GiftCardCode:
    """Give a gift card its code, which is shown this once: the desk after the sale.

    The code is stored nowhere; only a retry with the same Idempotency-Key gets it again. A card that was lost gets a new code
    from an administrator of the branch that sold it: the balance stays, the old code opens nothing any more, and the card is
    unlocked.
    """
    return await service.make_code(session, user, gift_card_id, key)


@router.post("/{gift_card_id}/lock", responses=error_responses(GiftCardNotFound))
async def lock_gift_card(user: SignedIn, session: SessionDep, gift_card_id: UUID) -> GiftCardRead:
    """Lock a gift card that was reported lost, so that nothing can be paid with it."""
    return await service.lock_card(session, user, gift_card_id)


@router.post("/{gift_card_id}/unlock", responses=error_responses(GiftCardNotFound))
async def unlock_gift_card(user: SignedIn, session: SessionDep, gift_card_id: UUID) -> GiftCardRead:
    """Unlock a gift card that was found again. A new code unlocks it, too."""
    return await service.unlock_card(session, user, gift_card_id)
