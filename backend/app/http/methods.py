"""Methods of HTTP: HEAD on every route that answers GET, and a true `Allow` when a method is refused (RFC 9110 §9.3.2, §10.2.1)."""

from collections.abc import Iterable
from contextlib import suppress

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.exceptions import http_exception_handler


class HeadMiddleware:
    """The middleware that answers HEAD as GET, without the body.

    FastAPI's routes know no HEAD, and with it in their methods the document would have each operation twice. Put it
    inside the middleware that logs: there the method stays HEAD.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET"}
        is_complete = False

        async def send_without_body(message: Message) -> None:
            nonlocal is_complete
            scope.update(as_get, method="HEAD")  # what a route leaves for the access line and the headers
            if message["type"] != "http.response.body":
                await send(message)
                return
            if not is_complete:
                is_complete = True
                await send({"type": "http.response.body", "body": b""})
            if "endless" in scope:
                raise _StreamNotWanted

        with suppress(_StreamNotWanted):
            await self.app(as_get, receive, send_without_body)


class _StreamNotWanted(Exception):  # noqa: N818 - no error
    """Ends a stream, which would go on for minutes."""


async def method_not_allowed_handler(request: Request, exc: HTTPException) -> Response:
    """Answer 405 with the methods of all routes that the path fits; Starlette names those of the first alone."""
    allowed = ", ".join(sorted(_methods_of(request.app.routes, request.scope)))
    exc.headers = {**(exc.headers or {}), "Allow": allowed}
    return await http_exception_handler(request, exc)


def _methods_of(routes: Iterable[BaseRoute], scope: Scope) -> set[str]:
    methods: set[str] = set()
    for route in routes:
        if route.matches(scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return methods | ({"HEAD"} if "GET" in methods else set())
