"""Guests without a wish give way to a guest who would not fit otherwise."""

from itertools import permutations
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api.calendar.phones import Phone
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    overlaps,
    resources_of,
    with_headers,
)
from tests.builders.people import new_customer
from tests.builders.rosters import add_leave, add_skill, answered_while, code_of
from tests.builders.spas import Segment
from tests.support.database import another_connection, run_sql
from tests.support.ledger import entries

TAKEN = (409, "SLOT_TAKEN")
LOCK_VISIT = "SELECT FROM visit WHERE id = $1 FOR NO KEY UPDATE"


async def book(client: httpx2.AsyncClient, spa: BookableSpa, hour: float, **wishes: Any) -> httpx2.Response:
    guests = [{"treatments": [spa.treatment(**wishes)]}]
    return await client.post(VISITS, **spa.booking(spa.hour(hour), guests=guests))


async def read(client: httpx2.AsyncClient, visit: dict[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = (await client.get(f"{VISITS}/{visit['id']}")).json()
    return now


async def cancel(client: httpx2.AsyncClient, visit: dict[str, Any]) -> None:
    cancelled = await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
    assert cancelled.status_code == 200


def therapist_of(visit: dict[str, Any]) -> UUID:
    [therapist_id] = resources_of(visit, "staff")
    return UUID(therapist_id)


def times_of(visit: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (allocation["start"], allocation["end"])
        for guest in visit["appointments"]
        for treatment in guest["treatments"]
        for allocation in treatment["allocations"]
    ]


@pytest.fixture
async def spa() -> BookableSpa:
    return await bookable_spa(therapists=2, beds=2)


class TestFullDay:
    @pytest.mark.parametrize("order", [*permutations(range(4))], ids=lambda order: "".join(map(str, order)))
    async def test_at_most_two_are_busy_and_the_fifth_guest_fits(
        self, client: httpx2.AsyncClient, order: tuple[int, ...]
    ) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        stays = [(13.5, 60), (14.0, 120), (15.0, 30), (13.5, 90)]
        variants = {
            minutes: spa.variant(spa.service_of[spa.variant_id], Segment(minutes, on="massage-bed"))
            for minutes in (30, 60, 90, 120)
        }
        await spa.write()
        for hour, minutes in [*(stays[number] for number in order), (14.5, 90)]:
            guests = [{"treatments": [{"variant_id": str(variants[minutes])}]}]
            booked = await client.post(VISITS, **spa.booking(spa.hour(hour), guests=guests))
            assert booked.status_code == 201, booked.text
        assert await overlaps() == 0


class TestWishes:
    async def test_a_guest_who_asks_by_name_gets_the_therapist_of_one_who_did_not(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        lan = therapist_of(first)
        booked = await book(client, spa, 10.5, therapist_id=lan)
        assert booked.status_code == 201, booked.text
        assert therapist_of(booked.json()) == lan
        moved = await read(client, first)
        assert therapist_of(moved) != lan
        assert times_of(moved) == times_of(first)
        [guest], [change] = first["appointments"], booked.json()["reassigned"]
        assert (change["visit_id"], change["appointment_id"]) == (first["id"], guest["id"])
        assert change["treatment_id"] == guest["treatments"][0]["id"]
        assert change["kind"] == "staff"
        assert (change["before"]["id"], change["after"]["id"]) == (str(lan), str(therapist_of(moved)))
        assert change["before"]["name"] == spa.names[lan]
        assert await overlaps() == 0

    async def test_a_guest_who_asks_for_a_gender_gets_one_of_that_gender(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2, genders="fm")
        others = [await create_booking(client, spa, 10), await create_booking(client, spa, 12)]
        for visit, hour in zip(others, (10, 12), strict=True):
            gender = "female" if therapist_of(visit) == spa.therapists[0] else "male"
            booked = await book(client, spa, hour, gender=gender)
            assert booked.status_code == 201, booked.text
            assert therapist_of(booked.json()) == therapist_of(visit)
            assert therapist_of(await read(client, visit)) != therapist_of(visit)

    async def test_a_guest_who_asked_by_name_is_never_moved(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        [lan, _] = spa.therapists
        await book(client, spa, 10, therapist_id=lan)
        assert code_of(await book(client, spa, 10.5, therapist_id=lan)) == TAKEN

    async def test_a_guest_who_asked_for_a_gender_goes_to_another_of_it_only(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2, genders="fm")
        [lan, _] = spa.therapists
        await book(client, spa, 10, gender="female")
        assert code_of(await book(client, spa, 10, therapist_id=lan)) == TAKEN
        spa.add(therapists=1, genders="f")
        await spa.write()
        booked = await book(client, spa, 10, therapist_id=lan)
        assert [change["after"]["id"] for change in booked.json()["reassigned"]] == [str(spa.therapists[2])]

    async def test_a_colleague_without_the_skill_does_not_take_over(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        facial = spa.service("facial", Segment(60, on="massage-bed"))
        await spa.write()
        [lan, mai] = spa.therapists
        await add_skill(lan, spa.service_of[facial])
        await create_booking(client, spa, 10, {"variant_id": str(facial)})
        assert code_of(await book(client, spa, 10, therapist_id=lan)) == TAKEN
        await add_skill(mai, spa.service_of[facial])
        assert (await book(client, spa, 10, therapist_id=lan)).status_code == 201

    async def test_a_colleague_without_the_skill_of_the_new_guest_takes_over(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        """Give the massage to Mai, who does massages alone and is no candidate for the facial."""
        facial = spa.service("facial", Segment(60, on="massage-bed"))
        await spa.write()
        [lan, mai] = spa.therapists
        await add_skill(lan, spa.service_of[facial])
        first, second = await create_booking(client, spa, 10), await create_booking(client, spa, 10)
        assert (therapist_of(first), therapist_of(second)) == (mai, lan)
        await cancel(client, first)
        booked = await create_booking(client, spa, 10, {"variant_id": str(facial)})
        assert therapist_of(booked) == lan
        assert therapist_of(await read(client, second)) == mai


class TestWhatStays:
    async def test_a_treatment_that_has_begun_is_never_moved(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2, hours="00:00-24:00")
        walk_in = (await client.post(VISITS, **spa.booking(None, walk_in=True))).json()
        guests = [{"treatments": [spa.treatment(therapist_id=therapist_of(walk_in))]}]
        second = await client.post(VISITS, **spa.booking(None, walk_in=True, guests=guests))
        assert code_of(second) == TAKEN

    @pytest.mark.parametrize("status", ["in_service", "completed"])
    async def test_a_guest_in_service_or_done_is_not_moved(
        self, client: httpx2.AsyncClient, spa: BookableSpa, status: str
    ) -> None:
        first = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment SET status = $1", status)
        assert code_of(await book(client, spa, 10, therapist_id=therapist_of(first))) == TAKEN

    @pytest.mark.parametrize("status", ["pending", "arrived", "reopened"])
    async def test_a_guest_who_has_not_begun_is_moved(
        self, client: httpx2.AsyncClient, spa: BookableSpa, status: str
    ) -> None:
        first = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment SET status = $1", status)
        booked = await book(client, spa, 10, therapist_id=therapist_of(first))
        assert len(booked.json()["reassigned"]) == 1

    async def test_a_hold_is_moved_and_stays_a_hold(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        hold = await create_booking(client, spa, 10, hold=True)
        booked = await book(client, spa, 10, therapist_id=therapist_of(hold))
        assert booked.status_code == 201
        moved = await read(client, hold)
        assert moved["appointments"][0]["hold_expires_at"] == hold["appointments"][0]["hold_expires_at"]
        confirmed = await client.put(f"{VISITS}/{hold['id']}/status", json={"status": "confirmed"})
        assert confirmed.status_code == 200

    async def test_a_bed_that_the_desk_chose_stays(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        [bed, _] = spa.beds
        chosen = await create_booking(client, spa, 10, spa.treatment(bed_id=bed))
        assert chosen["appointments"][0]["treatments"][0]["bed_id"] == str(bed)
        assert code_of(await book(client, spa, 10, bed_id=bed)) == TAKEN
        [guest] = chosen["appointments"]
        [treatment] = guest["treatments"]
        body = {"treatments": [{"id": treatment["id"], "bed_id": None}]}
        assert (await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=body)).status_code == 200
        booked = await book(client, spa, 10, bed_id=bed)
        assert [change["kind"] for change in booked.json()["reassigned"]] == ["bed"]

    async def test_a_bed_that_the_desk_exchanged_stays(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first, second = await create_booking(client, spa, 10), await create_booking(client, spa, 10)
        await client.post(
            f"{APPOINTMENTS}/{first['appointments'][0]['id']}/swap",
            json={"with_appointment_id": second["appointments"][0]["id"], "exchange": ["bed"]},
            headers={"Idempotency-Key": "exchange"},
        )
        await cancel(client, second)
        [bed] = resources_of(await read(client, first), "bed")
        assert resources_of(first, "bed") != [bed]
        assert code_of(await book(client, spa, 10, bed_id=UUID(bed))) == TAKEN

    async def test_a_couple_keeps_its_room(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=4, beds=2)
        other = spa.bed("bed 3", room="Hạc")
        await spa.write()
        couple = await create_booking(client, spa, 10, guests=2, same_room=True)
        assert {*resources_of(couple, "bed")} == {*map(str, spa.beds)}
        assert code_of(await book(client, spa, 10, bed_id=spa.beds[0])) == TAKEN
        spa.add(beds=1)
        await spa.write()
        booked = await book(client, spa, 10, bed_id=spa.beds[0])
        assert [change["after"]["id"] for change in booked.json()["reassigned"]] == [str(spa.beds[2])]
        assert str(other) not in resources_of(await read(client, couple), "bed")

    async def test_who_is_under_a_leave_is_left_to_the_desk(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        """Refuse: the therapist would not be free for the new guest either."""
        first = await create_booking(client, spa, 10)
        await add_leave(therapist_of(first), spa.hour(10), spa.hour(11))
        assert code_of(await book(client, spa, 10, therapist_id=therapist_of(first))) == TAKEN

    async def test_a_party_is_given_all_it_needs_or_nothing_moves(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        guests = [{"treatments": [spa.treatment(therapist_id=therapist_of(first))]}] * 2
        assert code_of(await client.post(VISITS, **spa.booking(spa.hour(10), guests=guests))) == TAKEN
        assert await read(client, first) == {**first}


class TestEdits:
    async def test_the_next_guest_gives_way_to_one_who_stays_longer(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        [lan, mai] = spa.therapists
        longer = (await book(client, spa, 10, therapist_id=lan)).json()
        blocker = (await book(client, spa, 11.5, therapist_id=mai)).json()
        following = await create_booking(client, spa, 11.5)
        assert therapist_of(following) == lan
        await cancel(client, blocker)
        [guest] = longer["appointments"]
        body = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 120}]}
        extended = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=body)
        assert extended.status_code == 200, extended.text
        assert therapist_of(extended.json()) == lan
        assert {change["visit_id"] for change in extended.json()["reassigned"]} == {following["id"]}
        assert therapist_of(await read(client, following)) == mai
        assert await overlaps() == 0

    async def test_a_guest_who_now_asks_by_name_gets_that_therapist(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first, second = await create_booking(client, spa, 10), await create_booking(client, spa, 10)
        [guest] = second["appointments"]
        wish = {"id": guest["treatments"][0]["id"], "therapist_id": str(therapist_of(first))}
        changed = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": [wish]})
        assert changed.status_code == 200, changed.text
        assert therapist_of(changed.json()) == therapist_of(first)
        assert therapist_of(await read(client, first)) == therapist_of(second)

    async def test_a_whole_visit_moves_to_a_time_at_which_others_give_way(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        visit = (await book(client, spa, 14, therapist_id=therapist_of(first))).json()
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10).isoformat()})
        assert moved.status_code == 200, moved.text
        assert therapist_of(moved.json()) == therapist_of(first)
        assert [change["visit_id"] for change in moved.json()["reassigned"]] == [first["id"]]
        assert await overlaps() == 0

    async def test_a_customer_who_moves_a_visit_is_not_told_of_other_guests(
        self, client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        _, headers = await new_customer()
        guests = [{"treatments": [spa.treatment(therapist_id=therapist_of(first))]}]
        own = await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(14), guests=guests), headers))
        moved = await stranger.patch(
            f"{VISITS}/{own.json()['id']}", json={"start": spa.hour(10).isoformat()}, headers=headers
        )
        assert moved.status_code == 200, moved.text
        assert "reassigned" not in moved.json()
        assert therapist_of(await read(client, first)) != therapist_of(first)

    async def test_an_undone_cancellation_moves_no_other_guest(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 12)
        visit = (await book(client, spa, 10, therapist_id=therapist_of(first))).json()
        await cancel(client, visit)
        moved = await client.patch(f"{VISITS}/{first['id']}", json={"start": spa.hour(10).isoformat()})
        assert therapist_of(moved.json()) == therapist_of(visit)
        undone = await client.post(
            f"{VISITS}/{visit['id']}/undo",
            json={"status": "cancelled"},
            headers={"Idempotency-Key": "undo"},
        )
        assert code_of(undone) == TAKEN


class TestLocks:
    async def test_a_booking_that_waited_for_a_visit_sees_that_its_guest_has_a_wish_now(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        lan = therapist_of(first)
        changes = [
            (LOCK_VISIT, UUID(first["id"])),
            ("UPDATE appointment_treatment SET therapist_id = $1", lan),
        ]
        [refused] = await answered_while(changes, book(client, spa, 10, therapist_id=lan))
        assert code_of(refused) == TAKEN

    async def test_a_change_of_a_visit_does_not_wait_for_an_older_one(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        """Refuse at once: the transaction that has the older visit may be waiting for this one."""
        older = await create_booking(client, spa, 10)
        newer = (await book(client, spa, 14, therapist_id=therapist_of(older))).json()
        path, body = f"{VISITS}/{newer['id']}", {"start": spa.hour(10).isoformat()}
        async with another_connection() as connection, connection.transaction():
            await connection.execute(LOCK_VISIT, UUID(older["id"]))
            assert code_of(await client.patch(path, json=body)) == TAKEN
        assert (await client.patch(path, json=body)).status_code == 200


class TestWhoIsTold:
    async def test_a_customer_online_is_not_told_of_other_guests(
        self, client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        _, headers = await new_customer()
        guests = [{"treatments": [spa.treatment(therapist_id=therapist_of(first))]}]
        booked = await stranger.post(
            VISITS, **with_headers(spa.booking(spa.hour(10), guests=guests), headers)
        )
        assert booked.status_code == 201, booked.text
        assert "reassigned" not in booked.json()
        assert therapist_of(await read(client, first)) != therapist_of(first)

    async def test_the_ledger_says_what_was_moved(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        first = await create_booking(client, spa, 10)
        before = len(await entries(entity="allocation"))
        booked = (await book(client, spa, 10, therapist_id=therapist_of(first))).json()
        [change] = booked["reassigned"]
        written = (await entries(entity="allocation"))[before:]
        assert len(written) == len(times_of(booked)) + 2
        assert {*(str(entry["action"]) for entry in written)} == {"insert", "delete"}
        assert change["before"]["id"] in str([dict(entry) for entry in written])

    async def test_the_calendars_of_both_therapists_show_the_change(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        lan = therapist_of(first)
        [mai] = {*spa.therapists} - {lan}
        lans, mais = await Phone.subscribe(client, staff_id=lan), await Phone.subscribe(client, staff_id=mai)
        [before] = await lans.events()
        booked = (await book(client, spa, 10, therapist_id=lan)).json()
        [own], [taken_over] = await lans.events(), await mais.events()
        assert taken_over.uid == before.uid != own.uid
        assert (taken_over.start, taken_over.end) == (before.start, before.end)
        assert booked["reassigned"] != []

    async def test_a_calendar_has_a_new_revision_when_only_the_bed_changes(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        first = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment_treatment SET created_at = created_at - interval '1 day'")
        for table in ("appointment_treatment", "appointment", "branch", "service", "service_variant"):
            await run_sql(f"UPDATE {table} SET updated_at = updated_at - interval '1 hour'")
        for table in ("allocation", "resource", "room"):
            await run_sql(f"UPDATE {table} SET updated_at = updated_at - interval '1 hour'")
        phone = await Phone.subscribe(client, staff_id=therapist_of(first))
        [before] = await phone.events()
        await book(client, spa, 10, bed_id=UUID(resources_of(first, "bed")[0]))
        [after] = await phone.events()
        assert after.description != before.description
        assert before.sequence is not None
        assert after.sequence is not None
        assert after.sequence > before.sequence

    async def test_a_retry_gets_the_same_response(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        first = await create_booking(client, spa, 10)
        guests = [{"treatments": [spa.treatment(therapist_id=therapist_of(first))]}]
        booking = spa.booking(spa.hour(10), guests=guests)
        answers = [(await client.post(VISITS, **booking)).json() for _ in range(2)]
        assert answers[0] == answers[1]
        assert len(answers[0]["reassigned"]) == 1
