"""Unusual requests at the desk."""

from typing import Any

import httpx2
from uuid_utils.compat import uuid7

from tests.builders.bookings import APPOINTMENTS, VISITS, bookable_spa, create_booking, resources_of, visit_of
from tests.builders.people import new_customer
from tests.builders.rosters import answered_while, code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql


async def change(client: httpx2.AsyncClient, guest: dict[str, Any], **changes: Any) -> httpx2.Response:
    return await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)


class TestTreatments:
    async def test_a_new_treatment_comes_with_its_add_ons(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        stones = spa.add_on("stones", 15, spa.variant_id, price=80_000)
        await spa.write()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        agreed, new = {"id": guest["treatments"][0]["id"]}, spa.treatment(add_on_ids=[str(stones)])
        for treatments, price in (([agreed, new], 1_080_000), ([new], 580_000)):
            answer = await change(client, guest, treatments=treatments)
            assert answer.status_code == 200, answer.text
            assert answer.json()["appointments"][0]["price"] == price
            agreed = {"id": answer.json()["appointments"][0]["treatments"][0]["id"]}

    async def test_a_treatment_cannot_be_named_twice(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        same = {"id": guest["treatments"][0]["id"]}
        refused = await change(client, guest, treatments=[same, same])
        assert code_of(refused) == (422, "VALIDATION_ERROR")

    async def test_a_treatment_cannot_become_shorter_than_a_step(self, client: httpx2.AsyncClient) -> None:
        """Shorten a treatment whose only segment with a therapist is shorter than a step."""
        spa = await bookable_spa()
        bath = spa.service("bath", Segment(3), Segment(60, staff=False))
        spa.therapist("Hoa", bath, shifts=[f"{spa.day()} 09:00-21:00"])
        await spa.write()
        [guest] = (await create_booking(client, spa, 10, {"variant_id": str(bath)}))["appointments"]
        for minutes in (60, 55, 5):
            treatments = [{"id": guest["treatments"][0]["id"], "minutes": minutes}]
            assert code_of(await change(client, guest, treatments=treatments)) == (409, "TOO_SHORT")

    async def test_the_bed_that_the_desk_chooses_is_used(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        both = spa.service("both", Segment(30, on="massage-bed"), Segment(30, on="bath"))
        spa.therapist("Hoa", both, shifts=[f"{spa.day()} 09:00-21:00"])
        baths = [spa.bed(name, "bath") for name in ("bath 1", "bath 2")]
        await spa.write()
        [guest] = (await create_booking(client, spa, 10, {"variant_id": str(both)}))["appointments"]
        agreed = {"id": guest["treatments"][0]["id"]}
        for bath in map(str, [*baths, baths[0]]):
            answer = await change(client, guest, treatments=[agreed | {"bed_id": bath}])
            assert bath in resources_of(answer.json(), "bed")

    async def test_an_unsuitable_or_unknown_bed_is_refused(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        bath = spa.bed("bath", "bath")
        await spa.write()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        agreed = {"id": guest["treatments"][0]["id"]}
        for bed, refusal in ((bath, (409, "BED_DOES_NOT_FIT")), (uuid7(), (404, "RESOURCE_NOT_FOUND"))):
            refused = await change(client, guest, treatments=[agreed | {"bed_id": str(bed)}])
            assert code_of(refused) == refusal

    async def test_an_unknown_or_unneeded_therapist_is_refused(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        bath = spa.service("bath", Segment(30, staff=False, on="bath"))
        spa.bed("bath 1", "bath")
        await spa.write()
        lan = str(spa.therapists[0])
        [guest] = (await create_booking(client, spa, 10, spa.treatment(), {"variant_id": str(bath)}))[
            "appointments"
        ]
        massage, bathing = ({"id": treatment["id"]} for treatment in guest["treatments"])
        for treatments, refusal in (
            ([massage | {"therapist_id": str(uuid7())}, bathing], (404, "STAFF_NOT_FOUND")),
            ([massage, bathing | {"therapist_id": lan}], (409, "NO_THERAPIST_NEEDED")),
            ([massage, bathing | {"gender": "female"}], (409, "NO_THERAPIST_NEEDED")),
            ([massage, {"variant_id": str(bath), "gender": "female"}], (409, "NO_THERAPIST_NEEDED")),
        ):
            assert code_of(await change(client, guest, treatments=treatments)) == refusal
        same = [massage | {"therapist_id": lan}, bathing | {"therapist_id": None, "gender": None}]
        assert (await change(client, guest, treatments=same)).status_code == 200


class TestInService:
    async def test_a_guest_in_service_keeps_their_therapist_and_bed(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        [lan], [bed] = resources_of(visit, "staff"), resources_of(visit, "bed")
        await run_sql("UPDATE appointment SET status = 'in_service'")
        await create_booking(client, spa, 11.25, spa.treatment(therapist_id=lan, bed_id=bed))
        longer = [{"id": guest["treatments"][0]["id"], "minutes": 90}]
        assert code_of(await change(client, guest, treatments=longer)) == (409, "SLOT_TAKEN")
        now = (await client.get(f"{VISITS}/{visit['id']}")).json()
        assert (resources_of(now, "staff"), resources_of(now, "bed")) == ([lan], [bed])

    async def test_later_treatments_may_go_to_another_therapist(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, spa.treatment(), spa.treatment())
        [guest] = visit["appointments"]
        first, then = guest["treatments"]
        lan = resources_of(visit, "staff")[1]
        await run_sql("UPDATE appointment SET status = 'in_service'")
        await create_booking(client, spa, 12.5, spa.treatment(therapist_id=lan))
        answer = await change(
            client, guest, treatments=[{"id": first["id"], "minutes": 90}, {"id": then["id"]}]
        )
        assert answer.status_code == 200, answer.text
        before, after = resources_of(visit, "staff"), resources_of(answer.json(), "staff")
        assert after[0] == before[0]
        assert after[1] != before[1]


class TestParties:
    async def test_guests_at_different_times_are_not_moved_into_one_room(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2)
        later = await change(client, visit["appointments"][1], start=spa.hour(13).isoformat())
        path = f"{VISITS}/{visit['id']}"
        refused = await client.patch(path, json={"same_room": True})
        assert code_of(refused) == (409, "NOT_TOGETHER")
        assert (await client.get(path)).json() == visit_of(later)
        split_from_party = await client.patch(path, json={"same_room": False})
        assert split_from_party.json() == visit_of(later)
        together = await client.patch(path, json={"same_room": True, "start": spa.hour(15).isoformat()})
        assert together.status_code == 200
        assert together.json()["same_room"]

    async def test_a_customer_cannot_be_two_guests(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        mai, _ = await new_customer()
        booking = spa.booking(spa.hour(10), guests=2)
        for guest in booking["json"]["guests"]:
            guest["customer_id"] = str(mai)
        assert code_of(await client.post(VISITS, **booking)) == (422, "VALIDATION_ERROR")

    async def test_the_booker_is_the_first_guest_unless_they_are_another(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        mai, _ = await new_customer()
        booking = spa.booking(spa.hour(10), guests=2, customer_id=mai)
        booking["json"]["guests"][1]["customer_id"] = str(mai)
        visit = (await client.post(VISITS, **booking)).json()
        assert [guest["customer_id"] for guest in visit["appointments"]] == [None, str(mai)]

    async def test_a_guest_who_stays_longer_stays_in_the_shared_room(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=4, beds=2)
        spa.bed("bed 3", room="Cúc")
        await spa.write()
        visit = await create_booking(client, spa, 10, guests=2, same_room=True)
        one, _ = visit["appointments"]
        for bed in spa.beds:
            await create_booking(client, spa, 11.25, spa.treatment(bed_id=bed))
        longer = [{"id": one["treatments"][0]["id"], "minutes": 90}]
        assert code_of(await change(client, one, treatments=longer)) == (409, "SLOT_TAKEN")
        alone = await change(client, one, start=spa.hour(11.25).isoformat())
        assert alone.status_code == 200, alone.text


class TestChangedMinds:
    async def test_the_time_of_a_walk_in_is_free_again_after_they_leave(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        visit = (await client.post(VISITS, **spa.booking(None, walk_in=True))).json()
        response = await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
        assert response.status_code == 200, response.text
        assert response.json()["appointments"][0]["status"] == "cancelled"
        assert await run_sql("SELECT FROM allocation") == []


class TestAnotherTherapistTookOver:
    """The therapist asked for by name fell ill, and the guest agreed to a colleague."""

    async def test_the_colleague_stays_when_the_guest_is_moved(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan, hoa = map(str, spa.therapists)
        visit = await create_booking(client, spa, 10, spa.treatment(therapist_id=lan))
        await run_sql("UPDATE allocation SET resource_id = $2 WHERE resource_id = $1", lan, hoa)
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(11).isoformat()})
        assert resources_of(moved.json(), "staff") == [hoa]
        [guest] = visit["appointments"]
        back = [{"id": guest["treatments"][0]["id"], "therapist_id": lan}]
        assert resources_of((await change(client, guest, treatments=back)).json(), "staff") == [lan]


class TestMeanwhile:
    """Another transaction changes the data of a booking between its snapshot and its lock."""

    async def test_the_therapists_shift_is_deleted(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [lan] = spa.therapists
        [answer] = await answered_while(
            [
                ("SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE", lan),
                ("DELETE FROM shift WHERE staff_id = $1", lan),
            ],
            client.post(VISITS, **spa.booking(spa.hour(10))),
        )
        assert code_of(answer) == (409, "SLOT_TAKEN")

    async def test_the_bed_is_retired(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [bed] = spa.beds
        [answer] = await answered_while(
            [
                ("SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE", bed),
                ("UPDATE resource SET retired_at = now() WHERE id = $1", bed),
            ],
            client.post(VISITS, **spa.booking(spa.hour(10))),
        )
        assert code_of(answer) == (409, "SLOT_TAKEN")
