"""Any valid set-up survives writing and reading; anything else is refused without a crash."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from app.modules.branch.branch_schemas import BranchCreate
from app.modules.catalogue.catalogue_schemas import (
    AddOnCreate,
    CategoryCreate,
    Segment,
    ServiceCreate,
    VariantCreate,
)
from app.modules.product.product_schemas import ProductCreate
from app.modules.resource.resource_schemas import ResourceCreate, ResourceTypeCreate, RoomCreate
from app.modules.setup.reader import read_file, write_file
from app.modules.setup.setup_errors import SetupRefused
from app.modules.setup.spa_file import (
    FileAddOn,
    FileBranch,
    FileCategory,
    FileProduct,
    FileResource,
    FileRoom,
    FileSegment,
    FileService,
    FileStaff,
    FileTaxCategory,
    FileType,
    FileVariant,
    SpaFile,
)
from app.modules.setup.yaml_document import read_yaml, write_yaml
from app.modules.staff.staff_schemas import StaffCreate
from app.modules.tax.tax_schemas import TaxCategoryCreate
from tests.support.examples import examples

KEYS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,3})?", fullmatch=True)
TRICKY = st.sampled_from(
    ["no", "true", "null", "~", "09:30", "0912", "+84", "1e3", "2027-02-06", ": ", "a: b", "a #b", "- x", "#", "&a",
     "*a", "!a", "%a", "@", "`", "'", '"', "{}", "[", "<<", "=", "?", "...", "---", "x" * 200, "a " * 90, "é", "😀"]
)  # fmt: skip
LINES = (TRICKY | st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60)).filter(
    lambda text: text.strip() != ""
)
TEXTS = TRICKY | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
NAMES = st.fixed_dictionaries({"vi": LINES, "en": LINES})
TIMES = st.integers(0, 287).map(lambda step: f"{step // 12:02}:{step % 12 * 5:02}")
OFFERED = st.sampled_from(["online", "desk", "no"])


def keyed(fields: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> Any:
    items = st.fixed_dictionaries({"key": KEYS, **fields}, optional=optional)
    return st.lists(items, max_size=3, unique_by=lambda item: item["key"])


def keys_of(items: list[dict[str, Any]]) -> st.SearchStrategy[list[str]]:
    keys = [item["key"] for item in items]
    return st.lists(st.sampled_from(keys), max_size=3) if keys else st.just([])


@st.composite
def spas(draw: Callable[..., Any]) -> dict[str, Any]:
    types = draw(keyed({"kind": st.sampled_from(["bed", "device"]), "name": NAMES}))
    kinds = {
        kind: [file_type["key"] for file_type in types if file_type["kind"] == kind]
        for kind in ("bed", "device")
    }
    everything = st.sampled_from(kinds["bed"] + kinds["device"]) if types else None
    resources = (
        keyed({"name": LINES, "type": everything}, retired=st.booleans())
        if everything is not None
        else st.just([])
    )
    hours = st.fixed_dictionaries(
        {"days": st.lists(st.integers(1, 7), min_size=1, max_size=7), "opens": TIMES, "closes": TIMES}
    )
    special_hours = st.fixed_dictionaries(
        {"first_day": st.just(dt.date(2027, 2, 6)), "last_day": st.dates(dt.date(2027, 2, 6), dt.date(2027, 3, 1)),
         "reason": LINES}
    )  # fmt: skip
    branches = draw(
        keyed({"name": LINES}, address=TEXTS, hours=st.lists(hours, max_size=1), closed=st.booleans(),
              special_hours=st.lists(special_hours, max_size=1), grid_minutes=st.sampled_from([5, 15, 60]))
    )  # fmt: skip
    if branches:
        branches[0]["resources"] = draw(resources)
        others = [branch["key"] for branch in branches[1:]]
        branches[0]["travel_times"] = [
            {"branch": other, "minutes": draw(st.integers(1, 480))} for other in others if draw(st.booleans())
        ]
    categories = draw(keyed({"name": NAMES}))
    rates = st.lists(
        st.fixed_dictionaries({"from_day": st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31)), "rate": st.integers(0, 10_000)}),
        min_size=1, max_size=3, unique_by=lambda rate: rate["from_day"],
    )  # fmt: skip
    taxes = draw(keyed({"name": NAMES, "rates": rates}))
    if taxes:
        draw(st.sampled_from(taxes))["is_default"] = True
    tax: dict[str, Any] = {"tax_category": st.sampled_from([row["key"] for row in taxes])} if taxes else {}
    add_ons = draw(
        keyed(
            {
                "name": NAMES,
                "minutes": st.integers(0, 288).map(lambda steps: 5 * steps),
                "price": st.integers(0, 10**9),
            },
            offered=OFFERED,
            **tax,
        )
    )
    segment: dict[str, Any] = {"staff": st.booleans()}
    segment |= {kind: st.sampled_from(known) for kind, known in kinds.items() if known}
    segments = st.lists(
        st.fixed_dictionaries({"minutes": st.integers(1, 300)}, optional=segment), min_size=1, max_size=3
    )
    variants = keyed(
        {"price": st.integers(0, 10**9), "segments": segments}, retired=st.booleans(), name=NAMES
    )
    services: st.SearchStrategy[Any] = st.just([])
    if categories:
        category = st.sampled_from([category["key"] for category in categories])
        description = st.fixed_dictionaries({}, optional={"vi": TEXTS, "en": TEXTS})
        services = keyed({"category": category, "name": NAMES, "variants": variants}, description=description,
                         offered=OFFERED, add_ons=keys_of(add_ons), **tax)  # fmt: skip
    treatments = draw(services)
    products = draw(keyed({"name": NAMES, "price": st.integers(0, 10**9)}, retired=st.booleans(), **tax))
    plans: st.SearchStrategy[Any] = st.just([])
    if sold := [
        f"{service['key']}/{row['key']}" for service in treatments for row in service.get("variants", [])
    ]:
        plans = keyed(
            {"name": NAMES, "price": st.integers(0, 10**9), "sessions": st.integers(1, 200),
             "pays": st.lists(st.sampled_from(sold), min_size=1)},
            valid_days=st.integers(1, 3650), no_show_uses_session=st.booleans(), retired=st.booleans(), **tax,
        )  # fmt: skip
    staff: st.SearchStrategy[Any] = st.just([])
    if branches:
        works_in = [branch["key"] for branch in branches]
        shift = st.fixed_dictionaries(
            {"branch": st.sampled_from(works_in), "days": st.lists(st.integers(1, 7), min_size=1), "starts": TIMES, "ends": TIMES}
        )  # fmt: skip
        block = st.fixed_dictionaries(
            {"branch": st.sampled_from(works_in), "reason": st.sampled_from(["break", "meeting"]), "starts": TIMES,
             "weekdays": st.lists(st.integers(1, 7), min_size=1), "first_day": st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
             "ends": TIMES},
            optional={"note": TEXTS.map(lambda text: text[:200])},
        )  # fmt: skip
        staff = keyed(
            {"full_name": LINES, "employed_from": st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)), "branches": st.just(works_in)},
            skills=keys_of(treatments), weekly_shifts=st.lists(shift, max_size=1),
            blocked_times=st.lists(block, max_size=2), bio=st.fixed_dictionaries({"vi": TEXTS}),
            gender=st.sampled_from(["female", "male", "other"]), languages=st.just(["en", "vi"]),
        )  # fmt: skip
    return {"version": 1, "branches": branches, "resource_types": types, "categories": categories, "tax_categories": taxes, "products": products,
            "add_ons": add_ons, "services": treatments, "course_plans": draw(plans), "staff": draw(staff)}  # fmt: skip


def valid(data: dict[str, Any]) -> SpaFile | None:
    try:
        return SpaFile.model_validate(data)
    except ValueError:  # a name of invisible characters only
        return None


@given(spas())
@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_written_file_is_read_as_the_same_set_up(data: dict[str, Any]) -> None:
    file = valid(data)
    if file is None:
        return
    written = write_file(file)
    assert read_file(written) == file
    assert write_file(read_file(written)) == written


@pytest.mark.parametrize(
    ("part", "module_schema", "only_in_module"),
    [
        (FileBranch, BranchCreate, set()),
        (FileType, ResourceTypeCreate, set()),
        (FileRoom, RoomCreate, {"branch_id"}),
        (FileResource, ResourceCreate, {"branch_id", "room_id", "type_id"}),
        (FileCategory, CategoryCreate, {"position"}),
        (FileTaxCategory, TaxCategoryCreate, set()),
        (FileAddOn, AddOnCreate, {"position", "tax_category_id"}),
        (FileService, ServiceCreate, {"position", "category_id", "add_on_ids", "tax_category_id"}),
        (FileProduct, ProductCreate, {"position", "tax_category_id"}),
        (FileVariant, VariantCreate, {"position"}),
        (FileSegment, Segment, {"needs_staff", "with_guest", "bed_type_id", "device_type_id"}),
        (FileStaff, StaffCreate, {"branch_ids", "service_ids", "user_id"}),
    ],
)
def test_the_file_has_every_field_of_the_modules(
    part: type[BaseModel], module_schema: type[BaseModel], only_in_module: set[str]
) -> None:
    assert module_schema.model_fields.keys() - part.model_fields.keys() == only_in_module


LEAVES = TEXTS | st.integers(-(10**17), 10**17) | st.booleans()
FIELDS = st.from_regex("[a-z_]{1,6}", fullmatch=True)
DATA = st.dictionaries(
    FIELDS,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(FIELDS, inner, max_size=4), max_leaves=12),
    max_size=5,
)  # fmt: skip


@given(DATA)
@settings(max_examples=examples(200), deadline=None)
def test_plain_data_survives_a_round_trip(data: dict[str, Any]) -> None:
    document = read_yaml(write_yaml(data))
    assert (document.data, document.problems) == (data, [])


YAML_LIKE = st.text(alphabet="ab:-[]{}&*!%|>'\"#?,\n\t \\uUx0@`~<.", max_size=80).map(str.encode)


@given(
    st.binary(max_size=100) | YAML_LIKE | YAML_LIKE.map(lambda text: b"version: 1\nstaff:\n- key: " + text)
)
@settings(max_examples=examples(200), deadline=None)
def test_any_other_bytes_are_refused_with_an_existing_line(raw: bytes) -> None:
    lines = max(len(raw.splitlines()), 1)
    assert all(1 <= problem.line <= lines for problem in read_yaml(raw).problems)
    with suppress(SetupRefused):
        read_file(raw)
