"""Beds and devices that are out of order."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.database import run_in_transaction
from app.modules.resource.resource_allocations import add_staff_resource
from tests.support.branches import add_branch
from tests.support.ledger import in_database
from tests.support.resources import BOOK, add_bed, at, blocked, book, booking
from tests.support.stores import driver_url

MORNING = {"start": "2100-03-01T08:00:00Z", "end": "2100-03-01T12:00:00Z"}
BROKEN = MORNING | {"reason": "Gãy chân giường"}


@pytest.fixture
async def bed(client: httpx2.AsyncClient) -> UUID:
    return await add_bed(await add_branch())


def blocks_of(resource_id: UUID) -> str:
    return f"/api/v1/resources/{resource_id}/blocks"


def code_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def times_of(blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(block["start"], block["end"]) for block in blocks]


class TestOutOfOrder:
    async def test_a_bed_is_blocked_and_is_told_why_until_it_is_mended(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        made = await client.post(blocks_of(bed), json=BROKEN)
        assert made.status_code == 201, made.text
        [block] = made.json()["blocks"]
        assert made.json()["in_the_way"] == []
        told = MORNING | {"reason": "Gãy chân giường", "state": "blocked", "resource_id": str(bed)}
        assert {name: block[name] for name in told} == told
        assert (await client.get(blocks_of(bed), params=MORNING)).json() == [block]
        assert (await client.delete(f"{blocks_of(bed)}/{block['id']}")).status_code == 204
        assert (await client.get(blocks_of(bed), params=MORNING)).json() == []

    async def test_times_may_be_those_of_the_spas_clock(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        local = {"start": "2100-03-01T15:00:00+07:00", "end": "2100-03-01T19:00:00+07:00"}
        made = await client.post(blocks_of(bed), json=BROKEN | local)
        assert times_of(made.json()["blocks"]) == [(MORNING["start"], MORNING["end"])]

    async def test_it_is_refused_over_appointments_and_tells_which(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        late = await book(bed, at(11), at(13))
        early = await book(bed, at(9), at(10), hold_expires_at=utc_now() + timedelta(minutes=5))
        refused = await client.post(blocks_of(bed), json=BROKEN)
        assert code_of(refused) == (409, "RESOURCE_HAS_APPOINTMENTS")
        assert refused.json()["error"]["details"] == [
            {
                "field": str(appointment_id),
                "message": f"2100-03-01T{start}:00:00Z/2100-03-01T{end}:00:00Z",
                "type": "appointment_in_the_way",
            }
            for appointment_id, start, end in ((early, "09", "10"), (late, "11", "13"))
        ]
        assert await blocked(bed) == []

    async def test_appointments_that_only_touch_it_are_not_in_the_way(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        await book(bed, at(7), at(8))
        await book(bed, at(12), at(13))
        assert (await client.post(blocks_of(bed), json=BROKEN)).status_code == 201

    async def test_forced_it_blocks_what_is_free(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        appointment_id = await book(bed, at(9), at(10))
        made = (await client.post(blocks_of(bed), json=BROKEN | {"force": True})).json()
        assert [taken["appointment_id"] for taken in made["in_the_way"]] == [str(appointment_id)]
        assert times_of(made["blocks"]) == [
            ("2100-03-01T08:00:00Z", "2100-03-01T09:00:00Z"),
            ("2100-03-01T10:00:00Z", "2100-03-01T12:00:00Z"),
        ]
        assert await blocked(bed) == [(at(8), at(9)), (at(10), at(12))]

    async def test_what_is_retired_or_somebody_or_nothing_is_not_there(
        self, client: httpx2.AsyncClient
    ) -> None:
        retired = await add_bed(await add_branch(), retired=True)
        lan = await run_in_transaction(add_staff_resource)
        for resource_id in (retired, lan, uuid7()):
            assert code_of(await client.post(blocks_of(resource_id), json=BROKEN)) == (
                404,
                "RESOURCE_NOT_FOUND",
            )
            assert await blocked(resource_id) == []

    @pytest.mark.parametrize(
        ("wrong", "kind"),
        [
            ({"end": MORNING["start"]}, "time_range"),
            ({"end": "2100-03-01T07:00:00Z"}, "time_range"),
            ({"end": "2105-03-06T08:00:00Z"}, "time_range"),
            ({"start": "2100-03-01T08:00:30Z"}, "whole_minute"),
            ({"start": "2100-03-01T08:00:00"}, "timezone_aware"),
            ({"start": "0001-01-01T00:00:00+14:00"}, "instant_range"),
            ({"start": 1}, "datetime_parsing"),
            ({"reason": " "}, "string_too_short"),
            ({"reason": "a" * 201}, "string_too_long"),
            ({"force": 1}, "bool_type"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, client: httpx2.AsyncClient, bed: UUID, wrong: dict[str, Any], kind: str
    ) -> None:
        refused = await client.post(blocks_of(bed), json=BROKEN | wrong)
        assert refused.status_code == 422
        assert [fault["type"] for fault in refused.json()["error"]["details"]] == [kind]

    async def test_five_years_are_not_too_long(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        five_years = BROKEN | {"end": "2105-03-01T08:00:00Z"}
        assert (await client.post(blocks_of(bed), json=five_years)).status_code == 201


class TestBackInOrder:
    async def test_only_blocks_of_this_bed_end(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        [block] = (await client.post(blocks_of(bed), json=BROKEN)).json()["blocks"]
        await book(bed, at(13), at(14))
        [booked] = await in_database("SELECT id FROM allocation WHERE state = 'booked'")
        other = await add_bed(await add_branch())
        for resource_id, block_id in ((bed, booked["id"]), (bed, uuid7()), (other, block["id"])):
            refused = await client.delete(f"{blocks_of(resource_id)}/{block_id}")
            assert code_of(refused) == (404, "BLOCK_NOT_FOUND")
        assert len(await in_database("SELECT FROM allocation")) == 2

    async def test_a_leave_does_not(self, client: httpx2.AsyncClient) -> None:
        lan, block_id = await run_in_transaction(add_staff_resource), uuid7()
        await in_database(
            "INSERT INTO allocation (id, resource_id, during, state)"
            " VALUES ($1, $2, '[2100-03-01,2100-03-02)', 'blocked')",
            block_id,
            lan,
        )
        refused = await client.delete(f"{blocks_of(lan)}/{block_id}")
        assert code_of(refused) == (404, "RESOURCE_NOT_FOUND")
        assert code_of(await client.get(blocks_of(lan), params=MORNING)) == (404, "RESOURCE_NOT_FOUND")


class TestList:
    async def test_those_that_touch_the_time_in_order(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        await book(bed, at(11), at(12))
        for start, end in ((20, 21), (9, 10), (6, 8), (7.5, 8.5), (12, 13)):
            times = {"start": at(start).isoformat(), "end": at(end).isoformat()}
            await client.post(blocks_of(bed), json=BROKEN | times)
        listed = (await client.get(blocks_of(bed), params=MORNING)).json()
        assert times_of(listed) == [
            ("2100-03-01T08:00:00Z", "2100-03-01T08:30:00Z"),
            ("2100-03-01T09:00:00Z", "2100-03-01T10:00:00Z"),
        ]

    async def test_a_retired_bed_keeps_its_past(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        await client.post(blocks_of(bed), json=BROKEN)
        await in_database("UPDATE resource SET retired_at = now()")
        assert len((await client.get(blocks_of(bed), params=MORNING)).json()) == 1

    async def test_more_than_a_year_is_refused(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        year = {"start": "2100-03-01T08:00:00Z", "end": "2101-03-02T08:00:00Z"}
        assert (await client.get(blocks_of(bed), params=year)).status_code == 200
        longer = year | {"end": "2101-03-02T08:01:00Z"}
        assert (await client.get(blocks_of(bed), params=longer)).status_code == 422


LOCK = "SELECT FROM resource WHERE id = $1 FOR NO KEY UPDATE"


class TestRaces:
    async def test_two_clients_that_block_the_same_bed_at_once_block_it_once(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        answers = await self._block_while(client, bed, (LOCK, bed), clients=2)
        assert [answer.status_code for answer in answers] == [201, 201]
        made = [block for answer in answers for block in answer.json()["blocks"]]
        assert times_of(made) == [(MORNING["start"], MORNING["end"])]

    async def test_a_block_waits_for_a_booking_that_is_being_made(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        row = booking(bed, at(9), at(10))
        [refused] = await self._block_while(client, bed, (LOCK, bed), (BOOK, *row))
        assert code_of(refused) == (409, "RESOURCE_HAS_APPOINTMENTS")
        assert [fault["field"] for fault in refused.json()["error"]["details"]] == [str(row[-1])]
        assert await blocked(bed) == []

    async def test_a_booking_that_asked_nobody_is_met_by_the_database_itself(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        [refused] = await self._block_while(client, bed, (BOOK, *booking(bed, at(9), at(10))))
        assert code_of(refused) == (409, "CONFLICT")
        assert await blocked(bed) == []

    @staticmethod
    async def _block_while(
        client: httpx2.AsyncClient, bed: UUID, *statements: tuple[Any, ...], clients: int = 1
    ) -> list[httpx2.Response]:
        """What clients are answered who block the bed before another transaction, with these statements, is over."""
        connection = await asyncpg.connect(driver_url())
        try:
            async with asyncio.timeout(10), connection.transaction():
                for statement in statements:
                    await connection.execute(*statement)
                requests = [
                    asyncio.create_task(client.post(blocks_of(bed), json=BROKEN)) for _ in range(clients)
                ]
                while len(await in_database(_WAITING)) < clients:
                    assert not any(request.done() for request in requests)
            return await asyncio.gather(*requests)
        finally:
            await connection.close()


_WAITING = "SELECT DISTINCT pid FROM pg_locks WHERE NOT granted"
