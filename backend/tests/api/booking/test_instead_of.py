"""Searching for a time to which a visit can move: `instead_of` in the availability queries."""

from datetime import datetime
from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.modules.identity.roles import Role
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    resources_of,
    with_headers,
)
from tests.builders.people import add_customer, new_customer, signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql

NO_GUESTS: dict[str, Any] = {}
STARTS, DAYS = "/api/v1/availability/starts", "/api/v1/availability/days"


def query(spa: BookableSpa, instead_of: Any, **more: Any) -> dict[str, Any]:
    body = {"branch_id": str(spa.branch_id), "day": spa.day().isoformat()} | more
    return body | ({} if instead_of is None else {"instead_of": str(instead_of)})


def massage(spa: BookableSpa) -> dict[str, Any]:
    return {"guests": [{"treatments": [spa.treatment()]}]}


async def hours_found(
    client: httpx2.AsyncClient,
    spa: BookableSpa,
    instead_of: Any,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> list[float]:
    """Return the starts of the day in hours of local time."""
    answer = await client.post(STARTS, json=query(spa, instead_of, **more), headers=headers)
    assert answer.status_code == 200, answer.text
    starts = [datetime.fromisoformat(start["start"]) for start in answer.json()["starts"]]
    return [(start - spa.hour(0)).total_seconds() / 3600 for start in starts]


async def test_the_holder_of_a_time_finds_it_among_the_starts(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(hours="09:00-12:00", grid_minutes=60)
    _, mai = await new_customer()
    answer = await client.post(VISITS, **with_headers(spa.booking(spa.hour(10), hold=True), mai))
    hold = answer.json()["id"]
    assert (
        await hours_found(client, spa, None, mai, **massage(spa)) == []
    )  # 75 minutes on the bed: nothing else fits
    assert await hours_found(client, spa, hold, mai, **massage(spa)) == [9, 10, 11]
    assert await hours_found(client, spa, hold, mai) == [9, 10, 11]
    answer = await client.post(
        DAYS,
        json={"branch_id": str(spa.branch_id), "instead_of": hold}
        | {name: spa.day().isoformat() for name in ("first_day", "last_day")},
        headers=mai,
    )
    assert [day["available"] for day in answer.json()["days"]] == [True]


async def test_every_start_that_is_found_and_no_other_is_one_to_which_the_visit_can_move(
    client: httpx2.AsyncClient,
) -> None:
    """Move a couple with a long treatment around other guests, to each half hour of the day."""
    spa = await bookable_spa(therapists=3, beds=3, hours="09:00-15:00", grid_minutes=30, genders="fmf")
    couple = await create_booking(client, spa, 10, guests=2, same_room=True)
    await create_booking(client, spa, 11.5, spa.treatment(therapist_id=spa.therapists[0]))
    await create_booking(client, spa, 13, spa.treatment(therapist_id=spa.therapists[2]))
    await create_booking(client, spa, 13)
    found = await hours_found(client, spa, couple["id"])
    moved = []
    for half_hour in range(18, 30):
        hour = half_hour / 2
        answer = await client.patch(f"{VISITS}/{couple['id']}", json={"start": spa.hour(hour).isoformat()})
        if answer.status_code == 200:
            moved.append(hour)
    assert found == moved
    assert len(found) not in (0, 12)


async def test_a_visit_moves_with_the_length_that_was_agreed(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(hours="09:00-12:00", grid_minutes=60)
    visit = await create_booking(client, spa, 9)
    [guest] = visit["appointments"]
    longer = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 120}]}
    assert (await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=longer)).status_code == 200
    assert await hours_found(client, spa, visit["id"]) == [9, 10]
    assert await hours_found(client, spa, visit["id"], **massage(spa)) == [9, 10, 11]


async def test_what_the_spa_no_longer_offers_still_moves(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(hours="09:00-12:00", grid_minutes=60)
    visit = await create_booking(client, spa, 9)
    await run_sql("UPDATE service SET offered = 'no'")
    assert await hours_found(client, spa, visit["id"]) == [9, 10, 11]


async def test_a_visit_keeps_its_therapist_where_that_one_is_free(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    visit = await create_booking(client, spa, 10)
    [lan] = resources_of(visit, "staff")
    answer = await client.post(STARTS, json=query(spa, visit["id"]))
    chosen = {
        assignment["resource_id"]
        for start in answer.json()["starts"]
        for treatment in start["guests"][0]
        for assignment in treatment["assignments"]
        if assignment["kind"] == "staff"
    }
    assert chosen == {lan}


async def test_one_guest_of_a_party_is_named_by_the_appointment(client: httpx2.AsyncClient) -> None:
    """Move one of two guests to an hour at which there is one therapist."""
    spa = await bookable_spa(therapists=2, beds=3, hours="09:00-12:00", grid_minutes=60)
    visit = await create_booking(client, spa, 10, guests=2)
    await create_booking(client, spa, 9)
    one = visit["appointments"][0]["id"]
    assert await hours_found(client, spa, visit["id"]) == [10, 11]
    assert await hours_found(client, spa, one) == [9, 10, 11]
    moved = await client.patch(f"{APPOINTMENTS}/{one}", json={"start": spa.hour(9).isoformat()})
    assert moved.status_code == 200


async def test_a_guest_of_a_couple_stays_in_the_room_while_the_other_is_there(
    client: httpx2.AsyncClient,
) -> None:
    """Give the couple's room two beds, which are taken until 10:15, and another room one."""
    spa = await bookable_spa(therapists=3, beds=2, hours="09:00-12:00", grid_minutes=30)
    spa.bed("apart", room="Cúc")
    await spa.write()
    visit = await create_booking(client, spa, 10.5, guests=2, same_room=True)
    one, _ = visit["appointments"]
    for bed in spa.beds:
        await create_booking(client, spa, 9, spa.treatment(bed_id=bed))
    assert await hours_found(client, spa, one["id"]) == [9, 9.5, 10.5, 11]
    path = f"{APPOINTMENTS}/{one['id']}"
    for hour, expected in ((10, 409), (11, 200), (9.5, 200)):
        answer = await client.patch(path, json={"start": spa.hour(hour).isoformat()})
        assert answer.status_code == expected


class TestVisibility:
    async def test_a_visit_that_the_user_may_not_see_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa, other = await bookable_spa(), await bookable_spa()
        _, mai = await new_customer()
        _, stranger = await new_customer()
        booked = await client.post(VISITS, **with_headers(spa.booking(spa.hour(10)), mai))
        visit = booked.json()
        desk_elsewhere = await signed_in(Role.RECEPTIONIST, branch_id=other.branch_id)
        desk = await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        for headers in (stranger, desk_elsewhere, await signed_in(), await signed_in(Role.THERAPIST)):
            for wanted in (visit["id"], visit["appointments"][0]["id"], uuid7()):
                for more in (NO_GUESTS, massage(spa)):
                    refused = await client.post(STARTS, json=query(spa, wanted, **more), headers=headers)
                    assert code_of(refused) == (404, "VISIT_NOT_FOUND")
        for headers in (mai, desk):
            assert 10 in await hours_found(client, spa, visit["id"], headers)

    async def test_a_friend_who_was_brought_along_moves_alone(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2, hours="09:00-12:00", grid_minutes=60)
        friend, headers = await new_customer()
        booking = spa.booking(spa.hour(10), guests=2, customer_id=await add_customer())
        booking["json"]["guests"][1]["customer_id"] = str(friend)
        visit = (await client.post(VISITS, **booking)).json()
        answer = await client.post(STARTS, json=query(spa, visit["id"]), headers=headers)
        assert {len(start["guests"]) for start in answer.json()["starts"]} == {1}
        refused = await client.post(STARTS, json=query(spa, visit["appointments"][0]["id"]), headers=headers)
        assert code_of(refused) == (404, "VISIT_NOT_FOUND")

    async def test_a_visit_of_another_branch_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa, other = await bookable_spa(), await bookable_spa()
        visit = await create_booking(client, spa, 10)
        refused = await client.post(STARTS, json=query(other, visit["id"]))
        assert code_of(refused) == (404, "VISIT_NOT_FOUND")


class TestRefusals:
    @pytest.mark.parametrize("status", ["in_service", "completed", "cancelled", "no_show"])
    async def test_a_visit_that_cannot_move_any_more(self, client: httpx2.AsyncClient, status: str) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment SET status = $1", status)
        refused = await client.post(STARTS, json=query(spa, visit["id"]))
        assert code_of(refused) == (409, "STATUS_CONFLICT")

    async def test_a_hold_that_has_expired_is_looked_past_if_guests_are_named(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Let the holder choose again: the time is free for every customer, unless it has been booked again."""
        spa = await bookable_spa(hours="09:00-12:00", grid_minutes=60)
        hold = await create_booking(client, spa, 10, hold=True)
        for table in ("appointment", "allocation"):
            await run_sql(f"UPDATE {table} SET hold_expires_at = now() - interval '1 s'")
        refused = await client.post(STARTS, json=query(spa, hold["id"]))
        assert code_of(refused) == (409, "HOLD_EXPIRED")
        assert await hours_found(client, spa, hold["id"], **massage(spa)) == [9, 10, 11]
        await create_booking(client, spa, 10)
        assert await hours_found(client, spa, hold["id"], **massage(spa)) == []

    async def test_a_visit_that_the_customer_can_no_longer_move_has_no_starts(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(free_cancel_minutes=7 * 24 * 60)
        _, mai = await new_customer()
        visit = (await client.post(VISITS, **with_headers(spa.booking(spa.hour(10)), mai))).json()
        refused = await client.post(STARTS, json=query(spa, visit["id"]), headers=mai)
        assert code_of(refused) == (409, "TOO_LATE_TO_MOVE")
        assert 10 in await hours_found(client, spa, visit["id"])  # the desk can

    async def test_guests_or_a_visit_have_to_be_named(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        nothing: dict[str, Any] = {"guests": []}
        for more in (NO_GUESTS, nothing):
            refused = await client.post(STARTS, json=query(spa, None, **more))
            assert code_of(refused) == (422, "VALIDATION_ERROR")
