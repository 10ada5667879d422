"""Book once in this process and print the SQL of the booking as a script for pgbench.

Every run of the script books another time of another therapist and bed: new ids are new in every run, and rows are
written `:k` times 75 minutes later. Reads stay the same.
"""

import asyncio
import json
import re
import sys
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

import asyncpg
import httpx2
from asyncpg import Range
from sqlalchemy import event

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_FORMAT = """'YYYY-MM-DD"T"HH24:MI:SS"Z"'"""
_KEY = "measured"
_NEW = 7
"""The version of the UUIDs that the app makes; the rows of the benchmark have another version."""


def main() -> None:
    request = json.loads(sys.stdin.read())
    statements, visit = asyncio.run(_book(request["headers"], request["body"]))
    script = Script(visit)
    lines = [script.line(sql, parameters) for sql, parameters in statements]
    print("\\set therapist :client_id\n\\set bed :client_id")
    print(
        "SELECT nextval('bench_slot') AS k, "
        + ", ".join(f"gen_random_uuid() AS {name}" for name in script.variables.values())
        + " \\gset"
    )
    print("BEGIN;", *lines, "COMMIT;", sep="\n")


async def _book(
    headers: dict[str, str], body: dict[str, Any]
) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    from app.core.database import engine
    from app.main import app, lifespan

    statements: list[tuple[str, Any]] = []
    fetch = asyncpg.Connection.fetch

    def record_execute(*arguments: Any) -> None:
        statements.append((arguments[2], arguments[3]))

    async def record_fetch(driver: asyncpg.Connection, statement: str, *parameters: Any) -> Any:
        statements.append((statement, parameters))
        return await fetch(driver, statement, *parameters)

    async with lifespan(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            await http.post("/api/v1/visits", json=body, headers=headers | {"Idempotency-Key": "warm"})
            body["start"] = (datetime.fromisoformat(body["start"]) + timedelta(days=1)).isoformat()
            event.listen(engine.sync_engine, "before_cursor_execute", record_execute)
            with patch.object(asyncpg.Connection, "fetch", record_fetch):
                response = await http.post(
                    "/api/v1/visits", json=body, headers=headers | {"Idempotency-Key": _KEY}
                )
    response.raise_for_status()
    return statements, response.json()


class Script:
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
        values = [value.replace(f"'{_KEY}'", "':k'") for value in values]
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


if __name__ == "__main__":
    main()
