"""What the audit ledger says, read past the API."""

from typing import Any

import asyncpg

from tests.support.stores import driver_url


async def in_database(statement: str, *arguments: object) -> list[asyncpg.Record]:
    """As somebody with psql does it."""
    connection = await asyncpg.connect(driver_url(), server_settings={"application_name": "psql"})
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return rows
    finally:
        await connection.close()


async def entries(**of: Any) -> list[asyncpg.Record]:
    """Oldest first; `entries(entity="customer")` only those."""
    conditions = "".join(f" AND {name} = ${number}" for number, name in enumerate(of, 1))
    return await in_database(f"SELECT * FROM audit_entry WHERE true{conditions} ORDER BY id", *of.values())


async def everything_stored() -> dict[str, str]:
    """Of each table all that is in it, as text."""
    tables = await in_database("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    texts = {}
    for (table,) in tables:
        [(text,)] = await in_database(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {table} AS t")
        texts[table] = text
    return texts
