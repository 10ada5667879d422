"""What is agreed stays: no change of the catalogue reaches a booking through an edit."""

from datetime import datetime
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
)
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql


async def change(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> httpx2.Response:
    return await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)


async def edit(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Change the only treatment of a guest, and return the guest."""
    treatments = [{"id": guest["treatments"][0]["id"]} | changes]
    answer = await change(client, guest, treatments=treatments)
    assert answer.status_code == 200, answer.text
    [changed] = answer.json()["appointments"]
    assert isinstance(changed, dict)
    return changed


def minutes_of(guest: dict[str, Any]) -> float:
    start, end = datetime.fromisoformat(guest["start"]), datetime.fromisoformat(guest["end"])
    return (end - start).total_seconds() / 60


async def with_add_ons(**minutes: int) -> tuple[BookableSpa, dict[str, UUID]]:
    spa = await bookable_spa()
    add_ons = {name: spa.add_on(name, added, spa.variant_id, price=80_000) for name, added in minutes.items()}
    await spa.write()
    return spa, add_ons


class TestAddOns:
    async def test_a_length_that_was_set_by_hand_stays_when_an_add_on_comes_or_goes(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, add_ons = await with_add_ons(tea=0, stones=15)
        tea, stones = map(str, add_ons.values())
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        guest = await edit(client, guest, minutes=90)
        lengths = [
            minutes_of(guest := await edit(client, guest, add_on_ids=chosen))
            for chosen in ([tea], [tea, stones], [tea, stones], [stones], [])
        ]
        assert lengths == [90, 105, 105, 105, 90]
        refused = await client.post(VISITS, **spa.booking(spa.hour(11)))
        assert code_of(refused) == (409, "SLOT_TAKEN")  # the half hour is not sold again

    async def test_an_add_on_takes_along_what_it_added_whatever_the_catalogue_says_now(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, add_ons = await with_add_ons(stones=15)
        stones = str(add_ons["stones"])
        booking = spa.treatment(add_on_ids=[stones])
        [guest] = (await create_booking(client, spa, 10, booking))["appointments"]
        await run_sql("UPDATE add_on SET minutes = 40, price = 1")
        await run_sql("UPDATE service_segment SET minutes = 30 WHERE with_guest")
        kept = await edit(client, guest, add_on_ids=[stones])
        assert (minutes_of(kept), kept["price"]) == (75, 580_000)
        without = await edit(client, guest, add_on_ids=[])
        assert (minutes_of(without), without["price"]) == (60, 500_000)
        again = await edit(client, guest, add_on_ids=[stones])
        assert (minutes_of(again), again["price"]) == (100, 500_001)  # what is new is new

    async def test_the_length_is_as_sent_with_the_add_ons(self, client: httpx2.AsyncClient) -> None:
        spa, add_ons = await with_add_ons(stones=15)
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        for chosen in ([str(add_ons["stones"])], []):
            assert minutes_of(await edit(client, guest, add_on_ids=chosen, minutes=70)) == 70

    async def test_dropping_an_add_on_cannot_leave_a_treatment_without_time(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, add_ons = await with_add_ons(stones=30)
        booking = spa.treatment(add_on_ids=[str(add_ons["stones"])])
        [guest] = (await create_booking(client, spa, 10, booking))["appointments"]
        await edit(client, guest, minutes=30)
        treatments = [{"id": guest["treatments"][0]["id"], "add_on_ids": []}]
        assert code_of(await change(client, guest, treatments=treatments)) == (409, "TOO_SHORT")
        assert minutes_of(await edit(client, guest, add_on_ids=[], minutes=30)) == 30


class TestOffer:
    """A service, a variant or an add-on is not offered any more."""

    @pytest.mark.parametrize(
        "withdrawal",
        [
            "UPDATE service SET offered = 'no'",
            "UPDATE service_variant SET retired_at = now()",
            "UPDATE add_on SET offered = 'no' WHERE minutes = 15",
            "DELETE FROM service_add_on WHERE add_on_id = (SELECT id FROM add_on WHERE minutes = 15)",
        ],
    )
    async def test_a_booking_can_be_edited(self, client: httpx2.AsyncClient, withdrawal: str) -> None:
        spa, add_ons = await with_add_ons(tea=0, stones=15)
        tea, stones = map(str, add_ons.values())
        booking = spa.treatment(add_on_ids=[stones])
        [guest] = (await create_booking(client, spa, 10, booking))["appointments"]
        await run_sql(withdrawal)
        for chosen, minutes in (([stones], 75), ([stones, tea], 75), ([tea], 60)):
            guest = await edit(client, guest, add_on_ids=chosen)
            assert minutes_of(guest) == minutes
        assert minutes_of(await edit(client, guest, minutes=90)) == 90
        assert (await change(client, guest, start=spa.hour(14).isoformat())).status_code == 200

    async def test_what_is_new_must_be_offered_and_fit(self, client: httpx2.AsyncClient) -> None:
        spa, add_ons = await with_add_ons(stones=15)
        other = spa.service("facial", Segment(30, on="massage-bed"))
        mask = spa.add_on("mask", 10, other)
        await spa.write()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        await run_sql("UPDATE add_on SET offered = 'no' WHERE minutes = 15")
        for add_on_id, code in ((add_ons["stones"], "NOT_OFFERED"), (mask, "ADD_ON_DOES_NOT_FIT")):
            treatments = [{"id": guest["treatments"][0]["id"], "add_on_ids": [str(add_on_id)]}]
            assert code_of(await change(client, guest, treatments=treatments)) == (409, code)
        await run_sql("UPDATE service SET offered = 'no'")
        treatments = [{"id": guest["treatments"][0]["id"]}, spa.treatment()]
        assert code_of(await change(client, guest, treatments=treatments)) == (409, "NOT_OFFERED")
