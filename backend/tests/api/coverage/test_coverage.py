"""Changes of hours, people, beds and customers under appointments that need them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.booking.status.status import EDITABLE, AppointmentStatus
from app.modules.identity.roles import Role
from app.redis.events import branch_events
from tests.builders.bookings import APPOINTMENTS, VISITS, BookableSpa, bookable_spa, create_booking
from tests.builders.people import add_customer, new_user, signed_in
from tests.builders.resources import add_room
from tests.builders.rosters import LOCK, add_leave, add_shift, answered_while, code_of, statements
from tests.builders.visits import add_visit, visit_rows
from tests.support import eventually
from tests.support.database import run_sql

V1 = "/api/v1"
NOON = [{"weekday": day, "opens": "12:00", "closes": "21:00"} for day in range(1, 8)]


@pytest.fixture
async def spa(client: httpx2.AsyncClient) -> BookableSpa:
    return await bookable_spa(therapists=2, beds=2, genders="ff")


class Change:
    """A change that strands a couple at 10:00, whose first guest is a customer and asked for a woman."""

    def __init__(self, client: httpx2.AsyncClient, spa: BookableSpa, visit: dict[str, Any]) -> None:
        self.client, self.spa, self.visit = client, spa, visit
        self.branch = f"{V1}/branches/{spa.branch_id}"
        self.first = visit["appointments"][0]
        allocations = {
            allocation["kind"]: allocation["resource_id"]
            for allocation in self.first["treatments"][0]["allocations"]
        }
        self.therapist, self.bed = allocations["staff"], allocations["bed"]

    async def hours(self, *, force: bool) -> httpx2.Response:
        return await self.client.put(f"{self.branch}/hours", json={"hours": NOON, "force": force})

    async def special_hours(self, *, force: bool) -> httpx2.Response:
        day = self.spa.day().isoformat()
        closed = {"first_day": day, "last_day": day, "reason": "Tết", "force": force}
        return await self.client.post(f"{self.branch}/special-hours", json=closed)

    async def closing(self, *, force: bool) -> httpx2.Response:
        return await self.client.patch(self.branch, json={"closed": True, "force": force})

    async def time_zone(self, *, force: bool) -> httpx2.Response:
        return await self.client.patch(self.branch, json={"time_zone": "Europe/Paris", "force": force})

    async def skill(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/staff/{self.therapist}"
        return await self.client.patch(path, json={"service_ids": [], "force": force})

    async def gender(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/staff/{self.therapist}"
        return await self.client.patch(path, json={"gender": "male", "force": force})

    async def shift(self, *, force: bool) -> httpx2.Response:
        [(shift_id,)] = await run_sql(
            "SELECT id FROM shift WHERE staff_id = $1 AND during @> $2::timestamptz",
            UUID(self.therapist),
            self.spa.hour(10),
        )
        return await self.client.delete(f"{V1}/shifts/{shift_id}", params={"force": str(force).lower()})

    async def leave(self, *, force: bool) -> httpx2.Response:
        [*known] = await run_sql("SELECT id FROM time_off")
        leave_id = (
            known[0][0]
            if known
            else await add_leave(UUID(self.therapist), self.spa.hour(10.5), self.spa.hour(20), "requested")
        )
        return await self.client.post(f"{V1}/time-off/{leave_id}/approve", json={"force": force})

    async def outage(self, *, force: bool) -> httpx2.Response:
        times = {"start": self.spa.hour(9).isoformat(), "end": self.spa.hour(10.25).isoformat()}
        broken = times | {"reason": "Gãy chân", "force": force}
        return await self.client.post(f"{V1}/resources/{self.bed}/outages", json=broken)

    async def blocked(self, *, force: bool) -> httpx2.Response:
        return await self.client.post(f"{V1}/blocked-times", json=self._meeting("10:30") | {"force": force})

    async def blocked_change(self, *, force: bool) -> httpx2.Response:
        path, body = await self._blocked_at_night(), self._meeting("10:30") | {"force": force}
        return await self.client.put(path, json=_without(body, "branch_id", "resource_id"))

    async def blocked_occurrence(self, *, force: bool) -> httpx2.Response:
        path = f"{await self._blocked_at_night()}/occurrences/{self.spa.day()}"
        times = {"starts": "10:30", "ends": "11:30", "force": force}
        return await self.client.put(path, json=times)

    async def _blocked_at_night(self) -> str:
        """Return the path of a meeting of every night, in which there are no appointments."""
        if not await run_sql("SELECT FROM blocked_time"):
            made = await self.client.post(f"{V1}/blocked-times", json=self._meeting("23:00"))
            assert made.status_code == 201, made.text
        [(blocked_time_id,)] = await run_sql("SELECT id FROM blocked_time")
        return f"{V1}/blocked-times/{blocked_time_id}"

    def _meeting(self, starts: str) -> dict[str, Any]:
        return {
            "branch_id": str(self.spa.branch_id),
            "resource_id": self.therapist,
            "reason": "meeting",
            "first_day": self.spa.day(0).isoformat(),
            "weekdays": [1, 2, 3, 4, 5, 6, 7],
            "starts": starts,
            "ends": "00:30" if starts == "23:00" else "11:30",
        }

    async def retirement(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/resources/{self.bed}"
        return await self.client.patch(path, json={"retired": True, "force": force})

    async def room(self, *, force: bool) -> httpx2.Response:
        other = await add_room(self.spa.branch_id)
        path = f"{V1}/resources/{self.bed}"
        return await self.client.patch(path, json={"room_id": str(other), "force": force})

    async def no_room(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/resources/{self.bed}"
        return await self.client.patch(path, json={"room_id": None, "force": force})

    async def archive(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/customers/{self.first['customer_id']}/archive"
        return await self.client.post(path, params={"force": str(force).lower()})

    async def erasure(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/customers/{self.first['customer_id']}/erase"
        return await self.client.post(path, params={"force": str(force).lower()})

    async def booker(self, *, force: bool) -> httpx2.Response:
        path = f"{V1}/customers/{self.visit['customer_id']}/archive"
        return await self.client.post(path, params={"force": str(force).lower()})


def _without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


BOTH, FIRST = (0, 1), (0,)
CHANGES: dict[str, tuple[Callable[..., Awaitable[httpx2.Response]], str, tuple[int, ...]]] = {
    "hours cut": (Change.hours, "closed", BOTH),
    "day closed": (Change.special_hours, "closed", BOTH),
    "branch closed": (Change.closing, "closed", BOTH),
    "time zone": (Change.time_zone, "closed", BOTH),
    "skill": (Change.skill, "unskilled", FIRST),
    "gender": (Change.gender, "wrong_gender", FIRST),
    "shift": (Change.shift, "off_shift", FIRST),
    "leave": (Change.leave, "unavailable", FIRST),
    "outage": (Change.outage, "unavailable", FIRST),
    "blocked time": (Change.blocked, "blocked", FIRST),
    "blocked time changed": (Change.blocked_change, "blocked", FIRST),
    "blocked occurrence": (Change.blocked_occurrence, "blocked", FIRST),
    "bed retired": (Change.retirement, "retired", FIRST),
    "bed in another room": (Change.room, "rooms_apart", BOTH),
    "bed in no room": (Change.no_room, "rooms_apart", BOTH),
    "guest archived": (Change.archive, "customer_inactive", FIRST),
    "guest erased": (Change.erasure, "customer_inactive", FIRST),
    "booker archived": (Change.booker, "customer_inactive", BOTH),
}


async def book_couple(client: httpx2.AsyncClient, spa: BookableSpa) -> dict[str, Any]:
    """Book a couple in one room at 10:00, by another customer."""
    guest = {"customer_id": str(await add_customer("Mai")), "treatments": [spa.treatment(gender="female")]}
    return await create_booking(
        client,
        spa,
        10,
        guests=[guest, {"guest_name": "Hoa", "treatments": [spa.treatment()]}],
        same_room=True,
        customer_id=await add_customer("Lan"),
    )


async def to_solve(client: httpx2.AsyncClient, spa: BookableSpa, **query: Any) -> list[dict[str, Any]]:
    response = await client.get(f"{V1}/branches/{spa.branch_id}/stranded-appointments", params=query)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def ids_of(stranded: list[dict[str, Any]]) -> list[str]:
    return sorted(appointment["appointment_id"] for appointment in stranded)


class TestEveryChange:
    @pytest.mark.parametrize("name", CHANGES)
    async def test_appointments_are_named_and_kept_on_a_list_when_they_are_stranded(
        self, client: httpx2.AsyncClient, spa: BookableSpa, name: str
    ) -> None:
        make, reason, guests = CHANGES[name]
        visit = await book_couple(client, spa)
        change = Change(client, spa, visit)
        expected = sorted(visit["appointments"][guest]["id"] for guest in guests)

        refused = await make(change, force=False)
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED"), refused.text
        details = refused.json()["error"]["details"]
        assert sorted(detail["field"] for detail in details) == expected
        assert {detail["value"] for detail in details} == {
            "/".join((change.first["start"], change.first["end"]))
        }
        assert f": {len(guests)}." in refused.json()["error"]["message"]
        assert await to_solve(client, spa) == []

        forced = await make(change, force=True)
        assert forced.status_code in {200, 201}, forced.text
        stranded = forced.json()["stranded"]
        assert ids_of(stranded) == expected
        assert {problem["reason"] for entry in stranded for problem in entry["problems"]} == {reason}
        assert ids_of(await to_solve(client, spa)) == expected
        board = await client.get(
            f"{V1}/branches/{spa.branch_id}/board", params={"day": spa.day().isoformat()}
        )
        assert ids_of(board.json()["stranded"]) == expected

    @pytest.mark.parametrize("name", CHANGES)
    async def test_nothing_is_refused_without_appointments(
        self, client: httpx2.AsyncClient, spa: BookableSpa, name: str
    ) -> None:
        visit = await book_couple(client, spa)
        cancelled = await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
        assert cancelled.status_code == 200
        changed = await CHANGES[name][0](Change(client, spa, visit), force=False)
        assert changed.status_code in {200, 201}, changed.text
        assert changed.json()["stranded"] == []

    async def test_a_stranded_appointment_is_not_reported_again(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        change = Change(client, spa, await book_couple(client, spa))
        await change.closing(force=True)
        await change.leave(force=True)
        for make in (change.hours, change.special_hours, change.shift):
            again = await make(force=False)
            assert again.json().get("stranded") == [], again.text

    async def test_another_reason_for_a_stranded_appointment_is_reported(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        change = Change(client, spa, await book_couple(client, spa))
        await change.closing(force=True)
        assert code_of(await change.outage(force=False)) == (409, "APPOINTMENTS_STRANDED")
        forced = await change.outage(force=True)
        [entry] = forced.json()["stranded"]
        assert [problem["reason"] for problem in entry["problems"]] == ["unavailable"]
        assert [problem["reason"] for problem in (await to_solve(client, spa))[0]["problems"]] in (
            ["closed"],
            ["closed", "unavailable"],
        )

    async def test_taking_special_hours_away_strands_what_they_allowed(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        day = spa.day().isoformat()
        late = {"first_day": day, "last_day": day, "reason": "Noel"}
        late["hours"] = [{"opens": "09:00", "closes": "23:00"}]  # type: ignore[assignment]  # a list of hours
        path = f"{V1}/branches/{spa.branch_id}/special-hours"
        special = (await client.post(path, json=late)).json()
        await add_shift(spa.therapists[0], spa.branch_id, spa.hour(21), spa.hour(23))
        visit = await create_booking(client, spa, 21.5)
        refused = await client.delete(f"{path}/{special['id']}")
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        forced = await client.delete(f"{path}/{special['id']}", params={"force": "true"})
        assert ids_of(forced.json()["stranded"]) == [visit["appointments"][0]["id"]]

    async def test_every_process_learns_of_stranded_appointments(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        change = Change(client, spa, await book_couple(client, spa))
        changed: list[UUID | None] = []

        async def is_connected() -> bool:
            return branch_events.is_connected

        async def has_changed() -> bool:
            return spa.branch_id in changed

        with branch_events.listen(changed.append):
            await eventually(is_connected)
            changed.clear()
            assert (await change.booker(force=True)).status_code == 200
            await eventually(has_changed)


class TestUnharmed:
    async def test_changes_that_concern_no_appointment_need_no_force(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await book_couple(client, spa)
        change = Change(client, spa, visit)
        branch, bed = change.branch, f"{V1}/resources/{change.bed}"
        longer = [{"weekday": day, "opens": "10:00", "closes": "11:00"} for day in range(1, 8)]
        other_day = (spa.day(4)).isoformat()
        closed = {"first_day": other_day, "last_day": other_day, "reason": "Tết"}
        for response in (
            await client.patch(branch, json={"name": "Sen", "grid_minutes": 60, "notice_minutes": 600}),
            await client.patch(branch, json={"time_zone": "Asia/Bangkok"}),  # the same clock
            await client.put(f"{branch}/hours", json={"hours": longer}),
            await client.post(f"{branch}/special-hours", json=closed),
            await client.patch(bed, json={"name": "Giường lớn"}),
            await client.patch(f"{V1}/staff/{change.therapist}", json={"full_name": "Hoa", "phone": None}),
        ):
            assert response.status_code in {200, 201}, response.text
            assert response.json()["stranded"] == []
        assert await to_solve(client, spa) == []

    async def test_what_is_no_longer_offered_or_planned_strands_nothing(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        change = Change(client, spa, await book_couple(client, spa))
        service_id = change.first["treatments"][0]["service_id"]
        for method, path, body in (
            ("PATCH", f"catalogue/services/{service_id}", {"offered": "no"}),
            ("PATCH", f"catalogue/variants/{spa.variant_id}", {"retired": True}),
            ("PUT", f"staff/{change.therapist}/weekly-shifts", {"shifts": []}),
        ):
            response = await client.request(method, f"{V1}/{path}", json=body)
            assert response.status_code == 200, response.text
        assert await to_solve(client, spa) == []

    @pytest.mark.parametrize("field", ["type_id", "branch_id", "kind"])
    async def test_a_bed_keeps_its_type_and_branch(
        self, client: httpx2.AsyncClient, spa: BookableSpa, field: str
    ) -> None:
        changed = await client.patch(
            f"{V1}/resources/{spa.beds[0]}", json={field: str(uuid7()), "force": True}
        )
        assert code_of(changed) == (422, "VALIDATION_ERROR")

    async def test_employment_ends_only_after_the_shifts_and_these_only_after_the_appointments(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        change = Change(client, spa, await book_couple(client, spa))
        left = {"employed_until": spa.day(1).isoformat(), "force": True}
        refused = await client.patch(f"{V1}/staff/{change.therapist}", json=left)
        assert code_of(refused) == (409, "STAFF_HAS_SHIFTS")
        assert code_of(await change.shift(force=False)) == (409, "APPOINTMENTS_STRANDED")

    async def test_both_beds_of_a_couple_can_move_into_one_room_one_after_the_other(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await book_couple(client, spa)
        room = str(await add_room(spa.branch_id))
        first, second = (f"{V1}/resources/{bed}" for bed in spa.beds)
        forced = await client.patch(first, json={"room_id": room, "force": True})
        assert len(forced.json()["stranded"]) == 2
        together = await client.patch(second, json={"room_id": room})
        assert together.json()["stranded"] == []
        assert await to_solve(client, spa) == []

    async def test_a_bed_of_guests_who_asked_for_no_room_may_move(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await create_booking(client, spa, 10, guests=2)
        assert (await Change(client, spa, visit).room(force=False)).json()["stranded"] == []

    async def test_a_merged_customer_strands_nothing(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await book_couple(client, spa)
        survivor = await add_customer("Lan")
        merged = await client.post(
            f"{V1}/customers/{survivor}/merge", json={"duplicate_id": visit["customer_id"]}
        )
        assert merged.status_code == 200
        assert await to_solve(client, spa) == []

    @pytest.mark.parametrize("status", AppointmentStatus)
    async def test_only_appointments_that_are_still_to_take_place_are_stranded(
        self, client: httpx2.AsyncClient, spa: BookableSpa, status: AppointmentStatus
    ) -> None:
        hold = utc_now() + timedelta(minutes=5) if status is AppointmentStatus.HELD else None
        await add_visit(
            spa.branch_id, spa.hour(22), spa.hour(23), status=status, hold_expires_at=hold, segments=[]
        )
        assert len(await to_solve(client, spa)) == (status in EDITABLE)

    async def test_past_appointments_and_expired_holds_are_not_stranded(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        now, hour = utc_now(), timedelta(hours=1)
        await run_sql("UPDATE branch SET closed_at = $1", now - 48 * hour)
        await add_visit(spa.branch_id, now - 2 * hour, now - hour)
        await add_visit(
            spa.branch_id,
            now + hour,
            now + 2 * hour,
            status="held",
            hold_expires_at=now - timedelta(seconds=1),
        )
        assert await to_solve(client, spa) == []
        running = await add_visit(spa.branch_id, now - hour, now + hour)
        assert ids_of(await to_solve(client, spa)) == [str(running.appointment_id)]


class TestRaces:
    async def test_an_archive_waits_for_a_booking_in_progress(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        mai = await add_customer("Mai")
        booked, rows = visit_rows(
            spa.branch_id, spa.hour(10), spa.hour(11), customer_id=mai, variant_id=spa.variant_id, segments=[]
        )
        [refused] = await answered_while(rows, client.post(f"{V1}/customers/{mai}/archive"))
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert refused.json()["error"]["details"][0]["field"] == str(booked.appointment_id)

    async def test_a_lost_skill_waits_for_a_booking_in_progress(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        lan, hour = spa.therapists[0], (spa.hour(10), spa.hour(11))
        _, rows = visit_rows(spa.branch_id, *hour, allocations={lan: hour}, variant_id=spa.variant_id)
        unskilled = client.patch(f"{V1}/staff/{lan}", json={"service_ids": []})
        [refused] = await answered_while([(LOCK, lan), *rows], unskilled)
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")


class TestList:
    async def test_an_appointment_says_who_comes_when_and_what_is_wrong(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await book_couple(client, spa)
        change = Change(client, spa, visit)
        await change.retirement(force=True)
        [entry] = await to_solve(client, spa)
        [(phone,)] = await run_sql(
            "SELECT phone FROM customer WHERE id = $1", UUID(change.first["customer_id"])
        )
        assert entry == {
            "appointment_id": change.first["id"],
            "visit_id": visit["id"],
            "branch_id": str(spa.branch_id),
            "customer_id": change.first["customer_id"],
            "guest": "Mai",
            "phone": phone,
            "start": change.first["start"],
            "end": change.first["end"],
            "time_zone": "Asia/Ho_Chi_Minh",
            "overruled": False,
            "problems": [
                {
                    "reason": "retired",
                    "resource_id": change.bed,
                    "resource_name": spa.names[UUID(change.bed)],
                }
            ],
        }

    async def test_a_guest_without_a_phone_is_reached_by_the_customer_who_booked(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await book_couple(client, spa)
        await Change(client, spa, visit).closing(force=True)
        [(phone,)] = await run_sql("SELECT phone FROM customer WHERE id = $1", UUID(visit["customer_id"]))
        hoa = next(entry for entry in await to_solve(client, spa) if entry["guest"] == "Hoa")
        assert (hoa["phone"], hoa["customer_id"]) == (phone, None)

    async def test_a_solved_appointment_leaves_the_list(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await create_booking(client, spa, 10)
        change = Change(client, spa, visit)
        await change.hours(force=True)
        assert len(await to_solve(client, spa)) == 1
        later = {"start": spa.hour(13).isoformat()}
        moved = await client.patch(f"{APPOINTMENTS}/{change.first['id']}", json=later)
        assert moved.status_code == 200, moved.text
        assert await to_solve(client, spa) == []

    async def test_a_guest_without_therapist_and_bed_is_on_the_list(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await create_booking(client, spa, 10)
        await run_sql("DELETE FROM allocation")
        [entry] = await to_solve(client, spa)
        assert entry["appointment_id"] == visit["appointments"][0]["id"]
        assert [problem["reason"] for problem in entry["problems"]] == ["unassigned"]

    async def test_pages_have_every_appointment_once_the_soonest_first(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        for hour in (14, 10, 12):
            await create_booking(client, spa, hour, guests=2)
        await Change(client, spa, await create_booking(client, spa, 16)).closing(force=True)
        path, cursor, starts = f"{V1}/branches/{spa.branch_id}/stranded-appointments", None, []
        for size in (3, 3, 1):
            query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(path, params=query)).json()
            assert len(page["items"]) == size
            starts += [entry["start"] for entry in page["items"]]
            cursor = page["next_cursor"]
        assert cursor is None
        assert starts == sorted(starts)
        assert len(starts) == 7
        assert code_of(await client.get(path, params={"cursor": "x"})) == (422, "INVALID_CURSOR")

    async def test_the_list_is_for_the_desk_of_the_branch(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        path = f"{V1}/branches/{spa.branch_id}/stranded-appointments"
        assert code_of(await client.get(f"{V1}/branches/{uuid7()}/stranded-appointments"))[0] == 404
        therapist = await signed_in(Role.THERAPIST, branch_id=spa.branch_id)
        elsewhere = await signed_in(Role.RECEPTIONIST, branch_id=uuid7())
        desk = await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        statuses = [
            (await client.get(path, headers=headers)).status_code for headers in (therapist, elsewhere, desk)
        ]
        assert statuses == [403, 403, 200]

    async def test_a_therapist_sees_the_own_stranded_appointments_on_the_board(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await book_couple(client, spa)
        change = Change(client, spa, visit)
        await change.closing(force=True)
        user_id, headers = await new_user(Role.THERAPIST, branch_id=spa.branch_id)
        await run_sql("UPDATE staff SET user_id = $1 WHERE id = $2", user_id, UUID(change.therapist))
        board = await client.get(
            f"{V1}/branches/{spa.branch_id}/board", params={"day": spa.day().isoformat()}, headers=headers
        )
        assert ids_of(board.json()["stranded"]) == [change.first["id"]]

    async def test_the_number_of_queries_does_not_grow_with_appointments(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        counts = []
        for hour in (10, 12, 14):
            await create_booking(client, spa, hour, guests=2)
            with statements() as queries:
                refused = await client.patch(f"{V1}/branches/{spa.branch_id}", json={"closed": True})
            assert refused.status_code == 409
            counts.append(len(queries))
        assert counts == [counts[0]] * 3


class TestOverruled:
    async def test_what_the_desk_has_overruled_is_not_to_be_solved(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        lan = spa.treatment(therapist_id=spa.therapists[0])
        await create_booking(client, spa, 21.5, lan, force=True)
        path = f"{V1}/branches/{spa.branch_id}"
        assert (await client.get(f"{path}/stranded-appointments")).json()["items"] == []
        board = await client.get(f"{path}/board", params={"day": str(spa.day())})
        assert board.json()["stranded"] == []

    async def test_another_problem_of_such_a_booking_is(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        lan = spa.treatment(therapist_id=spa.therapists[0])
        visit = await create_booking(client, spa, 21.5, lan, force=True)
        path = f"{V1}/staff/{spa.therapists[0]}"
        unskilled: dict[str, Any] = {"service_ids": []}
        assert code_of(await client.patch(path, json=unskilled)) == (409, "APPOINTMENTS_STRANDED")
        assert (await client.patch(path, json=unskilled | {"force": True})).status_code == 200
        listed = await client.get(f"{V1}/branches/{spa.branch_id}/stranded-appointments")
        [stranded] = listed.json()["items"]
        assert (stranded["visit_id"], stranded["overruled"]) == (visit["id"], True)
        assert [problem["reason"] for problem in stranded["problems"]] == ["unskilled"]

    @pytest.mark.parametrize("change", ["last_day", "branch"])
    async def test_the_end_of_employment_strands_a_booking_without_a_shift(
        self, client: httpx2.AsyncClient, spa: BookableSpa, change: str
    ) -> None:
        """Book a therapist on a day without a shift, which the desk has overruled."""
        lan, other = spa.therapists[0], await bookable_spa()
        await run_sql("DELETE FROM shift WHERE staff_id = $1", lan)
        await create_booking(client, spa, 10, spa.treatment(therapist_id=lan), force=True)
        changes = {
            "last_day": {"employed_until": str(spa.day(1))},
            "branch": {"branch_ids": [str(other.branch_id)]},
        }[change]
        refused = await client.patch(f"{V1}/staff/{lan}", json=changes, headers={"Accept-Language": "en"})
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        [detail] = refused.json()["error"]["details"]
        assert detail["message"].startswith("A guest, 10:00 on ")
        assert detail["message"].endswith(": Lan 1 does not work in this branch any more.")
