"""Reports of a day and a month over HTTP beside their own SQL, with tenfold history."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta

import asyncpg
from replay import Recording, Replay, record, take_turns
from report import Row, Section, at_most, milliseconds, percentile
from spa import add_branches, tomorrow
from testbed import Advance, Client, Effort, Request, Testbed, Worker

_DATABASE, _OLD_DATABASE = "reports", "reports_with_history"
_SQL, _HTTP, _SHORT = "its SQL", "over HTTP", "over HTTP with a tenth of the history"
_TO_SQL, _TO_SHORT = 1.5, 1.2
_ENTRIES = 10
"""The entries of the ledger for one bill: two payments and what the bill earns."""
_MONTHS = 10
"""The ledger has so many times the days of the month that is read."""
_BRANCHES = 8
_SETTINGS = {
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "plan_cache_mode": "force_generic_plan",
}
"""The settings of the transactions of reports."""
# Each bill has two treatments, a product and a tip, and is paid in cash and by card. One of fifty is refunded in part, and
# for one of ten a session of a course is used. Ids are in order of time, as those of the app are.
_BILLS = """
CREATE FUNCTION pg_temp.id(number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    RETURN ('019a0000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid;
CREATE TEMP TABLE bill AS
SELECT n, {first}::date + n / {a_day} AS day, pg_temp.id(n) AS id, md5('branch' || n % {branches})::uuid AS branch_id
FROM generate_series(0, {days} * {a_day} - 1) AS n;
INSERT INTO sale (id, branch_id, status, transfer_code, priced_on, total, tip, paid, year, number, business_day, z_number, closed_at)
SELECT id, branch_id, 'closed', 'B' || n, day, 1620000, 30000, 1650000, extract(year FROM day), n + 1, day,
    1 + day - '2000-01-01', day FROM bill ORDER BY n;
INSERT INTO sale_line (id, sale_id, position, kind, name_vi, name_en, variant_id, product_id, staff_id, unit_price, agreed_price,
    gross, tax_rate, tax)
SELECT pg_temp.id(3 * n + position), id, position, CASE position WHEN 2 THEN 'product' ELSE 'service' END, '-', '-',
    CASE WHEN position < 2 THEN md5('variant' || (n + position) % 40)::uuid END, CASE position WHEN 2 THEN md5('product')::uuid END,
    md5('staff' || (n + position) % 50)::uuid, 540000, 540000, 540000, CASE n % 5 WHEN 0 THEN 1000 ELSE 800 END, 40000
FROM bill, generate_series(0, 2) AS position ORDER BY n;
INSERT INTO tip_share (id, sale_id, staff_id, amount)
SELECT id, id, md5('staff' || n % 50)::uuid, 30000 FROM bill ORDER BY n;
INSERT INTO payment (id, sale_id, branch_id, method, amount, business_day, z_number)
SELECT pg_temp.id(2 * n + at), id, branch_id, method, amount, day, 1 + day - '2000-01-01'
FROM bill, (VALUES (0, 'cash', 650000), (1, 'card', 1000000)) AS paid (at, method, amount) ORDER BY n;
INSERT INTO refund (id, sale_id, branch_id, amount, reason, business_day, z_number)
SELECT id, id, branch_id, 540000, '-', day, 1 + day - '2000-01-01' FROM bill WHERE n % 50 = 0 ORDER BY n;
INSERT INTO refund_part (id, refund_id, sale_line_id, payment_id, amount, tax)
SELECT pg_temp.id(2 * n + at), id, line, payment, 540000, CASE WHEN line IS NULL THEN 0 ELSE 40000 END
FROM bill, LATERAL (VALUES (0, pg_temp.id(3 * n), NULL), (1, NULL, pg_temp.id(2 * n))) AS part (at, line, payment)
WHERE n % 50 = 0 ORDER BY n;
INSERT INTO course_entry (id, course_id, kind, numbers, amount, branch_id, business_day)
SELECT id, md5('course')::uuid, 'consumed', '{{1}}', -324074, branch_id, day FROM bill WHERE n % 10 = 0 ORDER BY n;
CREATE TEMP TABLE fact AS
SELECT pg_temp.id(5 * n + at) AS id, n, branch_id, day, source, CASE source WHEN 'payment' THEN pg_temp.id(2 * n + at) ELSE bill.id END
    AS source_id, accounts, amounts
FROM bill, (VALUES
    (0, 'payment', '{{cash,receivable}}'::text[], '{{650000,-650000}}'::bigint[], 1),
    (1, 'payment', '{{card,receivable}}', '{{1000000,-1000000}}', 1),
    (2, 'sale', '{{receivable,revenue,vat,tip,commission_cost,commission}}', '{{1650000,-1500000,-120000,-30000,150000,-150000}}', 1),
    (3, 'refund', '{{revenue,vat,cash}}', '{{500000,40000,-540000}}', 50),
    (4, 'course_entry', '{{course,revenue}}', '{{324074,-324074}}', 10)
) AS kinds (at, source, accounts, amounts, one_of) WHERE n % one_of = 0;
INSERT INTO ledger_transaction (id, branch_id, business_day, z_number, source, source_id, entries)
SELECT id, branch_id, day, 1 + day - '2000-01-01', source, source_id, cardinality(accounts) FROM fact ORDER BY id;
INSERT INTO ledger_entry (id, transaction_id, branch_id, business_day, account, amount, staff_id)
SELECT uuidv7(), id, branch_id, day, account, amount,
    CASE WHEN account IN ('tip', 'commission') THEN md5('staff' || n % 50)::uuid END
FROM fact, unnest(accounts, amounts) AS entry (account, amount) ORDER BY id;
DROP TABLE bill, fact;
"""


def steps(effort: Effort) -> int:
    return 2 + 2 * effort.reports


def measure(testbed: Testbed, effort: Effort, advance: Advance) -> Section:
    last_day = tomorrow().replace(day=1) - timedelta(days=1)
    a_day = effort.ledger_entries // _ENTRIES // _MONTHS // last_day.day
    for database, months in ((_DATABASE, 1), (_OLD_DATABASE, _MONTHS)):
        testbed.create_database(database)
        asyncio.run(_load(testbed, database, last_day, months * last_day.day, a_day))
        advance()
    requests = {
        "a day": Request("GET", f"/api/v1/reports/day?day={last_day.replace(day=15)}"),
        "a month": Request("GET", f"/api/v1/reports/month?month={last_day:%Y-%m}"),
    }
    rows: list[Row] = []
    with ExitStack() as stack:
        short, long = (stack.enter_context(testbed.app(name)) for name in (_DATABASE, _OLD_DATABASE))
        headers, short_headers = testbed.sign_in(_OLD_DATABASE, long), testbed.sign_in(_DATABASE, short)
        replay = stack.enter_context(Replay(testbed.libpq_url(_OLD_DATABASE), **_SETTINGS))
        for kind, request in requests.items():
            [recording] = record(testbed, _OLD_DATABASE, headers, [request], warm_up=request)
            measures = {
                _SQL: _replay(replay, recording),
                _HTTP: _send(long, headers, request),
                _SHORT: _send(short, short_headers, request),
            }
            take_turns(measures, 10)  # prepares the statements of every connection
            rows += _rows(kind, take_turns(measures, effort.reports, advance))
    return Section(
        "Reports",
        f"A ledger of {effort.ledger_entries:,} entries in {_MONTHS} times the days of a month: {a_day} bills a day in "
        f"{_BRANCHES} branches, each with two treatments, a product, a tip, two payments and commissions, and some refunds and "
        "used sessions. A second database has the last month alone. `GET /reports/day` and `/month` of that month, of all "
        "branches, over HTTP on one connection, one request after another. The floor is all SQL of the same request, recorded "
        "once in the app and run by asyncpg on one connection with prepared statements and the settings of the request's "
        "transaction. All three take turns. PostgreSQL with its default settings.",
        rows,
    )


def _replay(replay: Replay, recording: Recording) -> Callable[[int], float]:
    return lambda _: replay.run(recording.statements)


def _send(worker: Worker, headers: dict[str, str], request: Request) -> Callable[[int], float]:
    client = Client(worker.connect(), headers)
    return lambda _: client.send(request)[0]


async def _load(testbed: Testbed, database: str, last_day: date, days: int, a_day: int) -> None:
    """Add bills of so many days with what the ledger has of them."""
    connection = await asyncpg.connect(testbed.libpq_url(database))
    await add_branches(connection, _BRANCHES)
    # No triggers: no audit entries, and what no report reads is left out.
    await connection.execute("SET session_replication_role = replica")
    first = f"'{last_day - timedelta(days=days - 1)}'"
    bills = _BILLS.format(first=first, days=days, a_day=a_day, branches=_BRANCHES)
    await connection.execute(bills, timeout=3600)
    await connection.execute("VACUUM (ANALYZE)", timeout=3600)
    await connection.execute("CHECKPOINT", timeout=3600)
    await connection.close()


def _rows(kind: str, seen: dict[str, list[float]]) -> list[Row]:
    sql, http, short = (percentile(seen[name], 50) for name in (_SQL, _HTTP, _SHORT))
    return [
        Row(f"{kind}: {_SQL}", milliseconds(seen[_SQL])),
        at_most(f"— {_HTTP}", milliseconds(seen[_HTTP]), http / sql, _TO_SQL, "the p50 of its SQL"),
        at_most(
            f"— {_SHORT}",
            f"{milliseconds(seen[_SHORT])}; the long history",
            http / short,
            _TO_SHORT if kind == "a month" else None,
            "the p50 of the short one",
        ),
    ]
