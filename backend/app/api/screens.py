"""The built screens of `frontend/dist`: one page for all client routes, and the files that it loads.

The names of the files under `/assets` have a hash of their content, so browsers may keep them for ever. The page itself is
asked for again each time. Everything lies in memory, compressed once: a build has a few files of some hundred kB.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from app.core.config import settings
from app.core.exceptions import NotFoundException
from app.http.etags import respond_with_etag
from app.http.files import StoredFile, load_file, respond_with_file
from app.http.router import QuickRoute

_HTML = "text/html; charset=utf-8"
_SCRIPT = "text/javascript; charset=utf-8"
_MANIFEST = "application/manifest+json"
_MISSING = (
    "Chưa có màn hình. Chạy `make run` khi có mạng, hoặc `zenspa screens build`.\n"
    "The screens are not built. Run `make run` while the npm registry can be reached, or `zenspa screens build`.\n"
)

router = APIRouter(route_class=QuickRoute, include_in_schema=False)


class _Build:
    """The files of a build, read again when the page has changed."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}
        self._built_at = 0

    def find(self, name: str) -> StoredFile | None:
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
            self._files = {
                path.relative_to(settings.SCREENS_DIR).as_posix(): load_file(path) for path in paths
            }
            self._built_at = built_at
        return self._files.get(name)


_build = _Build()


@router.get("/desk/worker.js")
@router.get("/me/worker.js")
async def read_worker(request: Request) -> Response:
    """Return the service worker, which shows the page while the server cannot be reached.

    Its name stays the same in every build, so it is asked for again each time.

    Raises:
        NotFoundException: The screens are not built.
    """
    response = _respond(request, _find("worker.js"), _SCRIPT)
    # Its own folder would leave out `/desk` or `/me` itself.
    response.headers["Service-Worker-Allowed"] = request.url.path.removesuffix("/worker.js")
    return response


@router.get("/me/manifest.webmanifest")
async def read_manifest(request: Request) -> Response:
    """Return what a phone needs to install the therapist's day: names, colours and icons.

    Raises:
        NotFoundException: The screens are not built.
    """
    return _respond(request, _find("me/manifest.webmanifest"), _MANIFEST)


@router.get("/me/icons/{name}")
async def read_icon(request: Request, name: str) -> Response:
    """Return an icon of the manifest.

    Raises:
        NotFoundException: There is no such icon.
    """
    icon = _find(f"me/icons/{name}")
    return _respond(request, icon, icon.media_type)


@router.get("/desk")
@router.get("/desk/{path:path}")
@router.get("/me")
@router.get("/me/{path:path}")
@router.get("/setup")
@router.get("/setup/{path:path}")
async def read_page(request: Request) -> Response:
    """Return the page of the screens, whatever its client route."""
    page = _build.find("index.html")
    if page is None:
        return PlainTextResponse(_MISSING, status_code=503)
    return _respond(request, page, _HTML)


def _find(name: str) -> StoredFile:
    file = _build.find(name)
    if file is None:
        raise NotFoundException
    return file


def _respond(request: Request, file: StoredFile, media_type: str) -> Response:
    """Return a file whose name stays the same in every build: it is asked for again each time."""
    request.scope["screen"] = True
    return respond_with_etag(request, file.content, media_type)


@router.get("/assets/{path:path}")
async def read_asset(request: Request, path: str) -> Response:
    """Return a script, a style or a font.

    Raises:
        NotFoundException: The file is of another build. The page in the browser is older or newer than the server.
    """
    file = _find(f"assets/{path}")
    request.scope["screen"] = True
    return respond_with_file(request, file)
