"""Entity tags: which version of a response a client already has (RFC 9110 §8.8.3)."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from fastapi import Request, Response

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The version that `If-None-Match` names is still the current one"}
}
"""The `responses=` of a route that answers by `respond_with_etag`."""


_MAX_IF_NONE_MATCH = 1000  # characters that are read: 47 of our tags


def respond_with_etag(request: Request, body: bytes, media_type: str = "application/json") -> Response:
    """Return the body with its ETag, or 304 without it when the client has this version already.

    Clients may keep the response and must ask again before they use it (`no-cache`).
    """
    request.scope["cacheable"] = True
    etag = etag_of(body)
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if is_named(etag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def etag_of(content: bytes) -> str:
    """Return a weak ETag (§8.8.3.3): it holds however the content is encoded on the way."""
    return f'W/"{urlsafe_b64encode(sha256(content).digest()[:12]).decode()}"'


def is_named(etag: str, if_none_match: str) -> bool:
    """Return whether an `If-None-Match` header names the ETag (§13.1.2), compared as weak ones.

    The end of a very long header is not read: the client then gets a body that it has already.
    """
    tags = [tag.strip() for tag in if_none_match[:_MAX_IF_NONE_MATCH].split(",")]
    return "*" in tags or etag in (tag if tag.startswith("W/") else f"W/{tag}" for tag in tags)
