"""The record of error codes that compares the suite with the OpenAPI document."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.error_codes import ErrorCode, RecordingApp, listed_codes, never_met, unlisted
from tests.support.http import ask_raw

OPERATION = "GET /api/v1/rooms/{room_id}"
NOT_FOUND = ErrorCode(OPERATION, 404, "ROOM_NOT_FOUND")
GONE = ErrorCode(OPERATION, 410, "ROOM_GONE")


def app_answering(status: int, **scope_values: Any) -> Any:
    """Return an app that answers every request with this status and leaves these values in the scope."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        scope.update(scope_values)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


async def test_an_error_is_recorded_with_its_operation() -> None:
    met: set[ErrorCode] = set()
    route = SimpleNamespace(path="/api/v1/rooms/{room_id}")
    app = RecordingApp(app_answering(404, route=route, error_code="ROOM_NOT_FOUND"), met)
    answer = await ask_raw(app, path="/api/v1/rooms/1")
    assert (answer.status, met) == (404, {NOT_FOUND})


@pytest.mark.parametrize(
    "scope_values",
    [{"route": SimpleNamespace(path="/")}, {"error_code": "NOT_FOUND"}],
    ids=["a success", "an error without a route"],
)
async def test_other_answers_are_not_recorded(scope_values: dict[str, Any]) -> None:
    met: set[ErrorCode] = set()
    await ask_raw(RecordingApp(app_answering(200, **scope_values), met))
    assert met == set()


def test_the_codes_of_the_document_are_read() -> None:
    assert ErrorCode("GET /api/v1/branches/{branch_id}", 404, "BRANCH_NOT_FOUND") in listed_codes()


def test_a_code_that_was_met_and_is_not_listed_is_reported() -> None:
    assert unlisted({NOT_FOUND, GONE}, {NOT_FOUND}) == [GONE]
    assert unlisted({NOT_FOUND}, {NOT_FOUND, GONE}) == []


def test_an_operation_outside_the_document_is_not_reported() -> None:
    """A test may add its own routes."""
    assert unlisted({ErrorCode("GET /secrets", 404, "NOT_FOUND")}, {NOT_FOUND}) == []


def test_a_listed_code_that_was_not_met_is_reported_unless_it_is_general() -> None:
    general = ErrorCode(OPERATION, 503, "SERVICE_UNAVAILABLE")
    assert never_met({NOT_FOUND}, {NOT_FOUND, GONE, general}) == [GONE]
