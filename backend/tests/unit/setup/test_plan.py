"""The plan of an import: what it would change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.setup.plan import FieldChange, ItemKind, arranged, plan_changes
from app.modules.setup.spa_file import SpaFile
from tests.unit.setup.files import spa

EMPTY = spa().model_copy(update={name: [] for name in SpaFile.model_fields if name != "version"})


def test_everything_is_created_in_an_empty_spa() -> None:
    plan = plan_changes(EMPTY, spa())
    assert plan.created[ItemKind.RESOURCE] == ["noi-1", "sen-1", "sen-2"]
    assert plan.created[ItemKind.VARIANT] == ["thuy-dien/60", "thuy-dien/90"]
    assert not plan.is_empty


def test_the_same_file_changes_nothing() -> None:
    plan = plan_changes(spa(), spa())
    assert plan.is_empty
    assert plan.unchanged[ItemKind.SERVICE] == 2


def test_items_that_are_not_in_the_file_are_left_alone() -> None:
    plan = plan_changes(spa(), EMPTY)
    assert plan.is_empty
    assert plan.left[ItemKind.ROOM] == ["sen"]


@pytest.mark.parametrize(
    ("change", "kind", "key", "change_of_field"),
    [
        (("price: 450000", "price: 480000"), ItemKind.VARIANT, "thuy-dien/60", ("price", "450000", "480000")),
        (("    phone: 028 3822 1234\n", ""), ItemKind.BRANCH, "quan-1", ("phone", "+842838221234", "—")),
        (("skills: [thuy-dien]", "skills: [thuy-dien, thai]"), ItemKind.STAFF, "lan", ("skills", "[thuy-dien]", "[thai, thuy-dien]")),
        (("name: Giường 2, type: giuong", "name: Giường 2, type: giuong, retired: true"), ItemKind.RESOURCE, "sen-2", ("retired", "false", "true")),
        (("days: [6]", "days: [6, 7]"), ItemKind.BRANCH, "quan-1",
         ("hours", "[{days: [1, 2, 3], opens: 09:00, closes: 22:00}, {days: [6], opens: 18:00, closes: 02:00}]",
          "[{days: [1, 2, 3], opens: 09:00, closes: 22:00}, {days: [6, 7], opens: 18:00, closes: 02:00}]")),
    ],
)  # fmt: skip
def test_changes_are_listed_field_by_field(
    change: tuple[str, str], kind: ItemKind, key: str, change_of_field: tuple[str, str, str]
) -> None:
    plan = plan_changes(spa(), spa(change))
    assert plan.changed[kind] == {key: [FieldChange(*change_of_field)]}
    assert sum(map(len, plan.changed.values())) == 1


def test_a_new_order_is_listed() -> None:
    massage, facials = (
        "  - {key: massage, name: {vi: Massage, en: Massage}}\n",
        "  - {key: da-mat, name: {vi: Chăm sóc da, en: Facials}}\n",
    )
    plan = plan_changes(spa(), spa((massage + facials, facials + massage)))
    assert plan.reordered == {(ItemKind.CATEGORY, ""): (["massage", "da-mat"], ["da-mat", "massage"])}
    assert not plan.is_empty


LISTS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(LISTS, LISTS)
def test_a_list_takes_the_order_of_the_file_and_keeps_other_items(
    wanted: list[str], current: list[str]
) -> None:
    result = arranged(wanted, current)
    assert sorted(result) == sorted({*wanted, *current})
    assert [key for key in result if key in wanted] == wanted
    assert arranged(wanted, result) == result  # a second import moves nothing


@given(LISTS, st.data())
def test_a_file_with_part_of_a_list_in_the_same_order_moves_nothing(
    current: list[str], data: st.DataObject
) -> None:
    part = [key for key in current if data.draw(st.booleans())]
    assert arranged(part, current) == current
