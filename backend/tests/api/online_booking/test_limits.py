"""Robots and strangers: what one address, one number or a foreign page can do."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.modules.online_booking import limits
from app.modules.online_booking.joining import delete_ended_links
from app.redis.rate_limit import RateLimit
from tests.builders.bookings import BookableSpa
from tests.builders.online import PUBLIC, OnlineGuest, guest_at
from tests.builders.rosters import code_of
from tests.support.database import run_sql

CALL = (409, "CALL_THE_BRANCH")


async def count(table: str) -> int:
    [(number,)] = await run_sql(f"SELECT count(*) FROM {table}")
    return int(number)


class TestHoldsOfAnAddress:
    @pytest.fixture(autouse=True)
    def many_requests(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the database's limit be met, not that of requests."""
        from app.modules.online_booking import online_booking_service

        monkeypatch.setattr(online_booking_service, "HOLDS", RateLimit("many-holds", 1_000, 600))

    async def test_two_hundred_holds_from_one_address_keep_the_limit(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET online_holds_per_address = 3")
        answers = await asyncio.gather(*(guest.hold(spa.hour(9 + number % 12)) for number in range(200)))
        assert sum(answer.status_code == 201 for answer in answers) == 3
        assert {code_of(answer) for answer in answers if answer.status_code != 201} <= {
            CALL,
            (409, "SLOT_TAKEN"),
        }
        assert await count("visit") == 3

    async def test_what_is_confirmed_cancelled_or_over_no_longer_counts(
        self, running_app: object, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET online_holds_per_address = 1")
        assert (await guest.book(spa.hour(10))).status_code == 200
        assert (await guest.hold(spa.hour(11))).status_code == 201
        assert code_of(await guest.hold(spa.hour(12))) == CALL
        await guest.cancel()
        assert (await guest.hold(spa.hour(12))).status_code == 201
        with time_machine.travel(utc_now() + timedelta(minutes=11)):
            assert (
                await delete_ended_links(asyncio.Event()) == 1
            )  # it forgets the address of the hold that is over
            assert (await guest.hold(spa.hour(13))).status_code == 201
        async with guest_at(running_app, spa, "203.0.113.8") as other:
            assert (await other.hold(spa.hour(14))).status_code == 201

    async def test_addresses_of_one_ipv6_network_are_one(self, running_app: object, spa: BookableSpa) -> None:
        await run_sql("UPDATE branch SET online_holds_per_address = 1")
        answers = []
        for number in (1, 2):
            async with guest_at(running_app, spa, f"2001:db8:0:7::{number}") as other:
                answers.append(await other.hold(spa.hour(9 + number)))
        assert [answer.status_code for answer in answers] == [201, 409]

    async def test_the_address_is_stored_as_a_keyed_hash(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        await guest.hold(spa.hour(10))
        rows = await run_sql("SELECT guest_link::text FROM guest_link")
        assert "203.0.113.7" not in rows[0][0]


class TestVisitsOfANumber:
    async def test_the_next_visit_is_refused_as_any_limit_and_stays_held(
        self, running_app: object, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET online_visits_per_phone = 2")
        answers = []
        for number in range(3):
            async with guest_at(running_app, spa, f"203.0.113.{number}") as guest:
                answers.append(await guest.book(spa.hour(10 + number)))
        assert [answer.status_code for answer in answers] == [200, 200, 409]
        assert code_of(answers[2]) == CALL
        rows = await run_sql("SELECT status FROM appointment ORDER BY starts_at")
        assert [row["status"] for row in rows] == ["confirmed", "confirmed", "held"]
        assert await run_sql("SELECT FROM guest_link WHERE contact_phone IS NULL") != []

    async def test_of_many_confirmations_at_once_no_more_succeed(
        self, running_app: object, spa: BookableSpa
    ) -> None:
        async def book(number: int) -> int:
            async with guest_at(running_app, spa, f"203.0.113.{number}") as guest:
                return (await guest.book(spa.hour(9 + number))).status_code

        assert sorted(await asyncio.gather(*map(book, range(6)))) == [200] * 3 + [409] * 3

    async def test_a_cancelled_visit_makes_room(self, running_app: object, spa: BookableSpa) -> None:
        await run_sql("UPDATE branch SET online_visits_per_phone = 1")
        async with guest_at(running_app, spa) as guest:
            await guest.book(spa.hour(10))
            await guest.cancel()
            assert (await guest.book(spa.hour(11))).status_code == 200


class TestRobots:
    async def test_a_robot_that_fills_every_field_books_nothing(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET phone = '+842838221234'")
        refused = await guest.hold(spa.hour(10), website="https://spam.example")
        assert code_of(refused) == CALL
        assert "+842838221234" in refused.json()["error"]["message"]
        assert await count("visit") == 0
        await guest.hold(spa.hour(10))
        robot = await guest.confirm(website="https://spam.example")
        assert code_of(robot) == CALL
        assert (await guest.read()).json()["status"] == "held"

    async def test_the_refusal_is_the_same_for_every_limit(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET online_holds_per_address = 1")
        guest.http.headers["X-Request-ID"] = "one-request"
        with time_machine.travel(utc_now(), tick=False):
            robot = await guest.hold(spa.hour(10), website="x")
            await guest.hold(spa.hour(10))
            over = await guest.hold(spa.hour(11))
        assert robot.content == over.content


class TestRequests:
    @pytest.mark.parametrize("limit", ["SEARCHES", "HOLDS", "CONFIRMATIONS"])
    async def test_requests_of_an_address_are_limited(
        self, guest: OnlineGuest, spa: BookableSpa, limit: str
    ) -> None:
        await guest.hold(spa.hour(10))
        requests: dict[str, Callable[[], Awaitable[httpx2.Response]]] = {
            "SEARCHES": lambda: guest.starts(days=60, guests=[{"treatments": [spa.treatment()]}]),
            "HOLDS": lambda: guest.hold(spa.hour(10), website="x"),
            "CONFIRMATIONS": lambda: guest.confirm(website="x"),
        }
        send = requests[limit]
        most = getattr(limits, limit).requests - (limit == "HOLDS")
        for _ in range(most):
            assert (await send()).status_code != 429
        assert (await send()).status_code == 429

    async def test_who_tries_tokens_is_stopped_and_a_holder_is_not(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        tries = [await guest.http.get(f"{PUBLIC}/visits/{number:032}") for number in range(31)]
        assert [answer.status_code for answer in tries] == [404] * 30 + [429]
        assert (await guest.read()).status_code == 200


class TestForeignPages:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site", "Origin": "http://other.testserver"}, 403),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "http://testserver.evil.example"}, 403),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 201),
            ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 201),
            (
                {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:3000"},
                201,
            ),  # CORS_ORIGINS lists it
            ({}, 201),
        ],
    )
    async def test_a_page_of_another_site_holds_nothing(
        self, guest: OnlineGuest, spa: BookableSpa, headers: dict[str, str], status: int
    ) -> None:
        guest.http.headers.update(headers)
        assert (await guest.hold(spa.hour(10))).status_code == status
        assert await count("visit") == (status == 201)

    async def test_nor_does_it_confirm_move_or_cancel(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        await guest.hold(spa.hour(10))
        guest.http.headers["Sec-Fetch-Site"] = "cross-site"
        code = await guest.http.post(f"{guest.url}/code", json={"email": "mai@example.com"})
        for answer in (await guest.confirm(), await guest.move(spa.hour(12)), await guest.cancel(), code):
            assert code_of(answer) == (403, "FOREIGN_PAGE")
        assert (await guest.read()).json()["status"] == "held"


async def test_answers_send_no_referrer_and_are_not_stored(guest: OnlineGuest, spa: BookableSpa) -> None:
    await guest.hold(spa.hour(10))
    answer: httpx2.Response = await guest.read()
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
