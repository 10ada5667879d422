"""Count how often a search and a booking wait for PostgreSQL: the database of a spa is some milliseconds away."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx2
import pytest

from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, with_headers
from tests.builders.people import new_customer
from tests.support.messages import round_trips

MONTH = 6
BOOKING = 10
ONLINE = 13
"""A customer who books online is looked up, locked and counted besides, and the branch may want a deposit."""


def month(client: httpx2.AsyncClient, spa: BookableSpa) -> Callable[[], Awaitable[httpx2.Response]]:
    first = spa.day(1)
    request = {
        "branch_id": str(spa.branch_id),
        "guests": [{"treatments": [spa.treatment()]}],
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=30)).isoformat(),
    }
    return lambda: client.post("/api/v1/availability/days", json=request)


@pytest.mark.parametrize("therapists", [1, 20], ids=["one", "more than are looked at first"])
async def test_a_month_of_availability(client: httpx2.AsyncClient, therapists: int) -> None:
    spa = await bookable_spa(therapists=therapists, beds=20)
    assert await round_trips(month(client, spa)) <= MONTH


@pytest.mark.parametrize("guests", [1, 3])
@pytest.mark.parametrize("hold", [False, True], ids=["booked", "held"])
async def test_a_booking_at_the_desk(client: httpx2.AsyncClient, guests: int, hold: bool) -> None:
    spa = await bookable_spa(therapists=3, beds=3)
    mai, _ = await new_customer()
    hours = iter((10, 12, 14))
    assert (
        await round_trips(
            lambda: client.post(
                VISITS, **spa.booking(spa.hour(next(hours)), customer_id=mai, guests=guests, hold=hold)
            )
        )
        <= BOOKING
    )


async def test_a_booking_online(stranger: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    _, headers = await new_customer()
    hours = iter((10, 12, 14))
    assert (
        await round_trips(
            lambda: stranger.post(VISITS, **with_headers(spa.booking(spa.hour(next(hours))), headers))
        )
        <= ONLINE
    )
