"""What a command says when something it needs is not there."""

import sys
from collections.abc import Iterator
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
