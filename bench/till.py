"""Closing a bill over HTTP, beside the same SQL without it."""

import asyncio
import json
from uuid import UUID

import asyncpg
from against_pgbench import CLIENTS, MOST_A_SECOND, Race
from pgbench_script import KEY, Variation, pgbench_script
from replay import record
from report import Section
from spa import add_branches, id_of
from testbed import Advance, Effort, Request, Testbed

_DATABASE = "till"
_RATE = 0.5
_BRANCHES = 16
"""A branch closes one bill at a time, so that there are as many as clients."""
_TOTAL, _TIP, _CASH = 1_500_000, 30_000, 500_000
_OF_PGBENCH = 1_000_000
"""The first of the bills that pgbench closes. Those of HTTP begin at 0."""
_RECORDED = 777_000_001
"""The number of the recorded bill, to find it in the SQL."""
_OPEN = f"""
CREATE FUNCTION pg_temp.id(kind text, number bigint) RETURNS uuid LANGUAGE sql RETURN md5(kind || number)::uuid;
INSERT INTO drawer_session (id, branch_id, opening, opening_difference)
    SELECT pg_temp.id('drawer', n), pg_temp.id('branch', n), 0, 0 FROM generate_series(0, {_BRANCHES - 1}) AS n;
INSERT INTO commission_rule (id, scope, rate, first_day) VALUES (gen_random_uuid(), 'all', 1000, '2020-01-01');
CREATE SEQUENCE bench_bill START {_OF_PGBENCH};
"""
_BILLS = """
WITH bill AS (
    INSERT INTO sale (id, branch_id, transfer_code, priced_on, total, tip)
    SELECT md5('bill' || n)::uuid, md5('branch' || n % $5)::uuid, 'B' || n,
        (timezone('Asia/Ho_Chi_Minh', now()) - interval '4 hours')::date, $3, $4
    FROM generate_series($1::integer, $2) AS n
), line AS (
    INSERT INTO sale_line (id, sale_id, position, kind, name_vi, name_en, variant_id, staff_id, unit_price, agreed_price, gross,
        tax_rate, tax)
    SELECT md5('line' || 3 * n + position)::uuid, md5('bill' || n)::uuid, position, 'service', 'Massage', 'Massage',
        md5('variant' || position)::uuid, md5('staff' || position)::uuid, $3 / 3, $3 / 3, $3 / 3, 800, 37037
    FROM generate_series($1, $2) AS n, generate_series(0, 2) AS position
)
INSERT INTO tip_share (id, sale_id, staff_id, amount)
SELECT gen_random_uuid(), md5('bill' || n)::uuid, md5('staff0')::uuid, $4 FROM generate_series($1, $2) AS n
"""


def steps(effort: Effort) -> int:
    return 2 * effort.rounds


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    testbed.create_database(_DATABASE)
    asyncio.run(_add_bills(testbed, (effort.rounds + 1) * effort.seconds * MOST_A_SECOND))
    with testbed.app(_DATABASE) as worker:
        headers = testbed.sign_in(_DATABASE, worker)
        script = _same_sql(testbed, headers)
        rounds = Race(testbed, _DATABASE, worker, headers, script, _close).run(effort, advance, first=2)
    return Section(
        "The till",
        "`POST /sales/{id}/payments` with an `Idempotency-Key`: cash and a card close a bill with three treatments of three "
        f"people, a tip and commissions, by `wrk -t1 -c{CLIENTS}`. Every request closes another bill, in turn in {_BRANCHES} "
        "branches: one branch closes one bill at a time. The floor is `pgbench` with as many clients and the SQL of one such "
        "request, as in the section about booking. PostgreSQL with its default settings.",
        rounds.rows("bills", "a bill", rate=_RATE),
    )


async def _add_bills(testbed: Testbed, count: int) -> None:
    """Add branches with open drawers, and open bills for HTTP and for pgbench."""
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await add_branches(connection, _BRANCHES)
    await connection.execute(_OPEN)
    await connection.execute("SET session_replication_role = replica")  # no audit entries
    for first in (0, _OF_PGBENCH):
        last = first + count + CLIENTS * _BRANCHES
        await connection.execute(_BILLS, first, last, _TOTAL, _TIP, _BRANCHES, timeout=3600)
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.close()


def _close(number: int, key: str = "") -> Request:
    """Return the payments that close a bill."""
    payments = [
        {"method": "cash", "amount": _CASH},
        {"method": "card", "amount": _TOTAL + _TIP - _CASH, "reference": "123456"},
    ]
    path = f"/api/v1/sales/{id_of('bill', number)}/payments"
    return Request("POST", path, {"payments": payments}, {"Idempotency-Key": key})


def _same_sql(testbed: Testbed, headers: dict[str, str]) -> str:
    """Close two bills, and return the SQL of the second as a script for pgbench that closes another one in every run."""
    asyncio.run(_set_number(testbed, _RECORDED - 1))
    [recording] = record(testbed, _DATABASE, headers, [_close(1, KEY)], warm_up=_close(0, "warm"))
    asyncio.run(_set_number(testbed, 0))
    lines = {id_of("line", 3 + number): f"md5('line' || 3 * :k + {number})::uuid" for number in range(3)}
    variation = Variation(
        setup=["SELECT nextval('bench_bill') AS k \\gset"],
        born=UUID(json.loads(recording.answer)["payments"][0]["id"]),
        ids=lines
        | {
            id_of("bill", 1): "md5('bill' || :k)::uuid",
            id_of("branch", 1): f"md5('branch' || :k % {_BRANCHES})::uuid",
            id_of("drawer", 1): f"md5('drawer' || :k % {_BRANCHES})::uuid",
        },
        # Between two of pgbench there is room for those of HTTP.
        numbers={_RECORDED: "(1000 * :k)"},
    )
    return pgbench_script(recording, variation)


async def _set_number(testbed: Testbed, number: int) -> None:
    """Let a number be the last of every branch."""
    connection = await asyncpg.connect(testbed.libpq_url(_DATABASE))
    await connection.execute("UPDATE till SET bill_year = extract(year FROM now()), bill_number = $1", number)
    await connection.close()
