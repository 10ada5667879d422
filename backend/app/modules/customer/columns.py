"""The columns of a customer, and how each is imported, exported, merged and erased.

A new column fails a test until it is listed here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

type MergeRule = Callable[[Any, Any], Any]
"""A function of the values of the survivor and of the duplicate, which returns what the survivor gets."""


class Erasure(Enum):
    """An erasure's treatment of a column that gets no fixed value."""

    KEEP = auto()
    NOW = auto()
    """Set the time of the erasure, unless the column has a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRule:
    """The treatment of one column. All four must be given, so that none is left to chance."""

    csv: str | None
    """The Vietnamese name of its CSV column; None: not in CSV files."""
    export: bool
    """Whether the copy of a person's data has it (`CustomerRead`)."""
    merge: MergeRule
    erase: object
    """The value that it gets, or a member of `Erasure`."""


def keep(survivor: Any, _duplicate: Any) -> Any:
    """Keep the survivor's value."""
    return survivor


def fill(survivor: Any, duplicate: Any) -> Any:
    """Take the duplicate's value where the survivor has none."""
    return duplicate if survivor is None else survivor


def fill_birthday(survivor: str | None, duplicate: str | None) -> str | None:
    """Take the duplicate's birthday where the survivor has none, or the same one without the year."""
    if survivor is not None and duplicate is not None and survivor == f"-{duplicate[4:]}":
        return duplicate
    return duplicate if survivor is None else survivor


def join(survivor: str, duplicate: str) -> str:
    """Keep both texts, one below the other; equal ones once."""
    return "\n".join(dict.fromkeys(text for text in (survivor, duplicate) if text))


def unite(survivor: list[str], duplicate: list[str]) -> list[str]:
    """Keep the items of both lists, the survivor's first, each once."""
    return list(dict.fromkeys([*survivor, *duplicate]))


CUSTOMER_COLUMNS: Mapping[str, ColumnRule] = {
    "id": ColumnRule(csv=None, export=True, merge=keep, erase=Erasure.KEEP),
    "full_name": ColumnRule(csv="Họ tên", export=True, merge=keep, erase="—"),
    "phone": ColumnRule(csv="Số điện thoại", export=True, merge=fill, erase=None),
    "email": ColumnRule(csv="Email", export=True, merge=fill, erase=None),
    "birthday": ColumnRule(csv="Ngày sinh", export=True, merge=fill_birthday, erase=None),
    "gender": ColumnRule(csv="Giới tính", export=True, merge=fill, erase=None),
    "notes": ColumnRule(csv="Ghi chú", export=True, merge=join, erase=""),
    "contraindications": ColumnRule(csv="Lưu ý sức khỏe", export=True, merge=join, erase=""),
    "tags": ColumnRule(csv="Nhãn", export=True, merge=unite, erase=[]),
    "contact_id": ColumnRule(csv="SĐT người liên hệ", export=True, merge=fill, erase=None),
    "archived_at": ColumnRule(csv=None, export=True, merge=keep, erase=Erasure.NOW),
    "merged_into_id": ColumnRule(csv=None, export=True, merge=keep, erase=Erasure.KEEP),
    "user_id": ColumnRule(csv=None, export=True, merge=fill, erase=None),
    "erased_at": ColumnRule(csv=None, export=True, merge=keep, erase=Erasure.NOW),
    "name_keys": ColumnRule(
        csv=None, export=False, merge=keep, erase=Erasure.KEEP
    ),  # computed from full_name
    "created_at": ColumnRule(csv=None, export=True, merge=keep, erase=Erasure.KEEP),
    "updated_at": ColumnRule(csv=None, export=True, merge=keep, erase=Erasure.KEEP),
}

CONTACT_PHONE = "contact_phone"
"""The column of a CSV file for `contact_id`. A file names a contact by the number, for ids mean nothing elsewhere."""
IMPORTED_COLUMNS = [name for name, rule in CUSTOMER_COLUMNS.items() if rule.csv]
"""The columns of a customer that a CSV file can change, in order."""
CSV_COLUMNS: Mapping[str, str] = {
    CONTACT_PHONE if name == "contact_id" else name: rule.csv
    for name, rule in CUSTOMER_COLUMNS.items()
    if rule.csv
}
"""The columns of a CSV file, in order, with their Vietnamese names."""
