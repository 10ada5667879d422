"""Keyset pagination: the hundredth page costs as much as the first, and a new row shifts none."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import PageQuery
from app.core.security import read_cursor, sign_cursor
from app.db.models import Entity


async def fetch_page[E: Entity](
    session: AsyncSession, entity: type[E], statement: Select[E], query: PageQuery, *, purpose: str
) -> tuple[Sequence[E], str | None]:
    """Return a page of what the statement selects, newest first, and the cursor of the next page or None.

    Args:
        session: The session that reads.
        entity: The table, whose ids sort by the time of creation.
        statement: Selects the rows of the listing.
        query: The page that is requested.
        purpose: The listing with its filters, for which alone the cursor is valid.

    Raises:
        InvalidCursorException: The cursor is forged, truncated, or made for another listing.
    """
    statement = statement.order_by(entity.id.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        [last_id] = read_cursor(purpose, query.cursor)
        statement = statement.where(entity.id < UUID(last_id))
    rows = (await session.scalars(statement)).all()
    page = rows[: query.limit]
    return page, sign_cursor(purpose, [str(page[-1].id)]) if len(rows) > query.limit else None
