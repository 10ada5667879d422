"""The stored set-up: its data as a file has it, and the ids and positions behind the keys."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.blocked_time.blocked_time_schemas import BlockedTimeRead, BlockedTimeRule
from app.modules.blocked_time.blocked_time_service import list_weekly_blocks
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchCreate, BranchRead
from app.modules.branch.travel import list_travel_times
from app.modules.branch.travel_schemas import TravelTimeRead
from app.modules.catalogue import catalogue_service
from app.modules.catalogue.catalogue_schemas import DeskCatalogue, DeskService, DeskVariant
from app.modules.course.course_schemas import CoursePlanRead
from app.modules.course.plans import list_plans
from app.modules.identity.access import CurrentUser
from app.modules.payment import payment_service
from app.modules.payment.payment_schemas import BankAccountRead
from app.modules.product import product_service
from app.modules.product.product_schemas import ProductListQuery, ProductRead
from app.modules.resource import resource_service
from app.modules.resource.resource_schemas import ResourceListQuery, ResourceRead, RoomRead
from app.modules.setup.plan import ItemKind, Key
from app.modules.setup.spa_file import FileStaff
from app.modules.staff import staff_service
from app.modules.staff.roster import weekly as weekly_roster
from app.modules.staff.staff_schemas import StaffListQuery, StaffRead, WeeklyShifts
from app.modules.tax import tax_service

type Data = dict[str, Any]


class Snapshot(NamedTuple):
    """The stored set-up at one moment."""

    data: Data
    """The fields of a `SpaFile`, not validated."""
    ids: Mapping[ItemKind, dict[Key, UUID]]
    positions: Mapping[ItemKind, dict[Key, int]]


async def load_snapshot(session: AsyncSession, user: CurrentUser) -> Snapshot:
    """Load the whole set-up."""
    branches = await branch_service.list_branches(session)
    travel = {branch.id: await list_travel_times(session, user, branch.id) for branch in branches}
    accounts = {
        branch.id: await payment_service.read_bank_account(session, user, branch.id) for branch in branches
    }
    types = await resource_service.list_types(session, user)
    rooms = [
        room for branch in branches for room in await resource_service.list_rooms(session, user, branch.id)
    ]
    resources = [
        resource
        for branch in branches
        for retired in (False, True)
        for resource in await resource_service.list_resources(
            session, user, ResourceListQuery(branch_id=branch.id, retired=retired)
        )
    ]
    catalogue = await catalogue_service.read_desk_catalogue(session, user)
    tax_categories = await tax_service.list_tax_categories(session, user)
    products = [
        product
        for retired in (False, True)
        for product in await product_service.list_products(session, user, ProductListQuery(retired=retired))
    ]
    products.sort(key=attrgetter("position", "key"))
    course_plans = await list_plans(session, user)
    staff = await _list_all_staff(session, user, branches)
    blocks = await list_weekly_blocks(session)
    shifts = await weekly_roster.list_weekly_shifts(session, None)

    variants = {
        f"{service.key}/{variant.key}": variant
        for service in catalogue.services
        for variant in service.variants
    }
    ids = {
        ItemKind.TYPE: {resource_type.key: resource_type.id for resource_type in types},
        ItemKind.BRANCH: {branch.key: branch.id for branch in branches},
        ItemKind.ROOM: {room.key: room.id for room in rooms},
        ItemKind.RESOURCE: {resource.key: resource.id for resource in resources},
        ItemKind.TAX_CATEGORY: {category.key: category.id for category in tax_categories},
        ItemKind.CATEGORY: {category.key: category.id for category in catalogue.categories},
        ItemKind.ADD_ON: {add_on.key: add_on.id for add_on in catalogue.add_ons},
        ItemKind.SERVICE: {service.key: service.id for service in catalogue.services},
        ItemKind.VARIANT: {key: variant.id for key, variant in variants.items()},
        ItemKind.PRODUCT: {product.key: product.id for product in products},
        ItemKind.COURSE_PLAN: {course_plan.key: course_plan.id for course_plan in course_plans},
        ItemKind.STAFF: {person.key: person.id for person in staff},
    }
    keys = {item_id: key for ids_by_key in ids.values() for key, item_id in ids_by_key.items()}
    data = {
        "version": 1,
        "branches": _branches(
            branches, travel, rooms, resources, blocks=blocks, keys=keys, accounts=accounts
        ),
        "resource_types": [resource_type.model_dump(exclude={"id"}) for resource_type in types],
        "tax_categories": [category.model_dump(exclude={"id"}) for category in tax_categories],
        **_catalogue(catalogue, keys),
        "products": [_product(product, keys) for product in products],
        "course_plans": [_course_plan(course_plan, keys) for course_plan in course_plans],
        "staff": [
            _person(person, shifts.get(person.id), blocks.get(person.id, []), keys) for person in staff
        ],
    }
    positions = {
        ItemKind.CATEGORY: {category.key: category.position for category in catalogue.categories},
        ItemKind.ADD_ON: {add_on.key: add_on.position for add_on in catalogue.add_ons},
        ItemKind.SERVICE: {service.key: service.position for service in catalogue.services},
        ItemKind.VARIANT: {key: variant.position for key, variant in variants.items()},
        ItemKind.PRODUCT: {product.key: product.position for product in products},
    }
    return Snapshot(data, ids, positions)


async def _list_all_staff(
    session: AsyncSession, user: CurrentUser, branches: Sequence[BranchRead]
) -> list[StaffRead]:
    """Return all staff of these branches."""
    people: dict[UUID, StaffRead] = {}
    for branch in branches:
        for person in await staff_service.list_staff(session, user, StaffListQuery(branch_id=branch.id)):
            people[person.id] = person
    return list(people.values())


def _branches(  # noqa: PLR0913 - the parts of a branch
    branches: Sequence[BranchRead],
    travel: Mapping[UUID, Sequence[TravelTimeRead]],
    rooms: Sequence[RoomRead],
    resources: Sequence[ResourceRead],
    *,
    blocks: Mapping[UUID, Sequence[BlockedTimeRead]],
    keys: Mapping[UUID, str],
    accounts: Mapping[UUID, BankAccountRead | None],
) -> list[Data]:
    by_location: dict[tuple[UUID | None, str], list[Data]] = defaultdict(list)
    """The key is the room and the kind, or the branch and "any" for equipment in no room."""
    for resource in resources:
        location = (
            (resource.room_id, resource.kind) if resource.room_id is not None else (resource.branch_id, "any")
        )
        retired = resource.retired_at is not None
        by_location[location].append(
            {
                "key": resource.key,
                "name": resource.name,
                "type": keys[resource.type_id],
                "retired": retired,
                "blocked_times": [_block(block) for block in blocks.get(resource.id, ())],
            }
        )
    rooms_by_branch: dict[UUID, list[Data]] = defaultdict(list)
    for room in rooms:
        inside = {"beds": by_location[room.id, "bed"], "devices": by_location[room.id, "device"]}
        rooms_by_branch[room.branch_id].append({"key": room.key, "name": room.name, **inside})
    return [
        branch.model_dump(include={*BranchCreate.model_fields})
        | {
            "closed": branch.closed_at is not None,
            "bank_account": None if (account := accounts[branch.id]) is None else account.model_dump(),
            "hours": [
                {"days": [hours.weekday], **hours.model_dump(exclude={"weekday"})} for hours in branch.hours
            ],
            "special_hours": [special.model_dump(exclude={"id"}) for special in branch.special_hours],
            "travel_times": [
                {"branch": keys[other.branch_id], "minutes": other.minutes}
                for other in travel[branch.id]
                if branch.key < keys[other.branch_id]
            ],
            "rooms": rooms_by_branch[branch.id],
            "resources": by_location[branch.id, "any"],
        }
        for branch in branches
    ]


def _catalogue(catalogue: DeskCatalogue, keys: Mapping[UUID, str]) -> dict[str, list[Data]]:
    hidden = {"id", "position", "tax_category_id"}
    return {
        "categories": [category.model_dump(exclude=hidden) for category in catalogue.categories],
        "add_ons": [
            add_on.model_dump(exclude=hidden) | _tax_category(add_on.tax_category_id, keys)
            for add_on in catalogue.add_ons
        ],
        "services": [_service(service, keys) for service in catalogue.services],
    }


def _service(service: DeskService, keys: Mapping[UUID, str]) -> Data:
    return service.model_dump(include={"key", "name", "description", "offered"}) | {
        **_tax_category(service.tax_category_id, keys),
        "category": keys[service.category_id],
        "add_ons": [keys[add_on_id] for add_on_id in service.add_on_ids],
        "variants": [_variant(variant, keys) for variant in service.variants],
    }


def _product(product: ProductRead, keys: Mapping[UUID, str]) -> Data:
    return product.model_dump(include={"key", "name", "price", "sku"}) | {
        **_tax_category(product.tax_category_id, keys),
        "retired": product.retired_at is not None,
    }


def _course_plan(course_plan: CoursePlanRead, keys: Mapping[UUID, str]) -> Data:
    hidden = {"id", "tax_category_id", "variant_ids", "retired_at"}
    return course_plan.model_dump(exclude=hidden) | {
        **_tax_category(course_plan.tax_category_id, keys),
        "pays": [keys[variant_id] for variant_id in course_plan.variant_ids],
        "retired": course_plan.retired_at is not None,
    }


def _tax_category(tax_category_id: UUID | None, keys: Mapping[UUID, str]) -> Data:
    return {"tax_category": keys[tax_category_id] if tax_category_id else None}


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
    return variant.model_dump(include={"key", "name", "price"}) | {"retired": retired, "segments": segments}


def _block(block: BlockedTimeRead) -> Data:
    return block.model_dump(include={*BlockedTimeRule.model_fields})


def _person(
    person: StaffRead,
    weekly: WeeklyShifts | None,
    blocks: Sequence[BlockedTimeRead],
    keys: Mapping[UUID, str],
) -> Data:
    fields = FileStaff.model_fields.keys() & StaffRead.model_fields.keys()
    shifts = weekly.model_dump()["shifts"] if weekly else []
    return person.model_dump(include=fields) | {
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
        "blocked_times": [_block(block) | {"branch": keys[block.branch_id]} for block in blocks],
    }
