"""The desk overrules opening hours and shifts, and never another guest."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.scheduling.timegrid import this_step
from tests.api.booking.spa import Spa
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    noon_zone,
    overlaps,
    resources_of,
    visit_of,
    with_headers,
)
from tests.builders.people import new_customer
from tests.builders.rosters import code_of
from tests.support.database import run_sql
from tests.support.ledger import entries


async def book(client: httpx2.AsyncClient, spa: BookableSpa, hour: float, **more: Any) -> httpx2.Response:
    return await client.post(VISITS, **spa.booking(spa.hour(hour), **more))


async def overruled() -> list[bool]:
    return [row["overruled"] for row in await run_sql("SELECT overruled FROM appointment ORDER BY id")]


def extended(guest: dict[str, Any], minutes: int, **more: Any) -> dict[str, Any]:
    return {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": minutes}]} | more


class TestBooking:
    @pytest.mark.parametrize("hour", [8, 20.5, 21, 22], ids=["before", "across", "at", "after"])
    async def test_a_guest_comes_outside_opening_hours(self, client: httpx2.AsyncClient, hour: float) -> None:
        spa = await bookable_spa()  # open and on shift from 9 to 21
        assert code_of(await book(client, spa, hour)) == (409, "SLOT_TAKEN")
        forced = await book(client, spa, hour, force=True)
        assert forced.status_code == 201, forced.text
        assert resources_of(forced.json(), "staff") == [str(spa.therapists[0])]

    async def test_it_is_in_the_ledger_only_where_something_was_overruled(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        for hour in (10, 20.5):
            assert (await book(client, spa, hour, force=True)).status_code == 201
        assert await overruled() == [False, True]
        booked = [entry for entry in await entries(entity="appointment") if entry["action"] == "insert"]
        assert [json.loads(entry["after"])["overruled"] for entry in booked] == [False, True]

    async def test_a_guest_is_never_overruled(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await create_booking(client, spa, 10)
        await book(client, spa, 21, force=True)
        for hour in (10, 10.5, 20.5, 21.5):
            assert code_of(await book(client, spa, hour, force=True)) == (409, "SLOT_TAKEN"), hour
        assert await overlaps() == 0

    @pytest.mark.parametrize("obstacle", ["leave", "outage"])
    async def test_leave_and_outages_are_not_overruled(
        self, client: httpx2.AsyncClient, obstacle: str
    ) -> None:
        spa = await bookable_spa()
        spa.block((spa.therapists if obstacle == "leave" else spa.beds)[0], (spa.hour(9), spa.hour(23)))
        await spa.write()
        for hour in (10, 21):
            assert code_of(await book(client, spa, hour, force=True)) == (409, "SLOT_TAKEN")

    async def test_a_therapist_is_called_in_on_a_day_off_only_if_asked_for_by_name(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan, minh = spa.therapists
        await run_sql("DELETE FROM shift WHERE staff_id = $1", lan)
        await create_booking(client, spa, 10)
        assert code_of(await book(client, spa, 10, force=True)) == (409, "SLOT_TAKEN")
        late = await book(client, spa, 22, force=True)
        assert resources_of(late.json(), "staff") == [str(minh)]
        treatment = spa.treatment(therapist_id=lan)
        by_name = await book(client, spa, 10, force=True, guests=[{"treatments": [treatment]}])
        assert resources_of(by_name.json(), "staff") == [str(lan)]

    async def test_a_therapist_on_shift_comes_first(self, client: httpx2.AsyncClient) -> None:
        """Book while one is on shift all day and the other only in the morning."""
        spa = await bookable_spa(therapists=2, beds=2)
        lan, minh = spa.therapists
        await run_sql(
            "UPDATE shift SET during = tstzrange(lower(during), lower(during) + interval '3 h') WHERE staff_id = $1",
            lan,
        )
        first, second = [(await book(client, spa, 15, force=True)).json() for _ in range(2)]
        assert [*resources_of(first, "staff"), *resources_of(second, "staff")] == [str(minh), str(lan)]
        assert await overruled() == [False, True]

    async def test_a_branch_that_is_closed_for_good_stays_closed(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await run_sql("UPDATE branch SET closed_at = $1", spa.hour(0, 5))
        assert (await book(client, spa, 22, force=True)).status_code == 201
        booking = spa.booking(spa.hour(10, 5), force=True)
        assert code_of(await client.post(VISITS, **booking)) == (409, "SLOT_TAKEN")

    async def test_a_customer_cannot_force_anything(self, client: httpx2.AsyncClient) -> None:
        spa, (customer_id, mai) = await bookable_spa(), await new_customer()
        refused = await client.post(VISITS, **with_headers(spa.booking(spa.hour(22), force=True), mai))
        assert code_of(refused) == (403, "FORBIDDEN")
        visit = await create_booking(client, spa, 10, customer_id=customer_id)
        body = {"start": spa.hour(22).isoformat(), "force": True}
        for path in (f"{VISITS}/{visit['id']}", f"{APPOINTMENTS}/{visit['appointments'][0]['id']}"):
            assert code_of(await client.patch(path, json=body, headers=mai)) == (403, "FORBIDDEN")


class TestChanging:
    async def test_a_visit_moves_beyond_closing_and_back(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        path, late = f"{VISITS}/{visit['id']}", {"start": spa.hour(21).isoformat()}
        assert code_of(await client.patch(path, json=late)) == (409, "SLOT_TAKEN")
        assert (await client.patch(path, json=late | {"force": True})).status_code == 200
        assert await overruled() == [True]
        assert visit_of(await client.patch(path, json={"start": spa.hour(10).isoformat()})) == visit
        assert await overruled() == [False]

    async def test_a_guest_stays_beyond_closing(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 20))["appointments"]
        path = f"{APPOINTMENTS}/{guest['id']}"
        assert code_of(await client.patch(path, json=extended(guest, 75))) == (409, "SLOT_TAKEN")
        assert (await client.patch(path, json=extended(guest, 75, force=True))).status_code == 200
        assert await overruled() == [True]

    async def test_a_guest_in_service_stays_a_quarter_of_an_hour_past_closing_in_any_case(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 20))["appointments"]
        await run_sql("UPDATE appointment SET status = 'in_service'")
        path = f"{APPOINTMENTS}/{guest['id']}"
        assert (await client.patch(path, json=extended(guest, 75))).status_code == 200
        assert await overruled() == [True]
        assert code_of(await client.patch(path, json=extended(guest, 80))) == (409, "SLOT_TAKEN")
        assert (await client.patch(path, json=extended(guest, 80, force=True))).status_code == 200

    async def test_a_guest_in_service_does_not_stay_into_the_time_of_another(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 20))["appointments"]
        assert (await book(client, spa, 21.25, force=True)).status_code == 201
        await run_sql("UPDATE appointment SET status = 'in_service' WHERE id = $1::uuid", guest["id"])
        path = f"{APPOINTMENTS}/{guest['id']}"
        assert (await client.patch(path, json=extended(guest, 80, force=True))).status_code == 409
        assert await overlaps() == 0


class TestWalkInsOfThePast:
    """Walk-ins that were not written down on the day."""

    async def write_down(
        self, client: httpx2.AsyncClient, spa: BookableSpa, days: int, hour: float = 10, **more: Any
    ) -> httpx2.Response:
        booking = spa.booking(spa.hour(hour, days), walk_in=True, **more)
        return await client.post(VISITS, **booking)

    async def test_the_walk_in_of_yesterday_is_completed_and_occupies_its_time(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        answer = await self.write_down(client, spa, -1)
        assert answer.status_code == 201, answer.text
        visit = answer.json()
        assert (visit["source"], visit["appointments"][0]["status"]) == ("walk_in", "completed")
        assert resources_of(visit, "staff") == [str(spa.therapists[0])]
        assert code_of(await self.write_down(client, spa, -1, 10.5)) == (409, "SLOT_TAKEN")

    async def test_the_same_walk_in_twice_is_asked_about(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        mai, _ = await new_customer()
        first = (await self.write_down(client, spa, -1, customer_id=mai)).json()
        again = await self.write_down(client, spa, -1, 10.5, customer_id=mai)
        assert code_of(again) == (409, "SAME_TIME")
        assert [detail["field"] for detail in again.json()["error"]["details"]] == [
            first["appointments"][0]["id"]
        ]
        assert (await self.write_down(client, spa, -1, 11.25, customer_id=mai)).status_code == 201
        confirmed = await self.write_down(client, spa, -1, 10.5, customer_id=mai, allow_same_time=True)
        assert confirmed.status_code == 201, confirmed.text

    async def test_name_and_customer_of_a_guest_who_has_left_can_be_corrected_and_nothing_else(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        mai, _ = await new_customer()
        [guest] = (await self.write_down(client, spa, -1)).json()["appointments"]
        path = f"{APPOINTMENTS}/{guest['id']}"
        for change in ({"start": spa.hour(12).isoformat()}, {"split_from_party": True}, extended(guest, 75)):
            for person in ({}, {"guest_name": "Mai"}):
                assert code_of(await client.patch(path, json=change | person)) == (409, "STATUS_CONFLICT")
        answer = await client.patch(path, json={"guest_name": "Mai", "customer_id": str(mai)})
        assert answer.status_code == 200, answer.text
        [corrected] = answer.json()["appointments"]
        assert corrected == guest | {"guest_name": "Mai", "customer_id": str(mai)}

    async def test_hours_and_shifts_of_that_day_hold_unless_they_are_overruled(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        assert code_of(await self.write_down(client, spa, -1, 21)) == (409, "SLOT_TAKEN")
        assert (await self.write_down(client, spa, -1, 21, force=True)).status_code == 201

    async def test_of_a_party_that_is_still_there_each_guest_is_in_service_until_their_end(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        short = spa.service("short", 15)
        spa.therapist("Hoa", short, shifts=[f"{spa.day(day)} 00:00-24:00" for day in (-1, 0, 1)])
        await spa.write()
        guests = [{"treatments": [spa.treatment()]}, {"treatments": [{"variant_id": str(short)}]}]
        start = this_step() - timedelta(minutes=30)
        answer = await client.post(VISITS, **spa.booking(start, walk_in=True, guests=guests))
        assert [guest["status"] for guest in answer.json()["appointments"]] == ["in_service", "completed"]

    async def test_a_walk_in_that_begins_now_has_arrived(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        answer = await client.post(VISITS, **spa.booking(this_step(), walk_in=True))
        assert answer.json()["appointments"][0]["status"] == "arrived"

    async def test_it_is_not_held_and_not_written_down_by_a_customer(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, (_, mai) = await bookable_spa(), await new_customer()
        assert code_of(await self.write_down(client, spa, -1, hold=True)) == (422, "VALIDATION_ERROR")
        by_customer = with_headers(spa.booking(spa.hour(10, -1), walk_in=True), mai)
        assert code_of(await client.post(VISITS, **by_customer)) == (403, "FORBIDDEN")

    @pytest.mark.parametrize(("days", "expected"), [(-6, 201), (-8, 409), (1, 409)])
    async def test_it_was_in_the_last_seven_days(
        self, client: httpx2.AsyncClient, days: int, expected: int
    ) -> None:
        spa = await bookable_spa()
        by_name = {"treatments": [spa.treatment(therapist_id=spa.therapists[0])]}
        answer = await self.write_down(client, spa, days, force=True, guests=[by_name])
        assert answer.status_code == expected, answer.text
        if expected == 409:
            assert code_of(answer) == (409, "NOT_BOOKABLE")


class TestBeginningEarly:
    @pytest.mark.parametrize("by_name", [True, False])
    async def test_a_guest_is_begun_before_the_shift(self, client: httpx2.AsyncClient, by_name: bool) -> None:
        # The shift is of today at every hour of the test: a therapist without one today is not found.
        spa = await bookable_spa(hours="00:00-24:00", time_zone=noon_zone())
        later = this_step() + timedelta(hours=3)
        wish = spa.treatment(therapist_id=spa.therapists[0]) if by_name else spa.treatment()
        booking = spa.booking(later, guests=[{"treatments": [wish]}])
        status = f"{VISITS}/{(await client.post(VISITS, **booking)).json()['id']}/status"
        await run_sql("DELETE FROM shift WHERE upper(during) <= $1", later)
        await run_sql("UPDATE shift SET during = during * tstzrange($1, NULL)", later)
        assert (await client.put(status, json={"status": "arrived"})).status_code == 200
        assert code_of(await client.put(status, json={"status": "in_service"})) == (409, "SLOT_TAKEN")
        begun = await client.put(status, json={"status": "in_service", "force": True})
        assert begun.status_code == 200, begun.text
        assert begun.json()["appointments"][0]["start"] < later.isoformat()
        assert await overruled() == [True]

    async def test_another_guest_is_not_overruled(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        await client.post(VISITS, **spa.booking(this_step()))
        later = (await client.post(VISITS, **spa.booking(this_step() + timedelta(hours=3)))).json()["id"]
        await client.put(f"{VISITS}/{later}/status", json={"status": "arrived"})
        refused = await client.put(f"{VISITS}/{later}/status", json={"status": "in_service", "force": True})
        assert code_of(refused) == (409, "SLOT_TAKEN")

    async def test_a_therapist_overrules_nothing(self, spa: Spa) -> None:
        visit = await spa.visit("arrived")
        refused = await spa.set_status(visit.id, "in_service", "therapist", force=True)
        assert code_of(refused) == (403, "FORBIDDEN")
