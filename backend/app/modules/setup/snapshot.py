"""What the database holds of a set-up now: as a file has it, and the ids and places behind its keys."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchCreate, BranchRead
from app.modules.catalogue import catalogue_service
from app.modules.catalogue.catalogue_schemas import DeskCatalogue, DeskService, DeskVariant
from app.modules.identity.access import SYSTEM_USER
from app.modules.resource import resource_service
from app.modules.resource.resource_schemas import ResourceListQuery, ResourceRead, RoomRead
from app.modules.setup.plan import Key, Kind
from app.modules.setup.spa_file import FileStaff
from app.modules.staff import staff_service
from app.modules.staff.roster import weekly as weekly_roster
from app.modules.staff.staff_schemas import StaffListQuery, StaffRead, WeeklyShifts

type Data = dict[str, Any]


class Snapshot(NamedTuple):
    data: Data
    """Of a `SpaFile`."""
    ids: Mapping[Kind, dict[Key, UUID]]
    positions: Mapping[Kind, dict[Key, int]]


async def read_snapshot(session: AsyncSession) -> Snapshot:
    branches = await branch_service.list_branches(session)
    types = await resource_service.list_types(session)
    rooms = [room for each in branches for room in await resource_service.list_rooms(session, each.id)]
    resources = [
        resource
        for branch in branches
        for retired in (False, True)
        for resource in await resource_service.list_resources(
            session, ResourceListQuery(branch_id=branch.id, retired=retired)
        )
    ]
    catalogue = await catalogue_service.read_desk_catalogue(session)
    staff = await _all_staff(session, branches)
    shifts = await weekly_roster.list_weekly_shifts(session, None)

    variants = [(service, variant) for service in catalogue.services for variant in service.variants]
    ids = {
        Kind.TYPE: {each.key: each.id for each in types},
        Kind.BRANCH: {each.key: each.id for each in branches},
        Kind.ROOM: {each.key: each.id for each in rooms},
        Kind.RESOURCE: {each.key: each.id for each in resources},
        Kind.CATEGORY: {each.key: each.id for each in catalogue.categories},
        Kind.ADD_ON: {each.key: each.id for each in catalogue.add_ons},
        Kind.SERVICE: {each.key: each.id for each in catalogue.services},
        Kind.VARIANT: {f"{service.key}/{each.key}": each.id for service, each in variants},
        Kind.STAFF: {each.key: each.id for each in staff},
    }
    keys = {its_id: key for held in ids.values() for key, its_id in held.items()}
    data = {
        "version": 1,
        "branches": _branches(branches, rooms, resources, keys),
        "resource_types": [each.model_dump(exclude={"id"}) for each in types],
        **_catalogue(catalogue, keys),
        "staff": [_person(person, shifts.get(person.id), keys) for person in staff],
    }
    positions = {
        Kind.CATEGORY: {each.key: each.position for each in catalogue.categories},
        Kind.ADD_ON: {each.key: each.position for each in catalogue.add_ons},
        Kind.SERVICE: {each.key: each.position for each in catalogue.services},
        Kind.VARIANT: {f"{service.key}/{each.key}": each.position for service, each in variants},
    }
    return Snapshot(data, ids, positions)


async def _all_staff(session: AsyncSession, branches: Sequence[BranchRead]) -> list[StaffRead]:
    """Branch by branch, for a list of staff has an end, as have those of rooms and beds; everybody works in one."""
    found: dict[UUID, StaffRead] = {}
    for branch in branches:
        for person in await staff_service.list_staff(
            session, SYSTEM_USER, StaffListQuery(branch_id=branch.id)
        ):
            found[person.id] = person
    return list(found.values())


def _branches(
    branches: Sequence[BranchRead],
    rooms: Sequence[RoomRead],
    resources: Sequence[ResourceRead],
    keys: Mapping[UUID, str],
) -> list[Data]:
    within: dict[tuple[UUID | None, str], list[Data]] = defaultdict(list)
    """By where they are, a room or else a branch, and of which kind."""
    for resource in resources:
        where, kind = (resource.room_id, resource.kind) if resource.room_id else (resource.branch_id, "any")
        retired = resource.retired_at is not None
        within[where, kind].append(
            {"key": resource.key, "name": resource.name, "type": keys[resource.type_id], "retired": retired}
        )
    rooms_of: dict[UUID, list[Data]] = defaultdict(list)
    for room in rooms:
        inside = {"beds": within[room.id, "bed"], "devices": within[room.id, "device"]}
        rooms_of[room.branch_id].append({"key": room.key, "name": room.name, **inside})
    return [
        branch.model_dump(include={*BranchCreate.model_fields})
        | {
            "closed": branch.closed_at is not None,
            "hours": [
                {"days": [hours.weekday], **hours.model_dump(exclude={"weekday"})} for hours in branch.hours
            ],
            "exceptions": [each.model_dump(exclude={"id"}) for each in branch.exceptions],
            "rooms": rooms_of[branch.id],
            "resources": within[branch.id, "any"],
        }
        for branch in branches
    ]


def _catalogue(catalogue: DeskCatalogue, keys: Mapping[UUID, str]) -> dict[str, list[Data]]:
    hidden = {"id", "position"}
    return {
        "categories": [each.model_dump(exclude=hidden) for each in catalogue.categories],
        "add_ons": [each.model_dump(exclude=hidden) for each in catalogue.add_ons],
        "services": [_service(each, keys) for each in catalogue.services],
    }


def _service(service: DeskService, keys: Mapping[UUID, str]) -> Data:
    return service.model_dump(include={"key", "name", "description", "offered"}) | {
        "category": keys[service.category_id],
        "add_ons": [keys[add_on_id] for add_on_id in service.add_on_ids],
        "variants": [_variant(variant, keys) for variant in service.variants],
    }


def _variant(variant: DeskVariant, keys: Mapping[UUID, str]) -> Data:
    segments = [
        {
            "minutes": segment.minutes,
            "staff": segment.needs_staff,
            "guest": segment.with_guest,
            "bed": segment.bed_type_id and keys[segment.bed_type_id],
            "device": segment.device_type_id and keys[segment.device_type_id],
        }
        for segment in variant.segments
    ]
    retired = variant.retired_at is not None
    return {"key": variant.key, "price": variant.price, "retired": retired, "segments": segments}


def _person(person: StaffRead, weekly: WeeklyShifts | None, keys: Mapping[UUID, str]) -> Data:
    own = FileStaff.model_fields.keys() & StaffRead.model_fields.keys()
    shifts = weekly.model_dump()["shifts"] if weekly else []
    return person.model_dump(include=own) | {
        "branches": [keys[branch_id] for branch_id in person.branch_ids],
        "skills": [keys[service_id] for service_id in person.service_ids],
        "weekly_shifts": [
            {
                "branch": keys[shift["branch_id"]],
                "days": [shift["weekday"]],
                "starts": shift["starts"],
                "ends": shift["ends"],
            }
            for shift in shifts
        ],
    }
