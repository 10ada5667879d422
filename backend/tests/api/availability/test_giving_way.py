"""Availability offers the starts at which a guest fits because others give way, and a booking accepts them."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.modules.availability import room
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    overlaps,
    resources_of,
)
from tests.builders.rosters import statements
from tests.builders.spas import Segment
from tests.support.database import run_sql
from tests.support.examples import examples

STARTS, DAYS = "/api/v1/availability/starts", "/api/v1/availability/days"


async def starts_of(
    client: httpx2.AsyncClient, spa: BookableSpa, guests: list[dict[str, Any]] | None, **more: Any
) -> list[dict[str, Any]]:
    query = {"branch_id": str(spa.branch_id), "day": spa.day().isoformat()} | more
    query |= {} if guests is None else {"guests": guests}
    answer = await client.post(STARTS, json=query)
    assert answer.status_code == 200, answer.text
    starts: list[dict[str, Any]] = answer.json()["starts"]
    return starts


async def available_days(
    client: httpx2.AsyncClient, spa: BookableSpa, guests: list[dict[str, Any]], *, days: int = 1
) -> list[bool]:
    query = {
        "branch_id": str(spa.branch_id),
        "first_day": spa.day().isoformat(),
        "last_day": (spa.day() + timedelta(days=days - 1)).isoformat(),
        "guests": guests,
    }
    return [day["available"] for day in (await client.post(DAYS, json=query)).json()["days"]]


def times(starts: list[dict[str, Any]]) -> list[datetime]:
    return [datetime.fromisoformat(start["start"]) for start in starts]


async def test_a_start_at_which_another_gives_way_is_offered_with_the_therapist(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    first = await create_booking(client, spa, 10)
    [lan] = resources_of(first, "staff")
    starts = await starts_of(client, spa, [{"treatments": [spa.treatment(therapist_id=lan)]}])
    [at_ten] = [start for start in starts if datetime.fromisoformat(start["start"]) == spa.hour(10)]
    assert lan in {assigned["resource_id"] for assigned in at_ten["guests"][0][0]["assignments"]}
    assert times(starts) == sorted(times(starts))


async def test_a_full_day_is_available_if_others_give_way(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2, hours="10:00-11:00")
    first = await create_booking(client, spa, 10)
    [lan] = resources_of(first, "staff")
    wish = [{"treatments": [spa.treatment(therapist_id=lan)]}]
    assert await available_days(client, spa, wish) == [True]
    await run_sql("UPDATE appointment_treatment SET therapist_id = $1::uuid", lan)
    assert await available_days(client, spa, wish) == [False]
    assert await starts_of(client, spa, wish) == []


async def test_a_visit_can_move_to_a_start_at_which_others_give_way(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    first = await create_booking(client, spa, 10)
    [lan] = resources_of(first, "staff")
    visit = await create_booking(client, spa, 14, spa.treatment(therapist_id=lan))
    starts = await starts_of(client, spa, None, instead_of=visit["id"])
    assert spa.hour(10) in times(starts)
    [guest] = visit["appointments"]
    moved = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"start": spa.hour(10).isoformat()})
    assert moved.status_code == 200


async def test_a_month_costs_two_statements_more_if_a_day_is_full_and_none_if_not(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa(therapists=2, beds=2, hours="10:00-11:00")
    guests = [{"treatments": [spa.treatment()]}] * 2
    with statements() as usual:
        assert await available_days(client, spa, guests, days=3) == [True] * 3
    for day in (3, 4):
        assert (await client.post(VISITS, **spa.booking(spa.hour(10, day)))).status_code == 201
        with statements() as full:
            assert (await available_days(client, spa, guests, days=3)).count(False) == day - 2
        assert len(full) == len(usual) + 2


async def test_a_search_ends_after_its_effort(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    [lan] = resources_of(await create_booking(client, spa, 10), "staff")
    wish = [{"treatments": [spa.treatment(therapist_id=lan)]}]
    assert spa.hour(10) in times(await starts_of(client, spa, wish))
    monkeypatch.setattr(room, "MOST_EFFORT", 0)
    assert spa.hour(10) not in times(await starts_of(client, spa, wish))


@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
async def test_what_is_offered_is_accepted_and_nothing_else(client: httpx2.AsyncClient, seed: int) -> None:
    """Fill random days, and book at every quarter of an hour, taking each booking back."""
    dice = Random(seed)
    spa = await bookable_spa(therapists=3, beds=3, genders="ffm", hours="10:00-15:00")
    variants = [
        spa.variant(spa.service_of[spa.variant_id], Segment(minutes, on="massage-bed"))
        for minutes in (30, 60, 90, 120)
    ]
    await spa.write()

    def guests() -> list[dict[str, Any]]:
        wishes = [{}, {}, {}, {"gender": "female"}, {"therapist_id": str(dice.choice(spa.therapists))}]
        variant = {"variant_id": str(dice.choice(variants))}
        return [{"treatments": [variant | dice.choice(wishes)]} for _ in range(dice.choice([1, 1, 1, 2]))]

    quarters = [spa.hour(10 + quarter / 4) for quarter in range(20)]
    for _ in range(12):
        await client.post(VISITS, **spa.booking(dice.choice(quarters), guests=guests()))
    for _ in range(2):
        party = guests()
        offered = times(await starts_of(client, spa, party))
        event(f"{len(offered)} starts")
        assert await available_days(client, spa, party) == [bool(offered)]
        for start in quarters:
            answer = await client.post(VISITS, **spa.booking(start, guests=party))
            assert (answer.status_code == 201) == (start in offered), (start, answer.text)
            if answer.status_code == 201:
                event("others gave way" if "reassigned" in answer.json() else "as it was")
                path = f"{VISITS}/{answer.json()['id']}/status"
                assert (await client.put(path, json={"status": "cancelled"})).status_code == 200
                offered = times(await starts_of(client, spa, party))
    assert await overlaps() == 0
