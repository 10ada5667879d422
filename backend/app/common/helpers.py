"""Small functions that more than one module needs."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
