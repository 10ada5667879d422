"""Booking over HTTP, beside the same SQL without it."""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg
from load import cpu_seconds
from report import Row, Section, milliseconds, percentile
from spa import SERVICES, add_spa, id_of, midnight
from stage import Advance, Client, Effort, MeasurementError, Stage, on_core

_DATABASE = "booking"
_PATH = "/api/v1/visits"
_CLIENTS = 16
_P99, _RATIO = 0.150, 0.20
_SLOTS_A_DAY = 9
_SLOT = timedelta(minutes=75)


def steps(effort: Effort) -> int:
    return 2 * effort.rounds


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    asyncio.run(_open(stage))
    slots = count()
    seconds: list[float] = []
    rates: list[float] = []
    alone: list[float] = []
    used: list[float] = []
    with stage.app(_DATABASE) as worker:
        headers = stage.sign_in(_DATABASE, worker)
        script = _same_sql(stage, headers, next(slots))
        clients = [Client(worker.connect(), headers) for _ in range(_CLIENTS)]
        for round_ in range(effort.rounds + 1):
            before = cpu_seconds(worker)
            taken, rate = _book(clients, effort.bookings, slots)
            cpu = (cpu_seconds(worker) - before) / len(taken)
            tps = _pgbench(stage, script, effort.seconds)
            if round_ > 0:  # the first warms up
                seconds += taken
                rates.append(rate)
                alone.append(tps)
                used.append(cpu)
                advance()
                advance()
    ratios = [rate / tps for rate, tps in zip(rates, alone, strict=True)]
    ratio, p99 = percentile(ratios, 50), percentile(seconds, 99)
    return Section(
        "Booking",
        f"`POST /visits` with an `Idempotency-Key`, any therapist, {_CLIENTS} clients at once, each a time of its own, in the "
        "spa of the section before: one worker. Beside it `pgbench` with as many clients and what the app asks PostgreSQL "
        "for one such booking, statement by statement with its values, rounds of both in turn. PostgreSQL with its default "
        "settings, so each booking waits for the disc.",
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
                "— how long one takes",
                f"{milliseconds(seconds)}, p99 {p99 * 1000:.1f} ms",
                f"p99 ≤ {_P99 * 1000:.0f} ms",
                p99 <= _P99,
            ),
        ],
    )


async def _open(stage: Stage) -> None:
    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    await add_spa(connection)
    await connection.execute("CREATE SEQUENCE bench_slot START 100000")  # years from now: free
    await connection.close()


def _body(slot: int) -> dict[str, object]:
    """Nobody else books this start: what is raced for is the machine, not the time."""
    day, at = divmod(slot, _SLOTS_A_DAY)
    start = midnight() + timedelta(days=1 + day % 85, hours=9) + at * _SLOT
    variant = id_of("variant", slot % SERVICES)
    return {
        "branch_id": str(id_of("branch", 0)),
        "start": start.isoformat(),
        "guests": [{"treatments": [{"variant_id": str(variant)}]}],
    }


def _book(clients: list[Client], each: int, slots: Iterator[int]) -> tuple[list[float], float]:
    """Seconds of each booking, and bookings in a second."""
    wanted = [[next(slots) for _ in range(each)] for _ in clients]

    def book(client: Client, mine: list[int]) -> list[float]:
        return [
            client.post(_PATH, _body(slot), {"Idempotency-Key": str(uuid4())}, expected=201)[0]
            for slot in mine
        ]

    started = time.perf_counter()
    with ThreadPoolExecutor(len(clients)) as threads:
        taken = [seconds for its in threads.map(book, clients, wanted) for seconds in its]
    return taken, len(taken) / (time.perf_counter() - started)


def _same_sql(stage: Stage, headers: dict[str, str], slot: int) -> Path:
    """Of one booking, by a process that books once and notes it."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("booked.py")],
        cwd=stage.folder,
        env=stage.environment(_DATABASE),
        input=json.dumps({"headers": headers, "body": _body(slot)}),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise MeasurementError(f"no booking to look at:\n{done.stderr[-2000:]}")
    script = stage.folder / "booking.sql"
    script.write_text(done.stdout[done.stdout.index("\\set therapist") :], encoding="utf-8")
    return script


def _pgbench(stage: Stage, script: Path, seconds: int) -> float:
    """Bookings in a second."""
    command = [
        str(stage.pgbench),
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
        on_core(stage.load_core, [*command, stage.libpq_url(_DATABASE)]),
        check=False,
        capture_output=True,
        text=True,
    )
    tps = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode != 0 or tps is None or " 0 (0.000%)" not in done.stdout:
        raise MeasurementError(f"pgbench:\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}")
    return float(tps[1])
