"""Changes of the balances of gift cards, for the modules that sell them and take them as payment.

These functions move the balances alone. The caller posts what they move to the ledger with the rest of its fact: a sale
credits GIFT_CARD, a payment and the refund of a sold card debit it. Lock cards before the till, all at once:

    cards = await balances.lock_cards(session, card_ids=[card_id])
    till = await lock_till(session, branch_id)
    await balances.redeem(session, till, cards[card_id], amount, payment_id)
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.errors import translate_integrity_errors
from app.db.queries import fetch_raw
from app.modules.gift_card.gift_card_errors import (
    GiftCardBalanceTooLow,
    GiftCardExpired,
    GiftCardLocked,
    GiftCardNotFound,
    GiftCardUsed,
)
from app.modules.gift_card.kinds import GiftCardEntryKind
from app.modules.ledger.till import LockedTill

VALID_AFTER_REFUND = timedelta(days=30)
"""The time for which a card that has expired is valid again when a payment by it is refunded."""
# One statement for each: a trigger adds the entries up.
_ISSUE = """
WITH issued AS (
    INSERT INTO gift_card (id, branch_id, value, sale_line_id, customer_id, expires_on)
    SELECT new.id, $1, new.value, new.sale_line_id, new.customer_id, new.expires_on
    FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::date[])
        AS new (id, value, sale_line_id, customer_id, expires_on)
)
INSERT INTO gift_card_entry (id, gift_card_id, kind, amount, branch_id, business_day, source_id)
SELECT new.entry_id, new.id, 'issued', new.value, $1, $2, new.sale_line_id
FROM unnest($3::uuid[], $4::bigint[], $5::uuid[], $8::uuid[]) AS new (id, value, sale_line_id, entry_id)
"""
_LOCK = """
SELECT id, balance, value, branch_id, sale_line_id, customer_id, expires_on, locked_at IS NOT NULL FROM gift_card
WHERE id = ANY($1) OR sale_line_id = ANY($2) ORDER BY id FOR NO KEY UPDATE
"""
_MOVE = """
INSERT INTO gift_card_entry (id, gift_card_id, kind, amount, branch_id, business_day, source_id)
SELECT new.id, new.gift_card_id, $3, new.amount, $1, $2, new.source_id
FROM unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::uuid[]) AS new (id, gift_card_id, amount, source_id)
"""
_EXTEND = "UPDATE gift_card SET expires_on = $2, updated_at = clock_timestamp() WHERE id = $1"
_OWED = """
SELECT coalesce(sum(amount), 0)::bigint FROM gift_card_entry
WHERE business_day <= $1 AND ($2::uuid IS NULL OR branch_id = $2)
"""


class NewGiftCard(NamedTuple):
    """A card that is sold."""

    sale_line_id: UUID
    value: int
    customer_id: UUID | None = None
    """The customer who has it, if that is known. The caller has locked them (`require_active`)."""
    expires_on: date | None = None


class LockedCard(NamedTuple):
    """A card whose balance no other transaction changes until this one ends."""

    id: UUID
    balance: int
    value: int
    branch_id: UUID
    sale_line_id: UUID
    customer_id: UUID | None
    expires_on: date | None
    is_locked: bool
    """Whether it was reported lost."""


async def issue_gift_cards(
    session: AsyncSession, till: LockedTill, cards: Sequence[NewGiftCard]
) -> list[UUID]:
    """Issue the cards of a sale, and return their ids in order. They get their codes later (`make_code`)."""
    if not cards:
        return []
    await session.flush()
    ids = [uuid7() for _ in cards]
    await fetch_raw(
        session,
        _ISSUE,
        till.branch_id,
        till.business_day,
        ids,
        [card.value for card in cards],
        [card.sale_line_id for card in cards],
        [card.customer_id for card in cards],
        [card.expires_on for card in cards],
        [uuid7() for _ in cards],
    )
    return ids


async def lock_cards(
    session: AsyncSession, *, card_ids: Collection[UUID] = (), sale_line_ids: Collection[UUID] = ()
) -> dict[UUID, LockedCard]:
    """Lock cards by their ids, and those that were sold by lines of bills. Call it once, before the till is locked.

    Raises:
        GiftCardNotFound
    """
    rows = await fetch_raw(session, _LOCK, list(card_ids), list(sale_line_ids))
    cards = {row[0]: LockedCard(*row) for row in rows}
    if not cards.keys() >= set(card_ids):
        raise GiftCardNotFound
    return cards


async def redeem(
    session: AsyncSession, till: LockedTill, card: LockedCard, amount: int, payment_id: UUID
) -> None:
    """Pay an amount with a card.

    Raises:
        GiftCardLocked, GiftCardExpired, GiftCardBalanceTooLow
    """
    if card.is_locked:
        raise GiftCardLocked
    if card.expires_on is not None and card.expires_on < till.business_day:
        raise GiftCardExpired
    with translate_integrity_errors({"gift_card_balance_check": GiftCardBalanceTooLow}):
        await move(session, till, GiftCardEntryKind.REDEEMED, [(card.id, -amount, payment_id)])


async def give_back(
    session: AsyncSession, till: LockedTill, card: LockedCard, amount: int, refund_id: UUID
) -> None:
    """Put an amount of a refunded payment back on its card, also on a locked one.

    One that has expired is valid for another 30 days: otherwise the money would be lost again in the same night.
    """
    await move(session, till, GiftCardEntryKind.REFUNDED, [(card.id, amount, refund_id)])
    if card.expires_on is not None and card.expires_on < till.business_day:
        await fetch_raw(session, _EXTEND, card.id, till.business_day + VALID_AFTER_REFUND)


async def take_back(
    session: AsyncSession, till: LockedTill, cards: Collection[LockedCard], refund_line_id: UUID
) -> None:
    """Empty cards whose price is refunded. They are refused unless all is there, so that no gift becomes cash.

    Raises:
        GiftCardUsed
    """
    if any(card.balance != card.value for card in cards):
        raise GiftCardUsed
    await move(
        session, till, GiftCardEntryKind.RETURNED, [(card.id, -card.value, refund_line_id) for card in cards]
    )


async def move(
    session: AsyncSession,
    till: LockedTill,
    kind: GiftCardEntryKind,
    entries: Sequence[tuple[UUID, int, UUID | None]],
) -> list[UUID]:
    """Write entries of locked cards down, and return their ids. PostgreSQL changes the balances with them.

    Args:
        entries: For each the card, the signed amount and its source.

    Raises:
        IntegrityError: A balance would be below 0 or above the value, or the source has an entry already.
    """
    ids = [uuid7() for _ in entries]
    await session.flush()
    await fetch_raw(
        session,
        _MOVE,
        till.branch_id,
        till.business_day,
        kind,
        ids,
        [card_id for card_id, _, _ in entries],
        [amount for _, amount, _ in entries],
        [source_id for _, _, source_id in entries],
    )
    return ids


async def owed_on(session: AsyncSession, branch_id: UUID | None, day: date) -> int:
    """Return what the spa owed for gift cards at the end of a business day, as the ledger has it.

    Args:
        branch_id: One branch, or None for all. A card that is used in another branch than it was sold in is owed by the
            first, which has the money, to the second: there the amount is negative.
    """
    [(owed,)] = await fetch_raw(session, _OWED, day, branch_id)
    return int(owed)
