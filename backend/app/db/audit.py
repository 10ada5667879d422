"""On whose behalf a transaction works; the triggers of the audit ledger (migration 0002) write it beside each change."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.logging import request_id_var

_ACT_AS = text(
    "SELECT set_config('zenspa.actor', :actor, true), set_config('zenspa.request', :request, true)"
)
_ACT_AS_PROGRAM = text("SELECT set_config('application_name', :program, true)")


async def act_as(session: AsyncSession, user_id: UUID) -> None:
    """Changes of this transaction are this user's.

    Routes with `Requires(...)` have done it; a public route that changes something does it itself.
    """
    await session.execute(_ACT_AS, {"actor": str(user_id), "request": request_id_var.get()})


async def act_as_program(session: AsyncSession, program: str) -> None:
    """Changes of this transaction are nobody's: the spa itself makes them, by this part of it."""
    await session.execute(_ACT_AS_PROGRAM, {"program": program})
