"""Brings the database to the newest schema, or prints the SQL that would."""

from pathlib import Path

from alembic import command
from alembic.config import Config

import app

_MIGRATIONS = Path(app.__file__).resolve().parents[1] / "migrations"


def migrate(*, sql: bool = False) -> None:
    """Applies what is missing in one transaction; several at once wait for each other.

    With `sql` it prints every migration's SQL from an empty database on, and connects to nothing.
    """
    command.upgrade(configuration(), "head", sql=sql)


def configuration() -> Config:
    """What alembic.ini says, also where only the installed package is."""
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration
