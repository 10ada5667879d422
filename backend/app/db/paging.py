"""Pages by keyset: the hundredth costs what the first costs, and a row made meanwhile shifts none."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import PageQuery
from app.core.security import read_cursor, sign_cursor
from app.db.models import Entity


async def newest_first[E: Entity](
    session: AsyncSession, entity: type[E], statement: Select[E], query: PageQuery, *, purpose: str
) -> tuple[Sequence[E], str | None]:
    """A page of what the statement selects, and the cursor of the next; `purpose` names the listing with its filters.

    Raises:
        InvalidCursorException: forged, truncated, or made for another listing.
    """
    statement = statement.order_by(entity.id.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        [last_id] = read_cursor(purpose, query.cursor)
        statement = statement.where(entity.id < UUID(last_id))
    found = (await session.scalars(statement)).all()
    page = found[: query.limit]
    return page, sign_cursor(purpose, [str(page[-1].id)]) if len(found) > query.limit else None
