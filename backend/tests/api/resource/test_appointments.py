"""Appointments that occupy a resource, and the lock of the resource."""

from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.resource.appointments import appointments_of, lock_resources
from app.modules.resource.resource_errors import ResourceNotFound
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, at, book


@pytest.fixture
async def bed(client: httpx2.AsyncClient) -> UUID:
    return await add_bed(await add_branch())


class TestAppointmentsOf:
    async def test_lists_current_and_future_appointments_in_order(self, bed: UUID) -> None:
        other = await add_bed(await add_branch())
        await book(bed, at(8), at(9))
        await book(bed, at(14), at(15), hold_expires_at=utc_now() - timedelta(seconds=1))
        late = await book(bed, at(12), at(13), hold_expires_at=utc_now() + timedelta(minutes=5))
        running = await book(other, at(8), at(10))
        found = await run_in_transaction(lambda session: appointments_of(session, [bed, other], since=at(9)))
        assert [appointment.appointment_id for appointment in found] == [running, late]


class TestLock:
    async def test_an_unknown_resource_cannot_be_locked(self, bed: UUID) -> None:
        with pytest.raises(ResourceNotFound):
            await run_in_transaction(lambda session: lock_resources(session, [bed, uuid7()]))

    async def test_a_resource_that_is_named_twice_is_locked_once(self, bed: UUID) -> None:
        await run_in_transaction(lambda session: lock_resources(session, [bed, bed]))
