"""Show the settings in force: each name, its value without secrets, and where it came from."""

import os
import re

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.core.config import Settings, misspelt_names, settings

MASK = "***"
_CREDENTIALS_IN_URL = re.compile(r"://[^\s/@]*@")


def show_config() -> None:
    """Print a table of the settings, and misspelt names in `.env`."""
    console = Console()
    table = Table("Name", "Value", "From")
    for name in Settings.model_fields:
        table.add_row(name, Text(_masked(name)), _source(name))
    console.print(table)
    for name, suggestion in misspelt_names().items():
        Console(stderr=True).print(
            f".env: {name} is no setting; did you mean {suggestion}?", style="yellow", markup=False
        )


def _masked(name: str) -> str:
    value = getattr(settings, name)
    if name == "DATABASE_URL":
        return _masked_url(settings.DATABASE_URL.get_secret_value())
    if isinstance(value, SecretStr):
        return MASK
    return "" if value is None else _CREDENTIALS_IN_URL.sub(f"://{MASK}@", str(value))


def _masked_url(url: str) -> str:
    """Return the URL without user, password and query, which can hold a password too."""
    try:
        parts = make_url(url)
    except ArgumentError:
        return MASK
    return URL.create(
        parts.drivername, host=parts.host, port=parts.port, database=parts.database
    ).render_as_string()


def _source(name: str) -> str:
    if name not in settings.model_fields_set:
        return "default"
    return "environment" if os.environ.get(name) else ".env"
