"""Everyday requests must not become slower because of visits of years ago."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from sqlalchemy import event

from app.common.helpers import utc_now
from app.core.database import engine
from app.db.models import Base
from app.modules.booking.booking_models import Appointment, Visit
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa
from tests.builders.people import new_customer
from tests.support.database import insert_all, new
from tests.support.stores import driver_url

_VISITS = 3_000


@pytest.fixture
async def connection() -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(driver_url())
    yield connection
    await connection.close()


async def test_everyday_requests_do_not_read_past_visits(
    client: httpx2.AsyncClient, connection: asyncpg.Connection
) -> None:
    spa = await bookable_spa()
    mai, _ = await new_customer()
    await client.post(VISITS, **spa.booking(spa.hour(10), customer_id=mai))
    await insert_all(_history(spa.branch_id))
    await connection.execute("ANALYZE visit, appointment")
    for request in _requests(spa, str(mai)):
        with _statements() as issued:
            assert (await client.request(**request)).status_code == 200
        assert issued
        for statement, parameters in issued:
            [[plan]] = await connection.fetch(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *parameters)
            assert max(_rows_read(json.loads(plan)[0]["Plan"])) < 100, (request["url"], statement)


def _history(branch_id: UUID) -> Iterator[Base]:
    """Yield visits of an hour each, one after another, back from thirty days ago."""
    for number in range(_VISITS):
        start = utc_now() - timedelta(days=30, hours=number + 1)
        visit = new(Visit(branch_id=branch_id, source="desk", same_room=False))
        times = {"starts_at": start, "ends_at": start + timedelta(hours=1)}
        yield visit
        yield Appointment(visit_id=visit.id, branch_id=branch_id, status="completed", **times)


def _requests(spa: BookableSpa, customer_id: str) -> list[dict[str, Any]]:
    day = str(spa.day())
    replan = {"branch_id": str(spa.branch_id), "day": day}
    return [
        {"method": "GET", "url": f"/api/v1/branches/{spa.branch_id}/board", "params": {"day": day}},
        {"method": "GET", "url": VISITS, "params": {"customer_id": customer_id}},
        {"method": "GET", "url": VISITS, "params": {"branch_id": str(spa.branch_id), "limit": 10}},
        {"method": "GET", "url": f"/api/v1/customers/{customer_id}/personal-data"},
        {"method": "POST", "url": f"/api/v1/staff/{spa.therapists[0]}/replan", "json": replan},
    ]


@contextmanager
def _statements() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Yield the statements about appointments and visits, with their parameters."""
    statements: list[tuple[str, tuple[Any, ...]]] = []

    def note(query: asyncpg.connection.LoggedQuery) -> None:
        if any(
            table in query.query for table in ("FROM visit", "FROM appointment", "FROM resource_appointment")
        ):
            statements.append((query.query, query.args))

    def listen(connection: Any, *_: object) -> None:
        connection.driver_connection.add_query_logger(note)

    def leave(connection: Any, *_: object) -> None:
        connection.driver_connection.remove_query_logger(note)

    for name, listener in (("checkout", listen), ("checkin", leave)):
        event.listen(engine.sync_engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in (("checkout", listen), ("checkin", leave)):
            event.remove(engine.sync_engine, name, listener)


def _rows_read(plan: dict[str, Any]) -> Iterator[float]:
    """Yield the number of rows that each node of a plan reads."""
    yield (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]
    for node in plan.get("Plans", ()):
        yield from _rows_read(node)
