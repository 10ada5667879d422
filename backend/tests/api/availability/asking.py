"""What somebody asks over HTTP, in one line.

assert await starts(http, spa, [massage], [massage], same_room=True) == ["09:00"]
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

from tests.builders.spas import Spa

DAY = "2026-12-05"


def asking(spa: Spa, *guests: list[Any], same_room: bool = False, **more: Any) -> dict[str, Any]:
    """A treatment is the id of its variant, or `{"variant_id": …}`."""
    treatments = [
        [
            {name: str(value) if isinstance(value, UUID) else value for name, value in each.items()}
            if isinstance(each, dict)
            else {"variant_id": str(each)}
            for each in wishes
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
    """On the wall clock."""
    answer = await http.post(
        "/api/v1/availability/starts", json=asking(spa, *guests, same_room=same_room, day=day)
    )
    assert answer.status_code == 200, answer.text
    return [
        f"{datetime.fromisoformat(each['start']).astimezone(spa.zone):%H:%M}"
        for each in answer.json()["starts"]
    ]


async def days(
    http: httpx2.AsyncClient, spa: Spa, *guests: Any, first: str = DAY, last: str = DAY
) -> list[str]:
    """Those that have a start."""
    answer = await http.post(
        "/api/v1/availability/days", json=asking(spa, *guests, first_day=first, last_day=last)
    )
    assert answer.status_code == 200, answer.text
    read = answer.json()["days"]
    assert all(each["available"] == (not each["reasons"]) for each in read)
    return [each["day"] for each in read if each["available"]]


async def why(
    http: httpx2.AsyncClient, spa: Spa, *guests: list[Any], day: str = DAY, **more: Any
) -> list[str]:
    """In English."""
    answer = await http.post(
        "/api/v1/availability/starts",
        json=asking(spa, *guests, day=day, **more),
        headers={"Accept-Language": "en"},
    )
    assert answer.json()["starts"] == []
    return [each["message"] for each in answer.json()["reasons"]]
