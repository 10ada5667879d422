"""Replay the stored response when a client retries with the same Idempotency-Key.

draft-ietf-httpapi-idempotency-key-header. The response is stored in the transaction that does the work, so there is no
moment at which one is there without the other.

    async with idempotent(session, user.id, key, request, VisitRead) as replay:
        if replay.response:
            return replay.response
        ...  # the work
        return replay.store(visit)
"""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    Text,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException, ValidationException
from app.db.models import Base
from app.db.queries import fetch_raw
from app.db.transactions import run_in_transaction

KEPT_FOR = timedelta(days=30)
_BATCH = 1_000
# The texts of `zenspa_begin_idempotent` and `zenspa_roles` are in migrations (docs/sql.md).
_BEGIN = "SELECT is_locked, stored_request, stored_response FROM zenspa_begin_idempotent($1, $2)"
_STORE = """
INSERT INTO idempotency_key (user_id, key, request, response, roles) VALUES ($1, $2, $3, $4, zenspa_roles($1))
"""
_HOLDS_ROLES = "SELECT roles <@ zenspa_roles($1) FROM idempotency_key WHERE user_id = $1 AND key = $2"
_REPLACE = "UPDATE idempotency_key SET response = $3 WHERE user_id = $1 AND key = $2"

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern="^[!-~]+$",
        description="A new value, such as a UUID, for each thing that is to be done once. A retry with the same key and"
        " the same body gets the first response again, and nothing is done twice.",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


class IdempotencyInFlight(ConflictException):
    code = "IDEMPOTENCY_IN_FLIGHT"
    text = LocalizedText(
        "Thao tác này đang được xử lý. Vui lòng chờ giây lát rồi thử lại.",
        "This request is still being processed. Please try again in a moment.",
    )


class IdempotencyKeyReused(ValidationException):
    code = "IDEMPOTENCY_KEY_REUSED"
    text = LocalizedText(
        "Thao tác này đã được gửi với nội dung khác. Tải lại trang rồi làm lại.",
        "This Idempotency-Key was used for another request. Use a new one.",
    )


class StoredResponse(Base):
    """The response to a request with an Idempotency-Key."""

    __tablename__ = "idempotency_key"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    """Keys of different users are different keys."""
    key: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    request: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the request."""
    response: Mapped[object] = mapped_column(JSONB)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """The roles that the user had, in all branches: who has lost one since does not get the response again."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Replay[R: BaseModel]:
    """The response to an earlier request with the same key, if there is one; otherwise where this one's is stored."""

    def __init__(self, response: R | None) -> None:
        self.response = response
        self.stored: R | None = None
        self.replaces = False

    def store(self, response: R) -> R:
        """Store the response in the transaction of the work, and return it."""
        self.stored = response
        return response

    def replace(self, response: R) -> R:
        """Store the response in place of an earlier one, and return it.

        For work of several transactions: the first stores how to go on, and the last the response.
        """
        self.replaces = True
        return self.store(response)


@asynccontextmanager
async def idempotent[R: BaseModel](  # noqa: PLR0913 - whose request, what it asks, and what it gets
    session: AsyncSession,
    user_id: UUID,
    key: str,
    request: BaseModel,
    response_type: type[R],
    *,
    about: UUID | str = "",
) -> AsyncGenerator[Replay[R]]:
    """Do the work inside the context once for a user and a key.

    If `replay.response` is set, the caller returns it at once and does nothing; otherwise it ends with `replay.store`.
    Other requests with the key are refused until the transaction ends. A request that failed has stored nothing, so its
    retry does the work.

    Args:
        about: The object that the path names: the same body for another one is another request.

    Raises:
        IdempotencyInFlight: Another request with this key is being processed.
        IdempotencyKeyReused: The key was used for another request.
        ForbiddenException: The user has lost a role since then, which the response may have needed.
        RuntimeError: The work ended without an error and without `store`, or was done in spite of a stored response.
    """
    digest = digest_of(request, about)
    [(is_locked, stored_request, stored_response)] = await fetch_raw(session, _BEGIN, user_id, key)
    if not is_locked:
        raise IdempotencyInFlight
    if stored_request is not None:
        if stored_request != digest:
            raise IdempotencyKeyReused
        [(holds_roles,)] = await fetch_raw(session, _HOLDS_ROLES, user_id, key)
        if not holds_roles:
            raise ForbiddenException
        repeated = Replay(response_type.model_validate(stored_response))
        yield repeated
        if repeated.stored is not None:
            if not repeated.replaces:
                raise RuntimeError("the work was done in spite of a stored response")
            await fetch_raw(session, _REPLACE, user_id, key, repeated.stored.model_dump_json())
        return
    replay = Replay[R](None)
    yield replay
    if replay.stored is None:
        raise RuntimeError("no response was stored for this Idempotency-Key")
    await fetch_raw(session, _STORE, user_id, key, digest, replay.stored.model_dump_json())


def digest_of(request: BaseModel, about: UUID | str = "") -> bytes:
    """Return a digest of what is requested, however it is spelt.

    The order of fields and the zone of an instant do not matter, nor do fields left at their defaults: so a version with
    one field more recognises a request that the version before it has processed. Requests of different types differ.
    """
    content = f"{type(request).__name__}{about}\n{request.model_dump_json(exclude_defaults=True)}"
    return sha256(content.encode()).digest()


async def delete_old_responses(stopping: asyncio.Event) -> int:
    """Delete stored responses that are older than `KEPT_FOR`, a thousand at a time, and return how many."""
    deleted = 0
    while not stopping.is_set() and (batch := await run_in_transaction(_delete_batch)):
        deleted += batch
    return deleted


async def _delete_batch(session: AsyncSession) -> int:
    oldest = (
        select(StoredResponse.user_id, StoredResponse.key)
        .where(StoredResponse.created_at < func.now() - KEPT_FOR)
        .order_by(StoredResponse.created_at)
        .limit(_BATCH)
        .with_for_update(skip_locked=True)
    )
    statement = delete(StoredResponse).where(tuple_(StoredResponse.user_id, StoredResponse.key).in_(oldest))
    return len((await session.execute(statement.returning(StoredResponse.key))).all())


async def delete_responses(
    session: AsyncSession, *, mentioning: Collection[UUID | str], user_ids: Collection[UUID] = ()
) -> None:
    """Delete the stored responses that contain one of these ids or texts, and those of these users.

    It reads every stored response (a month of bookings). That is for erasures, which are rare.
    """
    mention = func.unnest(bindparam("mentions", [*map(str, mentioning)], type_=ARRAY(Text))).column_valued()
    mentions = exists(select(mention).where(func.strpos(cast(StoredResponse.response, Text), mention) > 0))
    await session.execute(delete(StoredResponse).where(or_(StoredResponse.user_id.in_(user_ids), mentions)))
