"""Undo of edits: moves, treatments, visits apart, swaps and replans are taken back as a whole, or the answer says why not."""

import json
from datetime import timedelta
from typing import Any

import httpx2
from uuid_utils.compat import uuid7

from app.jobs import run_once
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    overlaps,
    resources_of,
)
from tests.builders.people import add_customer
from tests.builders.rosters import add_leave, code_of
from tests.support.database import run_sql
from tests.support.ledger import entries

type Visit = dict[str, Any]


async def undo(client: httpx2.AsyncClient, done: httpx2.Response, **body: Any) -> httpx2.Response:
    assert done.status_code == 200, done.text
    return await client.post(f"/api/v1/appointment-edits/{done.json()['edit_id']}/undo", json=body)


async def edit(client: httpx2.AsyncClient, visit: Visit, number: int = 0, **changes: Any) -> httpx2.Response:
    """Change one guest of a visit."""
    return await client.patch(f"{APPOINTMENTS}/{visit['appointments'][number]['id']}", json=changes)


async def now(client: httpx2.AsyncClient, visit: Visit) -> Visit:
    read: Visit = (await client.get(f"{VISITS}/{visit['id']}")).json()
    return read


def message_of(refused: httpx2.Response) -> str:
    assert refused.status_code == 409, refused.text
    message: str = refused.json()["error"]["message"]
    return message


async def unlike(spa: BookableSpa, visit: Visit) -> str:
    """Return the therapist who does not treat the guest."""
    return next(str(one) for one in spa.therapists if str(one) not in resources_of(visit, "staff"))


class TestTakingBack:
    async def test_a_move_with_another_therapist_and_length(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10)
        before = await now(client, visit)
        treatment = {"id": visit["appointments"][0]["treatments"][0]["id"]}
        changes = treatment | {"assign_to": await unlike(spa, visit), "minutes": 90}
        done = await edit(client, visit, start=spa.hour(14).isoformat(), treatments=[changes])
        assert (await now(client, visit)) != before
        undone = await undo(client, done)
        assert undone.status_code == 200, undone.text
        assert undone.json()["visits"] == [before] == [await now(client, visit)]

    async def test_treatments_that_were_dropped_and_added(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=1, beds=1)
        add_on = spa.add_on("stones", 15, spa.variant_id)
        await spa.write()
        visit = await create_booking(
            client, spa, 10, spa.treatment(add_on_ids=[str(add_on)]), spa.treatment()
        )
        before = await now(client, visit)
        done = await edit(client, visit, treatments=[spa.treatment()])
        assert len((await now(client, visit))["appointments"][0]["treatments"]) == 1
        assert (await undo(client, done)).json()["visits"] == [before]

    async def test_a_visit_apart_joins_its_party_again(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2, same_room=True)
        before = await now(client, visit)
        done = await edit(client, visit, 1, split_from_party=True)
        apart = done.json()["id"]
        assert apart != visit["id"]
        assert (await undo(client, done)).json()["visits"] == [before]
        assert (await client.get(f"{VISITS}/{apart}")).status_code == 404

    async def test_a_whole_party_and_its_room(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2)
        before = await now(client, visit)
        path = f"{VISITS}/{visit['id']}"
        done = await client.patch(path, json={"start": spa.hour(15).isoformat(), "same_room": True})
        assert (await undo(client, done)).json()["visits"] == [before]

    async def test_a_swap(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        one, other = [await create_booking(client, spa, hour) for hour in (10, 14)]
        before = [await now(client, visit) for visit in (one, other)]
        first, second = (visit["appointments"][0]["id"] for visit in (one, other))
        done = await client.post(
            f"{APPOINTMENTS}/{first}/swap",
            json={"with_appointment_id": second, "exchange": ["start", "bed"]},
            headers={"Idempotency-Key": str(uuid7())},
        )
        assert (await undo(client, done)).json()["visits"] == before
        assert await overlaps() == 0

    async def test_a_replan(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan = str(spa.therapists[0])
        visits = [
            await create_booking(client, spa, hour, spa.treatment(therapist_id=lan)) for hour in (10, 14)
        ]
        before = [await now(client, visit) for visit in visits]
        path = f"/api/v1/staff/{lan}/replan"
        day = {"branch_id": str(spa.branch_id), "day": spa.day().isoformat()}
        plan = (await client.post(path, json=day)).json()
        done = await client.post(
            f"{path}/apply", json=day | {"changes": plan["changes"], "digest": plan["digest"]}
        )
        assert [resources_of(await now(client, visit), "staff") for visit in visits] != [[lan], [lan]]
        assert (await undo(client, done)).json()["visits"] == before

    async def test_guests_who_gave_way_get_back_what_they_had(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        other = await create_booking(client, spa, 10)
        [therapist] = resources_of(other, "staff")
        visit = await create_booking(client, spa, 14)
        before = [await now(client, one) for one in (other, visit)]
        wish = {"id": visit["appointments"][0]["treatments"][0]["id"], "therapist_id": therapist}
        done = await edit(client, visit, start=spa.hour(10).isoformat(), treatments=[wish])
        assert done.json()["reassigned"][0]["visit_id"] == other["id"]
        assert (await undo(client, done)).json()["visits"] == before
        assert await overlaps() == 0


class TestRefusals:
    async def test_what_was_undone_is_not_undone_again(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        await undo(client, done)
        assert code_of(await undo(client, done)) == (409, "NOTHING_TO_UNDO")

    async def test_a_visit_apart_that_has_joined_again_is_not_joined_twice(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2)
        done = await edit(client, visit, 1, split_from_party=True)
        await undo(client, done)
        assert code_of(await undo(client, done)) == (409, "NOTHING_TO_UNDO")

    async def test_an_older_edit_waits_for_the_newer_one(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        older = await edit(client, visit, start=spa.hour(14).isoformat())
        newer = await edit(client, visit, start=spa.hour(16).isoformat())
        refused = await undo(client, older)
        assert code_of(refused) == (409, "CANNOT_UNDO")
        assert "đã thay đổi sau đó" in message_of(refused)
        assert (await undo(client, newer)).status_code == 200
        assert (await undo(client, older)).status_code == 200

    async def test_a_guest_who_has_been_cancelled_since(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
        assert "đã thay đổi sau đó" in message_of(await undo(client, done))

    async def test_who_has_another_guest_is_named(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=1, beds=2)
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        await create_booking(client, spa, 10)
        after = await now(client, visit)
        assert "Lan 1, bed 1 đã có khách vào giờ cũ" in message_of(await undo(client, done))
        assert await now(client, visit) == after

    async def test_who_is_away_is_named(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        await add_leave(spa.therapists[0], spa.hour(9), spa.hour(12))
        assert "Lan 1 nghỉ hoặc không dùng được" in message_of(await undo(client, done))

    async def test_a_time_that_is_over(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        past = (spa.hour(10) - timedelta(days=9)).isoformat()
        await run_sql(
            "UPDATE appointment_edit SET before = jsonb_set(before, '{starts_at}', to_jsonb($1::text))", past
        )
        assert "giờ cũ đã qua" in message_of(await undo(client, done))

    async def test_an_edit_of_the_day_before_yesterday(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        await run_sql("UPDATE appointment_edit SET created_at = created_at - interval '25 hours'")
        assert code_of(await undo(client, done)) == (409, "TOO_LATE_TO_UNDO")

    async def test_an_old_edit_keeps_what_the_history_reads_and_no_more(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10)
        treatment = {"id": visit["appointments"][0]["treatments"][0]["id"]}
        other = await unlike(spa, visit)
        old = await edit(client, visit, treatments=[treatment | {"assign_to": other}])
        await run_sql("UPDATE appointment_edit SET created_at = created_at - interval '26 hours'")
        recent = await edit(client, visit, start=spa.hour(14).isoformat())
        history = (await client.get(f"{VISITS}/{visit['id']}/history")).json()
        ledger = await entries()
        assert (await run_once(), await run_once()) == (1, 0)
        states = await run_sql("SELECT before, after FROM appointment_edit ORDER BY id")
        assert [[{*json.loads(state)} == {"visit_id", "allocations"} for state in row] for row in states] == [
            [True, True],
            [False, False],
        ]
        assert (await client.get(f"{VISITS}/{visit['id']}/history")).json() == history
        assert await entries() == ledger
        assert (await undo(client, recent)).status_code == 200
        assert code_of(await undo(client, old)) == (409, "TOO_LATE_TO_UNDO")

    async def test_a_customer_who_has_another_appointment_by_now(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        mai = await add_customer()
        first, second = (
            [{"customer_id": str(mai), "treatments": [spa.treatment(therapist_id=therapist, bed_id=bed)]}]
            for therapist, bed in zip(spa.therapists, spa.beds, strict=True)
        )
        visit = await create_booking(client, spa, 10, guests=first)
        done = await edit(client, visit, start=spa.hour(14).isoformat())
        await create_booking(client, spa, 10, guests=second)
        assert code_of(await undo(client, done)) == (409, "SAME_TIME")
        assert (await undo(client, done, allow_same_time=True)).status_code == 200

    async def test_a_change_of_the_name_alone_has_nothing_to_take_back(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        done = await edit(client, visit, guest_name="Chị Mai")
        assert "edit_id" not in done.json()
