"""The built screens of `frontend/dist`: one page for all client routes of the desk, and the files that it loads.

The names of the files under `/assets` have a hash of their content, so browsers may keep them for ever. The page itself is
asked for again each time. Everything lies in memory, compressed once: a build has a few files of some hundred kB.
"""

import gzip
from mimetypes import guess_type
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from app.core.config import settings
from app.core.exceptions import NotFoundException
from app.http.etags import respond_with_etag
from app.http.router import QuickRoute

_HTML = "text/html; charset=utf-8"
_SCRIPT = "text/javascript; charset=utf-8"
_MISSING = (
    "Chưa có màn hình. Chạy `make run` khi có mạng, hoặc `zenspa screens build`.\n"
    "The screens are not built. Run `make run` while the npm registry can be reached, or `zenspa screens build`.\n"
)

router = APIRouter(route_class=QuickRoute, include_in_schema=False)


class _File(NamedTuple):
    content: bytes
    compressed: bytes
    media_type: str


class _Build:
    """The files of a build, read again when the page has changed."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}
        self._built_at = 0

    def find(self, name: str) -> _File | None:
        """Return a file by its path in `dist`, or None."""
        try:
            built_at = (settings.SCREENS_DIR / "index.html").stat().st_mtime_ns
        except FileNotFoundError:
            return None
        if built_at != self._built_at:
            paths = [
                path
                for path in settings.SCREENS_DIR.rglob("*")
                if path.is_file() and not path.name.startswith(".")
            ]
            self._files = {path.relative_to(settings.SCREENS_DIR).as_posix(): _read(path) for path in paths}
            self._built_at = built_at
        return self._files.get(name)


def _read(path: Path) -> _File:
    content = path.read_bytes()
    return _File(content, gzip.compress(content, mtime=0), guess_type(path)[0] or "application/octet-stream")


_build = _Build()


@router.get("/desk/worker.js")
async def read_worker(request: Request) -> Response:
    """Return the service worker, which shows the page while the server cannot be reached.

    Its name stays the same in every build, so it is asked for again each time.

    Raises:
        NotFoundException: The screens are not built.
    """
    worker = _build.find("worker.js")
    if worker is None:
        raise NotFoundException
    request.scope["screen"] = True
    response = respond_with_etag(request, worker.content, _SCRIPT)
    response.headers["Service-Worker-Allowed"] = "/desk"  # its own folder would leave out `/desk` itself
    return response


@router.get("/desk")
@router.get("/desk/{path:path}")
async def read_page(request: Request) -> Response:
    """Return the page of the desk, whatever its client route."""
    page = _build.find("index.html")
    if page is None:
        return PlainTextResponse(_MISSING, status_code=503)
    request.scope["screen"] = True
    return respond_with_etag(request, page.content, _HTML)


@router.get("/assets/{path:path}")
async def read_asset(request: Request, path: str) -> Response:
    """Return a script, a style or a font.

    Raises:
        NotFoundException: The file is of another build. The page in the browser is older or newer than the server.
    """
    file = _build.find(f"assets/{path}")
    if file is None:
        raise NotFoundException
    request.scope["screen"] = True
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    if not takes_gzip or len(file.compressed) >= len(file.content):
        return Response(file.content, media_type=file.media_type, headers=headers)
    return Response(
        file.compressed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"}
    )
