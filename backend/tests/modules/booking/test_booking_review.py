"""Days at the desk on which something odd is asked for."""

from typing import Any

import httpx2

from tests.support.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    code_of,
)
from tests.support.spas import Segment


async def booked(
    client: httpx2.AsyncClient, spa: BookableSpa, hour: float, *treatments: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """With these treatments for its only guest, or as `booking` has it."""
    booking = spa.booking(spa.hour(hour), **more)
    if treatments:
        booking["json"]["guests"] = [{"treatments": [*treatments]}]
    answer = await client.post(VISITS, **booking)
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    return visit


async def change(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> httpx2.Response:
    return await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)


class TestTreatments:
    async def test_a_new_treatment_comes_with_its_add_ons(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        stones = spa.add_on("stones", 15, spa.variant_id, price=80_000)
        await spa.write()
        [guest] = (await booked(client, spa, 10))["appointments"]
        kept, new = {"id": guest["treatments"][0]["id"]}, spa.treatment(add_on_ids=[str(stones)])
        for treatments, price in (([kept, new], 1_080_000), ([new], 580_000)):
            answer = await change(client, guest, treatments=treatments)
            assert answer.status_code == 200, answer.text
            assert answer.json()["appointments"][0]["price"] == price
            kept = {"id": answer.json()["appointments"][0]["treatments"][0]["id"]}

    async def test_one_is_not_had_twice_at_one_price(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await booked(client, spa, 10))["appointments"]
        same = {"id": guest["treatments"][0]["id"]}
        refused = await change(client, guest, treatments=[same, same])
        assert code_of(refused) == (422, "VALIDATION_ERROR")

    async def test_none_becomes_shorter_than_no_time(self, client: httpx2.AsyncClient) -> None:
        """The therapist of this one only begins it, in less than a step."""
        spa = await bookable_spa()
        bath = spa.service("bath", Segment(3), Segment(60, staff=False))
        spa.therapist("Hoa", bath, shifts=[f"{spa.day()} 09:00-21:00"])
        await spa.write()
        [guest] = (await booked(client, spa, 10, {"variant_id": str(bath)}))["appointments"]
        for minutes in (60, 55, 5):
            treatments = [{"id": guest["treatments"][0]["id"], "minutes": minutes}]
            assert code_of(await change(client, guest, treatments=treatments)) == (409, "TOO_SHORT")
