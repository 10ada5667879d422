"""A walk-in that was written down by mistake: the desk takes it back, without a late cancellation."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, resources_of
from tests.builders.people import new_user, signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql
from tests.support.ledger import entries

NOW, HALF_AN_HOUR, YESTERDAY = 0, 30, 24 * 60
"""Minutes for which the walk-in has been there when it is written down."""


async def write_down(
    client: httpx2.AsyncClient, spa: BookableSpa, minutes: int, **more: Any
) -> dict[str, Any]:
    start = this_step() - timedelta(minutes=minutes)
    answer = await client.post(VISITS, **spa.booking(start, walk_in=True, **more))
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    return visit


async def request(
    client: httpx2.AsyncClient, visit: dict[str, Any], status: str, headers: dict[str, str] | None = None
) -> httpx2.Response:
    body = {"status": status, "reason": "Ghi nhầm"}
    return await client.put(f"{VISITS}/{visit['id']}/status", json=body, headers=headers)


async def undo(client: httpx2.AsyncClient, visit: dict[str, Any], status: str) -> httpx2.Response:
    return await client.post(
        f"{VISITS}/{visit['id']}/undo", json={"status": status}, headers={"Idempotency-Key": str(uuid7())}
    )


async def steps(client: httpx2.AsyncClient, visit: dict[str, Any], headers: dict[str, str]) -> dict[str, str]:
    answer = await client.get(f"{VISITS}/{visit['id']}/steps", headers=headers)
    [guest] = answer.json()["appointments"]
    return {step["request"]: step["status"] for step in guest["steps"]}


@pytest.mark.parametrize(
    ("minutes", "status"), [(NOW, "arrived"), (HALF_AN_HOUR, "in_service"), (YESTERDAY, "completed")]
)
async def test_a_receptionist_cancels_it_and_it_is_not_late(
    client: httpx2.AsyncClient, minutes: int, status: str
) -> None:
    spa, desk = await bookable_spa(hours="00:00-24:00"), await signed_in(Role.RECEPTIONIST)
    visit = await write_down(client, spa, minutes)
    assert visit["appointments"][0]["status"] == status
    assert (await steps(client, visit, desk))["cancelled"] == "cancelled"
    for _ in range(2):  # a repeated request changes nothing
        answer = await request(client, visit, "cancelled", desk)
        assert answer.status_code == 200, answer.text
        assert answer.json()["appointments"][0]["status"] == "cancelled"
        assert resources_of(answer.json(), "staff") == []
    again = await client.post(VISITS, **spa.booking(this_step() - timedelta(minutes=minutes), walk_in=True))
    assert again.status_code == 201, again.text


@pytest.mark.parametrize("minutes", [NOW, HALF_AN_HOUR, YESTERDAY])
async def test_its_cancellation_is_undone_and_done_again(client: httpx2.AsyncClient, minutes: int) -> None:
    visit = await write_down(client, await bookable_spa(hours="00:00-24:00"), minutes)
    for _ in range(2):
        assert (await request(client, visit, "cancelled")).status_code == 200
        undone = await undo(client, visit, "cancelled")
        assert undone.json() == visit


async def test_the_ledger_names_who_took_it_back(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(hours="00:00-24:00")
    user_id, desk = await new_user(Role.RECEPTIONIST)
    visit = await write_down(client, spa, YESTERDAY)
    await request(client, visit, "cancelled", desk)
    [entry] = [entry for entry in await entries(entity="appointment") if entry["action"] == "update"]
    assert entry["actor_id"] == user_id


async def test_after_a_day_an_administrator_reopens_it_first(client: httpx2.AsyncClient) -> None:
    visit = await write_down(client, await bookable_spa(hours="00:00-24:00"), YESTERDAY)
    await run_sql("UPDATE appointment SET created_at = created_at - interval '24 hours 1 minute'")
    refused = await request(client, visit, "cancelled")
    assert code_of(refused) == (409, "STATUS_CONFLICT")
    assert refused.json()["error"]["message"] == "Lịch hẹn đã hoàn tất. Quản lý cần mở lại lịch hẹn trước."
    assert (await request(client, visit, "reopened")).status_code == 200
    cancelled = await request(client, visit, "cancelled")
    assert cancelled.json()["appointments"][0]["status"] == "cancelled"


async def test_one_that_was_served_step_by_step_is_not_cancelled(client: httpx2.AsyncClient) -> None:
    """Take it back one step at a time, or who took the money could make the visit disappear."""
    visit = await write_down(client, await bookable_spa(hours="00:00-24:00"), NOW)
    for status in ("in_service", "completed"):
        assert (await request(client, visit, status)).status_code == 200
        assert code_of(await request(client, visit, "cancelled")) == (409, "STATUS_CONFLICT")
    for status in ("completed", "in_service"):
        assert (await undo(client, visit, status)).status_code == 200
    assert (await request(client, visit, "cancelled")).status_code == 200


async def test_a_therapist_does_not_take_it_back(client: httpx2.AsyncClient) -> None:
    visit = await write_down(client, await bookable_spa(hours="00:00-24:00"), YESTERDAY)
    user_id, therapist = await new_user(Role.THERAPIST)
    await run_sql("UPDATE staff SET user_id = $1", user_id)
    assert "cancelled" not in await steps(client, visit, therapist)
    assert code_of(await request(client, visit, "cancelled", therapist)) == (403, "FORBIDDEN")


async def test_a_booking_that_is_completed_is_not_cancelled(client: httpx2.AsyncClient) -> None:
    """A completed booking of yesterday is no record of the desk, whatever is known of its transitions."""
    visit = await write_down(client, await bookable_spa(hours="00:00-24:00"), YESTERDAY)
    await run_sql("UPDATE visit SET source = 'desk'")
    assert code_of(await request(client, visit, "cancelled")) == (409, "STATUS_CONFLICT")
