"""Gift cards that were sold, each in one line, through the functions by which bills sell them.

card_id = await sell_card(branch_id, 500_000)
code = await code_of(card_id)
"""

from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.transactions import run_in_transaction
from app.modules.gift_card import balances, gift_card_service
from app.modules.gift_card.balances import NewGiftCard
from app.modules.identity.access import SYSTEM_USER
from app.modules.ledger.till import lock_till


async def sell_card(
    branch_id: UUID,
    value: int = 500_000,
    *,
    sale_line_id: UUID | None = None,
    customer_id: UUID | None = None,
    expires_on: date | None = None,
) -> UUID:
    """Issue a card without a code, and return its id. The ledger is the business of the bill."""
    new = NewGiftCard(sale_line_id or uuid4(), value, customer_id, expires_on)

    async def issue(session: AsyncSession) -> UUID:
        till = await lock_till(session, branch_id)
        [card_id] = await balances.issue_gift_cards(session, till, [new])
        return card_id

    return await run_in_transaction(issue)


async def redeem(card_id: UUID, branch_id: UUID, amount: int, payment_id: UUID | None = None) -> None:
    """Pay an amount with a card at a branch."""

    async def pay(session: AsyncSession) -> None:
        cards = await balances.lock_cards(session, card_ids=[card_id])
        till = await lock_till(session, branch_id)
        await balances.redeem(session, till, cards[card_id], amount, payment_id or uuid4())

    await run_in_transaction(pay)


async def give_back(card_id: UUID, branch_id: UUID, amount: int) -> None:
    """Refund a part of a payment to its card."""

    async def refund(session: AsyncSession) -> None:
        cards = await balances.lock_cards(session, card_ids=[card_id])
        till = await lock_till(session, branch_id)
        await balances.give_back(session, till, cards[card_id], amount, uuid4())

    await run_in_transaction(refund)


async def take_back(sale_line_id: UUID, branch_id: UUID) -> None:
    """Empty the cards of a line whose price is refunded."""

    async def refund(session: AsyncSession) -> None:
        cards = await balances.lock_cards(session, sale_line_ids=[sale_line_id])
        till = await lock_till(session, branch_id)
        await balances.take_back(session, till, cards.values(), uuid4())

    await run_in_transaction(refund)


async def code_of(card_id: UUID, key: str = "first") -> str:
    """Give a card a code, and return it."""
    made = await run_in_transaction(
        lambda session: gift_card_service.make_code(session, SYSTEM_USER, card_id, key)
    )
    return made.code
