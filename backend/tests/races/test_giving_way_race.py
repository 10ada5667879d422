"""Bookings at the same moment that need others to give way, and the same others, in two processes."""

from collections import Counter
from typing import Any

import pytest

from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa, overlaps
from tests.builders.people import signed_in
from tests.support.crowd import Crowd, crowd_of, request
from tests.support.database import run_sql

pytestmark = pytest.mark.usefixtures("client")

ROUNDS = 12
ASKED = 4
"""The number of therapists that are requested at once. Each has a guest without a wish."""
_INCOMPLETE = """
SELECT treatment.id FROM appointment_treatment AS treatment JOIN appointment ON appointment.id = appointment_id
LEFT JOIN allocation ON appointment_treatment_id = treatment.id AND allocation.appointment_id = appointment.id
WHERE status = 'confirmed' GROUP BY treatment.id HAVING count(allocation.id) <> 2
"""
_NOT_WHO_WAS_ASKED_FOR = """
SELECT treatment.id FROM appointment_treatment AS treatment
JOIN allocation ON appointment_treatment_id = treatment.id JOIN resource ON resource.id = resource_id
WHERE kind = 'staff' AND therapist_id <> resource_id
"""


async def test_all_who_ask_by_name_at_once_get_their_therapist() -> None:
    """Half of the therapists have guests without a wish, and the other half is free: all of them fit."""
    spa, headers = (
        await bookable_spa(therapists=2 * ASKED, beds=2 * ASKED),
        await signed_in(Role.RECEPTIONIST),
    )
    async with crowd_of(ASKED) as crowd:
        for number in range(ROUNDS):
            busy = await _fill(crowd, spa, headers, number, guests=ASKED)
            answers = await crowd.send(
                [_request(spa, headers, number, therapist_id=therapist_id) for therapist_id in busy]
            )
            assert [answer.status for answer in answers] == [201] * ASKED, [answer.code for answer in answers]
    await _check(visits=2 * ASKED * ROUNDS)


async def test_one_of_many_who_ask_for_the_same_therapist_gets_her() -> None:
    spa, headers = await bookable_spa(therapists=3, beds=20), await signed_in(Role.RECEPTIONIST)
    async with crowd_of(8) as crowd:
        for number in range(ROUNDS):
            [lan] = await _fill(crowd, spa, headers, number, guests=1)
            answers = await crowd.send([_request(spa, headers, number, therapist_id=lan) for _ in range(8)])
            assert Counter(answer.code for answer in answers) == {"": 1, "SLOT_TAKEN": 7}
    await _check(visits=2 * ROUNDS)


async def test_who_gives_way_may_be_moved_by_the_desk_at_the_same_moment() -> None:
    """Move each of the guests to the hour of another while their therapists are asked for."""
    spa, headers = (
        await bookable_spa(therapists=2 * ASKED, beds=2 * ASKED),
        await signed_in(Role.RECEPTIONIST),
    )
    answers: Counter[tuple[str, int, str]] = Counter()
    visits = 0
    async with crowd_of(4 * ASKED) as crowd:
        for number in range(0, ROUNDS, 2):
            here = await _fill_visits(crowd, spa, headers, number, guests=ASKED)
            there = await _fill_visits(crowd, spa, headers, number + 1, guests=ASKED)
            bookings = [
                _request(spa, headers, hour, therapist_id=_therapist(visit))
                for hour, filled in ((number, here), (number + 1, there))
                for visit in filled
            ]
            moves = [
                request("PATCH", f"{VISITS}/{visit['id']}", headers, {"start": _hour(spa, hour)})
                for hour, filled in ((number + 1, here), (number, there))
                for visit in filled
            ]
            mixed = [content for pair in zip(bookings, moves, strict=True) for content in pair]
            for at, answer in enumerate(await crowd.send(mixed)):
                answers["move" if at % 2 else "book", answer.status, answer.code] += 1
            visits += len(here) + len(there)
    assert {(status, code) for _, status, code in answers} <= {(201, ""), (200, ""), (409, "SLOT_TAKEN")}
    booked = sum(count for (action, status, _), count in answers.items() if (action, status) == ("book", 201))
    assert booked > 0
    await _check(visits=visits + booked)


async def _fill(
    crowd: Crowd, spa: BookableSpa, headers: dict[str, str], number: int, *, guests: int
) -> list[str]:
    """Book guests without a wish, and return their therapists."""
    return [_therapist(visit) for visit in await _fill_visits(crowd, spa, headers, number, guests=guests)]


async def _fill_visits(
    crowd: Crowd, spa: BookableSpa, headers: dict[str, str], number: int, *, guests: int
) -> list[dict[str, Any]]:
    answers = [await crowd.send_as(0, _request(spa, headers, number)) for _ in range(guests)]
    assert [answer.status for answer in answers] == [201] * guests
    return [answer.body for answer in answers]


def _request(spa: BookableSpa, headers: dict[str, str], number: int, **wishes: Any) -> bytes:
    guests = [{"treatments": [spa.treatment(**wishes)]}]
    booking = spa.booking(spa.hour(9.5 + 1.5 * (number % 7), days=3 + number // 7), guests=guests)
    return request("POST", VISITS, booking["headers"] | headers, booking["json"])


def _hour(spa: BookableSpa, number: int) -> str:
    return spa.hour(9.5 + 1.5 * (number % 7), days=3 + number // 7).isoformat()


def _therapist(visit: dict[str, Any]) -> str:
    [treatment] = visit["appointments"][0]["treatments"]
    [therapist_id] = [
        allocation["resource_id"] for allocation in treatment["allocations"] if allocation["kind"] == "staff"
    ]
    return str(therapist_id)


async def _check(*, visits: int) -> None:
    """Check that every visit that was answered is there, with all that it needs."""
    assert await overlaps() == 0
    assert len(await run_sql("SELECT FROM visit")) == visits
    assert await run_sql(_INCOMPLETE) == []
    assert await run_sql(_NOT_WHO_WAS_ASKED_FOR) == []
