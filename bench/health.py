"""Requests a second of the health routes, against the floors, with wrk on one core and the server on another."""

import re
import statistics
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass

import psutil
from report import Row, Section
from stage import LIVE, Advance, Effort, MeasurementError, Stage, Worker, on_core, resident_bytes

_CONNECTIONS = 32
_DATABASE = "health"
_FLOOR = "bare FastAPI route"
_FLOORS = {
    "bare ASGI app": ("floors:asgi", "--lifespan", "off"),
    _FLOOR: ("floors:fastapi",),
    "the same, its telemetry switched off": ("floors:fastapi_without_telemetry",),
}
_TARGETS = {
    LIVE: 0.85,
    "/api/v1/health/redis": 0.5,
    "/api/v1/health/db": 0.35,
}


@dataclass(frozen=True)
class _Rate:
    per_second: float
    cpu_seconds: float
    """Of the worker, for one request."""


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * len([*_FLOORS, *_TARGETS])


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    rates: dict[str, list[_Rate]] = {}
    with ExitStack() as serving:
        servers = {
            name: (serving.enter_context(stage.serve(application, None, *options)), LIVE)
            for name, (application, *options) in _FLOORS.items()
        }
        app = serving.enter_context(stage.app(_DATABASE))
        servers |= {path: (app, path) for path in _TARGETS}
        for round_ in range(effort.rounds + 1):  # interleaved: what else the machine does meets all alike
            for name, (worker, path) in servers.items():
                rate = _wrk(stage, worker, path, effort.seconds)
                if round_ > 0:  # the first warms up
                    rates.setdefault(name, []).append(rate)
                advance()
        resident = resident_bytes(app.pid) / 1e6
    return Section(
        "Health routes",
        f"`wrk -t1 -c{_CONNECTIONS}` on one core, one uvicorn worker (uvloop, httptools, no access log of its own) on "
        f"another; PostgreSQL and Valkey on either. Medians of {effort.rounds} interleaved rounds of {effort.seconds} "
        "s after one to warm up. The app has production's settings and writes its access lines to a file. The bare "
        "route is `FastAPI()` as it comes. Checks of PostgreSQL and Valkey that are asked for at the same time share "
        "one question, also here. CPU is the worker's own time, which says more when the machine is not quiet.",
        [
            *(_row(name, seen, rates[_FLOOR]) for name, seen in rates.items()),
            Row("the app's memory after that", f"{resident:.0f} MB"),
        ],
    )


def _row(name: str, rates: list[_Rate], floor: list[_Rate]) -> Row:
    rate, ratio = _per_second(rates), _per_second(rates) / _per_second(floor)
    rounds = [mine.per_second / other.per_second for mine, other in zip(rates, floor, strict=True)]
    cpu = statistics.median(rate.cpu_seconds for rate in rates) * 1e6
    seen = f"{rate:,.0f} req/s, {ratio:.2f} × ({min(rounds):.2f} to {max(rounds):.2f}), CPU {cpu:.0f} µs"
    if (target := _TARGETS.get(name)) is None:
        return Row(name, seen)
    return Row(f"`{name}`", seen, f"≥ {target} × the {_FLOOR}", ratio >= target)


def _per_second(rates: list[_Rate]) -> float:
    return statistics.median(rate.per_second for rate in rates)


def _wrk(stage: Stage, worker: Worker, path: str, seconds: int) -> _Rate:
    url = f"http://127.0.0.1:{worker.port}{path}"
    command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{seconds}s", url]
    cpu_before = _cpu_seconds(worker)
    done = subprocess.run(on_core(stage.load_core, command), check=True, capture_output=True, text=True)
    cpu = _cpu_seconds(worker) - cpu_before
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    requests = re.search(r"(\d+) requests in", done.stdout)
    if rate is None or requests is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise MeasurementError(f"wrk on {url}:\n{done.stdout}")
    return _Rate(float(rate[1]), cpu / int(requests[1]))


def _cpu_seconds(worker: Worker) -> float:
    times = psutil.Process(worker.pid).cpu_times()
    return float(times.user + times.system)
