"""Run a command that uses the database, and explain in one line why it could not."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager


@contextmanager
def explain_database_errors(task: str) -> Iterator[None]:
    """End the process with one line instead of a traceback when the database fails. `task` names the work."""
    import asyncpg
    from sqlalchemy.exc import SQLAlchemyError

    from app.core.database import reason_of

    try:
        yield
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.stderr.write(f"zenspa: {task} failed: {reason_of(error)}\n")
        raise SystemExit(1) from None


def run_with_database[T](task: str, work: Callable[[], Awaitable[T]]) -> T:
    """Return what `work` returns; its connections are closed with its event loop. `task` names it in an error."""
    from app.core.database import engine
    from app.modules import import_models

    import_models()  # tables refer to each other across modules

    async def run() -> T:
        try:
            return await work()
        finally:
            await engine.dispose()

    with explain_database_errors(task):
        return asyncio.run(run())
