"""Booking over HTTP, beside the same SQL without it."""

import asyncio
import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import asyncpg
from load import cpu_seconds
from pgbench_script import KEY, pgbench_script
from replay import record
from report import Row, Section, at_most, milliseconds, percentile
from spa import add_spa, booking
from testbed import Advance, Effort, MeasurementError, Testbed, Worker, on_core

_DATABASE = "booking"
_CLIENTS = 16
_RATE, _P99 = 0.5, 2.5
_MOST_A_SECOND = 500
"""An upper bound of the bookings per second: the number of request bodies to prepare."""
_WRK = """
local bodies, key, sent = {}, "", 0
function init(arguments)
    for line in io.lines(arguments[1]) do bodies[#bodies + 1] = line end
    key = arguments[2]
end
function request()
    sent = sent + 1
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers["Idempotency-Key"] = key .. sent
    return wrk.format("POST", nil, nil, bodies[sent])
end
function done(_, latency)
    for at = 1, #latency do print(string.format("took %d %d", latency(at))) end
end
"""


def steps(effort: Effort) -> int:
    return 2 * effort.rounds


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(_open(testbed))
    seconds: list[float] = []
    rates: list[float] = []
    sql_seconds: list[float] = []
    sql_rates: list[float] = []
    used: list[float] = []
    with testbed.app(_DATABASE) as worker:
        headers = testbed.sign_in(_DATABASE, worker)
        script = _same_sql(testbed, headers)
        slot = 2
        for round_ in range(effort.rounds + 1):
            before = cpu_seconds(worker)
            durations = _book(testbed, worker, headers, slot, effort.seconds)
            slot += len(durations) + _CLIENTS  # includes requests without an answer at the end
            cpu = (cpu_seconds(worker) - before) / len(durations)
            sql_durations = _pgbench(testbed, script, effort.seconds)
            if round_ > 0:  # the first warms up
                seconds += durations
                rates.append(len(durations) / effort.seconds)
                sql_seconds += sql_durations
                sql_rates.append(len(sql_durations) / effort.seconds)
                used.append(cpu)
                advance()
                advance()
    ratios = [rate / sql_rate for rate, sql_rate in zip(rates, sql_rates, strict=True)]
    ratio, p99, sql_p99 = percentile(ratios, 50), percentile(seconds, 99), percentile(sql_seconds, 99)
    return Section(
        "Booking",
        f"`POST /visits` with an `Idempotency-Key`, any therapist, by `wrk -t1 -c{_CLIENTS}`, every request for another time, "
        "in the spa of the section before, with one worker. The floor is `pgbench` with as many clients and the SQL of one "
        "such booking, recorded once in the app, statement by statement with its values; rounds of both alternate, after "
        "one to warm up. Bookings per second are the median of the rounds, times are of all bookings: wrk's, and those in "
        "pgbench's log of transactions. PostgreSQL with its default settings, so every booking waits for the disk.",
        [
            Row("the same SQL, pgbench", f"{percentile(sql_rates, 50):,.0f} bookings/s"),
            Row(
                "over HTTP",
                f"{percentile(rates, 50):,.0f} bookings/s, {ratio:.2f} × ({min(ratios):.2f} to {max(ratios):.2f}), "
                f"CPU of the worker {percentile(used, 50) * 1000:.1f} ms",
                f"≥ {_RATE} × pgbench",
                ratio >= _RATE,
            ),
            Row(
                "time of a booking: the same SQL, pgbench",
                f"{milliseconds(sql_seconds)}, p99 {sql_p99 * 1000:.1f} ms",
            ),
            at_most(
                "— over HTTP",
                f"{milliseconds(seconds)}, p99 {p99 * 1000:.1f} ms",
                p99 / sql_p99,
                _P99,
                "the p99 of pgbench",
            ),
        ],
    )


async def _open(testbed: Testbed) -> None:
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_spa(connection)
    await connection.execute(
        "CREATE SEQUENCE bench_slot START 100000"
    )  # starts years from now, which are free
    await connection.close()


def _book(
    testbed: Testbed, worker: Worker, headers: Mapping[str, str], first: int, seconds: int
) -> list[float]:
    """Book with wrk and return the seconds of every booking; clients in Python would wait for each other."""
    bodies = testbed.folder / "bookings"
    bodies.write_text(
        "".join(
            f"{json.dumps(booking(first + number, '').body)}\n" for number in range(seconds * _MOST_A_SECOND)
        ),
        encoding="utf-8",
    )
    script = testbed.folder / "book.lua"
    script.write_text(_WRK, encoding="utf-8")
    command = ["wrk", "-t1", f"-c{_CLIENTS}", f"-d{seconds}s", "-s", str(script)]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    command += [f"http://127.0.0.1:{worker.port}{booking(first, '').path}", str(bodies), uuid4().hex]
    done = subprocess.run(on_core(testbed.load_core, command), check=False, capture_output=True, text=True)
    seen = re.findall(r"^took (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not seen or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise MeasurementError(f"wrk:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return [int(micros) / 1e6 for micros, times in seen for _ in range(int(times))]


def _same_sql(testbed: Testbed, headers: dict[str, str]) -> Path:
    """Book twice, and write the SQL of the second booking as a script for pgbench."""
    [recording] = record(testbed, _DATABASE, headers, [booking(1, KEY)], warm_up=booking(0, "warm"))
    script = testbed.folder / "booking.sql"
    script.write_text(pgbench_script(recording), encoding="utf-8")
    return script


def _pgbench(testbed: Testbed, script: Path, seconds: int) -> list[float]:
    """Return the seconds of every booking."""
    log = f"pgbench-{uuid4().hex}"
    command = [str(testbed.pgbench), "-n", "-c", str(_CLIENTS), "-j", "1", "-T", str(seconds)]
    command += ["-f", str(script), "--log", f"--log-prefix={log}", testbed.libpq_url(_DATABASE)]
    done = subprocess.run(
        on_core(testbed.load_core, command),
        cwd=testbed.folder,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0 or " 0 (0.000%)" not in done.stdout:
        raise MeasurementError(f"pgbench:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    [file] = testbed.folder.glob(f"{log}.*")
    # Each line: client, transaction, microseconds, script, and the time of its end.
    return [int(line.split()[2]) / 1e6 for line in file.read_text("utf-8").splitlines()]
