"""Pure ASGI middleware, outermost first: RequestContext, CORS, RequestGuard; then `rate_limit_middleware`.

Every request passes here, so simple code is meant to be fast code: `make bench` compares /health/live with a bare route.
"""

import re
import secrets
import time
from typing import NamedTuple
from urllib.parse import parse_qsl

import structlog
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import Settings
from app.core.exceptions import (
    BadRequestException,
    HeadersTooLargeException,
    NotFoundException,
    UrlTooLongException,
    ValidationException,
    ZenSpaException,
    error_response,
    preferred_language,
    respond_to,
)
from app.core.lifecycle import Draining
from app.core.logging import log_request, request_id_var, user_id_var
from app.core.metrics import observe_request
from app.core.validation_messages import describe

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?")  # name or address, port
_HTML_PAGES = {"/docs", "/redoc", "/docs/oauth2-redirect"}
_UNMATCHED = "(unmatched)"
_MAX_URL = 16 * 1024
"""Characters of path and query. A cursor may have 1,000, which the document allows to be escapes of twelve each."""
_MAX_PARAMETERS = 100
_MAX_HEADERS = 100  # as Apache
_MAX_HEADER_BYTES = 32 * 1024  # nginx forwards no more
_MAX_PREFLIGHT_HEADERS = 1024  # of the names that a page asks to send, which the response repeats
_SINGLE_HEADERS = {b"host", b"content-type", b"idempotency-key"}
"""Headers with one value. Of two, one would count here and the other may count elsewhere."""
_SERVER_ERROR = 500

_NO_STORE = (b"cache-control", b"no-store")
"""Sent unless the route has put `cacheable` into the scope and sends its own."""

logger = structlog.get_logger(__name__)


class RequestContextMiddleware:
    """The middleware that gives each request its id and headers, and writes its access line and metrics."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.headers = _security_headers(settings)
        self.cacheable_headers = [header for header in self.headers.api if header != _NO_STORE]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        finished: float | None = None
        request_id = scope["request_id"] = _request_id(scope)
        request_id_var.set(request_id)
        user_id_var.set("")
        headers = self.headers.documentation if scope["path"] in _HTML_PAGES else self.headers.api

        async def send_with_headers(message: Message) -> None:
            nonlocal finished
            if message["type"] == "http.response.start":
                scope["status"] = message["status"]
                if "screen" in scope:
                    added = self.headers.screen
                elif "guest_page" in scope:
                    added = self.headers.book if scope["guest_page"] == "book" else self.headers.visit
                else:
                    added = self.cacheable_headers if "cacheable" in scope else headers
                message["headers"] = [*message["headers"], *added, (b"x-request-id", request_id.encode())]
                if (
                    Draining.started
                ):  # the server will close connections that are idle, with what is on the way
                    message["headers"].append((b"connection", b"close"))
            await send(message)
            if (
                message["type"] == "http.response.body"
                and finished is None
                and (not message.get("more_body") or "endless" in scope)  # a stream counts until it begins
            ):
                finished = time.perf_counter()

        try:
            await self.app(scope, receive, send_with_headers)
        finally:
            # The client does not wait for background tasks, such as a mail.
            ended = time.perf_counter() if finished is None else finished
            self._record(scope, scope.get("status", _SERVER_ERROR), ended - started)

    @staticmethod
    def _record(scope: Scope, status: int, seconds: float) -> None:
        route = _route_template(scope)
        method = scope["method"]
        observe_request(method, route, status, seconds)
        log_request(method, route, status, seconds, scope.get("error_code"))


class RequestGuardMiddleware:
    """The middleware that refuses what no route should ever see: long URLs and headers, a wrong Host, NUL, what is doubled.

    It is also the last to catch an exception, inside CORS, so that a browser may read the response. Starlette's own
    handler would end the connection under the client's next request.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        exact = {host for host in settings.allowed_hosts_list if not host.startswith("*.")}
        self.any_host = "*" in exact
        self.hosts = exact
        self.domains = tuple(host[1:] for host in settings.allowed_hosts_list if host.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif (error := self._check(scope)) is not None:
            await respond(error, scope, receive, send)
        else:
            await self._run(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if "status" in scope:
                raise  # half a response is sent: only a broken connection tells the client so
            logger.error("unhandled exception", exc_info=error)  # noqa: TRY400 - structlog takes the instance
            await respond(ZenSpaException(), scope, receive, send)

    def _check(self, scope: Scope) -> ZenSpaException | None:
        """Return why the request is refused, or None."""
        query = scope["query_string"]
        if len(scope["path"]) + len(query) > _MAX_URL:
            return UrlTooLongException()
        size, single = 0, {}
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name in _SINGLE_HEADERS:
                if name in single:
                    return _doubled_header(name.decode())
                single[name] = value
        if size > _MAX_HEADER_BYTES or len(scope["headers"]) > _MAX_HEADERS:
            return HeadersTooLargeException(headers={"Connection": "close"})
        if not self._is_allowed(single.get(b"host", b"").decode("latin-1")):
            return BadRequestException(code="INVALID_HOST")
        if "\x00" in scope["path"]:
            return NotFoundException()
        return _check_query(query) if query else None

    def _is_allowed(self, host: str) -> bool:
        if self.any_host:
            return bool(host)
        match = _HOST.fullmatch(host.lower())
        return match is not None and (match[1] in self.hosts or match[1].endswith(self.domains))


def _doubled_header(name: str) -> ZenSpaException:
    if name == "host":
        return BadRequestException(code="INVALID_HOST")
    return _refuse("duplicate_header", "header", name)


def _check_query(query: bytes) -> ZenSpaException | None:
    """Refuse a query that is not UTF-8, a doubled parameter, which may mean one thing to us and another to a proxy, and NUL.

    PostgreSQL refuses NUL. What is not UTF-8 would be read with replacement characters: a search for something else.
    """
    try:
        pairs = parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        return _refuse("string_unicode", "query")
    except ValueError:
        return _refuse("too_many_parameters", "query")
    seen: set[str] = set()
    for name, value in pairs:
        if name in seen:
            return _refuse("duplicate_parameter", "query", name.replace("\x00", ""))
        if "\x00" in name + value:
            return _refuse("string_characters", "query", name.replace("\x00", ""))
        seen.add(name)
    return None


def _refuse(kind: str, *place: str) -> ValidationException:
    error = {"type": kind, "loc": place, "ctx": {"limit": _MAX_PARAMETERS}}
    return ValidationException(details=[describe(error)])


class EnvelopeCORSMiddleware(CORSMiddleware):
    """Starlette's, with our envelope for a refused preflight, and without headers for origins that are not listed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request without an Origin untouched; responses to it need no `Vary`, for their origin does not matter."""
        for name, _ in scope.get("headers", ()):
            if name == b"origin":
                await super().__call__(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        names = request_headers.get("access-control-request-headers", "")
        if response.status_code != BadRequestException.status and len(names) <= _MAX_PREFLIGHT_HEADERS:
            return response
        return error_response(
            BadRequestException(code="CORS_REFUSED", headers={"Vary": response.headers["Vary"]}),
            language=preferred_language(request_headers.get("accept-language", "")),
            request_id=request_id_var.get(),
        )

    async def send(self, message: Message, send: Send, request_headers: Headers) -> None:
        """Send no CORS headers to other origins: Starlette would tell them that credentials are allowed."""
        if message["type"] == "http.response.start" and not self.is_allowed_origin(
            request_headers.get("origin", "")
        ):
            message["headers"] = [*message["headers"], (b"vary", b"Origin")]
            await send(message)
        else:
            await super().send(message, send, request_headers)


def _request_id(scope: Scope) -> str:
    """Return the client's `X-Request-ID` if it is plain ASCII, otherwise a new one: it goes into logs and headers."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            return value.decode() if _REQUEST_ID.fullmatch(value) else secrets.token_hex(16)
    return secrets.token_hex(16)


def _route_template(scope: Scope) -> str:
    """Return `/api/v1/customers/{customer_id}`; an unknown path must not become a series of its own."""
    if route := scope.get("route"):
        return str(route.path)
    # Starlette's own routes (/metrics, /docs) leave only their endpoint; their paths have no parameters.
    return str(scope["path"]) if "endpoint" in scope else _UNMATCHED


async def respond(error: ZenSpaException, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the response to an error from a middleware."""
    await respond_to(scope, error)(scope, receive, send)


type _Headers = list[tuple[bytes, bytes]]


class _SecurityHeaders(NamedTuple):
    """The headers of each kind of response."""

    api: _Headers
    documentation: _Headers
    """The headers of pages whose scripts come from a CDN."""
    screen: _Headers
    """A route of the screens puts `screen` into the scope and sends its own Cache-Control."""
    book: _Headers
    """The pages of guests: a route puts `guest_page` into the scope. Other sites may show this one in a frame."""
    visit: _Headers


def _security_headers(settings: Settings) -> _SecurityHeaders:
    framed = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
    if settings.is_production:
        framed.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    common = [*framed, (b"x-frame-options", b"DENY")]
    api = b"default-src 'none'; frame-ancestors 'none'"
    page = (
        b"default-src 'self' https://cdn.jsdelivr.net; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
        b"style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
        b"font-src https://fonts.gstatic.com; img-src 'self' data: https://fastapi.tiangolo.com; "
        b"worker-src blob:; frame-ancestors 'none'"
    )
    # No inline script and style; and no text becomes HTML or a script (Trusted Types): React needs neither. The one
    # policy names the service worker (frontend/src/app/files.ts).
    screen = (
        b"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
        b"manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        b"trusted-types zenspa-worker"
    )
    # The pages connect to nothing. Lighthouse reads robots.txt in their name.
    guest = (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        b"form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors "
    )
    embedding = " ".join(settings.embed_origins_list).encode()
    book = framed if embedding else common
    name = b"content-security-policy"
    return _SecurityHeaders(
        api=[*common, _NO_STORE, (name, api)],
        documentation=[*common, _NO_STORE, (name, page)],
        screen=[*common, (name, screen)],
        book=[*book, (name, guest + (embedding or b"'none'"))],
        visit=[*common, (b"x-robots-tag", b"noindex"), (name, guest + b"'none'")],
    )
