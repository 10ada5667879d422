"""What services do with rows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import Entity
from app.core.exceptions import NotFoundException


async def get_row[E: Entity](  # noqa: PLR0913 - four say which, two how
    session: AsyncSession,
    entity: type[E],
    row_id: UUID,
    missing: type[NotFoundException],
    *,
    lock: bool = False,
    share: bool = False,
) -> E:
    """With `lock` nobody else changes it until the transaction ends; with `share` nobody changes it.

    Locked, it is as it is now, also when the session has read it before: what was committed in between, or while it
    waited for the lock, would else stay unseen. So changes are flushed before it is locked again.

    Raises:
        NotFoundException: the `missing` that was given.
    """
    wanted = {"key_share": True} if lock else {"read": True} if share else None
    row = await session.get(entity, row_id, with_for_update=wanted, populate_existing=wanted is not None)
    if row is None:
        raise missing
    return row


async def ask(session: AsyncSession, statement: str, *parameters: object) -> Sequence[Any]:
    """The rows of a question in PostgreSQL's own words, with `$1` for the first parameter: for what is asked all the
    time, as `text()` costs 60 µs more. What the session has not flushed is not seen."""
    connection = await session.connection()
    return (await connection.exec_driver_sql(statement, parameters)).all()


def bounds[T](of: Range[T]) -> tuple[T, T]:
    """Both ends; a check of each of our tables sees to it that there are two."""
    assert of.lower is not None
    assert of.upper is not None
    return of.lower, of.upper
