"""Series, single bookings and cancellations at the same time, in two processes."""

import httpx2

from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, overlaps
from tests.builders.people import signed_in
from tests.support.crowd import Answer, crowd_of, request
from tests.support.database import run_sql

SERIES = "/api/v1/visit-series"
WEEKS, COPIES, SERIES_AT_ONCE, SINGLES = 3, 12, 6, 12


def series_request(spa: BookableSpa, headers: dict[str, str], hour: float, *, guests: int = 1) -> bytes:
    booking = spa.booking(spa.hour(hour, days=1), guests=guests)
    body = {"visit": booking["json"], "repeat": {"count": WEEKS}}
    return request("POST", SERIES, booking["headers"] | headers, body)


def visit_ids(answers: list[Answer]) -> list[str]:
    return [
        occurrence["visit"]["id"]
        for answer in answers
        if answer.status == 201
        for occurrence in answer.body["occurrences"]
        if occurrence["visit"]
    ]


async def test_series_and_single_bookings_meet_without_a_deadlock(client: httpx2.AsyncClient) -> None:
    """The crowd accepts no deadlock. Each answer says what is booked, and a refused occurrence has no visit."""
    spa, headers = await bookable_spa(therapists=3, beds=3), await signed_in(Role.RECEPTIONIST)
    hours = (10, 10.5, 11)
    requests = [series_request(spa, headers, hours[n % 3], guests=2) for n in range(SERIES_AT_ONCE)]
    for number in range(SINGLES):
        booking = spa.booking(spa.hour(hours[number % 3], days=1 + 7 * (number % WEEKS)))
        requests.append(request("POST", VISITS, booking["headers"] | headers, booking["json"]))
    async with crowd_of(len(requests)) as crowd:
        answers = await crowd.send(requests)
    assert {answer.status for answer in answers[:SERIES_AT_ONCE]} == {201}
    assert {answer.code for answer in answers[SERIES_AT_ONCE:]} <= {"", "SLOT_TAKEN"}
    booked = visit_ids(answers[:SERIES_AT_ONCE])
    booked += [answer.body["id"] for answer in answers[SERIES_AT_ONCE:] if answer.status == 201]
    assert sorted(booked) == sorted(str(row["id"]) for row in await run_sql("SELECT id FROM visit"))
    for answer in answers[:SERIES_AT_ONCE]:
        assert all(
            (occurrence["visit"] is None) == ((occurrence["error"] or {}).get("code") == "SLOT_TAKEN")
            for occurrence in answer.body["occurrences"]
        )
    assert await overlaps() == 0


async def test_copies_of_a_series_in_two_processes_make_one(client: httpx2.AsyncClient) -> None:
    spa, headers = await bookable_spa(), await signed_in(Role.RECEPTIONIST)
    copy = series_request(spa, headers, 10)
    async with crowd_of(COPIES) as crowd:
        answers = await crowd.send([copy] * COPIES)
        [last] = await crowd.send([copy])
    assert {answer.code for answer in answers} <= {"", "IDEMPOTENCY_IN_FLIGHT"}
    assert all(answer.body == last.body for answer in answers if answer.status == 201)
    assert sorted(visit_ids([last])) == sorted(
        str(row["id"]) for row in await run_sql("SELECT id FROM visit")
    )
    assert len(visit_ids([last])) == WEEKS
