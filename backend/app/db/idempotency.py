"""A request that is sent again, because its answer was lost, is answered again and not done again.

draft-ietf-httpapi-idempotency-key-header. The answer is kept in the transaction that did the work, so there is
no moment at which the one is there and the other is not.
"""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import ForeignKey, LargeBinary, Text, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ValidationException
from app.db.models import Base
from app.db.queries import fetch_raw
from app.db.transactions import run_in_transaction

KEPT_FOR = timedelta(days=30)
_BATCH = 1_000
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1::uuid || ':' || $2::text, 0))"
_KEEP = "INSERT INTO idempotency_key (user_id, key, request, answer) VALUES ($1, $2, $3, $4) RETURNING key"
_FIND = "SELECT request, answer FROM idempotency_key WHERE user_id = $1 AND key = $2"
"""Asked when the lock is ours: a statement sees what was committed when it began, and in one with both whoever had the
lock could end in between. Then the work would be done again, or refused because it is done."""

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern="^[!-~]+$",
        description="A new one, as a UUID, for each thing that is to be done once. Sent again with it, the same"
        " request is answered again and not done again.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


class IdempotencyInFlight(ConflictException):
    code = "IDEMPOTENCY_IN_FLIGHT"
    text = LocalizedText(
        "Yêu cầu này đang được xử lý; hãy gửi lại sau giây lát.",
        "This request is being worked on; send it again in a moment.",
    )


class IdempotencyKeyReused(ValidationException):
    code = "IDEMPOTENCY_KEY_REUSED"
    text = LocalizedText(
        "Idempotency-Key này đã được dùng cho một yêu cầu khác.",
        "This Idempotency-Key was used for another request.",
    )


class KeptAnswer(Base):
    """What a request with a key was answered."""

    __tablename__ = "idempotency_key"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    """Another user's key is another key."""
    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of what was asked."""
    answer: Mapped[object] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


def digest_of(operation: str, request: BaseModel) -> bytes:
    """Of what is asked, however it was spelt: the order of fields and the zone of an instant do not matter, nor what is
    left out, so that a version with one field more knows a request that the one before it has answered."""
    return sha256(f"{operation}\n{request.model_dump_json(exclude_defaults=True)}".encode()).digest()


async def answer_kept[A: BaseModel](
    session: AsyncSession, answer: type[A], user_id: UUID, key: str, request: bytes
) -> A | None:
    """What the same request was answered before; none when it comes for the first time. Until the transaction ends
    nobody else works on a request with this key.

    Raises:
        IdempotencyInFlight: somebody does already.
        IdempotencyKeyReused: for another request.
    """
    [(is_mine,)] = await fetch_raw(session, _LOCK, user_id, key)
    if not is_mine:
        raise IdempotencyInFlight
    for kept_request, kept in await fetch_raw(session, _FIND, user_id, key):
        if kept_request != request:
            raise IdempotencyKeyReused
        return answer.model_validate(kept)
    return None


async def keep_answer(
    session: AsyncSession, answer: BaseModel, user_id: UUID, key: str, request: bytes
) -> None:
    """In the transaction of the work, which `answer_kept` began."""
    await fetch_raw(session, _KEEP, user_id, key, request, answer.model_dump_json())


async def delete_old_answers(stopping: asyncio.Event) -> int:
    """Delete stored responses that are older than `KEPT_FOR`, a thousand at a time, and return how many."""
    deleted = 0
    while not stopping.is_set() and (batch := await run_in_transaction(_delete_batch)):
        deleted += batch
    return deleted


async def _delete_batch(session: AsyncSession) -> int:
    oldest = (
        select(KeptAnswer.user_id, KeptAnswer.key)
        .where(KeptAnswer.created_at < func.now() - KEPT_FOR)
        .order_by(KeptAnswer.created_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    statement = delete(KeptAnswer).where(tuple_(KeptAnswer.user_id, KeptAnswer.key).in_(oldest))
    return len((await session.execute(statement.returning(KeptAnswer.key))).all())
