"""Weekly patterns over HTTP."""

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


def path_of(staff_id: UUID) -> str:
    return f"/api/v1/staff/{staff_id}/weekly-shifts"


def line(branch_id: UUID, weekday: int, starts: str, ends: str) -> dict[str, Any]:
    return {"branch_id": str(branch_id), "weekday": weekday, "starts": starts, "ends": ends}


async def test_a_pattern_is_kept_in_the_order_of_the_week(client: httpx2.AsyncClient, branch: UUID) -> None:
    lan = await add_therapist(branch)
    night, late, early = (
        line(branch, 5, "22:00", "06:00"),
        line(branch, 1, "13:00", "24:00"),
        line(branch, 1, "08:00", "12:00"),
    )
    answer = await client.put(path_of(lan), json={"shifts": [night, late, early]})
    assert (answer.status_code, answer.json()) == (200, {"shifts": [early, late, night]})
    assert (await client.get(path_of(lan))).json() == answer.json()


async def test_what_did_not_change_stays_as_it_is(stranger: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    lan = await add_therapist(branch)
    await add_weekly(lan, branch, 9, 18, weekdays=[1, 2])
    user_id, headers = await new_user(Role.RECEPTIONIST)
    kept, longer = line(branch, 1, "09:00", "18:00"), line(branch, 2, "09:00", "19:00")
    await stranger.put(path_of(lan), json={"shifts": [kept, longer]}, headers=headers)
    made = await entries(entity="weekly_shift", actor_id=user_id)
    assert [entry["action"] for entry in made] == ["delete", "insert"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("09:00", "12:00"), ("11:59", "13:00")),
        (("20:00", "04:00"), ("22:00", "23:00")),
        (("00:00", "00:00"), ("23:00", "23:30")),
    ],
)
async def test_two_shifts_of_a_weekday_do_not_overlap_in_any_branch(
    client: httpx2.AsyncClient, branch: UUID, one: tuple[str, str], other: tuple[str, str]
) -> None:
    second = await add_branch()
    lan = await add_therapist(branch, second)
    shifts = [line(branch, 3, *one), line(second, 3, *other)]
    refused = await client.put(path_of(lan), json={"shifts": shifts})
    assert refused.status_code == 422
    assert refused.json()["error"]["details"][0]["type"] == "overlap"


async def test_a_night_may_reach_into_the_next_morning(client: httpx2.AsyncClient, branch: UUID) -> None:
    lan = await add_therapist(branch)
    shifts = [line(branch, 3, "22:00", "06:00"), line(branch, 4, "05:00", "13:00")]
    assert (await client.put(path_of(lan), json={"shifts": shifts})).status_code == 200


@pytest.mark.parametrize("times", [("24:00", "08:00"), ("9:00", "18:00"), (-60, 60), (540, 10**12)])
async def test_what_is_no_time_of_day_is_refused(
    client: httpx2.AsyncClient, branch: UUID, times: tuple[Any, Any]
) -> None:
    lan = await add_therapist(branch)
    refused = await client.put(path_of(lan), json={"shifts": [line(branch, 1, *times)]})
    assert refused.status_code == 422
    assert refused.json()["error"]["details"][0]["type"] == "wall_time"


async def test_a_pattern_is_only_for_branches_in_which_they_work(
    client: httpx2.AsyncClient, branch: UUID
) -> None:
    lan = await add_therapist(branch)
    refused = await client.put(path_of(lan), json={"shifts": [line(await add_branch(), 1, "09:00", "18:00")]})
    assert code_of(refused) == (409, "NOT_OF_THIS_BRANCH")


async def test_the_desk_changes_what_is_in_its_own_branch_and_leaves_the_rest(
    client: httpx2.AsyncClient, branch: UUID
) -> None:
    other = await add_branch()
    lan = await add_therapist(branch, other)
    await add_weekly(lan, other, 9, 12, weekdays=[1])
    desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
    there, here = line(other, 1, "09:00", "12:00"), line(branch, 1, "13:00", "18:00")
    assert (await client.put(path_of(lan), json={"shifts": [there, here]}, headers=desk)).status_code == 200
    assert (await client.put(path_of(lan), json={"shifts": [here]}, headers=desk)).status_code == 403
    assert len(await run_sql("SELECT FROM weekly_shift")) == 2


async def test_with_a_branch_goes_the_pattern_in_it(client: httpx2.AsyncClient, branch: UUID) -> None:
    other = await add_branch()
    lan, mai = await add_therapist(branch, other), await add_therapist(branch, other)
    for each in (lan, mai):
        await add_weekly(each, branch, 9, 12, weekdays=[1])
        await add_weekly(each, other, 9, 12, weekdays=[2])
    left = await client.patch(f"/api/v1/staff/{lan}", json={"branch_ids": [str(branch)]})
    assert left.status_code == 200
    desk = await signed_in(Role.RECEPTIONIST, branch_id=branch)
    pattern = (await client.get(path_of(lan), headers=desk)).json()
    assert pattern == {"shifts": [line(branch, 1, "09:00", "12:00")]}
    assert (await client.put(path_of(lan), json=pattern, headers=desk)).status_code == 200
    assert len((await client.get(path_of(mai))).json()["shifts"]) == 2
