"""Rows of many tables, written with one COPY a table."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from app.core.database import Base
from app.modules import import_models
from tests.support.stores import driver_url


class RowsToWrite:
    """What refers to another comes after it."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, tuple[str, ...]], list[tuple[Any, ...]]] = defaultdict(list)

    async def write(self, connection: asyncpg.Connection | None = None) -> None:
        """What is new since it was last written."""
        import_models()
        order = [table.name for table in Base.metadata.sorted_tables]
        own = connection or await asyncpg.connect(driver_url())
        try:
            for (table, columns), rows in sorted(
                self._rows.items(), key=lambda item: order.index(item[0][0])
            ):
                await own.copy_records_to_table(table, columns=columns, records=rows)
        finally:
            if connection is None:
                await own.close()
        self._rows.clear()

    def _insert(self, table: str, **values: Any) -> UUID:
        row: dict[str, Any] = {"id": uuid7()} | values
        self._rows[table, tuple(row)].append(tuple(row.values()))
        row_id: UUID = row["id"]
        return row_id
