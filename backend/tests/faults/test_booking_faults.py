"""The database is killed while clients book: every acknowledged booking exists, once."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest

from app.cli.embedded import EmbeddedPostgres
from app.modules.identity.roles import Role
from tests.builders.bookings import OVERLAPS, VISITS, BookableSpa
from tests.builders.people import signed_in
from tests.support import eventually
from tests.support.app_process import AppProcess

pytestmark = pytest.mark.usefixtures("client")

CLIENTS, KILLS = 8, 10
_PAUSE = 0.02
"""Seconds between two requests of a client."""


class Bookings:
    """Clients that book one hour after the other and repeat a request with the same key until it is answered."""

    def __init__(self, http: httpx2.AsyncClient, spa: BookableSpa) -> None:
        self.booked: dict[str, str] = {}
        """The id of the visit in the answer, by the key of the request."""
        self.refused: set[str] = set()
        """The keys of the requests that were answered with a conflict."""
        self.answers: Counter[str] = Counter()
        self._http, self._spa = http, spa
        self._open = True

    async def client(self, number: int) -> None:
        draw = random.Random(number)
        while self._open:
            start = self._spa.hour(draw.randrange(9 * 2, 20 * 2) / 2, days=draw.randrange(1, 15))
            await self._book(self._spa.booking(start, hold=draw.random() < 0.3))

    async def _book(self, booking: dict[str, Any]) -> None:
        key = booking["headers"]["Idempotency-Key"]
        while True:
            answer = await self._http.post(VISITS, **booking)
            code = "" if answer.is_success else answer.json()["error"]["code"]
            self.answers[code or str(answer.status_code)] += 1
            await asyncio.sleep(_PAUSE)
            if answer.status_code == 201:
                self.booked[key] = answer.json()["id"]
                return
            if code == "SLOT_TAKEN":
                self.refused.add(key)
                return
            assert code in {"SERVICE_UNAVAILABLE", "IDEMPOTENCY_IN_FLIGHT"}, answer.json()

    async def wait_until_booked(self, more: int) -> None:
        """Wait until `more` visits more than now have been booked."""
        goal = len(self.booked) + more

        async def reached() -> bool:
            return len(self.booked) >= goal

        await eventually(reached)

    def stop(self) -> None:
        """Send no new booking; requests without an answer are still repeated."""
        self._open = False


async def test_ten_kills_lose_no_booking_and_double_none(
    postgres: EmbeddedPostgres, record_property: Callable[[str, object], None]
) -> None:
    url = postgres.url("postgres")
    driver_url = url.replace("+asyncpg", "")
    spa = BookableSpa("Asia/Ho_Chi_Minh", "09:00-21:00")
    spa.add(therapists=4, beds=4)
    connection = await asyncpg.connect(driver_url)
    await spa.write(connection)
    headers = await signed_in(Role.RECEPTIONIST, connection=connection)
    await connection.close()
    async with (
        AppProcess({"DATABASE_URL": url, "LOG_LEVEL": "ERROR"}) as app,
        app.http(headers=headers) as http,
    ):
        bookings = Bookings(http, spa)
        async with asyncio.TaskGroup() as tasks:
            for number in range(CLIENTS):
                tasks.create_task(bookings.client(number))
            for _ in range(KILLS):
                await bookings.wait_until_booked(10)
                await asyncio.to_thread(postgres.kill)
                await asyncio.to_thread(postgres.start)
            await bookings.wait_until_booked(10)
            bookings.stop()
    record_property("answers", dict(bookings.answers))

    connection = await asyncpg.connect(driver_url)
    stored = await connection.fetch("SELECT key, (response ->> 'id')::uuid FROM idempotency_key")
    visits = [row[0] for row in await connection.fetch("SELECT id FROM visit")]
    [(overlaps,)] = await connection.fetch(OVERLAPS)
    allocations = await connection.fetch("SELECT count(*) FROM allocation GROUP BY appointment_treatment_id")
    await connection.close()
    acknowledged = {key: UUID(visit_id) for key, visit_id in bookings.booked.items()}
    assert {row[0]: row[1] for row in stored} == acknowledged
    assert sorted(visits) == sorted(acknowledged.values())
    assert [row[0] for row in allocations] == [2] * len(visits)  # a therapist and a bed
    assert overlaps == 0
    assert bookings.refused.isdisjoint(acknowledged)
