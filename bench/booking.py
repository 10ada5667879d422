"""Booking over HTTP, beside the same SQL without it."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
from load import cpu_seconds
from report import Row, Section, milliseconds, percentile
from spa import SERVICES, add_spa, id_of, midnight
from testbed import Advance, Effort, MeasurementError, Testbed, Worker, on_core

_DATABASE = "booking"
_PATH = "/api/v1/visits"
_CLIENTS = 16
_P99, _RATIO = 0.150, 0.20
_SLOTS_A_DAY = 9
_SLOT = timedelta(minutes=75)
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
    alone: list[float] = []
    used: list[float] = []
    with testbed.app(_DATABASE) as worker:
        headers = testbed.sign_in(_DATABASE, worker)
        script = _same_sql(testbed, headers, slot=0)
        slot = 1
        for round_ in range(effort.rounds + 1):
            before = cpu_seconds(worker)
            durations = _book(testbed, worker, headers, slot, effort.seconds)
            slot += len(durations) + _CLIENTS  # includes requests without an answer at the end
            cpu = (cpu_seconds(worker) - before) / len(durations)
            tps = _pgbench(testbed, script, effort.seconds)
            if round_ > 0:  # the first warms up
                seconds += durations
                rates.append(len(durations) / effort.seconds)
                alone.append(tps)
                used.append(cpu)
                advance()
                advance()
    ratios = [rate / tps for rate, tps in zip(rates, alone, strict=True)]
    ratio, p99 = percentile(ratios, 50), percentile(seconds, 99)
    return Section(
        "Booking",
        f"`POST /visits` with an `Idempotency-Key`, any therapist, by `wrk -t1 -c{_CLIENTS}`, every request for another time, "
        "in the spa of the section before, with one worker. Beside it `pgbench` with as many clients and the SQL of one "
        "such booking, statement by statement with its values; rounds of both alternate. PostgreSQL with its default "
        "settings, so every booking waits for the disk.",
        [
            Row("the same SQL, pgbench", f"{percentile(alone, 50):,.0f} bookings/s"),
            Row(
                "over HTTP",
                f"{percentile(rates, 50):,.0f} bookings/s, {ratio:.2f} × ({min(ratios):.2f} to {max(ratios):.2f}), "
                f"CPU of the worker {percentile(used, 50) * 1000:.1f} ms",
                f"≥ {_RATIO:.2f} × pgbench",
                ratio >= _RATIO,
            ),
            Row(
                "— time of a booking",
                f"{milliseconds(seconds)}, p99 {p99 * 1000:.1f} ms",
                f"p99 ≤ {_P99 * 1000:.0f} ms",
                p99 <= _P99,
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


def _body(slot: int) -> dict[str, object]:
    """Return a booking of a start that no other slot has, so that clients do not compete for a time."""
    day, at = divmod(slot, _SLOTS_A_DAY)
    start = midnight() + timedelta(days=1 + day % 85, hours=9) + at * _SLOT
    variant = id_of("variant", slot % SERVICES)
    return {
        "branch_id": str(id_of("branch", 0)),
        "start": start.isoformat(),
        "guests": [{"treatments": [{"variant_id": str(variant)}]}],
    }


def _book(
    testbed: Testbed, worker: Worker, headers: Mapping[str, str], first: int, seconds: int
) -> list[float]:
    """Book with wrk and return the seconds of every booking; clients in Python would wait for each other."""
    bodies = testbed.folder / "bookings"
    bodies.write_text(
        "".join(f"{json.dumps(_body(first + number))}\n" for number in range(seconds * _MOST_A_SECOND)),
        encoding="utf-8",
    )
    script = testbed.folder / "book.lua"
    script.write_text(_WRK, encoding="utf-8")
    command = ["wrk", "-t1", f"-c{_CLIENTS}", f"-d{seconds}s", "-s", str(script)]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    command += [f"http://127.0.0.1:{worker.port}{_PATH}", str(bodies), uuid4().hex]
    done = subprocess.run(on_core(testbed.load_core, command), check=False, capture_output=True, text=True)
    seen = re.findall(r"^took (\d+) (\d+)$", done.stdout, re.MULTILINE)
    if done.returncode != 0 or not seen or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise MeasurementError(f"wrk:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return [int(micros) / 1e6 for micros, times in seen for _ in range(int(times))]


def _same_sql(testbed: Testbed, headers: dict[str, str], slot: int) -> Path:
    """Write the SQL of one booking as a script for pgbench; a process books once and prints it."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("record_booking.py")],
        cwd=testbed.folder,
        env=testbed.environment(_DATABASE),
        input=json.dumps({"headers": headers, "body": _body(slot)}),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise MeasurementError(f"no booking was recorded:\n{done.stderr[-2000:]}")
    script = testbed.folder / "booking.sql"
    script.write_text(done.stdout[done.stdout.index("\\set therapist") :], encoding="utf-8")
    return script


def _pgbench(testbed: Testbed, script: Path, seconds: int) -> float:
    """Return the bookings per second."""
    command = [
        str(testbed.pgbench),
        "-n",
        "-c",
        str(_CLIENTS),
        "-j",
        "1",
        "-T",
        str(seconds),
        "-f",
        str(script),
    ]
    done = subprocess.run(
        on_core(testbed.load_core, [*command, testbed.libpq_url(_DATABASE)]),
        check=False,
        capture_output=True,
        text=True,
    )
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode != 0 or tps is None or " 0 (0.000%)" not in done.stdout:
        raise MeasurementError(f"pgbench:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return float(tps[1])
