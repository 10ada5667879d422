"""The floor of a request: its own SQL, recorded once in the app and run again by asyncpg on one connection."""

import asyncio
import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import asyncpg
import uvloop
from testbed import Advance, MeasurementError, Request, Testbed

type Statement = tuple[str, Sequence[Any]]
"""SQL and its parameters."""


@dataclass(frozen=True)
class Recording:
    """A request that was sent once."""

    statements: list[Statement]
    answer: bytes


def record(
    testbed: Testbed,
    database: str,
    headers: Mapping[str, str],
    requests: Sequence[Request],
    *,
    warm_up: Request,
) -> list[Recording]:
    """Send the requests to the app in a process of its own, and return the SQL of each.

    `warm_up` is sent first and not recorded: the first request of a process also fills its caches.
    """
    file = testbed.folder / "recordings"
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("record_requests.py"), file],
        cwd=testbed.folder,
        env=testbed.environment(database),
        input=json.dumps([dict(headers), [asdict(request) for request in (warm_up, *requests)]]),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise MeasurementError(f"the requests were not recorded:\n{done.stderr[-2000:]}")
    return [Recording(*recording) for recording in pickle.loads(file.read_bytes())][1:]


class Replay:
    """One connection of asyncpg, with the settings of the app's connections, that prepares every statement once."""

    def __init__(self, url: str, **settings: str) -> None:
        """Keep the URL, and settings that the recorded request makes for its transaction: a replay is none."""
        self._url = url
        self._settings = {"jit": "off", "timezone": "UTC", **settings}
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    def __enter__(self) -> Self:
        self._connection = self._runner.run(self._connect())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()

    def run(self, statements: Sequence[Statement]) -> float:
        """Run the statements one after another and return the seconds."""
        return self._runner.run(self._run(statements))

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(
            self._url,
            server_settings=self._settings,
            max_cacheable_statement_size=0,  # no limit
        )

    async def _run(self, statements: Sequence[Statement]) -> float:
        started = time.perf_counter()
        for sql, parameters in statements:
            await self._connection.fetch(sql, *parameters)
        return time.perf_counter() - started


def take_turns(
    measures: Mapping[str, Callable[[int], float]], turns: int, advance: Advance = lambda: None
) -> dict[str, list[float]]:
    """Call every measure once per turn with the turn's number, and return what each returned.

    The order rotates, so that other load and warm caches favour none.
    """
    names = [*measures]
    seen: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(turns):
        for position in range(len(names)):
            name = names[(turn + position) % len(names)]
            seen[name].append(measures[name](turn))
        advance()
    return seen
