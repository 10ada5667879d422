"""Holding and booking over HTTP."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, alternatives, bookable_spa, overlaps, resources_of, with_headers
from tests.builders.people import new_customer, signed_in
from tests.builders.rosters import code_of, statements
from tests.builders.visits import add_visit
from tests.support.database import run_sql


async def allocations_of(visit: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the kind, state and length of each of the visit's allocations in the database."""
    rows = await run_sql(
        "SELECT kind, state, to_char(upper(during) - lower(during), 'HH24:MI') FROM allocation"
        " JOIN resource ON resource.id = resource_id JOIN appointment ON appointment.id = appointment_id"
        " WHERE visit_id = $1 ORDER BY 1, 2, 3",
        UUID(visit["id"]),
    )
    return [tuple(row) for row in rows]


class TestBooking:
    async def test_reserves_a_therapist_and_a_bed_and_returns_them(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        booked = await client.post(VISITS, **spa.booking(spa.hour(10)))
        assert booked.status_code == 201
        [guest] = booked.json()["appointments"]
        assert (guest["status"], guest["price"]) == ("confirmed", 500_000)
        assert resources_of(booked.json(), "staff") == [str(spa.therapists[0])]
        assert await allocations_of(booked.json()) == [
            ("bed", "booked", "01:15"),
            ("staff", "booked", "01:00"),
        ]
        assert (await client.get(f"{VISITS}/{booked.json()['id']}")).json() == booked.json()

    async def test_shows_the_variant_that_was_chosen(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        unnamed = (await client.post(VISITS, **spa.booking(spa.hour(10)))).json()
        await run_sql("UPDATE service_variant SET name_vi = 'Nách', name_en = 'Underarms'")
        named = (await client.post(VISITS, **spa.booking(spa.hour(14)))).json()
        names = [visit["appointments"][0]["treatments"][0]["variant_name"] for visit in (unnamed, named)]
        assert names == [None, {"vi": "Nách", "en": "Underarms"}]
        assert (await client.get(f"{VISITS}/{named['id']}")).json() == named

    async def test_of_a_taken_time_is_409_with_the_nearest_starts(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await client.post(VISITS, **spa.booking(spa.hour(12)))
        refused = await client.post(VISITS, **spa.booking(spa.hour(12.5)))
        assert code_of(refused) == (409, "SLOT_TAKEN")
        free = alternatives(refused)
        assert free == [spa.hour(13.25), spa.hour(13.5), spa.hour(13.75)]
        assert (await client.post(VISITS, **spa.booking(free[0]))).status_code == 201

    async def test_of_a_couple_reserves_two_therapists_and_two_beds_in_one_room(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        booked = await client.post(VISITS, **spa.booking(spa.hour(10), guests=2, same_room=True))
        assert booked.status_code == 201
        assert len(set(resources_of(booked.json(), "staff"))) == 2
        assert len(set(resources_of(booked.json(), "bed"))) == 2

    async def test_a_booking_that_fits_is_not_refused_in_a_race(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=6, beds=6)
        requests = [client.post(VISITS, **spa.booking(spa.hour(10))) for _ in range(6)]
        answers = await asyncio.gather(*requests)
        assert [answer.status_code for answer in answers] == [201] * 6
        assert await overlaps() == 0

    async def test_a_hold_that_has_expired_releases_its_time(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await add_visit(
            spa.branch_id,
            spa.hour(10),
            spa.hour(11),
            allocations={spa.therapists[0]: (spa.hour(10), spa.hour(11))},
            status="held",
            hold_expires_at=utc_now() - timedelta(seconds=1),
        )
        assert (await client.post(VISITS, **spa.booking(spa.hour(10)))).status_code == 201

    async def test_a_walk_in_begins_now(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        came = await client.post(VISITS, **spa.booking(None, walk_in=True))
        assert came.status_code == 201
        [guest] = came.json()["appointments"]
        assert (came.json()["source"], guest["status"]) == ("walk_in", "arrived")


class TestHolds:
    async def test_reserve_time_like_bookings(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        hold = await client.post(VISITS, **spa.booking(spa.hour(10), hold=True))
        [guest] = hold.json()["appointments"]
        assert guest["status"] == "held"
        assert timedelta(minutes=9) < datetime.fromisoformat(guest["hold_expires_at"]) - utc_now()
        assert await allocations_of(hold.json()) == [("bed", "held", "01:15"), ("staff", "held", "01:00")]
        assert code_of(await client.post(VISITS, **spa.booking(spa.hour(10.5)))) == (409, "SLOT_TAKEN")

    async def test_of_a_customer_are_limited_to_three(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=5, beds=5)
        stranger.headers |= (await new_customer())[1]
        for hour in (9, 11, 13):
            assert (await stranger.post(VISITS, **spa.booking(spa.hour(hour), hold=True))).status_code == 201
        assert code_of(await stranger.post(VISITS, **spa.booking(spa.hour(15), hold=True))) == (
            409,
            "TOO_MANY_HOLDS",
        )


class TestCustomers:
    async def test_can_have_twenty_upcoming_visits_at_most(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=3, beds=3)
        mai, headers = await new_customer()
        for number in range(20):
            start = spa.hour(9 + number % 10, days=3 + number // 10)
            booked = await stranger.post(VISITS, **with_headers(spa.booking(start), headers))
            assert booked.status_code == 201, booked.text
        for hold in (False, True):
            more = await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10), hold=hold), headers))
            assert code_of(more) == (409, "TOO_MANY_VISITS")
        stranger.headers |= await signed_in(Role.RECEPTIONIST, branch_id=spa.branch_id)
        by_the_desk = await stranger.post(VISITS, **spa.booking(spa.hour(10, 6), customer_id=mai))
        assert by_the_desk.status_code == 201, by_the_desk.text

    async def test_book_for_themselves(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        customer, headers = await new_customer()
        stranger.headers |= headers
        booked = await stranger.post(VISITS, **spa.booking(spa.hour(10)))
        [guest] = booked.json()["appointments"]
        assert (booked.json()["source"], booked.json()["customer_id"]) == ("online", str(customer))
        assert (guest["customer_id"], guest["status"]) == (str(customer), "confirmed")

    async def test_wait_for_approval_where_the_branch_requires_it(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(approve_online=True)
        stranger.headers |= (await new_customer())[1]
        booked = await stranger.post(VISITS, **spa.booking(spa.hour(10)))
        assert booked.json()["appointments"][0]["status"] == "pending"

    @pytest.mark.parametrize(
        ("hour", "days", "because"),
        [
            (10 + 1 / 12, 3, "Chi nhánh không nhận khách vào 10:05. Vui lòng chọn 10:00 hoặc 10:15."),
            (10, 90, "Chỉ nhận đặt lịch trước tối đa 60 ngày. Vui lòng chọn ngày gần hơn."),
            (10, -1, "Giờ này đã qua. Vui lòng chọn giờ khác."),
        ],
        ids=["off the grid", "beyond the horizon", "in the past"],
    )
    async def test_cannot_book_off_the_grid_beyond_the_horizon_or_in_the_past(
        self, stranger: httpx2.AsyncClient, hour: float, days: int, because: str
    ) -> None:
        spa = await bookable_spa()
        stranger.headers |= (await new_customer())[1]
        booking = spa.booking(spa.hour(hour, days))
        refused = await stranger.post(VISITS, **booking)
        assert code_of(refused) == (409, "NOT_BOOKABLE")
        assert refused.json()["error"]["message"] == because

    async def test_a_refusal_within_the_notice_says_how_far_ahead_to_book(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(notice_minutes=2 * 24 * 60)
        stranger.headers |= (await new_customer())[1]
        refused = await stranger.post(VISITS, **spa.booking(spa.hour(10, 1)))
        message = "Cần đặt lịch trước ít nhất 2 ngày. Vui lòng chọn giờ khác hoặc gọi chi nhánh."
        assert refused.json()["error"]["message"] == message

    async def test_a_refusal_of_a_past_start_says_so_to_the_desk(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        refused = await client.post(VISITS, **spa.booking(spa.hour(10, -1)))
        assert code_of(refused) == (409, "NOT_BOOKABLE")
        assert refused.json()["error"]["message"] == "Giờ này đã qua. Vui lòng chọn giờ khác."

    async def test_the_desk_books_off_the_grid(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        booking = spa.booking(spa.hour(10 + 1 / 12))
        assert (await client.post(VISITS, **booking)).status_code == 201

    async def test_cannot_book_in_the_name_of_another(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        other, _ = await new_customer()
        stranger.headers |= (await new_customer())[1]
        refused = await stranger.post(VISITS, **spa.booking(spa.hour(10), customer_id=other))
        assert code_of(refused) == (404, "CUSTOMER_NOT_FOUND")

    async def test_cannot_book_walk_ins(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        stranger.headers |= (await new_customer())[1]
        assert (await stranger.post(VISITS, **spa.booking(None, walk_in=True))).status_code == 403

    async def test_see_only_their_own_visits(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        desk, (_, owner), (_, other) = await signed_in(Role.ADMIN), await new_customer(), await new_customer()
        visit = (await stranger.post(VISITS, **with_headers(spa.booking(spa.hour(10)), owner))).json()
        assert (await stranger.get(f"{VISITS}/{visit['id']}", headers=owner)).json() == visit
        missing = await stranger.get(f"{VISITS}/{uuid7()}", headers=other)
        refused = await stranger.get(f"{VISITS}/{visit['id']}", headers=other)
        assert (refused.status_code, refused.json()["error"]) == (404, missing.json()["error"])
        assert (await stranger.get(VISITS, headers=other)).json()["items"] == []
        assert (await stranger.get(VISITS, headers=owner)).json()["items"] == [visit]
        assert (await stranger.get(VISITS, headers=desk)).json()["items"] == [visit]

    async def test_who_did_not_book_see_only_their_own_appointment(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        (one, _), (other, headers) = await new_customer(), await new_customer()
        guests = [{"customer_id": str(guest), "treatments": [spa.treatment()]} for guest in (one, other)]
        booking = spa.booking(spa.hour(10), customer_id=one)
        booking["json"]["guests"] = guests
        visit = (await client.post(VISITS, **booking)).json()
        seen = (await client.get(f"{VISITS}/{visit['id']}", headers=headers)).json()
        assert [guest["customer_id"] for guest in seen["appointments"]] == [str(other)]


class TestIdempotency:
    async def test_a_retry_returns_the_first_response_and_books_nothing(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        booking = spa.booking(spa.hour(10))
        first, again = [await client.post(VISITS, **booking) for _ in range(2)]
        assert (again.status_code, again.json()) == (201, first.json())
        assert len(await run_sql("SELECT FROM visit")) == 1

    async def test_another_request_with_the_key_is_422(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        await client.post(VISITS, **spa.booking(spa.hour(10), key="a"))
        refused = await client.post(VISITS, **spa.booking(spa.hour(11), key="a"))
        assert code_of(refused) == (422, "IDEMPOTENCY_KEY_REUSED")

    async def test_another_users_key_is_another_key(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        booking, other = spa.booking(spa.hour(10), key="a"), await signed_in(Role.RECEPTIONIST)
        first = await client.post(VISITS, **booking)
        second = await client.post(VISITS, **with_headers(booking, other))
        assert first.json()["id"] != second.json()["id"]

    async def test_concurrent_retries_book_once(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=8, beds=8)
        booking = spa.booking(spa.hour(10))
        answers = await asyncio.gather(*(client.post(VISITS, **booking) for _ in range(8)))
        booked = {answer.json()["id"] for answer in answers if answer.status_code == 201}
        assert len(booked) == 1
        assert {code_of(answer) for answer in answers if answer.status_code != 201} <= {
            (409, "IDEMPOTENCY_IN_FLIGHT")
        }
        assert len(await run_sql("SELECT FROM visit")) == 1

    async def test_a_refused_request_can_be_retried(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        first = (await client.post(VISITS, **spa.booking(spa.hour(10)))).json()
        booking = spa.booking(spa.hour(10))
        assert (await client.post(VISITS, **booking)).status_code == 409
        await run_sql(
            "DELETE FROM allocation WHERE appointment_id = $1", UUID(first["appointments"][0]["id"])
        )
        assert (await client.post(VISITS, **booking)).status_code == 201

    async def test_without_a_key_is_422(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        refused = await client.post(VISITS, json=spa.booking(spa.hour(10))["json"])
        assert code_of(refused) == (422, "VALIDATION_ERROR")


async def test_the_number_of_statements_does_not_grow_with_people_and_beds(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa()
    counts = []
    for more in range(3):
        with statements() as issued:
            assert (await client.post(VISITS, **spa.booking(spa.hour(10 + 2 * more)))).status_code == 201
        counts.append(len(issued))
        spa.add(therapists=3, beds=3)
        await spa.write()
    assert counts == [counts[0]] * 3
