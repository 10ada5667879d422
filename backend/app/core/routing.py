"""The router every module uses: bodies are read strictly, lost races are run again.

FastAPI takes bodies that mean one thing here and another elsewhere (doubled keys, NaN, UTF-16), text that
PostgreSQL cannot store (NUL, lone surrogates), and bodies of any size. All of that ends here, in one
place, before a module sees it.
"""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, NoReturn, override

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.params import Form
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from fastapi.utils import create_model_field
from starlette.routing import Match
from starlette.types import Message, Scope

from app.common.schemas import ErrorResponse
from app.core.config import settings
from app.core.database import retry_lost_races
from app.core.exceptions import (
    ForbiddenException,
    MalformedBodyException,
    PayloadTooLargeException,
    RateLimitException,
    RequestTimeoutException,
    ServiceUnavailableException,
    UnauthorizedException,
    UnsupportedMediaTypeException,
    ValidationException,
    error_responses,
)
from app.core.validation_messages import describe

BODY_TIMEOUT = 10.0
"""Seconds a client may take for a JSON body, and between two chunks of an upload; a stop waits no longer."""
_ERRORS = 400
_ERROR_FIELD = create_model_field(name="Error", type_=ErrorResponse, mode="serialization")
_MAX_INTEGER_DIGITS = 20  # of a bigint with its sign; int() of more is slow, of 4,300 an error
_SUSPICIOUS_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


PUBLIC: dict[str, Any] = {"security": []}
"""`openapi_extra=PUBLIC`: anybody may call this route (OpenAPI 3.1: an empty list asks for nothing)."""


class QuickRoute(APIRoute):
    """Every request asks one route after the other whether it is theirs. That takes 0.7 to 1.2 µs each, of those that
    begin otherwise 0.2 (Python 3.13, 87 routes)."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self._beginning = path.partition("{")[0]

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if not scope["path"].startswith(self._beginning) and not scope.get("root_path"):
            return Match.NONE, {}
        return super().matches(scope)


class ApiRoute(QuickRoute):
    """A route that reads strictly and is one unit of work, run again from its beginning on 40001 and 40P01.

    Raises:
        TypeError: at start, when it says neither who may call it nor that anybody may.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        general = dict(_ANY_ERRORS)
        if _asks_who_calls(self.dependant):
            general |= _SIGN_IN_ERRORS
        elif options.get("openapi_extra") != PUBLIC:
            raise TypeError(
                f"{endpoint.__name__}: add Requires(...) to its signature, or openapi_extra=PUBLIC"
            )
        if self.body_field is not None:
            general |= _BODY_ERRORS
        for status, response in general.items():
            self.responses[status] = _with_examples_of(response, self.responses.get(status, response))
        for status, response in self.responses.items():
            if int(status) >= _ERRORS:
                response["model"] = ErrorResponse
                # One for all: FastAPI makes one for each status of each route, a tenth of the time to start.
                self.response_fields[status] = _ERROR_FIELD

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        is_upload = self.body_field is not None and isinstance(self.body_field.field_info, Form)
        make_request = StrictUploadRequest if is_upload else StrictJSONRequest

        async def handle_unit_of_work(request: Request) -> Response:
            strict = make_request(request.scope, request.receive)
            return await retry_lost_races(partial(_handle_once, handle, strict))

        return handle_unit_of_work


def _with_examples_of(general: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What a route says about a status, with the examples of what any route can answer beside its own."""
    examples = {
        **general["content"]["application/json"]["examples"],
        **own["content"]["application/json"]["examples"],
    }
    return {**own, "content": {"application/json": {"examples": examples}}}


async def _handle_once(
    handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request
) -> Response:
    """Ends the function-scoped dependencies, the transaction among them, inside the attempt: FastAPI would end
    them after it, where nobody runs it again."""
    async with AsyncExitStack() as function_scope:
        request.scope["fastapi_function_astack"] = function_scope
        return await handle(request)


def _asks_who_calls(dependant: Dependant) -> bool:
    return issubclass(type(dependant.call), SecurityBase) or any(map(_asks_who_calls, dependant.dependencies))


class ApiRouter(APIRouter):
    """Use it in place of FastAPI's. Errors that any route can give are in the document of each."""

    def __init__(self, **options: Any) -> None:
        responses = _ANY_ERRORS | options.pop("responses", {})
        super().__init__(
            route_class=ApiRoute,
            responses=responses,
            generate_unique_id_function=operation_id,
            **options,
        )


def operation_id(route: APIRoute) -> str:
    """Names of generated clients: the function's own, without FastAPI's path and method behind it."""
    return route.name


_ANY_ERRORS = error_responses(ValidationException, RateLimitException, ServiceUnavailableException)
_SIGN_IN_ERRORS = error_responses(UnauthorizedException, ForbiddenException)
_BODY_ERRORS = error_responses(
    MalformedBodyException,
    RequestTimeoutException,
    PayloadTooLargeException,
    UnsupportedMediaTypeException,
)


class _BoundedRequest(Request):
    """Bounds a body in size and in time."""

    limit: int
    total = 0

    async def receive_bounded(self) -> Message:
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.limit:
            raise PayloadTooLargeException
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                message: Message = await self._unbounded_receive()
        except TimeoutError as error:
            raise RequestTimeoutException(headers={"Connection": "close"}) from error
        self.total += len(message.get("body", b""))
        if self.total > self.limit:
            raise PayloadTooLargeException
        return message

    def __init__(self, scope: Any, receive: Any) -> None:
        self._unbounded_receive = receive
        super().__init__(scope, self.receive_bounded)


class StrictUploadRequest(_BoundedRequest):
    limit = settings.MAX_UPLOAD_BYTES


class StrictJSONRequest(_BoundedRequest):
    limit = settings.MAX_BODY_BYTES

    @override
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            try:
                async with asyncio.timeout(BODY_TIMEOUT):
                    body = await super().body()
            except TimeoutError as error:
                raise RequestTimeoutException(headers={"Connection": "close"}) from error
            if body and not _is_json_in_utf8(self.headers.get("content-type", ""), body):
                raise UnsupportedMediaTypeException
        return self._body

    @override
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


def _is_json_in_utf8(content_type: str, body: bytes) -> bool:
    media_type, _, parameters = content_type.lower().partition(";")
    charset = re.search(r'charset="?([\w-]+)', parameters)
    return (
        media_type.strip() == "application/json"
        and (charset is None or charset[1] in {"utf-8", "utf8"})
        and json.detect_encoding(body) in {"utf-8", "utf-8-sig"}
    )


def parse_json(body: bytes) -> Any:
    """A JSON document (RFC 8259) that means the same to every reader and that PostgreSQL can store.

    Raises:
        MalformedBodyException: no JSON, not UTF-8, nested too deep, or with a key twice in one object.
        ValidationException: NaN, infinite numbers, integers of more than 64 bits, NUL and lone surrogates in text.
    """
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_object_without_doubles,
            parse_constant=_refuse_number,
            parse_float=_finite,
            parse_int=_bounded,
        )
        if _SUSPICIOUS_ESCAPE.search(body):
            _refuse_unstorable_text(document)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise MalformedBodyException from error
    return document


def _object_without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise MalformedBodyException(code="DUPLICATE_KEY")
    return result


def _finite(digits: str) -> float:
    number = float(digits)
    return number if abs(number) != float("inf") else _refuse_number(digits)


def _bounded(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS or not -(2**63) <= (number := int(digits)) < 2**63:
        _refuse_number(digits)
    return number


def _refuse_unstorable_text(document: Any) -> None:
    for path, text in _texts(document, ("body",)):
        if _UNSTORABLE.search(text):
            _refuse("string_characters", "The text has characters that are not allowed", path)


def _refuse_number(_digits: str) -> NoReturn:
    _refuse("finite_number", "The body has a number that is not finite or too long", ("body",))


def _refuse(kind: str, message: str, path: tuple[str | int, ...]) -> NoReturn:
    raise ValidationException(details=[describe({"type": kind, "msg": message, "loc": path})])


def _texts(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every string of a document with the path to it, keys included."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, (*path, index))
    elif isinstance(node, dict):
        for key, item in node.items():
            yield path, key
            yield from _texts(item, (*path, key))
