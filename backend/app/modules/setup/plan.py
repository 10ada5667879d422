"""The difference between two set-ups, for people to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.common.types.localized import LocalizedText
from app.modules.setup.file_parts import FileItem
from app.modules.setup.spa_file import FileBranch, SpaFile


class ItemKind(StrEnum):
    """The kinds of items with a key, in the order in which they refer to each other."""

    TYPE = "resource_type"
    BRANCH = "branch"
    ROOM = "room"
    RESOURCE = "resource"
    TAX_CATEGORY = "tax_category"
    CATEGORY = "category"
    ADD_ON = "add_on"
    SERVICE = "service"
    VARIANT = "variant"
    PRODUCT = "product"
    COURSE_PLAN = "course_plan"
    STAFF = "staff"


LABELS = {
    ItemKind.TYPE: LocalizedText("loại giường, thiết bị", "types of beds and devices"),
    ItemKind.BRANCH: LocalizedText("chi nhánh", "branches"),
    ItemKind.ROOM: LocalizedText("phòng", "rooms"),
    ItemKind.RESOURCE: LocalizedText("giường, thiết bị", "beds and devices"),
    ItemKind.TAX_CATEGORY: LocalizedText("nhóm thuế", "tax categories"),
    ItemKind.CATEGORY: LocalizedText("nhóm dịch vụ", "categories"),
    ItemKind.ADD_ON: LocalizedText("dịch vụ cộng thêm", "add-ons"),
    ItemKind.SERVICE: LocalizedText("dịch vụ", "services"),
    ItemKind.VARIANT: LocalizedText("tùy chọn", "variants"),
    ItemKind.PRODUCT: LocalizedText("sản phẩm", "products"),
    ItemKind.COURSE_PLAN: LocalizedText("thẻ liệu trình", "course plans"),
    ItemKind.STAFF: LocalizedText("nhân viên", "staff"),
}

type Key = str
"""The key of an item; of a variant `service/variant`."""
type Entry = dict[str, Any]
"""The fields of an item, by name."""
type Group = tuple[ItemKind, Key]
"""An ordered list: all categories, the services of one category, the variants of one service, all add-ons, all
products."""


class FieldChange(NamedTuple):
    """One field that would change, with both values as the file writes them."""

    field: str
    before: str
    after: str


class Plan(NamedTuple):
    """The changes that an import would make."""

    created: Mapping[ItemKind, Sequence[Key]]
    changed: Mapping[ItemKind, Mapping[Key, Sequence[FieldChange]]]
    reordered: Mapping[Group, tuple[Sequence[Key], Sequence[Key]]]
    """The order before and after of the items that stay in a list."""
    unchanged: Mapping[ItemKind, int]
    left: Mapping[ItemKind, Sequence[Key]]
    """Items in the database that the file does not have. They stay."""

    @property
    def is_empty(self) -> bool:
        """True if the import would change nothing."""
        return not (any(self.created.values()) or any(self.changed.values()) or self.reordered)


def plan_changes(current: SpaFile, wanted: SpaFile) -> Plan:
    """Return what has to change for the database to have what the file has."""
    before, after = entries(current), entries(wanted)
    for key, entry in after[ItemKind.BRANCH].items():
        if entry["bank_account"] is None and key in before[ItemKind.BRANCH]:
            after[ItemKind.BRANCH][key] = entry | {
                "bank_account": before[ItemKind.BRANCH][key]["bank_account"]
            }
    changed = {
        kind: {
            key: changes
            for key, entry in after[kind].items()
            if key in before[kind] and (changes := list(_changes(before[kind][key], entry)))
        }
        for kind in ItemKind
    }
    in_both = {kind: before[kind].keys() & after[kind].keys() for kind in ItemKind}
    return Plan(
        created={kind: [key for key in after[kind] if key not in before[kind]] for kind in ItemKind},
        changed=changed,
        reordered=dict(_reordered(orders(current), orders(wanted))),
        unchanged={kind: len(in_both[kind]) - len(changed[kind]) for kind in ItemKind},
        left={kind: [key for key in before[kind] if key not in after[kind]] for kind in ItemKind},
    )


def entries(file: SpaFile) -> dict[ItemKind, dict[Key, Entry]]:
    """Return every item with its fields and the keys of what it belongs to."""
    plain: dict[ItemKind, Sequence[FileItem]] = {
        ItemKind.TYPE: file.resource_types,
        ItemKind.TAX_CATEGORY: file.tax_categories,
        ItemKind.CATEGORY: file.categories,
        ItemKind.ADD_ON: file.add_ons,
        ItemKind.PRODUCT: file.products,
        ItemKind.COURSE_PLAN: file.course_plans,
        ItemKind.STAFF: file.staff,
    }
    items = {kind: {item.key: _entry(item) for item in plain.get(kind, ())} for kind in ItemKind}
    for branch in file.branches:
        items[ItemKind.BRANCH][branch.key] = _entry(branch, without={"rooms", "resources"})
        for key, room_key, entry in _resources(branch):
            items[ItemKind.RESOURCE][key] = entry | {"branch": branch.key, "room": room_key}
        for room in branch.rooms:
            fields = _entry(room, without={"beds", "devices"})
            items[ItemKind.ROOM][room.key] = fields | {"branch": branch.key}
    for service in file.services:
        items[ItemKind.SERVICE][service.key] = _entry(service, without={"variants"})
        for variant in service.variants:
            items[ItemKind.VARIANT][f"{service.key}/{variant.key}"] = _entry(variant)
    return items


def orders(file: SpaFile) -> dict[Group, list[Key]]:
    """Return the keys of every ordered list."""
    keys: dict[Group, list[Key]] = {
        (ItemKind.CATEGORY, ""): [category.key for category in file.categories],
        (ItemKind.ADD_ON, ""): [add_on.key for add_on in file.add_ons],
        (ItemKind.PRODUCT, ""): [product.key for product in file.products],
    }
    for service in file.services:
        keys.setdefault((ItemKind.SERVICE, service.category), []).append(service.key)
        keys[ItemKind.VARIANT, service.key] = [f"{service.key}/{variant.key}" for variant in service.variants]
    return keys


def arranged(wanted: Sequence[Key], current: Sequence[Key]) -> list[Key]:
    """Return the list after an import: in the wanted order, with items of the current list alone after their predecessors."""
    result = list(wanted)
    position = 0
    for key in current:
        if key in result:
            position = result.index(key) + 1
        else:
            result.insert(position, key)
            position += 1
    return result


def _entry(item: BaseModel, *, without: Iterable[str] = ()) -> Entry:
    """Return all fields of an item; parts inside them leave out their defaults."""
    hidden = {"key", *without}
    return item.model_dump(exclude=hidden) | item.model_dump(exclude=hidden, exclude_defaults=True)


def _resources(branch: FileBranch) -> Iterator[tuple[Key, Key | None, Entry]]:
    for resource in branch.resources:
        yield resource.key, None, _entry(resource)
    for room in branch.rooms:
        for resource in (*room.beds, *room.devices):
            yield resource.key, room.key, _entry(resource)


def _changes(before: Entry, after: Entry) -> Iterator[FieldChange]:
    for field, value in after.items():
        if before[field] != value:
            yield FieldChange(field, _shown(before[field]), _shown(value))


def _reordered(
    before: Mapping[Group, Sequence[Key]], after: Mapping[Group, Sequence[Key]]
) -> Iterator[tuple[Group, tuple[Sequence[Key], Sequence[Key]]]]:
    for group, wanted in after.items():
        current = before.get(group, [])
        common_before = [key for key in current if key in wanted]
        common_after = [key for key in wanted if key in current]
        if common_before != common_after:
            yield group, (common_before, common_after)


def _shown(value: Any) -> str:
    """Return a value as the file writes it."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_shown(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item) for item in value) + "]"
    return str(value)
