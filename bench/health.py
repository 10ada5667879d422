"""Requests a second of the health routes, against the two floors, with wrk on one core and the server on another."""

import re
import statistics
import subprocess
from contextlib import ExitStack

from report import Row, Section
from stage import LIVE, Advance, Effort, MeasurementError, Stage, on_core, resident_bytes

CONNECTIONS = 32
_DATABASE = "health"
_FLOOR = "bare FastAPI route"
_TARGETS = {
    LIVE: 0.85,
    "/api/v1/health/redis": 0.5,
    "/api/v1/health/db": 0.35,
}


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * (len(_TARGETS) + 2)


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    rates: dict[str, list[float]] = {}
    with ExitStack() as serving:
        asgi = serving.enter_context(stage.serve("floors:asgi", None, "--lifespan", "off"))
        fastapi = serving.enter_context(stage.serve("floors:fastapi"))
        app = serving.enter_context(stage.app(_DATABASE))
        urls = {"bare ASGI app": (asgi.port, LIVE), _FLOOR: (fastapi.port, LIVE)}
        urls |= {path: (app.port, path) for path in _TARGETS}
        for round_ in range(effort.rounds + 1):  # interleaved: whatever else the machine does meets all alike
            for name, (port, path) in urls.items():
                rate = _wrk(stage, f"http://127.0.0.1:{port}{path}", effort.seconds)
                if round_ > 0:  # the first warms up
                    rates.setdefault(name, []).append(rate)
                advance()
        resident = resident_bytes(app.pid) / 1e6
    section = Section(
        "Health routes",
        f"`wrk -t1 -c{CONNECTIONS}` on one core, one uvicorn worker (uvloop, httptools, no access log of its own) on "
        f"another; PostgreSQL and Valkey on either. Median of {effort.rounds} interleaved rounds of {effort.seconds} s after one to "
        "warm up. The app runs with production's settings and writes its access lines to a file. Checks of "
        "PostgreSQL and Valkey that are asked for at the same time share one question, also here.",
    )
    floor = rates[_FLOOR]
    for name, seen in rates.items():
        section.rows.append(_row(name, seen, floor))
    section.rows.append(Row("resident after the load", f"{resident:.0f} MB"))
    return section


def _row(name: str, rates: list[float], floor: list[float]) -> Row:
    rate, ratio = statistics.median(rates), statistics.median(rates) / statistics.median(floor)
    each = [mine / other for mine, other in zip(rates, floor, strict=True)]
    seen = (
        f"{rate:,.0f} req/s, {1e6 / rate:.0f} µs, {ratio:.2f} × (rounds {min(each):.2f} to {max(each):.2f})"
    )
    if (target := _TARGETS.get(name)) is None:
        return Row(name, seen)
    return Row(f"`{name}`", seen, f"≥ {target} × the {_FLOOR}", ratio >= target)


def _wrk(stage: Stage, url: str, seconds: int) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    done = subprocess.run(on_core(stage.load_core, command), check=True, capture_output=True, text=True)
    match = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if match is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise MeasurementError(f"wrk on {url}:\n{done.stdout}")
    return float(match[1])
