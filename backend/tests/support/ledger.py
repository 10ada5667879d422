"""What the audit ledger and the other tables hold, read past the API."""

from typing import Any

import asyncpg

from tests.support.database import run_sql


async def entries(**of: Any) -> list[asyncpg.Record]:
    """Return the ledger's entries, oldest first; `entries(entity="customer")` only those."""
    conditions = "".join(f" AND {name} = ${number}" for number, name in enumerate(of, 1))
    return await run_sql(f"SELECT * FROM audit_entry WHERE true{conditions} ORDER BY id", *of.values())


async def everything_stored() -> dict[str, str]:
    """Return all that is in each table, as text."""
    tables = await run_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    texts = {}
    for (table,) in tables:
        [(text,)] = await run_sql(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} AS t")
        texts[table] = text
    return texts
