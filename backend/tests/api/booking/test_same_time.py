"""One customer at the same time twice: refused online, and to be confirmed at the desk."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    with_headers,
)
from tests.builders.people import add_customer, new_customer
from tests.builders.rosters import answered_while, code_of
from tests.builders.visits import visit_rows
from tests.support.database import run_sql

TWICE = (409, "SAME_TIME")


@pytest.fixture
async def spa(client: httpx2.AsyncClient) -> BookableSpa:
    return await bookable_spa(therapists=4, beds=4)


def others_in(refused: httpx2.Response) -> list[str]:
    return [detail["field"] for detail in refused.json()["error"]["details"] if detail["type"] == "same_time"]


async def confirmed_only(client: httpx2.AsyncClient, path: str, **changes: Any) -> httpx2.Response:
    """Send changes that are refused unless the desk confirms them, and return the last response."""
    assert code_of(await client.patch(path, json=changes)) == TWICE
    answer = await client.patch(path, json=changes | {"allow_same_time": True})
    assert answer.status_code == 200, answer.text
    return answer


class TestOnline:
    @pytest.mark.parametrize("hold", [False, True])
    async def test_a_second_booking_is_refused(
        self, stranger: httpx2.AsyncClient, spa: BookableSpa, hold: bool
    ) -> None:
        _, headers = await new_customer()
        first = await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10), hold=hold), headers))
        for more in ({}, {"hold": True}, {"allow_same_time": True}):
            second = spa.booking(spa.hour(10.5), **more)
            refused = await stranger.post(VISITS, **with_headers(second, headers))
            assert code_of(refused) == TWICE
            assert others_in(refused) == [first.json()["appointments"][0]["id"]]
        after = await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(11)), headers))
        assert after.status_code == 201, after.text

    async def test_a_friend_can_be_booked_by_name(
        self, stranger: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        _, headers = await new_customer()
        assert (
            await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10)), headers))
        ).status_code == 201
        friend = [{"treatments": [spa.treatment()], "guest_name": "Chị Mai"}]
        booked = await stranger.post(
            VISITS, **with_headers(spa.booking(spa.hour(10), guests=friend), headers)
        )
        assert booked.status_code == 201, booked.text

    async def test_of_many_at_once_one_is_booked(
        self, stranger: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        _, headers = await new_customer()
        answers = await asyncio.gather(
            *(stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10)), headers)) for _ in range(4))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]

    @pytest.mark.parametrize(
        ("status", "again"), [("cancelled", 201), ("completed", 201), ("expired hold", 201), ("pending", 409)]
    )
    async def test_what_is_over_does_not_count(
        self, stranger: httpx2.AsyncClient, spa: BookableSpa, status: str, again: int
    ) -> None:
        _, headers = await new_customer()
        await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10), hold=True), headers))
        if status == "expired hold":
            await run_sql("UPDATE appointment SET hold_expires_at = now()")
        else:
            await run_sql("UPDATE appointment SET status = $1, hold_expires_at = NULL", status)
        answer = await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10)), headers))
        assert answer.status_code == again, answer.text


class TestAtTheDesk:
    async def test_a_booking_has_to_be_confirmed(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        mai = await add_customer()
        first = await create_booking(client, spa, 10, customer_id=mai)
        refused = await client.post(VISITS, **spa.booking(spa.hour(10.5), customer_id=mai))
        assert code_of(refused) == TWICE
        assert others_in(refused) == [first["appointments"][0]["id"]]
        assert "xác nhận" in refused.json()["error"]["message"]
        confirmed = spa.booking(spa.hour(10.5), customer_id=mai, allow_same_time=True)
        assert (await client.post(VISITS, **confirmed)).status_code == 201

    async def test_a_guest_of_a_party_and_another_branch_count_too(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai, host = await add_customer(), await add_customer()
        guests = [{"treatments": [spa.treatment()]} for _ in range(2)]
        guests[1]["customer_id"] = str(mai)  # type: ignore[assignment]  # a guest, in JSON
        await create_booking(client, spa, 10, customer_id=host, guests=guests)
        other = await bookable_spa()
        refused = await client.post(VISITS, **other.booking(other.hour(10), customer_id=mai))
        assert code_of(refused) == TWICE

    async def test_the_host_of_friends_is_no_guest(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer()
        friend = [{"treatments": [spa.treatment()], "guest_name": "Chị Hoa"}]
        for _ in range(2):
            await create_booking(client, spa, 10, customer_id=mai, guests=friend)

    async def test_a_booking_that_waited_sees_the_one_that_was_made_meanwhile(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer()
        _, rows = visit_rows(
            spa.branch_id, spa.hour(10), spa.hour(11), customer_id=mai, variant_id=spa.variant_id
        )
        [answer] = await answered_while(
            [("SELECT pg_advisory_xact_lock(hashtextextended('customer ' || $1::uuid, 0))", mai), *rows],
            client.post(VISITS, **spa.booking(spa.hour(10), customer_id=mai)),
        )
        assert code_of(answer) == TWICE

    async def test_moving_and_extending_have_to_be_confirmed(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer()
        await create_booking(client, spa, 10, customer_id=mai)
        visit = await create_booking(client, spa, 14, customer_id=mai)
        [guest] = visit["appointments"]
        await confirmed_only(client, f"{VISITS}/{visit['id']}", start=spa.hour(10.5).isoformat())
        back = {"start": spa.hour(8.5).isoformat()}
        assert code_of(await client.patch(f"{VISITS}/{visit['id']}", json=back)) == (409, "SLOT_TAKEN")
        path = f"{APPOINTMENTS}/{guest['id']}"
        assert (await client.patch(path, json={"start": spa.hour(9).isoformat()})).status_code == 200
        treatments = [{"id": guest["treatments"][0]["id"], "minutes": 75}]
        await confirmed_only(client, path, treatments=treatments)
        shorter = [{"id": guest["treatments"][0]["id"], "minutes": 70}]
        assert (await client.patch(path, json={"treatments": shorter})).status_code == 200  # it is known

    async def test_entering_the_customer_later_has_to_be_confirmed(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer()
        await create_booking(client, spa, 10, customer_id=mai)
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        path = f"{APPOINTMENTS}/{guest['id']}"
        answer = await confirmed_only(client, path, customer_id=str(mai))
        assert answer.json()["appointments"][0]["customer_id"] == str(mai)
        again = await client.patch(path, json={"customer_id": str(mai), "guest_name": "Mai"})
        assert again.status_code == 200  # it is confirmed already


class TestParty:
    async def test_a_customer_cannot_become_two_guests(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer()
        visit = await create_booking(client, spa, 10, customer_id=mai, guests=2)
        _, friend = visit["appointments"]
        for more in ({}, {"allow_same_time": True}, {"start": spa.hour(15).isoformat()}):
            refused = await client.patch(
                f"{APPOINTMENTS}/{friend['id']}", json={"customer_id": str(mai)} | more
            )
            assert code_of(refused) == (409, "GUEST_TWICE")

    async def test_a_cancelled_guest_does_not_count(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer()
        visit = await create_booking(client, spa, 10, customer_id=mai, guests=2)
        one, friend = visit["appointments"]
        cancelled = {"status": "cancelled", "appointment_ids": [one["id"]]}
        assert (await client.put(f"{VISITS}/{visit['id']}/status", json=cancelled)).status_code == 200
        answer = await client.patch(f"{APPOINTMENTS}/{friend['id']}", json={"customer_id": str(mai)})
        assert answer.status_code == 200, answer.text

    async def test_a_party_moves_together_although_its_guests_overlap(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai, lien = await add_customer(), await add_customer()
        guests = [
            {"treatments": [spa.treatment()], "customer_id": str(customer_id)} for customer_id in (mai, lien)
        ]
        visit = await create_booking(client, spa, 10, guests=guests)
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10.5).isoformat()})
        assert moved.status_code == 200, moved.text
        assert {UUID(guest["customer_id"]) for guest in moved.json()["appointments"]} == {mai, lien}


class TestMerge:
    """Two records with appointments at the same time may be two people."""

    @pytest.fixture
    async def records(self, client: httpx2.AsyncClient) -> tuple[UUID, UUID]:
        """The survivor and the duplicate of a merge."""
        return await add_customer("Mai"), await add_customer("Chị Mai")

    async def test_it_is_refused_until_the_desk_confirms(
        self, client: httpx2.AsyncClient, spa: BookableSpa, records: tuple[UUID, UUID]
    ) -> None:
        survivor_id, duplicate_id = records
        own = await create_booking(client, spa, 10, customer_id=survivor_id)
        other = await create_booking(client, spa, 10.5, customer_id=duplicate_id)
        path, body = f"/api/v1/customers/{survivor_id}/merge", {"duplicate_id": str(duplicate_id)}
        refused = await client.post(path, json=body)
        assert code_of(refused) == (409, "MERGE_SAME_TIME")
        assert others_in(refused) == [own["appointments"][0]["id"]]
        assert (await client.get(f"{VISITS}/{other['id']}")).json() == other
        merged = await client.post(path, json=body | {"allow_same_time": True})
        assert merged.status_code == 200
        assert (await client.get(f"{VISITS}/{other['id']}")).json()["customer_id"] == str(survivor_id)

    async def test_both_are_guests_of_one_party(
        self, client: httpx2.AsyncClient, spa: BookableSpa, records: tuple[UUID, UUID]
    ) -> None:
        guests = [
            {"treatments": [spa.treatment()], "customer_id": str(customer_id)} for customer_id in records
        ]
        await client.post(VISITS, **spa.booking(spa.hour(10), guests=guests))
        body = {"duplicate_id": str(records[1])}
        refused = await client.post(f"/api/v1/customers/{records[0]}/merge", json=body)
        assert code_of(refused) == (409, "MERGE_SAME_TIME")

    @pytest.mark.parametrize("difference", ["another hour", "cancelled", "past"])
    async def test_what_is_at_another_time_or_over_is_no_obstacle(
        self, client: httpx2.AsyncClient, spa: BookableSpa, records: tuple[UUID, UUID], difference: str
    ) -> None:
        await create_booking(client, spa, 10, customer_id=records[0])
        hour = 14 if difference == "another hour" else 10
        other = await create_booking(client, spa, hour, customer_id=records[1])
        if difference == "cancelled":
            await client.put(f"{VISITS}/{other['id']}/status", json={"status": "cancelled"})
        elif difference == "past":
            await run_sql(
                "UPDATE appointment SET starts_at = starts_at - interval '9 d', ends_at = ends_at - interval '9 d'"
            )
        body = {"duplicate_id": str(records[1])}
        merged = await client.post(f"/api/v1/customers/{records[0]}/merge", json=body)
        assert merged.status_code == 200, merged.text
