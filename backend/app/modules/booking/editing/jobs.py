"""The job of edits: what only an undo needs is dropped once the undo is too late.

A state has all treatments of a guest with their segments; what the history reads is a small part of it.
"""

import asyncio
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.queries import fetch_raw
from app.db.transactions import run_in_transaction
from app.modules.booking.status.transitions import UNDO_BY_DESK

_UNDO_IS_OVER = UNDO_BY_DESK + timedelta(hours=1)
"""The age of an edit that no request undoes any more, also one that waits or comes from another clock."""
_BATCH = 1_000
_SHORTEN = """
UPDATE appointment_edit
SET before = jsonb_build_object('visit_id', before -> 'visit_id', 'allocations', before -> 'allocations'),
    after = jsonb_build_object('visit_id', after -> 'visit_id', 'allocations', after -> 'allocations')
WHERE id IN (
    SELECT id FROM appointment_edit WHERE before ? 'treatments' AND created_at < $1
    ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


async def shorten_old_edits(stopping: asyncio.Event) -> int:
    """Drop from edits what only their undo needs, a thousand at a time, and return how many were shortened."""
    shortened = 0
    while not stopping.is_set() and (batch := await run_in_transaction(_shorten_batch)):
        shortened += batch
    return shortened


async def _shorten_batch(session: AsyncSession) -> int:
    return len(await fetch_raw(session, _SHORTEN, utc_now() - _UNDO_IS_OVER, _BATCH))
