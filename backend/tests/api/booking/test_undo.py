"""Undo: every change of status that a button makes is taken back."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.booking import booking_service
from app.modules.booking.status.status import AppointmentStatus, StatusRequest
from app.modules.booking.status.transitions import REVERSALS
from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.builders.bookings import (
    VISITS,
    BookableSpa,
    alternatives,
    bookable_spa,
    create_booking,
    overlaps,
    resources_of,
    with_headers,
)
from tests.builders.people import add_customer, new_customer, new_user, signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql
from tests.support.ledger import entries


async def undo(
    client: httpx2.AsyncClient, visit: Any, status: str, headers: dict[str, str] | None = None, **more: Any
) -> httpx2.Response:
    return await client.post(
        f"{VISITS}/{visit['id'] if isinstance(visit, dict) else visit}/undo",
        json={"status": status} | {name: value for name, value in more.items() if name != "key"},
        headers={"Idempotency-Key": str(more.get("key", uuid7()))} | (headers or {}),
    )


async def set_status(
    client: httpx2.AsyncClient,
    visit: dict[str, Any],
    status: str,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> None:
    answer = await client.put(
        f"{VISITS}/{visit['id']}/status", json={"status": status} | more, headers=headers
    )
    assert answer.status_code == 200, answer.text


async def age(**interval: int) -> None:
    """Let the transitions have happened so long ago."""
    await run_sql(
        "UPDATE appointment_transition SET created_at = created_at - $1::interval", timedelta(**interval)
    )


class TestSteps:
    @pytest.mark.parametrize(
        ("old", "requested", "role"),
        [
            ("pending", "confirmed", "receptionist"),
            ("pending", "declined", "receptionist"),
            ("pending", "cancelled", "customer"),
            ("confirmed", "cancelled", "customer"),
            ("confirmed", "cancelled", "receptionist"),
            ("confirmed", "arrived", "therapist"),
            ("confirmed", "no_show", "receptionist"),
            ("arrived", "cancelled", "receptionist"),
            ("arrived", "in_service", "therapist"),
            ("in_service", "completed", "therapist"),
            ("no_show", "arrived", "receptionist"),
            ("no_show", "reopened", "admin"),
            ("completed", "reopened", "admin"),
            ("reopened", "completed", "receptionist"),
        ],
    )
    async def test_a_guest_goes_back_to_the_status_before(
        self, client: httpx2.AsyncClient, old: str, requested: str, role: str
    ) -> None:
        spa, (customer_id, mai) = await bookable_spa(hours="00:00-24:00"), await new_customer()
        user_id, therapist = await new_user(Role.THERAPIST)
        headers = {
            "customer": mai,
            "therapist": therapist,
            "receptionist": await signed_in(Role.RECEPTIONIST),
            "admin": await signed_in(Role.ADMIN),
        }[role]
        await run_sql("UPDATE staff SET user_id = $1", user_id)
        if requested in {"arrived", "no_show", "in_service", "completed", "reopened"}:
            visit = await booked_ago(client, spa, minutes=30, customer_id=customer_id)
        else:
            visit = await create_booking(client, spa, 10, customer_id=customer_id)
        await run_sql("UPDATE appointment SET status = $1", old)
        if old == "no_show":
            await run_sql("DELETE FROM allocation")
        before = (await client.get(f"{VISITS}/{visit['id']}")).json()
        await set_status(client, visit, requested, headers, reason="Bấm nhầm")
        answer = await undo(client, visit, requested, headers)
        assert (answer.status_code, answer.json()) == (200, before)

    def test_whatever_a_button_does_to_a_booking_can_be_undone(self) -> None:
        """Every request can be undone, except for the end of a hold."""
        undoable = {reversal.request for reversal in REVERSALS}
        assert undoable == set(StatusRequest)
        assert AppointmentStatus.HELD not in {reversal.new for reversal in REVERSALS}

    async def test_one_step_after_the_other(self, client: httpx2.AsyncClient) -> None:
        """Tap through the whole day of the wrong guest, and back."""
        spa = await bookable_spa(hours="00:00-24:00")
        visit = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment SET starts_at = now(), ends_at = now() + interval '1 h'")
        steps = ("arrived", "in_service", "completed")
        for status in steps:
            await set_status(client, visit, status)
        statuses = [
            (await undo(client, visit, status)).json()["appointments"][0]["status"]
            for status in reversed(steps)
        ]
        assert statuses == ["in_service", "arrived", "confirmed"]
        assert code_of(await undo(client, visit, "arrived")) == (409, "NOTHING_TO_UNDO")

    async def test_only_the_step_that_was_named_is_undone(self, client: httpx2.AsyncClient) -> None:
        """Undo a cancellation that a colleague has undone already, after which the guest has come."""
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        await run_sql("UPDATE appointment SET starts_at = now(), ends_at = now() + interval '1 h'")
        await set_status(client, visit, "arrived")
        for status in ("cancelled", "confirmed", "in_service"):
            assert code_of(await undo(client, visit, status)) == (409, "NOTHING_TO_UNDO")

    async def test_a_new_booking_has_nothing_to_undo(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        assert code_of(await undo(client, visit, "confirmed")) == (409, "NOTHING_TO_UNDO")

    @pytest.mark.parametrize("status", ["confirmed", "cancelled"])
    async def test_what_became_of_a_hold_stays(self, client: httpx2.AsyncClient, status: str) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10, hold=True)
        await set_status(client, visit, status)
        assert code_of(await undo(client, visit, status)) == (409, "NOTHING_TO_UNDO")

    async def test_a_second_tap_and_a_lost_response(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit, key = await create_booking(client, spa, 10), uuid7()
        await set_status(client, visit, "cancelled")
        first = await undo(client, visit, "cancelled", key=key)
        again = await undo(client, visit, "cancelled", key=key)
        assert (again.status_code, again.json()) == (200, first.json())
        assert code_of(await undo(client, visit, "cancelled")) == (409, "NOTHING_TO_UNDO")
        other = await create_booking(client, spa, 14)
        assert code_of(await undo(client, other, "cancelled", key=key)) == (422, "IDEMPOTENCY_KEY_REUSED")


class TestTimes:
    async def test_the_guest_gets_the_same_therapist_and_bed_back(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        visits = [await create_booking(client, spa, 10) for _ in range(3)]
        for visit in visits:
            await set_status(client, visit, "cancelled")
        for visit in reversed(visits):
            assert (await undo(client, visit, "cancelled")).json() == visit

    async def test_another_therapist_if_the_first_is_taken(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10)
        await set_status(client, visit, "cancelled")
        [lan] = resources_of(visit, "staff")
        await create_booking(client, spa, 10, spa.treatment(therapist_id=lan))
        after = (await undo(client, visit, "cancelled")).json()
        assert after["appointments"][0]["status"] == "confirmed"
        assert resources_of(after, "staff") not in ([], [lan])

    async def test_a_time_that_is_taken_stays_with_the_other_guest(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        await set_status(client, visit, "cancelled")
        await create_booking(client, spa, 10.5)
        refused = await undo(client, visit, "cancelled")
        assert code_of(refused) == (409, "SLOT_TAKEN")
        assert alternatives(refused) == []  # an undo cannot take another start
        assert refused.json()["error"]["message"].endswith("Không hoàn tác được. Vui lòng đặt lịch mới.")
        assert (await client.get(f"{VISITS}/{visit['id']}")).json()["appointments"][0][
            "status"
        ] == "cancelled"
        assert await overlaps() == 0

    async def test_a_couple_comes_back_together_into_its_room(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        couple = await create_booking(client, spa, 10, guests=2, same_room=True)
        await set_status(client, couple, "cancelled")
        assert (await undo(client, couple, "cancelled")).json() == couple
        await set_status(client, couple, "cancelled")
        await create_booking(client, spa, 10)
        assert code_of(await undo(client, couple, "cancelled")) == (409, "SLOT_TAKEN")

    async def test_who_was_cancelled_before_stays_cancelled(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        visit = await create_booking(client, spa, 10, guests=3)
        ids = [guest["id"] for guest in visit["appointments"]]
        await set_status(client, visit, "cancelled", appointment_ids=ids[:1])
        await set_status(client, visit, "cancelled")
        after = (await undo(client, visit, "cancelled")).json()
        assert [guest["status"] for guest in after["appointments"]] == ["cancelled", "confirmed", "confirmed"]
        named = (await undo(client, visit, "cancelled", appointment_ids=ids[:1])).json()
        assert {guest["status"] for guest in named["appointments"]} == {"confirmed"}

    async def test_of_guests_who_are_named_all_come_back_or_none(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 10, guests=2)
        ids = [guest["id"] for guest in visit["appointments"]]
        await set_status(client, visit, "cancelled", appointment_ids=ids[:1])
        refused = await undo(client, visit, "cancelled", appointment_ids=ids)
        assert code_of(refused) == (409, "NOTHING_TO_UNDO")
        none_ticked = await undo(client, visit, "cancelled", appointment_ids=[])
        assert code_of(none_ticked) == (422, "VALIDATION_ERROR")
        stranger = await create_booking(client, spa, 14)
        ids.append(stranger["appointments"][0]["id"])
        assert code_of(await undo(client, visit, "cancelled", appointment_ids=ids)) == (
            404,
            "APPOINTMENT_NOT_FOUND",
        )

    async def test_an_arrival_of_a_no_show_that_is_undone_releases_the_time_again(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        visit = await booked_ago(client, spa, minutes=30)
        await set_status(client, visit, "no_show")
        await set_status(client, visit, "arrived")
        after = (await undo(client, visit, "arrived")).json()
        assert after["appointments"][0]["status"] == "no_show"
        assert resources_of(after, "staff") == []

    async def test_a_no_show_who_comes_after_all_gets_the_same_therapist(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=3, beds=3, hours="00:00-24:00")
        visits = [await booked_ago(client, spa, minutes=30) for _ in range(3)]
        for visit in visits:
            await set_status(client, visit, "no_show")
        for visit in reversed(visits):
            await set_status(client, visit, "arrived")
            after = (await client.get(f"{VISITS}/{visit['id']}")).json()
            for kind in ("staff", "bed"):
                assert resources_of(after, kind) == resources_of(visit, kind)

    async def test_a_no_show_by_the_job_is_undone_for_another_grace_period(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Undo it because the guest has phoned: the next run of the job leaves the guest alone, a later one does not."""
        spa = await bookable_spa(no_show_minutes=15, hours="00:00-24:00")
        visit = await booked_ago(client, spa, minutes=30)
        assert await run_once() == 1
        assert (await undo(client, visit, "no_show")).json() == visit
        assert await run_once() == 0
        await run_sql("UPDATE appointment_transition SET undone_at = undone_at - interval '16 min'")
        assert await run_once() == 1


class TestWhoAndUntilWhen:
    async def test_a_customer_undoes_their_own_cancellation_for_ten_minutes(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, (customer_id, mai) = await bookable_spa(), await new_customer()
        visit = await create_booking(client, spa, 10, customer_id=customer_id)
        await set_status(client, visit, "cancelled", mai)
        await age(minutes=9)
        assert (await undo(client, visit, "cancelled", mai)).status_code == 200
        await set_status(client, visit, "cancelled", mai)
        await age(minutes=11)
        assert code_of(await undo(client, visit, "cancelled", mai)) == (409, "TOO_LATE_TO_UNDO")
        assert (await undo(client, visit, "cancelled")).status_code == 200  # the desk

    async def test_the_desk_undoes_any_step_for_a_day(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit, desk = await create_booking(client, spa, 10), await signed_in(Role.RECEPTIONIST)
        await set_status(client, visit, "cancelled")
        await age(hours=23)
        assert (await undo(client, visit, "cancelled", desk)).status_code == 200
        await set_status(client, visit, "cancelled")
        await age(hours=25)
        assert code_of(await undo(client, visit, "cancelled", desk)) == (409, "TOO_LATE_TO_UNDO")

    async def test_a_customer_does_not_undo_what_the_desk_did(self, client: httpx2.AsyncClient) -> None:
        spa, (customer_id, mai) = await bookable_spa(), await new_customer()
        visit = await create_booking(client, spa, 10, customer_id=customer_id)
        await set_status(client, visit, "cancelled")
        assert code_of(await undo(client, visit, "cancelled", mai)) == (403, "FORBIDDEN")

    async def test_a_receptionist_does_not_undo_what_only_an_administrator_may_do(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        visit, desk = await booked_ago(client, spa, minutes=30), await signed_in(Role.RECEPTIONIST)
        await run_sql("UPDATE appointment SET status = 'completed'")
        await set_status(client, visit, "reopened", reason="Bấm nhầm")
        assert code_of(await undo(client, visit, "reopened", desk)) == (403, "FORBIDDEN")
        assert (await undo(client, visit, "reopened")).status_code == 200

    async def test_another_customers_visit_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa, (_, stranger) = await bookable_spa(), await new_customer()
        visit = await create_booking(client, spa, 10, customer_id=await add_customer())
        await set_status(client, visit, "cancelled")
        assert code_of(await undo(client, visit, "cancelled", stranger)) == (404, "VISIT_NOT_FOUND")

    async def test_a_customer_does_not_pass_the_limit_of_upcoming_visits(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(booking_service, "MAX_UPCOMING_VISITS", 1)
        spa, (_, mai) = await bookable_spa(), await new_customer()
        first = (await client.post(VISITS, **with_headers(spa.booking(spa.hour(10)), mai))).json()
        await set_status(client, first, "cancelled", mai)
        assert (await client.post(VISITS, **with_headers(spa.booking(spa.hour(14)), mai))).status_code == 201
        assert code_of(await undo(client, first, "cancelled", mai)) == (409, "TOO_MANY_VISITS")

    async def test_a_customer_gets_no_time_back_that_has_begun(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(free_cancel_minutes=0, hours="00:00-24:00")
        customer_id, mai = await new_customer()
        visit = await create_booking(client, spa, 10, customer_id=customer_id)
        await set_status(client, visit, "cancelled", mai)
        await run_sql("UPDATE appointment SET starts_at = now() - interval '10 min'")
        assert code_of(await undo(client, visit, "cancelled", mai)) == (409, "NOT_BOOKABLE")

    async def test_the_ledger_names_who_undid_it(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        user_id, desk = await new_user(Role.RECEPTIONIST)
        await set_status(client, visit, "cancelled")
        await undo(client, visit, "cancelled", desk)
        changed = [entry for entry in await entries(entity="appointment") if entry["actor_id"] == user_id]
        assert [json.loads(entry["after"])["status"] for entry in changed] == ["confirmed"]


async def booked_ago(
    client: httpx2.AsyncClient, spa: BookableSpa, *, minutes: int, **more: Any
) -> dict[str, Any]:
    """Return a visit that is booked, and that began so many minutes ago."""
    answer = await client.post(VISITS, **spa.booking(this_step(), **more))
    assert answer.status_code == 201, answer.text
    visit_id = UUID(answer.json()["id"])
    ago = timedelta(minutes=minutes)
    for table, where in (
        ("appointment", "visit_id = $2"),
        ("appointment_treatment", "appointment_id IN (SELECT id FROM appointment WHERE visit_id = $2)"),
    ):
        times = "starts_at = starts_at - $1::interval, ends_at = ends_at - $1::interval"
        await run_sql(f"UPDATE {table} SET {times} WHERE {where}", ago, visit_id)
    await run_sql(
        "UPDATE allocation SET during = tstzrange(lower(during) - $1::interval, upper(during) - $1::interval)"
        " WHERE appointment_id IN (SELECT id FROM appointment WHERE visit_id = $2)",
        ago,
        visit_id,
    )
    visit: dict[str, Any] = (await client.get(f"{VISITS}/{visit_id}")).json()
    return visit


class TestWhatHasChangedMeanwhile:
    @pytest.mark.parametrize("closing", ["closed_day", "closed_branch"])
    async def test_a_guest_does_not_come_back_when_the_branch_is_closed(
        self, client: httpx2.AsyncClient, closing: str
    ) -> None:
        spa = await bookable_spa()
        visit = await create_booking(client, spa, 10)
        await set_status(client, visit, "cancelled")
        if closing == "closed_day":
            spa.open_otherwise(spa.day(), spa.day())
            await spa.write()
        else:
            await run_sql("UPDATE branch SET closed_at = now() WHERE id = $1", spa.branch_id)
        refused = await undo(client, visit, "cancelled")
        assert code_of(refused) == (409, "SLOT_TAKEN")
        assert [detail["type"] for detail in refused.json()["error"]["details"]][:1] == ["reason"]

    async def test_a_guest_does_not_come_back_when_the_customer_is_archived(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, customer_id = await bookable_spa(), await add_customer()
        visit = await create_booking(client, spa, 10, customer_id=customer_id)
        await set_status(client, visit, "cancelled")
        await run_sql("UPDATE customer SET archived_at = now() WHERE id = $1", customer_id)
        assert code_of(await undo(client, visit, "cancelled")) == (409, "CUSTOMER_ARCHIVED")

    async def test_the_desk_confirms_that_a_customer_comes_twice_at_that_time(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, customer_id = await bookable_spa(therapists=2, beds=2), await add_customer()
        visit = await create_booking(client, spa, 10, customer_id=customer_id)
        await set_status(client, visit, "cancelled")
        await create_booking(client, spa, 10, customer_id=customer_id)
        assert code_of(await undo(client, visit, "cancelled")) == (409, "SAME_TIME")
        assert (await undo(client, visit, "cancelled", allow_same_time=True)).status_code == 200

    @pytest.mark.parametrize("minutes", [30, 90])
    async def test_a_guest_is_not_in_service_again_when_the_therapist_is_with_another_guest(
        self, client: httpx2.AsyncClient, minutes: int
    ) -> None:
        """Say by mistake that a guest is done, before and after the booked end, and take a walk-in."""
        spa = await bookable_spa(beds=2, hours="00:00-24:00")
        visit = await booked_ago(client, spa, minutes=minutes)
        await run_sql("UPDATE appointment SET status = 'in_service'")
        await set_status(client, visit, "completed")
        walk_in = await client.post(VISITS, **spa.booking(None, walk_in=True))
        assert walk_in.status_code == 201, walk_in.text
        assert code_of(await undo(client, visit, "completed")) == (409, "SLOT_TAKEN")
        assert (await client.get(f"{VISITS}/{visit['id']}")).json()["appointments"][0][
            "status"
        ] == "completed"
        await set_status(client, walk_in.json(), "cancelled")
        assert (await undo(client, visit, "completed")).status_code == 200

    @pytest.mark.parametrize(
        ("old", "code"), [("completed", "TOO_EARLY_TO_COMPLETE"), ("no_show", "TOO_EARLY_FOR_NO_SHOW")]
    )
    async def test_an_appointment_that_was_moved_to_the_future_is_not_over_again(
        self, client: httpx2.AsyncClient, old: str, code: str
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        visit = await booked_ago(client, spa, minutes=30)
        await run_sql("UPDATE appointment SET status = $1", old)
        await set_status(client, visit, "reopened", reason="Bấm nhầm")
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(10).isoformat()})
        assert moved.status_code == 200, moved.text
        await run_sql("UPDATE appointment SET status = 'reopened'")
        assert code_of(await undo(client, visit, "reopened")) == (409, code)

    async def test_a_guest_who_was_begun_early_by_mistake_gets_the_own_time_back(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        later = this_step() + timedelta(hours=3)
        booked = (await client.post(VISITS, **spa.booking(later))).json()
        await set_status(client, booked, "arrived")
        await set_status(client, booked, "in_service")
        begun = (await client.get(f"{VISITS}/{booked['id']}")).json()["appointments"][0]
        assert datetime.fromisoformat(begun["start"]) <= utc_now()
        undone = (await undo(client, booked, "in_service")).json()["appointments"][0]
        assert (undone["status"], datetime.fromisoformat(undone["start"])) == ("arrived", later)
        assert undone["treatments"] == booked["appointments"][0]["treatments"]

    async def test_a_guest_who_was_begun_early_stays_there_if_the_own_time_is_taken(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        later = this_step() + timedelta(hours=3)
        booked = (await client.post(VISITS, **spa.booking(later))).json()
        await set_status(client, booked, "arrived")
        await set_status(client, booked, "in_service")
        begun = (await client.get(f"{VISITS}/{booked['id']}")).json()["appointments"][0]
        assert (await client.post(VISITS, **spa.booking(later))).status_code == 201
        undone = (await undo(client, booked, "in_service")).json()["appointments"][0]
        assert undone == begun | {"status": "arrived"}
