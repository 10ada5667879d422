"""Sign values that clients keep for us, such as cursors, and verify them when they come back."""

from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from app.common.types.localized import LocalizedText
from app.core.config import settings
from app.core.exceptions import ValidationException


class InvalidCursorException(ValidationException):
    code = "INVALID_CURSOR"
    text = LocalizedText(
        "Trang này không còn mở được. Vui lòng mở lại danh sách.",
        "This page can no longer be opened. Please open the list again.",
    )


def sign(purpose: str, content: Any) -> str:
    """Return JSON-serialisable content as an opaque token, safe in a URL, that is valid for one `purpose` only."""
    return str(_serializer(purpose).dumps(content))


def read_signed(purpose: str, token: str) -> Any:
    """Return the content of a token, or None when it is forged, truncated, or made for another purpose."""
    serializer = _serializer(purpose)
    try:
        content = serializer.loads(token)
    except (BadData, ValueError):
        return None
    # The last character of a signature in base64 has unused bits: of four spellings only one is accepted.
    canonical = serializer.make_signer().sign(token.rpartition(".")[0])
    return content if canonical == token.encode() else None


def sign_cursor(purpose: str, position: list[Any]) -> str:
    """Return the cursor of a position in a listing; `purpose` names the listing with its filters."""
    return sign(f"cursor:{purpose}", position)


def read_cursor(purpose: str, cursor: str) -> list[Any]:
    """Return the position that `sign_cursor` was given.

    Raises:
        InvalidCursorException: The cursor is forged, truncated, or made for another listing.
    """
    position = read_signed(f"cursor:{purpose}", cursor)
    if position is None:
        raise InvalidCursorException
    return list(position)


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.SECRET_KEY.get_secret_value(), salt=purpose)
