"""Branches over HTTP: their data, weekly hours, special hours and holidays."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.people import signed_in
from tests.support.database import run_sql

PATH = "/api/v1/branches"
QUAN_1 = {"key": "quan-1", "name": "Sen Trắng Quận 1"}
type Branch = dict[str, Any]


def code_of(response: httpx2.Response) -> str:
    code: str = response.json()["error"]["code"]
    return code


def error_type_of(response: httpx2.Response) -> str:
    assert response.status_code == 422, response.text
    [detail] = response.json()["error"]["details"]
    return str(detail["type"])


def hours(weekday: int, opens: str, closes: str) -> dict[str, object]:
    return {"weekday": weekday, "opens": opens, "closes": closes}


@pytest.fixture
async def quan_1(client: httpx2.AsyncClient) -> Branch:
    response = await client.post(PATH, json=QUAN_1)
    assert response.status_code == 201, response.text
    branch: Branch = response.json()
    return branch


async def set_hours(client: httpx2.AsyncClient, branch: Branch, *week: dict[str, object]) -> httpx2.Response:
    return await client.put(f"{PATH}/{branch['id']}/hours", json={"hours": week})


async def close_for(
    client: httpx2.AsyncClient, branch: Branch, first: str, last: str, **changes: object
) -> httpx2.Response:
    body = {"first_day": first, "last_day": last, "reason": "Tết Nguyên Đán"} | changes
    return await client.post(f"{PATH}/{branch['id']}/special-hours", json=body)


async def open_on(client: httpx2.AsyncClient, branch: Branch, first: str, last: str) -> list[tuple[str, str]]:
    response = await client.get(f"{PATH}/{branch['id']}/open", params={"first_day": first, "last_day": last})
    assert response.status_code == 200, response.text
    return [(span["start"], span["end"]) for span in response.json()]


class TestBranch:
    async def test_a_branch_is_in_vietnam_by_default(self, quan_1: Branch) -> None:
        assert (quan_1["time_zone"], quan_1["country"]) == ("Asia/Ho_Chi_Minh", "VN")
        assert (quan_1["hours"], quan_1["special_hours"]) == ([], [])
        assert quan_1["closed_at"] is None

    async def test_anybody_may_read_a_branch_and_only_an_administrator_change_it(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        client.headers |= await signed_in(Role.RECEPTIONIST)
        assert (await client.patch(f"{PATH}/{quan_1['id']}", json={"name": "Khác"})).status_code == 403
        del client.headers["Authorization"]
        assert (await client.get(PATH)).json() == [quan_1]
        assert (await client.get(f"{PATH}/{quan_1['id']}")).json() == quan_1

    async def test_two_branches_cannot_share_a_key(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        again = await client.post(PATH, json=QUAN_1)
        assert (again.status_code, code_of(again)) == (409, "BRANCH_KEY_TAKEN")
        other = (await client.post(PATH, json=QUAN_1 | {"key": "quan-3"})).json()
        renamed = await client.patch(f"{PATH}/{other['id']}", json={"key": "quan-1"})
        assert (renamed.status_code, code_of(renamed)) == (409, "BRANCH_KEY_TAKEN")

    @pytest.mark.parametrize(
        ("change", "error_type"),
        [
            ({"time_zone": "Asia/Atlantis"}, "time_zone"),
            ({"time_zone": "localtime"}, "time_zone"),
            ({"grid_minutes": 7}, "literal_error"),
            ({"hold_minutes": True}, "int_type"),
            ({"hold_minutes": "10"}, "int_type"),
            ({"horizon_days": 0}, "greater_than_equal"),
            ({"key": "Quận 1"}, "string_pattern_mismatch"),
            ({"country": "Việt Nam"}, "string_pattern_mismatch"),
            ({"closed_at": None}, "extra_forbidden"),
        ],
    )
    async def test_invalid_fields_are_422(
        self, client: httpx2.AsyncClient, quan_1: Branch, change: dict[str, object], error_type: str
    ) -> None:
        assert error_type_of(await client.patch(f"{PATH}/{quan_1['id']}", json=change)) == error_type
        assert (await client.get(f"{PATH}/{quan_1['id']}")).json() == quan_1

    async def test_an_update_leaves_other_fields(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        changed = await client.patch(f"{PATH}/{quan_1['id']}", json={"phone": "028 3822 1234"})
        assert changed.json() == quan_1 | {"phone": "+842838221234", "stranded": []}

    async def test_a_branch_closed_for_good_keeps_the_time_and_can_reopen(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        closed = (await client.patch(f"{PATH}/{quan_1['id']}", json={"closed": True})).json()
        assert closed["closed_at"] is not None
        assert (await client.patch(f"{PATH}/{quan_1['id']}", json={"closed": True})).json() == closed
        assert closed.pop("stranded") == []
        assert (await client.get(PATH)).json() == [closed]
        await client.patch(f"{PATH}/{quan_1['id']}", json={"closed": False})
        assert (await client.get(PATH)).json() == [quan_1]

    async def test_a_branch_is_not_open_from_the_day_it_closes_for_good(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        await set_hours(client, quan_1, *(hours(day, "09:00", "21:00") for day in range(1, 8)))
        await run_sql("UPDATE branch SET closed_at = '2027-03-01T18:00Z'")  # 01:00 of the second in Saigon
        assert await open_on(client, quan_1, "2027-03-01", "2027-03-03") == [
            ("2027-03-01T02:00:00Z", "2027-03-01T14:00:00Z")
        ]

    async def test_an_administrator_of_a_branch_changes_that_branch_only(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        other = await add_branch()
        client.headers |= await signed_in(Role.ADMIN, branch_id=UUID(quan_1["id"]))
        assert (await client.patch(f"{PATH}/{quan_1['id']}", json={"name": "Khác"})).status_code == 200
        assert (await client.patch(f"{PATH}/{other}", json={"name": "Khác"})).status_code == 403
        assert (await client.post(PATH, json=QUAN_1 | {"key": "quan-3"})).status_code == 403


class TestWeeklyHours:
    async def test_hours_are_read_as_they_were_set(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        week = [hours(1, "09:00", "12:00"), hours(1, "13:30", "21:00"), hours(6, "18:00", "02:00")]
        assert (await set_hours(client, quan_1, *week)).json()["hours"] == week
        assert (await set_hours(client, quan_1, week[0])).json()["hours"] == week[:1]

    async def test_open_spans_are_instants(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        await set_hours(client, quan_1, hours(1, "09:00", "21:00"), hours(6, "18:00", "02:00"))
        assert await open_on(client, quan_1, "2026-11-23", "2026-11-29") == [
            ("2026-11-23T02:00:00Z", "2026-11-23T14:00:00Z"),
            ("2026-11-28T11:00:00Z", "2026-11-28T19:00:00Z"),
        ]

    @pytest.mark.parametrize(
        ("week", "error_type"),
        [
            ([hours(1, "09:00", "12:00"), hours(1, "11:00", "13:00")], "overlap"),
            ([hours(8, "09:00", "12:00")], "less_than_equal"),
            ([hours(1, "9:00", "12:00")], "wall_time"),
            ([hours(1, "24:00", "12:00")], "wall_time"),
            ([hours(1, "09:60", "12:00")], "wall_time"),
            ([{"weekday": 1, "opens": 9.5, "closes": "12:00"}], "wall_time"),
            ([{"weekday": 1, "opens": 540, "closes": "12:00"}], "wall_time"),
        ],
    )
    async def test_invalid_hours_are_422(
        self, client: httpx2.AsyncClient, quan_1: Branch, week: list[dict[str, object]], error_type: str
    ) -> None:
        assert error_type_of(await set_hours(client, quan_1, *week)) == error_type

    async def test_two_concurrent_updates_leave_the_hours_of_one(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        early, late = hours(1, "09:00", "12:00"), hours(1, "10:00", "13:00")
        answers = await asyncio.gather(set_hours(client, quan_1, early), set_hours(client, quan_1, late))
        assert [answer.status_code for answer in answers] == [200, 200]
        assert (await client.get(f"{PATH}/{quan_1['id']}")).json()["hours"] in ([early], [late])


class TestSpecialHours:
    @pytest.fixture(autouse=True)
    async def daily(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        await set_hours(client, quan_1, *(hours(day, "09:00", "21:00") for day in range(1, 8)))

    async def test_a_branch_is_closed_over_tet(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        added = await close_for(client, quan_1, "2027-02-05", "2027-02-10")
        assert added.status_code == 201
        assert await open_on(client, quan_1, "2027-02-05", "2027-02-11") == [
            ("2027-02-11T02:00:00Z", "2027-02-11T14:00:00Z")
        ]
        assert (await client.get(f"{PATH}/{quan_1['id']}")).json()["special_hours"] == [
            {name: value for name, value in added.json().items() if name != "stranded"}
        ]

    async def test_special_hours_replace_those_of_the_weekday(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        await close_for(
            client, quan_1, "2027-02-04", "2027-02-04", hours=[{"opens": "08:00", "closes": "12:00"}]
        )
        assert await open_on(client, quan_1, "2027-02-04", "2027-02-04") == [
            ("2027-02-04T01:00:00Z", "2027-02-04T05:00:00Z")
        ]

    async def test_a_day_has_special_hours_once(self, client: httpx2.AsyncClient, quan_1: Branch) -> None:
        added = await close_for(client, quan_1, "2027-02-05", "2027-02-10")
        again = await close_for(client, quan_1, "2027-02-10", "2027-02-12")
        assert (again.status_code, code_of(again)) == (409, "SPECIAL_HOURS_OVERLAP")
        error = again.json()["error"]
        assert [(detail["field"], detail["value"]) for detail in error["details"]] == [
            (added.json()["id"], "2027-02-05/2027-02-10")
        ]
        assert "05/02/2027–10/02/2027" in error["message"]
        path = f"{PATH}/{quan_1['id']}/special-hours/{added.json()['id']}"
        assert (await client.delete(path)).json() == {"stranded": []}
        assert (await client.delete(path)).status_code == 404
        assert (await close_for(client, quan_1, "2027-02-10", "2027-02-12")).status_code == 201

    @pytest.mark.parametrize(
        "hours",
        [
            {"opens": -(10**15), "closes": "12:00"},
            {"opens": "09:00", "closes": 10**17},
            {"opens": "09:00", "closes": 540 + 1441},
        ],
    )
    async def test_hours_that_are_not_times_of_a_day_are_422(
        self, client: httpx2.AsyncClient, quan_1: Branch, hours: dict[str, object]
    ) -> None:
        refused = await close_for(client, quan_1, "2027-02-05", "2027-02-05", hours=[hours])
        assert error_type_of(refused) == "wall_time"
        assert len(await open_on(client, quan_1, "2027-02-05", "2027-02-05")) == 1

    async def test_a_range_that_is_backwards_or_takes_years_is_422(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        assert error_type_of(await close_for(client, quan_1, "2027-02-05", "2027-02-04")) == "date_range"
        assert error_type_of(await close_for(client, quan_1, "2027-02-05", "2029-02-05")) == "date_range"
        assert error_type_of(await close_for(client, quan_1, "0001-01-01", "9999-12-31")) == "date_range"

    async def test_holidays_of_the_country_are_suggested(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        suggested = await holiday_suggestions(client, quan_1)
        assert [(days["first_day"], days["last_day"]) for days in suggested[:3]] == [
            ("2027-01-01", "2027-01-01"),
            ("2027-02-04", "2027-02-10"),
            ("2027-04-16", "2027-04-16"),
        ]
        assert "Mùng hai Tết Nguyên Đán" in suggested[1]["reason"]

    async def test_an_accepted_suggestion_is_not_suggested_again(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        _, tet, *_ = await holiday_suggestions(client, quan_1)
        assert (await client.post(f"{PATH}/{quan_1['id']}/special-hours", json=tet)).status_code == 201
        assert tet not in await holiday_suggestions(client, quan_1)

    async def test_days_of_a_holiday_without_special_hours_are_still_suggested(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        await close_for(client, quan_1, "2027-02-01", "2027-02-05")
        _, tet, *_ = await holiday_suggestions(client, quan_1)
        assert (tet["first_day"], tet["last_day"]) == ("2027-02-06", "2027-02-10")

    async def test_an_unknown_country_has_no_holidays(
        self, client: httpx2.AsyncClient, quan_1: Branch
    ) -> None:
        await client.patch(f"{PATH}/{quan_1['id']}", json={"country": "XX"})
        assert await holiday_suggestions(client, quan_1) == []


async def holiday_suggestions(client: httpx2.AsyncClient, branch: Branch) -> list[dict[str, Any]]:
    response = await client.get(f"{PATH}/{branch['id']}/holidays/2027")
    assert response.status_code == 200, response.text
    suggested: list[dict[str, Any]] = response.json()
    return suggested
