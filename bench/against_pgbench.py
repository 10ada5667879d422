"""Requests that write, over HTTP, beside the SQL of one of them in pgbench: rounds of both in turn."""

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from load import cpu_seconds
from report import Row, at_most, milliseconds, percentile
from testbed import Advance, Effort, MeasurementError, Request, Testbed, Worker, on_core

CLIENTS = 16
MOST_A_SECOND = 500
"""An upper bound of the requests per second: the number to prepare."""
_WRK = """
local requests, key, sent = {}, "", 0
function init(arguments)
    for line in io.lines(arguments[1]) do
        local path, body = line:match("^(%S+) (.*)$")
        requests[#requests + 1] = {path, body}
    end
    key = arguments[2]
end
function request()
    sent = sent + 1
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Idempotency-Key"] = key .. sent
    return wrk.format("POST", requests[sent][1], nil, requests[sent][2])
end
function done(_, latency)
    for at = 1, #latency do print(string.format("took %d %d", latency(at))) end
end
"""


@dataclass
class Rounds:
    """The rounds of both, and the seconds of every request and of every run of the script."""

    seconds: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    sql_seconds: list[float] = field(default_factory=list)
    sql_rates: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)
    """CPU seconds of the worker per request."""

    def rows(self, things: str, thing: str, *, rate: float, p99: float | None = None) -> list[Row]:
        """Return the rows of a table.

        Args:
            things: What is done, such as "bookings".
            thing: One of them, such as "a booking".
            rate: The lowest ratio of the rates.
            p99: The highest ratio of the times; None: it is for information.
        """
        ratios = [http / sql for http, sql in zip(self.rates, self.sql_rates, strict=True)]
        ratio = percentile(ratios, 50)
        slow, sql_slow = percentile(self.seconds, 99), percentile(self.sql_seconds, 99)
        return [
            Row("the same SQL, pgbench", f"{percentile(self.sql_rates, 50):,.0f} {things}/s"),
            Row(
                "over HTTP",
                f"{percentile(self.rates, 50):,.0f} {things}/s, {ratio:.2f} × ({min(ratios):.2f} to {max(ratios):.2f}), "
                f"CPU of the worker {percentile(self.used, 50) * 1000:.1f} ms",
                f"≥ {rate} × pgbench",
                ratio >= rate,
            ),
            Row(
                f"time of {thing}: the same SQL, pgbench",
                f"{milliseconds(self.sql_seconds)}, p99 {sql_slow * 1000:.1f} ms",
            ),
            at_most(
                "— over HTTP",
                f"{milliseconds(self.seconds)}, p99 {slow * 1000:.1f} ms",
                slow / sql_slow,
                p99,
                "the p99 of pgbench",
            ),
        ]


@dataclass(frozen=True)
class Race:
    """An app and a script of pgbench that do the same in one database."""

    testbed: Testbed
    database: str
    worker: Worker
    headers: Mapping[str, str]
    script: str
    request: Callable[[int], Request]
    """The request of a number. Every number is sent once."""

    def run(self, effort: Effort, advance: Advance, *, first: int) -> Rounds:
        """Return the rounds; the requests are those from number `first` on."""
        rounds, number = Rounds(), first
        for round_ in range(effort.rounds + 1):
            before = cpu_seconds(self.worker)
            durations = self._send(number, effort.seconds)
            number += len(durations) + CLIENTS  # includes requests without an answer at the end
            cpu = (cpu_seconds(self.worker) - before) / len(durations)
            sql_durations = self._pgbench(effort.seconds)
            if round_ > 0:  # the first warms up
                rounds.seconds += durations
                rounds.rates.append(len(durations) / effort.seconds)
                rounds.sql_seconds += sql_durations
                rounds.sql_rates.append(len(sql_durations) / effort.seconds)
                rounds.used.append(cpu)
                advance()
                advance()
        return rounds

    def _send(self, first: int, seconds: int) -> list[float]:
        """Send requests with wrk and return the seconds of each; clients in Python would wait for each other."""
        requests = self._write(
            "requests",
            "".join(
                f"{request.path} {json.dumps(request.body)}\n"
                for request in map(self.request, range(first, first + seconds * MOST_A_SECOND))
            ),
        )
        script = self._write("send.lua", _WRK)
        command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-s", str(script)]
        for name, value in self.headers.items():
            command += ["-H", f"{name}: {value}"]
        command += [f"http://127.0.0.1:{self.worker.port}", str(requests), uuid4().hex]
        done = self._run(command)
        seen = re.findall(r"^took (\d+) (\d+)$", done.stdout, re.MULTILINE)
        if done.returncode != 0 or not seen or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
            raise MeasurementError(f"wrk:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
        return [int(micros) / 1e6 for micros, times in seen for _ in range(int(times))]

    def _pgbench(self, seconds: int) -> list[float]:
        """Run the script for some seconds and return those of every run."""
        script = self._write("script.sql", self.script)
        log = f"pgbench-{uuid4().hex}"
        command = [str(self.testbed.pgbench), "-n", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds)]
        command += [
            "-f",
            str(script),
            "--log",
            f"--log-prefix={log}",
            self.testbed.libpq_url(self.database),
        ]
        done = self._run(command)
        if done.returncode != 0 or " 0 (0.000%)" not in done.stdout:
            raise MeasurementError(f"pgbench:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
        [file] = self.testbed.folder.glob(f"{log}.*")
        # Each line: client, transaction, microseconds, script, and the time of its end.
        return [int(line.split()[2]) / 1e6 for line in file.read_text("utf-8").splitlines()]

    def _write(self, name: str, text: str) -> Path:
        file = self.testbed.folder / name
        file.write_text(text, encoding="utf-8")
        return file

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            on_core(self.testbed.load_core, command),
            cwd=self.testbed.folder,
            check=False,
            capture_output=True,
            text=True,
        )
