"""Small functions that more than one module uses."""

import unicodedata
from datetime import UTC, datetime


def strip_invisible(text: str) -> str:
    """Return the text without invisible characters (Unicode's Cf, such as a zero width space)."""
    if text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def utc_now() -> datetime:
    """Return the current instant in UTC."""
    return datetime.now(UTC)
