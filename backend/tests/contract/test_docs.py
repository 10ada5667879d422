"""The documentation agrees with the code: settings, commands, roles, SQL and the glossary.

The table of docs/roles.md is generated: `WRITE_DOCS=1 make test ARGS=tests/contract/test_docs.py` writes it.
"""

import os
import re
from enum import Enum, StrEnum
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from pydantic.fields import FieldInfo

from app.cli.main import cli
from app.core.config import Settings
from app.modules.identity import guesses, recovery
from app.modules.identity.roles import Role
from tests.builders.operations import OPERATIONS
from tests.contract.test_authorisation import (
    ADMIN,
    MAY_CALL,
    NOT_ON_OWN_OBJECTS,
    OPEN_TO_ANYBODY,
    OWN_OBJECTS_ONLY,
    OWN_OBJECTS_ONLY_ON,
)
from tests.support.database import run_sql

DOCS = Path(__file__).resolve().parents[3] / "docs"
TABLE_START, TABLE_END = "<!-- the table is generated -->\n\n", "\n\n<!-- end of the table -->"


class DefaultTexts(NamedTuple):
    """The texts of a table of settings where there is no fixed default."""

    required: str
    random: str
    unset: str


SETTINGS = {
    "settings.md": DefaultTexts("required", "random", "unset"),
    "settings.vi.md": DefaultTexts("bắt buộc", "ngẫu nhiên", "không đặt"),
}
# `app.main`, which the builders import, has loaded every enum of the app.
ENUMS = {enum.__name__: enum for enum in StrEnum.__subclasses__() if enum.__module__.startswith("app.")}
IN_GLOSSARY = [
    "AppointmentStatus",
    "VisitSource",
    "ResourceKind",
    "BlockReason",
    "Offered",
    "StockChange",
    "ConsentPurpose",
    "TherapistOrder",
    "Reason",
    "StrandedReason",
    "TimeOffStatus",
    "CourseSessionState",
    "CourseEntryKind",
    "ReturnPolicy",
    "Role",
]


@pytest.mark.parametrize(("document", "texts"), SETTINGS.items(), ids=SETTINGS)
def test_settings_are_listed_with_their_defaults(document: str, texts: DefaultTexts) -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", read(document), re.MULTILINE)
    assert table == [(name, default_in(field, texts)) for name, field in Settings.model_fields.items()]


def default_in(field: FieldInfo, texts: DefaultTexts) -> str:
    if field.is_required():
        return texts.required
    if field.default_factory:
        return texts.random
    if field.default is None:
        return texts.unset
    value = field.default.value if isinstance(field.default, Enum) else field.default
    return f"`{value}`"


@pytest.mark.parametrize("document", ["commands.md", "commands.vi.md"])
def test_commands_are_listed(document: str) -> None:
    listed = re.findall(r"^\| `zenspa ([a-z]+(?: [a-z]+(?:-[a-z]+)*)*)", read(document), re.MULTILINE)
    assert sorted(listed) == sorted(command_names(typer.main.get_command(cli)))


def command_names(command: object, prefix: str = "") -> list[str]:
    """Return the full names of all commands below a command or group of the CLI."""
    commands: dict[str, object] | None = getattr(command, "commands", None)
    if commands is None:
        return [prefix.strip()]
    return [name for part, child in commands.items() for name in command_names(child, f"{prefix} {part}")]


@pytest.mark.parametrize("name", IN_GLOSSARY)
def test_the_glossary_has_every_value_of_an_enum(name: str) -> None:
    [section] = re.findall(
        rf"^### [^\n]*\(`{name}`\)\n(.*?)(?=^#|\Z)", read("glossary.md"), re.MULTILINE | re.DOTALL
    )
    values = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert values == [member.value for member in ENUMS[name]]


def test_the_table_of_roles_is_the_tested_one() -> None:
    document = read("roles.md")
    head, rest = document.split(TABLE_START)
    table, tail = rest.split(TABLE_END)
    if os.environ.get("WRITE_DOCS"):
        text = f"{head}{TABLE_START}{roles_table()}{TABLE_END}{tail}"
        (DOCS / "roles.md").write_text(text, encoding="utf-8")
    else:
        assert table == roles_table()


def roles_table() -> str:
    """Return the rules of test_authorisation.py in Markdown, one line per operation."""
    lines = [
        "| operation | public | customer | therapist | receptionist | admin of a branch | admin everywhere |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [f"| `{label}` | {' | '.join(cells_of(label))} |" for label in OPERATIONS]
    return "\n".join(lines)


def cells_of(label: str) -> list[str]:
    """Return the cells of an operation: ✓, `own` for own objects only, or nothing."""
    if label in OPEN_TO_ANYBODY:
        return ["✓"] * 6
    may_call = MAY_CALL[label]
    own_only = OWN_OBJECTS_ONLY | OWN_OBJECTS_ONLY_ON.get(label, set())
    cells = [""]
    for role in (Role.CUSTOMER, Role.THERAPIST, Role.RECEPTIONIST, Role.ADMIN):
        if may_call and role not in may_call:
            cells.append("")
        elif may_call and role in own_only:
            cells.append("own")
        else:
            cells.append("✓, not own" if label in NOT_ON_OWN_OBJECTS else "✓")
    return [*cells, "✓" if may_call <= ADMIN or Role.ADMIN in may_call or ADMIN & may_call else ""]


SQL_OBJECTS = """
SELECT name FROM (
    SELECT viewname FROM pg_views WHERE schemaname = 'public'
    UNION SELECT proname FROM pg_proc WHERE proname LIKE 'zenspa\\_%'
) AS defined (name)
ORDER BY name COLLATE "C"
"""


async def test_views_and_functions_are_listed_with_the_migration_that_has_their_text() -> None:
    listed = re.findall(r"^\| `(\w+)` \|.*/(\w+\.py)\) \|$", read("sql.md"), re.MULTILINE)
    names = [row["name"] for row in await run_sql(SQL_OBJECTS)]
    assert listed == [(name, newest_migration_that_creates(name)) for name in names]


def newest_migration_that_creates(name: str) -> str:
    """Return the file of the migration."""
    creation = re.compile(rf"CREATE (OR REPLACE )?(FUNCTION|VIEW) {name}\b")
    migrations = sorted(DOCS.parent.glob("backend/migrations/versions/*.py"), reverse=True)
    return next(path.name for path in migrations if creation.search(path.read_text(encoding="utf-8")))


def read(document: str) -> str:
    return (DOCS / document).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["roles.md", "roles.vi.md"])
def test_the_limits_of_sign_in_are_those_of_the_code(page: str) -> None:
    limits = [
        guesses.BY_DEVICE,
        guesses.BY_ADDRESS,
        guesses.BY_LOGIN,
        guesses.BY_LOGIN_ANYWHERE,
        recovery.BY_ADDRESS,
    ]
    rows = re.findall(r"\(`([a-z-]+)`\) \| (\d+) \| (\d+) \|", (DOCS / page).read_text(encoding="utf-8"))
    assert rows == [(limit.name, str(limit.requests), str(limit.seconds // 60)) for limit in limits]
