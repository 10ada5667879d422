"""Many clients book the last free hour at the same moment, in two processes."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, overlaps
from tests.builders.people import new_customer, signed_in
from tests.builders.rosters import add_skill
from tests.builders.spas import Segment
from tests.support.crowd import Answer, Crowd, crowd_of, request
from tests.support.database import run_sql

pytestmark = pytest.mark.usefixtures("client")

ROUNDS, CLIENTS = 50, 200
TAKEN = (409, "SLOT_TAKEN")
BOOKED = (201, "")
COPIES = 20


def hour_of(spa: BookableSpa, number: int) -> datetime:
    """Return the start of a round; the starts leave time for the turnover."""
    return spa.hour(9.5 + 1.5 * (number % 7), days=3 + number // 7)


async def test_one_hour_is_booked_once_however_many_clients_try(
    record_property: Callable[[str, object], None],
) -> None:
    """Give every client its final answer with the limits of production, on a busy machine too: a client that gets 503 sends
    the same request, with its key, again when Retry-After is over."""
    spa, headers = await bookable_spa(), await signed_in(Role.RECEPTIONIST)
    on_a_device = await _add_device(spa)
    seconds = []
    async with crowd_of(CLIENTS, long_limits=False) as crowd:
        for number in range(ROUNDS):
            bookings = [spa.booking(hour_of(spa, number), guests=on_a_device) for _ in range(CLIENTS)]
            requests = [_request(booking, headers) for booking in bookings]
            began = time.perf_counter()
            answers = await crowd.send(requests)
            seconds.append(time.perf_counter() - began)
            assert _count_answers(answers) == {BOOKED: 1, TAKEN: CLIENTS - 1}
    record_property("milliseconds for each of them", sum(seconds) / len(seconds) / CLIENTS * 1000)
    record_property("seconds of the slowest round", max(seconds))
    record_property("responses of 503", crowd.statuses[503])
    assert await overlaps() == 0
    assert await _count("visit") == await _count("appointment") == await _count("idempotency_key") == ROUNDS
    assert await _count("allocation") == 3 * ROUNDS


async def test_copies_of_one_request_never_get_a_conflict() -> None:
    """A copy that waits for the first gets the response of the first, and not that the time is taken."""
    spa, headers = await bookable_spa(), await signed_in(Role.RECEPTIONIST)
    async with crowd_of(COPIES) as crowd:
        for number in range(5):
            booking = spa.booking(hour_of(spa, number))
            copies = (
                _send_until_booked(crowd, client, _request(booking, headers)) for client in range(COPIES)
            )
            visits = {visit_id for ids in await asyncio.gather(*copies) for visit_id in ids}
            assert len(visits) == 1
    assert await overlaps() == 0


async def _add_device(spa: BookableSpa) -> list[dict[str, Any]]:
    """Add a device, and return a guest with a treatment that needs a therapist, a bed and the device."""
    spa.device("laser 1")
    treatment = spa.service("laser", Segment(60, on="massage-bed", with_="laser"))
    await spa.write()
    await add_skill(spa.therapists[0], spa.service_of[treatment])
    return [{"treatments": [{"variant_id": str(treatment)}]}]


async def _send_until_booked(crowd: Crowd, client: int, content: bytes) -> set[str]:
    """Repeat a request until it is answered with a visit, and return the ids of all visits in its answers."""
    visit_ids: set[str] = set()
    while len(visit_ids) == 0:
        answer = await crowd.send_as(client, content)
        if answer.status == 201:
            visit_ids.add(answer.body["id"])
        else:
            assert answer.code == "IDEMPOTENCY_IN_FLIGHT"
    return visit_ids


async def test_a_customer_who_requests_many_holds_at_once_gets_three() -> None:
    spa, (_, headers) = await bookable_spa(therapists=9, beds=9), await new_customer()
    async with crowd_of(8) as crowd:
        holds = [spa.booking(spa.hour(hour), hold=True) for hour in range(9, 17)]
        answers = await crowd.send([_request(booking, headers) for booking in holds])
    assert _count_answers(answers) == {BOOKED: 3, (409, "TOO_MANY_HOLDS"): 5}


def _request(booking: dict[str, dict[str, str]], headers: dict[str, str]) -> bytes:
    return request("POST", VISITS, booking["headers"] | headers, booking["json"])


def _count_answers(answers: list[Answer]) -> Counter[tuple[int, str]]:
    return Counter((answer.status, answer.code) for answer in answers)


async def _count(table: str) -> int:
    [(count,)] = await run_sql(f"SELECT count(*) FROM {table}")
    return int(count)
