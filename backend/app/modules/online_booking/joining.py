"""Give visits that guests booked without an account their customers, apart from every request.

A guest whose phone number the spa knows becomes that customer, who is not changed; any other becomes a new one. It happens
some seconds after the confirmation, in a task that no connection of a guest waits for, so that neither an answer nor its
time tells which of the two it was. What a crash has left is found by the same job later.
"""

import asyncio
import random
from contextlib import suppress
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.config import settings
from app.core.database import reason_of
from app.db.audit import set_program
from app.db.transactions import run_in_transaction
from app.modules.booking.visit.access import ONLINE_PROGRAM
from app.modules.booking.visit.booker import set_booker
from app.modules.customer import customer_service
from app.modules.customer.customer_schemas import CustomerCreate
from app.modules.online_booking.guest_links import LINK_LIFETIME
from app.modules.online_booking.online_booking_models import GuestLink

_BATCH = 1_000
_SHORTEST_PAUSE, _LONGEST_PAUSE = 1.0, 4.0
"""Seconds between a confirmation and its join, at random."""
_TO_JOIN = text("SELECT id FROM guest_link_to_join ORDER BY id LIMIT :batch")
_ENDED = text("SELECT id FROM guest_link_visit WHERE ends_at <= :before LIMIT :batch")

logger = structlog.get_logger(__name__)


class _Waiting:
    """The wish of a request that a visit gets its customer."""

    event: asyncio.Event | None = None


async def wake_joining() -> None:
    """Let the task of this process join what is due, soon. Without the task, the job does it later."""
    if _Waiting.event is not None:
        _Waiting.event.set()


async def run_joining(stopping: asyncio.Event, *, every: float = settings.JOB_INTERVAL_SECONDS) -> None:
    """Join visits soon after they are confirmed in this process. If it runs no jobs (`every` is 0), it joins none."""
    if not every:
        return
    event = _Waiting.event = asyncio.Event()
    try:
        while not stopping.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(1):  # to see that the process stops
                    await event.wait()
            if not event.is_set():
                continue
            event.clear()
            await asyncio.sleep(random.uniform(_SHORTEST_PAUSE, _LONGEST_PAUSE))  # noqa: S311 - no secret
            try:
                await join_customers(stopping)
            except (OSError, SQLAlchemyError) as error:
                logger.warning("job failed", job="join_customers", reason=reason_of(error))
    finally:
        _Waiting.event = None


async def join_customers(stopping: asyncio.Event) -> int:
    """Give confirmed visits their customers, and return how many."""
    done = 0
    for link_id in await run_in_transaction(_to_join):
        if stopping.is_set():
            break
        done += await run_in_transaction(partial(_join, link_id=link_id))
    return done


async def _to_join(session: AsyncSession) -> list[UUID]:
    return [*await session.scalars(_TO_JOIN, {"batch": _BATCH})]


async def _join(session: AsyncSession, *, link_id: UUID) -> bool:
    """Join one visit, and return whether it was done. Customers are locked before links, and links before visits."""
    await set_program(session, ONLINE_PROGRAM)
    link = await session.get(GuestLink, link_id)
    if link is None or link.contact_phone is None:
        return False
    guest = CustomerCreate(full_name=link.contact_name, phone=link.contact_phone, email=link.contact_email)
    customer = await customer_service.find_or_add_by_phone(session, guest)
    locked = select(GuestLink).where(GuestLink.id == link_id, GuestLink.customer_id.is_(None))
    locked = locked.with_for_update(key_share=True, skip_locked=True)
    if await session.scalar(locked.execution_options(populate_existing=True)) is None:
        return False  # another process does it
    await set_booker(session, link.visit_id, customer.id, customer.full_name)
    link.customer_id = customer.id
    await session.flush()
    return True


async def delete_ended_links(stopping: asyncio.Event) -> int:
    """Delete the links of visits that are long over, with what their guests typed, and forget the addresses of holds that
    are over. Return how many changed."""
    done = 0
    while not stopping.is_set() and (batch := await run_in_transaction(_delete_batch)):
        done += batch
    return done


async def _delete_batch(session: AsyncSession) -> int:
    await set_program(session, ONLINE_PROGRAM)
    now = utc_now()
    ended = await session.scalars(_ENDED, {"before": now - LINK_LIFETIME, "batch": _BATCH})
    deleted = await session.execute(
        delete(GuestLink).where(GuestLink.id.in_(ended.all())).returning(GuestLink.id)
    )
    over = select(GuestLink.id).where(GuestLink.held_until < now).limit(_BATCH)
    forget = update(GuestLink).where(GuestLink.id.in_(over.with_for_update(skip_locked=True)))
    forgotten = await session.execute(
        forget.values(
            address_hash=None, held_until=None, code_hash=None, code_expires_at=None, contact_email=None
        ).returning(GuestLink.id)
    )
    return len(deleted.all()) + len(forgotten.all())
