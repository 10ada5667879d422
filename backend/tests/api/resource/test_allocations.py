"""Who takes a resource, and when."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.resource.allocations import (
    appointments_of,
    block_again,
    drop_expired_holds,
    lock_resources,
    unblock,
)
from app.modules.resource.resource_errors import ResourceNotFound
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, add_outage, at, block, blocked, book, free
from tests.builders.rosters import add_leave, add_therapist
from tests.support.database import run_sql


@pytest.fixture
async def bed(client: httpx2.AsyncClient) -> UUID:
    return await add_bed(await add_branch())


async def put_back_what(staff_or_bed: UUID, during: tuple[float, float], **leaves: Any) -> None:
    """As who has freed this time does it."""
    asked = Range(at(during[0]), at(during[1]))

    async def work(session: AsyncSession) -> None:
        await lock_resources(session, [staff_or_bed])
        freed = await drop_expired_holds(session, staff_or_bed, asked)
        await block_again(session, staff_or_bed, freed, **leaves)

    await run_in_transaction(work)


class TestBlockAgain:
    async def test_what_was_in_the_way_of_an_outage_and_is_free_now(self, bed: UUID) -> None:
        outage_id = await add_outage(bed, at(8), at(18))
        await free(bed, at(9), at(10))
        await free(bed, at(13), at(14))
        await put_back_what(bed, (9, 10))
        assert await blocked(bed) == [(at(8), at(9)), (at(9), at(10)), (at(10), at(13)), (at(14), at(18))]
        rows = await run_sql("SELECT DISTINCT outage_id FROM allocation")
        assert [row["outage_id"] for row in rows] == [outage_id]

    async def test_only_what_is_free_and_out_of_order(self, bed: UUID) -> None:
        await add_outage(bed, at(8), at(12))
        await free(bed, at(8), at(12))
        await book(bed, at(9), at(10))
        held = utc_now() + timedelta(minutes=5)
        await book(bed, at(11), at(12), hold_expires_at=held)
        other = await add_bed(await add_branch())
        for _ in range(2):
            await put_back_what(bed, (7, 14))
            assert await blocked(bed) == [(at(8), at(9)), (at(10), at(11))]
        assert await blocked(other) == []

    async def test_what_an_expired_hold_took_beyond_that_time_too(self, bed: UUID) -> None:
        await add_outage(bed, at(8), at(11))
        await free(bed, at(10), at(11))
        await book(bed, at(10), at(12), hold_expires_at=utc_now() - timedelta(seconds=1))
        await put_back_what(bed, (11, 12))
        assert await blocked(bed) == [(at(8), at(10)), (at(10), at(11))]
        assert len(await run_sql("SELECT FROM allocation")) == 2

    async def test_of_leaves_what_is_in_that_time(self, bed: UUID) -> None:
        lan = await add_therapist()
        first, second = await add_leave(lan, at(8), at(12)), await add_leave(lan, at(14), at(16))
        await book(lan, at(9), at(10))
        leaves = [(Range(at(8), at(12)), first), (Range(at(14), at(16)), second)]
        await put_back_what(lan, (8, 11), leaves=leaves)
        assert await blocked(lan) == [(at(8), at(9)), (at(10), at(11))]
        rows = await run_sql("SELECT DISTINCT time_off_id FROM allocation WHERE state = 'blocked'")
        assert [row["time_off_id"] for row in rows] == [first]

    async def test_the_end_of_a_leave_frees_what_it_blocked_and_nothing_else(
        self, client: httpx2.AsyncClient
    ) -> None:
        lan = await add_therapist()
        first, second = await add_leave(lan, at(8), at(9)), await add_leave(lan, at(9), at(12))
        leaves = [(Range(at(8), at(9)), first), (Range(at(9), at(12)), second)]
        await put_back_what(lan, (8, 12), leaves=leaves)
        for _ in range(2):
            await run_in_transaction(lambda session: unblock(session, time_off_id=second))
            assert await blocked(lan) == [(at(8), at(9))]


@pytest.mark.parametrize("blocks", [[], ["outage", "leave"]], ids=["nothing", "both"])
async def test_what_blocks_is_an_outage_or_a_leave(client: httpx2.AsyncClient, blocks: list[str]) -> None:
    lan = await add_therapist()
    outage_id, leave_id = await add_outage(lan, at(8), at(9)), await add_leave(lan, at(8), at(9))
    await run_sql("DELETE FROM allocation")
    with pytest.raises(asyncpg.CheckViolationError, match="allocation_blocked_check"):
        await block(
            *(lan, at(8), at(9)),
            outage_id=outage_id if "outage" in blocks else None,
            time_off_id=leave_id if "leave" in blocks else None,
        )


class TestAppointmentsOf:
    async def test_those_that_are_not_over_in_order(self, bed: UUID) -> None:
        other = await add_bed(await add_branch())
        await book(bed, at(8), at(9))
        await book(bed, at(14), at(15), hold_expires_at=utc_now() - timedelta(seconds=1))
        late = await book(bed, at(12), at(13), hold_expires_at=utc_now() + timedelta(minutes=5))
        running = await book(other, at(8), at(10))
        await add_outage(bed, at(16), at(17))
        found = await run_in_transaction(lambda session: appointments_of(session, [bed, other], since=at(9)))
        assert [taken.appointment_id for taken in found] == [running, late]


class TestLock:
    async def test_it_is_refused_for_what_is_not_there(self, bed: UUID) -> None:
        with pytest.raises(ResourceNotFound):
            await run_in_transaction(lambda session: lock_resources(session, [bed, uuid7()]))

    async def test_one_that_is_named_twice_is_locked_once(self, bed: UUID) -> None:
        await run_in_transaction(lambda session: lock_resources(session, [bed, bed]))
