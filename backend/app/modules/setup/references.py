"""What pydantic does not see of a file: keys that are there twice, and keys that are there for nothing.

It reads the data as it came, whatever is wrong with it, so that these faults are told together with all others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.common.types.localized import LocalizedText
from app.modules.setup.yaml_document import Document, Fault, YamlPath

_TWICE = LocalizedText("Mã này đã có ở trên.", "This key is there twice.")
_UNKNOWN = {
    "branch": LocalizedText(
        "Không có chi nhánh nào mang mã này trong tệp.", "No branch in the file has this key."
    ),
    "bed": LocalizedText(
        "Không có loại giường nào mang mã này trong tệp.", "No type of bed in the file has this key."
    ),
    "device": LocalizedText(
        "Không có loại thiết bị nào mang mã này trong tệp.", "No type of device in the file has this key."
    ),
    "resource": LocalizedText(
        "Không có loại giường hay thiết bị nào mang mã này trong tệp.", "No type in the file has this key."
    ),
    "category": LocalizedText(
        "Không có nhóm dịch vụ nào mang mã này trong tệp.", "No category in the file has this key."
    ),
    "add_on": LocalizedText(
        "Không có dịch vụ kèm thêm nào mang mã này trong tệp.", "No add-on in the file has this key."
    ),
    "service": LocalizedText(
        "Không có dịch vụ nào mang mã này trong tệp.", "No service in the file has this key."
    ),
}
_ELSEWHERE = LocalizedText(
    "Nhân viên không làm ở chi nhánh này: hãy thêm vào `branches`.",
    "They do not work in this branch: add it to `branches`.",
)


type _Wrong = tuple[YamlPath, str, LocalizedText]
"""Where, of which type, and its words."""


def faults_of_references(document: Document) -> Iterator[Fault]:
    if isinstance(document.data, Mapping):
        for place, kind, message in _Check(document).run():
            yield Fault(document.line_of(place), place, kind, message)


class _Check:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._data: Mapping[str, Any] = document.data
        self._known = {
            "branch": self._keys("branches"),
            "category": self._keys("categories"),
            "add_on": self._keys("add_ons"),
            "service": self._keys("services"),
            "resource": self._keys("resource_types"),
            "bed": self._keys("resource_types", kind="bed"),
            "device": self._keys("resource_types", kind="device"),
        }

    def run(self) -> Iterator[_Wrong]:
        for name in ("branches", "resource_types", "categories", "add_ons", "services", "staff"):
            yield from _twice(_items(self._data, name))
        yield from self._of_branches()
        yield from self._of_services()
        yield from self._of_staff()

    def _of_branches(self) -> Iterator[_Wrong]:
        rooms, resources = [], []
        for place, branch in _items(self._data, "branches"):
            rooms += _items(branch, "rooms", place)
            resources += [(at, each, "resource") for at, each in _items(branch, "resources", place)]
        for place, room in rooms:
            for name, kind in (("beds", "bed"), ("devices", "device")):
                resources += [(at, each, kind) for at, each in _items(room, name, place)]
        resources.sort(key=lambda each: self._document.line_of(each[0]))
        yield from _twice(rooms)
        yield from _twice([(place, resource) for place, resource, _ in resources])
        for place, resource, kind in resources:
            yield from self._refer(kind, resource, "type", place)

    def _of_services(self) -> Iterator[_Wrong]:
        for place, service in _items(self._data, "services"):
            yield from self._refer("category", service, "category", place)
            yield from self._refer_all("add_on", service, "add_ons", place)
            variants = _items(service, "variants", place)
            yield from _twice(variants)
            for variant_place, variant in variants:
                for segment_place, segment in _items(variant, "segments", variant_place):
                    yield from self._refer("bed", segment, "bed", segment_place)
                    yield from self._refer("device", segment, "device", segment_place)

    def _of_staff(self) -> Iterator[_Wrong]:
        for place, person in _items(self._data, "staff"):
            yield from self._refer_all("branch", person, "branches", place)
            yield from self._refer_all("service", person, "skills", place)
            works_in = {key for _, key in _values(person, "branches", place)}
            for shift_place, shift in _items(person, "weekly_shifts", place):
                wrong = list(self._refer("branch", shift, "branch", shift_place))
                yield from wrong
                branch = shift.get("branch")
                if not wrong and isinstance(branch, str) and branch not in works_in:
                    yield (*shift_place, "branch"), "branch_elsewhere", _ELSEWHERE

    def _keys(self, name: str, **wanted: str) -> set[str]:
        return {
            _text(item.get("key"))
            for _, item in _items(self._data, name)
            if all(item.get(field) == value for field, value in wanted.items())
        }

    def _refer(self, what: str, item: Mapping[str, Any], field: str, place: YamlPath) -> Iterator[_Wrong]:
        key = item.get(field)
        if isinstance(key, (str, int)) and _text(key) not in self._known[what]:
            yield (*place, field), f"unknown_{what}", _UNKNOWN[what]

    def _refer_all(self, what: str, item: Mapping[str, Any], field: str, place: YamlPath) -> Iterator[_Wrong]:
        for at, key in _values(item, field, place):
            if key not in self._known[what]:
                yield at, f"unknown_{what}", _UNKNOWN[what]


def _items(
    data: Mapping[str, Any], name: str, place: YamlPath = ()
) -> list[tuple[YamlPath, Mapping[str, Any]]]:
    """The mappings of a list, as far as it is one."""
    found = data.get(name)
    if not isinstance(found, list):
        return []
    return [((*place, name, n), item) for n, item in enumerate(found) if isinstance(item, Mapping)]


def _values(data: Mapping[str, Any], name: str, place: YamlPath) -> list[tuple[YamlPath, str]]:
    found = data.get(name)
    if not isinstance(found, list):
        return []
    return [((*place, name, n), _text(key)) for n, key in enumerate(found) if isinstance(key, (str, int))]


def _twice(items: list[tuple[YamlPath, Mapping[str, Any]]]) -> Iterator[_Wrong]:
    seen = set()
    for place, item in items:
        key = item.get("key")
        if isinstance(key, (str, int)):
            if _text(key) in seen:
                yield (*place, "key"), "duplicate_key", _TWICE
            seen.add(_text(key))


def _text(key: Any) -> str:
    return key.strip() if isinstance(key, str) else str(key)
