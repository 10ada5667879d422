"""Files that browsers may keep for ever, because their addresses have a hash of the content."""

import gzip
from mimetypes import guess_type
from pathlib import Path
from typing import NamedTuple

from fastapi import Request, Response


class StoredFile(NamedTuple):
    """A file in memory, compressed once."""

    content: bytes
    compressed: bytes
    media_type: str


def load_file(path: Path) -> StoredFile:
    """Return a file with its compressed content."""
    content = path.read_bytes()
    media_type = guess_type(path)[0] or "application/octet-stream"
    return StoredFile(content, gzip.compress(content, mtime=0), media_type)


def respond_with_file(request: Request, file: StoredFile) -> Response:
    """Return a response that a browser keeps for a year."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if not accepts_gzip(request) or len(file.compressed) >= len(file.content):
        return Response(file.content, media_type=file.media_type, headers=headers)
    return Response(
        file.compressed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"}
    )


def accepts_gzip(request: Request) -> bool:
    """Return whether the client reads compressed responses."""
    return "gzip" in request.headers.get("accept-encoding", "")
