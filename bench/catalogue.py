"""The catalogue of the demo spa, kept ready, against a bare FastAPI route with its few bytes."""

from contextlib import ExitStack

from load import CONNECTIONS, Rate, compared, wrk
from report import Row, Section
from stage import BACKEND, LIVE, Advance, Effort, Stage, Worker

_DATABASE = "catalogue"
_PATH = "/api/v1/catalogue"
_TARGET = 0.8
_FLOOR = "bare FastAPI route"
_GZIP = {"Accept-Encoding": "gzip"}


def steps(effort: Effort) -> int:
    return (effort.rounds + 1) * 4


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    stage.zenspa("import", "spa", str(BACKEND / "app/cli/demo_spa.yaml"), "--yes", database=_DATABASE)
    rates: dict[str, list[Rate]] = {}
    with ExitStack() as serving:
        floor = serving.enter_context(stage.serve("floors:fastapi"))
        app = serving.enter_context(stage.app(_DATABASE))
        plain, etag = _fetch(app, {})
        zipped, _ = _fetch(app, _GZIP)
        asked = {
            _FLOOR: (floor, LIVE, {}),
            f"`{_PATH}`, {len(zipped) / 1000:.1f} kB as gzip": (app, _PATH, _GZIP),
            f"{len(plain) / 1000:.1f} kB as it is": (app, _PATH, {}),
            "asked whether it is still the newest: 304": (app, _PATH, {"If-None-Match": etag}),
        }
        for round_ in range(effort.rounds + 1):
            for name, (worker, path, headers) in asked.items():
                rate = wrk(stage, worker, path, effort.seconds, headers)
                if round_ > 0:  # the first warms up
                    rates.setdefault(name, []).append(rate)
                advance()
    return Section(
        "Catalogue",
        "What anybody may read of the demo spa, 40 treatments: kept ready in the process, and at every request PostgreSQL "
        f"is asked which version is the newest, together for all who ask at this moment. `wrk -t1 -c{CONNECTIONS}`, as in "
        "the first table. Redis has no part in it: with Redis away it costs the same.",
        [_row(name, seen, rates[_FLOOR]) for name, seen in rates.items()],
    )


def _row(name: str, rates: list[Rate], floor: list[Rate]) -> Row:
    seen, ratio = compared(rates, floor)
    if name == _FLOOR:
        return Row(name, seen)
    return Row(name, seen, f"≥ {_TARGET} × the {_FLOOR}", ratio >= _TARGET)


def _fetch(worker: Worker, headers: dict[str, str]) -> tuple[bytes, str]:
    """The body as it is sent, and its ETag."""
    connection = worker.connect()
    connection.request("GET", _PATH, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return body, response.headers["ETag"]
