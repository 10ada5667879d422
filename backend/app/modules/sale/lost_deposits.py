"""The job that takes fees out of the deposits of guests who missed their visits."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.audit import set_program
from app.db.transactions import run_in_transaction
from app.modules.deposit.balances import try_to_lock
from app.modules.deposit.deposit_service import list_missed
from app.modules.identity.access import SYSTEM_USER
from app.modules.sale.kinds import Method
from app.modules.sale.new_payment import NewPayment
from app.modules.sale.payments import settle
from app.modules.sale.sale_errors import AlreadyBilled, NothingToBill
from app.modules.sale.sale_schemas import SaleContent, SaleCreate
from app.modules.sale.sale_service import open_bill, read_items

PROGRAM = "zenspa jobs"
_CAN_BE_UNDONE = timedelta(hours=24)
"""The time in which the desk undoes a cancellation, or checks in a guest who comes after all."""
_BATCH = 1_000
"""Deposits that one run takes. The next run continues."""


async def take_lost_deposits(stopping: asyncio.Event) -> int:
    """Bill the fees of missed visits to their deposits, once the desk can no longer undo that they were missed. Return how
    many there were."""
    done = 0
    for deposit_id in await run_in_transaction(partial(list_missed, since=_CAN_BE_UNDONE, most=_BATCH)):
        if stopping.is_set():
            break
        with suppress(AlreadyBilled, NothingToBill):  # the desk has opened a bill for them
            done += await run_in_transaction(partial(_bill, deposit_id=deposit_id))
    return done


async def _bill(session: AsyncSession, *, deposit_id: UUID) -> bool:
    """Open a bill for the fees, no higher than what is left of the deposit, and pay it. Return whether it was done.

    The deposit is locked before the bill, which is new, so that no other transaction has a lock on it.

    Raises:
        AlreadyBilled, NothingToBill
    """
    await set_program(session, PROGRAM)
    deposit = await try_to_lock(session, deposit_id)
    if deposit is None or not deposit.balance:
        return False  # another process was faster, or the desk
    items = await read_items(session, deposit.branch_id, [deposit.visit_id])
    more = max(sum(item.price for item in items) - deposit.balance, 0)
    new = SaleCreate(
        branch_id=deposit.branch_id,
        visit_ids=[deposit.visit_id],
        content=SaleContent(discount_amount=more),
    )
    bill = await open_bill(session, SYSTEM_USER, new)
    await settle(session, bill, [NewPayment(Method.DEPOSIT, bill.due, deposit_id=deposit_id)], None)
    return True
