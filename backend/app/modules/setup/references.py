"""Checks of a file that need the whole of it: keys that appear twice, and references to keys that do not exist.

They work on the data as it was read, however invalid, so that these problems are reported together with all others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.common.types.localized import LocalizedText
from app.modules.setup.yaml_document import Document, ValidationProblem, YamlPath

_DUPLICATE = LocalizedText("Mã này đã có ở trên.", "This key appears twice.")
_UNKNOWN = {
    "branch": LocalizedText(
        "Trong tệp không có chi nhánh mang mã này.", "No branch in the file has this key."
    ),
    "bed": LocalizedText(
        "Trong tệp không có loại giường mang mã này.", "No type of bed in the file has this key."
    ),
    "device": LocalizedText(
        "Trong tệp không có loại thiết bị mang mã này.", "No type of device in the file has this key."
    ),
    "resource": LocalizedText(
        "Trong tệp không có loại giường hay thiết bị mang mã này.", "No type in the file has this key."
    ),
    "tax_category": LocalizedText(
        "Trong tệp không có nhóm thuế mang mã này.", "No tax category in the file has this key."
    ),
    "category": LocalizedText(
        "Trong tệp không có nhóm dịch vụ mang mã này.", "No category in the file has this key."
    ),
    "add_on": LocalizedText(
        "Trong tệp không có dịch vụ cộng thêm mang mã này.", "No add-on in the file has this key."
    ),
    "service": LocalizedText(
        "Trong tệp không có dịch vụ mang mã này.", "No service in the file has this key."
    ),
    "variant": LocalizedText(
        "Trong tệp không có tùy chọn này. Ghi mã dịch vụ và mã tùy chọn: massage/60.",
        "No variant in the file has this key. Write the keys of its service and its own: massage/60.",
    ),
}
_ELSEWHERE = LocalizedText(
    "Nhân viên không làm ở chi nhánh này. Thêm chi nhánh vào `branches`.",
    "This person does not work in this branch. Add it to `branches`.",
)
_SAME_BRANCH = LocalizedText(
    "Đây là chính chi nhánh này. Chọn chi nhánh khác.", "This is the branch itself. Name another one."
)
_TRAVEL_TWICE = LocalizedText(
    "Thời gian giữa hai chi nhánh này đã có ở trên. Mỗi cặp chỉ ghi một lần.",
    "The travel between these branches appears twice. It is the same both ways.",
)

_LISTS = (
    *(
        "branches",
        "resource_types",
        "tax_categories",
        "categories",
        "add_ons",
        "services",
        "products",
        "course_plans",
        "staff",
    ),
)
"""The lists of a file whose items have keys."""

type _Problem = tuple[YamlPath, str, LocalizedText]
"""A path, the type of the problem and its message."""
type _Items = list[tuple[YamlPath, Mapping[str, Any]]]
"""The items of a list, each with its path."""


def check_references(document: Document) -> Iterator[ValidationProblem]:
    """Yield every duplicate key and every reference to an unknown key."""
    if isinstance(document.data, Mapping):
        for path, problem_type, message in _ReferenceCheck(document).run():
            yield ValidationProblem(document.line_of(path), path, problem_type, message)


class _ReferenceCheck:
    """One pass over a document, with the keys that its references may name."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._data: Mapping[str, Any] = document.data
        self._known = {
            "branch": self._keys("branches"),
            "tax_category": self._keys("tax_categories"),
            "category": self._keys("categories"),
            "add_on": self._keys("add_ons"),
            "service": self._keys("services"),
            "variant": {
                f"{_text(service.get('key'))}/{_text(variant.get('key'))}"
                for path, service in _items(self._data, "services")
                for _, variant in _items(service, "variants", path)
            },
            "resource": self._keys("resource_types"),
            "bed": self._keys("resource_types", kind="bed"),
            "device": self._keys("resource_types", kind="device"),
        }

    def run(self) -> Iterator[_Problem]:
        for name in _LISTS:
            yield from _duplicates(_items(self._data, name))
        yield from self._check_branches()
        for name in ("add_ons", "services", "products", "course_plans"):
            for path, item in _items(self._data, name):
                yield from self._check_key("tax_category", item, "tax_category", path)
        yield from self._check_services()
        for path, plan in _items(self._data, "course_plans"):
            yield from self._check_keys("variant", plan, "pays", path)
        yield from self._check_staff()

    def _check_branches(self) -> Iterator[_Problem]:
        rooms: _Items = []
        resources: list[tuple[YamlPath, Mapping[str, Any], str]] = []
        yield from self._check_travel()
        for branch_path, branch in _items(self._data, "branches"):
            rooms += _items(branch, "rooms", branch_path)
            resources += [
                (path, resource, "resource") for path, resource in _items(branch, "resources", branch_path)
            ]
        for room_path, room in rooms:
            for name, kind in (("beds", "bed"), ("devices", "device")):
                resources += [(path, resource, kind) for path, resource in _items(room, name, room_path)]
        resources.sort(key=lambda entry: self._document.line_of(entry[0]))
        yield from _duplicates(rooms)
        yield from _duplicates([(path, resource) for path, resource, _ in resources])
        for path, resource, kind in resources:
            yield from self._check_key(kind, resource, "type", path)

    def _check_travel(self) -> Iterator[_Problem]:
        seen: set[frozenset[str]] = set()
        for branch_path, branch in _items(self._data, "branches"):
            for path, line in _items(branch, "travel_times", branch_path):
                yield from self._check_key("branch", line, "branch", path)
                pair = frozenset({_text(branch.get("key")), _text(line.get("branch"))})
                if len(pair) == 1:
                    yield (*path, "branch"), "same_branch", _SAME_BRANCH
                elif pair in seen:
                    yield (*path, "branch"), "travel_twice", _TRAVEL_TWICE
                seen.add(pair)

    def _check_services(self) -> Iterator[_Problem]:
        for path, service in _items(self._data, "services"):
            yield from self._check_key("category", service, "category", path)
            yield from self._check_keys("add_on", service, "add_ons", path)
            variants = _items(service, "variants", path)
            yield from _duplicates(variants)
            for variant_path, variant in variants:
                for segment_path, segment in _items(variant, "segments", variant_path):
                    yield from self._check_key("bed", segment, "bed", segment_path)
                    yield from self._check_key("device", segment, "device", segment_path)

    def _check_staff(self) -> Iterator[_Problem]:
        for path, person in _items(self._data, "staff"):
            yield from self._check_keys("branch", person, "branches", path)
            yield from self._check_keys("service", person, "skills", path)
            own_branches = {key for _, key in _texts(person, "branches", path)}
            lines = [*_items(person, "weekly_shifts", path), *_items(person, "blocked_times", path)]
            for line_path, line in lines:
                problems = list(self._check_key("branch", line, "branch", line_path))
                yield from problems
                branch = line.get("branch")
                if not problems and isinstance(branch, str) and branch not in own_branches:
                    yield (*line_path, "branch"), "branch_elsewhere", _ELSEWHERE

    def _keys(self, name: str, **fields: str) -> set[str]:
        """Return the keys of the items of a list that have these fields."""
        return {
            _text(item.get("key"))
            for _, item in _items(self._data, name)
            if all(item.get(field) == value for field, value in fields.items())
        }

    def _check_key(
        self, kind: str, item: Mapping[str, Any], field: str, path: YamlPath
    ) -> Iterator[_Problem]:
        key = item.get(field)
        if isinstance(key, (str, int)) and _text(key) not in self._known[kind]:
            yield (*path, field), f"unknown_{kind}", _UNKNOWN[kind]

    def _check_keys(
        self, kind: str, item: Mapping[str, Any], field: str, path: YamlPath
    ) -> Iterator[_Problem]:
        for key_path, key in _texts(item, field, path):
            if key not in self._known[kind]:
                yield key_path, f"unknown_{kind}", _UNKNOWN[kind]


def _items(data: Mapping[str, Any], name: str, path: YamlPath = ()) -> _Items:
    """Return the mappings of a list. What is not a list or not a mapping is left out."""
    items = data.get(name)
    if not isinstance(items, list):
        return []
    return [((*path, name, number), item) for number, item in enumerate(items) if isinstance(item, Mapping)]


def _texts(data: Mapping[str, Any], name: str, path: YamlPath) -> list[tuple[YamlPath, str]]:
    """Return the keys of a list. What is not a list or not a key is left out."""
    keys = data.get(name)
    if not isinstance(keys, list):
        return []
    return [
        ((*path, name, number), _text(key)) for number, key in enumerate(keys) if isinstance(key, (str, int))
    ]


def _duplicates(items: _Items) -> Iterator[_Problem]:
    seen = set()
    for path, item in items:
        key = item.get("key")
        if isinstance(key, (str, int)):
            if _text(key) in seen:
                yield (*path, "key"), "duplicate_key", _DUPLICATE
            seen.add(_text(key))


def _text(key: Any) -> str:
    return key.strip() if isinstance(key, str) else str(key)
