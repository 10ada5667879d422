"""When a party can come: a month of a large spa over HTTP, and again with years of history behind it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from uuid import UUID

import asyncpg
from report import Row, Section, milliseconds, percentile
from stage import Advance, Client, Effort, MeasurementError, Stage

_DATABASE = "availability"
_PATH = "/api/v1/availability/days"
_SERVICES = 40
_ONE, _COUPLE = "a month for one guest, any therapist", "a month for a couple with two treatments each"
_P50, _P95, _COUPLE_P50, _GROWTH = 0.010, 0.025, 0.025, 1.2
_HISTORY_CHUNKS = 20
_IN_A_DAY = 1000
"""Allocations of history: 50 therapists with 10 treatments, and their beds."""

_SPA = """
CREATE FUNCTION pg_temp.id(kind text, number int) RETURNS uuid LANGUAGE sql RETURN md5(kind || number)::uuid;
INSERT INTO branch (id, key, name, time_zone, country, grid_minutes, notice_minutes, horizon_days, hold_minutes,
    free_cancel_minutes, no_show_minutes)
    VALUES (pg_temp.id('branch', 0), 'spa', 'Spa', 'Asia/Ho_Chi_Minh', 'VN', 15, 60, 90, 10, 240, 15);
INSERT INTO opening_hours (id, branch_id, weekday, opens, closes)
    SELECT gen_random_uuid(), pg_temp.id('branch', 0), day, 540, 1260 FROM generate_series(1, 7) AS day;
INSERT INTO resource_type (id, key, kind, name_vi, name_en)
    SELECT pg_temp.id('type', n), 'type-' || n, 'bed', 'Giường ' || n, 'Bed ' || n FROM generate_series(0, 2) AS n;
INSERT INTO room (id, key, branch_id, name)
    SELECT pg_temp.id('room', n), 'room-' || n, pg_temp.id('branch', 0), 'Room ' || n FROM generate_series(0, 29) AS n;
INSERT INTO resource (id, kind, key, name, branch_id, type_id, room_id)
    SELECT pg_temp.id('bed', n), 'bed', 'bed-' || n, 'Bed ' || n, pg_temp.id('branch', 0),
        pg_temp.id('type', n / 2 % 3), pg_temp.id('room', n / 2) FROM generate_series(0, 59) AS n;
INSERT INTO service_category (id, key, name_vi, name_en, position) VALUES (pg_temp.id('category', 0), 'all', '-', '-', 0);
INSERT INTO service (id, key, category_id, name_vi, name_en, description_vi, description_en, position, offered)
    SELECT pg_temp.id('service', n), 'service-' || n, pg_temp.id('category', 0), '-', '-', '', '', n, 'online'
    FROM generate_series(0, 39) AS n;
INSERT INTO service_variant (id, service_id, key, price, position)
    SELECT pg_temp.id('variant', n), pg_temp.id('service', n), '60', 500000, 0 FROM generate_series(0, 39) AS n;
INSERT INTO service_segment (id, variant_id, position, minutes, needs_staff, with_guest, bed_type_id)
    SELECT gen_random_uuid(), pg_temp.id('variant', n), turnover, CASE turnover WHEN 0 THEN 60 ELSE 15 END,
        turnover = 0, turnover = 0, pg_temp.id('type', n % 3)
    FROM generate_series(0, 39) AS n, generate_series(0, 1) AS turnover;
INSERT INTO resource (id, kind) SELECT pg_temp.id('staff', n), 'staff' FROM generate_series(0, 49) AS n;
INSERT INTO staff (id, key, full_name, languages, bio_vi, bio_en, employed_from)
    SELECT pg_temp.id('staff', n), 'staff-' || n, 'Staff ' || n, '{vi}', '', '', '2020-01-01'
    FROM generate_series(0, 49) AS n;
INSERT INTO staff_branch (id, staff_id, branch_id)
    SELECT gen_random_uuid(), pg_temp.id('staff', n), pg_temp.id('branch', 0) FROM generate_series(0, 49) AS n;
INSERT INTO staff_skill (id, staff_id, service_id)
    SELECT gen_random_uuid(), pg_temp.id('staff', n), pg_temp.id('service', s)
    FROM generate_series(0, 49) AS n, generate_series(0, 39) AS s;
"""
_SHIFTS = """
INSERT INTO shift (id, staff_id, branch_id, during)
SELECT gen_random_uuid(), md5('staff' || n)::uuid, md5('branch0')::uuid, tstzrange(begins, begins + interval '9 hours')
FROM generate_series($1::int, $2) AS day, generate_series(0, 49) AS n,
    LATERAL (SELECT $3::timestamptz + day * interval '1 day' + (9 + n % 2 * 3) * interval '1 hour' AS begins) AS its
WHERE (day + n + 7000) % 7 >= 2
"""
# Of every `$4`th slot one treatment on a therapist and a bed. No appointments: a search reads none.
_TAKEN = """
INSERT INTO allocation (id, resource_id, during, state, appointment_id, appointment_service_id)
SELECT gen_random_uuid(), md5(kind || n)::uuid, tstzrange(begins, begins + minutes * interval '1 minute'), 'booked', its.id, its.id
FROM generate_series($1::int, $2) AS day, generate_series(0, 9) AS slot, generate_series(0, 49) AS n,
    LATERAL (
        SELECT gen_random_uuid() AS id,
            $3::timestamptz + day * interval '1 day' + interval '9 hours' + slot * interval '75 minutes' AS begins
    ) AS its, (VALUES ('staff', 60), ('bed', 75)) AS taken (kind, minutes)
WHERE hashint4(day * 1000 + slot * 50 + n) % $4::int = 0
"""


def steps(effort: Effort) -> int:
    return _HISTORY_CHUNKS + 4 * effort.months


def measure(stage: Stage, effort: Effort, advance: Advance) -> Section:
    stage.create_database(_DATABASE)
    seen: dict[str, list[list[float]]] = {_ONE: [], _COUPLE: []}
    count = asyncio.run(_open(stage))
    with stage.app(_DATABASE) as worker:
        headers = stage.sign_in(_DATABASE, worker)
        for with_history in (False, True):
            if with_history:
                asyncio.run(_add_history(stage, effort.history, advance))
            client = Client(worker.connect(), headers)  # one that is not used for long is closed
            for kind, seconds in seen.items():
                _ask(client, kind, 10, lambda: None)
                seconds.append(_ask(client, kind, effort.months, advance))
    return Section(
        "When a party can come",
        f"50 therapists, 60 beds, 40 treatments, 90 days, {count:,} allocations; then {effort.history:,} more of the years "
        "before. Which days of the next 30 have a start, over HTTP on one connection, one request after another, seconds "
        "as the client sees them; each asks for another treatment. PostgreSQL with its default settings.",
        [*_rows(_ONE, seen[_ONE], _P50, _P95), *_rows(_COUPLE, seen[_COUPLE], _COUPLE_P50, None)],
    )


async def _open(stage: Stage) -> int:
    """The allocations to come."""
    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    await connection.execute("SET session_replication_role = replica")  # no audit entries: none is read here
    await connection.execute(_SPA)
    await connection.execute(_SHIFTS, 0, 90, _midnight())
    await connection.execute(_TAKEN, 0, 89, _midnight(), 9)
    count: int = await connection.fetchval("SELECT count(*) FROM allocation")
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.close()
    return count


async def _add_history(stage: Stage, count: int, advance: Advance) -> None:
    connection = await asyncpg.connect(stage.libpq_url(_DATABASE))
    await connection.execute("SET session_replication_role = replica")
    days = count // _IN_A_DAY
    for chunk in range(_HISTORY_CHUNKS):
        first, end = (-days + days * each // _HISTORY_CHUNKS for each in (chunk, chunk + 1))
        for statement, more in ((_SHIFTS, ()), (_TAKEN, (1,))):
            await connection.execute(statement, first, end - 1, _midnight(), *more, timeout=3600)
        advance()
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()


def _ask(client: Client, kind: str, times: int, advance: Advance) -> list[float]:
    tomorrow = date.today() + timedelta(days=1)  # noqa: DTZ011 - a day more or less
    taken = []
    for number in range(times):
        variants = [number % _SERVICES] if kind == _ONE else [number % _SERVICES, (number + 1) % _SERVICES]
        treatments = [{"variant_id": str(_id("variant", each))} for each in variants]
        body = {
            "branch_id": str(_id("branch", 0)),
            "guests": [{"treatments": treatments}] * (1 if kind == _ONE else 2),
            "first_day": tomorrow.isoformat(),
            "last_day": (tomorrow + timedelta(days=29)).isoformat(),
        }
        seconds, answer = client.post(_PATH, body)
        if answer.count(b'"available":true') < 20:  # noqa: PLR2004 - of 30: else it was not the search that was measured
            raise MeasurementError(f"too few days have a start: {answer[:500].decode()}")
        taken.append(seconds)
        advance()
    return taken


def _rows(kind: str, seen: Sequence[Sequence[float]], p50: float, p95: float | None) -> list[Row]:
    rows = []
    for what, seconds in zip((kind, f"{kind}, with history"), seen, strict=True):
        at_50, at_95 = percentile(seconds, 50), percentile(seconds, 95)
        target = f"p50 ≤ {p50 * 1000:.0f} ms" + (f", p95 ≤ {p95 * 1000:.0f} ms" if p95 else "")
        rows.append(Row(what, milliseconds(seconds), target, at_50 <= p50 and (p95 is None or at_95 <= p95)))
    growth = percentile(seen[1], 50) / percentile(seen[0], 50)
    return [*rows, Row("— grown by history", f"{growth:.2f} ×", f"≤ {_GROWTH} ×", growth <= _GROWTH)]


def _midnight() -> datetime:
    """Of today, in Saigon."""
    now = datetime.now(UTC) + timedelta(hours=7)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=7)


def _id(kind: str, number: int) -> UUID:
    return UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())
