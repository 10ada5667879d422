"""Find where a treatment on the board fits while its card is in the hand: `POST /availability/places`."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.modules.identity.roles import Role
from tests.builders.bookings import (
    APPOINTMENTS,
    BookableSpa,
    bookable_spa,
    create_booking,
    resources_of,
)
from tests.builders.people import signed_in
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql

PLACES = "/api/v1/availability/places"


async def places(
    client: httpx2.AsyncClient, spa: BookableSpa, treatment: dict[str, Any], **more: Any
) -> dict[str, Any]:
    query = {"branch_id": str(spa.branch_id), "day": str(spa.day()), "treatment_id": treatment["id"]}
    answer = await client.post(PLACES, json=query, headers={"Accept-Language": "en"}, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hours(spa: BookableSpa, runs: list[list[str]]) -> list[tuple[float, float]]:
    """Return runs of starts as hours of the day: the first start, and the end of the run."""
    midnight = spa.hour(0)
    return [
        tuple((datetime.fromisoformat(when) - midnight) / timedelta(hours=1) for when in run)  # type: ignore[misc]  # two
        for run in runs
    ]


def obstacles(spa: BookableSpa, found: dict[str, Any], resource_id: UUID) -> dict[str, Any]:
    [place] = [place for place in found["places"] if place["resource_id"] == str(resource_id)]
    return {obstacle["code"]: hours(spa, obstacle["starts"]) for obstacle in place["obstacles"]} | {
        "fits": hours(spa, place["fits"])
    }


async def test_each_therapist_and_bed_has_its_own_starts_and_obstacles(client: httpx2.AsyncClient) -> None:
    """Carry a card over two therapists, one only from noon, and three beds, one out of order."""
    spa = await bookable_spa(beds=3, hours="09:00-15:00", genders="f")
    spa.block(spa.beds[2], f"{spa.day()} 09:00-15:00")
    late = spa.therapist("Nam", spa.variant_id, gender="male", shifts=[f"{spa.day()} 12:00-15:00"])
    await spa.write()
    lan = spa.therapists[0]
    await create_booking(client, spa, 11, spa.treatment(therapist_id=lan, bed_id=spa.beds[1]))
    [guest] = (await create_booking(client, spa, 9, spa.treatment(bed_id=spa.beds[0])))["appointments"]
    [treatment] = guest["treatments"]
    found = await places(client, spa, treatment)
    assert hours(spa, found["open"]) == [(9, 14 + 5 / 60)]
    last = 14 + 5 / 60
    assert obstacles(spa, found, lan) == {
        "fits": [(9, 10 + 5 / 60), (12, last)],
        "taken": [(10 + 5 / 60, 12)],
    }
    assert obstacles(spa, found, late) == {"fits": [(12, last)], "off_shift": [(9, 12)]}
    # At 10:05 the first bed is free, but no therapist is.
    assert obstacles(spa, found, spa.beds[0]) == {
        "fits": [(9, 10 + 5 / 60), (12, last)],
        "others": [(10 + 5 / 60, 12)],
    }
    assert obstacles(spa, found, spa.beds[2]) == {"fits": [], "taken": [(9, last)]}
    assert found["messages"]["off_shift"] == "Not on shift."


async def test_a_therapist_of_another_gender_is_not_what_the_guest_asked_for(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa(therapists=2, beds=2, hours="09:00-12:00", genders="fm")
    [guest] = (await create_booking(client, spa, 9, spa.treatment(gender="female")))["appointments"]
    found = await places(client, spa, guest["treatments"][0])
    assert obstacles(spa, found, spa.therapists[1]) == {"fits": [], "unsuitable": [(9, 11 + 5 / 60)]}


async def test_every_start_that_fits_with_a_therapist_and_no_other_is_one_to_which_the_card_moves(
    client: httpx2.AsyncClient,
) -> None:
    """Move a guest with two treatments to each half hour with each therapist for the first."""
    spa = await bookable_spa(therapists=3, beds=2, hours="09:00-15:00", genders="fmf")
    facial = spa.service("facial", Segment(30, on="facial-bed"))
    spa.bed("facial bed", "facial-bed")
    spa.therapist("Hoa", facial, shifts=[f"{spa.day()} 09:00-13:00"])
    await spa.write()
    both = [spa.treatment(), {"variant_id": str(facial)}]
    visit = await create_booking(client, spa, 9, *both)
    [guest] = visit["appointments"]
    await create_booking(client, spa, 11, spa.treatment(therapist_id=spa.therapists[0]))
    await create_booking(client, spa, 11, spa.treatment(therapist_id=spa.therapists[1]))
    await create_booking(client, spa, 13, spa.treatment(therapist_id=spa.therapists[2]))
    found = await places(client, spa, guest["treatments"][0])
    ids = [treatment["id"] for treatment in guest["treatments"]]
    counts = set()
    for therapist in spa.therapists:
        fits = obstacles(spa, found, therapist)["fits"]
        moved = []
        for hour in [half / 2 for half in range(18, 30)]:
            changes = {
                "start": spa.hour(hour).isoformat(),
                "treatments": [{"id": ids[0], "therapist_id": str(therapist)}, {"id": ids[1]}],
            }
            answer = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)
            if answer.status_code == 200:
                moved.append(hour)
        assert moved == [
            half / 2 for half in range(18, 30) if any(first <= half / 2 < end for first, end in fits)
        ]
        counts.add(len(moved))
    assert counts.isdisjoint({0, 12})


async def test_a_guest_of_a_couple_fits_on_the_beds_of_the_room_while_the_other_is_there(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa(therapists=3, beds=2, hours="09:00-12:00")
    apart = spa.bed("apart", room="Cúc")
    await spa.write()
    visit = await create_booking(client, spa, 9, guests=2, same_room=True)
    one, _ = visit["appointments"]
    found = await places(client, spa, one["treatments"][0])
    # The other guest is there until 10.
    assert obstacles(spa, found, apart) == {"fits": [(10, 11 + 5 / 60)], "unsuitable": [(9, 10)]}
    [own] = resources_of({"appointments": [one]}, "bed")
    assert obstacles(spa, found, UUID(own))["fits"] == [(9, 11 + 5 / 60)]


class TestRefusals:
    async def test_only_the_desk_of_the_branch_may_ask(self, client: httpx2.AsyncClient) -> None:
        spa, other = await bookable_spa(), await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        query = {
            "branch_id": str(spa.branch_id),
            "day": str(spa.day()),
            "treatment_id": guest["treatments"][0]["id"],
        }
        for headers in (
            await signed_in(),
            await signed_in(Role.THERAPIST),
            await signed_in(Role.RECEPTIONIST, branch_id=other.branch_id),
        ):
            refused = await client.post(PLACES, json=query, headers=headers)
            assert code_of(refused) == (403, "FORBIDDEN")
        elsewhere = query | {"branch_id": str(other.branch_id)}
        assert code_of(await client.post(PLACES, json=elsewhere)) == (404, "TREATMENT_NOT_FOUND")
        unknown = query | {"treatment_id": str(uuid7())}
        assert code_of(await client.post(PLACES, json=unknown)) == (404, "TREATMENT_NOT_FOUND")

    @pytest.mark.parametrize("status", ["in_service", "completed", "cancelled"])
    async def test_a_guest_who_cannot_move_has_no_places(
        self, client: httpx2.AsyncClient, status: str
    ) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        await run_sql("UPDATE appointment SET status = $1", status)
        query = {
            "branch_id": str(spa.branch_id),
            "day": str(spa.day()),
            "treatment_id": guest["treatments"][0]["id"],
        }
        assert code_of(await client.post(PLACES, json=query)) == (409, "STATUS_CONFLICT")

    async def test_a_past_day_has_no_open_starts(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        query = {
            "branch_id": str(spa.branch_id),
            "day": str(spa.day(-1)),
            "treatment_id": guest["treatments"][0]["id"],
        }
        found = (await client.post(PLACES, json=query)).json()
        assert found["open"] == []
        assert {tuple(place["fits"]) for place in found["places"]} == {()}
