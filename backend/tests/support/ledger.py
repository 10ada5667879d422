"""The content of the audit ledger and of the other tables, read past the API."""

from typing import Any

import asyncpg

from tests.support.database import run_sql


async def entries(**columns: Any) -> list[asyncpg.Record]:
    """Return the entries of the audit ledger with these values, the oldest first: `entries(entity="customer")`."""
    conditions = "".join(f" AND {name} = ${number}" for number, name in enumerate(columns, 1))
    return await run_sql(f"SELECT * FROM audit_entry WHERE true{conditions} ORDER BY id", *columns.values())


async def everything_stored() -> dict[str, str]:
    """Return the rows of every table as one text, by table."""
    tables = await run_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    texts = {}
    for (table,) in tables:
        [(text,)] = await run_sql(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} AS t")
        texts[table] = text
    return texts
