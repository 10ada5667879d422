"""wrk on a core of its own, and what it saw."""

import re
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil
from stage import MeasurementError, Stage, Worker, on_core

CONNECTIONS = 32


@dataclass(frozen=True)
class Rate:
    per_second: float
    cpu_seconds: float
    """Of the worker, for one request."""


def wrk(
    stage: Stage, worker: Worker, path: str, seconds: int, headers: Mapping[str, str] | None = None
) -> Rate:
    url = f"http://127.0.0.1:{worker.port}{path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    cpu_before = cpu_seconds(worker)
    done = subprocess.run(on_core(stage.load_core, command), check=True, capture_output=True, text=True)
    cpu = cpu_seconds(worker) - cpu_before
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    requests = re.search(r"([1-9]\d*) requests in", done.stdout)  # none at all is no measurement
    if rate is None or requests is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise MeasurementError(f"wrk on {url}:\n{done.stdout}")
    return Rate(float(rate[1]), cpu / int(requests[1]))


def compared(rates: Sequence[Rate], floor: Sequence[Rate]) -> tuple[str, float]:
    """For people, and the ratio of the medians: the rounds were interleaved, so that each met the same machine."""
    rate, ratio = _per_second(rates), _per_second(rates) / _per_second(floor)
    rounds = [mine.per_second / other.per_second for mine, other in zip(rates, floor, strict=True)]
    cpu = statistics.median(rate.cpu_seconds for rate in rates) * 1e6
    return (
        f"{rate:,.0f} req/s, {ratio:.2f} × ({min(rounds):.2f} to {max(rounds):.2f}), CPU {cpu:.0f} µs",
        ratio,
    )


def _per_second(rates: Sequence[Rate]) -> float:
    return statistics.median(rate.per_second for rate in rates)


def cpu_seconds(worker: Worker) -> float:
    """That the worker has used since it began."""
    times = psutil.Process(worker.pid).cpu_times()
    return float(times.user + times.system)
