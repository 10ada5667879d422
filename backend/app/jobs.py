"""The periodic jobs: changes that are due because time has passed. Every process runs them; any number may run at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.core.config import settings
from app.core.database import reason_of
from app.db.idempotency import delete_old_responses
from app.modules.bank_transfer.bank_transfer_service import match_new_transfers
from app.modules.booking.editing.jobs import shorten_old_edits
from app.modules.booking.status.jobs import decline_unanswered, expire_holds, mark_no_shows
from app.modules.course.jobs import expire_courses
from app.modules.gift_card.jobs import expire_gift_cards
from app.modules.online_booking.joining import delete_ended_links, join_customers, run_joining
from app.modules.sale.lost_deposits import take_lost_deposits

type Job = Callable[[asyncio.Event], Awaitable[int]]
"""A job does what is due until there is no more or the process is stopping, and returns how much it did."""

JOBS: list[Job] = [
    expire_holds,
    decline_unanswered,
    mark_no_shows,
    shorten_old_edits,
    join_customers,
    delete_ended_links,
    expire_gift_cards,
    match_new_transfers,
    expire_courses,
    take_lost_deposits,
    delete_old_responses,
]

logger = structlog.get_logger(__name__)


async def run_background_work(stopping: asyncio.Event) -> None:
    """Run all jobs again and again, and beside them the joins that follow confirmations soon."""
    async with asyncio.TaskGroup() as group:
        group.create_task(run_jobs(stopping))
        group.create_task(run_joining(stopping))


async def run_jobs(stopping: asyncio.Event, *, every: float = settings.JOB_INTERVAL_SECONDS) -> None:
    """Run all jobs every so many seconds, plus or minus a half, so that processes that were started together do not run them
    at the same time. 0 runs none."""
    while every and not await _is_set(stopping, within=every * random.uniform(0.5, 1.5)):  # noqa: S311 - no secret
        await run_once(stopping)


async def run_once(stopping: asyncio.Event | None = None) -> int:
    """Run every job once, and return the number of changes. A job that fails does not keep the others from running."""
    stopping = stopping or asyncio.Event()
    done = 0
    for job in JOBS:
        try:
            done += await job(stopping)
        except (OSError, SQLAlchemyError) as error:
            logger.warning("job failed", job=job.__name__, reason=reason_of(error))
        except Exception:
            logger.exception("job failed", job=job.__name__)  # a bug; the other jobs are due all the same
    return done


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            await event.wait()
    return event.is_set()
