"""The SQL of one request as a script for pgbench.

New ids are new in every run of the script, and what else has to differ is named by a `Variation`. Reads stay the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Range
from replay import Recording

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_FORMAT = """'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""
KEY = "measured"
"""The idempotency key of the recorded request; another one in every run of the script."""
_NEW = 7
"""The version of the UUIDs that the app makes. Of the rows of the benchmark one of sixteen has it, too, and another time."""
_SOON = 60_000
"""Milliseconds: what the recorded request makes is younger than its user, and not much younger than its first row."""


@dataclass(frozen=True)
class Variation:
    """The differences between runs of a script. Expressions are SQL with the variables of pgbench."""

    setup: Sequence[str]
    """Lines that set variables, among them `k`, which no other run has."""
    born: UUID
    """An id that the recorded request has made."""
    ids: Mapping[UUID, str]
    """Expressions in place of ids."""
    numbers: Mapping[int, str] = field(default_factory=dict)
    """Expressions in place of numbers."""
    shift: str = ""
    """An interval that is added to what is written, as ` + :k * interval '1 hour'`."""


def pgbench_script(recording: Recording, variation: Variation) -> str:
    """Return a script for pgbench with the SQL of one request, recorded with the idempotency key `KEY`."""
    script = _Script(variation)
    lines = [script.line(sql, parameters) for sql, parameters in recording.statements]
    new_ids = ", ".join(f"gen_random_uuid() AS {name}" for name in script.variables.values())
    return "\n".join([*variation.setup, f"SELECT {new_ids} \\gset", "BEGIN;", *lines, "COMMIT;", ""])


class _Script:
    """Statements in which everything that changes from run to run is a variable of pgbench."""

    def __init__(self, variation: Variation) -> None:
        self.variables: dict[UUID, str] = {}
        """The variable of a new id, by the id."""
        self._variation = variation
        self._born = (variation.born.int >> 80) - 1000

    def line(self, sql: str, parameters: Any) -> str:
        writes = "INSERT INTO" in sql
        values = [self._literal(parameter, writes=writes) for parameter in parameters]
        values = [value.replace(f"'{KEY}'", "':k'") for value in values]
        one_line = " ".join(sql.split())
        return re.sub(r"\$(\d+)", lambda match: values[int(match[1]) - 1], one_line) + ";"

    def _literal(self, value: Any, *, writes: bool) -> str:  # noqa: C901, PLR0911 - one case per type
        match value:
            case None:
                return "NULL"
            case bool() | float():
                return str(value)
            case int():
                return self._variation.numbers.get(value, str(value))
            case UUID():
                return self._id(value)
            case datetime():
                shift = self._variation.shift if writes else ""
                return f"(to_timestamp({value.timestamp()}){shift})"
            case date():
                return f"date '{value}'"
            case timedelta():
                return f"interval '{value.total_seconds()} seconds'"
            case Range():
                return f"tstzrange({self._literal(value.lower, writes=writes)}, {self._literal(value.upper, writes=writes)})"
            case bytes():
                return f"'\\x{value.hex()}'::bytea"
            case list() | tuple() | set() if not value:
                return "'{}'"
            case list() | tuple() | set():
                return f"ARRAY[{', '.join(self._literal(item, writes=writes) for item in value)}]"
            case _:
                return self._text(str(value), writes=writes)

    def _text(self, value: str, *, writes: bool) -> str:
        """Return a text, such as a JSON document, with the ids and instants in it as expressions."""
        text = "'" + value.replace("'", "''") + "'"
        if not writes:
            return text
        text = _UUID.sub(lambda match: f"' || {self._id(UUID(match[0]))} || '", text)
        text = _INSTANT.sub(
            lambda match: (
                "' || to_char("
                f"{self._literal(datetime.fromisoformat(match[0]), writes=True)} AT TIME ZONE 'UTC', {_FORMAT}) || '"
            ),
            text,
        )
        for number, expression in self._variation.numbers.items():
            text = re.sub(rf"\b{number}\b", f"' || {expression} || '", text)
        return f"({text})::jsonb" if value.startswith("{") else f"({text})"

    def _id(self, value: UUID) -> str:
        if value in self._variation.ids:
            return self._variation.ids[value]
        if value.version == _NEW and 0 <= (value.int >> 80) - self._born < _SOON:
            return f"':{self.variables.setdefault(value, f'id{len(self.variables)}')}'::uuid"
        return f"'{value}'::uuid"
