"""Some seconds after a confirmation the visit gets its customer, and no answer of the guest shows which one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx2
import pytest
import time_machine
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.customer.customer_models import Customer
from app.modules.online_booking import joining
from app.modules.online_booking.joining import join_customers, run_joining
from tests.builders.bookings import VISITS, BookableSpa, create_booking, resources_of
from tests.builders.online import PUBLIC, OnlineGuest, guest_at, online_spa
from tests.support import eventually
from tests.support.database import insert, run_sql

PHONE = "+84912345678"


async def join() -> int:
    return await join_customers(asyncio.Event())


async def booker() -> dict[str, Any]:
    """Return the customer of the only visit, with the name that is kept beside it."""
    [row] = await run_sql(
        "SELECT customer.id, full_name, phone, guest_name, appointment.customer_id AS guest_id FROM visit"
        " JOIN customer ON customer.id = visit.customer_id JOIN appointment ON visit_id = visit.id"
    )
    return dict(row)


async def add_known(full_name: str = "Nguyễn Thị Mai", **values: Any) -> UUID:
    return await insert(Customer(full_name=full_name, phone=PHONE, **values))


async def test_a_guest_with_a_new_number_becomes_a_new_customer(guest: OnlineGuest, spa: BookableSpa) -> None:
    await guest.book(spa.hour(10), email="mai@example.com")
    assert await join() == 1
    found = await booker()
    assert (found["full_name"], found["phone"], found["guest_name"]) == ("Nguyễn Thị Mai", PHONE, "")
    assert found["guest_id"] == found["id"]
    assert await join() == 0


async def test_a_known_customer_is_joined_and_not_changed(guest: OnlineGuest, spa: BookableSpa) -> None:
    known = await add_known("Trần Thị Bích Mai", notes="khách quen")
    before = await run_sql("SELECT * FROM customer")
    await guest.book(spa.hour(10), email="khac@example.com", full_name="Mai Trần")
    await join()
    assert await run_sql("SELECT * FROM customer") == before
    found = await booker()
    assert (found["id"], found["guest_name"]) == (known, "Mai Trần")


async def test_the_number_of_a_merged_duplicate_leads_to_the_survivor(
    guest: OnlineGuest, spa: BookableSpa
) -> None:
    survivor = await insert(Customer(full_name="Mai", phone="+84912345000"))
    middle = await insert(Customer(full_name="Mai", archived_at=utc_now(), merged_into_id=survivor))
    await add_known(archived_at=utc_now(), merged_into_id=middle)
    await guest.book(spa.hour(10))
    await join()
    assert (await booker())["id"] == survivor


async def test_an_archived_customer_is_not_revived(guest: OnlineGuest, spa: BookableSpa) -> None:
    archived = await add_known(archived_at=utc_now())
    await guest.book(spa.hour(10))
    await join()
    assert (await booker())["id"] != archived
    [(is_archived,)] = await run_sql("SELECT archived_at IS NOT NULL FROM customer WHERE id = $1", archived)
    assert is_archived


async def test_another_appointment_at_the_time_refuses_nothing(
    running_app: object, guest: OnlineGuest, spa: BookableSpa
) -> None:
    await add_known()
    await guest.book(spa.hour(10))
    await join()
    async with guest_at(running_app, spa, "203.0.113.8") as again:
        assert (await again.book(spa.hour(10))).status_code == 200
        assert await join() == 1
    rows = await run_sql("SELECT DISTINCT customer_id FROM visit")
    assert len(rows) == 1


async def test_what_the_desk_has_entered_meanwhile_stays(
    client: httpx2.AsyncClient, guest: OnlineGuest, spa: BookableSpa
) -> None:
    await guest.book(spa.hour(10))
    other = await insert(Customer(full_name="Lan"))
    [(appointment_id,)] = await run_sql("SELECT id FROM appointment")
    await run_sql("UPDATE visit SET customer_id = $1", other)
    await run_sql("UPDATE appointment SET customer_id = $1 WHERE id = $2", other, appointment_id)
    await join()
    assert (await booker())["id"] == other


async def test_many_processes_join_a_visit_once(guest: OnlineGuest, spa: BookableSpa) -> None:
    await guest.book(spa.hour(10))
    assert sum(await asyncio.gather(*(join() for _ in range(5)))) == 1
    assert [row["count"] for row in await run_sql("SELECT count(*) FROM customer")] == [1]


async def test_two_guests_with_one_new_number_become_one_customer(
    running_app: object, guest: OnlineGuest, spa: BookableSpa
) -> None:
    await guest.book(spa.hour(10))
    async with guest_at(running_app, spa, "203.0.113.8") as other:
        await other.book(spa.hour(12))
    await asyncio.gather(*(join() for _ in range(4)))
    await join()
    assert [row["count"] for row in await run_sql("SELECT count(*) FROM customer")] == [1]
    assert await run_sql("SELECT FROM visit WHERE customer_id IS NULL") == []


async def test_a_confirmation_wakes_the_task_that_joins(
    guest: OnlineGuest, spa: BookableSpa, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "_LONGEST_PAUSE", 0.0)
    monkeypatch.setattr(joining, "_SHORTEST_PAUSE", 0.0)
    stopping = asyncio.Event()
    task = asyncio.create_task(run_joining(stopping, every=30))
    try:
        await guest.book(spa.hour(10))

        async def is_joined() -> bool:
            return bool(await run_sql("SELECT FROM visit WHERE customer_id IS NOT NULL"))

        await eventually(is_joined)
    finally:
        stopping.set()
        await task


@asynccontextmanager
async def other_guest(app: object, spa: BookableSpa, number: int) -> AsyncGenerator[OnlineGuest]:
    async with guest_at(app, spa, f"203.0.113.{number}") as guest:
        yield guest


class TestNothingIsTold:
    """The spa's knowledge of a number is in no byte of any answer, before and after the join."""

    async def answers_for(self, app: object, spa: BookableSpa, phone: str, number: int) -> list[bytes]:
        """Return every answer that a guest with this number gets, without what is random in all of them."""
        async with other_guest(app, spa, number) as guest:
            guest.http.headers["X-Request-ID"] = "one-request"
            await guest.hold(spa.hour(10))
            answers = [await guest.confirm(phone), await guest.read()]
            await join()
            answers += [
                await guest.read(),
                await guest.http.get(f"{guest.url}/calendar.ics"),
                await guest.confirm(phone),
                await guest.starts(link=guest.token),
                await guest.move(spa.hour(12)),
                await guest.cancel(),
            ]
            [(appointment_id,)] = await run_sql(
                "SELECT a.id FROM appointment a JOIN guest_link l USING (visit_id) WHERE contact_phone = $1",
                phone,
            )
            uid, reference = str(appointment_id).encode(), str(UUID(int=0)).encode()
            return [
                str((answer.status_code, [*answer.headers.multi_items()])).encode()
                + answer.content.replace(uid, reference).replace(phone.encode(), PHONE.encode())
                for answer in answers
            ]

    @pytest.mark.parametrize(
        "state", ["active", "archived", "merged", "with an account and a visit at the time"]
    )
    async def test_known_and_unknown_numbers_get_the_same_bytes(
        self, running_app: object, spa: BookableSpa, state: str
    ) -> None:
        known = f"+8491{uuid7().int % 10**7:07}"
        survivor = await insert(Customer(full_name="Bà Chủ", phone="+84912000000", notes="VIP"))
        values: dict[str, Any] = {}
        if state in {"archived", "merged"}:
            values["archived_at"] = utc_now()
        if state == "merged":
            values["merged_into_id"] = survivor
        known_id = await insert(Customer(full_name="Lê Thị Bí Mật", phone=known, tags=["vip"], **values))
        with time_machine.travel(utc_now(), tick=False):
            if state.startswith("with"):
                async with other_guest(running_app, spa, 1) as earlier:
                    await earlier.book(spa.hour(10), phone=known)
                    await join()
                    await run_sql("DELETE FROM guest_link")
                    [(count,)] = await run_sql("SELECT count(*) FROM visit WHERE customer_id = $1", known_id)
                    assert count == 1
            found = await self.answers_for(running_app, spa, known, 2)
            new = await self.answers_for(running_app, spa, "+84912999999", 3)
        assert [*map(without_instants, found)] == [*map(without_instants, new)]
        assert not any("Bí Mật".encode() in answer or b"VIP" in answer for answer in found)

    async def test_neither_does_the_limit_of_a_number_look_at_customers(
        self, client: httpx2.AsyncClient, running_app: object, spa: BookableSpa
    ) -> None:
        known = await add_known()
        await run_sql("UPDATE branch SET online_visits_per_phone = 1")
        body = spa.booking(spa.hour(9), customer_id=known)
        assert (await client.post(VISITS, **body)).status_code == 201
        async with other_guest(running_app, spa, 2) as guest:
            assert (await guest.book(spa.hour(10), phone=PHONE)).status_code == 200


def without_instants(answer: bytes) -> bytes:
    """Return an answer without what PostgreSQL's clock, which no test stops, has written into it."""
    lines = answer.split(b"\r\n")
    return b"\r\n".join(
        line for line in lines if not line.startswith((b"DTSTAMP", b"CREATED", b"LAST-MODIFIED", b"SEQUENCE"))
    )


async def test_the_copy_of_a_person_has_the_contact_and_an_erasure_ends_the_link(
    client: httpx2.AsyncClient, guest: OnlineGuest, spa: BookableSpa
) -> None:
    await guest.book(spa.hour(10), email="mai@example.com")
    await join()
    customer_id = (await booker())["id"]
    url = f"/api/v1/customers/{customer_id}"
    [record] = (await client.get(f"{url}/personal-data")).json()["other_records"]["guest_links"]
    assert (record["contact_name"], record["contact_email"]) == ("Nguyễn Thị Mai", "mai@example.com")
    erased = await client.post(f"{url}/erase", params={"force": True})
    assert erased.status_code == 200, erased.text
    assert (await guest.read()).status_code == 404
    rows = await run_sql("SELECT contact_name, contact_phone, contact_email FROM guest_link")
    assert [tuple(row) for row in rows] == [("", None, None)]
    ledger = await run_sql("SELECT audit_entry::text FROM audit_entry")
    assert not any("mai@example.com" in row[0] for row in ledger)


async def test_a_merge_takes_the_link_along(
    client: httpx2.AsyncClient, guest: OnlineGuest, spa: BookableSpa
) -> None:
    await guest.book(spa.hour(10))
    await join()
    duplicate, survivor = (await booker())["id"], await insert(Customer(full_name="Mai"))
    merged = await client.post(f"/api/v1/customers/{survivor}/merge", json={"duplicate_id": str(duplicate)})
    assert merged.status_code == 200, merged.text
    assert [row["customer_id"] for row in await run_sql("SELECT customer_id FROM guest_link")] == [survivor]


async def test_the_history_of_the_desk_says_that_the_guest_did_it_online(
    client: httpx2.AsyncClient, guest: OnlineGuest, spa: BookableSpa
) -> None:
    await guest.book(spa.hour(10))
    await guest.cancel("Bận")
    [(visit_id,)] = await run_sql("SELECT visit_id FROM guest_link")
    events = (await client.get(f"{VISITS}/{visit_id}/history")).json()["events"]
    assert {(event["by"], event["online"]) for event in events} == {(None, True)}
    assert events[0]["status"] == "cancelled"


async def test_the_history_of_a_guest_who_gave_way_says_that_it_was_for_a_guest_online(
    client: httpx2.AsyncClient, running_app: object
) -> None:
    spa = await online_spa(therapists=2, beds=2)
    visit = await create_booking(client, spa, 10)
    [therapist_id] = resources_of(visit, "staff")
    async with guest_at(running_app, spa) as guest:
        guests = [{"treatments": [spa.treatment(therapist_id=therapist_id)]}]
        body = {"start": spa.hour(10).isoformat(), "guests": guests}
        url, key = f"{PUBLIC}/branches/quan-1/visits", {"Idempotency-Key": str(uuid7())}
        answer = await guest.http.post(url, json=body, headers=key)
        assert answer.status_code == 201, answer.text
    [gave_way, booked] = (await client.get(f"{VISITS}/{visit['id']}/history")).json()["events"]
    assert (gave_way["kind"], gave_way["by"], gave_way.get("online")) == ("reassigned", None, True)
    assert (booked["kind"], booked.get("online")) == ("booked", None)
