"""Guests who book online without an account, each step in one line.

async with guest_at(running_app, spa) as guest:
    await guest.hold(spa.hour(10))
    await guest.confirm(phone="0912 345 678")
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx2

from tests.builders.bookings import BookableSpa, bookable_spa
from tests.support.http import client_of

PUBLIC = "/api/v1/public"
_numbers = iter(range(10**6))


async def online_spa(**more: Any) -> BookableSpa:
    """Add a spa that can be booked online, with the key `quan-1`."""
    values: dict[str, Any] = {"online_booking": True, "key": "quan-1"} | more
    return await bookable_spa(**values)


def new_mobile() -> str:
    """Return a mobile number in E.164 that no other test of the run has."""
    return f"+84912{next(_numbers):06d}"


class OnlineGuest:
    """A guest with a phone of their own: the requests come from one network address."""

    def __init__(self, http: httpx2.AsyncClient, spa: BookableSpa) -> None:
        self.http, self.spa = http, spa
        self.token = ""

    @property
    def url(self) -> str:
        return f"{PUBLIC}/visits/{self.token}"

    async def hold(
        self, start: datetime, *, key: object = None, branch: str = "quan-1", guests: int = 1, **more: Any
    ) -> httpx2.Response:
        body = {
            "start": start.isoformat(),
            "guests": [{"treatments": [self.spa.treatment()]} for _ in range(guests)],
        } | more
        headers = {"Idempotency-Key": str(key or uuid4())}
        answer = await self.http.post(f"{PUBLIC}/branches/{branch}/visits", json=body, headers=headers)
        if answer.status_code == 201:
            self.token = answer.json()["token"]
        return answer

    async def confirm(self, phone: str = "0912 345 678", **more: Any) -> httpx2.Response:
        body = {"full_name": "Nguyễn Thị Mai", "phone": phone} | more
        return await self.http.post(f"{self.url}/confirm", json=body)

    async def book(self, start: datetime, **more: Any) -> httpx2.Response:
        """Hold a time and confirm it."""
        answer = await self.hold(start)
        assert answer.status_code == 201, answer.text
        return await self.confirm(**more)

    async def read(self) -> httpx2.Response:
        return await self.http.get(self.url)

    async def move(self, start: datetime) -> httpx2.Response:
        return await self.http.patch(self.url, json={"start": start.isoformat()})

    async def cancel(self, reason: str = "") -> httpx2.Response:
        return await self.http.post(f"{self.url}/cancel", json={"reason": reason})

    async def starts(self, days: int = 3, **more: Any) -> httpx2.Response:
        body = {"day": self.spa.day(days).isoformat()} | more
        if "guests" not in body and "link" not in body:
            body["guests"] = [{"treatments": [self.spa.treatment()]}]
        return await self.http.post(f"{PUBLIC}/branches/quan-1/starts", json=body)


@asynccontextmanager
async def guest_at(
    app: object, spa: BookableSpa, address: str = "203.0.113.7"
) -> AsyncGenerator[OnlineGuest]:
    """Yield a guest whose requests come from this address."""
    async with client_of(app, address) as http:  # type: ignore[arg-type]  # an ASGI app; its type is imported late
        yield OnlineGuest(http, spa)
