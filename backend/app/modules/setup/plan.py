"""What a file would change: the difference between two set-ups, as people read it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel

from app.common.types.localized import LocalizedText
from app.modules.setup.spa_file import FileBranch, SpaFile


class Kind(StrEnum):
    """In the order in which they refer to each other."""

    TYPE = "resource_type"
    BRANCH = "branch"
    ROOM = "room"
    RESOURCE = "resource"
    CATEGORY = "category"
    ADD_ON = "add_on"
    SERVICE = "service"
    VARIANT = "variant"
    STAFF = "staff"


LABELS = {
    Kind.TYPE: LocalizedText("loại giường, thiết bị", "types of beds and devices"),
    Kind.BRANCH: LocalizedText("chi nhánh", "branches"),
    Kind.ROOM: LocalizedText("phòng", "rooms"),
    Kind.RESOURCE: LocalizedText("giường, thiết bị", "beds and devices"),
    Kind.CATEGORY: LocalizedText("nhóm dịch vụ", "categories"),
    Kind.ADD_ON: LocalizedText("dịch vụ kèm thêm", "add-ons"),
    Kind.SERVICE: LocalizedText("dịch vụ", "services"),
    Kind.VARIANT: LocalizedText("gói thời lượng", "variants"),
    Kind.STAFF: LocalizedText("nhân viên", "staff"),
}

type Key = str
"""Of a variant it is `service/variant`."""
type Entry = dict[str, Any]
type Group = tuple[Kind, Key]
"""A list with an order of its own: the categories, the services of one, the variants of one, the add-ons."""


class FieldChange(NamedTuple):
    field: str
    before: str
    after: str


class Plan(NamedTuple):
    created: Mapping[Kind, Sequence[Key]]
    changed: Mapping[Kind, Mapping[Key, Sequence[FieldChange]]]
    reordered: Mapping[Group, tuple[Sequence[Key], Sequence[Key]]]
    """Of those that stay in a list: their order before and after."""
    unchanged: Mapping[Kind, int]
    left: Mapping[Kind, Sequence[Key]]
    """In the database, and not in the file."""

    @property
    def is_empty(self) -> bool:
        return not (any(self.created.values()) or any(self.changed.values()) or self.reordered)


def plan_changes(current: SpaFile, wanted: SpaFile) -> Plan:
    before, after = entries(current), entries(wanted)
    changed = {
        kind: {
            key: changes
            for key, entry in after[kind].items()
            if key in before[kind] and (changes := list(_changes(before[kind][key], entry)))
        }
        for kind in Kind
    }
    kept = {kind: before[kind].keys() & after[kind].keys() for kind in Kind}
    return Plan(
        created={kind: [key for key in after[kind] if key not in before[kind]] for kind in Kind},
        changed=changed,
        reordered=dict(_reordered(orders(current), orders(wanted))),
        unchanged={kind: len(kept[kind]) - len(changed[kind]) for kind in Kind},
        left={kind: [key for key in before[kind] if key not in after[kind]] for kind in Kind},
    )


def entries(file: SpaFile) -> dict[Kind, dict[Key, Entry]]:
    """Everything that has a key, with its fields and what it belongs to."""
    found: dict[Kind, dict[Key, Entry]] = {kind: {} for kind in Kind}
    for each in file.resource_types:
        found[Kind.TYPE][each.key] = _entry(each)
    for branch in file.branches:
        found[Kind.BRANCH][branch.key] = _entry(branch, without={"rooms", "resources"})
        for key, where, entry in _resources(branch):
            found[Kind.RESOURCE][key] = entry | {"branch": branch.key, "room": where}
        for room in branch.rooms:
            fields = _entry(room, without={"beds", "devices"})
            found[Kind.ROOM][room.key] = fields | {"branch": branch.key}
    for category in file.categories:
        found[Kind.CATEGORY][category.key] = _entry(category)
    for add_on in file.add_ons:
        found[Kind.ADD_ON][add_on.key] = _entry(add_on)
    for service in file.services:
        found[Kind.SERVICE][service.key] = _entry(service, without={"variants"})
        for variant in service.variants:
            found[Kind.VARIANT][f"{service.key}/{variant.key}"] = _entry(variant)
    for person in file.staff:
        found[Kind.STAFF][person.key] = _entry(person)
    return found


def orders(file: SpaFile) -> dict[Group, list[Key]]:
    found: dict[Group, list[Key]] = {
        (Kind.CATEGORY, ""): [category.key for category in file.categories],
        (Kind.ADD_ON, ""): [add_on.key for add_on in file.add_ons],
    }
    for service in file.services:
        found.setdefault((Kind.SERVICE, service.category), []).append(service.key)
        found[Kind.VARIANT, service.key] = [f"{service.key}/{variant.key}" for variant in service.variants]
    return found


def arranged(wanted: Sequence[Key], current: Sequence[Key]) -> list[Key]:
    """The list afterwards: in the wanted order; what is only in the current one stays behind what it stood behind."""
    result = list(wanted)
    place = 0
    for key in current:
        if key in result:
            place = result.index(key) + 1
        else:
            result.insert(place, key)
            place += 1
    return result


def _entry(part: BaseModel, *, without: Iterable[str] = ()) -> Entry:
    """Its fields; what is within them leaves out what is as it is by default."""
    hidden = {"key", *without}
    return part.model_dump(exclude=hidden) | part.model_dump(exclude=hidden, exclude_defaults=True)


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
        stay_before = [key for key in current if key in wanted]
        stay_after = [key for key in wanted if key in current]
        if stay_before != stay_after:
            yield group, (stay_before, stay_after)


def _shown(value: Any) -> str:
    """As the file has it."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_shown(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(each) for each in value) + "]"
    return str(value)
