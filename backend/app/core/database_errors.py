"""Translate PostgreSQL's errors by their SQLSTATE into errors that clients see.

Codes: PostgreSQL manual, appendix A. A module translates the constraints that it names; this is the net below it, so that
neither what a client sends nor an outage becomes a 500.
"""

from contextlib import suppress

import asyncpg
from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.exceptions import (
    ConflictException,
    DatabaseException,
    ServiceUnavailableException,
    ValidationException,
    ZenSpaException,
    zenspa_exception_handler,
)

SERIALIZATION_FAILURE = "40001"
DEADLOCK_DETECTED = "40P01"
_UNAVAILABLE_CLASSES = {
    "08",  # connection exception
    "53",  # insufficient resources: too many connections, disk full
    "57",  # operator intervention: statement timeout, shutdown, starting up
    "58",  # system error outside PostgreSQL
}
_BUSY = {SERIALIZATION_FAILURE, DEADLOCK_DETECTED, "55P03", "25P03"}  # … lock timeout, idle too long
_SCHEMA_TOO_OLD = {"42P01", "42703", "42883"}  # undefined table, column, function
_CONFLICTS = {"23505", "23503", "23P01"}  # unique, foreign key, exclusion
_REFUSED_VALUE_CLASSES = {"22", "23"}  # data exception, other integrity constraints
DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""Errors that asyncpg itself raises, besides OSError; the last when a connection dies during a query."""


def sqlstate_of(error: BaseException) -> str:
    """Return PostgreSQL's five-character code, or '' when there is none, such as when the connection broke."""
    return getattr(_driver_error_of(error), "sqlstate", None) or ""


def constraint_of(error: BaseException) -> str:
    """Return the name of the violated constraint, or ''."""
    return getattr(_driver_error_of(error), "constraint_name", None) or ""


def _driver_error_of(error: BaseException) -> BaseException:
    found: BaseException | None = None
    # SQLAlchemy's property raises it for its own errors, such as that of a statement that is out of date.
    with suppress(ValueError):
        found = getattr(error, "driver_exception", None)
    return found or getattr(error, "orig", None) or error


def is_retryable(error: BaseException) -> bool:
    """Return whether the same transaction can succeed when it is run again from its beginning."""
    return sqlstate_of(error) in {SERIALIZATION_FAILURE, DEADLOCK_DETECTED}


def translate(error: BaseException) -> ZenSpaException:
    """Return the ZenSpaException that tells a client what happened; a 500 when the cause is unknown."""
    state = sqlstate_of(error)
    out_of_date = isinstance(_driver_error_of(error), asyncpg.InvalidCachedStatementError)
    unreachable = isinstance(
        error, OSError | PoolTimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError
    ) or (isinstance(error, DBAPIError) and (error.connection_invalidated or not state))
    if state in _SCHEMA_TOO_OLD:
        return ServiceUnavailableException("the database lacks what this version needs: run `zenspa migrate`")
    if unreachable or out_of_date or state in _BUSY or state[:2] in _UNAVAILABLE_CLASSES:
        return ServiceUnavailableException(f"database: {type(error).__name__} {state}".rstrip())
    if state in _CONFLICTS:
        return ConflictException()
    if state[:2] in _REFUSED_VALUE_CLASSES:
        return ValidationException()
    return DatabaseException(f"database: {type(error).__name__} {state}".rstrip())


async def database_exception_handler(request: Request, exc: SQLAlchemyError) -> Response:
    """Answer an error of the database that no module translated."""
    error = translate(exc)
    error.__cause__ = exc
    return await zenspa_exception_handler(request, error)
