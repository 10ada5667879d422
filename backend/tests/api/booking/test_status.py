"""Changes of an appointment's status: by every role, from every status, and at the limits of time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.api.booking.spa import GIVEN_UP, Spa, allocations_of, status_of
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa
from tests.builders.branches import add_branch
from tests.builders.people import add_customer, new_customer, signed_in
from tests.builders.resources import at
from tests.builders.rosters import add_therapist, code_of
from tests.support.database import run_sql
from tests.support.ledger import entries

STATES = (
    *("held", "expired", "pending", "confirmed", "declined", "cancelled", "late_cancelled"),
    *("arrived", "in_service", "completed", "no_show", "reopened"),
)
AT_THE_DESK = ("receptionist", "admin")
ROLES = ("customer", "therapist", *AT_THE_DESK)
PAST = {"arrived", "in_service", "completed", "no_show"}
"""The requests that a start in the past allows."""
UNEXPECTED = {"no_show", "declined"}
"""Guests who can still arrive, but not on another day."""


def by(new: str, *roles: str) -> dict[str, str]:
    return dict.fromkeys(roles, new)


# The rules, written by hand: the requested status, the old one, and the new one for each role that may request it.
TABLE: dict[str, dict[str, dict[str, str]]] = {
    "confirmed": {
        "held": by("confirmed", "customer", *AT_THE_DESK),
        "pending": by("pending", "customer") | by("confirmed", *AT_THE_DESK),
        "confirmed": by("confirmed", "customer", *AT_THE_DESK),
    },
    "declined": {"pending": by("declined", *AT_THE_DESK), "declined": by("declined", *AT_THE_DESK)},
    "cancelled": {
        "held": by("expired", "customer", *AT_THE_DESK),
        "pending": by("cancelled", "customer", *AT_THE_DESK),
        "confirmed": by("cancelled", "customer", *AT_THE_DESK),
        "arrived": by("late_cancelled", *AT_THE_DESK),
        "reopened": by("cancelled", "customer", *AT_THE_DESK),
        "expired": by("expired", "customer", *AT_THE_DESK),
        "cancelled": by("cancelled", "customer", *AT_THE_DESK),
        "late_cancelled": by("late_cancelled", *AT_THE_DESK),
    },
    "arrived": {
        "confirmed": by("arrived", "therapist", *AT_THE_DESK),
        "reopened": by("arrived", "therapist", *AT_THE_DESK),
        "pending": by("arrived", *AT_THE_DESK),
        "no_show": by("arrived", *AT_THE_DESK),
        "declined": by("arrived", *AT_THE_DESK),
        "arrived": by("arrived", "therapist", *AT_THE_DESK),
    },
    "in_service": {
        "arrived": by("in_service", "therapist", *AT_THE_DESK),
        "reopened": by("in_service", "therapist", *AT_THE_DESK),
        "in_service": by("in_service", "therapist", *AT_THE_DESK),
    },
    "completed": {
        "in_service": by("completed", "therapist", *AT_THE_DESK),
        "reopened": by("completed", "therapist", *AT_THE_DESK),
        "completed": by("completed", "therapist", *AT_THE_DESK),
    },
    "no_show": {
        "confirmed": by("no_show", *AT_THE_DESK),
        "reopened": by("no_show", *AT_THE_DESK),
        "no_show": by("no_show", *AT_THE_DESK),
    },
    "reopened": {
        "completed": by("reopened", "admin"),
        "no_show": by("reopened", "admin"),
        "reopened": by("reopened", "admin"),
    },
}


@pytest.mark.parametrize("requested", TABLE)
async def test_every_role_in_every_status(spa: Spa, requested: str) -> None:
    """Request each status from every old one, for every role: what happens at the spa when the start is long past."""
    allowed_roles = {role for possible in TABLE[requested].values() for role in possible}
    latest = utc_now()
    for number, old in enumerate(sorted(STATES, key=lambda old: old not in UNEXPECTED)):
        for role_number, role in enumerate(ROLES):
            past = latest - timedelta(hours=1 + len(ROLES) * number + role_number)
            visit = await spa.visit(old, past if requested in PAST else None)
            new = TABLE[requested].get(old, {}).get(role)
            # The customer of the tests has many appointments, and some of them at one time.
            response = await spa.set_status(visit.id, requested, role, allow_same_time=True)

            expected = 200 if new else 409 if role in allowed_roles else 403
            if role == "therapist" and old in GIVEN_UP:
                expected = 404  # the allocations are gone, so no therapist treats the guest
            assert response.status_code == expected, (old, role, response.text)
            assert await status_of(visit.appointment_id) == (new or old), (old, role)
            now = new or old
            booked = {"held"} if now == "held" else {"booked"}
            has_time = now not in GIVEN_UP and old not in GIVEN_UP
            assert set(await allocations_of(visit.appointment_id)) == (booked if has_time else set())
            if new:
                assert response.json()["appointments"][0]["status"] == new


async def test_statuses_that_only_follow_from_others_cannot_be_requested(spa: Spa) -> None:
    visit = await spa.visit("confirmed")
    for status in ("held", "expired", "pending", "late_cancelled"):
        assert (await spa.set_status(visit.id, status, "admin")).status_code == 422


@pytest.mark.parametrize(
    ("old", "requested", "role"),
    [
        ("held", "confirmed", "customer"),
        ("held", "cancelled", "customer"),
        ("pending", "declined", "receptionist"),
        ("confirmed", "cancelled", "customer"),
        ("arrived", "cancelled", "receptionist"),
        ("confirmed", "arrived", "therapist"),
        ("arrived", "in_service", "therapist"),
        ("in_service", "completed", "therapist"),
        ("confirmed", "no_show", "receptionist"),
        ("completed", "reopened", "admin"),
    ],
)
async def test_a_repeated_request_changes_nothing(spa: Spa, old: str, requested: str, role: str) -> None:
    """Repeat the request, as after a second tap or a lost response."""
    begun = requested in {"in_service", "completed", "no_show"}
    visit = await spa.visit(old, utc_now() - timedelta(hours=1) if begun else None)
    first = await spa.set_status(visit.id, requested, role, reason="Khách ốm")
    written = len(await entries())
    for named in ({}, {"appointment_ids": [str(visit.appointment_id)]}):
        again = await spa.set_status(visit.id, requested, role, reason="Bấm lại", **named)
        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
    assert len(await entries()) == written


class TestConfirming:
    async def test_a_customer_waits_for_approval_where_the_branch_requires_it(self, spa: Spa) -> None:
        await run_sql("UPDATE branch SET approve_online = true WHERE id = $1", spa.branch_id)
        by_customer, by_desk = await spa.visit("held"), await spa.visit("held")
        for role, visit, expected in (
            ("customer", by_customer, "pending"),
            ("customer", by_customer, "pending"),  # again
            ("receptionist", by_desk, "confirmed"),
            ("receptionist", by_customer, "confirmed"),
            ("customer", by_customer, "confirmed"),  # again
        ):
            response = await spa.set_status(visit.id, "confirmed", role)
            assert (response.status_code, response.json()["appointments"][0]["status"]) == (200, expected)
            assert response.json()["appointments"][0]["hold_expires_at"] is None

    async def test_a_hold_that_has_expired_cannot_be_confirmed_before_or_after_the_job(
        self, spa: Spa
    ) -> None:
        for visit in (
            await spa.visit("held", hold_expires_at=utc_now() - timedelta(seconds=1)),
            await spa.visit("expired"),
        ):
            before = await status_of(visit.appointment_id)
            response = await spa.set_status(visit.id, "confirmed", "customer")
            assert code_of(response) == (409, "HOLD_EXPIRED")
            assert await status_of(visit.appointment_id) == before


class TestCancelling:
    @pytest.mark.parametrize("status", ["pending", "confirmed", "reopened"])
    async def test_only_the_desk_can_cancel_late(self, spa: Spa, status: str) -> None:
        visit = await spa.visit(status, utc_now() + timedelta(minutes=239))
        refused = await spa.set_status(visit.id, "cancelled", "customer")
        assert code_of(refused) == (409, "TOO_LATE_TO_CANCEL")
        assert await status_of(visit.appointment_id) == status
        assert (await spa.set_status(visit.id, "cancelled")).status_code == 200
        assert await status_of(visit.appointment_id) == "late_cancelled"

    async def test_a_customer_can_cancel_until_the_branchs_limit(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed", utc_now() + timedelta(minutes=241))
        assert (await spa.set_status(visit.id, "cancelled", "customer")).status_code == 200
        assert await status_of(visit.appointment_id) == "cancelled"

    async def test_a_hold_can_be_released_at_any_time(self, spa: Spa) -> None:
        visit = await spa.visit("held", utc_now() + timedelta(minutes=5))
        assert (await spa.set_status(visit.id, "cancelled", "customer")).status_code == 200
        assert await status_of(visit.appointment_id) == "expired"

    async def test_the_reason_is_stored(self, spa: Spa) -> None:
        for old, requested in (
            ("confirmed", "cancelled"),
            ("pending", "declined"),
            ("completed", "reopened"),
        ):
            visit = await spa.visit(old)
            response = await spa.set_status(visit.id, requested, "admin", reason="Khách ốm")
            assert response.json()["appointments"][0]["reason"] == "Khách ốm"

    async def test_the_time_can_be_booked_again(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed", at(9))
        assert (await spa.set_status(visit.id, "cancelled")).status_code == 200
        await spa.visit("confirmed", at(9))  # PostgreSQL would refuse


class TestArriving:
    @pytest.mark.parametrize("status", ["confirmed", "reopened"])
    async def test_a_guest_cannot_check_in_days_early(self, spa: Spa, status: str) -> None:
        visit = await spa.visit(status, utc_now() + timedelta(hours=12, minutes=1))
        for role in ("therapist", "receptionist"):
            refused = await spa.set_status(visit.id, "arrived", role)
            assert code_of(refused) == (409, "TOO_EARLY_TO_ARRIVE")
        assert await status_of(visit.appointment_id) == status

    async def test_a_guest_can_check_in_twelve_hours_before(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed", utc_now() + timedelta(hours=12) - timedelta(minutes=1))
        assert (await spa.set_status(visit.id, "arrived")).status_code == 200


class TestNotComing:
    async def test_a_guest_cannot_be_a_no_show_within_the_grace_period(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed", utc_now() - timedelta(minutes=14))
        assert code_of(await spa.set_status(visit.id, "no_show")) == (409, "TOO_EARLY_FOR_NO_SHOW")
        later = await spa.visit("confirmed", utc_now() - timedelta(minutes=90))
        assert (await spa.set_status(later.id, "no_show")).status_code == 200


class TestComingAfterAll:
    """A guest who is on the bed, but was not checked in, becomes a no-show and loses the time."""

    async def test_the_guest_gets_the_time_back(self, client: httpx2.AsyncClient) -> None:
        spa, hour = await begun_spa()
        visit_id, before = await no_show(client, spa, hour)
        arrived = await client.put(f"{VISITS}/{visit_id}/status", json={"status": "arrived"})
        [guest] = arrived.json()["appointments"]
        assert (guest["status"], guest["treatments"]) == ("arrived", before["treatments"])
        assert await allocations_of(UUID(guest["id"])) == ["booked", "booked"]

    async def test_without_free_time_the_guest_has_none_until_the_desk_moves_them(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, hour = await begun_spa()
        visit_id, _ = await no_show(client, spa, hour)
        in_between = spa.booking(None, walk_in=True)
        assert (await client.post(VISITS, **in_between)).status_code == 201
        arrived = await client.put(f"{VISITS}/{visit_id}/status", json={"status": "arrived"})
        [guest] = arrived.json()["appointments"]
        assert (guest["status"], guest["treatments"][0]["allocations"]) == ("arrived", [])
        assert (await on_board(client, spa))[visit_id]["appointments"] == [guest]
        spa.add(therapists=1, beds=1)
        await spa.write()
        soon = {"start": (this_step() + timedelta(minutes=5)).isoformat()}
        [moved] = (await client.patch(f"{VISITS}/{visit_id}", json=soon)).json()["appointments"]
        assert (moved["status"], len(moved["treatments"][0]["allocations"])) == ("arrived", 2)

    async def test_after_the_end_the_guest_gets_time_from_now_on(self, client: httpx2.AsyncClient) -> None:
        spa, hour = await begun_spa()
        visit_id, _ = await no_show(client, spa, hour - timedelta(hours=2))
        came_at = this_step()
        arrived = await client.put(f"{VISITS}/{visit_id}/status", json={"status": "arrived"})
        [guest] = arrived.json()["appointments"]
        assert datetime.fromisoformat(guest["start"]) in {came_at, this_step()}
        assert datetime.fromisoformat(guest["end"]) > utc_now()
        assert len(guest["treatments"][0]["allocations"]) == 2
        assert await allocations_of(UUID(guest["id"])) == ["booked", "booked"]

    async def test_after_the_end_a_guest_waits_without_time_until_someone_is_free(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, hour = await begun_spa()
        visit_id, _ = await no_show(client, spa, hour - timedelta(hours=2))
        assert (await client.post(VISITS, **spa.booking(None, walk_in=True))).status_code == 201
        arrived = await client.put(f"{VISITS}/{visit_id}/status", json={"status": "arrived"})
        [guest] = arrived.json()["appointments"]
        assert (guest["status"], guest["treatments"][0]["allocations"]) == ("arrived", [])
        stranded = await client.get(f"/api/v1/branches/{spa.branch_id}/stranded-appointments")
        assert [row["appointment_id"] for row in stranded.json()["items"]] == [guest["id"]]

    async def test_repeating_an_arrival_does_not_check_in_the_no_show_of_the_party(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, hour = await begun_spa()
        spa.add(therapists=1, beds=1)
        await spa.write()
        path = f"{VISITS}/{await booked_then(client, spa, hour, guests=2)}"
        mai, lan = [guest["id"] for guest in (await client.get(path)).json()["appointments"]]
        arrived = {"status": "arrived"}
        assert (
            await client.put(f"{path}/status", json=arrived | {"appointment_ids": [mai]})
        ).status_code == 200
        assert await run_once() == 1
        for request, status_of_lan in (
            (arrived, "no_show"),
            (arrived | {"appointment_ids": [lan]}, "arrived"),
        ):
            answer = await client.put(f"{path}/status", json=request)
            assert {guest["id"]: guest["status"] for guest in answer.json()["appointments"]} == {
                mai: "arrived",
                lan: status_of_lan,
            }

    async def test_a_no_show_of_another_day_cannot_check_in(self, client: httpx2.AsyncClient) -> None:
        spa, hour = await begun_spa()
        visit_id, _ = await no_show(client, spa, hour - timedelta(hours=12))
        assert code_of(await client.put(f"{VISITS}/{visit_id}/status", json={"status": "arrived"})) == (
            409,
            "STATUS_CONFLICT",
        )


class TestUnanswered:
    """A customer booked, the desk has not answered, and the guest is there."""

    async def test_the_desk_checks_the_guest_in_directly(self, spa: Spa) -> None:
        visit = await spa.visit("pending", this_step())
        assert code_of(await spa.set_status(visit.id, "arrived", "therapist")) == (409, "STATUS_CONFLICT")
        assert (await spa.set_status(visit.id, "arrived")).status_code == 200
        assert await allocations_of(visit.appointment_id) == ["booked", "booked"]

    async def test_after_its_end_too_with_the_time_if_it_is_free(self, client: httpx2.AsyncClient) -> None:
        spa, hour = await begun_spa()
        visit_id, before = await ended(client, spa, hour, "pending")
        declined = (await client.get(f"{VISITS}/{visit_id}")).json()["appointments"][0]
        assert (declined["status"], declined["treatments"][0]["allocations"]) == ("declined", [])
        arrived = await client.put(f"{VISITS}/{visit_id}/status", json={"status": "arrived"})
        [guest] = arrived.json()["appointments"]
        assert (guest["status"], guest["treatments"]) == ("arrived", before["treatments"])

    async def test_a_guest_who_was_declined_and_has_booked_that_hour_again_is_asked_about(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2, hours="00:00-24:00")
        mai, _ = await new_customer()
        start = this_step() + timedelta(hours=1)
        declined, again = [
            (await client.post(VISITS, **spa.booking(start, customer_id=mai, allow_same_time=True))).json()
            for _ in range(2)
        ]
        await run_sql("UPDATE appointment SET status = 'declined' WHERE visit_id = $1", UUID(declined["id"]))
        path, body = f"{VISITS}/{declined['id']}/status", {"status": "arrived"}
        refused = await client.put(path, json=body)
        assert code_of(refused) == (409, "SAME_TIME")
        assert [detail["field"] for detail in refused.json()["error"]["details"]] == [
            again["appointments"][0]["id"]
        ]
        confirmed = await client.put(path, json=body | {"allow_same_time": True})
        assert confirmed.json()["appointments"][0]["status"] == "arrived"

    async def test_a_guest_who_was_declined_has_to_be_named_if_others_are_expected(self, spa: Spa) -> None:
        visit_id, [expected, declined] = await spa.party("confirmed", "declined")
        assert (await spa.set_status(visit_id, "arrived")).status_code == 200
        assert [await status_of(guest) for guest in (expected, declined)] == ["arrived", "declined"]
        named = await spa.set_status(visit_id, "arrived", appointment_ids=[str(declined)])
        assert named.status_code == 200
        assert await status_of(declined) == "arrived"


async def begun_spa() -> tuple[BookableSpa, datetime]:
    """Return a spa that never closes, and the start half an hour ago, which is past the grace period."""
    spa = await bookable_spa(hours="00:00-24:00")
    return spa, this_step() - timedelta(minutes=30)


async def no_show(
    client: httpx2.AsyncClient, spa: BookableSpa, start: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the id of a visit that the job has marked as a no-show, and its guest as booked."""
    return await ended(client, spa, start, "confirmed")


async def ended(
    client: httpx2.AsyncClient, spa: BookableSpa, start: datetime, status: str
) -> tuple[str, dict[str, Any]]:
    """Return the id of a visit in this status that the jobs have ended, and its guest as booked."""
    visit_id = await booked_then(client, spa, start)
    await run_sql("UPDATE appointment SET status = $1", status)
    [before] = (await client.get(f"{VISITS}/{visit_id}")).json()["appointments"]
    assert await run_once() == 1
    return visit_id, before


async def booked_then(
    client: httpx2.AsyncClient, spa: BookableSpa, start: datetime, *, guests: int = 1
) -> str:
    """Return the id of a visit with this start, which may be in the past."""
    booked = (await client.post(VISITS, **spa.booking(spa.hour(10), guests=guests))).json()
    earlier = start - spa.hour(10)
    for table in ("appointment", "appointment_treatment"):
        await run_sql(f"UPDATE {table} SET starts_at = starts_at + $1, ends_at = ends_at + $1", earlier)
    await run_sql("UPDATE allocation SET during = tstzrange(lower(during) + $1, upper(during) + $1)", earlier)
    return str(booked["id"])


async def on_board(client: httpx2.AsyncClient, spa: BookableSpa) -> dict[str, dict[str, Any]]:
    """Return the visits on the boards of yesterday and today, by id."""
    path = f"/api/v1/branches/{spa.branch_id}/board"
    days = [(await client.get(path, params={"day": f"{spa.day(days)}"})).json() for days in (-1, 0)]
    return {visit["id"]: visit for day in days for visit in day["visits"]}


class TestReopening:
    @pytest.mark.parametrize("reason", ["", " ", "\u200b", "\u3164 "])
    async def test_reopening_without_a_reason_is_refused(self, spa: Spa, reason: str) -> None:
        visit = await spa.visit("completed")
        response = await spa.set_status(visit.id, "reopened", "admin", reason=reason)
        assert response.status_code == 422
        assert response.json()["error"]["details"][0]["message"] == "Cần ghi lý do mở lại."

    async def test_a_completed_visit_keeps_its_time(self, spa: Spa) -> None:
        visit = await spa.visit("completed", utc_now() - timedelta(hours=2))
        assert (await spa.set_status(visit.id, "reopened", "admin")).status_code == 200
        assert await allocations_of(visit.appointment_id) == ["booked", "booked"]

    async def test_a_no_show_gets_its_time_back(self, client: httpx2.AsyncClient) -> None:
        visit, again = await no_show_reopened(client, await bookable_spa())
        assert again["status"] == "reopened"
        assert again["treatments"] == visit["appointments"][0]["treatments"]

    async def test_without_free_time_a_no_show_has_none_until_it_is_moved(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        visit, again = await no_show_reopened(client, spa, time_taken=True)
        assert (again["status"], again["treatments"][0]["allocations"]) == ("reopened", [])
        moved = await client.patch(f"{VISITS}/{visit['id']}", json={"start": spa.hour(14).isoformat()})
        assert len(moved.json()["appointments"][0]["treatments"][0]["allocations"]) == 2


async def no_show_reopened(
    client: httpx2.AsyncClient, spa: BookableSpa, *, time_taken: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a visit as it was booked, and its guest after a no-show was reopened."""
    booked = (await client.post(VISITS, **spa.booking(spa.hour(10)))).json()
    await run_sql("DELETE FROM allocation")
    await run_sql("UPDATE appointment SET status = 'no_show'")
    if time_taken:
        assert (await client.post(VISITS, **spa.booking(spa.hour(10)))).status_code == 201
    reopening = {"status": "reopened", "reason": "Khách đến muộn"}
    response = await client.put(f"{VISITS}/{booked['id']}/status", json=reopening)
    [guest] = response.json()["appointments"]
    return booked, guest


class TestParty:
    async def test_every_eligible_guest_gets_the_status(self, spa: Spa) -> None:
        visit_id, guests = await spa.party("confirmed", "arrived", "cancelled", "confirmed")
        response = await spa.set_status(visit_id, "arrived")
        assert response.status_code == 200
        assert [await status_of(guest) for guest in guests] == ["arrived", "arrived", "cancelled", "arrived"]

    async def test_of_named_guests_all_get_the_status_or_none(self, spa: Spa) -> None:
        visit_id, guests = await spa.party("confirmed", "in_service", "arrived", "confirmed")
        for_some = [str(guest) for guest in guests[:3]]
        refused = await spa.set_status(visit_id, "arrived", appointment_ids=for_some)
        assert code_of(refused) == (409, "STATUS_CONFLICT")
        for_some = [str(guest) for guest in guests[2:]]
        response = await spa.set_status(visit_id, "arrived", appointment_ids=for_some)
        assert response.status_code == 200
        assert [await status_of(guest) for guest in guests] == [
            *("confirmed", "in_service"),
            *("arrived", "arrived"),
        ]

    @pytest.mark.parametrize(
        ("requested", "current", "others"),
        [
            ("confirmed", "confirmed", "arrived"),
            ("arrived", "arrived", "cancelled"),
            ("arrived", "arrived", "in_service"),
            ("in_service", "in_service", "completed"),
            ("completed", "completed", "declined"),
            ("cancelled", "cancelled", "in_service"),
            ("no_show", "no_show", "arrived"),
        ],
    )
    async def test_a_repeated_request_ignores_guests_who_are_further_on_or_do_not_come(
        self, spa: Spa, requested: str, current: str, others: str
    ) -> None:
        """Repeat a request that left the other guests as they are."""
        visit_id, guests = await spa.party(current, others)
        assert (await spa.set_status(visit_id, requested)).status_code == 200
        assert [await status_of(guest) for guest in guests] == [current, others]

    @pytest.mark.parametrize(
        ("requested", "current", "other", "code"),
        [
            ("arrived", "arrived", "held", "STATUS_CONFLICT"),
            ("in_service", "in_service", "confirmed", "STATUS_CONFLICT"),
            ("completed", "completed", "arrived", "STATUS_CONFLICT"),
            ("confirmed", "confirmed", "expired", "HOLD_EXPIRED"),
            ("no_show", "no_show", "confirmed", "TOO_EARLY_FOR_NO_SHOW"),
        ],
    )
    async def test_an_error_for_one_guest_is_reported_although_another_has_the_status(
        self, spa: Spa, requested: str, current: str, other: str, code: str
    ) -> None:
        visit_id, _ = await spa.party(current, other)
        assert code_of(await spa.set_status(visit_id, requested)) == (409, code)

    async def test_an_empty_list_of_guests_is_refused_and_nothing_changes(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed")
        refused = await spa.set_status(visit.id, "cancelled", appointment_ids=[])
        assert code_of(refused) == (422, "VALIDATION_ERROR")
        assert await status_of(visit.appointment_id) == "confirmed"

    async def test_a_guest_of_another_visit_is_not_found(self, spa: Spa) -> None:
        visit, other = await spa.visit("confirmed"), await spa.visit("confirmed")
        response = await spa.set_status(visit.id, "arrived", appointment_ids=[str(other.appointment_id)])
        assert code_of(response) == (404, "APPOINTMENT_NOT_FOUND")

    @pytest.mark.parametrize("done", ["completed", "cancelled"])
    async def test_too_late_to_cancel_is_reported_although_one_guest_is_done(
        self, spa: Spa, done: str
    ) -> None:
        soon = utc_now() + timedelta(minutes=30)
        visit_id, guests = await spa.party(done, "confirmed")
        await run_sql("UPDATE appointment SET starts_at = $1 WHERE id = $2", soon, guests[1])
        response = await spa.set_status(visit_id, "cancelled", "customer")
        assert code_of(response) == (409, "TOO_LATE_TO_CANCEL")

    async def test_one_hold_that_has_expired_refuses_the_party(self, spa: Spa) -> None:
        visit_id, guests = await spa.party("held", "held")
        ago = utc_now() - timedelta(seconds=1)
        for table, column in (("appointment", "id"), ("allocation", "appointment_id")):
            await run_sql(f"UPDATE {table} SET hold_expires_at = $1 WHERE {column} = $2", ago, guests[1])
        assert code_of(await spa.set_status(visit_id, "confirmed", "customer")) == (409, "HOLD_EXPIRED")
        assert [await status_of(guest) for guest in guests] == ["held", "held"]
        assert await allocations_of(guests[0]) == ["held", "held"]


class TestAccess:
    async def test_a_guest_who_did_not_book_changes_only_their_own_appointment(self, spa: Spa) -> None:
        visit_id, guests = await spa.party("confirmed", "confirmed")
        other = await add_customer()
        await run_sql("UPDATE visit SET customer_id = $1 WHERE id = $2", other, visit_id)
        await run_sql("UPDATE appointment SET customer_id = $1 WHERE id = $2", other, guests[0])
        refused = await spa.set_status(visit_id, "cancelled", "customer", appointment_ids=[str(guests[0])])
        assert code_of(refused) == (404, "APPOINTMENT_NOT_FOUND")
        response = await spa.set_status(visit_id, "cancelled", "customer")
        assert [guest["id"] for guest in response.json()["appointments"]] == [str(guests[1])]
        assert [await status_of(guest) for guest in guests] == ["confirmed", "cancelled"]

    async def test_another_customers_visit_is_not_found(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed", customer_id=await add_customer())
        refused = (await spa.set_status(visit.id, "cancelled", "customer")).json()
        missing = (await spa.set_status(uuid7(), "cancelled", "customer")).json()
        assert refused["error"] == missing["error"]
        assert refused["error"]["code"] == "VISIT_NOT_FOUND"

    async def test_a_therapist_changes_only_the_guests_they_treat(self, spa: Spa) -> None:
        visit_id, guests = await spa.party("confirmed", "confirmed")
        colleague = await add_therapist(spa.branch_id)
        await run_sql(
            "UPDATE allocation SET resource_id = $1 WHERE appointment_id = $2 AND resource_id = $3",
            *(colleague, guests[1], spa.lan),
        )
        assert (await spa.set_status(visit_id, "arrived", "therapist")).status_code == 200
        assert [await status_of(guest) for guest in guests] == ["arrived", "confirmed"]
        others = await spa.visit("confirmed", allocations={})
        assert (await spa.set_status(others.id, "arrived", "therapist")).status_code == 404

    async def test_a_former_therapist_changes_nothing(self, spa: Spa) -> None:
        visit = await spa.visit("confirmed")
        await run_sql("UPDATE role_assignment SET role = 'receptionist' WHERE role = 'therapist'")
        await run_sql(
            "UPDATE role_assignment SET branch_id = $1 WHERE role = 'receptionist' AND user_id ="
            " (SELECT user_id FROM staff WHERE id = $2)",
            *(await add_branch(), spa.lan),
        )
        assert (await spa.set_status(visit.id, "arrived", "therapist")).status_code == 403

    @pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.ADMIN])
    async def test_the_desk_of_another_branch_is_refused(self, spa: Spa, role: Role) -> None:
        visit = await spa.visit("confirmed")
        spa.headers["other"] = await signed_in(role, branch_id=await add_branch())
        assert (await spa.set_status(visit.id, "arrived", "other")).status_code == 403
        spa.headers["everywhere"] = await signed_in(role)
        assert (await spa.set_status(visit.id, "arrived", "everywhere")).status_code == 200


class TestOneGuestAtATime:
    async def test_a_guest_does_not_begin_while_the_therapist_is_with_another(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Begin the next guest at their time, while the guest before is still in service past the booked end."""
        spa = await bookable_spa(hours="00:00-24:00", beds=2)
        before = await booked_then(client, spa, this_step() - timedelta(minutes=75))
        following = (await client.post(VISITS, **spa.booking(this_step()))).json()["id"]
        await run_sql("UPDATE appointment SET status = 'in_service' WHERE visit_id = $1", UUID(before))
        arrived = await client.put(f"{VISITS}/{following}/status", json={"status": "arrived"})
        assert arrived.status_code == 200
        refused = await client.put(f"{VISITS}/{following}/status", json={"status": "in_service"})
        assert code_of(refused) == (409, "SLOT_TAKEN")
        done = await client.put(f"{VISITS}/{before}/status", json={"status": "completed"})
        assert done.status_code == 200
        begun = await client.put(f"{VISITS}/{following}/status", json={"status": "in_service"})
        assert begun.status_code == 200
