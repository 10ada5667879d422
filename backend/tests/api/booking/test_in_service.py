"""A guest in service holds therapist and bed until done: before the booked start, after the booked end, and no longer."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.scheduling.timegrid import this_step
from tests.builders.bookings import APPOINTMENTS, VISITS, BookableSpa, bookable_spa, resources_of
from tests.builders.rosters import code_of
from tests.builders.spas import Segment
from tests.support.database import run_sql

HOUR, QUARTER, STEP = timedelta(hours=1), timedelta(minutes=15), timedelta(minutes=5)


async def open_spa(**more: Any) -> BookableSpa:
    return await bookable_spa(hours="00:00-24:00", **more)


async def booked(
    client: httpx2.AsyncClient, spa: BookableSpa, start: datetime, *status: str, **more: Any
) -> dict[str, Any]:
    """Return a visit with this start, which may be in the past, after these requests."""
    answer = await client.post(VISITS, **spa.booking(spa.hour(10, 5), **more))
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    earlier = start - spa.hour(10, 5)
    for table in ("appointment", "appointment_treatment"):
        await run_sql(
            f"UPDATE {table} SET starts_at = starts_at + $1, ends_at = ends_at + $1 WHERE starts_at >= $2",
            earlier,
            spa.hour(0, 5),
        )
    await run_sql(
        "UPDATE allocation SET during = tstzrange(lower(during) + $1, upper(during) + $1)"
        " WHERE lower(during) >= $2",
        earlier,
        spa.hour(0, 5),
    )
    for requested in status:
        visit = await set_status(client, visit, requested)
    return visit


async def set_status(client: httpx2.AsyncClient, visit: dict[str, Any], status: str) -> dict[str, Any]:
    body = {"status": status, "reason": "Bấm nhầm"}
    answer = await client.put(f"{VISITS}/{visit['id']}/status", json=body)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


async def walk_in(client: httpx2.AsyncClient, spa: BookableSpa, **more: Any) -> httpx2.Response:
    return await client.post(VISITS, **spa.booking(None, walk_in=True, **more))


def ends(visit: dict[str, Any], kind: str) -> list[datetime]:
    return [
        datetime.fromisoformat(allocation["end"])
        for guest in visit["appointments"]
        for treatment in guest["treatments"]
        for allocation in treatment["allocations"]
        if allocation["kind"] == kind
    ]


class TestAfterTheBookedEnd:
    async def test_therapist_and_bed_are_not_given_away(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        visit = await booked(client, spa, this_step() - 2 * HOUR, "arrived", "in_service")
        assert code_of(await walk_in(client, spa)) == (409, "SLOT_TAKEN")
        soon = await client.post(VISITS, **spa.booking(this_step() + STEP))
        assert code_of(soon) == (409, "SLOT_TAKEN")
        later = this_step() + 2 * QUARTER
        assert (await client.post(VISITS, **spa.booking(later))).status_code == 201
        await set_status(client, visit, "completed")
        await run_sql("DELETE FROM allocation WHERE lower(during) >= $1", later)
        assert (await walk_in(client, spa)).status_code == 201

    async def test_a_search_and_a_move_see_it_too(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa(therapists=2, beds=2)
        visit = await booked(client, spa, this_step() - 2 * HOUR, "arrived", "in_service")
        for kind in ("staff", "bed"):
            [occupied] = resources_of(visit, kind)
            came = await walk_in(client, spa)
            assert occupied not in resources_of(came.json(), kind)
            await run_sql(
                "DELETE FROM allocation WHERE appointment_id = $1", UUID(came.json()["appointments"][0]["id"])
            )
        other = (await client.post(VISITS, **spa.booking(spa.hour(10)))).json()
        moved = await client.patch(f"{VISITS}/{other['id']}", json={"start": this_step().isoformat()})
        assert moved.status_code == 200
        for kind in ("staff", "bed"):
            assert resources_of(moved.json(), kind) != resources_of(visit, kind)
        assert code_of(await walk_in(client, spa)) == (409, "SLOT_TAKEN")

    async def test_the_guest_can_stay_longer(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        visit = await booked(client, spa, this_step() - HOUR - STEP, "arrived", "in_service")
        [guest] = visit["appointments"]
        treatments = [{"id": guest["treatments"][0]["id"], "minutes": 90}]
        longer = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"treatments": treatments})
        assert longer.status_code == 200, longer.text

    async def test_the_next_guest_keeps_their_time(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        await booked(client, spa, this_step() - HOUR - QUARTER, "arrived", "in_service")
        following = await booked(client, spa, this_step())
        [guest] = following["appointments"]
        edited = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 45}]}
        answer = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=edited)
        assert answer.status_code == 200, answer.text

    @pytest.mark.parametrize(
        ("began", "status"),
        [(HOUR - 2 * STEP, "in_service"), (2 * HOUR, "arrived"), (13 * HOUR + STEP, "in_service")],
        ids=["not yet over", "never begun", "forgotten since yesterday"],
    )
    async def test_the_next_hour_is_free(
        self, client: httpx2.AsyncClient, began: timedelta, status: str
    ) -> None:
        spa = await open_spa(beds=2)
        await booked(client, spa, this_step() - began)
        await run_sql("UPDATE appointment SET status = $1", status)
        start = max(this_step(), this_step() - began + HOUR)
        assert (await client.post(VISITS, **spa.booking(start))).status_code == 201

    async def test_of_several_treatments_only_the_last_goes_on(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        hair = spa.service("hair", Segment(30, on="chair"))
        spa.bed("chair 1", "chair")
        hoa = spa.therapist("Hoa", hair, shifts=[f"{spa.day(days)} 00:00-24:00" for days in range(-1, 8)])
        await spa.write()
        treatments = [{"treatments": [spa.treatment(), {"variant_id": str(hair)}]}]
        start = this_step() - 2 * HOUR
        visit = await booked(client, spa, start, "arrived", "in_service", guests=treatments)
        assert resources_of(visit, "staff") == [str(spa.therapists[0]), str(hoa)]
        assert (await walk_in(client, spa)).status_code == 201
        hair_only = [{"treatments": [{"variant_id": str(hair)}]}]
        assert code_of(await walk_in(client, spa, guests=hair_only)) == (409, "SLOT_TAKEN")


class TestBeforeTheBookedStart:
    async def test_the_guest_is_moved_to_now(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa(therapists=2, beds=2)
        start = this_step() + HOUR
        visit = await booked(client, spa, start, "arrived")
        begun = await set_status(client, visit, "in_service")
        assert datetime.fromisoformat(begun["appointments"][0]["start"]) in {this_step(), this_step() - STEP}
        assert resources_of(begun, "staff") == resources_of(visit, "staff")
        again = await set_status(client, visit, "in_service")
        assert again == begun
        assert (await set_status(client, visit, "completed"))["appointments"][0]["status"] == "completed"

    async def test_it_is_refused_while_no_therapist_is_free(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        visit = await booked(client, spa, this_step() + 2 * HOUR, "arrived")
        assert (await walk_in(client, spa)).status_code == 201
        refused = await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "in_service"})
        assert code_of(refused) == (409, "SLOT_TAKEN")
        assert (await client.get(f"{VISITS}/{visit['id']}")).json() == visit


class TestDoneEarly:
    async def test_the_rest_is_free_at_once(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        visit = await booked(client, spa, this_step() - HOUR / 2, "arrived", "in_service")
        assert code_of(await walk_in(client, spa)) == (409, "SLOT_TAKEN")
        done = await set_status(client, visit, "completed")
        [therapist_free], [bed_free] = ends(done, "staff"), ends(done, "bed")
        assert therapist_free in {this_step(), this_step() - STEP}
        assert bed_free == therapist_free + QUARTER  # the bed is made first
        spa.add(beds=1)
        await spa.write()
        assert (await walk_in(client, spa)).status_code == 201
        agreed = done["appointments"][0]
        assert (agreed["start"], agreed["end"]) == (
            visit["appointments"][0]["start"],
            visit["appointments"][0]["end"],
        )

    async def test_in_its_first_minutes_a_treatment_keeps_one_step(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        visit = await booked(client, spa, this_step(), "arrived", "in_service")
        done = await set_status(client, visit, "completed")
        assert ends(done, "staff") == [datetime.fromisoformat(done["appointments"][0]["start"]) + STEP]

    async def test_treatments_that_have_not_begun_are_released(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        both = [{"treatments": [spa.treatment(), spa.treatment()]}]
        visit = await booked(client, spa, this_step() - HOUR / 2, "arrived", "in_service", guests=both)
        done = await set_status(client, visit, "completed")
        first, then = done["appointments"][0]["treatments"]
        assert (len(first["allocations"]), then["allocations"]) == (2, [])

    async def test_what_is_over_stays_as_it_was(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa()
        visit = await booked(client, spa, this_step() - 2 * HOUR, "arrived", "in_service")
        done = await set_status(client, visit, "completed")
        assert (ends(done, "staff"), ends(done, "bed")) == (ends(visit, "staff"), ends(visit, "bed"))

    async def test_a_guest_who_is_not_done_yet_gets_the_rest_back(self, client: httpx2.AsyncClient) -> None:
        spa = await open_spa(therapists=2, beds=2)
        visit = await booked(client, spa, this_step() - HOUR / 2, "arrived", "in_service", "completed")
        again = await set_status(client, visit, "reopened")
        assert ends(again, "bed") == [datetime.fromisoformat(again["appointments"][0]["end"]) + QUARTER]
        await set_status(client, visit, "in_service")
        await set_status(client, visit, "completed")
        with_lan = [spa.treatment(therapist_id=resources_of(visit, "staff")[0])]
        assert (await walk_in(client, spa, guests=[{"treatments": with_lan}])).status_code == 201
        again = await set_status(client, visit, "reopened")
        assert resources_of(again, "staff") == resources_of(visit, "staff")
        assert ends(again, "staff")[0] <= this_step()
