"""Changes of bookings."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
from uuid_utils.compat import uuid7

from app.modules.booking.booking_models import Visit
from app.modules.identity.roles import Role
from tests.builders.bookings import APPOINTMENTS, VISITS, bookable_spa, create_booking, overlaps, resources_of
from tests.builders.people import signed_in
from tests.builders.rosters import add_skill, answered_while, code_of
from tests.builders.spas import Segment
from tests.support.database import another_connection, run_sql


async def allocations() -> list[tuple[object, ...]]:
    return [tuple(row) for row in await run_sql("SELECT * FROM allocation ORDER BY id")]


def times_of(visit: dict[str, Any]) -> list[tuple[datetime, datetime]]:
    return [
        (datetime.fromisoformat(guest["start"]), datetime.fromisoformat(guest["end"]))
        for guest in visit["appointments"]
    ]


class TestMoving:
    async def test_a_party_keeps_its_ids_and_its_therapists(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=4, beds=4)
        visit = await create_booking(client, spa, 10, guests=2)
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(14).isoformat()})
        assert times_of(moved.json()) == [(spa.hour(14), spa.hour(15))] * 2
        assert [guest["id"] for guest in moved.json()["appointments"]] == [
            guest["id"] for guest in visit["appointments"]
        ]
        for kind in ("staff", "bed"):
            assert resources_of(moved.json(), kind) == resources_of(visit, kind)
        read = (await client.get(f"{VISITS}/{visit['id']}")).json()
        assert read["appointments"] == moved.json()["appointments"]

    async def test_another_therapist_is_chosen_if_the_first_is_taken(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        early = await create_booking(client, spa, 10)
        [first] = resources_of(early, "staff")
        late = await create_booking(client, spa, 14, spa.treatment(therapist_id=first))
        moved = await client.patch(f"{VISITS}/{early['id']}", json={"start": spa.hour(14).isoformat()})
        assert moved.status_code == 200
        assert resources_of(moved.json(), "staff") != resources_of(late, "staff")

    async def test_a_visit_may_overlap_its_old_time(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10.5).isoformat()})
        assert times_of(moved.json()) == [(spa.hour(10.5), spa.hour(11.5))]

    async def test_a_move_that_does_not_fit_changes_nothing(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit, _ = await create_booking(client, spa, 10), await create_booking(client, spa, 14)
        before = await allocations()
        refused = await client.patch(
            f"{VISITS}/{visit['id']}", json={"start": spa.hour(14.5).isoformat(), "note": "lost"}
        )
        assert code_of(refused) == (409, "SLOT_TAKEN")
        assert await allocations() == before
        assert (await client.get(f"{VISITS}/{visit['id']}")).json() == visit

    async def test_a_move_into_the_past_is_refused(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        refused = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10, -1).isoformat()})
        assert code_of(refused) == (409, "NOT_BOOKABLE")

    async def test_a_completed_visit_does_not_move(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment SET status = 'completed'")
        refused = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(14).isoformat()})
        assert code_of(refused) == (409, "STATUS_CONFLICT")

    async def test_the_time_of_a_therapist_on_leave_is_not_released(self, client: httpx2.AsyncClient) -> None:
        """Approve leave over the appointment, and move it away: the time stays blocked."""
        spa = await bookable_spa(beds=2)
        visit = await create_booking(client, spa, 10)
        [away] = resources_of(visit, "staff")
        spa.block(UUID(away), (spa.hour(9), spa.hour(13)))
        await spa.write()
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(15).isoformat()})
        assert moved.status_code == 200
        refused = await client.post(VISITS, **spa.booking(spa.hour(10)))
        assert code_of(refused) == (409, "SLOT_TAKEN")

    async def test_a_visit_keeps_its_time_although_its_bed_is_out_of_order(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Record an outage over the appointment, which keeps its bed."""
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        [bed] = resources_of(visit, "bed")
        spa.block(UUID(bed), (spa.hour(9), spa.hour(13)))
        await spa.write()
        again = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10).isoformat()})
        assert again.status_code == 200
        assert again.json() == visit
        refused = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10, 30).isoformat()})
        assert code_of(refused) == (409, "SLOT_TAKEN")

    async def test_of_parties_that_move_to_one_time_at_once_one_succeeds(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        visits = [await create_booking(client, spa, hour) for hour in (10, 12, 14)]
        to_six = {"start": spa.hour(18).isoformat()}
        answers = await asyncio.gather(
            *(client.patch(f"{VISITS}/{visit['id']}", json=to_six) for visit in visits)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
        assert await overlaps() == 0

    async def test_another_branchs_desk_is_refused_without_waiting_for_a_lock(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, other = await bookable_spa(), await bookable_spa()
        visit = await create_booking(client, spa, 10)
        elsewhere = await signed_in(Role.RECEPTIONIST, branch_id=other.branch_id)
        async with another_connection() as connection, connection.transaction():
            # A refused user neither takes the lock nor waits for it.
            await connection.execute("SELECT FROM visit WHERE id = $1 FOR UPDATE", UUID(visit["id"]))
            for path, change in (
                (f"{VISITS}/{visit['id']}", {"note": "x"}),
                (f"{APPOINTMENTS}/{visit['appointments'][0]['id']}", {"guest_name": "x"}),
            ):
                refused = await client.patch(path, json=change, headers=elsewhere)
                assert code_of(refused) == (403, "FORBIDDEN")


class TestOneGuest:
    async def test_gets_another_therapist_and_another_bed(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        visit = await create_booking(client, spa, 10, guests=2)
        guest = visit["appointments"][0]
        free_bed, free_lan = str(spa.beds[2]), str(spa.therapists[2])
        change = {"id": guest["treatments"][0]["id"], "therapist_id": free_lan, "bed_id": free_bed}
        changed = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [change]})
        assert changed.status_code == 200
        assert resources_of(changed.json(), "staff") == [free_lan, resources_of(visit, "staff")[1]]
        assert resources_of(changed.json(), "bed") == [free_bed, resources_of(visit, "bed")[1]]

    async def test_gets_a_second_treatment_and_drops_the_first(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        facial = spa.service("facial", Segment(30, on="massage-bed"), price=200_000)
        await spa.write()
        await add_skill(spa.therapists[0], spa.service_of[facial])
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        massage = {"id": guest["treatments"][0]["id"]}
        path = f"{APPOINTMENTS}/{guest['id']}"
        more = await client.patch(path, json={"treatments": [{"variant_id": str(facial)}, massage]})
        [with_both] = more.json()["appointments"]
        assert [treatment["name"]["en"] for treatment in with_both["treatments"]] == ["facial", "massage"]
        assert (times_of(more.json()), with_both["price"]) == ([(spa.hour(10), spa.hour(11.5))], 700_000)
        less = await client.patch(path, json={"treatments": [{"id": with_both["treatments"][0]["id"]}]})
        [with_one] = less.json()["appointments"]
        assert [treatment["name"]["en"] for treatment in with_one["treatments"]] == ["facial"]
        assert times_of(less.json()) == [(spa.hour(10), spa.hour(10.5))]
        assert len(await run_sql("SELECT FROM appointment_treatment")) == 1

    async def test_keeps_the_agreed_price(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        await run_sql("UPDATE service_variant SET price = 900000")
        path = f"{APPOINTMENTS}/{guest['id']}"
        moved = await client.patch(
            path,
            json={"start": spa.hour(12).isoformat(), "treatments": [{"id": guest["treatments"][0]["id"]}]},
        )
        assert moved.json()["appointments"][0]["price"] == 500_000

    async def test_stays_longer_if_the_time_is_free(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        change = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 90}]}
        path = f"{APPOINTMENTS}/{guest['id']}"
        longer = await client.patch(path, json=change)
        assert times_of(longer.json()) == [(spa.hour(10), spa.hour(11.5))]
        again = await client.patch(path, json=change)
        assert again.json()["appointments"] == longer.json()["appointments"]  # not 30 more
        await create_booking(client, spa, 11.75)
        change["treatments"][0]["minutes"] = 120
        assert code_of(await client.patch(path, json=change)) == (409, "SLOT_TAKEN")

    async def test_a_wish_for_a_therapist_is_stored_and_removed(self, client: httpx2.AsyncClient) -> None:
        """Store the wish even if that therapist does the treatment anyway: a re-plan needs to know it."""
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        [lan] = resources_of(visit, "staff")
        for wish in (lan, None):
            change = {"id": guest["treatments"][0]["id"], "therapist_id": wish}
            changed = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [change]})
            assert changed.json()["appointments"][0]["treatments"][0]["therapist_id"] == wish

    async def test_gets_a_therapist_of_the_gender_asked_for(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2, genders="fm")
        lan, minh = map(str, spa.therapists)
        visit = await create_booking(client, spa, 10, spa.treatment(gender="female"))
        assert resources_of(visit, "staff") == [lan]
        [guest] = visit["appointments"]
        treatment = {"id": guest["treatments"][0]["id"]}
        path = f"{APPOINTMENTS}/{guest['id']}"

        async def set_gender(gender: str | None) -> httpx2.Response:
            return await client.patch(path, json={"treatments": [treatment | {"gender": gender}]})

        for gender, therapist in (("male", minh), (None, minh), ("female", lan)):
            changed = (await set_gender(gender)).json()
            assert changed["appointments"][0]["treatments"][0]["gender"] == gender
            assert resources_of(changed, "staff") == [therapist]
        [unchanged] = (await client.patch(path, json={"treatments": [treatment]})).json()["appointments"]
        assert unchanged["treatments"][0]["gender"] == "female"
        await create_booking(client, spa, 10, spa.treatment(therapist_id=spa.therapists[1]))
        assert code_of(await set_gender("male")) == (409, "SLOT_TAKEN")

    async def test_a_guest_in_service_may_stay_longer_but_not_move(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        await run_sql("UPDATE appointment SET status = 'in_service'")
        path = f"{APPOINTMENTS}/{guest['id']}"
        change = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 90}]}
        assert (await client.patch(path, json=change)).status_code == 200
        refused = await client.patch(path, json={"start": spa.hour(12).isoformat()})
        assert code_of(refused) == (409, "STATUS_CONFLICT")

    async def test_an_add_on_is_agreed_at_the_current_price(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        stones = spa.add_on("stones", 15, spa.variant_id, price=80_000)
        await spa.write()
        [guest] = (await create_booking(client, spa, 10))["appointments"]
        path = f"{APPOINTMENTS}/{guest['id']}"
        change = {"treatments": [{"id": guest["treatments"][0]["id"], "add_on_ids": [str(stones)]}]}
        [with_stones] = (await client.patch(path, json=change)).json()["appointments"]
        assert (with_stones["price"], with_stones["end"]) == (580_000, _iso(spa.hour(11.25)))
        await run_sql("UPDATE add_on SET price = 1")
        [again] = (await client.patch(path, json=change)).json()["appointments"]
        assert again["price"] == 580_000
        change["treatments"][0]["add_on_ids"] = []
        [without] = (await client.patch(path, json=change)).json()["appointments"]
        assert (without["price"], without["end"]) == (500_000, _iso(spa.hour(11)))

    async def test_of_a_couple_keeps_the_id_when_split_off(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2, same_room=True)
        stays, goes = visit["appointments"]
        change = {"split_from_party": True, "start": spa.hour(15).isoformat()}
        split_from_party = (await client.patch(f"{APPOINTMENTS}/{goes['id']}", json=change)).json()
        assert split_from_party["id"] != visit["id"]
        assert [guest["id"] for guest in split_from_party["appointments"]] == [goes["id"]]
        assert times_of(split_from_party) == [(spa.hour(15), spa.hour(16))]
        left = (await client.get(f"{VISITS}/{visit['id']}")).json()
        assert [guest["id"] for guest in left["appointments"]] == [stays["id"]]
        assert times_of(left) == [(spa.hour(10), spa.hour(11))]

    async def test_splitting_off_a_single_guest_changes_nothing(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        path = f"{APPOINTMENTS}/{visit['appointments'][0]['id']}"
        assert (await client.patch(path, json={"split_from_party": True})).json() == visit
        assert (await client.get(VISITS)).json()["items"] == [visit]

    async def test_is_moved_although_a_colleague_split_them_off_meanwhile(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2)
        _, goes = visit["appointments"]
        own, old = uuid7(), UUID(visit["id"])
        parted = Visit(id=own, branch_id=spa.branch_id, source="desk", same_room=False)
        [answer] = await answered_while(
            [
                ("SELECT FROM visit WHERE id = $1 FOR NO KEY UPDATE", old),
                parted,
                ("UPDATE appointment SET visit_id = $2 WHERE id = $1", UUID(goes["id"]), own),
            ],
            client.patch(f"{APPOINTMENTS}/{goes['id']}", json={"start": spa.hour(15).isoformat()}),
        )
        assert answer.status_code == 200
        assert (answer.json()["id"], times_of(answer.json())) == (str(own), [(spa.hour(15), spa.hour(16))])

    async def test_cannot_have_the_treatment_of_another_guest(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        one, other = (await create_booking(client, spa, 10, guests=2))["appointments"]
        change = {"treatments": [{"id": other["treatments"][0]["id"]}]}
        refused = await client.patch(f"{APPOINTMENTS}/{one['id']}", json=change)
        assert code_of(refused) == (404, "TREATMENT_NOT_FOUND")

    async def test_a_hold_that_is_moved_stays_a_hold(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10, hold=True)
        await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(12).isoformat()})
        assert {row["state"] for row in await run_sql("SELECT state FROM allocation")} == {"held"}
        await run_sql("UPDATE appointment SET hold_expires_at = now() - interval '1 s'")
        refused = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(14).isoformat()})
        assert code_of(refused) == (409, "HOLD_EXPIRED")


def _iso(when: datetime) -> str:
    from datetime import UTC

    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


class TestAStay:
    async def test_of_more_than_a_day_cannot_be_booked(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00", therapists=2)
        retreat = spa.service("retreat", Segment(720, staff=False, on="massage-bed"))
        await spa.write()
        two = [{"variant_id": str(retreat)}] * 2
        booking = spa.booking(spa.hour(0), guests=[{"treatments": [*two, spa.treatment()]}])
        assert code_of(await client.post(VISITS, **booking)) == (409, "STAY_TOO_LONG")
        booking = spa.booking(spa.hour(0), guests=[{"treatments": two}])
        assert (await client.post(VISITS, **booking)).status_code == 201

    async def test_cannot_be_made_longer_than_a_day(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        whole_day = {"id": guest["treatments"][0]["id"], "minutes": 1440}
        path = f"{APPOINTMENTS}/{guest['id']}"
        refused = await client.patch(path, json={"treatments": [whole_day, spa.treatment()]})
        assert code_of(refused) == (409, "STAY_TOO_LONG")
        assert (await client.get(f"{VISITS}/{visit['id']}")).json() == visit
        assert (await client.patch(path, json={"treatments": [whole_day]})).status_code == 200


class TestAssigning:
    async def test_a_new_guest_is_assigned_without_a_wish(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        for therapist in map(str, spa.therapists):
            visit = await create_booking(client, spa, 10, spa.treatment(assign_to=therapist))
            assert resources_of(visit, "staff") == [therapist]
            assert visit["appointments"][0]["treatments"][0]["therapist_id"] is None
            assert (await client.get(f"{VISITS}/{visit['id']}")).json() == visit

    async def test_an_assigned_guest_gives_way_to_a_wish(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan = str(spa.therapists[0])
        assigned = await create_booking(client, spa, 10, spa.treatment(assign_to=lan))
        wish = await create_booking(client, spa, 10, spa.treatment(therapist_id=lan))
        assert resources_of(wish, "staff") == [lan]
        assert wish["reassigned"][0]["visit_id"] == assigned["id"]

    async def test_a_colleague_takes_over_and_the_wish_stays(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        lan, mai, hoa = map(str, spa.therapists)
        for wish in (None, lan):
            visit = await create_booking(client, spa, 10, spa.treatment(therapist_id=wish))
            [guest] = visit["appointments"]
            for colleague in (mai, hoa):
                answer = await client.patch(
                    f"{APPOINTMENTS}/{guest['id']}",
                    json={"treatments": [{"id": guest["treatments"][0]["id"], "assign_to": colleague}]},
                )
                assert answer.status_code == 200, answer.text
                assert resources_of(answer.json(), "staff") == [colleague]
                assert answer.json()["appointments"][0]["treatments"][0]["therapist_id"] == wish
            await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})

    async def test_a_colleague_who_does_not_fit_is_refused(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2, genders="fm")
        [guest] = (await create_booking(client, spa, 10, spa.treatment(gender="female")))["appointments"]
        path, treatment_id = f"{APPOINTMENTS}/{guest['id']}", guest["treatments"][0]["id"]
        man = [{"id": treatment_id, "assign_to": str(spa.therapists[1])}]
        assert code_of(await client.patch(path, json={"treatments": man})) == (409, "SLOT_TAKEN")
        stranger = [{"id": treatment_id, "assign_to": str(uuid7())}]
        assert code_of(await client.patch(path, json={"treatments": stranger})) == (404, "STAFF_NOT_FOUND")
