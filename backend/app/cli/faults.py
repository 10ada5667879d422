"""How a command works with the database, and what it says when that is not there."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager


@contextmanager
def faults_explained(what: str) -> Iterator[None]:
    """For people: a fault of the database ends the process with one line on what it was, and without a traceback."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from app.core.database import reason_of

    try:
        yield
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.stderr.write(f"zenspa: {what} failed: {reason_of(error)}\n")
        raise SystemExit(1) from None


def run_with_database[T](what: str, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives; its connections are closed with its event loop."""
    from app.core.database import engine
    from app.modules import import_models

    import_models()  # tables refer to each other across modules

    async def run() -> T:
        try:
            return await work()
        finally:
            await engine.dispose()

    with faults_explained(what):
        return asyncio.run(run())
