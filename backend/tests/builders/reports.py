"""Reports over HTTP, and the sums of the ledger that they have to agree with."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx2

from tests.support.database import run_sql

REPORTS = "/api/v1/reports"


async def read_report(http: httpx2.AsyncClient, name: str, **query: Any) -> dict[str, Any]:
    params = {key: str(value) for key, value in query.items() if value is not None}
    response = await http.get(f"{REPORTS}/{name}", params=params)
    assert response.status_code == 200, response.text
    report: dict[str, Any] = response.json()
    return report


async def ledger_sums(
    first_day: date, last_day: date, branch_id: UUID | None, *, sources: str = "%"
) -> dict[str, int]:
    """Return the sums of the accounts over some days, of one branch or of all."""
    rows = await run_sql(
        "SELECT account, sum(amount)::bigint AS amount FROM ledger_entry JOIN ledger_transaction AS posted"
        " ON posted.id = transaction_id WHERE ledger_entry.business_day BETWEEN $1 AND $2"
        " AND ($3::uuid IS NULL OR ledger_entry.branch_id = $3) AND source LIKE $4 GROUP BY account",
        first_day,
        last_day,
        branch_id,
        sources,
    )
    sums: dict[str, int] = {row["account"]: row["amount"] for row in rows}
    return sums
