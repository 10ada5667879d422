"""PostgreSQL: the engine, a session for each request, a transaction for each unit of work.

A request that may write is one transaction. It is committed before the response is sent, so an answer never claims
what the database does not hold, and rolled back on any exception. A request that only reads (GET, HEAD, or marked
`@read_only`) needs no transaction: PostgreSQL runs each of its statements as one, and BEGIN and COMMIT would be two
more round trips.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from sqlalchemy import event, text
from sqlalchemy.engine import Connection, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from tenacity import AsyncRetrying, RetryCallState, RetryError, stop_after_attempt, wait_exponential

from app.common.single_flight import SingleFlight
from app.core.config import Settings, settings
from app.core.database_errors import translate
from app.core.exceptions import DatabaseException

REQUEST_POOL_WAIT = 2.0
"""Seconds that a request waits for a connection before it answers 503."""
HEALTH_TIMEOUT = 2.0
CLOSE_TIMEOUT = 2.0
MAX_ATTEMPTS = 3
SCHEMA_VERSION = "0054"
"""The newest migration; a process on an older schema is not ready, one on a newer is."""
_LIBPQ_ONLY = {"sslmode", "ssl", "sslrootcert", "channel_binding", "pgbouncer", "connect_timeout"}

logger = structlog.get_logger(__name__)


def build_engine(settings: Settings) -> AsyncEngine:
    """Return an engine for `settings.DATABASE_URL` with timeouts that also hold behind a transaction pooler."""
    return _build_engine(settings, connections=settings.DB_POOL_SIZE + settings.DB_MAX_OVERFLOW)


def build_health_engine(settings: Settings) -> AsyncEngine:
    """Return an engine for health checks alone: a busy process must not be taken for a dead database.

    One connection is enough; the others serve the checks after one that a silent server does not answer.
    """
    return without_transactions(_build_engine(settings, connections=4))


def _build_engine(settings: Settings, *, connections: int) -> AsyncEngine:
    url = make_url(settings.DATABASE_URL.get_secret_value())
    url = url.set(drivername="postgresql+asyncpg").difference_update_query(_LIBPQ_ONLY)
    engine = create_async_engine(
        url,
        # SQLAlchemy closes overflow connections when they come back: under load it would open connections all the time,
        # and opening one costs more than most requests.
        pool_size=connections,
        max_overflow=0,
        pool_use_lifo=True,
        pool_timeout=settings.DB_POOL_TIMEOUT,
        pool_recycle=1800,  # a failover behind a name is followed within half an hour
        connect_args=_connect_args(settings),
        hide_parameters=settings.is_production,  # an error would print customers into the log
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead_connection)
    event.listen(engine.sync_engine, "handle_error", _give_up_silent_connection)
    if settings.uses_transaction_pooler:
        event.listen(engine.sync_engine, "begin", _limit_transaction(settings))
    return engine


def _connect_args(settings: Settings) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "timeout": settings.DB_CONNECT_TIMEOUT,
        # One second more than the server's own limit: the client acts only when the server cannot.
        "command_timeout": settings.DB_STATEMENT_TIMEOUT + 1,
        "ssl": _ssl_context(settings),
        "server_settings": {"application_name": "zenspa"},
    }
    if settings.uses_transaction_pooler:
        # A statement prepared on one server connection is unknown on the next: prepare none.
        arguments |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    else:
        arguments["server_settings"] |= {
            "statement_timeout": _milliseconds(settings.DB_STATEMENT_TIMEOUT),
            "lock_timeout": _milliseconds(settings.DB_LOCK_TIMEOUT),
            "idle_in_transaction_session_timeout": _milliseconds(2 * settings.DB_STATEMENT_TIMEOUT),
            "timezone": "UTC",
            "jit": "off",  # compiling costs more than our queries take
        }
    return arguments


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _ssl_context(settings: Settings) -> ssl.SSLContext | bool:
    """Return a context that verifies as libpq's `sslmode` says, or False for an explicit `disable`.

    `require` verifies too, because encryption to an unknown server is no protection.
    """
    if settings.database_ssl_mode == "disable":
        return False
    context = ssl.create_default_context(cafile=settings.DB_SSL_ROOT_CERT)
    context.check_hostname = settings.database_ssl_mode != "verify-ca"
    return context


def _refuse_dead_connection(dbapi_connection: Any, *_: object) -> None:
    """Replace the whole pool at the first checkout after a restart of the server.

    asyncpg knows a closed socket without a query, so this costs no round trip. `pool_pre_ping` cost a fifth of
    the throughput.
    """
    if dbapi_connection.driver_connection.is_closed():
        raise InvalidatePoolError


def _give_up_silent_connection(context: ExceptionContext) -> DBAPIError | None:
    """End the connection to a server that does not answer, and make it an OperationalError.

    asyncpg raises a bare TimeoutError or OSError, which SQLAlchemy passes on; it would then wait for the answer to a
    ROLLBACK and to the end of the session.
    """
    error = context.original_exception
    if context.connection is None or not isinstance(error, OSError):
        return None
    if (driver_connection := context.connection.connection.driver_connection) is not None:
        driver_connection.terminate()
    context.is_disconnect = True
    context.invalidate_pool_on_disconnect = False  # the others may be good
    return OperationalError(context.statement, None, error, connection_invalidated=True)


def _limit_transaction(settings: Settings) -> Callable[[Connection], None]:
    """Return a listener that limits one transaction: a transaction pooler refuses or forgets limits of a session."""
    limits = {"statement_timeout": settings.DB_STATEMENT_TIMEOUT, "lock_timeout": settings.DB_LOCK_TIMEOUT}
    calls = ", ".join(
        f"set_config('{name}', '{_milliseconds(limit)}', true)" for name, limit in limits.items()
    )

    def limit(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql(f"SELECT {calls}")

    return limit


def without_transactions(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine and pool, with connections that send neither BEGIN nor COMMIT.

    Behind a transaction pooler the limits of `_limit_transaction` do not apply to them; asyncpg's `command_timeout`
    does.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def in_snapshots(engine: AsyncEngine) -> AsyncEngine:
    """Return the same engine and pool, with transactions of which every statement sees what the first one has seen."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


engine = build_engine(settings)
AsyncSessionLocal = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)
ReadSessionLocal = async_sessionmaker(without_transactions(engine), expire_on_commit=False, autoflush=False)
"""Sessions for work that only reads. A write would be committed at once, statement by statement."""
SnapshotSessionLocal = async_sessionmaker(in_snapshots(engine), expire_on_commit=False, autoflush=False)
"""Sessions for work that only reads, by several statements that have to agree. A write would be rolled back."""
health_engine = build_health_engine(settings)
_health_checks = SingleFlight[tuple[bool, float]]()


class PoolWaiters:
    """The number of requests that wait for a connection; read by the metrics."""

    count = 0


_read_only_endpoints: set[Callable[..., Any]] = set()


def read_only[F: Callable[..., Any]](endpoint: F) -> F:
    """Mark an endpoint that only reads though its method is POST, such as a search whose query is a document.

    @router.post("/starts")
    @read_only
    async def find_starts(...): ...
    """
    _read_only_endpoints.add(endpoint)
    return endpoint


_snapshot_endpoints: set[Callable[..., Any]] = set()


def snapshot[F: Callable[..., Any]](endpoint: F) -> F:
    """Mark an endpoint that reads by several statements that have to agree, such as a report whose parts add up.

    @router.get("/day")
    @snapshot
    async def get_day_report(...): ...
    """
    _snapshot_endpoints.add(endpoint)
    return endpoint


def is_marked_read_only(endpoint: Callable[..., Any]) -> bool:
    """Return whether an endpoint is marked `@read_only`."""
    return endpoint in _read_only_endpoints


def is_read_only(request: Request) -> bool:
    """Return whether the request only reads: a GET, a HEAD, or one of an endpoint marked `@read_only`."""
    return request.method in {"GET", "HEAD"} or request.scope.get("endpoint") in _read_only_endpoints


async def get_async_session(request: Request) -> AsyncGenerator[AsyncSession]:
    """Yield the request's session: a transaction, or for a request that only reads a session without one.

    An endpoint that is marked `@snapshot` gets a transaction that is rolled back. The other transaction is committed when the endpoint has returned, before the response is sent. Depend on it through
    `SessionDep`: without `scope="function"` FastAPI would commit after the response.

    Raises:
        ServiceUnavailableException: No connection was free within `REQUEST_POOL_WAIT` seconds.
    """
    if request.scope.get("endpoint") in _snapshot_endpoints:
        async with SnapshotSessionLocal() as session:
            await claim_connection(session)
            yield session
        return
    if is_read_only(request):
        async with read_session() as session:
            yield session
        return
    async with AsyncSessionLocal() as session:
        await claim_connection(session)
        yield session
        await commit(session)


@asynccontextmanager
async def read_session() -> AsyncGenerator[AsyncSession]:
    """Yield a session without a transaction.

    Raises:
        ServiceUnavailableException: No connection was free within `REQUEST_POOL_WAIT` seconds.
    """
    async with ReadSessionLocal() as session:
        await claim_connection(session)
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_async_session, scope="function")]


async def claim_connection(session: AsyncSession) -> None:
    """Take the session's connection at once, so that no wait for one begins in the middle of the work.

    Raises:
        ServiceUnavailableException: None was free within `REQUEST_POOL_WAIT` seconds.
    """
    PoolWaiters.count += 1
    try:
        async with asyncio.timeout(REQUEST_POOL_WAIT):
            await session.connection()
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        raise translate(error) from error
    finally:
        PoolWaiters.count -= 1


def after_commit[*A](
    session: AsyncSession, follow_up: Callable[[*A], Awaitable[None]], *arguments: *A
) -> None:
    """Call `follow_up` once the transaction is committed and its connection given back; never if it is rolled back.

    The same function with the same arguments is called once. The response waits for it, so it has to be quick. What it
    raises is logged: the work is done, whatever follows.
    """
    session.info.setdefault(_transaction_of(session), {})[follow_up, arguments] = None


async def commit(session: AsyncSession) -> None:
    """Commit, then call what `after_commit` registered."""
    follow_ups = session.info.get(_transaction_of(session), {})
    await session.commit()
    for follow_up, arguments in follow_ups:
        try:
            await follow_up(*arguments)
        except Exception:
            logger.exception("a follow-up of a commit failed", follow_up=follow_up.__qualname__)


def _transaction_of(session: AsyncSession) -> Hashable:
    """Return the current transaction, which is another one after a rollback."""
    return session.sync_session.get_transaction() or session.sync_session.begin()


async def check_database_health() -> tuple[bool, float]:
    """Return whether the database answers, and in how many milliseconds.

    Checks at the same time share one query: a health check must not load what it checks.
    """
    return await _health_checks.run("answers", lambda: _measure(_answers))


async def check_database_ready() -> tuple[bool, float]:
    """Return the same for a database that also has the tables this version needs, or those of a newer one."""
    return await _health_checks.run("ready", lambda: _measure(_is_migrated))


async def _measure(check: Callable[[], Awaitable[None]]) -> tuple[bool, float]:
    started = time.perf_counter()
    probe = asyncio.ensure_future(check())
    answered, _ = await asyncio.wait({probe}, timeout=HEALTH_TIMEOUT)
    if not answered:
        probe.cancel()  # and not awaited: SQLAlchemy would wait two more seconds for a silent server
        logger.warning("database health check failed", reason=f"no answer in {HEALTH_TIMEOUT:.0f} s")
        return False, 0.0
    if error := probe.exception():
        logger.warning("database health check failed", reason=reason_of(error))
        return False, 0.0
    return True, (time.perf_counter() - started) * 1000


async def _answers() -> None:
    async with health_engine.connect() as connection:
        await connection.execute(_SELECT_1)


async def _is_migrated() -> None:
    async with health_engine.connect() as connection:
        version = await connection.scalar(_SELECT_VERSION)
    if version is None or version < SCHEMA_VERSION:
        raise DatabaseException(f"the schema is at {version}, not at {SCHEMA_VERSION}: run `zenspa migrate`")


_SELECT_1 = text("SELECT 1")
_SELECT_VERSION = text("SELECT max(version_num) FROM alembic_version")


async def init_db() -> None:
    """Wait for the database: three attempts with growing pauses from 2 s, as in the founding document.

    Raises:
        DatabaseException: The third attempt failed, too.
    """
    attempts = AsyncRetrying(
        stop=stop_after_attempt(MAX_ATTEMPTS),
        wait=wait_exponential(multiplier=1, min=2, max=10),
        before_sleep=_log_failed_attempt,
    )
    try:
        await attempts(_answers)
    except RetryError as error:
        reason = reason_of(error.last_attempt.exception())
        raise DatabaseException(f"database not reachable: {reason}") from None
    logger.info("database connected")


def _log_failed_attempt(state: RetryCallState) -> None:
    assert state.outcome is not None
    reason = reason_of(state.outcome.exception())
    logger.warning("database not reachable, trying again", attempt=state.attempt_number, reason=reason)


async def close_db() -> None:
    """Close every connection. A silent server is not waited for, which would take `DB_STATEMENT_TIMEOUT` for each."""
    for pool in (engine, health_engine):
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await pool.dispose()
    logger.info("database connections closed")


def reason_of(error: BaseException | None) -> str:
    """Return one line for the operator: the driver's message, without SQL and parameters."""
    driver_error = getattr(error, "orig", None) or error
    return f"{type(driver_error).__name__}: {driver_error}".splitlines()[0]
