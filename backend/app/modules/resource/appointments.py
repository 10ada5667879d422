"""The lock for every transaction that books a resource or shortens its time."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.queries import fetch_raw
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.resource.resource_models import Resource
from app.scheduling.supply import ResourceKind

_LOCK = "SELECT id FROM resource WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE"


async def add_staff_resource(session: AsyncSession) -> UUID:
    """Add a resource for a new member of staff, who gets the same id."""
    resource = Resource(kind=ResourceKind.STAFF)
    session.add(resource)
    await session.flush()
    return resource.id


async def lock_resources(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lock resources until the transaction ends: no other one books them, rosters them or shortens their time.

    Locked in the order of their ids, so two transactions never deadlock. References to them need not wait.

    Raises:
        ResourceNotFound: One of them does not exist.
    """
    if len(await fetch_raw(session, _LOCK, [*ids])) != len(set(ids)):
        raise ResourceNotFound
