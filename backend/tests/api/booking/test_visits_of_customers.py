"""Visits of customers who are merged or erased, and visits in the copy of a customer's data."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.core.database import AsyncSessionLocal
from app.modules.customer.customer_schemas import CustomerMerge
from app.modules.customer.merge import merge_customers
from app.modules.identity.access import SYSTEM_USER
from app.personal_data import PERSONAL_DATA_HOLDERS
from tests.builders.bookings import APPOINTMENTS, VISITS, BookableSpa, bookable_spa, with_headers
from tests.builders.operations import DOCUMENT
from tests.builders.people import add_customer, new_customer
from tests.builders.rosters import all_wait, answered_while, code_of
from tests.builders.visits import visit_rows
from tests.support import SOON
from tests.support.database import another_connection, run_sql
from tests.support.ledger import everything_stored

CUSTOMERS = "/api/v1/customers"
NOTE, FRIEND = "thích phòng yên tĩnh", "Chị Trúc Mai"


@pytest.fixture
async def mai_and_a_friend(client: httpx2.AsyncClient) -> tuple[UUID, dict[str, Any]]:
    """The id of a customer, and the visit that she booked for herself and a friend."""
    spa = await bookable_spa(therapists=2, beds=2)
    customer_id, headers = await new_customer()
    booking = spa.booking(spa.hour(10), guests=2, note=NOTE)
    booking["json"]["guests"][1]["guest_name"] = FRIEND
    response = await client.post(VISITS, **with_headers(booking, headers))
    assert response.status_code == 201
    return customer_id, response.json()


async def book_for_a_friend(client: httpx2.AsyncClient) -> tuple[UUID, dict[str, Any]]:
    """Return the id of a customer, and a visit that another customer booked for both of them."""
    spa = await bookable_spa(therapists=2, beds=2)
    host_id, friend_id = await add_customer(), await add_customer()
    booking = spa.booking(spa.hour(10), guests=2, customer_id=host_id)
    booking["json"]["guests"][1] |= {"guest_name": FRIEND, "customer_id": str(friend_id)}
    response = await client.post(VISITS, **booking)
    assert response.status_code == 201
    return friend_id, response.json()


async def merge(client: httpx2.AsyncClient, survivor_id: UUID, duplicate_id: UUID) -> httpx2.Response:
    return await client.post(f"{CUSTOMERS}/{survivor_id}/merge", json={"duplicate_id": str(duplicate_id)})


async def erase(client: httpx2.AsyncClient, customer_id: UUID) -> httpx2.Response:
    return await client.post(f"{CUSTOMERS}/{customer_id}/erase", params={"force": "true"})


async def tables_with(text: str) -> list[str]:
    return [table for table, stored in (await everything_stored()).items() if text in stored]


async def test_the_customer_reads_the_notes_of_the_desk_and_the_document_says_so(
    client: httpx2.AsyncClient,
) -> None:
    spa, (customer_id, mai) = await bookable_spa(), await new_customer()
    path = (
        f"{VISITS}/{(await client.post(VISITS, **with_headers(spa.booking(spa.hour(10)), mai))).json()['id']}"
    )
    await client.patch(path, json={"note": NOTE})
    await client.put(f"{path}/status", json={"status": "cancelled", "reason": "Khách ốm"})
    visit = (await client.get(path, headers=mai)).json()
    assert (visit["customer_id"], visit["note"]) == (str(customer_id), NOTE)
    assert visit["appointments"][0]["reason"] == "Khách ốm"
    for schema, name in (
        *(("VisitCreate", "note"), ("VisitUpdate", "note"), ("VisitRead", "note")),
        *(("StatusChange", "reason"), ("AppointmentRead", "reason")),
    ):
        assert "customer can read it" in schema_of(schema)[name]["description"], (schema, name)


def schema_of(name: str) -> dict[str, Any]:
    properties: dict[str, Any] = DOCUMENT["components"]["schemas"][name]["properties"]
    return properties


class TestMerge:
    async def test_visits_go_to_the_survivor(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        customer_id, visit = mai_and_a_friend
        survivor_id = await add_customer()
        assert (await merge(client, survivor_id, customer_id)).status_code == 200
        after = (await client.get(f"{VISITS}/{visit['id']}")).json()
        assert after["customer_id"] == after["appointments"][0]["customer_id"] == str(survivor_id)
        assert after["appointments"][1]["customer_id"] is None

    async def test_so_do_the_appointments_that_another_customer_booked(
        self, client: httpx2.AsyncClient
    ) -> None:
        friend_id, visit = await book_for_a_friend(client)
        survivor_id = await add_customer()
        assert (await merge(client, survivor_id, friend_id)).status_code == 200
        after = (await client.get(f"{VISITS}/{visit['id']}")).json()
        assert after["customer_id"] == visit["customer_id"]
        assert after["appointments"][1]["customer_id"] == str(survivor_id)

    async def test_a_merge_counts_as_a_change_of_the_appointment(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        """The guest has another name then, and phones compare the time of the last change."""
        customer_id, _ = mai_and_a_friend
        times = "SELECT updated_at FROM appointment WHERE customer_id IS NOT NULL"
        [before] = await run_sql(times)
        await merge(client, await add_customer("Lan"), customer_id)
        [after] = await run_sql(times)
        assert after["updated_at"] > before["updated_at"]


class TestErasure:
    async def test_nothing_personal_stays(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        customer_id, visit = mai_and_a_friend
        assert (await erase(client, customer_id)).status_code == 200
        assert await tables_with(NOTE) == await tables_with(FRIEND) == []
        after = (await client.get(f"{VISITS}/{visit['id']}")).json()
        assert [guest["status"] for guest in after["appointments"]] == ["confirmed"] * 2

    async def test_nothing_of_a_merged_duplicate_stays(self, client: httpx2.AsyncClient) -> None:
        friend_id, _ = await book_for_a_friend(client)
        survivor_id = await add_customer()
        await merge(client, survivor_id, friend_id)
        assert (await erase(client, survivor_id)).status_code == 200
        assert await tables_with(FRIEND) == []

    async def test_nothing_of_a_guest_of_another_customer_stays(self, client: httpx2.AsyncClient) -> None:
        friend_id, _ = await book_for_a_friend(client)
        assert (await erase(client, friend_id)).status_code == 200
        assert await tables_with(FRIEND) == []

    async def test_no_stored_response_names_a_guest_who_was_linked_later(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        """The response to the booking has the guest's name and not the customer's id."""
        _, visit = mai_and_a_friend
        friend_id = await add_customer()
        path = f"{APPOINTMENTS}/{visit['appointments'][1]['id']}"
        assert (await client.patch(path, json={"customer_id": str(friend_id)})).status_code == 200
        assert (await erase(client, friend_id)).status_code == 200
        assert await tables_with(FRIEND) == []

    async def test_a_repeat_changes_no_visit(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        customer_id, _ = mai_and_a_friend
        await erase(client, customer_id)
        before = await everything_stored()
        assert (await erase(client, customer_id)).status_code == 200
        after = await everything_stored()
        assert [table for table, rows in before.items() if lines(rows) != lines(after[table])] == []


def lines(text: str) -> list[str]:
    return sorted(text.splitlines())


class TestCopy:
    async def test_it_has_the_visits_that_the_customer_booked(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        customer_id, visit = mai_and_a_friend
        copy = (await client.get(f"{CUSTOMERS}/{customer_id}/personal-data")).json()
        assert copy["other_records"]["visits"] == [visit]

    async def test_of_other_visits_it_has_the_customers_own_part(self, client: httpx2.AsyncClient) -> None:
        friend_id, visit = await book_for_a_friend(client)
        copy = (await client.get(f"{CUSTOMERS}/{friend_id}/personal-data")).json()
        assert copy["other_records"]["visits"] == [visit | {"appointments": visit["appointments"][1:]}]


class TestRaces:
    """A booking and a merge or an erasure of its customer, at the same time in two connections."""

    async def test_a_booking_that_commits_while_a_merge_waits_goes_to_the_survivor(
        self, client: httpx2.AsyncClient
    ) -> None:
        duplicate_id, survivor_id = await add_customer(), await add_customer()
        booking, rows = await rows_of_a_visit(client, duplicate_id)
        [merged] = await answered_while(rows, merge(client, survivor_id, duplicate_id))
        assert merged.status_code == 200
        after = (await client.get(f"{VISITS}/{booking}")).json()
        assert after["customer_id"] == after["appointments"][0]["customer_id"] == str(survivor_id)

    async def test_a_booking_that_commits_while_an_erasure_waits_is_erased_too(
        self, client: httpx2.AsyncClient
    ) -> None:
        customer_id = await add_customer()
        _, rows = await rows_of_a_visit(client, customer_id)
        note = ("UPDATE visit SET note = $1", NOTE)
        [erased] = await answered_while([*rows, note], erase(client, customer_id))
        assert erased.status_code == 200
        assert await tables_with(NOTE) == []

    @pytest.mark.parametrize("at_the_desk", [True, False])
    async def test_a_booking_that_waits_for_a_merge_is_refused(
        self, client: httpx2.AsyncClient, *, at_the_desk: bool
    ) -> None:
        spa, (duplicate_id, headers) = await bookable_spa(), await new_customer()
        survivor_id, _ = await new_customer()  # with an account, so that the duplicate keeps its own
        booking = spa.booking(spa.hour(10), customer_id=duplicate_id)
        if not at_the_desk:
            booking = with_headers(spa.booking(spa.hour(10)), headers)
        async with AsyncSessionLocal() as session:
            request = CustomerMerge(duplicate_id=duplicate_id)
            await merge_customers(session, SYSTEM_USER, PERSONAL_DATA_HOLDERS, survivor_id, request)
            task = asyncio.create_task(client.post(VISITS, **booking))
            await all_wait(task)
            await session.commit()
        assert code_of(await task) == (409, "CUSTOMER_MERGED")
        assert await run_sql("SELECT FROM visit") == []

    async def test_a_guest_who_goes_apart_meanwhile_goes_to_the_survivor_too(
        self, client: httpx2.AsyncClient, mai_and_a_friend: tuple[UUID, dict[str, Any]]
    ) -> None:
        """Each waits for the other: PostgreSQL ends one of the two, which is run again."""
        duplicate_id, visit = mai_and_a_friend
        survivor_id = await add_customer()
        friend = visit["appointments"][1]["id"]
        async with another_connection() as connection:
            async with asyncio.timeout(SOON), connection.transaction():
                await connection.execute("SELECT FROM appointment WHERE id = $1 FOR UPDATE", UUID(friend))
                split = asyncio.create_task(
                    client.patch(f"{APPOINTMENTS}/{friend}", json={"split_from_party": True})
                )
                await all_wait(split)  # it has locked the visit
                merging = asyncio.create_task(merge(client, survivor_id, duplicate_id))
                await all_wait(split, merging)  # it has locked the customers
            answers = await asyncio.gather(split, merging)
        assert [answer.status_code for answer in answers] == [200, 200]
        owners = await run_sql("SELECT customer_id FROM visit")
        assert [owner for (owner,) in owners] == [survivor_id] * 2


async def rows_of_a_visit(client: httpx2.AsyncClient, customer_id: UUID) -> tuple[UUID, list[Any]]:
    """Return the id of a visit of a customer, and the rows with which it is inserted."""
    spa: BookableSpa = await bookable_spa()
    added, rows = visit_rows(spa.branch_id, spa.hour(10), spa.hour(11), customer_id=customer_id)
    return added.id, rows
