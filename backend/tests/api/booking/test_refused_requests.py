"""The same wishes are refused for the same reasons by availability, a booking and a change of a booking."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    with_headers,
)
from tests.builders.people import add_customer, new_customer
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql

AVAILABILITY = "/api/v1/availability"
CUSTOMERS = "/api/v1/customers"


class TestWishes:
    async def test_every_route_refuses_the_same_wishes(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        bath = spa.service("bath", Segment(30, staff=False, on="bath"))
        retired = spa.service("hot stones", Segment(30, staff=False, on="bath"), offered="no")
        salt = spa.add_on("salt", 15, bath)
        tub = spa.bed("tub", "bath")
        await spa.write()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        unknown = str(uuid7())
        refusals = {
            (404, "SERVICE_VARIANT_NOT_FOUND"): {"variant_id": unknown},
            (404, "ADD_ON_NOT_FOUND"): spa.treatment(add_on_ids=[unknown]),
            (404, "STAFF_NOT_FOUND"): spa.treatment(therapist_id=unknown),
            (404, "RESOURCE_NOT_FOUND"): spa.treatment(bed_id=unknown),
            (409, "NOT_OFFERED"): {"variant_id": str(retired)},
            (409, "ADD_ON_DOES_NOT_FIT"): spa.treatment(add_on_ids=[str(salt)]),
            (409, "NO_THERAPIST_NEEDED"): {"variant_id": str(bath), "gender": "female"},
            (409, "BED_DOES_NOT_FIT"): spa.treatment(bed_id=str(tub)),
        }
        for refusal, wish in refusals.items():
            change = {"treatments": [wish]}
            assert code_of(await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=change)) == refusal
            assert await self._answers(client, spa, wish) == [refusal] * 3

    async def test_of_a_retired_variant_the_other_lengths_are_still_sold(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        longer = spa.variant(spa.service_of[spa.variant_id], 90)
        await spa.write()
        await run_sql("UPDATE service_variant SET retired_at = now() WHERE id = $1", longer)
        booking = spa.booking(spa.hour(10), guests=[{"treatments": [{"variant_id": str(longer)}]}])
        booking["headers"]["Accept-Language"] = "en"
        refused = await client.post(VISITS, **booking)
        assert code_of(refused) == (409, "NOT_OFFERED")
        assert refused.json()["error"]["message"] == (
            "massage of 90 minutes is not sold any more. Please choose another variant."
        )
        await run_sql("UPDATE service SET offered = 'no'")
        refused = await client.post(
            VISITS, **booking | {"headers": booking["headers"] | {"Idempotency-Key": "k2"}}
        )
        assert refused.json()["error"]["message"].startswith("The spa does not offer massage any more.")

    async def test_customers_cannot_choose_a_bed(self, client: httpx2.AsyncClient) -> None:
        spa, (_, mai) = await bookable_spa(), await new_customer()
        wish = spa.treatment(bed_id=str(spa.beds[0]))
        answers = await self._answers(client, spa, wish, headers=mai)
        assert answers == [(403, "BEDS_ARE_FOR_THE_DESK")] * 3

    async def test_customers_cannot_assign_a_therapist(self, client: httpx2.AsyncClient) -> None:
        spa, (_, mai) = await bookable_spa(), await new_customer()
        wish = spa.treatment(assign_to=str(spa.therapists[0]))
        assert await self._answers(client, spa, wish, headers=mai) == [(403, "FORBIDDEN")] * 3

    async def test_an_unknown_branch_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        spa.branch_id = uuid7()
        assert await self._answers(client, spa, spa.treatment()) == [(404, "BRANCH_NOT_FOUND")] * 3

    @staticmethod
    async def _answers(
        client: httpx2.AsyncClient,
        spa: BookableSpa,
        wish: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> list[tuple[int, str]]:
        """Search days, search starts and book with this wish; return the codes."""
        party = {"branch_id": str(spa.branch_id), "guests": [{"treatments": [wish]}]}
        day = str(spa.day())
        days = party | {"first_day": day, "last_day": day}
        booking = with_headers(spa.booking(spa.hour(15), guests=[{"treatments": [wish]}]), headers or {})
        return [
            code_of(await client.post(f"{AVAILABILITY}/days", json=days, headers=headers)),
            code_of(await client.post(f"{AVAILABILITY}/starts", json=party | {"day": day}, headers=headers)),
            code_of(await client.post(VISITS, **booking)),
        ]


class TestCustomers:
    @pytest.mark.parametrize("state", ["CUSTOMER_ARCHIVED", "CUSTOMER_ERASED", "CUSTOMER_MERGED"])
    async def test_a_customer_who_is_not_active_is_neither_booked_nor_entered(
        self, client: httpx2.AsyncClient, state: str
    ) -> None:
        spa, mai = await bookable_spa(therapists=2, beds=2), await add_customer()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        await self._end(client, mai, state)
        booked = await client.post(VISITS, **spa.booking(spa.hour(12), customer_id=mai))
        changed = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"customer_id": str(mai)})
        assert code_of(booked) == code_of(changed) == (409, state)
        assert [row["customer_id"] for row in await run_sql("SELECT customer_id FROM appointment")] == [None]

    async def test_an_unknown_customer_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        changed = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"customer_id": str(uuid7())})
        assert code_of(changed) == (404, "CUSTOMER_NOT_FOUND")

    @staticmethod
    async def _end(client: httpx2.AsyncClient, customer_id: UUID, state: str) -> None:
        if state == "CUSTOMER_MERGED":
            survivor, body = await add_customer(), {"duplicate_id": str(customer_id)}
            answer = await client.post(f"{CUSTOMERS}/{survivor}/merge", json=body)
        else:
            verb = {"CUSTOMER_ARCHIVED": "archive", "CUSTOMER_ERASED": "erase"}[state]
            answer = await client.post(f"{CUSTOMERS}/{customer_id}/{verb}")
        assert answer.is_success, answer.text


async def test_a_guest_cannot_be_moved_into_the_past(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    [guest] = (await create_booking(client, spa, 10))["appointments"]
    yesterday = {"start": spa.hour(10, days=-1).isoformat()}
    assert code_of(await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=yesterday)) == (
        409,
        "NOT_BOOKABLE",
    )
