"""Many requests for one time: they wait without a connection, and losers are refused without a search."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest

from app.core.database import PoolWaiters, engine
from app.modules.availability.availability_service import load_snapshot_around
from app.modules.booking import booking_service
from app.modules.booking.allocation import contention
from app.modules.booking.booking_errors import SlotTaken
from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, bookable_spa, create_booking, with_headers
from tests.builders.people import new_customer, signed_in
from tests.builders.rosters import code_of
from tests.support import eventually

TAKEN, BOOKED = (409, "SLOT_TAKEN"), (201, "")


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> asyncio.Semaphore:
    """Let one request book at a time."""
    places = asyncio.Semaphore(1)
    monkeypatch.setattr(contention, "_admitted", places)
    return places


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that gets an entry for every search for a free time."""
    searches: list[Any] = []

    async def count(*arguments: Any, **options: Any) -> Any:
        searches.append(arguments)
        return await load_snapshot_around(*arguments, **options)

    monkeypatch.setattr(booking_service, "load_snapshot_around", count)
    return searches


@asynccontextmanager
async def all_waiting(
    client: httpx2.AsyncClient, places: asyncio.Semaphore, bookings: Sequence[dict[str, Any]]
) -> AsyncIterator[list[asyncio.Task[httpx2.Response]]]:
    """Send the requests while another one books, and let them begin, in their order, at the end of the context."""
    await places.acquire()
    tasks = []
    for number, booking in enumerate(bookings):
        tasks.append(asyncio.create_task(client.post(VISITS, **booking)))
        await eventually(partial(_are_waiting, places, number + 1))
    yield tasks
    places.release()
    await asyncio.gather(*tasks)


async def _are_waiting(places: asyncio.Semaphore, expected: int) -> bool:
    return len(places._waiters or ()) == expected


async def answers_to(
    client: httpx2.AsyncClient, places: asyncio.Semaphore, bookings: Sequence[dict[str, Any]]
) -> list[httpx2.Response]:
    """Send the requests so that all have arrived before the first begins."""
    async with all_waiting(client, places, bookings) as tasks:
        pass
    return [task.result() for task in tasks]


def outcomes(answers: Sequence[httpx2.Response]) -> Counter[tuple[int, str]]:
    return Counter(code_of(answer) if answer.is_error else (answer.status_code, "") for answer in answers)


async def test_of_many_that_wait_for_a_taken_time_one_searches(
    client: httpx2.AsyncClient, places: asyncio.Semaphore, searches: list[Any]
) -> None:
    spa = await bookable_spa()
    await create_booking(client, spa, 10)
    searches.clear()
    people = [await new_customer() for _ in range(5)]
    bookings = [with_headers(spa.booking(spa.hour(10)), headers) for _, headers in people]
    answers = await answers_to(client, places, bookings)
    assert outcomes(answers) == {TAKEN: 5}
    assert len(searches) == 1
    first, *others = [answer.json()["error"] for answer in answers]
    assert first["details"]
    assert others == [first] * 4


async def test_every_free_bed_is_booked_before_anybody_is_refused(
    client: httpx2.AsyncClient, places: asyncio.Semaphore, searches: list[Any]
) -> None:
    spa = await bookable_spa(therapists=3, beds=3)
    answers = await answers_to(client, places, [spa.booking(spa.hour(10)) for _ in range(8)])
    assert [answer.status_code for answer in answers] == [201] * 3 + [409] * 5
    assert len(searches) == 4


async def test_a_request_that_came_after_the_refusal_is_computed_anew(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    booked = await create_booking(client, spa, 10)
    assert code_of(await client.post(VISITS, **spa.booking(spa.hour(10)))) == TAKEN
    cancelled = await client.put(f"{VISITS}/{booked['id']}/status", json={"status": "cancelled"})
    assert cancelled.status_code == 200
    assert (await client.post(VISITS, **spa.booking(spa.hour(10)))).status_code == 201


async def test_a_retry_of_the_booking_that_won_gets_it_in_the_middle_of_refusals(
    client: httpx2.AsyncClient, places: asyncio.Semaphore
) -> None:
    spa = await bookable_spa()
    winner = spa.booking(spa.hour(10))
    booked = await client.post(VISITS, **winner)
    answers = await answers_to(client, places, [spa.booking(spa.hour(10)), winner, spa.booking(spa.hour(10))])
    assert [answer.status_code for answer in answers] == [409, 201, 409]
    assert answers[1].json() == booked.json()


async def test_a_refusal_is_for_equal_wishes_alone(
    client: httpx2.AsyncClient, places: asyncio.Semaphore
) -> None:
    """Two treatments, two guests, another therapist or another start may fit where one of them does not."""
    spa = await bookable_spa(therapists=2, beds=2)
    lan, mai = spa.therapists
    asked_for = [{"treatments": [spa.treatment(therapist_id=lan)]}]
    await client.post(VISITS, **spa.booking(spa.hour(10), guests=asked_for))
    bookings = [
        spa.booking(spa.hour(10), guests=asked_for),
        spa.booking(spa.hour(10), guests=2),
        spa.booking(spa.hour(11.5), guests=asked_for),
        spa.booking(spa.hour(10), guests=[{"treatments": [spa.treatment(therapist_id=mai)]}]),
    ]
    answers = await answers_to(client, places, bookings)
    assert [answer.status_code for answer in answers] == [409, 409, 201, 201]


async def test_what_one_caller_may_not_do_is_no_refusal_of_the_time_for_another(
    client: httpx2.AsyncClient, places: asyncio.Semaphore
) -> None:
    """The desk books with less notice than customers, and a customer cannot take in a walk-in."""
    spa = await bookable_spa(notice_minutes=5 * 24 * 60)
    _, customer = await new_customer()
    desk = await signed_in(Role.RECEPTIONIST)
    bookings = [with_headers(spa.booking(spa.hour(10)), headers) for headers in (customer, desk, customer)]
    answers = await answers_to(client, places, bookings)
    assert [answer.status_code for answer in answers] == [409, 201, 409]
    assert code_of(answers[0]) == (409, "NOT_BOOKABLE")


async def test_who_waits_for_admission_holds_no_connection(
    client: httpx2.AsyncClient, places: asyncio.Semaphore
) -> None:
    spa = await bookable_spa()
    async with all_waiting(client, places, [spa.booking(spa.hour(10)) for _ in range(3)]):
        assert (engine.pool.checkedout(), PoolWaiters.count) == (0, 0)  # type: ignore[attr-defined]  # of QueuePool
        assert (await client.get(VISITS, params={"branch_id": str(spa.branch_id)})).status_code == 200


async def test_an_admission_that_does_not_come_is_503_and_the_retry_books(
    client: httpx2.AsyncClient, places: asyncio.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    spa = await bookable_spa()
    booking = spa.booking(spa.hour(10))
    with monkeypatch.context() as patch:
        patch.setattr(contention, "ADMISSION_WAIT", 0.05)
        await places.acquire()
        refused = await client.post(VISITS, **booking)
    assert code_of(refused) == (503, "SERVICE_UNAVAILABLE")
    assert refused.headers["Retry-After"] == "1"
    places.release()
    assert (await client.post(VISITS, **booking)).status_code == 201


@pytest.mark.parametrize("token", [{"Authorization": "Bearer nonsense"}, {"Authorization": ""}])
async def test_a_stranger_does_not_wait(
    client: httpx2.AsyncClient, places: asyncio.Semaphore, token: dict[str, str]
) -> None:
    spa = await bookable_spa()
    await places.acquire()
    answer = await client.post(VISITS, **with_headers(spa.booking(spa.hour(10)), token))
    assert answer.status_code == 401


async def test_a_request_that_fails_makes_room_for_the_next(
    client: httpx2.AsyncClient, places: asyncio.Semaphore
) -> None:
    spa = await bookable_spa()
    bodies: list[Any] = [{}, spa.booking(spa.hour(10))["json"] | {"branch_id": "none"}]
    for body in bodies:
        assert (await client.post(VISITS, json=body)).status_code == 422
    await create_booking(client, spa, 10)
    await client.post(VISITS, **spa.booking(spa.hour(10)))
    assert not places.locked()


def test_memory_is_bounded() -> None:
    for number in range(contention._KNOWN_REFUSALS + 5):
        with pytest.raises(SlotTaken), contention.remember_refusal(f"request {number}"):
            raise SlotTaken
    assert len(contention._refusals) == contention._KNOWN_REFUSALS
