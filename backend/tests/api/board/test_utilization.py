"""Count guests and minutes of the days of a branch: `GET /branches/{id}/utilization`."""

from typing import Any
from uuid import UUID

import httpx2

from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, create_booking
from tests.builders.people import signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql


async def utilization(
    client: httpx2.AsyncClient, spa: BookableSpa, first: int = 3, last: int = 4
) -> list[dict[str, Any]]:
    params = {"first_day": str(spa.day(first)), "last_day": str(spa.day(last))}
    answer = await client.get(f"/api/v1/branches/{spa.branch_id}/utilization", params=params)
    assert answer.status_code == 200, answer.text
    days: list[dict[str, Any]] = answer.json()
    return days


async def test_each_day_has_its_guests_and_minutes(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2, hours="09:00-21:00")
    spa.open_otherwise(spa.day(5), spa.day(5))
    await spa.write()
    await create_booking(client, spa, 10, guests=2)
    await create_booking(client, spa, 14)
    full, empty, closed = await utilization(client, spa, 3, 5)
    assert full == {
        "day": str(spa.day(3)),
        "is_open": True,
        "guests": 3,
        "pending_guests": 0,
        "booked_minutes": 180,
        "working_minutes": 1440,
    }
    assert (empty["guests"], empty["booked_minutes"], empty["working_minutes"]) == (0, 0, 1440)
    assert not closed["is_open"]


async def test_guests_who_do_not_come_do_not_count(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    cancelled = await create_booking(client, spa, 10)
    await client.put(f"{VISITS}/{cancelled['id']}/status", json={"status": "cancelled"})
    await create_booking(client, spa, 14, hold=True)
    assert (await utilization(client, spa))[0]["guests"] == 1
    await run_sql("UPDATE appointment SET hold_expires_at = now() WHERE status = 'held'")
    assert (await utilization(client, spa))[0]["guests"] == 0


async def test_guests_who_wait_for_the_desk_are_counted_apart(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=2, beds=2)
    await create_booking(client, spa, 10)
    waiting = await create_booking(client, spa, 14)
    await run_sql("UPDATE appointment SET status = 'pending' WHERE visit_id = $1", UUID(waiting["id"]))
    full, empty = await utilization(client, spa)
    assert [(day["guests"], day["pending_guests"]) for day in (full, empty)] == [(2, 1), (0, 0)]
    await client.put(f"{VISITS}/{waiting['id']}/status", json={"status": "declined"})
    assert (await utilization(client, spa))[0]["pending_guests"] == 0


async def test_a_night_counts_on_each_side_of_midnight(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=1, hours="20:00-26:00")
    first, second = await utilization(client, spa)
    assert (first["working_minutes"], second["working_minutes"]) == (360, 360)
    await create_booking(client, spa, 25)
    first, second = await utilization(client, spa)
    assert (first["guests"], second["guests"]) == (0, 1)


async def test_a_day_of_25_hours_counts_whole(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(time_zone="Europe/Berlin")
    spa.therapist("Hoa", spa.variant_id, shifts=["2027-10-31 00:00-24:00"])
    await spa.write()
    params = {"first_day": "2027-10-31", "last_day": "2027-10-31"}
    answer = await client.get(f"/api/v1/branches/{spa.branch_id}/utilization", params=params)
    assert [day["working_minutes"] for day in answer.json()] == [1500]


async def test_only_the_desk_sees_it(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    params = {"first_day": str(spa.day()), "last_day": str(spa.day())}
    therapist = await signed_in(Role.THERAPIST, branch_id=spa.branch_id)
    path = f"/api/v1/branches/{spa.branch_id}/utilization"
    assert code_of(await client.get(path, params=params, headers=therapist)) == (403, "FORBIDDEN")
