"""Leave over HTTP."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.people import new_user, signed_in
from tests.builders.resources import at, book, booking_rows, unavailable
from tests.builders.rosters import LOCK, add_shift, add_therapist, answered_while, code_of
from tests.support.database import run_sql
from tests.support.ledger import entries

PATH = "/api/v1/time-off"
MORNING = {"start": "2100-03-01T08:00:00Z", "end": "2100-03-01T12:00:00Z"}


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    return await add_branch()


@pytest.fixture
async def lan(branch: UUID) -> UUID:
    """Return a therapist with a shift in the morning and one in the afternoon."""
    lan = await add_therapist(branch)
    await add_shift(lan, branch, at(8), at(12))
    await add_shift(lan, branch, at(13), at(18))
    return lan


async def request_leave(client: httpx2.AsyncClient, staff_id: UUID, **changes: object) -> str:
    body = MORNING | {"staff_id": str(staff_id), "reason": "Về quê"} | changes
    response = await client.post(PATH, json=body)
    assert response.status_code == 201, response.text
    leave_id: str = response.json()["id"]
    return leave_id


async def decide(
    client: httpx2.AsyncClient, leave_id: str, action: str, headers: dict[str, str] | None = None, **body: Any
) -> httpx2.Response:
    content = None if action == "withdraw" else body
    return await client.post(f"{PATH}/{leave_id}/{action}", json=content, headers=headers)


async def test_a_cursor_of_another_list_is_refused(client: httpx2.AsyncClient) -> None:
    response = await client.get(PATH, params={"cursor": "x"})
    assert code_of(response) == (422, "INVALID_CURSOR")


class TestRequest:
    async def test_a_therapist_requests_their_own_leave(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        user_id, headers = await new_user(Role.THERAPIST, branch_id=branch)
        lan = await add_therapist(branch, user_id=user_id)
        requested = await client.post(PATH, json=MORNING | {"reason": "Về quê"}, headers=headers)
        assert requested.status_code == 201
        leave = requested.json()
        assert (leave["staff_id"], leave["status"], leave["reason"]) == (str(lan), "requested", "Về quê")
        assert {name: leave[name] for name in MORNING} == MORNING
        assert await unavailable(lan) == []
        assert [entry["actor_id"] for entry in await entries(entity="time_off")] == [user_id]

    async def test_a_user_without_a_staff_record_must_name_a_person(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        assert code_of(await client.post(PATH, json=MORNING)) == (404, "STAFF_NOT_FOUND")

    async def test_the_desk_requests_leave_for_its_own_staff_only(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        here = await signed_in(Role.RECEPTIONIST, branch_id=branch)
        there = await signed_in(Role.RECEPTIONIST, branch_id=await add_branch())
        body = MORNING | {"staff_id": str(lan)}
        assert (await client.post(PATH, json=body, headers=here)).status_code == 201
        assert (await client.post(PATH, json=body, headers=there)).status_code == 403

    @pytest.mark.parametrize(
        "times",
        [
            {"end": "2100-03-01T08:00:00Z"},
            {"start": "2100-03-01T08:00:01Z"},
            {"end": "2101-03-02T08:01:00Z"},
        ],
        ids=["empty", "seconds", "over a year"],
    )
    async def test_invalid_times_are_refused(
        self, client: httpx2.AsyncClient, lan: UUID, times: dict[str, str]
    ) -> None:
        body = MORNING | times | {"staff_id": str(lan)}
        assert (await client.post(PATH, json=body)).status_code == 422


class TestList:
    async def test_leave_is_listed_newest_first_page_by_page(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        leaves = [await request_leave(client, lan) for _ in range(3)]
        first = (await client.get(PATH, params={"limit": 2})).json()
        second = (await client.get(PATH, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        assert [leave["id"] for leave in first["items"] + second["items"]] == leaves[::-1]
        assert second["next_cursor"] is None

    async def test_filters_by_status_by_person_and_by_branch(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(other := await add_branch())
        leave_of_lan, leave_of_mai = await request_leave(client, lan), await request_leave(client, mai)
        await decide(client, leave_of_lan, "refuse")
        for params, expected in (
            ({"status": "refused"}, [leave_of_lan]),
            ({"status": "requested"}, [leave_of_mai]),
            ({"staff_id": str(lan)}, [leave_of_lan]),
            ({"branch_id": str(other)}, [leave_of_mai]),
            ({"branch_id": str(other), "staff_id": str(lan)}, []),
        ):
            listed = (await client.get(PATH, params=params)).json()["items"]
            assert [leave["id"] for leave in listed] == expected, params

    @pytest.mark.parametrize(
        ("start", "end", "is_listed"),
        [
            ("2100-03-01T11:59:00Z", None, True),
            ("2100-03-01T12:00:00Z", None, False),
            (None, "2100-03-01T08:01:00Z", True),
            (None, "2100-03-01T08:00:00Z", False),
            ("2100-03-01T09:00:00Z", "2100-03-01T10:00:00Z", True),
            ("2100-03-02T00:00:00Z", "2100-03-01T00:00:00Z", False),
        ],
    )
    async def test_filters_by_a_time_that_leave_touches(
        self, client: httpx2.AsyncClient, lan: UUID, start: str | None, end: str | None, *, is_listed: bool
    ) -> None:
        leave = await request_leave(client, lan)
        times = {"start": start, "end": end}
        params = {name: time for name, time in times.items() if time is not None}
        listed = (await client.get(PATH, params=params)).json()["items"]
        assert [one["id"] for one in listed] == ([leave] if is_listed else [])

    async def test_a_therapist_sees_their_own_leave_and_the_desk_that_of_its_branch(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        other = await add_branch()
        user_id, therapist = await new_user(Role.THERAPIST, branch_id=branch)
        mai = await add_therapist(branch, user_id=user_id)
        leave_of_lan, leave_of_mai = await request_leave(client, lan), await request_leave(client, mai)
        await request_leave(client, await add_therapist(other))
        desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
        for headers, expected in ((therapist, [leave_of_mai]), (desk, [leave_of_mai, leave_of_lan])):
            for params in ({}, {"branch_id": str(branch)}):
                listed = (await client.get(PATH, params=params, headers=headers)).json()["items"]
                assert [leave["id"] for leave in listed] == expected


async def test_the_audit_ledger_has_no_reasons(client: httpx2.AsyncClient, lan: UUID) -> None:
    """A reason may be about health."""
    leave = await request_leave(client, lan)
    await decide(client, leave, "refuse", answer="Tuần đó đông khách")
    requested, refused = await entries(entity="time_off")
    assert json.loads(requested["after"])["reason"] == "***"
    assert json.loads(refused["after"])["answer"] == "***"
    assert json.loads(refused["after"])["status"] == "refused"
    await decide(client, await request_leave(client, lan), "approve")
    assert "Về quê" not in str([dict(entry) for entry in await entries()])


class TestApprove:
    async def test_the_person_is_unavailable_in_that_time(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        user_id, headers = await new_user(Role.ADMIN, branch_id=branch)
        leave = await request_leave(client, lan)
        approved = await decide(client, leave, "approve", headers, answer="Đi vui nhé")
        assert approved.status_code == 200
        decided = approved.json()["time_off"]
        assert (decided["status"], decided["decided_by_id"], decided["answer"]) == (
            "approved",
            str(user_id),
            "Đi vui nhé",
        )
        assert decided["decided_at"] is not None
        assert approved.json()["stranded"] == []
        assert await unavailable(lan) == [(at(8), at(12))]
        written = await entries(actor_id=user_id)
        assert [(entry["entity"], entry["action"]) for entry in written] == [("time_off", "update")]

    async def test_an_approval_that_strands_appointments_names_them_and_needs_force(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        across = await book(lan, at(7.5), at(8.5))  # was in no shift
        inside = await book(lan, at(11), at(12))
        await book(lan, at(12), at(13))
        leave = await request_leave(client, lan)
        before = await run_sql("SELECT count(*) FROM audit_entry")
        preview = (await client.post(f"{PATH}/{leave}/preview")).json()
        assert [appointment["appointment_id"] for appointment in preview["stranded"]] == [str(inside)]
        assert await run_sql("SELECT count(*) FROM audit_entry") == before
        refused = await decide(client, leave, "approve")
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert [detail["field"] for detail in refused.json()["error"]["details"]] == [str(inside)]
        assert await unavailable(lan) == []

        forced = await decide(client, leave, "approve", force=True)
        assert [appointment["appointment_id"] for appointment in forced.json()["stranded"]] == [str(inside)]
        assert await unavailable(lan) == [(at(8), at(12))]
        rows = await run_sql("SELECT appointment_id FROM allocation WHERE state = 'booked' ORDER BY during")
        assert [row["appointment_id"] for row in rows[:2]] == [across, inside]

    async def test_overlapping_leave_cannot_be_approved(self, client: httpx2.AsyncClient, lan: UUID) -> None:
        first, second = (
            await request_leave(client, lan),
            await request_leave(client, lan, start="2100-03-01T11:00:00Z"),
        )
        assert (await decide(client, first, "approve")).status_code == 200
        refused = await decide(client, second, "approve")
        assert code_of(refused) == (409, "TIME_OFF_OVERLAPS")
        error = refused.json()["error"]
        [approved] = [
            leave
            for leave in (await client.get(PATH, params={"staff_id": str(lan)})).json()["items"]
            if leave["status"] == "approved"
        ]
        assert [(detail["field"], detail["value"]) for detail in error["details"]] == [
            (approved["id"], f"{approved['start']}/{approved['end']}")
        ]
        assert "01/03/2100" in error["message"]

    async def test_only_an_administrator_of_the_whole_spa_decides_on_their_own_leave(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        branch_admin, of_the_branch = await new_user(Role.ADMIN, branch_id=branch)
        spa_admin, of_all = await new_user(Role.ADMIN)
        own = await request_leave(client, await add_therapist(branch, user_id=branch_admin))
        for action in ("approve", "refuse"):
            assert code_of(await decide(client, own, action, of_the_branch)) == (403, "OWN_TIME_OFF")
        own = await request_leave(client, await add_therapist(branch, user_id=spa_admin))
        assert (await decide(client, own, "approve", of_all)).status_code == 200

    async def test_of_two_decisions_at_the_same_time_one_succeeds(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        leave = await request_leave(client, lan)
        answers = await answered_while(
            [(LOCK, lan)], decide(client, leave, "approve"), decide(client, leave, "approve")
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert "TIME_OFF_DECIDED" in "".join(answer.text for answer in answers)
        assert await unavailable(lan) == [(at(8), at(12))]

    async def test_an_approval_waits_for_a_booking_in_progress(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        leave = await request_leave(client, lan)
        booking, rows = await booking_rows(lan, at(9), at(10))
        [refused] = await answered_while([(LOCK, lan), *rows], decide(client, leave, "approve"))
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert refused.json()["error"]["details"][0]["field"] == str(booking.appointment_id)
        assert await unavailable(lan) == []


class TestWithdraw:
    async def test_a_withdrawal_waits_for_the_lock_of_the_person(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        leave = await request_leave(client, lan)
        [withdrawn] = await answered_while([(LOCK, lan)], decide(client, leave, "withdraw"))
        assert withdrawn.status_code == 200

    async def test_a_therapist_withdraws_their_own_approved_leave(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        user_id, headers = await new_user(Role.THERAPIST, branch_id=branch)
        lan = await add_therapist(branch, user_id=user_id)
        leave = await request_leave(client, lan)
        await decide(client, leave, "approve")
        withdrawn = await decide(client, leave, "withdraw", headers)
        assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")
        assert withdrawn.json()["decided_by_id"] is not None
        assert await unavailable(lan) == []
        written = await entries(actor_id=user_id)
        assert [(entry["entity"], entry["action"]) for entry in written] == [("time_off", "update")]

    @pytest.mark.parametrize("hours", [(-1, 8), (-9, -1)], ids=["begun", "over"])
    async def test_only_an_administrator_withdraws_leave_that_has_begun_and_not_their_own(
        self, client: httpx2.AsyncClient, branch: UUID, hours: tuple[int, int]
    ) -> None:
        now = utc_now().replace(second=0, microsecond=0)
        times = {
            name: (now + timedelta(hours=hour)).isoformat()
            for name, hour in zip(("start", "end"), hours, strict=True)
        }
        for role in (Role.THERAPIST, Role.ADMIN):
            user_id, headers = await new_user(role, branch_id=branch)
            lan = await add_therapist(branch, user_id=user_id)
            leave = await request_leave(client, lan, **times)
            await decide(client, leave, "approve")
            assert code_of(await decide(client, leave, "withdraw", headers)) == (409, "TIME_OFF_BEGUN")
            assert len(await unavailable(lan)) == 1
            admin = await signed_in(Role.ADMIN, branch_id=branch)
            assert (await decide(client, leave, "withdraw", admin)).status_code == 200
            assert await unavailable(lan) == []

    async def test_colleagues_and_the_desk_cannot_withdraw_leave(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        leave = await request_leave(client, lan)
        for role in (Role.THERAPIST, Role.RECEPTIONIST):
            refused = await decide(client, leave, "withdraw", await signed_in(role, branch_id=branch))
            assert code_of(refused) == (404, "TIME_OFF_NOT_FOUND")
        admin = await signed_in(Role.ADMIN, branch_id=branch)
        assert (await decide(client, leave, "withdraw", admin)).status_code == 200


TRANSITIONS = [
    (first, second)
    for first in ("approve", "refuse", "withdraw")
    for second in ("approve", "refuse", "withdraw")
    if (first, second) != ("approve", "withdraw")
]


@pytest.mark.parametrize(("first", "second"), TRANSITIONS)
async def test_decided_leave_cannot_be_decided_again(
    client: httpx2.AsyncClient, lan: UUID, first: str, second: str
) -> None:
    leave = await request_leave(client, lan)
    decided = await decide(client, leave, first)
    assert decided.status_code == 200
    assert code_of(await decide(client, leave, second)) == (409, "TIME_OFF_DECIDED")
    [listed] = (await client.get(PATH)).json()["items"]
    assert listed == decided.json().get("time_off", decided.json())


async def test_unknown_leave_is_404(client: httpx2.AsyncClient) -> None:
    for action in ("approve", "refuse", "withdraw"):
        assert code_of(await decide(client, str(uuid7()), action)) == (404, "TIME_OFF_NOT_FOUND")
