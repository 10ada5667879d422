"""Requests that only read have no transaction, so that a write in one could not be rolled back."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import event

from app.core import database
from app.main import app
from app.modules.identity.roles import Role
from tests.builders.operations import OPERATIONS, READ_BY_POST, Caller, RequestCases, success_of
from tests.support.stores import app_database

ADMIN = Caller("admin", (Role.ADMIN, Role.CUSTOMER))
WITHOUT_SESSION = {
    "GET /",
    "GET /api/v1/calendars/{token}.ics",  # a transaction of its own, once the token has been checked
    *(label for label in OPERATIONS if "/health/" in label),
}
READS = {label for label in OPERATIONS if label.startswith("GET ")} | READ_BY_POST


@pytest.fixture
async def read_only_database(stranger: httpx2.AsyncClient) -> AsyncIterator[None]:
    """Give the app connections on which PostgreSQL refuses every write, whatever statement or function makes it."""
    async with app_database():
        engine = database.engine.sync_engine

        @event.listens_for(engine, "connect")
        def refuse_writes(connection: Any, _record: object) -> None:
            connection.run_async(lambda driver: driver.execute("SET default_transaction_read_only = on"))

        yield


def test_every_post_that_only_reads_is_marked() -> None:
    marked = {
        f"POST {route.path}"  # type: ignore[attr-defined]  # routes with an endpoint have one
        for route in app.routes
        if getattr(route, "endpoint", None) in database._read_only_endpoints
    }
    assert marked == READ_BY_POST


async def send_valid(http: httpx2.AsyncClient, label: str) -> httpx2.Response:
    """Send a valid request of an operation, about existing rows."""
    cases = RequestCases()
    case = cases.add(label, ADMIN, "own")
    await cases.write()
    return await case.send(http)


@pytest.mark.usefixtures("read_only_database")
@pytest.mark.parametrize("label", sorted(READS - WITHOUT_SESSION))
async def test_a_request_that_reads_writes_nothing(stranger: httpx2.AsyncClient, label: str) -> None:
    response = await send_valid(stranger, label)
    assert response.status_code == success_of(label), response.text


@pytest.mark.usefixtures("read_only_database")
async def test_a_request_that_writes_is_refused_there(stranger: httpx2.AsyncClient) -> None:
    response = await send_valid(stranger, "POST /api/v1/customers")
    assert response.status_code >= 500
