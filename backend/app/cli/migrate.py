"""Brings the database to the newest schema, or prints the SQL that would."""

import sys
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

import app

_MIGRATIONS = Path(app.__file__).resolve().parents[1] / "migrations"


def migrate(*, sql: bool = False) -> None:
    """Applies what is missing in one transaction; several at once wait for each other.

    With `sql` it prints every migration's SQL from an empty database on, and connects to nothing.
    """
    command.upgrade(configuration(), "head", sql=sql)


def migrate_or_explain() -> None:
    """For people: a fault of the database ends the process with what it was, and without a traceback."""
    try:
        migrate()
    except (OSError, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        sys.stderr.write(f"zenspa: the migration failed: {str(error) or type(error).__name__}\n")
        raise SystemExit(1) from None


def configuration() -> Config:
    """What alembic.ini says, also where only the installed package is."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
