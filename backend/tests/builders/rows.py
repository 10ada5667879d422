"""Rows of many tables, collected first and then inserted with one COPY per table."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from app.db.models import Base, Entity
from tests.support.database import insert_all, new


def keyed_id() -> dict[str, Any]:
    """Return a new id, and a key made of it."""
    row_id = uuid7()
    return {"id": row_id, "key": f"k-{row_id}"}


class RowBatch:
    """Rows to insert together, in any order."""

    def __init__(self) -> None:
        self._rows: list[Base] = []

    async def write(self, connection: asyncpg.Connection | None = None) -> None:
        """Insert the rows that were added since the last call."""
        await insert_all(self._rows, connection=connection)
        self._rows.clear()

    def _add(self, model: type[Entity], **values: Any) -> UUID:
        return self._add_row(model(**values))

    def _add_row(self, row: Entity) -> UUID:
        self._rows.append(new(row))
        return row.id

    def _add_rows(self, rows: Iterable[Base]) -> None:
        self._rows.extend(rows)
