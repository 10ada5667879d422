"""The responses stored for idempotent requests, which may tell of customers."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.idempotency import delete_responses
from app.modules.customer.personal_data_holder import PersonalDataHolder

_REFUSED_ROWS = '"refused_rows": "'
"""The rows that an import returned: people without an id, and the erased person may be one."""


async def _export(_session: AsyncSession, _customer_ids: Sequence[UUID]) -> list[BaseModel]:
    """Return nothing: the responses repeat what other modules keep, and are gone after a month."""
    return []


async def _merge(_session: AsyncSession, _duplicate_id: UUID, _survivor_id: UUID) -> None:
    """Leave the responses: a retry gets what the first request got."""


async def _erase(session: AsyncSession, customer_ids: Sequence[UUID], user_ids: Sequence[UUID]) -> None:
    await delete_responses(session, mentioning=[*customer_ids, _REFUSED_ROWS], user_ids=user_ids)


STORED_RESPONSES = PersonalDataHolder(
    name="stored_responses", tables=frozenset({"idempotency_key"}), export=_export, merge=_merge, erase=_erase
)
