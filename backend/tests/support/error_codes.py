"""The error codes that the suite meets on each operation, beside those that the OpenAPI document lists.

An operation that answers with a code its document does not list fails the run: clients are written from the document.
A code that is listed and never met is printed at the end of a full run: it has no test, or it cannot happen.
"""

from typing import Any, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

GENERAL = set(
    """
    VALIDATION_ERROR RATE_LIMITED SERVICE_UNAVAILABLE
    MALFORMED_BODY DUPLICATE_KEY REQUEST_TIMEOUT PAYLOAD_TOO_LARGE UNSUPPORTED_MEDIA_TYPE URL_TOO_LONG
    UNAUTHORIZED FORBIDDEN INVALID_TOKEN TOKEN_EXPIRED SESSION_ENDED NOT_A_USER USER_DISABLED KEYS_UNAVAILABLE
    IDEMPOTENCY_IN_FLIGHT IDEMPOTENCY_KEY_REUSED
    """.split()  # noqa: SIM905 - a literal would take a line for each
)
"""Codes that the router lists for every operation with a body, a token or a key. They are tested where they come from."""

_FAULT = 500


class ErrorCode(NamedTuple):
    """A code with which an operation answered, or which its document lists."""

    operation: str
    """`GET /api/v1/customers/{customer_id}`"""
    status: int
    code: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.status} {self.code}"


class RecordingApp:
    """The app, with a record of every error code that it answers."""

    def __init__(self, app: ASGIApp, met: set[ErrorCode]) -> None:
        self._app = app
        self._met = met

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        statuses: list[int] = []

        async def send_and_note(message: Any) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        await self._app(scope, receive, send_and_note)
        code, route = scope.get("error_code"), scope.get("route")
        if code is not None and route is not None and statuses:  # without a route it is no operation's answer
            self._met.add(ErrorCode(f"{scope['method']} {route.path}", statuses[0], code))


met: set[ErrorCode] = set()
"""The codes that this process has met."""


def listed_codes() -> set[ErrorCode]:
    """Return every error code in the OpenAPI document."""
    from app.main import app

    return {
        ErrorCode(f"{method.upper()} {path}", int(status), code)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
        for status, response in operation["responses"].items()
        for code in response.get("content", {}).get("application/json", {}).get("examples", {})
        if status >= "4"
    }


def unlisted(met: set[ErrorCode], listed: set[ErrorCode]) -> list[ErrorCode]:
    """Return the codes that were met and are not in the document. Status 500 is for faults, which no document lists."""
    operations = {code.operation for code in listed}
    return sorted(code for code in met - listed if code.operation in operations and code.status != _FAULT)


def never_met(met: set[ErrorCode], listed: set[ErrorCode]) -> list[ErrorCode]:
    """Return the codes of the document that were not met, without the general ones."""
    return sorted(code for code in listed - met if code.code not in GENERAL)
