"""Responses about what an import of a set-up file changes."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.modules.coverage.coverage_schemas import QueryForce, StrandedAppointment
from app.modules.setup.plan import Entry, ItemKind, Key, Plan, entries
from app.modules.setup.spa_file import SpaFile

_DIGEST = 64


class ItemChange(StrEnum):
    """The ways in which an import treats an item."""

    CREATED = "created"
    CHANGED = "changed"
    LEFT = "left"
    """The file does not have it. It stays as it is."""


class ChangedField(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    field: str = Field(examples=["closes"])
    before: str = Field(description="The value as the file writes it; a dash if there is none.")
    after: str


class PlannedItem(BaseModel):
    kind: ItemKind
    key: str = Field(description="The key of the item; of a variant `service/variant`.")
    vi: str = Field(description="The name in Vietnamese, or the key of an item without a name.")
    en: str = Field(description="The name in English.")
    change: ItemChange
    fields: list[ChangedField] = Field(description="The fields of a changed item that change.")


class ReorderedList(BaseModel):
    """A list whose items change their order."""

    kind: ItemKind
    owner: str = Field(description="The key of the category of services, or of the service of variants.")
    before: list[str]
    after: list[str]


class SetupChanges(BaseModel):
    """Everything that an import of a file changes."""

    digest: str = Field(description="Names these changes. `PUT /setup` makes them, and no others.")
    items: list[PlannedItem] = Field(
        description="Created, changed and left items. Unchanged ones are counted."
    )
    reordered: list[ReorderedList]
    unchanged: dict[ItemKind, int] = Field(description="How many items are the same in the file, by kind.")
    stranded: list[StrandedAppointment] = Field(
        description="Appointments that cannot take place as booked any more."
    )

    @classmethod
    def of(cls, plan: Plan, current: SpaFile, wanted: SpaFile, stranded: list[StrandedAppointment]) -> Self:
        """Return a plan with the names of its items, and the appointments that it strands."""
        items = list(_items(plan, current, wanted))
        reordered = [
            ReorderedList(kind=kind, owner=owner, before=list(before), after=list(after))
            for (kind, owner), (before, after) in plan.reordered.items()
        ]
        written = [item for item in items if item.change is not ItemChange.LEFT]
        return cls(
            digest=sha256(_WRITTEN.dump_json((written, reordered))).hexdigest(),
            items=items,
            reordered=reordered,
            unchanged={kind: count for kind, count in plan.unchanged.items() if count},
            stranded=stranded,
        )


_WRITTEN = TypeAdapter(tuple[list[PlannedItem], list[ReorderedList]])


class SetupQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    expected: Annotated[
        str,
        Field(
            min_length=_DIGEST,
            max_length=_DIGEST,
            pattern="^[0-9a-f]*$",
            description="The `digest` of the changes that `POST /setup/plan` has shown.",
        ),
    ]
    force: QueryForce = False


type _Entries = Mapping[ItemKind, Mapping[Key, Entry]]


def _items(plan: Plan, current: SpaFile, wanted: SpaFile) -> Iterator[PlannedItem]:
    before, after = entries(current), entries(wanted)
    for kind in ItemKind:
        for key in plan.created[kind]:
            yield _item(kind, key, after, ItemChange.CREATED)
        for key, changes in plan.changed[kind].items():
            item = _item(kind, key, after, ItemChange.CHANGED)
            item.fields = [ChangedField.model_validate(change) for change in changes]
            yield item
        for key in plan.left[kind]:
            yield _item(kind, key, before, ItemChange.LEFT)


def _item(kind: ItemKind, key: Key, items: _Entries, change: ItemChange) -> PlannedItem:
    vi, en = _name(items[kind][key], key)
    if kind is ItemKind.VARIANT:
        service_key, _, variant_key = key.partition("/")
        vi, en = _name(items[kind][key], variant_key)
        service_vi, service_en = _name(items[ItemKind.SERVICE][service_key], service_key)
        vi, en = f"{service_vi} · {vi}", f"{service_en} · {en}"
    return PlannedItem(kind=kind, key=key, vi=vi, en=en, change=change, fields=[])


def _name(entry: Entry, key: Key) -> tuple[str, str]:
    name = entry.get("full_name") or entry.get("name") or key
    return (name["vi"], name["en"]) if isinstance(name, Mapping) else (name, name)
