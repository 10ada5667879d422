"""Rooms, beds, devices and their types."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import changes_of
from app.core.exceptions import ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.models import Entity
from app.db.queries import get_row
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import TEAM, Role
from app.modules.resource.resource_errors import (
    ResourceKeyTaken,
    ResourceNotFound,
    ResourceTypeKeyTaken,
    ResourceTypeNotFound,
    RoomElsewhere,
    RoomKeyTaken,
    RoomNotFound,
)
from app.modules.resource.resource_models import Resource, ResourceType, Room
from app.modules.resource.resource_schemas import (
    ResourceCreate,
    ResourceListQuery,
    ResourceRead,
    ResourceTypeCreate,
    ResourceTypeRead,
    ResourceTypeUpdate,
    ResourceUpdate,
    ResourceUpdated,
    RoomCreate,
    RoomRead,
    RoomUpdate,
)
from app.scheduling.supply import ResourceKind

_INTEGRITY_ERRORS: dict[str, type[ZenSpaException]] = {
    "resource_type_key_key": ResourceTypeKeyTaken,
    "room_key_key": RoomKeyTaken,
    "room_branch_id_fkey": BranchNotFound,
    "resource_key_key": ResourceKeyTaken,
    "resource_branch_id_fkey": BranchNotFound,
    "resource_room_id_branch_id_fkey": RoomElsewhere,
}


async def list_types(session: AsyncSession, user: CurrentUser) -> list[ResourceTypeRead]:
    """Return all types, beds before devices. A spa has some tens, so there are no pages."""
    authorize(user, *TEAM)
    types = select(ResourceType).order_by(ResourceType.kind, ResourceType.key)
    return [ResourceTypeRead.model_validate(resource_type) for resource_type in await session.scalars(types)]


async def create_type(session: AsyncSession, user: CurrentUser, new: ResourceTypeCreate) -> ResourceTypeRead:
    """Add a type of bed or device.

    Raises:
        ResourceTypeKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    resource_type = ResourceType(key=new.key, kind=new.kind, name=new.name.localized())
    await _save(session, resource_type)
    return ResourceTypeRead.model_validate(resource_type)


async def update_type(
    session: AsyncSession, user: CurrentUser, type_id: UUID, changes: ResourceTypeUpdate
) -> ResourceTypeRead:
    """Change the fields that were sent.

    Raises:
        ResourceTypeNotFound, ResourceTypeKeyTaken
    """
    authorize(user, Role.ADMIN, everywhere=True)
    resource_type = await get_row(session, ResourceType, type_id, ResourceTypeNotFound, lock=True)
    await _change(session, resource_type, changes_of(changes))
    return ResourceTypeRead.model_validate(resource_type)


async def list_rooms(
    session: AsyncSession, user: CurrentUser, branch_id: UUID | None = None
) -> list[RoomRead]:
    """Return the rooms of one branch, or of all. At most 1,000: a spa has some hundreds, so there are no pages."""
    authorize(user, *TEAM)
    return await _select_rooms(session, branch_id)


async def create_room(session: AsyncSession, user: CurrentUser, new: RoomCreate) -> RoomRead:
    """Add a room to a branch.

    Raises:
        BranchNotFound, RoomKeyTaken
    """
    authorize(user, Role.ADMIN, branch_id=new.branch_id)
    room = Room(**new.model_dump())
    await _save(session, room)
    return RoomRead.model_validate(room)


async def update_room(
    session: AsyncSession, user: CurrentUser, room_id: UUID, changes: RoomUpdate
) -> RoomRead:
    """Change the fields that were sent.

    Raises:
        RoomNotFound, RoomKeyTaken
    """
    authorize(
        user, Role.ADMIN
    )  # also on the branch below, and both before the lock: the others must not make anybody wait
    room = await get_row(session, Room, room_id, RoomNotFound)
    authorize(user, Role.ADMIN, branch_id=room.branch_id)
    room = await get_row(session, Room, room_id, RoomNotFound, lock=True)
    await _change(session, room, changes_of(changes))
    return RoomRead.model_validate(room)


async def list_resources(
    session: AsyncSession, user: CurrentUser, query: ResourceListQuery
) -> list[ResourceRead]:
    """Return beds and devices by key. Staff are not among them."""
    authorize(user, *TEAM)
    return await _select_resources(session, query)


async def create_resource(session: AsyncSession, user: CurrentUser, new: ResourceCreate) -> ResourceRead:
    """Add a bed or a device, according to its type.

    Raises:
        ResourceTypeNotFound, BranchNotFound, ResourceKeyTaken
        RoomElsewhere: the room does not exist or is in another branch.
    """
    authorize(user, Role.ADMIN, branch_id=new.branch_id)
    resource_type = await get_row(session, ResourceType, new.type_id, ResourceTypeNotFound)
    resource = Resource(kind=resource_type.kind, **new.model_dump())
    await _save(session, resource)
    return ResourceRead.model_validate(resource)


async def update_resource(
    session: AsyncSession, user: CurrentUser, resource_id: UUID, changes: ResourceUpdate
) -> ResourceUpdated:
    """Change the fields that were sent.

    A booking locks its resources first, so none of them retires in the middle of it.

    Raises:
        ResourceNotFound, ResourceKeyTaken
        RoomElsewhere: the room does not exist or is in another branch.
        AppointmentsStranded: it is to retire and appointments need it, or a party in one room has its bed, and `force`
            was not sent.
    """
    authorize(
        user, Role.ADMIN
    )  # also on the branch below, and both before the lock: the others must not make anybody wait
    resource = await _get_resource(session, resource_id)
    authorize(user, Role.ADMIN, branch_id=resource.branch_id)
    resource = await _get_resource(session, resource_id, lock=True)
    values = changes_of(changes)
    force = values.pop("force", False)
    async with guard_coverage(session, resource_ids=[resource_id], force=force) as stranded:
        if (retired := values.pop("retired", None)) is not None:
            resource.retired_at = (resource.retired_at or utc_now()) if retired else None
        await _change(session, resource, values)
    read = ResourceRead.model_validate(resource)
    return ResourceUpdated(**dict(read), stranded=stranded)


# Below: for the other modules, which have authorized the user.


async def rooms_in_branch(session: AsyncSession, branch_id: UUID) -> list[RoomRead]:
    """Return the rooms of a branch by key."""
    return await _select_rooms(session, branch_id)


async def resources_in_branch(session: AsyncSession, branch_id: UUID) -> list[ResourceRead]:
    """Return the beds and devices of a branch that are in use, by key."""
    return await _select_resources(session, ResourceListQuery(branch_id=branch_id))


async def branch_of_resource(session: AsyncSession, resource_id: UUID) -> UUID | None:
    """Return the branch of a bed or a device that is in use; None for staff, who may work in several.

    Raises:
        ResourceNotFound
    """
    resource = await get_row(session, Resource, resource_id, ResourceNotFound)
    if resource.retired_at is not None:
        raise ResourceNotFound
    return resource.branch_id


async def _select_rooms(session: AsyncSession, branch_id: UUID | None) -> list[RoomRead]:
    rooms = select(Room).order_by(Room.key)
    if branch_id is not None:
        rooms = rooms.where(Room.branch_id == branch_id)
    return [RoomRead.model_validate(room) for room in await session.scalars(rooms)]


async def _select_resources(session: AsyncSession, query: ResourceListQuery) -> list[ResourceRead]:
    resources = select(Resource).order_by(Resource.key)
    resources = resources.where(
        Resource.kind == query.kind if query.kind else Resource.kind != ResourceKind.STAFF
    )
    resources = resources.where(
        Resource.retired_at.is_not(None) if query.retired else Resource.retired_at.is_(None)
    )
    if query.branch_id is not None:
        resources = resources.where(Resource.branch_id == query.branch_id)
    return [ResourceRead.model_validate(resource) for resource in await session.scalars(resources)]


async def _get_resource(session: AsyncSession, resource_id: UUID, *, lock: bool = False) -> Resource:
    resource = await get_row(session, Resource, resource_id, ResourceNotFound, lock=lock)
    if resource.kind == ResourceKind.STAFF:
        raise ResourceNotFound
    return resource


async def _change(session: AsyncSession, row: Entity, values: dict[str, object]) -> None:
    for field, value in values.items():
        setattr(row, field, value)
    await _save(session, row)


async def _save(session: AsyncSession, row: Entity) -> None:
    session.add(row)
    with translate_integrity_errors(_INTEGRITY_ERRORS):
        await session.flush()
