"""Shifts over HTTP."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.identity.roles import Role
from app.modules.staff.staff_models import StaffBranch
from tests.builders.branches import add_branch
from tests.builders.people import new_user, signed_in
from tests.builders.resources import at, book, booking_rows
from tests.builders.rosters import (
    LOCK,
    add_leave,
    add_many_shifts,
    add_shift,
    add_therapist,
    all_wait,
    answered_while,
    code_of,
    shifts_of,
    statements,
)
from tests.support import SOON
from tests.support.database import another_connection, insert, run_sql
from tests.support.ledger import entries

PATH = "/api/v1/shifts"
HOLD = "SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE"
THE_DAY = {"start": "2100-03-01T00:00:00Z", "end": "2100-03-02T00:00:00Z"}


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    return await add_branch()


@pytest.fixture
async def lan(branch: UUID) -> UUID:
    return await add_therapist(branch)


def new_shift(staff_id: UUID, branch_id: UUID, **changes: object) -> dict[str, Any]:
    times = {"start": at(9).isoformat(), "end": at(18).isoformat()}
    return {"staff_id": str(staff_id), "branch_id": str(branch_id)} | times | changes


def stranded_in(response: httpx2.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [appointment["appointment_id"] for appointment in response.json()["stranded"]]


class TestCreate:
    async def test_a_new_shift_is_listed(self, client: httpx2.AsyncClient, branch: UUID, lan: UUID) -> None:
        created = await client.post(PATH, json=new_shift(lan, branch))
        assert created.status_code == 201
        listed = await client.get(PATH, params=THE_DAY | {"staff_id": str(lan)})
        assert listed.json() == [created.json()]
        assert created.json()["start"] == "2100-03-01T09:00:00Z"

    async def test_a_shift_of_the_whole_day_on_which_clocks_are_set_back(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        day = {"start": "2026-10-25T00:00:00+02:00", "end": "2026-10-26T00:00:00+01:00"}
        created = await client.post(PATH, json=new_shift(lan, branch, **day))
        assert created.status_code == 201, created.text

    @pytest.mark.parametrize(
        "times",
        [
            {"start": "2100-03-01T09:00:30Z"},
            {"end": "2100-03-02T10:01:00Z"},
            {"end": "2100-03-01T09:00:00Z"},
            {"end": "2100-03-01T08:00:00Z"},
            {"end": "2100-03-01T18:00:00"},
        ],
        ids=["half a minute", "over a day", "empty", "backwards", "without a zone"],
    )
    async def test_impossible_times_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID, times: dict[str, str]
    ) -> None:
        assert (await client.post(PATH, json=new_shift(lan, branch, **times))).status_code == 422

    async def test_a_shift_cannot_overlap_another_of_the_person(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        first = (await client.post(PATH, json=new_shift(lan, branch))).json()
        touching = new_shift(lan, branch, start=at(18).isoformat(), end=at(20).isoformat())
        assert (await client.post(PATH, json=touching)).status_code == 201
        again = new_shift(lan, branch, start=at(17).isoformat(), end=at(17.5).isoformat())
        refused = await client.post(PATH, json=again)
        assert code_of(refused) == (409, "SHIFT_OVERLAPS")
        [detail] = refused.json()["error"]["details"]
        assert (detail["field"], detail["value"]) == (first["id"], f"{first['start']}/{first['end']}")
        local = at(9).astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
        for language, phrase in (("vi", "đã có ca làm"), ("en", "another shift")):
            headers = {"Accept-Language": language}
            message = (await client.post(PATH, json=again, headers=headers)).json()["error"]["message"]
            assert phrase in message
            assert f"{local:%d/%m/%Y, %H:%M}–" in message

    async def test_a_shift_in_a_branch_where_the_person_does_not_work_is_refused(
        self, client: httpx2.AsyncClient, lan: UUID
    ) -> None:
        refused = await client.post(PATH, json=new_shift(lan, await add_branch()))
        assert code_of(refused) == (409, "NOT_OF_THIS_BRANCH")

    async def test_a_shift_outside_employment_is_refused_by_local_dates(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch, employed=(date(2100, 3, 2), date(2100, 3, 2)))
        for hours, status in ((16.9, 409), (17, 201), (40.9, 201), (41, 409)):  # midnight is at 17:00 UTC
            times = {"start": at(hours).isoformat(), "end": at(hours + 8).isoformat()}
            response = await client.post(PATH, json=new_shift(lan, branch, **times))
            assert response.status_code == status, hours
            assert status == 201 or code_of(response) == (409, "NOT_EMPLOYED")

    async def test_a_shift_after_the_branch_has_closed_is_refused(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        await run_sql("UPDATE branch SET closed_at = $1", at(20))  # there on the second of March, 03:00
        for hours, status in ((16.9, 201), (17, 409), (40, 409)):  # midnight is at 17:00 UTC
            times = {"start": at(hours).isoformat(), "end": at(hours + 0.1).isoformat()}
            response = await client.post(PATH, json=new_shift(lan, branch, **times))
            assert response.status_code == status, hours
            assert status == 201 or code_of(response) == (409, "BRANCH_CLOSED")

    async def test_an_unknown_person_or_branch_is_named(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        unknown_person = await client.post(PATH, json=new_shift(uuid7(), branch))
        unknown_branch = await client.post(PATH, json=new_shift(lan, uuid7()))
        assert [code_of(unknown_person), code_of(unknown_branch)] == [
            (404, "STAFF_NOT_FOUND"),
            (404, "BRANCH_NOT_FOUND"),
        ]
        times = {"start": at(9).isoformat(), "end": at(18).isoformat()}
        listed = await client.get(PATH, params=times | {"branch_id": str(uuid7())})
        assert code_of(listed) == (404, "BRANCH_NOT_FOUND")


class TestList:
    async def test_shifts_that_touch_the_time_are_listed_in_order(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        late = await add_shift(lan, branch, at(20), at(28))
        early = await add_shift(mai, branch, at(-1), at(1))
        await add_shift(mai, branch, at(24), at(26))
        await add_shift(await add_therapist(other := await add_branch()), other, at(9), at(10))
        listed = await client.get(PATH, params=THE_DAY | {"branch_id": str(branch)})
        assert [shift["id"] for shift in listed.json()] == [str(early), str(late)]

    async def test_a_therapist_sees_their_own_shifts_only(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        user_id, headers = await new_user(Role.THERAPIST, branch_id=branch)
        own = await add_shift(await add_therapist(branch, user_id=user_id), branch, at(9), at(10))
        await add_shift(await add_therapist(branch), branch, at(9), at(10))
        listed = await client.get(PATH, params=THE_DAY | {"branch_id": str(branch)}, headers=headers)
        assert [shift["id"] for shift in listed.json()] == [str(own)]
        unlinked = await signed_in(Role.THERAPIST, branch_id=branch)
        assert (
            await client.get(PATH, params=THE_DAY | {"branch_id": str(branch)}, headers=unlinked)
        ).json() == []

    @pytest.mark.parametrize(("count", "status"), [(10_000, 200), (10_001, 422)])
    async def test_more_than_ten_thousand_shifts_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID, count: int, status: int
    ) -> None:
        await add_many_shifts(lan, branch, count)
        month = {"start": "2100-03-01T00:00:00Z", "end": "2100-04-01T00:00:00Z", "branch_id": str(branch)}
        listed = await client.get(PATH, params=month)
        assert listed.status_code == status
        assert len(listed.json()) == count if status == 200 else code_of(listed) == (422, "TOO_MANY_SHIFTS")

    @pytest.mark.parametrize(
        "params",
        [{}, {"staff_id": str(uuid7()), "end": "2100-05-02T00:01:00Z"}],
        ids=["of nobody", "too long"],
    )
    async def test_a_query_without_owner_or_for_too_long_is_refused(
        self, client: httpx2.AsyncClient, params: dict[str, str]
    ) -> None:
        assert (await client.get(PATH, params=THE_DAY | params)).status_code == 422


class TestChange:
    async def test_a_change_that_strands_appointments_names_them_and_needs_force(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await book(lan, at(10), at(11))
        late = await book(lan, at(16.5), at(17.5))
        shorter = {"end": at(17).isoformat()}
        refused = await client.patch(f"{PATH}/{shift_id}", json=shorter)
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert refused.json()["error"]["details"] == [
            {
                "field": str(late),
                "message": "Khách, 23:30 ngày 01/03/2100: Lan không có ca làm lúc đó.",
                "type": "stranded_appointment",
                "value": "2100-03-01T16:30:00Z/2100-03-01T17:30:00Z",
            }
        ]
        assert await shifts_of(lan) == [(at(9), at(18))]

        forced = await client.patch(f"{PATH}/{shift_id}", json=shorter | {"force": True})
        assert stranded_in(forced) == [str(late)]
        assert await shifts_of(lan) == [(at(9), at(17))]

    async def test_a_change_that_strands_nothing_needs_no_force(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await book(lan, at(10), at(11))
        await book(lan, at(20), at(21))  # was in no shift before
        await book(await add_therapist(branch), at(17), at(18))  # of a colleague
        await book(lan, at(17), at(18), hold_expires_at=utc_now() - timedelta(seconds=1))
        changed = await client.patch(f"{PATH}/{shift_id}", json={"start": at(10).isoformat()})
        assert stranded_in(changed) == []
        assert stranded_in(await client.patch(f"{PATH}/{shift_id}", json={"end": at(11).isoformat()})) == []
        assert stranded_in(await client.patch(f"{PATH}/{shift_id}", json={})) == []
        assert await shifts_of(lan) == [(at(10), at(11))]

    async def test_holds_count_as_appointments_and_past_ones_do_not(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        now = utc_now().replace(second=0, microsecond=0)
        hour = timedelta(hours=1)
        shift_id = await add_shift(lan, branch, now - 5 * hour, now + 5 * hour)
        await book(lan, now - 3 * hour, now - 2 * hour)
        hold = await book(lan, now - hour, now + hour, hold_expires_at=now + hour)
        assert stranded_in(await client.delete(f"{PATH}/{shift_id}?force=true")) == [str(hold)]

    async def test_shifts_that_touch_cover_an_appointment_together(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        first = await add_shift(lan, branch, at(9), at(12))
        await add_shift(lan, branch, at(12), at(18))
        across = await book(lan, at(11.5), at(12.5))
        refused = await client.patch(f"{PATH}/{first}", json={"end": at(11.75).isoformat()})
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        forced = await client.delete(f"{PATH}/{first}?force=true")
        assert stranded_in(forced) == [str(across)]

    async def test_an_appointment_in_approved_leave_is_not_stranded_again(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await book(lan, at(10), at(11))
        await add_leave(lan, at(10.5), at(12))
        assert stranded_in(await client.delete(f"{PATH}/{shift_id}")) == []

    async def test_moving_a_shift_to_another_branch_strands_appointments(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        lan = await add_therapist(branch, other)
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await book(lan, at(10), at(11))
        refused = await client.patch(f"{PATH}/{shift_id}", json={"branch_id": str(other)})
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")

    async def test_a_shift_can_be_given_to_another_person(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        shift_id = await add_shift(lan, branch, at(9), at(18))
        appointment = await book(lan, at(10), at(11))
        reassigned = {"staff_id": str(mai), "force": True}
        assert stranded_in(await client.patch(f"{PATH}/{shift_id}", json=reassigned)) == [str(appointment)]
        assert (await shifts_of(lan), await shifts_of(mai)) == ([], [(at(9), at(18))])

    async def test_a_change_must_follow_the_rules_of_a_new_shift(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await add_shift(lan, branch, at(19), at(20))
        elsewhere, former = await add_branch(), await add_therapist(branch, employed=(date(2020, 1, 1),) * 2)
        for changes, expected in (
            ({"end": at(19.5).isoformat()}, (409, "SHIFT_OVERLAPS")),
            ({"branch_id": str(elsewhere)}, (409, "NOT_OF_THIS_BRANCH")),
            ({"staff_id": str(former)}, (409, "NOT_EMPLOYED")),
            ({"staff_id": str(uuid7())}, (404, "STAFF_NOT_FOUND")),
            ({"branch_id": str(uuid7())}, (404, "BRANCH_NOT_FOUND")),
            ({"end": at(9).isoformat()}, (422, "VALIDATION_ERROR")),
            ({"end": at(34.5).isoformat()}, (422, "VALIDATION_ERROR")),
        ):
            assert code_of(await client.patch(f"{PATH}/{shift_id}", json=changes)) == expected

    async def test_a_shift_cannot_move_past_the_closing_of_the_branch(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await run_sql("UPDATE branch SET closed_at = $1", at(20))
        later = {"start": at(17).isoformat()}
        assert code_of(await client.patch(f"{PATH}/{shift_id}", json=later)) == (409, "BRANCH_CLOSED")
        earlier = await client.patch(f"{PATH}/{shift_id}", json={"start": at(10).isoformat()})
        assert earlier.status_code == 200

    async def test_a_shift_of_25_hours_can_change_its_person_and_its_times(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        shift_id = await add_shift(lan, branch, at(9), at(34))  # as when clocks are set back
        reassigned = await client.patch(f"{PATH}/{shift_id}", json={"staff_id": str(mai)})
        assert reassigned.status_code == 200
        assert await shifts_of(mai) == [(at(9), at(34))]
        moved = await client.patch(f"{PATH}/{shift_id}", json={"end": at(33.5).isoformat()})
        assert moved.status_code == 200

    async def test_appointments_at_other_times_are_not_loaded(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        await add_shift(lan, branch, at(9, 2), at(18, 2))
        inside = await book(lan, at(17), at(18))
        for hour in range(9, 18):
            await book(lan, at(hour, 2), at(hour + 1, 2))
        await book(lan, at(18), at(19))
        with statements(parameters=True) as queries:
            shorter = {"start": at(8).isoformat(), "end": at(17).isoformat(), "force": True}
            assert stranded_in(await client.patch(f"{PATH}/{shift_id}", json=shorter)) == [str(inside)]
        assert queries.count(([inside],)) == 2  # before and after

    async def test_the_desk_cannot_move_a_shift_to_another_branch(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        lan = await add_therapist(branch, other)
        shift_id = await add_shift(lan, branch, at(9), at(18))
        desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
        moved = await client.patch(f"{PATH}/{shift_id}", json={"branch_id": str(other)}, headers=desk)
        assert moved.status_code == 403

    async def test_the_number_of_queries_does_not_grow_with_appointments(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(0), at(24))
        counts = []
        for hours in (range(1), range(1, 20)):
            for hour in hours:
                await book(lan, at(hour), at(hour + 1))
            with statements() as queries:
                refused = await client.delete(f"{PATH}/{shift_id}")
            assert len(refused.json()["error"]["details"]) == hours.stop
            counts.append(len(queries))
        assert counts[0] == counts[1]

    async def test_the_audit_ledger_names_the_user(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        user_id, headers = await new_user(Role.RECEPTIONIST, branch_id=branch)
        created = await client.post(PATH, json=new_shift(lan, branch), headers=headers)
        path = f"{PATH}/{created.json()['id']}"
        await client.patch(path, json={"end": at(17).isoformat()}, headers=headers)
        await client.delete(path, headers=headers)
        written = await entries(entity="shift")
        assert [(entry["action"], entry["actor_id"]) for entry in written] == [
            (action, user_id) for action in ("insert", "update", "delete")
        ]

    async def test_a_deletion_waits_for_a_booking_in_progress(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        shift_id = await add_shift(lan, branch, at(9), at(18))
        booking, rows = await booking_rows(lan, at(10), at(11))
        [refused] = await answered_while([(LOCK, lan), *rows], client.delete(f"{PATH}/{shift_id}"))
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert refused.json()["error"]["details"][0]["field"] == str(booking.appointment_id)

    async def test_a_change_that_waits_for_a_person_holds_no_lock_they_need(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        """The other transaction does what filling a roster does: it holds the person, and adds a shift that overlaps."""
        shift_id = await add_shift(lan, branch, at(9), at(12))
        async with another_connection() as connection:
            async with asyncio.timeout(SOON), connection.transaction():
                await connection.execute(HOLD, lan)
                longer = {"end": at(18).isoformat()}
                changing = asyncio.create_task(client.patch(f"{PATH}/{shift_id}", json=longer))
                await all_wait(changing)
                await add_shift(lan, branch, at(13), at(18), connection=connection)
            assert code_of(await changing) == (409, "SHIFT_OVERLAPS")

    async def test_a_deletion_waits_for_another_change_of_the_shift(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        shift_id = await add_shift(lan, branch, at(9), at(18))
        appointment = await book(mai, at(10), at(11))
        reassigned = ("UPDATE shift SET staff_id = $1 WHERE id = $2", mai, shift_id)
        [refused] = await answered_while([reassigned], client.delete(f"{PATH}/{shift_id}"))
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert refused.json()["error"]["details"][0]["field"] == str(appointment)


class TestSwap:
    async def test_each_person_gets_the_times_of_the_other(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        early = await add_shift(lan, branch, at(9), at(15))
        late = await add_shift(mai, branch, at(12), at(20))  # at the same time in part
        user_id, headers = await new_user(Role.RECEPTIONIST, branch_id=branch)
        swapped = await client.post(
            f"{PATH}/{early}/swap", json={"with_shift_id": str(late)}, headers=headers
        )
        assert stranded_in(swapped) == []
        assert (await shifts_of(lan), await shifts_of(mai)) == ([(at(12), at(20))], [(at(9), at(15))])
        assert [(shift["id"], shift["staff_id"]) for shift in swapped.json()["shifts"]] == [
            (str(early), str(lan)),
            (str(late), str(mai)),
        ]
        written = await entries(entity="shift", actor_id=user_id)
        assert [entry["action"] for entry in written] == ["update", "update"]

    async def test_a_swap_between_branches_needs_both_people_in_both(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        other = await add_branch()
        mai = await add_therapist(branch, other)
        here = await add_shift(lan, branch, at(9), at(15))
        there = await add_shift(mai, other, at(9), at(15))
        swap = {"with_shift_id": str(there)}
        refused = await client.post(f"{PATH}/{here}/swap", json=swap)
        assert code_of(refused) == (409, "NOT_OF_THIS_BRANCH")
        desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
        assert (await client.post(f"{PATH}/{here}/swap", json=swap, headers=desk)).status_code == 403
        await insert(StaffBranch(staff_id=lan, branch_id=other))
        assert (await client.post(f"{PATH}/{here}/swap", json=swap)).status_code == 200
        [place] = await run_sql("SELECT branch_id FROM shift WHERE staff_id = $1", lan)
        assert place["branch_id"] == other

    async def test_a_swap_names_the_stranded_appointments_of_both(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        early = await add_shift(lan, branch, at(9), at(15))
        late = await add_shift(mai, branch, at(12), at(20))
        first = await book(lan, at(9), at(10))
        await book(lan, at(13), at(14))  # in both
        second = await book(mai, at(18), at(19))
        swap = {"with_shift_id": str(late)}
        refused = await client.post(f"{PATH}/{early}/swap", json=swap)
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        forced = await client.post(f"{PATH}/{early}/swap", json=swap | {"force": True})
        assert stranded_in(forced) == [str(first), str(second)]

    async def test_a_swap_with_a_person_who_has_left_is_refused(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        here, there = (
            await add_shift(lan, branch, at(9), at(12)),
            await add_shift(mai, branch, at(13), at(18)),
        )
        await run_sql("UPDATE staff SET employed_until = '2026-01-01' WHERE id = $1", mai)
        refused = await client.post(f"{PATH}/{here}/swap", json={"with_shift_id": str(there)})
        assert code_of(refused) == (409, "NOT_EMPLOYED")

    async def test_a_swap_into_a_closed_branch_is_refused(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        other = await add_branch()
        await insert(StaffBranch(staff_id=lan, branch_id=other))
        mai = await add_therapist(branch, other)
        here, there = await add_shift(lan, branch, at(9), at(12)), await add_shift(mai, other, at(13), at(18))
        await run_sql("UPDATE branch SET closed_at = now() WHERE id = $1", other)
        refused = await client.post(f"{PATH}/{here}/swap", json={"with_shift_id": str(there)})
        assert code_of(refused) == (409, "BRANCH_CLOSED")

    async def test_a_swap_locks_people_in_the_order_of_their_ids(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        """A roster is filled in that order, too; the other way round the two would deadlock."""
        first, second = sorted([await add_therapist(branch), await add_therapist(branch)])
        of_second = await add_shift(second, branch, at(9), at(12))
        swap = {"with_shift_id": str(await add_shift(first, branch, at(13), at(18)))}
        async with another_connection() as connection:
            async with asyncio.timeout(SOON), connection.transaction():
                await connection.execute(HOLD, first)
                swapping = asyncio.create_task(client.post(f"{PATH}/{of_second}/swap", json=swap))
                await all_wait(swapping)
                await connection.execute(f"{HOLD} NOWAIT", second)
            assert (await swapping).status_code == 200

    async def test_impossible_swaps_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID, lan: UUID
    ) -> None:
        mai = await add_therapist(branch)
        shift = await add_shift(lan, branch, at(9), at(12))
        own = await add_shift(lan, branch, at(13), at(15))
        overlapping = await add_shift(mai, branch, at(14), at(20))  # overlaps what Lan keeps
        for other, expected in (
            (shift, (409, "SHIFTS_OF_ONE_PERSON")),
            (own, (409, "SHIFTS_OF_ONE_PERSON")),
            (overlapping, (409, "SHIFT_OVERLAPS")),
            (uuid7(), (404, "SHIFT_NOT_FOUND")),
        ):
            refused = await client.post(f"{PATH}/{shift}/swap", json={"with_shift_id": str(other)})
            assert code_of(refused) == expected
            if expected[1] == "SHIFT_OVERLAPS":
                assert [detail["field"] for detail in refused.json()["error"]["details"]] == [str(own)]
