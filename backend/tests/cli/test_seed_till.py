"""The month of bills with which the demo spa begins."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app.cli.seed import seed_accounts, seed_customers, seed_spa
from app.cli.seed_till import seed_till
from tests.support.database import run_sql

_NOW = datetime(2026, 12, 3, 4, tzinfo=UTC)
_DESK, _ADMIN = "letan@example.com", "admin@example.com"


async def value(sql: str) -> Any:
    [[found]] = await run_sql(sql)
    return found


@pytest.mark.usefixtures("stranger")
async def test_the_demo_spa_has_sold_for_a_month_in_every_way() -> None:
    with time_machine.travel(_NOW):
        await seed_spa()
        await seed_customers(30)
        await seed_accounts()
        bills = await seed_till(_DESK, _ADMIN)
    assert bills == await value("SELECT count(*) FROM sale WHERE status = 'closed'") > 100
    await _check_bills(bills)
    await _check_drawers(bills)
    assert await seed_till(_DESK, _ADMIN) == 0


async def _check_bills(bills: int) -> None:
    today = _NOW.date()
    sold = await run_sql(
        "SELECT branch_id, min(business_day), max(business_day) FROM sale GROUP BY branch_id"
    )
    assert len(sold) == 3
    for _, first, last in sold:
        assert first < today - timedelta(days=24)
        assert today - timedelta(days=5) < last <= today
    methods = {row["method"] for row in await run_sql("SELECT DISTINCT method FROM payment")}
    assert methods == {"cash", "transfer", "card", "gift_card", "course"}
    kinds = {row["kind"] for row in await run_sql("SELECT DISTINCT kind FROM sold_part")}
    assert kinds == {"service", "session", "product", "course", "gift_card", "tip"}
    assert await value("SELECT count(*) FROM refund") == 1
    assert await value("SELECT count(*) FROM commission_entry WHERE amount > 0") > bills / 2
    assert await value("SELECT count(*) FROM bank_transfer WHERE status = 'review'") == 1
    assert await value("SELECT count(*) FROM course_session WHERE state = 'free'") > 0
    # What is on a bill was on it on the day.
    assert await value("SELECT count(*) FROM sale WHERE created_at > closed_at") == 0


async def _check_drawers(bills: int) -> None:
    """Every day of every branch ends with a Z report, and some have a difference."""
    drawers = await run_sql("SELECT * FROM drawer_session")
    assert 3 * 25 < len(drawers) <= 3 * 30
    assert all(row["created_at"] < row["closed_at"] for row in drawers)
    assert {row["closing"] - row["expected"] for row in drawers} == {0, -20_000}
    assert {row["opening_difference"] for row in drawers} == {0}
    assert await value("SELECT sum((z ->> 'bills')::integer) FROM drawer_session") == bills
