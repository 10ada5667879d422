"""Bring the database to the newest schema, or print the SQL for it."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import app

_MIGRATIONS = Path(app.__file__).resolve().parents[1] / "migrations"


def migrate(*, sql: bool = False) -> None:
    """Apply the missing migrations in one transaction. Several processes at once wait for each other.

    With `sql`, print the SQL of every migration from an empty database on, without a connection.
    """
    command.upgrade(configuration(), "head", sql=sql)


def configuration() -> Config:
    """Return the configuration of alembic.ini, also where only the package is installed."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
