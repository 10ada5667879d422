"""Therapists for guests without a wish, and the gaps that can be sold."""

from collections import Counter
from typing import Any

import httpx2
import pytest

from app.scheduling.supply import TherapistOrder
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, create_booking, resources_of
from tests.builders.spas import Segment
from tests.support.database import run_sql

ORDERS = [*TherapistOrder]
every_order = pytest.mark.parametrize("order", ORDERS)


async def therapists_of(client: httpx2.AsyncClient, spa: BookableSpa, *hours: float) -> list[str]:
    """Book one guest after the other, and return the name of each one's therapist."""
    names = {str(staff_id): spa.names[staff_id] for staff_id in spa.therapists}
    visits = [await create_booking(client, spa, hour) for hour in hours]
    return [names[staff_id] for visit in visits for staff_id in resources_of(visit, "staff")]


@every_order
async def test_eight_guests_of_a_day_are_two_for_each_of_four(
    client: httpx2.AsyncClient, order: TherapistOrder
) -> None:
    spa = await bookable_spa(therapists=4, beds=4, therapist_order=order)
    names = await therapists_of(client, spa, 9, 10.5, 12, 13.5, 15, 16.5, 18, 19.5)
    assert names[:4] == names[4:]
    assert set(Counter(names).values()) == {2}


@every_order
async def test_guests_are_spread_in_whatever_order_they_book(
    client: httpx2.AsyncClient, order: TherapistOrder
) -> None:
    spa = await bookable_spa(therapists=4, beds=4, therapist_order=order)
    names = await therapists_of(client, spa, 19.5, 9, 18, 10.5, 16.5, 12, 15, 13.5)
    assert set(Counter(names).values()) == {2}


async def test_a_cancelled_treatment_gives_its_turn_back(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    visit = await create_booking(client, spa, 10)
    await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
    assert await therapists_of(client, spa, 12) == ["Lan 1"]


async def test_turns_of_the_day_before_do_not_count(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    assert (await client.post(VISITS, **spa.booking(spa.hour(20, 2)))).status_code == 201
    assert await therapists_of(client, spa, 9, 9) == ["Lan 1", "Lan 2"]


async def test_the_night_belongs_to_the_day_on_which_it_begins(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2, hours="14:00-26:00", therapist_order="turns")
    assert await therapists_of(client, spa, 22, 24.5, 38) == ["Lan 1", "Lan 2", "Lan 1"]


async def test_the_start_that_is_shown_names_the_therapist_who_is_booked(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=3, beds=3)
    await create_booking(client, spa, 10)
    request = {
        "branch_id": str(spa.branch_id),
        "guests": [{"treatments": [spa.treatment()]}],
        "day": spa.day().isoformat(),
    }
    starts = (await client.post("/api/v1/availability/starts", json=request)).json()["starts"]
    [noon] = [
        start
        for start in starts
        if start["start"].endswith("T12:00:00+07:00") or "T05:00:00Z" in start["start"]
    ]
    shown = {entry["name"] for entry in noon["guests"][0][0]["assignments"] if entry["kind"] == "staff"}
    assert shown == {*await therapists_of(client, spa, 12)} == {"Lan 2"}


class TestLeastNeeded:
    async def test_the_therapist_with_few_skills_gets_a_guest_before_it_is_their_turn(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        facial = spa.service("facial", 30)
        spa.therapists = [
            spa.therapist("Hoa", spa.variant_id, facial, shifts=spa_shifts(spa)),
            *spa.therapists,
        ]
        await spa.write()
        assert await therapists_of(client, spa, 9, 10.5) == ["Lan 1", "Lan 1"]
        await run_sql("UPDATE branch SET therapist_order = 'turns'")
        assert await therapists_of(client, spa, 12) == ["Hoa"]

    async def test_the_commoner_gender_is_given_away_first(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3, genders="mff")
        assert await therapists_of(client, spa, 9, 10.5, 12) == ["Lan 2", "Lan 3", "Lan 2"]


def spa_shifts(spa: BookableSpa) -> list[str]:
    return [f"{spa.day(day)} {spa.hours}" for day in range(2, 5)]


async def test_the_order_is_a_setting_of_the_branch(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    path = f"/api/v1/branches/{spa.branch_id}"
    assert (await client.get(path)).json()["therapist_order"] == "least_needed"
    changed = await client.patch(path, json={"therapist_order": "arrival"})
    assert changed.json()["therapist_order"] == "arrival"
    assert (await client.patch(path, json={"therapist_order": "whoever"})).status_code == 422


@pytest.mark.parametrize(
    ("sold", "short_gap_is_left"),
    [
        ({}, False),
        ({"segment": Segment(30)}, True),
        ({"segment": Segment(30), "offered": "desk"}, True),
        ({"segment": Segment(30), "offered": "no"}, False),
        ({"segment": Segment(30), "nobody": True}, False),
        ({"segment": Segment(30, staff=False), "nobody": True}, True),
        ({"segment": Segment(30, on="chair")}, False),
    ],
    ids=["only this", "a facial", "at the desk", "no more", "elsewhere", "a sauna", "without a chair"],
)
async def test_a_gap_can_be_sold_if_the_branch_sells_something_as_short(
    client: httpx2.AsyncClient, sold: dict[str, Any], short_gap_is_left: bool
) -> None:
    """Book 60 minutes where one bed has 30 minutes left before the next guest, and the other 90."""
    spa = await bookable_spa(beds=2)
    near, far = spa.beds
    spa.take(near, (spa.hour(11.5), spa.hour(12.5)))
    spa.take(far, (spa.hour(12.5), spa.hour(13.5)))
    if sold:
        facial = spa.service("facial", sold["segment"], offered=sold.get("offered", "online"))
        if "nobody" not in sold:
            spa.therapist("Hoa", facial)
    await spa.write()
    visit = await create_booking(client, spa, 9.75)
    assert resources_of(visit, "bed") == [str(near if short_gap_is_left else far)]
