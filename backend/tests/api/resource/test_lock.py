"""The lock of a resource."""

from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.db.transactions import run_in_transaction
from app.modules.resource.appointments import lock_resources
from app.modules.resource.resource_errors import ResourceNotFound
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed


@pytest.fixture
async def bed(client: httpx2.AsyncClient) -> UUID:
    return await add_bed(await add_branch())


class TestLock:
    async def test_an_unknown_resource_cannot_be_locked(self, bed: UUID) -> None:
        with pytest.raises(ResourceNotFound):
            await run_in_transaction(lambda session: lock_resources(session, [bed, uuid7()]))

    async def test_a_resource_that_is_named_twice_is_locked_once(self, bed: UUID) -> None:
        await run_in_transaction(lambda session: lock_resources(session, [bed, bed]))
