"""A branch to work in, in one line.

branch_id = await add_branch()
paris = await add_branch(key="paris", time_zone="Europe/Paris")
"""

from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from tests.support.stores import driver_url


def branch_row(branch_id: UUID | None = None, **values: Any) -> dict[str, Any]:
    """Open at no time, until it has hours."""
    branch_id = branch_id or uuid7()
    return {
        "id": branch_id,
        "key": f"chi-nhanh-{branch_id}",
        "name": "Sen Trắng Quận 1",
        "time_zone": "Asia/Ho_Chi_Minh",
        "country": "VN",
        "grid_minutes": 15,
        "notice_minutes": 60,
        "horizon_days": 60,
        "hold_minutes": 10,
        "free_cancel_minutes": 240,
        "no_show_minutes": 15,
    } | values


async def add_branch(
    branch_id: UUID | None = None, *, database_url: str | None = None, **values: Any
) -> UUID:
    """One that is there already stays as it is."""
    row = branch_row(branch_id, **values)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    connection = await asyncpg.connect(database_url or driver_url())
    try:
        await connection.execute(
            f"INSERT INTO branch ({', '.join(row)}) VALUES ({places}) ON CONFLICT (id) DO NOTHING",
            *row.values(),
        )
    finally:
        await connection.close()
    added: UUID = row["id"]
    return added
