"""Writing a planned import, by the services that anybody else would use."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, NotFoundException, ValidationException
from app.modules.blocked_time.blocked_time_schemas import BlockedTimeCreate, BlockedTimeRule
from app.modules.blocked_time.blocked_time_service import set_weekly_blocks
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchCreate, BranchUpdate, WeeklyHours
from app.modules.branch.travel import set_travel_time
from app.modules.branch.travel_schemas import TravelTimeChange
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
from app.modules.course.course_schemas import CoursePlanCreate, CoursePlanUpdate
from app.modules.course.plans import create_plan, update_plan
from app.modules.identity.access import CurrentUser
from app.modules.payment import payment_service
from app.modules.product import product_service
from app.modules.product.product_schemas import ProductCreate, ProductUpdate
from app.modules.resource import resource_service
from app.modules.resource.resource_schemas import (
    ResourceCreate,
    ResourceTypeCreate,
    ResourceTypeUpdate,
    ResourceUpdate,
    RoomCreate,
    RoomUpdate,
)
from app.modules.setup.file_courses import FileCoursePlan
from app.modules.setup.plan import LABELS, ItemKind, Key, Plan, arranged, orders
from app.modules.setup.setup_errors import ItemRefused
from app.modules.setup.snapshot import Snapshot
from app.modules.setup.spa_file import (
    BlockLine,
    FileAddOn,
    FileBranch,
    FileCategory,
    FileProduct,
    FileResource,
    FileRoom,
    FileService,
    FileStaff,
    FileTaxCategory,
    FileType,
    FileVariant,
    SpaFile,
    on_weekdays,
    weekly_shifts,
)
from app.modules.staff import staff_service
from app.modules.staff.roster import weekly as weekly_roster
from app.modules.staff.staff_schemas import StaffCreate, StaffUpdate
from app.modules.tax import tax_service
from app.modules.tax.tax_schemas import RateSchedule, TaxCategoryCreate, TaxCategoryUpdate


class Writer:
    """Write one import in the name of one user. The caller guards the appointments, by the import as a whole."""

    def __init__(
        self, session: AsyncSession, user: CurrentUser, file: SpaFile, plan: Plan, snapshot: Snapshot
    ) -> None:
        self._session = session
        self._user = user
        self._file = file
        self._plan = plan
        self._ids = {kind: dict(ids) for kind, ids in snapshot.ids.items()}
        self._stored_positions = {kind: dict(positions) for kind, positions in snapshot.positions.items()}
        self._new_positions: dict[ItemKind, dict[Key, int]] = {kind: {} for kind in self._stored_positions}

    async def write(self, current: SpaFile) -> None:
        """Write everything in the order in which items refer to each other."""
        self._arrange(current)
        for resource_type in self._file.resource_types:
            with self._naming(ItemKind.TYPE, resource_type.key):
                await self._write_type(resource_type)
        for branch in self._file.branches:
            with self._naming(ItemKind.BRANCH, branch.key):
                await self._write_branch(branch)
            await self._write_rooms(branch)
        for branch in self._file.branches:  # all of them are there now
            with self._naming(ItemKind.BRANCH, branch.key):
                await self._write_travel(branch, current)
        for tax_category in self._file.tax_categories:
            with self._naming(ItemKind.TAX_CATEGORY, tax_category.key):
                await self._write_tax_category(tax_category)
        await self._write_catalogue()
        await self._write_positions()
        for person in self._file.staff:
            with self._naming(ItemKind.STAFF, person.key):
                await self._write_person(person)

    async def _write_catalogue(self) -> None:
        """Write what the spa sells."""
        for category in self._file.categories:
            with self._naming(ItemKind.CATEGORY, category.key):
                await self._write_category(category)
        for add_on in self._file.add_ons:
            with self._naming(ItemKind.ADD_ON, add_on.key):
                await self._write_add_on(add_on)
        for service in self._file.services:
            with self._naming(ItemKind.SERVICE, service.key):
                await self._write_service(service)
        for product in self._file.products:
            with self._naming(ItemKind.PRODUCT, product.key):
                await self._write_product(product)
        for course_plan in self._file.course_plans:
            with self._naming(ItemKind.COURSE_PLAN, course_plan.key):
                await self._write_course_plan(course_plan)

    def _arrange(self, current: SpaFile) -> None:
        """Number the lists whose order changes anew, with the items that are in the database alone."""
        wanted, before = orders(self._file), orders(current)
        in_file = {(kind, key) for (kind, _), keys in wanted.items() for key in keys}
        for (kind, owner), keys in wanted.items():
            stay = [key for key in before.get((kind, owner), []) if key in keys or (kind, key) not in in_file]
            after = arranged(keys, stay)
            if after != stay:
                self._new_positions[kind] |= {key: position for position, key in enumerate(after)}

    def _is_new(self, kind: ItemKind, key: Key) -> bool:
        return key not in self._ids[kind]

    def _changed(self, kind: ItemKind, key: Key) -> set[str]:
        return {change.field for change in self._plan.changed[kind].get(key, ())}

    def _position_of_new(self, kind: ItemKind, key: Key) -> int:
        position = self._stored_positions[kind][key] = self._new_positions[kind][key]
        return position

    async def _write_type(self, file_type: FileType) -> None:
        session, user, key = self._session, self._user, file_type.key
        if self._is_new(ItemKind.TYPE, key):
            new = ResourceTypeCreate(key=key, kind=file_type.kind, name=file_type.name)
            self._ids[ItemKind.TYPE][key] = (await resource_service.create_type(session, user, new)).id
        elif self._changed(ItemKind.TYPE, key):
            type_id = self._ids[ItemKind.TYPE][key]
            await resource_service.update_type(
                session, user, type_id, ResourceTypeUpdate(name=file_type.name)
            )

    async def _write_branch(self, branch: FileBranch) -> None:
        session, user = self._session, self._user
        fields = branch.model_dump(include={*BranchCreate.model_fields})
        is_new = self._is_new(ItemKind.BRANCH, branch.key)
        changed = self._changed(ItemKind.BRANCH, branch.key)
        if is_new:
            # Deposits need the bank account, and that needs the branch.
            new = BranchCreate(**fields | {"deposit_percent": 0})
            self._ids[ItemKind.BRANCH][branch.key] = (await branch_service.open_branch(session, user, new)).id
        branch_id = self._ids[ItemKind.BRANCH][branch.key]
        if branch.bank_account is not None and (is_new or "bank_account" in changed):
            await payment_service.set_bank_account(session, user, branch_id, branch.bank_account)
        changed_elsewhere = {"hours", "special_hours", "travel_times", "bank_account"}
        if changed - changed_elsewhere or (is_new and (branch.closed or branch.deposit_percent)):
            changes = BranchUpdate(**fields, closed=branch.closed, force=True)
            await branch_service.update_branch(session, user, branch_id, changes)
        if "hours" in changed or (is_new and branch.hours):
            hours = [hours for line in branch.hours for hours in on_weekdays(line)]
            weekly = WeeklyHours(hours=hours, force=True)
            await branch_service.set_weekly_hours(session, user, branch_id, weekly)
        if "special_hours" in changed or (is_new and branch.special_hours):
            await branch_service.set_special_hours(session, user, branch_id, branch.special_hours)

    async def _write_travel(self, branch: FileBranch, current: SpaFile) -> None:
        before = {
            line.branch: line.minutes
            for stored in current.branches
            if stored.key == branch.key
            for line in stored.travel_times
        }
        after = {line.branch: line.minutes for line in branch.travel_times}
        branch_ids = self._ids[ItemKind.BRANCH]
        for other in sorted(before.keys() | after.keys()):
            minutes = after.get(other, 0)
            if minutes != before.get(other, 0):
                change = TravelTimeChange(minutes=minutes, force=True)
                ids = branch_ids[branch.key], branch_ids[other]
                await set_travel_time(self._session, self._user, *ids, change)

    async def _write_rooms(self, branch: FileBranch) -> None:
        for room in branch.rooms:
            with self._naming(ItemKind.ROOM, room.key):
                await self._write_room(branch, room)
            for resource in (*room.beds, *room.devices):
                with self._naming(ItemKind.RESOURCE, resource.key):
                    await self._write_resource(branch, room, resource)
        for resource in branch.resources:
            with self._naming(ItemKind.RESOURCE, resource.key):
                await self._write_resource(branch, None, resource)

    async def _write_room(self, branch: FileBranch, room: FileRoom) -> None:
        session, user = self._session, self._user
        if self._is_new(ItemKind.ROOM, room.key):
            new = RoomCreate(key=room.key, branch_id=self._ids[ItemKind.BRANCH][branch.key], name=room.name)
            self._ids[ItemKind.ROOM][room.key] = (await resource_service.create_room(session, user, new)).id
        elif self._changed(ItemKind.ROOM, room.key):
            room_id = self._ids[ItemKind.ROOM][room.key]
            await resource_service.update_room(session, user, room_id, RoomUpdate(name=room.name))

    async def _write_resource(
        self, branch: FileBranch, room: FileRoom | None, resource: FileResource
    ) -> None:
        session, user = self._session, self._user
        room_id = room and self._ids[ItemKind.ROOM][room.key]
        is_new = self._is_new(ItemKind.RESOURCE, resource.key)
        if is_new:
            new = ResourceCreate(
                key=resource.key,
                name=resource.name,
                type_id=self._ids[ItemKind.TYPE][resource.type],
                branch_id=self._ids[ItemKind.BRANCH][branch.key],
                room_id=room_id,
            )
            created = await resource_service.create_resource(session, user, new)
            self._ids[ItemKind.RESOURCE][resource.key] = created.id
        changed = self._changed(ItemKind.RESOURCE, resource.key)
        if "blocked_times" in changed or (is_new and resource.blocked_times):
            branch_id = self._ids[ItemKind.BRANCH][branch.key]
            resource_id = self._ids[ItemKind.RESOURCE][resource.key]
            await self._write_blocks(resource_id, [(branch_id, line) for line in resource.blocked_times])
        if changed - {"blocked_times"} or (is_new and resource.retired):
            changes = ResourceUpdate(
                name=resource.name, room_id=room_id, retired=resource.retired, force=True
            )
            resource_id = self._ids[ItemKind.RESOURCE][resource.key]
            await resource_service.update_resource(session, user, resource_id, changes)

    async def _write_tax_category(self, category: FileTaxCategory) -> None:
        session, user, key = self._session, self._user, category.key
        if self._is_new(ItemKind.TAX_CATEGORY, key):
            new = TaxCategoryCreate(**dict(category))
            created = await tax_service.create_tax_category(session, user, new)
            self._ids[ItemKind.TAX_CATEGORY][key] = created.id
            return
        category_id = self._ids[ItemKind.TAX_CATEGORY][key]
        changed = self._changed(ItemKind.TAX_CATEGORY, key)
        if changed - {"rates"}:
            # The default is taken from the others by the one that becomes it.
            default = {"is_default": True} if category.is_default else {}
            changes = TaxCategoryUpdate(name=category.name, **default)
            await tax_service.update_tax_category(session, user, category_id, changes)
        if "rates" in changed:
            await tax_service.set_tax_rates(session, user, category_id, RateSchedule(rates=category.rates))

    def _tax_category_id(self, item: FileAddOn | FileService | FileProduct | FileCoursePlan) -> UUID | None:
        return self._ids[ItemKind.TAX_CATEGORY][item.tax_category] if item.tax_category else None

    async def _write_category(self, category: FileCategory) -> None:
        session, user, key = self._session, self._user, category.key
        fields: dict[str, Any] = {"key": key, "name": category.name}
        if self._is_new(ItemKind.CATEGORY, key):
            new = CategoryCreate(**fields, position=self._position_of_new(ItemKind.CATEGORY, key))
            created = await catalogue_service.create_category(session, user, new)
            self._ids[ItemKind.CATEGORY][key] = created.id
        elif self._changed(ItemKind.CATEGORY, key):
            category_id = self._ids[ItemKind.CATEGORY][key]
            await catalogue_service.update_category(session, user, category_id, CategoryUpdate(**fields))

    async def _write_add_on(self, add_on: FileAddOn) -> None:
        session, user, key = self._session, self._user, add_on.key
        fields = dict(add_on) | {"tax_category_id": self._tax_category_id(add_on)}
        del fields["tax_category"]
        if self._is_new(ItemKind.ADD_ON, key):
            new = AddOnCreate(**fields, position=self._position_of_new(ItemKind.ADD_ON, key))
            self._ids[ItemKind.ADD_ON][key] = (await catalogue_service.create_add_on(session, user, new)).id
        elif self._changed(ItemKind.ADD_ON, key):
            add_on_id = self._ids[ItemKind.ADD_ON][key]
            await catalogue_service.update_add_on(session, user, add_on_id, AddOnUpdate(**fields))

    async def _write_service(self, service: FileService) -> None:
        session, user, key = self._session, self._user, service.key
        fields: dict[str, Any] = {
            "key": key,
            "category_id": self._ids[ItemKind.CATEGORY][service.category],
            "name": service.name,
            "description": service.description,
            "offered": service.offered,
            "tax_category_id": self._tax_category_id(service),
            "add_on_ids": [self._ids[ItemKind.ADD_ON][add_on_key] for add_on_key in service.add_ons],
        }
        if self._is_new(ItemKind.SERVICE, key):
            new = ServiceCreate(
                **fields,
                position=self._position_of_new(ItemKind.SERVICE, key),
                variants=[self._new_variant(service, variant) for variant in service.variants],
            )
            created = await catalogue_service.create_service(session, user, new, alike_will_do=True)
            self._ids[ItemKind.SERVICE][key] = created.id
            self._ids[ItemKind.VARIANT] |= {
                f"{key}/{variant.key}": variant.id for variant in created.variants
            }
            for file_variant in service.variants:
                if file_variant.retired:
                    await self._retire_variant(service, file_variant)
            await catalogue_service.refuse_alike_variants(session, created.id)
            return
        if self._changed(ItemKind.SERVICE, key):
            service_id = self._ids[ItemKind.SERVICE][key]
            await catalogue_service.update_service(session, user, service_id, ServiceUpdate(**fields))
        for file_variant in service.variants:
            await self._write_variant(service, file_variant)
        keys = [f"{key}/{variant.key}" for variant in service.variants]
        if any(
            self._is_new(ItemKind.VARIANT, name) or self._changed(ItemKind.VARIANT, name) for name in keys
        ):
            await catalogue_service.refuse_alike_variants(session, self._ids[ItemKind.SERVICE][key])

    async def _write_variant(self, service: FileService, variant: FileVariant) -> None:
        session, user = self._session, self._user
        key = f"{service.key}/{variant.key}"
        if self._is_new(ItemKind.VARIANT, key):
            service_id = self._ids[ItemKind.SERVICE][service.key]
            new = self._new_variant(service, variant)
            created = await catalogue_service.create_variant(
                session, user, service_id, new, alike_will_do=True
            )
            self._ids[ItemKind.VARIANT][key] = created.id
            if variant.retired:
                await self._retire_variant(service, variant)
        elif changed := self._changed(ItemKind.VARIANT, key):
            fields: dict[str, Any] = {
                "name": variant.name,
                "price": variant.price,
                "retired": variant.retired,
            }
            if "segments" in changed:
                fields["segments"] = self._segments(variant)
            variant_id = self._ids[ItemKind.VARIANT][key]
            await catalogue_service.update_variant(
                session, user, variant_id, VariantUpdate(**fields), alike_will_do=True
            )

    async def _retire_variant(self, service: FileService, variant: FileVariant) -> None:
        variant_id = self._ids[ItemKind.VARIANT][f"{service.key}/{variant.key}"]
        changes = VariantUpdate(retired=True)
        await catalogue_service.update_variant(self._session, self._user, variant_id, changes)

    def _new_variant(self, service: FileService, variant: FileVariant) -> VariantCreate:
        return VariantCreate(
            key=variant.key,
            name=variant.name,
            price=variant.price,
            position=self._position_of_new(ItemKind.VARIANT, f"{service.key}/{variant.key}"),
            segments=self._segments(variant),
        )

    def _segments(self, variant: FileVariant) -> list[Segment]:
        type_ids = self._ids[ItemKind.TYPE]
        return [
            Segment(
                minutes=segment.minutes,
                needs_staff=segment.staff,
                with_guest=segment.guest,
                bed_type_id=segment.bed and type_ids[segment.bed],
                device_type_id=segment.device and type_ids[segment.device],
            )
            for segment in variant.segments
        ]

    async def _write_product(self, product: FileProduct) -> None:
        session, user, key = self._session, self._user, product.key
        is_new = self._is_new(ItemKind.PRODUCT, key)
        fields: dict[str, Any] = {
            "key": key,
            "name": product.name,
            "price": product.price,
            "sku": product.sku,
            "tax_category_id": self._tax_category_id(product),
        }
        if is_new:
            new = ProductCreate(**fields, position=self._position_of_new(ItemKind.PRODUCT, key))
            self._ids[ItemKind.PRODUCT][key] = (await product_service.create_product(session, user, new)).id
        if self._changed(ItemKind.PRODUCT, key) or (is_new and product.retired):
            product_id = self._ids[ItemKind.PRODUCT][key]
            changes = ProductUpdate(**fields, retired=product.retired)
            await product_service.update_product(session, user, product_id, changes)

    async def _write_course_plan(self, course_plan: FileCoursePlan) -> None:
        session, user, key = self._session, self._user, course_plan.key
        is_new = self._is_new(ItemKind.COURSE_PLAN, key)
        fields = course_plan.model_dump(exclude={"name", "tax_category", "pays", "retired"}) | {
            "name": course_plan.name,
            "tax_category_id": self._tax_category_id(course_plan),
            "variant_ids": [self._ids[ItemKind.VARIANT][variant_key] for variant_key in course_plan.pays],
        }
        if is_new:
            created = await create_plan(session, user, CoursePlanCreate(**fields))
            self._ids[ItemKind.COURSE_PLAN][key] = created.id
        if self._changed(ItemKind.COURSE_PLAN, key) or (is_new and course_plan.retired):
            changes = CoursePlanUpdate(**fields, retired=course_plan.retired)
            await update_plan(session, user, self._ids[ItemKind.COURSE_PLAN][key], changes)

    async def _write_positions(self) -> None:
        """Write the position of every item that has moved."""
        session, user, service = self._session, self._user, catalogue_service
        for kind, positions in self._new_positions.items():
            for key, position in positions.items():
                if self._stored_positions[kind][key] == position:
                    continue
                item_id = self._ids[kind][key]
                if kind is ItemKind.CATEGORY:
                    await service.update_category(session, user, item_id, CategoryUpdate(position=position))
                elif kind is ItemKind.ADD_ON:
                    await service.update_add_on(session, user, item_id, AddOnUpdate(position=position))
                elif kind is ItemKind.SERVICE:
                    await service.update_service(session, user, item_id, ServiceUpdate(position=position))
                elif kind is ItemKind.VARIANT:
                    await service.update_variant(session, user, item_id, VariantUpdate(position=position))
                else:
                    product = ProductUpdate(position=position)
                    await product_service.update_product(session, user, item_id, product)

    async def _write_person(self, person: FileStaff) -> None:
        session, user, key = self._session, self._user, person.key
        fields = {
            name: getattr(person, name) for name in FileStaff.model_fields.keys() & StaffCreate.model_fields
        }
        fields["branch_ids"] = [self._ids[ItemKind.BRANCH][branch_key] for branch_key in person.branches]
        fields["service_ids"] = [self._ids[ItemKind.SERVICE][service_key] for service_key in person.skills]
        is_new, changed = self._is_new(ItemKind.STAFF, key), self._changed(ItemKind.STAFF, key)
        if is_new:
            created = await staff_service.create_staff(session, user, StaffCreate(**fields))
            self._ids[ItemKind.STAFF][key] = created.id
        elif changed - {"weekly_shifts", "blocked_times"}:
            staff_id = self._ids[ItemKind.STAFF][key]
            await staff_service.update_staff(session, user, staff_id, StaffUpdate(**fields, force=True))
        if "weekly_shifts" in changed or (is_new and person.weekly_shifts):
            shifts = weekly_shifts(person.weekly_shifts, self._ids[ItemKind.BRANCH])
            await weekly_roster.set_weekly_shifts(session, user, self._ids[ItemKind.STAFF][key], shifts)
        if "blocked_times" in changed or (is_new and person.blocked_times):
            branch_ids = self._ids[ItemKind.BRANCH]
            lines = [(branch_ids[line.branch], line) for line in person.blocked_times]
            await self._write_blocks(self._ids[ItemKind.STAFF][key], lines)

    async def _write_blocks(self, resource_id: UUID, lines: Sequence[tuple[UUID, BlockLine]]) -> None:
        blocks = [
            BlockedTimeCreate.model_construct(
                **{name: getattr(line, name) for name in BlockedTimeRule.model_fields},
                branch_id=branch_id,
                resource_id=resource_id,
            )
            for branch_id, line in lines
        ]
        await set_weekly_blocks(self._session, self._user, resource_id, blocks)

    @contextmanager
    def _naming(self, kind: ItemKind, key: Key) -> Iterator[None]:
        """Name the item in the error of a service that refuses it."""
        try:
            yield
        except (ConflictException, NotFoundException, ValidationException) as error:
            message = LocalizedText(
                *(
                    f"{LABELS[kind].in_language(language)} {key}: {error.public_message(language)}"
                    for language in ("vi", "en")
                )
            )
            raise ItemRefused(message, details=error.details) from error
