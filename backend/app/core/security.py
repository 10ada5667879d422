"""Signing: what we hand to a client and take back unread."""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from app.common.text import Text
from app.core.config import settings
from app.core.exceptions import ValidationException


class InvalidCursorException(ValidationException):
    code = "INVALID_CURSOR"
    text = Text(
        "Trang này không còn mở được; hãy mở lại danh sách.",
        "This page cannot be opened any more; open the list again.",
    )


def sign_cursor(purpose: str, position: list[Any]) -> str:
    """A page's end as an opaque word that only we can make, good for one `purpose` (one listing)."""
    return str(_serializer(purpose).dumps(position))


def read_cursor(purpose: str, cursor: str) -> list[Any]:
    """The position that `sign_cursor` was given.

    Raises:
        InvalidCursorException: forged, truncated, or made for another listing.
    """
    try:
        position = _serializer(purpose).loads(cursor)
    except (BadData, ValueError):
        raise InvalidCursorException from None
    return list(position)


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.SECRET_KEY.get_secret_value(), salt=f"cursor:{purpose}")
