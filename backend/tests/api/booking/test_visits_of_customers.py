"""What becomes of visits when their customer becomes another, is forgotten, or asks for a copy."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.builders.bookings import VISITS, bookable_spa, with_headers
from tests.builders.operations import DOCUMENT
from tests.builders.people import new_customer
from tests.support.ledger import everything_stored

CUSTOMERS = "/api/v1/customers"
NOTE, FRIEND = "thích phòng yên tĩnh", "Chị Trúc Mai"


@pytest.fixture
async def booked(client: httpx2.AsyncClient) -> tuple[UUID, dict[str, Any]]:
    """A customer, and what they booked for themselves and a friend."""
    spa = await bookable_spa(therapists=2, beds=2)
    customer_id, headers = await new_customer()
    booking = spa.booking(spa.hour(10), guests=2, note=NOTE)
    booking["json"]["guests"][1]["guest_name"] = FRIEND
    answer = await client.post(VISITS, **with_headers(booking, headers))
    assert answer.status_code == 201
    return customer_id, answer.json()


async def test_what_the_desk_notes_the_customer_reads_and_the_document_says_so(
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


async def test_visits_follow_a_customer_who_is_merged(
    client: httpx2.AsyncClient, booked: tuple[UUID, dict[str, Any]]
) -> None:
    customer_id, visit = booked
    survivor = (await client.post(CUSTOMERS, json={"full_name": "Mai"})).json()["id"]
    merged = await client.post(f"{CUSTOMERS}/{survivor}/merge", json={"duplicate_id": str(customer_id)})
    assert merged.status_code == 200
    now = (await client.get(f"{VISITS}/{visit['id']}")).json()
    assert (now["customer_id"], now["appointments"][0]["customer_id"]) == (survivor, survivor)
    assert now["appointments"][1]["customer_id"] is None


async def test_of_a_customer_who_is_forgotten_nothing_personal_stays(
    client: httpx2.AsyncClient, booked: tuple[UUID, dict[str, Any]]
) -> None:
    customer_id, visit = booked
    assert (await client.post(f"{CUSTOMERS}/{customer_id}/erase")).status_code == 200
    for table, text in (await everything_stored()).items():
        assert NOTE not in text, table
        assert FRIEND not in text, table
    now = (await client.get(f"{VISITS}/{visit['id']}")).json()
    assert [guest["status"] for guest in now["appointments"]] == ["confirmed"] * 2


async def test_nor_of_who_was_merged_before(client: httpx2.AsyncClient) -> None:
    friend_id, _ = await _with_a_friend(client)
    survivor = (await client.post(CUSTOMERS, json={"full_name": "Mai"})).json()["id"]
    await client.post(f"{CUSTOMERS}/{survivor}/merge", json={"duplicate_id": str(friend_id)})
    assert (await client.post(f"{CUSTOMERS}/{survivor}/erase")).status_code == 200
    for table, text in (await everything_stored()).items():
        assert FRIEND not in text, table


async def test_nor_of_who_only_came_along(client: httpx2.AsyncClient) -> None:
    friend_id, _ = await _with_a_friend(client)
    assert (await client.post(f"{CUSTOMERS}/{friend_id}/erase")).status_code == 200
    for table, text in (await everything_stored()).items():
        assert FRIEND not in text, table


async def test_who_only_came_along_has_a_copy_of_their_own_part(client: httpx2.AsyncClient) -> None:
    friend_id, visit = await _with_a_friend(client)
    copy = (await client.get(f"{CUSTOMERS}/{friend_id}/personal-data")).json()
    assert copy["other_records"]["visits"] == [visit | {"appointments": visit["appointments"][1:]}]


async def _with_a_friend(client: httpx2.AsyncClient) -> tuple[UUID, dict[str, Any]]:
    """A customer of the spa, and what somebody booked for themselves and them."""
    spa = await bookable_spa(therapists=2, beds=2)
    (host_id, _), (friend_id, _) = await new_customer(), await new_customer()
    booking = spa.booking(spa.hour(10), guests=2, customer_id=host_id)
    booking["json"]["guests"][1] |= {"guest_name": FRIEND, "customer_id": str(friend_id)}
    answer = await client.post(VISITS, **booking)
    assert answer.status_code == 201
    return friend_id, answer.json()


async def test_visits_are_in_the_copy_of_what_is_held(
    client: httpx2.AsyncClient, booked: tuple[UUID, dict[str, Any]]
) -> None:
    customer_id, visit = booked
    copy = (await client.get(f"{CUSTOMERS}/{customer_id}/personal-data")).json()
    assert copy["other_records"]["visits"] == [visit]
