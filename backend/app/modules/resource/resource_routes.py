"""Beds, devices and rooms over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.identity.access import SignedIn
from app.modules.resource import resource_service as service
from app.modules.resource.resource_errors import (
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
    ResourceUpdated,
    RoomCreate,
    RoomListQuery,
    RoomRead,
    RoomUpdate,
)

types = ApiRouter(prefix=f"{API_V1}/resource-types", tags=["Beds and devices"])
rooms = ApiRouter(prefix=f"{API_V1}/rooms", tags=["Beds and devices"])
resources = ApiRouter(prefix=f"{API_V1}/resources", tags=["Beds and devices"])


@types.get("")
async def list_resource_types(user: SignedIn, session: SessionDep) -> list[ResourceTypeRead]:
    """List the types of beds and devices. Beds or devices of one type are interchangeable."""
    return await service.list_types(session, user)


@types.post("", status_code=201, responses=error_responses(ResourceTypeKeyTaken))
async def create_resource_type(
    user: SignedIn, session: SessionDep, new: ResourceTypeCreate
) -> ResourceTypeRead:
    """Add a type of bed or device."""
    return await service.create_type(session, user, new)


@types.patch("/{type_id}", responses=error_responses(ResourceTypeNotFound, ResourceTypeKeyTaken))
async def update_resource_type(
    user: SignedIn, session: SessionDep, type_id: UUID, changes: ResourceTypeUpdate
) -> ResourceTypeRead:
    """Change the fields that are sent. The kind is fixed: a type of bed never becomes one of devices."""
    return await service.update_type(session, user, type_id, changes)


@rooms.get("")
async def list_rooms(
    user: SignedIn, session: SessionDep, query: Annotated[RoomListQuery, Query()]
) -> list[RoomRead]:
    """List the rooms of one branch or of all, without pages."""
    return await service.list_rooms(session, user, query.branch_id)


@rooms.post("", status_code=201, responses=error_responses(BranchNotFound, RoomKeyTaken))
async def create_room(user: SignedIn, session: SessionDep, new: RoomCreate) -> RoomRead:
    """Add a room to a branch."""
    return await service.create_room(session, user, new)


@rooms.patch("/{room_id}", responses=error_responses(RoomNotFound, RoomKeyTaken))
async def update_room(user: SignedIn, session: SessionDep, room_id: UUID, changes: RoomUpdate) -> RoomRead:
    """Change the fields that are sent. A room stays in its branch."""
    return await service.update_room(session, user, room_id, changes)


@resources.get("")
async def list_resources(
    user: SignedIn, session: SessionDep, query: Annotated[ResourceListQuery, Query()]
) -> list[ResourceRead]:
    """List the beds and devices of one branch or of all: those in use, or the retired ones."""
    return await service.list_resources(session, user, query)


@resources.post(
    "",
    status_code=201,
    responses=error_responses(BranchNotFound, ResourceTypeNotFound, ResourceKeyTaken, RoomElsewhere),
)
async def create_resource(user: SignedIn, session: SessionDep, new: ResourceCreate) -> ResourceRead:
    """Add a bed or a device to a branch."""
    return await service.create_resource(session, user, new)


@resources.patch(
    "/{resource_id}",
    responses=error_responses(
        ResourceNotFound,
        ResourceKeyTaken,
        RoomElsewhere,
        AppointmentsStranded,
    ),
)
async def update_resource(
    user: SignedIn, session: SessionDep, resource_id: UUID, changes: ResourceUpdate
) -> ResourceUpdated:
    """Change the fields that are sent.

    Refused if appointments need a bed or device that is to retire, or the room of a bed, unless `force` is set.
    """
    return await service.update_resource(session, user, resource_id, changes)
