"""Weekly shifts over HTTP."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.people import new_user, signed_in
from tests.builders.rosters import add_therapist, add_weekly, code_of
from tests.support.database import run_sql
from tests.support.ledger import entries


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    return await add_branch()


def weekly_path(staff_id: UUID) -> str:
    return f"/api/v1/staff/{staff_id}/weekly-shifts"


def weekly_shift(branch_id: UUID, weekday: int, starts: str, ends: str) -> dict[str, Any]:
    return {"branch_id": str(branch_id), "weekday": weekday, "starts": starts, "ends": ends}


async def test_weekly_shifts_are_sorted_by_weekday_and_time(client: httpx2.AsyncClient, branch: UUID) -> None:
    lan = await add_therapist(branch)
    night, late, early = (
        weekly_shift(branch, 5, "22:00", "06:00"),
        weekly_shift(branch, 1, "13:00", "24:00"),
        weekly_shift(branch, 1, "08:00", "12:00"),
    )
    answer = await client.put(weekly_path(lan), json={"shifts": [night, late, early]})
    assert (answer.status_code, answer.json()) == (200, {"shifts": [early, late, night]})
    assert (await client.get(weekly_path(lan))).json() == answer.json()


async def test_only_the_differences_are_written(stranger: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    lan = await add_therapist(branch)
    await add_weekly(lan, branch, 9, 18, weekdays=[1, 2])
    user_id, headers = await new_user(Role.RECEPTIONIST)
    unchanged, longer = weekly_shift(branch, 1, "09:00", "18:00"), weekly_shift(branch, 2, "09:00", "19:00")
    await stranger.put(weekly_path(lan), json={"shifts": [unchanged, longer]}, headers=headers)
    written = await entries(entity="weekly_shift", actor_id=user_id)
    assert [entry["action"] for entry in written] == ["delete", "insert"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("09:00", "12:00"), ("11:59", "13:00")),
        (("20:00", "04:00"), ("22:00", "23:00")),
        (("00:00", "00:00"), ("23:00", "23:30")),
    ],
)
async def test_shifts_of_a_weekday_cannot_overlap_across_branches(
    client: httpx2.AsyncClient, branch: UUID, first: tuple[str, str], second: tuple[str, str]
) -> None:
    other = await add_branch()
    lan = await add_therapist(branch, other)
    shifts = [weekly_shift(branch, 3, *first), weekly_shift(other, 3, *second)]
    refused = await client.put(weekly_path(lan), json={"shifts": shifts})
    assert refused.status_code == 422
    assert refused.json()["error"]["details"][0]["type"] == "overlap"


async def test_a_night_shift_may_overlap_the_next_morning(client: httpx2.AsyncClient, branch: UUID) -> None:
    lan = await add_therapist(branch)
    shifts = [weekly_shift(branch, 3, "22:00", "06:00"), weekly_shift(branch, 4, "05:00", "13:00")]
    assert (await client.put(weekly_path(lan), json={"shifts": shifts})).status_code == 200


@pytest.mark.parametrize("times", [("24:00", "08:00"), ("9:00", "18:00"), (-60, 60), (540, 10**12)])
async def test_invalid_times_are_refused(
    client: httpx2.AsyncClient, branch: UUID, times: tuple[Any, Any]
) -> None:
    lan = await add_therapist(branch)
    refused = await client.put(weekly_path(lan), json={"shifts": [weekly_shift(branch, 1, *times)]})
    assert refused.status_code == 422
    assert refused.json()["error"]["details"][0]["type"] == "wall_time"


async def test_weekly_shifts_in_a_branch_where_they_do_not_work_are_refused(
    client: httpx2.AsyncClient, branch: UUID
) -> None:
    lan = await add_therapist(branch)
    refused = await client.put(
        weekly_path(lan), json={"shifts": [weekly_shift(await add_branch(), 1, "09:00", "18:00")]}
    )
    assert code_of(refused) == (409, "NOT_OF_THIS_BRANCH")


async def test_the_desk_changes_weekly_shifts_of_its_own_branch_only(
    client: httpx2.AsyncClient, branch: UUID
) -> None:
    other = await add_branch()
    lan = await add_therapist(branch, other)
    await add_weekly(lan, other, 9, 12, weekdays=[1])
    desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
    there, here = weekly_shift(other, 1, "09:00", "12:00"), weekly_shift(branch, 1, "13:00", "18:00")
    assert (
        await client.put(weekly_path(lan), json={"shifts": [there, here]}, headers=desk)
    ).status_code == 200
    assert (await client.put(weekly_path(lan), json={"shifts": [here]}, headers=desk)).status_code == 403
    assert len(await run_sql("SELECT FROM weekly_shift")) == 2


async def test_a_branch_that_is_taken_away_takes_its_weekly_shifts_along(
    client: httpx2.AsyncClient, branch: UUID
) -> None:
    other = await add_branch()
    lan, mai = await add_therapist(branch, other), await add_therapist(branch, other)
    for staff_id in (lan, mai):
        await add_weekly(staff_id, branch, 9, 12, weekdays=[1])
        await add_weekly(staff_id, other, 9, 12, weekdays=[2])
    left = await client.patch(f"/api/v1/staff/{lan}", json={"branch_ids": [str(branch)]})
    assert left.status_code == 200
    desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
    pattern = (await client.get(weekly_path(lan), headers=desk)).json()
    assert pattern == {"shifts": [weekly_shift(branch, 1, "09:00", "12:00")]}
    assert (await client.put(weekly_path(lan), json=pattern, headers=desk)).status_code == 200
    assert len((await client.get(weekly_path(mai))).json()["shifts"]) == 2
