"""Name who changes something in a transaction: the triggers of the audit ledger (migration 0002) write it down."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.logging import request_id_var

_SET_ACTOR = text(
    "SELECT set_config('zenspa.actor', :actor, true), set_config('zenspa.request', :request, true)"
)
_SET_PROGRAM = text(
    "SELECT set_config('application_name', :program, true), set_config('zenspa.request', :request, true)"
)

_MASK = text(
    "UPDATE audit_entry SET before = zenspa_masked(before), after = zenspa_masked(after)"
    " WHERE entity_id = ANY(:entity_ids)"
)


async def set_actor(session: AsyncSession, user_id: UUID) -> None:
    """Attribute the changes of this transaction to a user.

    A route with a `SignedIn` user has it done already. A public route that changes something calls it, or `set_program`, itself.
    """
    await session.execute(_SET_ACTOR, {"actor": str(user_id), "request": request_id_var.get()})


async def set_program(session: AsyncSession, program: str) -> None:
    """Attribute the changes of this transaction to a part of the software instead of a user, such as a job."""
    await session.execute(_SET_PROGRAM, {"program": program, "request": request_id_var.get()})


async def mask_entries_about(session: AsyncSession, entity_ids: Sequence[UUID]) -> None:
    """Remove the values from the ledger's entries about these rows, by a person's right to be forgotten.

    The column, the time and the user of each change stay. Flush first: what is still in the session is not in the ledger yet.
    """
    await session.execute(_MASK, {"entity_ids": list(entity_ids)})
