"""Everybody wants the hour that is left, at the same moment, of two processes."""

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
    """One for each round, far enough apart for a turnover."""
    return spa.hour(9.5 + 1.5 * (number % 7), days=3 + number // 7)


async def test_one_hour_is_one_booking_however_many_want_it(
    record_property: Callable[[str, object], None],
) -> None:
    spa, headers = await bookable_spa(), await signed_in(Role.RECEPTIONIST)
    on_a_device = await _add_device(spa)
    seconds = []
    async with crowd_of(CLIENTS, patient=False) as crowd:
        for number in range(ROUNDS):
            bookings = [spa.booking(hour_of(spa, number), guests=on_a_device) for _ in range(CLIENTS)]
            asked = [_sent(each, headers) for each in bookings]
            began = time.perf_counter()
            answers = await crowd.ask(asked)
            seconds.append(time.perf_counter() - began)
            assert _counted(answers) == {BOOKED: 1, TAKEN: CLIENTS - 1}
    record_property("milliseconds for each of them", sum(seconds) / len(seconds) / CLIENTS * 1000)
    record_property("seconds of the slowest round", max(seconds))
    record_property("told to come back", crowd.statuses[503])
    assert await overlaps() == 0
    assert await _count("visit") == await _count("appointment") == await _count("idempotency_key") == ROUNDS
    assert await _count("allocation") == 3 * ROUNDS


async def test_copies_of_one_request_are_never_told_that_it_was_too_late() -> None:
    """Whoever comes when the first ends has its answer, and not that of somebody who came second."""
    spa, headers = await bookable_spa(), await signed_in(Role.RECEPTIONIST)
    async with crowd_of(COPIES) as crowd:
        for number in range(5):
            booking = spa.booking(hour_of(spa, number))
            copies = (_until_booked(crowd, client, _sent(booking, headers)) for client in range(COPIES))
            visits = {visit_id for ids in await asyncio.gather(*copies) for visit_id in ids}
            assert len(visits) == 1
    assert await overlaps() == 0


async def _add_device(spa: BookableSpa) -> list[dict[str, Any]]:
    """One, and a guest with a treatment that needs it beside a therapist and a bed."""
    spa.device("laser 1")
    treatment = spa.service("laser", Segment(60, on="massage-bed", with_="laser"))
    await spa.write()
    await add_skill(spa.therapists[0], spa.service_of[treatment])
    return [{"treatments": [{"variant_id": str(treatment)}]}]


async def _until_booked(crowd: Crowd, client: int, asked: bytes) -> set[str]:
    """As one who gets no answer asks again and again; the ids of what was booked."""
    booked: set[str] = set()
    while len(booked) == 0:
        answer = await crowd.ask_as(client, asked)
        if answer.status == 201:
            booked.add(answer.body["id"])
        else:
            assert answer.code == "IDEMPOTENCY_IN_FLIGHT"
    return booked


async def test_a_customer_who_asks_for_many_holds_at_once_gets_three() -> None:
    spa, (_, headers) = await bookable_spa(therapists=9, beds=9), await new_customer()
    async with crowd_of(8) as crowd:
        holds = [spa.booking(spa.hour(10), hold=True) for _ in range(8)]
        answers = await crowd.ask([_sent(each, headers) for each in holds])
    assert _counted(answers) == {BOOKED: 3, (409, "TOO_MANY_HOLDS"): 5}


def _sent(booking: dict[str, dict[str, str]], headers: dict[str, str]) -> bytes:
    return request("POST", VISITS, booking["headers"] | headers, booking["json"])


def _counted(answers: list[Answer]) -> Counter[tuple[int, str]]:
    return Counter((answer.status, answer.code) for answer in answers)


async def _count(table: str) -> int:
    [(count,)] = await run_sql(f"SELECT count(*) FROM {table}")
    return int(count)
