"""The job that takes what is left on gift cards that have expired."""

import asyncio
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.audit import set_program
from app.db.transactions import run_in_transaction
from app.modules.branch import branch_service
from app.modules.gift_card.balances import move
from app.modules.gift_card.gift_card_models import GiftCard
from app.modules.gift_card.kinds import GiftCardEntryKind
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.ledger.ledger_service import Entry, Fact
from app.modules.ledger.till import business_day, lock_till

PROGRAM = "zenspa jobs"
_BATCH = 1_000
"""Cards of a branch that one run takes. The next run continues."""


async def expire_gift_cards(stopping: asyncio.Event) -> int:
    """Let cards expire on the day after their last one, and return how many did."""
    done = 0
    for card_id in await run_in_transaction(_due):
        if stopping.is_set():
            break
        done += await run_in_transaction(partial(_expire, card_id=card_id))
    return done


async def _due(session: AsyncSession) -> list[UUID]:
    card_ids: list[UUID] = []
    for branch in await branch_service.list_branches(session):
        today = business_day(utc_now(), ZoneInfo(branch.time_zone), branch.business_day_starts)
        expired = GiftCard.branch_id == branch.id, GiftCard.expires_on < today, GiftCard.balance > 0
        card_ids += await session.scalars(select(GiftCard.id).where(*expired).limit(_BATCH))
    return card_ids


async def _expire(session: AsyncSession, *, card_id: UUID) -> bool:
    """Take what is left on a card, unless another process has it. The till says which day it is once it is locked."""
    await set_program(session, PROGRAM)
    lock = select(GiftCard).where(GiftCard.id == card_id, GiftCard.balance > 0)
    card = await session.scalar(lock.with_for_update(key_share=True, skip_locked=True))
    if card is None:
        return False
    till = await lock_till(session, card.branch_id)
    if card.expires_on is None or card.expires_on >= till.business_day:
        return False
    [entry_id] = await move(session, till, GiftCardEntryKind.EXPIRED, [(card_id, -card.balance, None)])
    lost = [Entry(Account.GIFT_CARD, card.balance), Entry(Account.FORFEITED, -card.balance)]
    await ledger_service.post(session, till, Fact("gift_card_entry", entry_id, lost))
    return True
