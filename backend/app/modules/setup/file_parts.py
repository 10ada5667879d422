"""Provide what the items of a set-up file share: keys, lists of keys, days of the week."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from app.common.schemas import Key, RequestModel
from app.modules.branch.branch_schemas import Weekday

MAX_BRANCHES = 500
MAX_ITEMS = 2_000
"""The longest any other list may be."""


class Part(RequestModel):
    """A part of a file, where `60` and "60" are the same."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)


def _key(part: "FileItem") -> str:
    return part.key


class FileItem(Part):
    """An item with a key."""

    key: Key


def by_key[P: FileItem](parts: list[P]) -> list[P]:
    return sorted(parts, key=_key)


def distinct(keys: list[str]) -> list[str]:
    return sorted(set(keys))


Keys = Annotated[list[Key], Field(max_length=MAX_ITEMS), AfterValidator(distinct)]
Days = Annotated[
    list[Weekday], Field(min_length=1, max_length=7), AfterValidator(lambda days: sorted(set(days)))
]
