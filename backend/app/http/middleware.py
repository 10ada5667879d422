"""Pure ASGI middleware, outermost first: RequestContext, CORS, RequestGuard; then `rate_limit_middleware`.

Every request passes here, so simple code is meant to be fast code: `make bench` compares /health/live with a bare route.
"""

import re
import secrets
import time
from urllib.parse import parse_qsl

import structlog
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.config import Settings
from app.core.exceptions import (
    BadRequestException,
    NotFoundException,
    ValidationException,
    ZenSpaException,
    error_response,
    preferred_language,
)
from app.core.logging import log_request, request_id_var, user_id_var
from app.core.metrics import observe_request
from app.core.validation_messages import describe

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?")  # name or address, port
_HTML_PAGES = {"/docs", "/redoc", "/docs/oauth2-redirect"}
_UNMATCHED = "(unmatched)"
_SERVER_ERROR = 500
_QUERY_ERRORS = {
    "duplicate_parameter": "The parameter is given more than once",
    "string_characters": "The value has characters that are not allowed",
}

_NO_STORE = (b"cache-control", b"no-store")
"""Sent unless the route has put `cacheable` into the scope and sends its own."""

logger = structlog.get_logger(__name__)


class RequestContextMiddleware:
    """The middleware that gives each request its id and headers, and writes its access line and metrics."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.api_headers, self.page_headers = _security_headers(settings)
        self.cacheable_headers = [header for header in self.api_headers if header != _NO_STORE]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        finished: float | None = None
        request_id = scope["request_id"] = _request_id(scope)
        request_id_var.set(request_id)
        user_id_var.set("")
        headers = self.page_headers if scope["path"] in _HTML_PAGES else self.api_headers

        async def send_with_headers(message: Message) -> None:
            nonlocal finished
            if message["type"] == "http.response.start":
                scope["status"] = message["status"]
                added = self.cacheable_headers if "cacheable" in scope else headers
                message["headers"] = [*message["headers"], *added, (b"x-request-id", request_id.encode())]
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
    """The middleware that refuses what no route should ever see: a wrong or doubled Host, NUL bytes, doubled parameters.

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
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not self._is_allowed(hosts[0].decode("latin-1")):
            return BadRequestException(code="INVALID_HOST")
        if "\x00" in scope["path"]:
            return NotFoundException()
        if query := scope["query_string"]:
            return _check_query(query)
        return None

    def _is_allowed(self, host: str) -> bool:
        if self.any_host:
            return bool(host)
        match = _HOST.fullmatch(host.lower())
        return match is not None and (match[1] in self.hosts or match[1].endswith(self.domains))


def _check_query(query: bytes) -> ZenSpaException | None:
    """Refuse a doubled parameter, which may mean one thing to us and another to a proxy, and NUL, which PostgreSQL refuses."""
    seen: set[str] = set()
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        kind = (
            "duplicate_parameter" if name in seen else "string_characters" if "\x00" in name + value else None
        )
        if kind:
            error = {"type": kind, "msg": _QUERY_ERRORS[kind], "loc": ("query", name.replace("\x00", ""))}
            return ValidationException(details=[describe(error)])
        seen.add(name)
    return None


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
        if response.status_code != BadRequestException.status:
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


def _language(scope: Scope) -> str:
    return preferred_language(Headers(scope=scope).get("accept-language", ""))


async def respond(error: ZenSpaException, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the response to an error from a middleware."""
    response = error_response(error, language=_language(scope), request_id=scope["request_id"])
    await response(scope, receive, send)


def _security_headers(settings: Settings) -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]:
    """Return the headers of API responses, and those of the documentation pages, whose scripts come from a CDN."""
    common = [
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        _NO_STORE,
    ]
    if settings.is_production:
        common.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
    api = b"default-src 'none'; frame-ancestors 'none'"
    page = (
        b"default-src 'self' https://cdn.jsdelivr.net; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; "
        b"style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
        b"font-src https://fonts.gstatic.com; img-src 'self' data: https://fastapi.tiangolo.com; "
        b"worker-src blob:; frame-ancestors 'none'"
    )
    name = b"content-security-policy"
    return [*common, (name, api)], [*common, (name, page)]
