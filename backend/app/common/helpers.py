"""Small functions that more than one module needs."""

import unicodedata
from datetime import UTC, datetime


def visible(text: str) -> str:
    """Without what nobody sees (Unicode's Cf, as a zero width space or a mark of direction)."""
    if text.isprintable():
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def utc_now() -> datetime:
    return datetime.now(UTC)
