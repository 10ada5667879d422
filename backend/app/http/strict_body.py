"""Read a request's body strictly: bounded in size and time, and with one meaning."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn, override

from fastapi import Request
from starlette.types import Message

from app.core.config import settings
from app.core.exceptions import (
    DuplicateKeyException,
    MalformedBodyException,
    PayloadTooLargeException,
    RequestTimeoutException,
    UnsupportedMediaTypeException,
    ValidationException,
)
from app.core.validation_messages import describe

BODY_TIMEOUT = 10.0
"""Seconds that a client has for a JSON body, or between two chunks of an upload; a stop waits no longer."""
_MAX_INTEGER_DIGITS = 20  # a bigint with its sign; int() of more is slow, of 4,300 an error
_SUSPICIOUS_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _BoundedRequest(Request):
    """A request whose body is bounded in size and in time."""

    limit: int
    total = 0

    async def receive_bounded(self) -> Message:
        """Receive the next chunk, within the limits."""
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
    """Return a JSON document (RFC 8259) that means the same to every reader and that PostgreSQL can store.

    Raises:
        MalformedBodyException: It is no JSON, not UTF-8, nested too deep, or has a key twice in one object.
        ValidationException: It has NaN, infinite numbers, integers of more than 64 bits, or NUL or lone surrogates in text.
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
        raise DuplicateKeyException
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
    """Yield every string of a document, keys included, with the path to it."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, (*path, index))
    elif isinstance(node, dict):
        for key, item in node.items():
            yield path, key
            yield from _texts(item, (*path, key))
