"""Rows of many tables that are collected first and then inserted with one COPY a table."""

from typing import Any
from uuid import UUID

import asyncpg

from app.db.models import Entity
from tests.support.database import insert_all, new


class RowsToWrite:
    """Collects rows. What refers to another is added after it."""

    def __init__(self) -> None:
        self._rows: list[Entity] = []

    async def write(self, connection: asyncpg.Connection | None = None) -> None:
        """Insert what is new since the last time."""
        await insert_all(self._rows, connection=connection)
        self._rows.clear()

    def _add(self, model: type[Entity], **values: Any) -> UUID:
        row = new(model(**values))
        self._rows.append(row)
        return row.id
