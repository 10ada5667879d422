"""Brings into the database what a plan says, by the services that anybody else would use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException, ValidationException
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchCreate, BranchUpdate, WeeklyHours
from app.modules.catalogue import catalogue_service
from app.modules.catalogue.catalogue_schemas import (
    AddOnCreate,
    AddOnUpdate,
    CategoryCreate,
    CategoryUpdate,
    Segment,
    ServiceCreate,
    ServiceUpdate,
    VariantCreate,
    VariantUpdate,
)
from app.modules.identity.access import SYSTEM_USER
from app.modules.resource import resource_service
from app.modules.resource.resource_schemas import (
    ResourceCreate,
    ResourceTypeCreate,
    ResourceTypeUpdate,
    ResourceUpdate,
    RoomCreate,
    RoomUpdate,
)
from app.modules.setup.plan import LABELS, Key, Kind, Plan, arranged, orders
from app.modules.setup.setup_errors import ItemRefused
from app.modules.setup.snapshot import Snapshot
from app.modules.setup.spa_file import (
    FileBranch,
    FileResource,
    FileRoom,
    FileService,
    FileStaff,
    FileVariant,
    SpaFile,
    on_weekdays,
    weekly_shifts,
)
from app.modules.staff import staff_service
from app.modules.staff.roster import weekly as weekly_roster
from app.modules.staff.staff_schemas import StaffCreate, StaffUpdate


class Writer:
    """For one import."""

    def __init__(self, session: AsyncSession, file: SpaFile, plan: Plan, snapshot: Snapshot) -> None:
        self._session = session
        self._file = file
        self._plan = plan
        self._ids = {kind: dict(ids) for kind, ids in snapshot.ids.items()}
        self._held = {kind: dict(positions) for kind, positions in snapshot.positions.items()}
        """Positions, as the database has them."""
        self._positions: dict[Kind, dict[Key, int]] = {kind: {} for kind in self._held}
        """As they are to be."""

    async def write(self, current: SpaFile) -> None:
        """In the order in which things refer to each other."""
        self._arrange(current)
        await self._write_types()
        for branch in self._file.branches:
            with self._naming(Kind.BRANCH, branch.key):
                await self._write_branch(branch)
            await self._write_rooms(branch)
        await self._write_lists()
        for service in self._file.services:
            with self._naming(Kind.SERVICE, service.key):
                await self._write_service(service)
        await self._write_positions()
        for person in self._file.staff:
            with self._naming(Kind.STAFF, person.key):
                await self._write_person(person)

    def _arrange(self, current: SpaFile) -> None:
        """New positions for the lists that change, and for what is only in the database with them."""
        wanted, before = orders(self._file), orders(current)
        ours = {(kind, key) for (kind, _), listed in wanted.items() for key in listed}
        for (kind, of), listed in wanted.items():
            stay = [key for key in before.get((kind, of), []) if key in listed or (kind, key) not in ours]
            after = arranged(listed, stay)
            if after != stay:
                self._positions[kind] |= {key: position for position, key in enumerate(after)}

    def _is_new(self, kind: Kind, key: Key) -> bool:
        return key not in self._ids[kind]

    def _changed(self, kind: Kind, key: Key) -> set[str]:
        return {change.field for change in self._plan.changed[kind].get(key, ())}

    def _position(self, kind: Kind, key: Key) -> int:
        """Of something new."""
        position = self._held[kind][key] = self._positions[kind][key]
        return position

    async def _write_types(self) -> None:
        for each in self._file.resource_types:
            with self._naming(Kind.TYPE, each.key):
                if self._is_new(Kind.TYPE, each.key):
                    new = ResourceTypeCreate(key=each.key, kind=each.kind, name=each.name)
                    self._ids[Kind.TYPE][each.key] = (
                        await resource_service.create_type(self._session, new)
                    ).id
                elif self._changed(Kind.TYPE, each.key):
                    changes = ResourceTypeUpdate(name=each.name)
                    await resource_service.update_type(self._session, self._ids[Kind.TYPE][each.key], changes)

    async def _write_branch(self, branch: FileBranch) -> None:
        fields = branch.model_dump(include={*BranchCreate.model_fields})
        new, changed = self._is_new(Kind.BRANCH, branch.key), self._changed(Kind.BRANCH, branch.key)
        if new:
            opened = await branch_service.open_branch(self._session, BranchCreate(**fields))
            self._ids[Kind.BRANCH][branch.key] = opened.id
        branch_id = self._ids[Kind.BRANCH][branch.key]
        if changed - {"hours", "exceptions"} or (new and branch.closed):
            changes = BranchUpdate(**fields, closed=branch.closed)
            await branch_service.update_branch(self._session, branch_id, changes)
        if "hours" in changed or (new and branch.hours):
            weekly = WeeklyHours(hours=[hours for line in branch.hours for hours in on_weekdays(line)])
            await branch_service.set_weekly_hours(self._session, branch_id, weekly)
        if "exceptions" in changed or (new and branch.exceptions):
            await branch_service.set_exceptions(self._session, branch_id, branch.exceptions)

    async def _write_rooms(self, branch: FileBranch) -> None:
        for room in branch.rooms:
            with self._naming(Kind.ROOM, room.key):
                await self._write_room(branch, room)
            for resource in (*room.beds, *room.devices):
                await self._write_resource(branch, room, resource)
        for resource in branch.resources:
            await self._write_resource(branch, None, resource)

    async def _write_room(self, branch: FileBranch, room: FileRoom) -> None:
        if self._is_new(Kind.ROOM, room.key):
            new = RoomCreate(key=room.key, branch_id=self._ids[Kind.BRANCH][branch.key], name=room.name)
            self._ids[Kind.ROOM][room.key] = (await resource_service.create_room(self._session, new)).id
        elif self._changed(Kind.ROOM, room.key):
            room_id = self._ids[Kind.ROOM][room.key]
            await resource_service.update_room(self._session, room_id, RoomUpdate(name=room.name))

    async def _write_resource(
        self, branch: FileBranch, room: FileRoom | None, resource: FileResource
    ) -> None:
        room_id = room and self._ids[Kind.ROOM][room.key]
        new = self._is_new(Kind.RESOURCE, resource.key)
        with self._naming(Kind.RESOURCE, resource.key):
            if new:
                created = await resource_service.create_resource(
                    self._session,
                    ResourceCreate(
                        key=resource.key,
                        name=resource.name,
                        type_id=self._ids[Kind.TYPE][resource.type],
                        branch_id=self._ids[Kind.BRANCH][branch.key],
                        room_id=room_id,
                    ),
                )
                self._ids[Kind.RESOURCE][resource.key] = created.id
            if self._changed(Kind.RESOURCE, resource.key) or (new and resource.retired):
                changes = ResourceUpdate(name=resource.name, room_id=room_id, retired=resource.retired)
                resource_id = self._ids[Kind.RESOURCE][resource.key]
                await resource_service.update_resource(self._session, resource_id, changes)

    async def _write_lists(self) -> None:
        session = self._session
        for category in self._file.categories:
            with self._naming(Kind.CATEGORY, category.key):
                fields: dict[str, Any] = {"key": category.key, "name": category.name}
                if self._is_new(Kind.CATEGORY, category.key):
                    new = CategoryCreate(**fields, position=self._position(Kind.CATEGORY, category.key))
                    created = await catalogue_service.create_category(session, new)
                    self._ids[Kind.CATEGORY][category.key] = created.id
                elif self._changed(Kind.CATEGORY, category.key):
                    category_id = self._ids[Kind.CATEGORY][category.key]
                    await catalogue_service.update_category(session, category_id, CategoryUpdate(**fields))
        for add_on in self._file.add_ons:
            with self._naming(Kind.ADD_ON, add_on.key):
                fields = dict(add_on)
                if self._is_new(Kind.ADD_ON, add_on.key):
                    add = AddOnCreate(**fields, position=self._position(Kind.ADD_ON, add_on.key))
                    self._ids[Kind.ADD_ON][add_on.key] = (
                        await catalogue_service.create_add_on(session, add)
                    ).id
                elif self._changed(Kind.ADD_ON, add_on.key):
                    add_on_id = self._ids[Kind.ADD_ON][add_on.key]
                    await catalogue_service.update_add_on(session, add_on_id, AddOnUpdate(**fields))

    async def _write_service(self, service: FileService) -> None:
        fields: dict[str, Any] = {
            "key": service.key,
            "category_id": self._ids[Kind.CATEGORY][service.category],
            "name": service.name,
            "description": service.description,
            "offered": service.offered,
            "add_on_ids": [self._ids[Kind.ADD_ON][key] for key in service.add_ons],
        }
        if self._is_new(Kind.SERVICE, service.key):
            new = ServiceCreate(
                **fields,
                position=self._position(Kind.SERVICE, service.key),
                variants=[self._new_variant(service, variant) for variant in service.variants],
            )
            created = await catalogue_service.create_service(self._session, new)
            self._ids[Kind.SERVICE][service.key] = created.id
            self._ids[Kind.VARIANT] |= {f"{service.key}/{each.key}": each.id for each in created.variants}
            for variant in service.variants:
                if variant.retired:
                    await self._retire_variant(service, variant)
            return
        if self._changed(Kind.SERVICE, service.key):
            service_id = self._ids[Kind.SERVICE][service.key]
            await catalogue_service.update_service(self._session, service_id, ServiceUpdate(**fields))
        for variant in service.variants:
            await self._write_variant(service, variant)

    async def _write_variant(self, service: FileService, variant: FileVariant) -> None:
        key = f"{service.key}/{variant.key}"
        if self._is_new(Kind.VARIANT, key):
            service_id = self._ids[Kind.SERVICE][service.key]
            new = self._new_variant(service, variant)
            created = await catalogue_service.create_variant(self._session, service_id, new)
            self._ids[Kind.VARIANT][key] = created.id
            if variant.retired:
                await self._retire_variant(service, variant)
        elif changed := self._changed(Kind.VARIANT, key):
            fields: dict[str, Any] = {"price": variant.price, "retired": variant.retired}
            if "segments" in changed:
                fields["segments"] = self._segments(variant)
            variant_id = self._ids[Kind.VARIANT][key]
            await catalogue_service.update_variant(self._session, variant_id, VariantUpdate(**fields))

    async def _retire_variant(self, service: FileService, variant: FileVariant) -> None:
        variant_id = self._ids[Kind.VARIANT][f"{service.key}/{variant.key}"]
        await catalogue_service.update_variant(self._session, variant_id, VariantUpdate(retired=True))

    def _new_variant(self, service: FileService, variant: FileVariant) -> VariantCreate:
        return VariantCreate(
            key=variant.key,
            price=variant.price,
            position=self._position(Kind.VARIANT, f"{service.key}/{variant.key}"),
            segments=self._segments(variant),
        )

    def _segments(self, variant: FileVariant) -> list[Segment]:
        types = self._ids[Kind.TYPE]
        return [
            Segment(
                minutes=segment.minutes,
                needs_staff=segment.staff,
                with_guest=segment.guest,
                bed_type_id=segment.bed and types[segment.bed],
                device_type_id=segment.device and types[segment.device],
            )
            for segment in variant.segments
        ]

    async def _write_positions(self) -> None:
        """Of what has moved."""
        session, service = self._session, catalogue_service
        for kind, positions in self._positions.items():
            for key, position in positions.items():
                if self._held[kind][key] == position:
                    continue
                its_id = self._ids[kind][key]
                if kind is Kind.CATEGORY:
                    await service.update_category(session, its_id, CategoryUpdate(position=position))
                elif kind is Kind.ADD_ON:
                    await service.update_add_on(session, its_id, AddOnUpdate(position=position))
                elif kind is Kind.SERVICE:
                    await service.update_service(session, its_id, ServiceUpdate(position=position))
                else:
                    await service.update_variant(session, its_id, VariantUpdate(position=position))

    async def _write_person(self, person: FileStaff) -> None:
        fields = {
            name: getattr(person, name) for name in FileStaff.model_fields.keys() & StaffCreate.model_fields
        }
        fields["branch_ids"] = [self._ids[Kind.BRANCH][key] for key in person.branches]
        fields["service_ids"] = [self._ids[Kind.SERVICE][key] for key in person.skills]
        new, changed = self._is_new(Kind.STAFF, person.key), self._changed(Kind.STAFF, person.key)
        if new:
            created = await staff_service.create_staff(self._session, SYSTEM_USER, StaffCreate(**fields))
            self._ids[Kind.STAFF][person.key] = created.id
        elif changed - {"weekly_shifts"}:
            staff_id = self._ids[Kind.STAFF][person.key]
            await staff_service.update_staff(self._session, SYSTEM_USER, staff_id, StaffUpdate(**fields))
        if "weekly_shifts" in changed or (new and person.weekly_shifts):
            shifts = weekly_shifts(person.weekly_shifts, self._ids[Kind.BRANCH])
            staff_id = self._ids[Kind.STAFF][person.key]
            await weekly_roster.set_weekly_shifts(self._session, SYSTEM_USER, staff_id, shifts)

    @contextmanager
    def _naming(self, kind: Kind, key: Key) -> Iterator[None]:
        """A refusal says of what."""
        try:
            yield
        except (ConflictException, NotFoundException, ValidationException) as error:
            said = (
                f"{LABELS[kind].in_language(each)} {key}: {error.public_message(each)}"
                for each in ("vi", "en")
            )
            raise ItemRefused(LocalizedText(*said), details=error.details) from error
