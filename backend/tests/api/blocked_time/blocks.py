"""Requests about blocked time, each in one line."""

from datetime import UTC
from typing import Any
from uuid import UUID

import httpx2

from tests.builders.bookings import (
    BookableSpa,
)

PATH = "/api/v1/blocked-times"
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def meeting(spa: BookableSpa, resource_id: UUID | None = None, days: int = 3, **more: Any) -> dict[str, Any]:
    """Return a meeting of the therapist, or of another resource, from 12:00 to 13:00 of `spa.day(days)`."""
    return {
        "branch_id": str(spa.branch_id),
        "resource_id": str(resource_id or spa.therapists[0]),
        "reason": "meeting",
        "first_day": spa.day(days).isoformat(),
        "starts": "12:00",
        "ends": "13:00",
    } | more


async def block(client: httpx2.AsyncClient, spa: BookableSpa, *args: Any, **more: Any) -> dict[str, Any]:
    made = await client.post(PATH, json=meeting(spa, *args, **more))
    assert made.status_code == 201, made.text
    blocked: dict[str, Any] = made.json()["blocked_time"]
    return blocked


async def free_hours(client: httpx2.AsyncClient, spa: BookableSpa, days: int = 3) -> set[str]:
    """Return the starts of a day from 10:45 to 13:15 in local time, on a grid of a quarter of an hour."""
    query = {"branch_id": str(spa.branch_id), "guests": [{"treatments": [spa.treatment()]}]}
    response = await client.post("/api/v1/availability/starts", json=query | {"day": f"{spa.day(days)}"})
    starts = {start["start"] for start in response.json()["starts"]}
    wanted = {
        f"{hour // 60}:{hour % 60:02}": spa.hour(hour / 60, days)
        for hour in range(10 * 60 + 45, 13 * 60 + 16, 15)
    }
    return {name for name, hour in wanted.items() if f"{hour.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" in starts}


ALL = {"10:45", "11:00", "11:15", "11:30", "11:45", "12:00", "12:15", "12:30", "12:45", "13:00", "13:15"}
AROUND_THE_MEETING = {"10:45", "11:00", "13:00", "13:15"}


async def listed(client: httpx2.AsyncClient, spa: BookableSpa, **query: Any) -> list[dict[str, Any]]:
    days = {"first_day": spa.day(0).isoformat(), "last_day": spa.day(20).isoformat()}
    response = await client.get(PATH, params=days | query)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()
    return rows
