"""The app behind a real PgBouncer, which stands for Supabase's pooler: shared connections, and TLS of its own."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import TextClause, make_url, text
from sqlalchemy.exc import DBAPIError

from app.common.helpers import utc_now
from app.core.config import Settings, settings
from app.core.database import build_engine
from app.db.transactions import run_in_transaction
from app.jobs import run_once
from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, bookable_spa, overlaps
from tests.builders.people import signed_in
from tests.builders.resources import at
from tests.builders.visits import add_visit
from tests.support import SOON, long_timeouts
from tests.support.app_process import LONG_TIMEOUTS, AppProcess
from tests.support.certificates import certificates
from tests.support.crowd import Crowd, request
from tests.support.ledger import entries
from tests.support.pgbouncer import PgBouncer, pgbouncer_available
from tests.support.routes import post, refused_work
from tests.support.stores import app_database

pytestmark = [
    pytest.mark.usefixtures("client"),
    pytest.mark.skipif(
        not pgbouncer_available(), reason="pgbouncer is not installed (apt-get install pgbouncer)"
    ),
]

POOL_SIZE = 5
CLIENTS = 32
CUSTOMERS = "/api/v1/customers"
CUSTOMERS_EACH = 8


@pytest.fixture
async def pooler() -> AsyncIterator[PgBouncer]:
    async with pgbouncer() as pooler:
        yield pooler


def pgbouncer(*, tls: Path | None = None) -> PgBouncer:
    url = make_url(settings.DATABASE_URL.get_secret_value())
    assert url.host
    assert url.port
    assert url.username
    assert url.database
    return PgBouncer(
        url.host,
        url.port,
        url.username,
        url.database,
        password=str(url.password),
        pool_size=POOL_SIZE,
        tls=tls,
    )


def url_of(pooler: PgBouncer, host: str = "127.0.0.1") -> str:
    return f"postgresql://anyone:anything@{host}:{pooler.port}/any"


class TestTransactionMode:
    async def test_many_clients_meet_no_failure_and_leave_nothing_behind(self, pooler: PgBouncer) -> None:
        environment = {"DATABASE_URL": url_of(pooler), "DB_TRANSACTION_POOLER": "true"}
        statuses: Counter[int] = Counter()
        headers = await signed_in(Role.RECEPTIONIST)
        async with (
            AppProcess(environment, command=LONG_TIMEOUTS) as app,
            app.http(headers=headers) as http,
            asyncio.TaskGroup() as clients,
        ):
            for number in range(CLIENTS):
                clients.create_task(create_and_read_customers(http, number, statuses))
        assert statuses == {201: CLIENTS * CUSTOMERS_EACH, 200: 3 * CLIENTS * CUSTOMERS_EACH}
        assert await session_state(pooler) == [{"statements": 0, "timeouts": ["0", "0"]}] * POOL_SIZE

    async def test_concurrent_bookings_get_an_hour_or_a_conflict(self, pooler: PgBouncer) -> None:
        """A lock and a savepoint belong to the transaction, so that shared connections do no harm."""
        environment = {"DATABASE_URL": url_of(pooler), "DB_TRANSACTION_POOLER": "true"}
        spa, desk = await bookable_spa(therapists=2, beds=2), await signed_in(Role.RECEPTIONIST)
        bookings = [spa.booking(spa.hour(10 + 2 * (number % 3))) for number in range(CLIENTS)]
        requests = [
            request("POST", VISITS, booking["headers"] | desk, booking["json"]) for booking in bookings
        ]
        environment |= long_timeouts.SETTINGS
        async with (
            AppProcess(environment, command=LONG_TIMEOUTS) as app,
            Crowd([app.base_url], clients=CLIENTS) as crowd,
        ):
            answers = await crowd.send(requests)
            repeated = await crowd.send(requests)
        assert 503 not in crowd.statuses
        assert Counter(answer.status for answer in answers) == {201: 6, 409: CLIENTS - 6}
        assert {answer.code for answer in answers if answer.status == 409} == {"SLOT_TAKEN"}
        assert [answer.body for answer in repeated if answer.status == 201] == [
            answer.body for answer in answers if answer.status == 201
        ]
        assert await overlaps() == 0

    @pytest.mark.parametrize(
        ("setting", "statement", "state"),
        [
            ("DB_STATEMENT_TIMEOUT", text("SELECT pg_sleep(600)"), "57014"),
            ("DB_LOCK_TIMEOUT", text("SELECT pg_advisory_xact_lock(1)"), "55P03"),
        ],
        ids=["statement", "lock"],
    )
    async def test_the_server_ends_what_takes_too_long(
        self, setting: str, statement: TextClause, state: str, pooler: PgBouncer
    ) -> None:
        states, work = refused_work(statement)
        other = await asyncpg.connect(url_of(pooler), statement_cache_size=0)
        changes = {"DATABASE_URL": SecretStr(url_of(pooler)), "DB_TRANSACTION_POOLER": True, setting: 0.1}
        async with app_database(**changes), asyncio.timeout(SOON), other.transaction():
            await other.execute("SELECT pg_advisory_xact_lock(1)")
            response = await post(work)
        assert states == [state]
        assert response.status_code == 503
        await other.close()

    async def test_the_ledger_tells_jobs_from_requests(self, pooler: PgBouncer) -> None:
        """The program name is set in the transaction, because clients share the connection."""
        ago = utc_now() - timedelta(minutes=1)
        await add_visit(None, at(9), at(10), status="held", hold_expires_at=ago)
        changes = {"DATABASE_URL": SecretStr(url_of(pooler)), "DB_TRANSACTION_POOLER": True}
        async with app_database(**changes):
            assert await run_once() == 1
            program = text("SELECT current_setting('application_name')")
            assert await run_in_transaction(lambda session: session.scalar(program)) == "zenspa"
        [entry] = await entries(entity="appointment", action="update")
        assert entry["program"] == "zenspa jobs"


async def create_and_read_customers(http: httpx2.AsyncClient, client: int, statuses: Counter[int]) -> None:
    for number in range(CUSTOMERS_EACH):
        phone = f"0912{client:02}{number:04}"
        created = await http.post(CUSTOMERS, json={"full_name": "Nguyễn Thị Lan", "phone": phone})
        statuses[created.status_code] += 1
        read = await http.get(f"{CUSTOMERS}/{created.json()['id']}")
        statuses[read.status_code] += 1
        assert read.json() == created.json()
        for path in (
            "/api/v1/branches",
            "/api/v1/health/db",
        ):  # raw SQL, and no transaction
            statuses[(await http.get(path)).status_code] += 1


async def session_state(pooler: PgBouncer) -> list[dict[str, object]]:
    """Return the prepared statements and timeouts that are left on every server connection."""
    states = {}
    async with AsyncExitStack() as stack:
        for _ in range(POOL_SIZE):
            connection = await asyncpg.connect(url_of(pooler), statement_cache_size=0)
            stack.push_async_callback(connection.close)
            await stack.enter_async_context(connection.transaction())  # keeps one server connection
            row = await connection.fetchrow(
                "SELECT pg_backend_pid(), (SELECT count(*) FROM pg_prepared_statements) AS statements,"
                " ARRAY[current_setting('statement_timeout'), current_setting('lock_timeout')] AS timeouts"
            )
            assert row
            states[row[0]] = {"statements": row["statements"], "timeouts": row["timeouts"]}
    return list(states.values())


class TestTLS:
    """A pooler that refuses plaintext, with a certificate for 127.0.0.1 alone."""

    async def test_a_certificate_of_the_given_ca_is_trusted(self, tls: Path, tls_pooler: PgBouncer) -> None:
        for mode in ("require", "verify-ca", "verify-full"):
            await connect(url_of(tls_pooler), mode, ca=tls / "ca.crt")

    async def test_a_certificate_of_an_unknown_ca_is_refused(self, tls_pooler: PgBouncer) -> None:
        for mode in ("require", "verify-ca", "verify-full"):
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(url_of(tls_pooler), mode)

    async def test_a_certificate_for_another_host_is_refused(self, tls: Path, tls_pooler: PgBouncer) -> None:
        url = url_of(tls_pooler, "localhost")
        for mode in ("require", "verify-full"):
            with pytest.raises(ssl.SSLCertVerificationError):
                await connect(url, mode, ca=tls / "ca.crt")
        await connect(url, "verify-ca", ca=tls / "ca.crt")

    async def test_plaintext_is_used_when_it_is_configured(self, tls_pooler: PgBouncer) -> None:
        with pytest.raises(DBAPIError, match="SSL required"):
            await connect(url_of(tls_pooler), "disable")

    @pytest.fixture
    async def tls_pooler(self, tls: Path) -> AsyncIterator[PgBouncer]:
        async with pgbouncer(tls=tls) as pooler:
            yield pooler


@pytest.fixture(scope="module")
def tls() -> Iterator[Path]:
    with certificates() as folder:
        yield folder


async def connect(url: str, mode: str, *, ca: Path | None = None) -> None:
    engine = build_engine(
        Settings(
            DATABASE_URL=SecretStr(f"{url}?sslmode={mode}"), DB_SSL_ROOT_CERT=ca, DB_TRANSACTION_POOLER=True
        )
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    finally:
        await engine.dispose()
