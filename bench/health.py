"""Requests per second of the health routes beside the floors, with wrk on one core and the server on another."""

from contextlib import ExitStack

from load import CONNECTIONS, Rate, compare, wrk
from report import Row, Section
from testbed import LIVE, Advance, Effort, Testbed, resident_bytes

_DATABASE = "health"
_FLOOR = "bare FastAPI route"
_FLOORS = {
    "bare ASGI app": ("floors:asgi", "--lifespan", "off"),
    _FLOOR: ("floors:fastapi",),
    "the same without telemetry": ("floors:fastapi_without_telemetry",),
}
_TARGETS = {
    LIVE: 0.85,
    "/api/v1/health/redis": 0.5,
    "/api/v1/health/db": 0.35,
}


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * len([*_FLOORS, *_TARGETS])


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    rates: dict[str, list[Rate]] = {}
    with ExitStack() as serving:
        servers = {
            name: (serving.enter_context(testbed.serve(application, None, *options)), LIVE)
            for name, (application, *options) in _FLOORS.items()
        }
        app = serving.enter_context(testbed.app(_DATABASE))
        servers |= {path: (app, path) for path in _TARGETS}
        for round_ in range(effort.rounds + 1):  # interleaved, so that other load meets all alike
            for name, (worker, path) in servers.items():
                rate = wrk(testbed, worker, path, effort.seconds)
                if round_ > 0:  # the first warms up
                    rates.setdefault(name, []).append(rate)
                advance()
        resident = resident_bytes(app.pid) / 1e6
    return Section(
        "Health routes",
        f"`wrk -t1 -c{CONNECTIONS}` on one core, one uvicorn worker (uvloop, httptools, no access log of its own) on "
        f"another; PostgreSQL and Valkey on either. Medians of {effort.rounds} interleaved rounds of {effort.seconds} "
        "s after one to warm up. The app has production's settings and writes its access lines to a file. The bare "
        "route is a plain `FastAPI()`. Requests at the same time share one check of PostgreSQL or Valkey, as in "
        "production. CPU is the worker's own time, which says more when the machine is not quiet.",
        [
            *(_row(name, seen, rates[_FLOOR]) for name, seen in rates.items()),
            Row("memory of the app afterwards", f"{resident:.0f} MB"),
        ],
    )


def _row(name: str, rates: list[Rate], floor: list[Rate]) -> Row:
    seen, ratio = compare(rates, floor)
    if (target := _TARGETS.get(name)) is None:
        return Row(name, seen)
    return Row(f"`{name}`", seen, f"≥ {target} × the {_FLOOR}", ratio >= target)
