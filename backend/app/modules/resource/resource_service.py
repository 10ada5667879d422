"""The beds and devices of a spa, their types, and the rooms they are in."""

from collections.abc import Collection
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
from app.modules.resource.appointment_schemas import appointment_details
from app.modules.resource.appointments import appointments_of
from app.modules.resource.resource_errors import (
    ResourceHasAppointments,
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
    MAX_LISTED,
    ResourceCreate,
    ResourceListQuery,
    ResourceRead,
    ResourceTypeCreate,
    ResourceTypeRead,
    ResourceTypeUpdate,
    ResourceUpdate,
    RoomCreate,
    RoomRead,
    RoomUpdate,
)
from app.scheduling.supply import ResourceKind

_REFUSALS: dict[str, type[ZenSpaException]] = {
    "resource_type_key_key": ResourceTypeKeyTaken,
    "room_key_key": RoomKeyTaken,
    "room_branch_id_fkey": BranchNotFound,
    "resource_key_key": ResourceKeyTaken,
    "resource_branch_id_fkey": BranchNotFound,
    "resource_room_id_branch_id_fkey": RoomElsewhere,
}


async def list_types(session: AsyncSession) -> list[ResourceTypeRead]:
    """Beds before devices. At most 1,000: a spa has some tens, so there are no pages."""
    types = select(ResourceType).order_by(ResourceType.kind, ResourceType.key).limit(MAX_LISTED)
    return [ResourceTypeRead.model_validate(each) for each in await session.scalars(types)]


async def create_type(session: AsyncSession, new: ResourceTypeCreate) -> ResourceTypeRead:
    """Raises ResourceTypeKeyTaken."""
    created = ResourceType(key=new.key, kind=new.kind, name=new.name.localized())
    await _save(session, created)
    return ResourceTypeRead.model_validate(created)


async def update_type(session: AsyncSession, type_id: UUID, changes: ResourceTypeUpdate) -> ResourceTypeRead:
    """Raises ResourceTypeNotFound, ResourceTypeKeyTaken."""
    changed = await get_row(session, ResourceType, type_id, ResourceTypeNotFound, lock=True)
    await _change(session, changed, changes_of(changes))
    return ResourceTypeRead.model_validate(changed)


async def list_rooms(session: AsyncSession, branch_id: UUID | None = None) -> list[RoomRead]:
    """Of one branch, or of all. At most 1,000: a spa has some hundreds, so there are no pages."""
    rooms = select(Room).order_by(Room.key).limit(MAX_LISTED)
    if branch_id is not None:
        rooms = rooms.where(Room.branch_id == branch_id)
    return [RoomRead.model_validate(room) for room in await session.scalars(rooms)]


async def read_room(session: AsyncSession, room_id: UUID) -> RoomRead:
    """Raises RoomNotFound."""
    return RoomRead.model_validate(await get_row(session, Room, room_id, RoomNotFound))


async def rooms_of(session: AsyncSession, resource_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of the rooms of these beds and devices; those that are in none are left out."""
    if not resource_ids:
        return {}
    rooms = select(Resource.id, Room.name).join(Room, Room.id == Resource.room_id)
    rows = await session.execute(rooms.where(Resource.id.in_(resource_ids)))
    return {row.id: row.name for row in rows}


async def create_room(session: AsyncSession, new: RoomCreate) -> RoomRead:
    """Raises BranchNotFound, RoomKeyTaken."""
    room = Room(**new.model_dump())
    await _save(session, room)
    return RoomRead.model_validate(room)


async def update_room(session: AsyncSession, room_id: UUID, changes: RoomUpdate) -> RoomRead:
    """Raises RoomNotFound, RoomKeyTaken."""
    room = await get_row(session, Room, room_id, RoomNotFound, lock=True)
    await _change(session, room, changes_of(changes))
    return RoomRead.model_validate(room)


async def list_resources(session: AsyncSession, query: ResourceListQuery) -> list[ResourceRead]:
    """Beds and devices by key, at most 1,000 as rooms; staff are not among them."""
    found = select(Resource).order_by(Resource.key).limit(MAX_LISTED)
    found = found.where(Resource.kind == query.kind if query.kind else Resource.kind != ResourceKind.STAFF)
    found = found.where(Resource.retired_at.is_not(None) if query.retired else Resource.retired_at.is_(None))
    if query.branch_id is not None:
        found = found.where(Resource.branch_id == query.branch_id)
    return [ResourceRead.model_validate(resource) for resource in await session.scalars(found)]


async def read_resource(session: AsyncSession, resource_id: UUID) -> ResourceRead:
    """Raises ResourceNotFound."""
    return ResourceRead.model_validate(await _get_resource(session, resource_id))


async def create_resource(session: AsyncSession, new: ResourceCreate) -> ResourceRead:
    """A bed or a device, as its type says.

    Raises:
        ResourceTypeNotFound, BranchNotFound, ResourceKeyTaken
        RoomElsewhere: the room is not there, or in another branch.
    """
    its_type = await get_row(session, ResourceType, new.type_id, ResourceTypeNotFound)
    resource = Resource(kind=its_type.kind, **new.model_dump())
    await _save(session, resource)
    return ResourceRead.model_validate(resource)


async def update_resource(session: AsyncSession, resource_id: UUID, changes: ResourceUpdate) -> ResourceRead:
    """Who books a resource locks it first, so none is retired while somebody books it.

    Raises:
        ResourceNotFound, ResourceKeyTaken
        RoomElsewhere: the room is not there, or in another branch.
        ResourceHasAppointments: it is to retire and still needed.
    """
    resource = await _get_resource(session, resource_id, lock=True)
    values = changes_of(changes)
    retired = values.pop("retired", None)
    if retired and resource.retired_at is None:
        await _refuse_if_needed(session, resource_id)
        resource.retired_at = utc_now()
    elif retired is False:
        resource.retired_at = None
    await _change(session, resource, values)
    return ResourceRead.model_validate(resource)


async def _refuse_if_needed(session: AsyncSession, resource_id: UUID) -> None:
    if needed := await appointments_of(session, [resource_id], since=utc_now()):
        raise ResourceHasAppointments(details=appointment_details(needed, "conflicting_appointment"))


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
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
