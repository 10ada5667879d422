"""The table of settings in both READMEs is the one in force."""

import re
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic.fields import FieldInfo

from app.core.config import Settings

ROOT = Path(__file__).resolve().parents[3]


class Words(NamedTuple):
    """What stands in the table where there is no fixed default."""

    required: str
    random: str
    unset: str


READMES = {
    "README.md": Words("required", "random", "unset"),
    "README.vi.md": Words("bắt buộc", "ngẫu nhiên", "không đặt"),
}


@pytest.mark.parametrize(("readme", "words"), READMES.items(), ids=READMES)
def test_names_exactly_the_settings_with_their_defaults(readme: str, words: Words) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    table = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", text, re.MULTILINE)
    assert table == [(name, default_in(field, words)) for name, field in Settings.model_fields.items()]


def default_in(field: FieldInfo, words: Words) -> str:
    if field.is_required():
        return words.required
    if field.default_factory:
        return words.random
    if field.default is None:
        return words.unset
    value = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{value}`"
