"""Who takes a resource, and when."""

from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.core.database import run_in_transaction
from app.modules.resource.resource_allocations import (
    add_staff_resource,
    appointments_of,
    block,
    lock_resources,
    unblock,
)
from app.modules.resource.resource_service import ResourceNotFound
from tests.support.branches import add_branch
from tests.support.ledger import in_database
from tests.support.resources import add_bed, at, blocked, book


@pytest.fixture
async def bed(client: httpx2.AsyncClient) -> UUID:
    return await add_bed(await add_branch())


async def add_leave(staff_resource_id: UUID) -> UUID:
    leave_id = uuid7()
    await in_database(
        "INSERT INTO staff (id, key, full_name, languages, bio_vi, bio_en, employed_from)"
        " VALUES ($1, 'lan', 'Lan', '{vi}', '', '', '2026-01-01')",
        staff_resource_id,
    )
    await in_database(
        "INSERT INTO time_off (id, staff_id, during, status) VALUES ($1, $2, '[2100-03-01,2100-03-02)', 'approved')",
        leave_id,
        staff_resource_id,
    )
    return leave_id


class TestBlock:
    async def test_it_blocks_around_what_is_taken_and_says_what_that_is(self, bed: UUID) -> None:
        first = await book(bed, at(9), at(10))
        held = await book(bed, at(12), at(13), hold_expires_at=utc_now() + timedelta(minutes=5))
        await book(bed, at(18), at(19))
        in_the_way = await run_in_transaction(lambda session: block(session, bed, at(8), at(18)))
        assert [(taken.appointment_id, taken.start) for taken in in_the_way] == [
            (first, at(9)),
            (held, at(12)),
        ]
        assert await blocked(bed) == [(at(8), at(9)), (at(10), at(12)), (at(13), at(18))]

    async def test_what_is_blocked_already_stays_as_it_is(self, bed: UUID) -> None:
        await run_in_transaction(lambda session: block(session, bed, at(9), at(10), reason="gãy chân"))
        assert await run_in_transaction(lambda session: block(session, bed, at(8), at(11))) == []
        assert await run_in_transaction(lambda session: block(session, bed, at(8), at(11))) == []
        assert await blocked(bed) == [(at(8), at(9)), (at(9), at(10)), (at(10), at(11))]
        [first] = await in_database("SELECT lower(during) FROM allocation WHERE reason = 'gãy chân'")
        assert first["lower"] == at(9)

    async def test_a_hold_that_has_expired_is_not_in_the_way(self, bed: UUID) -> None:
        await book(bed, at(9), at(10), hold_expires_at=utc_now() - timedelta(seconds=1))
        assert await run_in_transaction(lambda session: block(session, bed, at(8), at(11))) == []
        assert await blocked(bed) == [(at(8), at(11))]

    async def test_other_resources_are_left_alone(self, bed: UUID) -> None:
        other = await add_bed(await add_branch())
        await book(other, at(9), at(10))
        assert await run_in_transaction(lambda session: block(session, bed, at(8), at(11))) == []
        assert (await blocked(bed), await blocked(other)) == ([(at(8), at(11))], [])

    async def test_the_end_of_a_leave_frees_what_it_blocked_and_nothing_else(
        self, client: httpx2.AsyncClient
    ) -> None:
        lan = await run_in_transaction(add_staff_resource)
        leave = await add_leave(lan)
        await run_in_transaction(lambda session: block(session, lan, at(8), at(9)))
        await run_in_transaction(lambda session: block(session, lan, at(8), at(12), time_off_id=leave))
        assert await blocked(lan) == [(at(8), at(9)), (at(9), at(12))]
        for _ in range(2):
            await run_in_transaction(lambda session: unblock(session, time_off_id=leave))
            assert await blocked(lan) == [(at(8), at(9))]


class TestAppointmentsOf:
    async def test_those_that_are_not_over_in_order(self, bed: UUID) -> None:
        other = await add_bed(await add_branch())
        await book(bed, at(8), at(9))
        await book(bed, at(14), at(15), hold_expires_at=utc_now() - timedelta(seconds=1))
        late = await book(bed, at(12), at(13), hold_expires_at=utc_now() + timedelta(minutes=5))
        running = await book(other, at(8), at(10))
        await run_in_transaction(lambda session: block(session, bed, at(16), at(17)))
        found = await run_in_transaction(lambda session: appointments_of(session, [bed, other], since=at(9)))
        assert [taken.appointment_id for taken in found] == [running, late]


class TestLock:
    async def test_it_is_refused_for_what_is_not_there(self, bed: UUID) -> None:
        with pytest.raises(ResourceNotFound):
            await run_in_transaction(lambda session: lock_resources(session, [bed, uuid7()]))

    async def test_one_that_is_named_twice_is_locked_once(self, bed: UUID) -> None:
        await run_in_transaction(lambda session: lock_resources(session, [bed, bed]))
