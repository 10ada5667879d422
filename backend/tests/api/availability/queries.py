"""Availability queries over HTTP, each in one line.

assert await starts(http, spa, [massage], [massage], same_room=True) == ["09:00"]
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

from tests.builders.spas import Spa

DAY = "2026-12-05"


def party_query(spa: Spa, *guests: list[Any], same_room: bool = False, **more: Any) -> dict[str, Any]:
    """Return the body of a query. A treatment is the id of its variant, or `{"variant_id": …}`."""
    treatments = [
        [
            {name: str(value) if isinstance(value, UUID) else value for name, value in wish.items()}
            if isinstance(wish, dict)
            else {"variant_id": str(wish)}
            for wish in wishes
        ]
        for wishes in guests
    ]
    return {
        "branch_id": str(spa.branch_id),
        "guests": [{"treatments": wishes} for wishes in treatments],
        "same_room": same_room,
    } | more


async def starts(
    http: httpx2.AsyncClient, spa: Spa, *guests: list[Any], day: str = DAY, same_room: bool = False
) -> list[str]:
    """Return the starts of a day in the branch's time zone."""
    response = await http.post(
        "/api/v1/availability/starts", json=party_query(spa, *guests, same_room=same_room, day=day)
    )
    assert response.status_code == 200, response.text
    return [
        f"{datetime.fromisoformat(start['start']).astimezone(spa.zone):%H:%M}"
        for start in response.json()["starts"]
    ]


async def days(
    http: httpx2.AsyncClient, spa: Spa, *guests: Any, first: str = DAY, last: str = DAY
) -> list[str]:
    """Return the days that have a start."""
    response = await http.post(
        "/api/v1/availability/days", json=party_query(spa, *guests, first_day=first, last_day=last)
    )
    assert response.status_code == 200, response.text
    read = response.json()["days"]
    assert all(day["available"] == (not day["reasons"]) for day in read)
    return [day["day"] for day in read if day["available"]]


async def reasons(
    http: httpx2.AsyncClient, spa: Spa, *guests: list[Any], day: str = DAY, **more: Any
) -> list[str]:
    """Return the reasons, in English, why a day has no start."""
    response = await http.post(
        "/api/v1/availability/starts",
        json=party_query(spa, *guests, day=day, **more),
        headers={"Accept-Language": "en"},
    )
    assert response.json()["starts"] == []
    return [reason["message"] for reason in response.json()["reasons"]]
