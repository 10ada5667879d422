"""Finding times over HTTP: each thing that a search honours, and what it says when there is none."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
import time_machine

from tests.support.people import signed_in
from tests.support.spas import Segment, Spa

DAY = "2026-12-05"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
on_bed = Segment(60, on="massage-bed")


@pytest.fixture(autouse=True)
def a_day_in_december() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
async def guest(stranger: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """Signed in, and nobody."""
    stranger.headers |= await signed_in()
    return stranger


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
    return [each["message"] for each in answer.json()["why"]]


async def test_one_guest_any_therapist(guest: httpx2.AsyncClient) -> None:
    spa = Spa(hours="09:00-11:00")
    massage = spa.service("massage", on_bed)
    spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-10:30"])
    spa.bed("bed 1")
    await spa.write()
    assert await starts(guest, spa, [massage]) == ["09:00", "09:15", "09:30"]
