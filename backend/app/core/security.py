"""Signing: what we hand to a client and take back unread."""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from app.common.types.localized import LocalizedText
from app.core.config import settings
from app.core.exceptions import ValidationException


class InvalidCursorException(ValidationException):
    code = "INVALID_CURSOR"
    text = LocalizedText(
        "Trang này không còn mở được; hãy mở lại danh sách.",
        "This page cannot be opened any more; open the list again.",
    )


def sign(purpose: str, content: Any) -> str:
    """What JSON can hold, as an opaque word for an address that only we can make, good for one `purpose`."""
    return str(_serializer(purpose).dumps(content))


def read_signed(purpose: str, word: str) -> Any:
    """What `sign` was given; None: the word is forged, truncated, or made for another purpose."""
    serializer = _serializer(purpose)
    try:
        content = serializer.loads(word)
    except (BadData, ValueError):
        return None
    # The last letter of a signature in base64 has bits that mean nothing: of four spellings only ours is good.
    spelt = serializer.make_signer().sign(word.rpartition(".")[0])
    return content if spelt == word.encode() else None


def sign_cursor(purpose: str, position: list[Any]) -> str:
    """A page's end; `purpose` is one listing."""
    return sign(f"cursor:{purpose}", position)


def read_cursor(purpose: str, cursor: str) -> list[Any]:
    """The position that `sign_cursor` was given.

    Raises:
        InvalidCursorException: forged, truncated, or made for another listing.
    """
    position = read_signed(f"cursor:{purpose}", cursor)
    if position is None:
        raise InvalidCursorException
    return list(position)


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.SECRET_KEY.get_secret_value(), salt=purpose)
