"""Customers move their own bookings."""

from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from app.common.helpers import utc_now
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    alternatives,
    bookable_spa,
    create_booking,
    resources_of,
    with_headers,
)
from tests.builders.people import add_customer, new_customer
from tests.builders.rosters import code_of
from tests.support.database import run_sql


async def booked(
    client: httpx2.AsyncClient, spa: BookableSpa, headers: dict[str, str], hour: float = 10, **more: Any
) -> dict[str, Any]:
    answer = await client.post(VISITS, **with_headers(spa.booking(spa.hour(hour), **more), headers))
    assert answer.status_code == 201, answer.text
    visit: dict[str, Any] = answer.json()
    return visit


async def move(
    client: httpx2.AsyncClient, visit: dict[str, Any], start: datetime, headers: dict[str, str], **more: Any
) -> httpx2.Response:
    body = {"start": start.isoformat()} | more
    return await client.patch(f"{VISITS}/{visit['id']}", json=body, headers=headers)


def starts_of(answer: httpx2.Response) -> list[datetime]:
    return [datetime.fromisoformat(guest["start"]) for guest in answer.json()["appointments"]]


async def test_the_whole_party_moves_and_keeps_ids_people_and_beds(client: httpx2.AsyncClient) -> None:
    spa, (_, mai) = await bookable_spa(therapists=3, beds=3), await new_customer()
    visit = await booked(client, spa, mai, guests=2, same_room=True)
    moved = await move(client, visit, spa.hour(14), mai)
    assert (moved.status_code, starts_of(moved)) == (200, [spa.hour(14)] * 2)
    for kind in ("staff", "bed"):
        assert resources_of(moved.json(), kind) == resources_of(visit, kind)
    assert (await client.get(f"{VISITS}/{visit['id']}", headers=mai)).json() == moved.json()


class TestPolicy:
    @pytest.mark.parametrize("status", ["pending", "confirmed", "reopened"])
    async def test_a_visit_moves_until_it_could_be_cancelled(
        self, client: httpx2.AsyncClient, status: str
    ) -> None:
        spa, (_, mai) = await bookable_spa(), await new_customer()
        visit = await booked(client, spa, mai, 14)
        await run_sql("UPDATE appointment SET status = $1", status)
        left = (spa.hour(14) - utc_now()) // timedelta(minutes=1)
        await run_sql("UPDATE branch SET free_cancel_minutes = $1", left + 1)
        refused = await move(client, visit, spa.hour(18), mai)
        assert code_of(refused) == (409, "TOO_LATE_TO_MOVE")
        await run_sql("UPDATE branch SET free_cancel_minutes = $1", left - 1)
        assert (await move(client, visit, spa.hour(18), mai)).status_code == 200
        await run_sql("UPDATE branch SET free_cancel_minutes = 43200")
        assert (
            await move(client, visit, spa.hour(14), {})
        ).status_code == 200  # the desk moves it at any time

    async def test_an_archived_customer_does_not_move_a_visit_as_they_cannot_book_one(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, (_, mai) = await bookable_spa(), await new_customer()
        visit = await booked(client, spa, mai)
        await run_sql("UPDATE customer SET archived_at = now()")
        assert code_of(await move(client, visit, spa.hour(18), mai)) == (409, "CUSTOMER_ARCHIVED")

    @pytest.mark.parametrize("status", ["arrived", "in_service", "completed", "cancelled", "no_show"])
    async def test_a_visit_that_is_under_way_or_over_does_not_move(
        self, client: httpx2.AsyncClient, status: str
    ) -> None:
        spa, (_, mai) = await bookable_spa(), await new_customer()
        visit = await booked(client, spa, mai)
        await run_sql("UPDATE appointment SET status = $1", status)
        assert code_of(await move(client, visit, spa.hour(14), mai)) == (409, "STATUS_CONFLICT")

    async def test_a_party_of_which_a_guest_has_arrived_does_not_move(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, (_, mai) = await bookable_spa(therapists=2, beds=2), await new_customer()
        visit = await booked(client, spa, mai, guests=2)
        await run_sql(
            "UPDATE appointment SET status = 'arrived' WHERE id = (SELECT id FROM appointment LIMIT 1)"
        )
        assert code_of(await move(client, visit, spa.hour(14), mai)) == (409, "STATUS_CONFLICT")

    @pytest.mark.parametrize("hold", [False, True], ids=["booking", "hold"])
    async def test_the_new_start_is_within_grid_notice_and_horizon(
        self, client: httpx2.AsyncClient, hold: bool
    ) -> None:
        spa = await bookable_spa(notice_minutes=120, horizon_days=10, grid_minutes=30, free_cancel_minutes=0)
        _, mai = await new_customer()
        visit = await booked(client, spa, mai, hold=hold)
        now = datetime.now(spa.zone)
        for start in (
            spa.hour(10.25),
            spa.hour(10, 11),
            spa.hour(10, -1),
            (now + timedelta(minutes=60)).replace(minute=0, second=0, microsecond=0),
        ):
            assert code_of(await move(client, visit, start, mai)) == (409, "NOT_BOOKABLE"), start
        moved = await move(client, visit, spa.hour(10.5, 10), mai)
        assert (moved.status_code, starts_of(moved)) == (200, [spa.hour(10.5, 10)])

    async def test_a_taken_time_is_refused_with_starts_that_the_customer_can_have(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, (_, mai) = await bookable_spa(grid_minutes=60), await new_customer()
        visit = await booked(client, spa, mai)
        await create_booking(client, spa, 14)
        refused = await move(client, visit, spa.hour(14), mai)
        assert code_of(refused) == (409, "SLOT_TAKEN")
        for start in alternatives(refused):
            assert (await move(client, visit, start, mai)).status_code == 200

    async def test_a_move_that_is_sent_again_is_done_already(self, client: httpx2.AsyncClient) -> None:
        """Move to a time at which nothing can be moved any more, and lose the response."""
        spa = await bookable_spa(free_cancel_minutes=5 * 24 * 60)
        _, mai = await new_customer()
        visit = (await client.post(VISITS, **with_headers(spa.booking(spa.hour(10, 6)), mai))).json()
        first = await move(client, visit, spa.hour(10), mai)
        assert first.status_code == 200
        again = await move(client, visit, spa.hour(10), mai)
        assert (again.status_code, again.json()) == (200, first.json())
        assert code_of(await move(client, visit, spa.hour(11), mai)) == (409, "TOO_LATE_TO_MOVE")

    @pytest.mark.parametrize(("before", "after"), [("pending", "pending"), ("confirmed", "pending")])
    async def test_a_moved_visit_waits_for_approval_where_the_branch_requires_it(
        self, client: httpx2.AsyncClient, before: str, after: str
    ) -> None:
        spa, (_, mai) = await bookable_spa(approve_online=True), await new_customer()
        visit = await booked(client, spa, mai)
        await run_sql("UPDATE appointment SET status = $1", before)
        moved = await move(client, visit, spa.hour(14), mai)
        assert moved.json()["appointments"][0]["status"] == after
        by_desk = await move(client, visit, spa.hour(15), {})
        assert by_desk.json()["appointments"][0]["status"] == after

    async def test_a_hold_moves_and_stays_a_hold_until_it_expires(self, client: httpx2.AsyncClient) -> None:
        spa, (_, mai) = await bookable_spa(approve_online=True), await new_customer()
        visit = await booked(client, spa, mai, hold=True)
        [before] = visit["appointments"]
        [after] = (await move(client, visit, spa.hour(14), mai)).json()["appointments"]
        assert (after["status"], after["hold_expires_at"]) == ("held", before["hold_expires_at"])
        await run_sql("UPDATE appointment SET hold_expires_at = now() - interval '1 s'")
        assert code_of(await move(client, visit, spa.hour(15), mai)) == (409, "HOLD_EXPIRED")


class TestOwners:
    async def test_another_customers_visit_is_not_found(self, client: httpx2.AsyncClient) -> None:
        spa, (_, mai), (_, stranger) = await bookable_spa(), await new_customer(), await new_customer()
        visit = await booked(client, spa, mai)
        assert code_of(await move(client, visit, spa.hour(14), stranger)) == (404, "VISIT_NOT_FOUND")
        path = f"{APPOINTMENTS}/{visit['appointments'][0]['id']}"
        refused = await client.patch(path, json={"start": spa.hour(14).isoformat()}, headers=stranger)
        assert code_of(refused) == (404, "APPOINTMENT_NOT_FOUND")

    async def test_a_friend_who_was_brought_along_moves_alone(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        friend, headers = await new_customer()
        booking = spa.booking(spa.hour(10), guests=2, customer_id=await add_customer())
        booking["json"]["guests"][1]["customer_id"] = str(friend)
        visit = (await client.post(VISITS, **booking)).json()
        hosts, own = (guest["id"] for guest in visit["appointments"])
        start = {"start": spa.hour(14).isoformat()}
        assert code_of(await move(client, visit, spa.hour(14), headers)) == (403, "FORBIDDEN")
        refused = await client.patch(f"{APPOINTMENTS}/{hosts}", json=start, headers=headers)
        assert code_of(refused) == (404, "APPOINTMENT_NOT_FOUND")
        moved = await client.patch(f"{APPOINTMENTS}/{own}", json=start, headers=headers)
        assert [guest["id"] for guest in moved.json()["appointments"]] == [own]
        assert starts_of(await client.get(f"{VISITS}/{visit['id']}")) == [spa.hour(10), spa.hour(14)]

    async def test_a_customer_changes_nothing_but_the_start(self, client: httpx2.AsyncClient) -> None:
        spa, (customer_id, mai) = await bookable_spa(), await new_customer()
        visit = await booked(client, spa, mai)
        [guest] = visit["appointments"]
        for more in ({"note": "x"}, {"same_room": True}):
            assert code_of(await move(client, visit, spa.hour(14), mai, **more)) == (403, "FORBIDDEN")
        for change in (
            {"guest_name": "x"},
            {"customer_id": str(customer_id)},
            {"split_from_party": True},
            {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 30}]},
        ):
            refused = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json=change, headers=mai)
            assert code_of(refused) == (403, "FORBIDDEN")
        assert (await client.get(f"{VISITS}/{visit['id']}")).json() == visit
