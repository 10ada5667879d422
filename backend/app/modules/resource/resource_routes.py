"""Beds, devices and rooms over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity.access import Admin, AdminEverywhere, Team
from app.modules.identity.roles import Role
from app.modules.resource import resource_service as service
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
from app.modules.resource.resource_schemas import (
    ResourceCreate,
    ResourceListQuery,
    ResourceRead,
    ResourceTypeCreate,
    ResourceTypeRead,
    ResourceTypeUpdate,
    ResourceUpdate,
    RoomCreate,
    RoomListQuery,
    RoomRead,
    RoomUpdate,
)

types = ApiRouter(prefix=f"{API_V1}/resource-types", tags=["Beds and devices"])
rooms = ApiRouter(prefix=f"{API_V1}/rooms", tags=["Beds and devices"])
resources = ApiRouter(prefix=f"{API_V1}/resources", tags=["Beds and devices"])


@types.get("")
async def list_resource_types(_: Team, session: SessionDep) -> list[ResourceTypeRead]:
    """Lists the types of beds and devices; those of one type stand in for each other. At most 1,000."""
    return await service.list_types(session)


@types.post("", status_code=201, responses=error_responses(ResourceTypeKeyTaken))
async def create_resource_type(
    _: AdminEverywhere, session: SessionDep, new: ResourceTypeCreate
) -> ResourceTypeRead:
    """Adds a type of beds or devices."""
    return await service.create_type(session, new)


@types.patch("/{type_id}", responses=error_responses(ResourceTypeNotFound, ResourceTypeKeyTaken))
async def update_resource_type(
    _: AdminEverywhere, session: SessionDep, type_id: UUID, changes: ResourceTypeUpdate
) -> ResourceTypeRead:
    """Changes the fields that are sent and leaves the others; a bed never becomes a device."""
    return await service.update_type(session, type_id, changes)


@rooms.get("")
async def list_rooms(
    _: Team, session: SessionDep, query: Annotated[RoomListQuery, Query()]
) -> list[RoomRead]:
    """Lists the rooms, of a branch or of all: at most 1,000, so without pages."""
    return await service.list_rooms(session, query.branch_id)


@rooms.post("", status_code=201, responses=error_responses(BranchNotFound, RoomKeyTaken))
async def create_room(user: Admin, session: SessionDep, new: RoomCreate) -> RoomRead:
    """Adds a room to a branch."""
    user.must_hold_in(new.branch_id, Role.ADMIN)
    return await service.create_room(session, new)


@rooms.patch("/{room_id}", responses=error_responses(RoomNotFound, RoomKeyTaken))
async def update_room(user: Admin, session: SessionDep, room_id: UUID, changes: RoomUpdate) -> RoomRead:
    """Changes the fields that are sent and leaves the others; a room stays in its branch."""
    room = await service.read_room(session, room_id)
    user.must_hold_in(room.branch_id, Role.ADMIN)
    return await service.update_room(session, room_id, changes)


@resources.get("")
async def list_resources(
    _: Team, session: SessionDep, query: Annotated[ResourceListQuery, Query()]
) -> list[ResourceRead]:
    """Lists the beds and devices, of a branch or of all; either those in use or those that retired. At most 1,000."""
    return await service.list_resources(session, query)


@resources.post(
    "",
    status_code=201,
    responses=error_responses(BranchNotFound, ResourceTypeNotFound, ResourceKeyTaken, RoomElsewhere),
)
async def create_resource(user: Admin, session: SessionDep, new: ResourceCreate) -> ResourceRead:
    """Adds a bed or a device to a branch."""
    user.must_hold_in(new.branch_id, Role.ADMIN)
    return await service.create_resource(session, new)


@resources.patch(
    "/{resource_id}",
    responses=error_responses(
        ResourceNotFound,
        ResourceKeyTaken,
        RoomElsewhere,
        ResourceHasAppointments,
    ),
)
async def update_resource(
    user: Admin, session: SessionDep, resource_id: UUID, changes: ResourceUpdate
) -> ResourceRead:
    """Changes the fields that are sent and leaves the others. What appointments still need cannot retire."""
    resource = await service.read_resource(session, resource_id)
    user.must_hold_in(resource.branch_id, Role.ADMIN)
    return await service.update_resource(session, resource_id, changes)
