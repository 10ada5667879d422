"""The SQL of one booking as a script for pgbench.

Every run of the script books another time of another therapist and bed: new ids are new in every run, and rows are
written `:k` times 75 minutes later. Reads stay the same.
"""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Range
from replay import Recording

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_FORMAT = """'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""
KEY = "measured"
"""The idempotency key of the recorded booking; another one in every run of the script."""
_NEW = 7
"""The version of the UUIDs that the app makes; the rows of the benchmark have another version."""


def pgbench_script(recording: Recording) -> str:
    """Return a script for pgbench with the SQL of one booking, recorded with the idempotency key `KEY`."""
    script = _Script(json.loads(recording.answer))
    lines = [script.line(sql, parameters) for sql, parameters in recording.statements]
    new_ids = ", ".join(f"gen_random_uuid() AS {name}" for name in script.variables.values())
    return "\n".join(
        [
            "\\set therapist :client_id",
            "\\set bed :client_id",
            f"SELECT nextval('bench_slot') AS k, {new_ids} \\gset",
            "BEGIN;",
            *lines,
            "COMMIT;",
            "",
        ]
    )


class _Script:
    """Statements in which everything that changes from run to run is a variable of pgbench."""

    def __init__(self, visit: dict[str, Any]) -> None:
        self.variables: dict[UUID, str] = {}
        """The variable of a new id, by the id."""
        allocations = visit["appointments"][0]["treatments"][0]["allocations"]
        self._resources = {UUID(allocation["resource_id"]): allocation["kind"] for allocation in allocations}
        self._born = UUID(visit["id"]).int >> 80

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
            case bool() | int() | float():
                return str(value)
            case UUID():
                return self._id(value)
            case datetime():
                shift = " + :k * interval '75 minutes'" if writes else ""
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
        return f"({text})::jsonb" if value.startswith("{") else f"({text})"

    def _id(self, value: UUID) -> str:
        if value in self._resources:
            kind = self._resources[value]
            return f"md5('{kind}' || :{'therapist' if kind == 'staff' else 'bed'})::uuid"
        if value.version == _NEW and value.int >> 80 >= self._born - 1000:
            return f"':{self.variables.setdefault(value, f'id{len(self.variables)}')}'::uuid"
        return f"'{value}'::uuid"
