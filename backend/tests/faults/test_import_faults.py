"""The client of an import leaves before the response: the import goes on, and a retry with its key tells the result."""

import asyncio

import httpx2
import pytest

from app.core.config import settings
from app.modules.identity.roles import Role
from tests.builders.people import signed_in
from tests.support import SOON, eventually
from tests.support.app_process import AppProcess
from tests.support.database import another_connection, run_sql, waiting_for_locks

pytestmark = pytest.mark.usefixtures("client")

FILE = ("khach.csv", "full_name,phone\nLê Lan,0912345678\nTrần Mai,\n".encode(), "text/csv")
LOCK = "LOCK TABLE customer IN SHARE MODE"


async def import_waits() -> bool:
    return await waiting_for_locks() == 1


async def is_imported() -> bool:
    return len(await run_sql("SELECT FROM customer")) == 2


async def test_an_import_goes_on_when_its_client_has_left() -> None:
    headers = await signed_in(Role.ADMIN) | {"Idempotency-Key": "import"}
    environment = {"DATABASE_URL": settings.DATABASE_URL.get_secret_value(), "DB_LOCK_TIMEOUT": f"{SOON:.0f}"}

    async def send(http: httpx2.AsyncClient) -> httpx2.Response:
        return await http.post("/api/v1/customers/import", files={"file": FILE})

    async with AppProcess(environment) as app:
        async with another_connection() as connection, connection.transaction():
            await connection.execute(LOCK)
            async with app.http(headers=headers) as leaving:
                request = asyncio.create_task(send(leaving))
                await eventually(import_waits)
                request.cancel()
        await eventually(is_imported)
        async with app.http(headers=headers) as http:
            retry = await send(http)
    assert (retry.status_code, retry.json()["created"]) == (200, 2)
    assert await is_imported()
