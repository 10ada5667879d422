"""The next steps of a visit, and its history."""

from datetime import datetime
from typing import Any

import httpx2
from uuid_utils.compat import uuid7

from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    resources_of,
)
from tests.builders.people import new_customer, new_user, signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql


async def steps(
    client: httpx2.AsyncClient, visit: dict[str, Any], headers: dict[str, str] | None = None
) -> dict[str, Any]:
    answer = await client.get(f"{VISITS}/{visit['id']}/steps", headers=headers)
    assert answer.status_code == 200, answer.text
    [guest] = answer.json()["appointments"]
    return {step["request"]: step["status"] for step in guest["steps"]} | {"undo": guest["undo"]}


async def events(client: httpx2.AsyncClient, visit: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.get(f"{VISITS}/{visit['id']}/history")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["events"])


async def create_now(client: httpx2.AsyncClient, spa: BookableSpa, **more: Any) -> dict[str, Any]:
    answer = await client.post(VISITS, **spa.booking(this_step(), **more))
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    return visit


async def set_status(
    client: httpx2.AsyncClient, visit: dict[str, Any], status: str, headers: dict[str, str] | None = None
) -> None:
    answer = await client.put(f"{VISITS}/{visit['id']}/status", json={"status": status}, headers=headers)
    assert answer.status_code == 200, answer.text


async def change(client: httpx2.AsyncClient, visit: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = await client.patch(f"{APPOINTMENTS}/{visit['appointments'][0]['id']}", json=changes)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


class TestSteps:
    async def test_follow_the_day_of_a_guest(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00", free_cancel_minutes=60, no_show_minutes=15)
        visit = await create_now(client, spa)
        cancelled = {"cancelled": "late_cancelled"}
        assert await steps(client, visit) == {"arrived": "arrived", "undo": None} | cancelled
        await set_status(client, visit, "arrived")
        assert await steps(client, visit) == {"in_service": "in_service", "undo": "arrived"} | cancelled
        await set_status(client, visit, "in_service")
        assert await steps(client, visit) == {"completed": "completed", "undo": "in_service"}
        await set_status(client, visit, "completed")
        assert await steps(client, visit) == {"reopened": "reopened", "undo": "completed"}

    async def test_say_which_status_an_undo_brings_back(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        visit = await create_now(client, spa)
        restored = []
        for status in ("arrived", "in_service", "completed"):
            await set_status(client, visit, status)
            answer = await client.get(f"{VISITS}/{visit['id']}/steps")
            restored.append(answer.json()["appointments"][0]["undo_status"])
        assert restored == ["confirmed", "arrived", "in_service"]

    async def test_say_until_when_cancelling_is_free(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(free_cancel_minutes=60)
        visit = await create_booking(client, spa, 10)
        assert await steps(client, visit) == {"cancelled": "cancelled", "undo": None}
        answer = await client.get(f"{VISITS}/{visit['id']}/steps")
        [guest] = answer.json()["appointments"]
        assert datetime.fromisoformat(guest["free_cancel_until"]) == spa.hour(9)

    async def test_offer_no_show_after_the_grace_period(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00", no_show_minutes=15)
        visit = await create_now(client, spa)
        assert "no_show" not in await steps(client, visit)
        await run_sql("UPDATE appointment SET starts_at = starts_at - interval '20 minutes'")
        assert (await steps(client, visit))["no_show"] == "no_show"

    async def test_are_those_of_the_role(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        mai, customer = await new_customer()
        visit = await create_now(client, spa, customer_id=mai)
        user_id, therapist = await new_user(Role.THERAPIST)
        await run_sql("UPDATE staff SET user_id = $1", user_id)
        assert await steps(client, visit, therapist) == {"arrived": "arrived", "undo": None}
        receptionist = await signed_in(Role.RECEPTIONIST)
        await set_status(client, visit, "arrived", therapist)
        assert (await steps(client, visit, therapist))["undo"] == "arrived"
        assert (await steps(client, visit, receptionist))["undo"] == "arrived"
        assert await steps(client, visit, customer) == {"undo": None}

    async def test_of_a_visit_of_another_customer_are_hidden(self, client: httpx2.AsyncClient) -> None:
        visit = await create_booking(client, await bookable_spa(), 10)
        _, stranger = await new_customer()
        answer = await client.get(f"{VISITS}/{visit['id']}/steps", headers=stranger)
        assert code_of(answer) == (404, "VISIT_NOT_FOUND")


class TestHistory:
    async def test_tells_every_change_and_its_author(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        [treatment] = guest["treatments"]
        await change(client, visit, start=spa.hour(11).isoformat())
        await change(client, visit, treatments=[{"id": treatment["id"], "minutes": 90}])
        longer = await change(client, visit, treatments=[{"id": treatment["id"]}, spa.treatment()])
        await change(client, visit, treatments=[{"id": treatment["id"]}], guest_name="Chị Mai")
        assert len(longer["appointments"][0]["treatments"]) == 2
        await client.patch(f"{VISITS}/{visit['id']}", json={"note": "Lực nhẹ"})
        await set_status(client, visit, "cancelled")
        found = await events(client, visit)
        assert [event["kind"] for event in found] == [
            "status",
            "note",
            *["treatment_dropped", "guest"],
            "treatment_added",
            "treatment_changed",
            "moved",
            "booked",
        ]
        assert {event["by"] for event in found} == {"Lan"}
        assert found[0]["status"] == "cancelled"
        moved = found[-2]
        assert datetime.fromisoformat(moved["start"]) == spa.hour(11)
        assert datetime.fromisoformat(moved["start_before"]) == spa.hour(10)
        assert found[2]["treatment"] == treatment["name"] or found[3]["treatment"] == treatment["name"]
        assert {event["appointment_id"] for event in found} == {guest["id"], None}

    async def test_tells_who_was_reassigned_and_that_it_was_undone(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10)
        [guest] = visit["appointments"]
        [treatment] = guest["treatments"]
        other = next(one for one in spa.therapists if str(one) not in resources_of(visit, "staff"))
        changes = {"treatments": [{"id": treatment["id"], "assign_to": str(other)}]}
        done = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=changes)
        await client.post(f"/api/v1/appointment-edits/{done.json()['edit_id']}/undo", json={})
        undone, reassigned = [event for event in await events(client, visit) if event["kind"] == "reassigned"]
        assert reassigned["treatment"] == treatment["name"]
        assert (reassigned["therapists_before"], reassigned["therapists"]) == (["Lan 1"], ["Lan 2"])
        assert (undone["therapists_before"], undone["therapists"]) == (["Lan 2"], ["Lan 1"])

    async def test_tells_a_guest_who_gave_way_to_a_new_booking(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10)
        [therapist] = resources_of(visit, "staff")
        await create_booking(client, spa, 10, spa.treatment(therapist_id=therapist))
        newest, *_ = await events(client, visit)
        assert newest["kind"] == "reassigned"
        assert (newest["therapists_before"], newest["therapists"]) == (["Lan 1"], ["Lan 2"])

    async def test_is_for_the_desk_of_the_branch(self, client: httpx2.AsyncClient) -> None:
        mai, customer = await new_customer()
        visit = await create_booking(client, await bookable_spa(), 10, customer_id=mai)
        elsewhere = await signed_in(Role.RECEPTIONIST, branch_id=uuid7())
        for headers in (customer, elsewhere):
            answer = await client.get(f"{VISITS}/{visit['id']}/history", headers=headers)
            assert code_of(answer) == (403, "FORBIDDEN")
        assert code_of(await client.get(f"{VISITS}/{uuid7()}/history")) == (404, "VISIT_NOT_FOUND")
