"""A request is one transaction, lost races are run again, and every wait has an end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from sqlalchemy import TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send
from tenacity import RetryCallState, wait_exponential

from app.core import database
from app.core.config import Settings, settings
from app.core.database import after_commit, build_engine, init_db
from app.core.database_errors import sqlstate_of
from app.core.exceptions import ConflictException, DatabaseException
from app.db.transactions import run_in_transaction
from tests.support import SOON, eventually
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.routes import Work, app_with, client_of, post, refused_work
from tests.support.stores import app_database, database_server, driver_url, through

pytestmark = pytest.mark.usefixtures("running_app")

ADD_1 = text("UPDATE account SET balance = balance + 1 WHERE id = 1")
ADD_1_TO_THE_OTHER = text("UPDATE account SET balance = balance + 1 WHERE id = 2")


@pytest.fixture
async def rival() -> AsyncIterator[asyncpg.Connection]:
    """Another client of the same database."""
    connection = await asyncpg.connect(driver_url())
    yield connection
    await connection.close()


@pytest.fixture(autouse=True)
async def accounts(rival: asyncpg.Connection) -> AsyncIterator[None]:
    """Two accounts with nothing on them; no two may have the same owner at the end of a transaction."""
    await rival.execute(
        "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL DEFAULT 0,"
        " owner text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO account (id, owner) VALUES (1, 'Lan'), (2, 'Mai')"
    )
    yield
    await rival.execute("DROP TABLE account")


async def sum_of(rival: asyncpg.Connection) -> int:
    total: int = await rival.fetchval("SELECT sum(balance) FROM account")
    return total


class TestTransactionOfARequest:
    async def test_is_committed_before_the_response_is_sent(self, rival: asyncpg.Connection) -> None:
        async def work(session: AsyncSession) -> None:
            await session.execute(ADD_1)

        app, seen = app_with(work), []

        async def observed(scope: Scope, receive: Receive, send: Send) -> None:
            async def observing_send(message: Message) -> None:
                seen.append((message["type"], await sum_of(rival)))
                await send(message)

            await app(scope, receive, observing_send)

        async with client_of(observed) as client:
            assert (await client.post("/0")).status_code == 200
        assert seen[0] == ("http.response.start", 1)

    async def test_a_commit_that_fails_is_an_error_and_leaves_no_row(self, rival: asyncpg.Connection) -> None:
        async def work(session: AsyncSession) -> None:
            await session.execute(text("INSERT INTO account (id, owner) VALUES (3, 'Lan')"))

        response = await post(work)
        assert response.status_code == 409
        assert response.json()["error"]["code"] == "CONFLICT"
        assert await rival.fetchval("SELECT count(*) FROM account") == 2

    @pytest.mark.parametrize(
        ("error", "status"),
        [(RuntimeError("a bug"), 500), (ConflictException(), 409), (HTTPException(404), 404)],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
    )
    async def test_any_exception_rolls_back(
        self, error: Exception, status: int, rival: asyncpg.Connection
    ) -> None:
        async def work(session: AsyncSession) -> None:
            await session.execute(ADD_1)
            raise error

        assert (await post(work)).status_code == status
        assert await sum_of(rival) == 0

    async def test_a_request_that_is_cancelled_rolls_back(self, rival: asyncpg.Connection) -> None:
        reached = asyncio.Event()

        async def work(session: AsyncSession) -> None:
            await session.execute(ADD_1)
            reached.set()
            await asyncio.Event().wait()

        request = asyncio.create_task(post(work))
        async with asyncio.timeout(SOON):
            await reached.wait()
        request.cancel()
        await asyncio.wait([request])
        await rival.execute("SET lock_timeout = '5s'; UPDATE account SET balance = balance + 10 WHERE id = 1")
        assert await sum_of(rival) == 10


class TestAfterCommit:
    @pytest.mark.parametrize("run", [post, run_in_transaction])
    async def test_it_runs_when_other_sessions_see_the_commit(
        self, run: Callable[[Work], Awaitable[object]], rival: asyncpg.Connection
    ) -> None:
        seen: list[tuple[str, int]] = []

        async def look(name: str) -> None:
            seen.append((name, await sum_of(rival)))

        async def work(session: AsyncSession) -> None:
            for name in ("Lan", "Mai", "Lan"):
                after_commit(session, look, name)
            await session.execute(ADD_1)

        await run(work)
        assert seen == [("Lan", 1), ("Mai", 1)]

    async def test_it_runs_before_the_response_and_holds_no_connection(
        self, rival: asyncpg.Connection
    ) -> None:
        in_use: list[int] = []

        async def look() -> None:
            in_use.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]  # of QueuePool

        async def work(session: AsyncSession) -> None:
            await session.execute(ADD_1)
            after_commit(session, look)

        await post(work)
        assert in_use == [0]

    @pytest.mark.parametrize("run", [post, run_in_transaction])
    async def test_it_does_not_run_for_an_attempt_that_lost_a_race(
        self, run: Callable[[Work], Awaitable[object]], rival: asyncpg.Connection
    ) -> None:
        calls: list[int] = []
        unlucky = Unlucky(stale_snapshot, rival, losses=1)

        async def tell(attempt: int) -> None:
            calls.append(attempt)

        async def work(session: AsyncSession) -> None:
            after_commit(session, tell, unlucky.runs + 1)
            await unlucky(session)

        await run(work)
        assert calls == [2]

    @pytest.mark.parametrize("commits", [False, True], ids=["the work fails", "the commit fails"])
    async def test_it_does_not_run_after_a_rollback(self, *, commits: bool) -> None:
        calls: list[None] = []

        async def tell() -> None:
            calls.append(None)

        async def work(session: AsyncSession) -> None:
            after_commit(session, tell)
            await session.execute(text("INSERT INTO account (id, owner) VALUES (3, 'Lan')"))
            if not commits:
                raise ConflictException

        assert (await post(work)).status_code == 409
        assert calls == []

    async def test_it_does_not_run_for_work_before_a_rollback(self, rival: asyncpg.Connection) -> None:
        calls: list[str] = []

        async def tell(of: str) -> None:
            calls.append(of)

        async def work(session: AsyncSession) -> None:
            after_commit(session, tell, "before")
            await session.rollback()
            await session.execute(ADD_1)
            after_commit(session, tell, "after")

        await run_in_transaction(work)
        assert calls == ["after"]

    async def test_its_error_does_not_fail_a_committed_request(self, rival: asyncpg.Connection) -> None:
        calls: list[None] = []

        async def fail() -> None:
            raise RuntimeError("a bug")

        async def tell() -> None:
            calls.append(None)

        async def work(session: AsyncSession) -> None:
            after_commit(session, fail)
            after_commit(session, tell)
            await session.execute(ADD_1)

        assert (await post(work)).status_code == 200
        assert (await sum_of(rival), calls) == (1, [None])


type Race = Callable[[AsyncSession, asyncpg.Connection | None], Awaitable[None]]


async def stale_snapshot(session: AsyncSession, rival: asyncpg.Connection | None) -> None:
    """40001 by a statement, when there is a rival."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    await session.execute(text("SELECT * FROM account"))
    if rival:
        await rival.execute("UPDATE account SET balance = balance + 10 WHERE id = 1")
    await session.execute(ADD_1)


async def write_skew(session: AsyncSession, rival: asyncpg.Connection | None) -> None:
    """40001 by the commit."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
    await session.execute(text("SELECT * FROM account"))
    await session.execute(ADD_1)
    if rival:
        async with rival.transaction(isolation="serializable"):
            await rival.fetch("SELECT * FROM account")
            await rival.execute("UPDATE account SET balance = balance + 10 WHERE id = 2")


async def deadlock(session: AsyncSession, rival: asyncpg.Connection | None) -> None:
    """40P01 by a statement. Only our session looks for a deadlock, so it is the one that ends."""
    if rival is None:
        await session.execute(ADD_1)
        return
    await session.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
    await session.execute(ADD_1)
    crossing = asyncio.create_task(
        rival.execute(
            "BEGIN; SET LOCAL deadlock_timeout = '1min';"
            "UPDATE account SET balance = balance + 10 WHERE id = 2;"
            "UPDATE account SET owner = owner WHERE id = 1; COMMIT"
        )
    )

    async def rival_waits_for_us() -> bool:
        waits = text("SELECT cardinality(pg_blocking_pids(:pid)) > 0")
        return bool(await session.scalar(waits, {"pid": rival.get_server_pid()}))

    await eventually(rival_waits_for_us)
    try:
        await session.execute(text("UPDATE account SET balance = balance + 1 WHERE id = 2"))
    finally:
        await session.rollback()
        await crossing


class Unlucky:
    """Work that adds 1 in the end, after it lost its first races to a rival who adds 10 each time."""

    def __init__(self, race: Race, rival: asyncpg.Connection, *, losses: int) -> None:
        self.race = race
        self.rival = rival
        self.losses = losses
        self.runs = 0

    async def __call__(self, session: AsyncSession) -> None:
        self.runs += 1
        await self.race(session, self.rival if self.runs <= self.losses else None)


class TestLostRace:
    @pytest.mark.parametrize("run", [post, run_in_transaction])
    @pytest.mark.parametrize("race", [stale_snapshot, write_skew, deadlock])
    async def test_is_run_again_from_its_beginning(
        self, race: Race, run: Callable[[Work], Awaitable[object]], rival: asyncpg.Connection
    ) -> None:
        work = Unlucky(race, rival, losses=1)
        await run(work)
        assert work.runs == 2
        assert await sum_of(rival) == 11

    @pytest.mark.parametrize("race", [stale_snapshot, write_skew, deadlock])
    async def test_a_request_that_lost_three_is_503_with_retry_after(
        self, race: Race, rival: asyncpg.Connection
    ) -> None:
        work = Unlucky(race, rival, losses=3)
        response = await post(work)
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "1"
        assert work.runs == 3
        assert await sum_of(rival) == 30

    async def test_a_job_that_lost_three_raises_the_error(self, rival: asyncpg.Connection) -> None:
        work = Unlucky(stale_snapshot, rival, losses=3)
        with pytest.raises(DBAPIError) as failure:
            await run_in_transaction(work)
        assert sqlstate_of(failure.value) == "40001"
        assert work.runs == 3

    async def test_no_other_error_is_run_again(self) -> None:
        runs = 0

        async def work(session: AsyncSession) -> None:
            nonlocal runs
            runs += 1
            await session.execute(text("INSERT INTO account (id, owner) VALUES (1, 'Hoa')"))

        assert (await post(work)).status_code == 409
        assert runs == 1


class TestTimeouts:
    @pytest.mark.parametrize(
        ("setting", "statement", "state"),
        [
            ("DB_STATEMENT_TIMEOUT", text("SELECT pg_sleep(600)"), "57014"),
            ("DB_LOCK_TIMEOUT", ADD_1, "55P03"),
        ],
        ids=["statement", "lock"],
    )
    async def test_the_server_ends_a_slow_statement_with_503_and_retry_after(
        self, setting: str, statement: TextClause, state: str, rival: asyncpg.Connection
    ) -> None:
        states, work = refused_work(statement)
        async with app_database(**{setting: 0.1}), asyncio.timeout(SOON), rival.transaction():
            await rival.execute("SELECT * FROM account FOR UPDATE")
            response = await post(work)
        assert states == [state]
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
        assert response.headers["Retry-After"] == "1"


class TestExhaustedPool:
    @pytest.fixture
    async def client(self) -> AsyncIterator[httpx2.AsyncClient]:
        """POST /0 holds the only connection until POST /1 has been waited for; see `hold`."""
        self.holds, self.release = asyncio.Event(), asyncio.Event()

        async def hold(_session: AsyncSession) -> None:
            self.holds.set()
            await self.release.wait()

        async def nothing(_session: AsyncSession) -> None:
            pass

        async with (
            app_database(DB_POOL_SIZE=1, DB_MAX_OVERFLOW=0),
            client_of(app_with(hold, nothing)) as client,
        ):
            holder = asyncio.create_task(client.post("/0"))
            async with asyncio.timeout(SOON):
                await self.holds.wait()
            yield client
            self.release.set()
            assert (await holder).status_code == 200

    async def test_a_request_that_waited_too_long_is_503_with_retry_after(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "REQUEST_POOL_WAIT", 0.1)
        async with asyncio.timeout(SOON):
            response = await client.post("/1")
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "1"
        assert response.json()["error"]["code"] == "SERVICE_UNAVAILABLE"

    async def test_a_request_that_waited_goes_on_when_a_connection_is_free(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(database, "REQUEST_POOL_WAIT", SOON)
        waiting = asyncio.create_task(client.post("/1"))
        await eventually(lambda: pool_is(client, in_use=1, waiting=1))
        self.release.set()
        assert (await waiting).status_code == 200
        await eventually(lambda: pool_is(client, in_use=0, waiting=0))


async def pool_is(client: httpx2.AsyncClient, *, in_use: int, waiting: int) -> bool:
    lines = (await client.get("/metrics")).text.splitlines()
    return {
        f"db_pool_connections_in_use {in_use}.0",
        f"db_pool_requests_waiting {waiting}.0",
    } <= set(lines)


class TestStart:
    @pytest.fixture
    async def proxy(self) -> AsyncIterator[FaultProxy]:
        async with FaultProxy(*database_server()) as proxy, app_database(DATABASE_URL=through(proxy)):
            proxy.mode = Mode.REFUSE
            yield proxy

    @pytest.fixture
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """Yield how long each pause between two attempts would have been; they are left out."""
        pauses: list[float] = []

        def left_out(**limits: float) -> Callable[[RetryCallState], float]:
            def pause(state: RetryCallState) -> float:
                pauses.append(wait_exponential(**limits)(state))
                return 0

            return pause

        monkeypatch.setattr(database, "wait_exponential", left_out)
        return pauses

    async def test_gives_up_after_three_attempts(self, proxy: FaultProxy, pauses: list[float]) -> None:
        with pytest.raises(DatabaseException, match="Connect call failed"):
            await init_db()
        assert pauses == [2, 2, 4]  # the third is worked out and not waited for

    async def test_goes_on_when_the_database_comes_meanwhile(
        self, proxy: FaultProxy, pauses: list[float]
    ) -> None:
        starting = asyncio.create_task(init_db())
        while not pauses:  # noqa: ASYNC110 - the very next step of the loop is meant
            await asyncio.sleep(0)
        proxy.mode = Mode.PASS
        await starting
        assert pauses == [2]


async def test_a_server_without_tls_gets_no_plaintext_when_sslmode_asks_for_more(
    rival: asyncpg.Connection,
) -> None:
    for mode in ("prefer", "require", "verify-ca", "verify-full"):
        url = settings.DATABASE_URL.get_secret_value()
        engine = build_engine(Settings(DATABASE_URL=SecretStr(f"{url}?sslmode={mode}")))
        with pytest.raises(ConnectionError, match="SSL"):
            await engine.connect()
