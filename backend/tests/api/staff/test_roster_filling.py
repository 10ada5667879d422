"""Filling and copying rosters over HTTP."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.people import new_user
from tests.builders.resources import at
from tests.builders.rosters import (
    add_many_shifts,
    add_shift,
    add_therapist,
    add_weekly,
    answered_while,
    close_on,
    code_of,
    local_shifts_of,
    open_every_day,
    shifts_of,
    statements,
)
from tests.support.database import run_sql
from tests.support.ledger import entries

FILL, COPY = "/api/v1/shifts/fill", "/api/v1/shifts/copy"
ZONE = "Asia/Ho_Chi_Minh"


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    branch_id = await add_branch()
    await open_every_day(branch_id)
    return branch_id


@pytest.fixture
async def paris(client: httpx2.AsyncClient) -> UUID:
    branch_id = await add_branch(time_zone="Europe/Paris")
    await open_every_day(branch_id)
    return branch_id


def fill(branch_id: UUID, first: str, last: str, *staff_ids: UUID) -> dict[str, Any]:
    body = {"branch_id": str(branch_id), "first_day": first, "last_day": last}
    return body | ({"staff_ids": [str(staff_id) for staff_id in staff_ids]} if staff_ids else {})


def copy(branch_id: UUID, from_week: str, to_week: str, **more: object) -> dict[str, Any]:
    return {"branch_id": str(branch_id), "from_week": from_week, "to_week": to_week} | more


def counts_of(response: httpx2.Response) -> tuple[int, int]:
    assert response.status_code == 200, response.text
    answer = response.json()
    return answer["created"], answer["skipped"]


class TestFill:
    async def test_weekly_shifts_become_shifts_and_a_repeat_makes_none(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan, mai = await add_therapist(branch), await add_therapist(branch)
        await add_weekly(lan, branch, 9, 12, weekdays=[1])
        await add_weekly(lan, branch, 13, 18, weekdays=[1])
        await add_weekly(mai, branch, 22, 30, weekdays=[7])
        week = fill(branch, "2100-03-01", "2100-03-07")  # a Monday to a Sunday
        assert counts_of(await client.post(FILL, json=week)) == (3, 0)
        assert counts_of(await client.post(FILL, json=week)) == (0, 3)
        assert await local_shifts_of(lan, ZONE) == [
            ("2100-03-01 09:00", "12:00"),
            ("2100-03-01 13:00", "18:00"),
        ]
        assert await local_shifts_of(mai, ZONE) == [("2100-03-07 22:00", "06:00")]

    async def test_days_on_which_the_branch_is_closed_get_none(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_weekly(lan, branch, 9, 18)
        await close_on(branch, date(2027, 2, 5), date(2027, 2, 9))  # Tết
        assert counts_of(await client.post(FILL, json=fill(branch, "2027-02-03", "2027-02-11"))) == (4, 0)
        days = [start[:10] for start, _ in await local_shifts_of(lan, ZONE)]
        assert days == ["2027-02-03", "2027-02-04", "2027-02-10", "2027-02-11"]

    @pytest.mark.parametrize(("first", "last"), [("2026-10-24", "2026-10-26"), ("2027-03-27", "2027-03-29")])
    async def test_local_times_stay_when_clocks_change(
        self, client: httpx2.AsyncClient, paris: UUID, first: str, last: str
    ) -> None:
        lan = await add_therapist(paris)
        await add_weekly(lan, paris, 9, 18)
        await client.post(FILL, json=fill(paris, first, last))
        shown = await local_shifts_of(lan, "Europe/Paris")
        assert [(start[11:], end) for start, end in shown] == [("09:00", "18:00")] * 3
        gaps = {
            later - earlier
            for (earlier, _), (later, _) in zip(
                await shifts_of(lan), (await shifts_of(lan))[1:], strict=False
            )
        }
        assert len(gaps) == 2  # a day, and one of 23 or 25 hours

    @pytest.mark.parametrize(("day", "hours"), [("2026-10-24", 9), ("2027-03-27", 7)])
    async def test_a_night_shift_is_longer_or_shorter_when_clocks_change(
        self, client: httpx2.AsyncClient, paris: UUID, day: str, hours: int
    ) -> None:
        lan = await add_therapist(paris)
        await add_weekly(lan, paris, 22, 30)
        await client.post(FILL, json=fill(paris, day, day))
        [(start, end)] = await shifts_of(lan)
        assert end - start == timedelta(hours=hours)

    async def test_a_shift_in_the_hour_that_clocks_skip_is_not_made(
        self, client: httpx2.AsyncClient, paris: UUID
    ) -> None:
        await add_weekly(await add_therapist(paris), paris, 2, 3)
        assert counts_of(await client.post(FILL, json=fill(paris, "2027-03-27", "2027-03-29"))) == (2, 0)

    async def test_days_after_the_branch_has_closed_get_none(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        await add_weekly(await add_therapist(branch), branch, 9, 18)
        await run_sql("UPDATE branch SET closed_at = '2100-03-02 17:00Z'")  # midnight there
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-05"))) == (2, 0)

    async def test_a_branch_that_closes_meanwhile_gets_none(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_weekly(lan, branch, 9, 18)
        closed = [
            ("SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE", lan),
            ("UPDATE branch SET closed_at = now() WHERE id = $1", branch),
        ]
        days = fill(branch, "2100-03-01", "2100-03-05")
        [answer] = await answered_while(closed, client.post(FILL, json=days))
        assert counts_of(answer) == (0, 0)

    async def test_a_person_who_leaves_the_branch_meanwhile_gets_none(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_weekly(lan, branch, 9, 18)
        removal = [
            ("SELECT FROM staff WHERE id = $1 FOR NO KEY UPDATE", lan),
            ("DELETE FROM staff_branch WHERE staff_id = $1", lan),
        ]
        days = fill(branch, "2100-03-01", "2100-03-05")
        [answer] = await answered_while(removal, client.post(FILL, json=days))
        assert counts_of(answer) == (0, 0)

    async def test_existing_shifts_stay_and_their_days_are_skipped(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan, other = await add_therapist(branch), await add_branch()
        await add_weekly(lan, branch, 9, 18)
        await add_shift(lan, other, at(4), at(5))  # 11:00 there, in another branch
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02"))) == (1, 1)
        assert (await shifts_of(lan))[0] == (at(4), at(5))

    async def test_a_repeat_after_a_swap_makes_no_second_shift(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        await open_every_day(other)
        lan, mai = await add_therapist(branch, other), await add_therapist(branch, other)
        await add_weekly(lan, branch, 8, 12, weekdays=[1])
        await add_weekly(mai, other, 14, 18, weekdays=[1])
        weeks = fill(branch, "2100-03-01", "2100-03-07"), fill(other, "2100-03-01", "2100-03-07")
        assert [counts_of(await client.post(FILL, json=week)) for week in weeks] == [(1, 0), (1, 0)]
        [shift_of_lan], [shift_of_mai] = [
            await run_sql("SELECT id FROM shift WHERE staff_id = $1", staff_id) for staff_id in (lan, mai)
        ]
        swap = {"with_shift_id": str(shift_of_mai["id"])}
        assert (await client.post(f"/api/v1/shifts/{shift_of_lan['id']}/swap", json=swap)).status_code == 200
        assert [counts_of(await client.post(FILL, json=week)) for week in weeks] == [(0, 1), (0, 1)]
        assert await local_shifts_of(lan, ZONE) == [("2100-03-01 14:00", "18:00")]

    async def test_a_changed_day_stays_and_an_emptied_day_is_filled_again(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_weekly(lan, branch, 9, 12)
        await add_weekly(lan, branch, 13, 18)
        days = fill(branch, "2100-03-01", "2100-03-03")
        assert counts_of(await client.post(FILL, json=days)) == (6, 0)
        await run_sql("DELETE FROM shift WHERE lower(during) IN ($1, $2)", at(2), at(2, 2))
        await run_sql("DELETE FROM shift WHERE lower(during) = $1", at(6, 2))
        assert counts_of(await client.post(FILL, json=days)) == (2, 4)
        assert [start for start, _ in await local_shifts_of(lan, ZONE)] == [
            f"2100-03-0{day}" for day in ("1 13:00", "2 09:00", "2 13:00", "3 09:00", "3 13:00")
        ]

    async def test_the_day_of_a_shift_is_the_local_date_on_which_it_begins(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_weekly(lan, branch, 5, 13)
        await add_shift(lan, branch, at(-8), at(-6))  # there on the last of February, 23:00
        await add_shift(lan, branch, at(17.5), at(18))  # there on the second of March, 00:30
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02"))) == (1, 1)
        starts = [start for start, _ in await local_shifts_of(lan, ZONE)]
        assert starts == ["2100-02-28 23:00", "2100-03-01 05:00", "2100-03-02 00:30"]

    async def test_weekly_shifts_in_two_branches_on_a_day_are_both_made(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        await open_every_day(other)
        lan = await add_therapist(branch, other)
        await add_weekly(lan, branch, 8, 12, weekdays=[1])
        await add_weekly(lan, other, 14, 18, weekdays=[1])
        for expected in ((1, 0), (0, 1)):
            for branch_id in (branch, other):
                answer = await client.post(FILL, json=fill(branch_id, "2100-03-01", "2100-03-01"))
                assert counts_of(answer) == expected

    async def test_an_irregular_shift_in_another_branch_keeps_the_day(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        """A swap with a person of another branch leaves such a shift."""
        other = await add_branch()
        lan = await add_therapist(branch, other)
        await add_weekly(lan, branch, 8, 12, weekdays=[1])
        await add_shift(lan, other, at(7), at(11))  # 14:00 in Saigon
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-01"))) == (0, 1)

    async def test_more_than_ten_thousand_shifts_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        for nth in range(1, 111):
            await add_weekly(lan, branch, nth / 6, nth / 6 + 1 / 12)
        refused = await client.post(FILL, json=fill(branch, "2100-03-01", "2100-05-31"))
        assert code_of(refused) == (422, "TOO_MANY_SHIFTS")
        assert await shifts_of(lan) == []

    async def test_a_morning_shift_that_overlaps_a_night_shift_is_skipped(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_weekly(lan, branch, 5, 13, weekdays=[2])
        await add_weekly(lan, branch, 22, 30, weekdays=[1])
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02"))) == (1, 1)
        assert await local_shifts_of(lan, ZONE) == [("2100-03-01 22:00", "06:00")]

    async def test_days_outside_employment_get_none(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        lan = await add_therapist(branch, employed=(date(2100, 3, 2), date(2100, 3, 3)))
        await add_weekly(lan, branch, 9, 18)
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-05"))) == (2, 0)

    async def test_only_the_given_people_in_this_branch_get_shifts(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        lan, mai = await add_therapist(branch, other), await add_therapist(branch)
        for branch_id in (branch, other):
            await add_weekly(lan, branch_id, 9, 18, weekdays=[1 if branch_id == branch else 2])
        await add_weekly(mai, branch, 9, 18)
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02", lan))) == (
            1,
            0,
        )
        stranger = await add_therapist(other)
        refused = await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02", lan, stranger))
        assert code_of(refused) == (409, "NOT_OF_THIS_BRANCH")

    async def test_weekly_shifts_of_people_outside_the_branch_are_ignored(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        await add_weekly(await add_therapist(), branch, 9, 18)
        assert counts_of(await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02"))) == (0, 0)

    @pytest.mark.parametrize(
        ("first", "last", "status"),
        [
            ("2100-03-01", "2100-05-31", 200),
            ("2100-03-01", "2100-06-01", 422),
            ("2100-03-02", "2100-03-01", 422),
            ("9999-12-31", "9999-12-31", 422),
        ],
    )
    async def test_more_than_92_days_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID, first: str, last: str, status: int
    ) -> None:
        assert (await client.post(FILL, json=fill(branch, first, last))).status_code == status

    async def test_two_fills_at_once_make_each_shift_once(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        people = [await add_therapist(branch) for _ in range(5)]
        for staff_id in people:
            await add_weekly(staff_id, branch, 9, 18)
        days = fill(branch, "2100-03-01", "2100-03-31")
        answers = await asyncio.gather(*(client.post(FILL, json=days) for _ in range(2)))
        counts = [counts_of(answer) for answer in answers]
        assert sum(created for created, _ in counts) == 31 * 5
        assert sum(skipped for _, skipped in counts) == 31 * 5

    async def test_the_number_of_queries_does_not_grow_with_shifts(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        runs = []
        for last in ("2100-03-01", "2100-05-31"):
            await add_weekly(await add_therapist(branch), branch, 9, 18)
            with statements() as queries:
                await client.post(FILL, json=fill(branch, "2100-03-01", last))
            runs.append(queries)
        assert len(runs[0]) == len(runs[1])
        assert sum("INSERT INTO shift" in query for query in runs[1]) == 1

    async def test_the_audit_ledger_names_the_user(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        user_id, headers = await new_user(Role.RECEPTIONIST, branch_id=branch)
        await add_weekly(await add_therapist(branch), branch, 9, 18)
        await client.post(FILL, json=fill(branch, "2100-03-01", "2100-03-02"), headers=headers)
        assert [entry["actor_id"] for entry in await entries(entity="shift")] == [user_id] * 2


class TestCopy:
    @pytest.mark.parametrize(
        ("week", "weeks"),
        [("2026-10-19", ["2026-10-26", "2026-11-02"]), ("2027-03-22", ["2027-03-29", "2027-04-05"])],
        ids=["set back", "set forward"],
    )
    async def test_a_copied_week_has_the_same_local_times(
        self, client: httpx2.AsyncClient, paris: UUID, week: str, weeks: list[str]
    ) -> None:
        lan = await add_therapist(paris)
        await add_weekly(lan, paris, 9, 18, weekdays=[1])
        await add_weekly(lan, paris, 22, 30, weekdays=[7])
        monday = date.fromisoformat(week)
        await client.post(FILL, json=fill(paris, week, str(monday + timedelta(days=6))))
        body = copy(paris, week, weeks[0], weeks=2)
        assert counts_of(await client.post(COPY, json=body)) == (4, 0)
        assert counts_of(await client.post(COPY, json=body)) == (0, 4)
        expected = [
            shift
            for first in (week, *weeks)
            for shift in (
                (f"{first} 09:00", "18:00"),
                (f"{date.fromisoformat(first) + timedelta(days=6)} 22:00", "06:00"),
            )
        ]
        assert await local_shifts_of(lan, "Europe/Paris") == expected

    async def test_a_week_lasts_from_midnight_to_midnight_of_the_branch(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        for hour in (161, 160.5, -7, -8):  # there Monday 00:00, Sunday 23:30, Monday 00:00, Sunday 23:00
            await add_shift(lan, branch, at(hour), at(hour + 0.5))
        assert counts_of(await client.post(COPY, json=copy(branch, "2100-03-01", "2100-03-15"))) == (2, 0)
        assert (await shifts_of(lan))[-2:] == [(at(-7, 15), at(-6.5, 15)), (at(160.5, 15), at(161, 15))]

    async def test_closed_days_former_staff_and_other_branches_are_skipped(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        lan, former = (
            await add_therapist(branch),
            await add_therapist(branch, employed=(date(2020, 1, 1), date(2100, 3, 7))),
        )
        await add_shift(lan, branch, at(2), at(11))
        await add_shift(lan, branch, at(2, 2), at(11, 2))
        await add_shift(lan, other, at(2, 3), at(11, 3))
        await add_shift(former, branch, at(2), at(11))
        await add_shift(await add_therapist(), branch, at(2), at(11))  # works here no more
        await close_on(branch, date(2100, 3, 9), date(2100, 3, 9))
        assert counts_of(await client.post(COPY, json=copy(branch, "2100-03-01", "2100-03-08"))) == (1, 0)
        assert (await shifts_of(lan))[-1] == (at(2, 8), at(11, 8))

    async def test_a_day_with_a_shift_stays_as_it_is(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        lan = await add_therapist(branch)
        for day in (1, 2):
            await add_shift(lan, branch, at(2, day), at(5, day))
        await add_shift(lan, branch, at(6, 8), at(11, 8))
        assert counts_of(await client.post(COPY, json=copy(branch, "2100-03-01", "2100-03-08"))) == (1, 1)
        assert (await shifts_of(lan))[2:] == [(at(6, 8), at(11, 8)), (at(2, 9), at(5, 9))]

    async def test_more_than_ten_thousand_shifts_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add_therapist(branch)
        await add_many_shifts(lan, branch, 834)
        body = copy(branch, "2100-03-01", "2100-03-08", weeks=12)
        assert code_of(await client.post(COPY, json=body)) == (422, "TOO_MANY_SHIFTS")
        assert len(await shifts_of(lan)) == 834

    async def test_only_the_given_people_get_shifts(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        lan, mai = await add_therapist(branch), await add_therapist(branch)
        for staff_id in (lan, mai):
            await add_shift(staff_id, branch, at(2), at(11))
        body = copy(branch, "2100-03-01", "2100-03-08", staff_ids=[str(mai)])
        assert counts_of(await client.post(COPY, json=body)) == (1, 0)
        assert (len(await shifts_of(lan)), len(await shifts_of(mai))) == (1, 2)

    @pytest.mark.parametrize(
        "changes",
        [
            {"to_week": "2100-03-09"},
            {"from_week": "2100-03-02"},
            {"weeks": 13},
            {"weeks": 0},
            {"staff_ids": []},
        ],
        ids=["to a Tuesday", "from a Tuesday", "too many", "none", "of nobody"],
    )
    async def test_invalid_weeks_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID, changes: dict[str, object]
    ) -> None:
        body = copy(branch, "2100-03-01", "2100-03-08") | changes
        assert (await client.post(COPY, json=body)).status_code == 422

    async def test_shifts_of_a_person_outside_the_branch_are_not_copied(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        stranger = await add_therapist(await add_branch())
        body = copy(branch, "2100-03-01", "2100-03-08") | {"staff_ids": [str(stranger)]}
        assert code_of(await client.post(COPY, json=body)) == (409, "NOT_OF_THIS_BRANCH")
