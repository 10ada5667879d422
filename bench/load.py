"""The load generator: wrk on a core of its own, and its results."""

import re
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil
from testbed import MeasurementError, Testbed, Worker, on_core

CONNECTIONS = 32


@dataclass(frozen=True)
class Rate:
    per_second: float
    cpu_seconds: float
    """CPU time of the worker per request."""


def wrk(
    testbed: Testbed,
    worker: Worker,
    path: str,
    seconds: int,
    headers: Mapping[str, str] | None = None,
) -> Rate:
    url = f"http://127.0.0.1:{worker.port}{path}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", url]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    cpu_before = cpu_seconds(worker)
    done = subprocess.run(on_core(testbed.load_core, command), check=True, capture_output=True, text=True)
    cpu = cpu_seconds(worker) - cpu_before
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    requests = re.search(r"([1-9]\d*) requests in", done.stdout)  # without a request there is no measurement
    if rate is None or requests is None or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise MeasurementError(f"wrk on {url}:\n{done.stdout}")
    return Rate(float(rate[1]), cpu / int(requests[1]))


def compare(rates: Sequence[Rate], floor: Sequence[Rate]) -> tuple[str, float]:
    """Return a text, and the ratio of the medians. Rounds of both were interleaved, under the same load."""
    rate, ratio = _per_second(rates), _per_second(rates) / _per_second(floor)
    rounds = [rate.per_second / bare.per_second for rate, bare in zip(rates, floor, strict=True)]
    cpu = statistics.median(rate.cpu_seconds for rate in rates) * 1e6
    return (
        f"{rate:,.0f} req/s, {ratio:.2f} × ({min(rounds):.2f} to {max(rounds):.2f}), CPU {cpu:.0f} µs",
        ratio,
    )


def _per_second(rates: Sequence[Rate]) -> float:
    return statistics.median(rate.per_second for rate in rates)


def cpu_seconds(worker: Worker) -> float:
    """Return the CPU time of the worker since its start."""
    times = psutil.Process(worker.pid).cpu_times()
    return float(times.user + times.system)
