"""The start and memory of a worker, beside the imports that it cannot do without."""

import statistics
import subprocess
import sys
import time

from report import Row, Section
from testbed import Advance, Effort, Testbed, on_core, plain_environment, resident_bytes

_DATABASE = "start"
_IMPORTS = "import fastapi, sqlalchemy.ext.asyncio, asyncpg, redis.asyncio"
_IDLE_SECONDS = 2.0


def steps(effort: Effort) -> int:
    return effort.starts + 1


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    imports, starts, bare_megabytes, megabytes = [], [], [], []
    for attempt in range(effort.starts + 1):
        import_seconds, imported = _imports(testbed)
        with testbed.app(_DATABASE) as worker:
            time.sleep(_IDLE_SECONDS)
            resident = resident_bytes(worker.pid)
        if attempt > 0:  # the first writes the bytecode
            imports.append(import_seconds)
            starts.append(worker.seconds_to_first_200)
            bare_megabytes.append(imported / 1e6)
            megabytes.append(resident / 1e6)
        advance()
    start, floor = statistics.median(starts), statistics.median(imports)
    idle, bare_idle = statistics.median(megabytes), statistics.median(bare_megabytes)
    section = Section(
        "Start and memory",
        f"Medians of {effort.starts}, both from the start of the process on one core: a fresh interpreter until `{_IMPORTS}` "
        "is done, and `uvicorn app.main:app` (database and Redis connected) until `/api/v1/health/live` answers 200. "
        f"Memory is Rss, in 10⁶ bytes, {_IDLE_SECONDS:.0f} s after that answer.",
    )
    section.rows += [
        Row("the imports alone", f"{floor * 1000:.0f} ms, {bare_idle:.0f} MB"),
        Row(
            "start to first 200",
            f"{start * 1000:.0f} ms, {start / floor:.2f} × the imports",
        ),
        Row("resident at idle", f"{idle:.0f} MB, {idle / bare_idle:.2f} × the imports"),
    ]
    return section


def _imports(testbed: Testbed) -> tuple[float, int]:
    """Return the seconds from the start of an interpreter to the end of the imports, and the resident bytes then."""
    command = [sys.executable, "-c", f"{_IMPORTS}\nprint('done', flush=True)\ninput()"]
    started = time.perf_counter()
    with subprocess.Popen(
        on_core(testbed.worker_core, command),
        cwd=testbed.folder,
        env=plain_environment(),
        stdin=subprocess.PIPE,  # input() waits until stdin is closed
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        seconds, resident = time.perf_counter() - started, resident_bytes(process.pid)
        process.communicate(b"\n")
    return seconds, resident
