"""The router of every module: it reads bodies strictly and runs a request again that lost a race.

FastAPI accepts bodies that mean one thing here and another elsewhere (doubled keys, NaN, UTF-16), text that PostgreSQL
cannot store (NUL, lone surrogates), and bodies of any size, from anybody. They are refused here, before a module sees
them, and a body is read only from a caller with a token, or up to 16 kB.
"""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from functools import cache, partial
from typing import Any, override

from fastapi import APIRouter, Request, Response
from fastapi.datastructures import Default
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from fastapi.utils import create_model_field
from starlette.routing import Match
from starlette.types import Scope

from app.common.schemas import ErrorResponse
from app.core.exceptions import (
    DuplicateKeyException,
    ForbiddenException,
    MalformedBodyException,
    PayloadTooLargeException,
    RateLimitException,
    RequestTimeoutException,
    ServiceUnavailableException,
    UnauthorizedException,
    UnsupportedMediaTypeException,
    ValidationException,
    ZenSpaException,
    error_responses,
)
from app.db.idempotency import IdempotencyInFlight, IdempotencyKeyReused
from app.db.transactions import retry_lost_races
from app.http.idempotent_endpoint import is_repeatable, make_repeatable
from app.http.strict_body import StrictJSONRequest, StrictUploadRequest

_ERRORS = 400
_ERROR_FIELD = create_model_field(name="Error", type_=ErrorResponse, mode="serialization")


PUBLIC: dict[str, Any] = {"security": []}
"""The `openapi_extra=` of a route that anybody may call (OpenAPI 3.1: an empty list requires nothing)."""


class QuickRoute(APIRoute):
    """A route that compares the fixed beginning of its path first.

    Starlette tries one route after the other. That takes 0.7 to 1.2 µs for each, and 0.2 for one whose path begins
    differently (Python 3.13, 87 routes).
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._prefix = path.partition("{")[0]

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope["path"].startswith(self._prefix) and not scope.get("root_path"):
            return Match.NONE, {}
        return super().matches(scope)


class ApiRoute(QuickRoute):
    """A route that reads bodies strictly and is one unit of work, run again from its beginning on 40001 and 40P01.

    Raises:
        TypeError: At start, if the route declares neither who may call it nor that anybody may.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        repeatable = is_repeatable(endpoint, options.get("methods"))
        if repeatable:
            endpoint = make_repeatable(endpoint, options.get("response_model", Default(None)))
        super().__init__(path, endpoint, **options)
        general = dict(_ANY_ERRORS)
        if (scheme := _security_scheme(self.dependant)) is not None:
            general = dict(_signed_in_errors(getattr(scheme, "errors", ())))
        elif options.get("openapi_extra") != PUBLIC:
            raise TypeError(
                f"{endpoint.__name__}: add `user: SignedIn` to its signature, or openapi_extra=PUBLIC"
            )
        if self.body_field is not None:
            general |= _BODY_ERRORS
        for status, response in general.items():
            self.responses[status] = _with_examples_of(response, self.responses.get(status, response))
        if repeatable:
            for status, response in _REPEATABLE_ERRORS.items():
                self.responses[status] = _with_examples_of(response, self.responses.get(status, response))
        for status, response in self.responses.items():
            if int(status) >= _ERRORS:
                response["model"] = ErrorResponse
                # One for all: FastAPI creates one for each status of each route, a tenth of the time to start.
                self.response_fields[status] = _ERROR_FIELD

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        scheme, body = _security_scheme(self.dependant), self.body_field
        make_request: Callable[..., Request] = StrictJSONRequest
        if body is not None and isinstance(body.field_info, Form):
            names = frozenset(field.alias for field in self.dependant.body_params)
            make_request = partial(StrictUploadRequest, names=names)

        async def handle_unit_of_work(request: Request) -> Response:
            if scheme is not None and body is not None:
                await scheme(request)  # before FastAPI reads and parses the body
            strict = make_request(request.scope, request.receive, is_public=scheme is None)
            return await retry_lost_races(partial(_handle_once, handle, strict))

        return handle_unit_of_work


def _with_examples_of(general: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return a route's response for a status, with the examples of errors that any route can give beside its own."""
    examples = {
        **general["content"]["application/json"]["examples"],
        **own["content"]["application/json"]["examples"],
    }
    return {**own, "content": {"application/json": {"examples": examples}}}


async def _handle_once(
    handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request
) -> Response:
    """Handle a request and end its function-scoped dependencies, such as the transaction, inside the attempt.

    FastAPI would end them after it, where the request is not run again.
    """
    async with AsyncExitStack() as function_scope:
        request.scope["fastapi_function_astack"] = function_scope
        return await handle(request)


def _security_scheme(dependant: Dependant) -> HTTPBearer | None:
    """Return the dependency that reads the caller's token, if the route has one."""
    call: object = dependant.call
    if isinstance(call, HTTPBearer):
        return call
    return next(filter(None, map(_security_scheme, dependant.dependencies)), None)


class ApiRouter(APIRouter):
    """FastAPI's router with our routes. Errors that any route can give are documented for each."""

    def __init__(self, **options: Any) -> None:
        responses = _ANY_ERRORS | options.pop("responses", {})
        super().__init__(
            route_class=ApiRoute,
            responses=responses,
            generate_unique_id_function=operation_id,
            **options,
        )


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation in generated clients: that of the function, without path and method."""
    return route.name


_ANY = (ValidationException, RateLimitException, ServiceUnavailableException)
_ANY_ERRORS = error_responses(*_ANY)


@cache
def _signed_in_errors(errors: tuple[type[ZenSpaException], ...]) -> dict[int | str, dict[str, Any]]:
    """Return the errors of every route that asks who calls. `errors` are those of the security scheme itself."""
    return error_responses(*_ANY, UnauthorizedException, ForbiddenException, *errors)


_BODY_ERRORS = error_responses(
    MalformedBodyException,
    DuplicateKeyException,
    RequestTimeoutException,
    PayloadTooLargeException,
    UnsupportedMediaTypeException,
)
_REPEATABLE_ERRORS = error_responses(IdempotencyInFlight, IdempotencyKeyReused)
