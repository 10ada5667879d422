"""A large spa: 50 therapists, 60 beds and 40 services, with shifts and allocations."""

from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from uuid import UUID

import asyncpg
from testbed import Request

SERVICES = 40
_SLOTS_A_DAY = 9
_SLOT = timedelta(minutes=75)
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
_OTHER_BRANCHES = """
INSERT INTO branch (id, key, name, time_zone, country, grid_minutes, notice_minutes, horizon_days, hold_minutes,
    free_cancel_minutes, no_show_minutes)
SELECT md5('branch' || n)::uuid, 'spa-' || n, 'Spa ' || n, time_zone, country, grid_minutes, notice_minutes, horizon_days,
    hold_minutes, free_cancel_minutes, no_show_minutes FROM branch, generate_series(1, $1) AS n
"""
_SHIFTS = """
INSERT INTO shift (id, staff_id, branch_id, during)
SELECT gen_random_uuid(), md5('staff' || n)::uuid, md5('branch0')::uuid, tstzrange(begins, begins + interval '9 hours')
FROM generate_series($1::int, $2) AS day, generate_series(0, 49) AS n,
    LATERAL (SELECT $3::timestamptz + day * interval '1 day' + (9 + n % 2 * 3) * interval '1 hour' AS begins) AS shift
WHERE (day + n + 7000) % 7 >= 2
"""
# Every `$4`th slot has a treatment with a therapist on a bed. No appointments, which a search does not read.
_ALLOCATIONS = """
INSERT INTO allocation (id, resource_id, during, state, appointment_id, appointment_treatment_id)
SELECT gen_random_uuid(), md5(kind || n)::uuid, tstzrange(begins, begins + minutes * interval '1 minute'), 'booked', slot_start.id, slot_start.id
FROM generate_series($1::int, $2) AS day, generate_series(0, 9) AS slot, generate_series(0, 49) AS n,
    LATERAL (
        SELECT gen_random_uuid() AS id,
            $3::timestamptz + day * interval '1 day' + interval '9 hours' + slot * interval '75 minutes' AS begins
    ) AS slot_start, (VALUES ('staff', 60), ('bed', 75)) AS occupied (kind, minutes)
WHERE hashint4(day * 1000 + slot * 50 + n) % $4::int = 0
"""


async def add_spa(connection: asyncpg.Connection) -> int:
    """Add the spa with rosters and allocations of 90 days, and return the number of allocations.

    The allocations belong to no appointments, which a search does not read.
    """
    await connection.execute(
        "SET session_replication_role = replica"
    )  # no audit entries, which no part reads
    await add_branch(connection)
    await add_days(connection, 0, 90, one_of=9)
    count: int = await connection.fetchval("SELECT count(*) FROM allocation")
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("SET session_replication_role = origin")
    return count


async def add_branch(connection: asyncpg.Connection) -> None:
    """Add the branch with its beds, therapists and services, without shifts."""
    await connection.execute(_SPA)


async def add_branches(connection: asyncpg.Connection, count: int) -> None:
    """Add the branch with its therapists and services, and others beside it that have nothing of their own."""
    await add_branch(connection)
    await connection.execute(_OTHER_BRANCHES, count - 1)


async def add_days(connection: asyncpg.Connection, first: int, end: int, *, one_of: int) -> None:
    """Add shifts of these days, counted from today, and an allocation in one of `one_of` slots."""
    await connection.execute(_SHIFTS, first, end - 1, midnight(), timeout=3600)
    await connection.execute(_ALLOCATIONS, first, end - 1, midnight(), one_of, timeout=3600)


def midnight() -> datetime:
    """Return the last midnight in Asia/Ho_Chi_Minh."""
    now = datetime.now(UTC) + timedelta(hours=7)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=7)


def tomorrow() -> date:
    return (midnight() + timedelta(days=1, hours=7)).date()


def id_of(kind: str, number: int) -> UUID:
    return UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())


def month_search(number: int, guests: int = 1) -> Request:
    """Return a search of the next 30 days. One guest has one treatment, more guests have two each.

    Searches with different numbers ask for different treatments.
    """
    variants = [number % SERVICES] if guests == 1 else [number % SERVICES, (number + 1) % SERVICES]
    treatments = [{"variant_id": str(id_of("variant", variant))} for variant in variants]
    body = {
        "branch_id": str(id_of("branch", 0)),
        "guests": [{"treatments": treatments}] * guests,
        "first_day": tomorrow().isoformat(),
        "last_day": (tomorrow() + timedelta(days=29)).isoformat(),
    }
    return Request("POST", "/api/v1/availability/days", body)


def booking(slot: int, key: str) -> Request:
    """Return a booking of a start that no other slot has, so that clients do not compete for a time."""
    day, number = divmod(slot, _SLOTS_A_DAY)
    start = midnight() + timedelta(days=1 + day % 85, hours=9) + number * _SLOT
    body = {
        "branch_id": str(id_of("branch", 0)),
        "start": start.isoformat(),
        "guests": [{"treatments": [{"variant_id": str(id_of("variant", slot % SERVICES))}]}],
    }
    return Request("POST", "/api/v1/visits", body, {"Idempotency-Key": key})
