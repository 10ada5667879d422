"""Read a request's body strictly: bounded in size and time, and with one meaning."""

import asyncio
import json
import re
from typing import Any, NoReturn, override
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from app.common.types.localized import LocalizedText
from app.core.config import settings
from app.core.exceptions import (
    DuplicateKeyException,
    MalformedBodyException,
    PayloadTooLargeException,
    RequestTimeoutException,
    UnsupportedMediaTypeException,
    ValidationException,
    ZenSpaException,
)
from app.core.validation_messages import describe, describe_all

PUBLIC_BODY_BYTES = 16 * 1024
"""The limit of an operation that needs no token. The largest such body is an accepted invitation, below 9 kB."""
BODY_TIMEOUT = 10.0
"""Seconds that a client has for a JSON body, or between two chunks of an upload; a stop waits no longer."""
SLOWEST_UPLOAD = 50_000
"""Bytes per second below which an upload is ended, once `BODY_TIMEOUT` has passed: a file of 32 MB has 11 minutes."""
_MAX_FIELDS = 100
_MAX_PARTS = 10  # of an upload, of each kind: no operation has more, and each costs a file
_MAX_DEPTH = 20  # of a JSON document with escaped text; the deepest request has six levels
MAX_KEYS = 5_000
"""The number of objects and of their keys in a JSON document. The largest request has some 1,000; 85,000 unknown keys, as
many as 1 MB has, took half a second of the loop to describe."""
_MAX_INTEGER_DIGITS = 20  # a bigint with its sign; int() of more is slow, of 4,300 an error
_SUSPICIOUS_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _BoundedRequest(Request):
    """A request whose body is bounded in size and in time."""

    largest: int
    """The limit in bytes for a caller with a token."""
    slowest: float = float("inf")
    """The rate in bytes per second that gives a client more time than `BODY_TIMEOUT`."""

    def __init__(self, scope: Scope, receive: Receive, *, is_public: bool) -> None:
        self._limit = min(self.largest, PUBLIC_BODY_BYTES) if is_public else self.largest
        self._total = 0
        self._began: float | None = None
        self._receive_unbounded = receive
        super().__init__(scope, self._receive_bounded)

    async def _receive_bounded(self) -> Message:
        """Receive the next chunk, within the limits."""
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._limit:
            raise PayloadTooLargeException
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        deadline = self._began + BODY_TIMEOUT + self._total / self.slowest
        try:
            async with asyncio.timeout_at(min(now + BODY_TIMEOUT, deadline)):
                message = await self._receive_unbounded()
        except TimeoutError as error:
            raise RequestTimeoutException(headers={"Connection": "close"}) from error
        self._total += len(message.get("body", b""))
        if self._total > self._limit:
            raise PayloadTooLargeException
        return message


_ENCODED = LocalizedText(
    "Dữ liệu bị nén. Gửi lại không nén, không có Content-Encoding.",
    "The body is compressed. Send it as it is, without Content-Encoding.",
)


class StrictUploadRequest(_BoundedRequest):
    """A form with files, each part of which is known and sent once."""

    largest = settings.MAX_UPLOAD_BYTES
    slowest = SLOWEST_UPLOAD

    def __init__(self, scope: Scope, receive: Receive, *, is_public: bool, names: frozenset[str]) -> None:
        super().__init__(scope, receive, is_public=is_public)
        self._names = names

    @override
    async def _get_form(self, **_limits: Any) -> FormData:
        _refuse_encoded(self.headers)
        try:
            form = await super()._get_form(max_files=_MAX_PARTS, max_fields=_MAX_PARTS)
        except HTTPException as error:
            raise MalformedBodyException from error
        try:
            self._check_names([name for name, _ in form.multi_items()])
        except ZenSpaException:
            await form.close()
            raise
        return form

    def _check_names(self, names: list[str]) -> None:
        if len(set(names)) != len(names):
            raise DuplicateKeyException
        if unknown := [name for name in names if name not in self._names]:
            errors = [{"type": "extra_forbidden", "loc": ("body", name)} for name in unknown]
            raise ValidationException(details=describe_all(errors))


class StrictFormRequest(_BoundedRequest):
    """A form of a page without files: UTF-8, and each field once."""

    largest = PUBLIC_BODY_BYTES

    async def fields(self) -> dict[str, str]:
        """Return the fields of the form.

        Raises:
            UnsupportedMediaTypeException, MalformedBodyException, DuplicateKeyException
        """
        body = await self.body()
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if body and media_type != "application/x-www-form-urlencoded":
            raise UnsupportedMediaTypeException
        _refuse_encoded(self.headers)
        try:
            pairs = parse_qsl(
                body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
            )
        except ValueError as error:  # not ASCII, not UTF-8 behind the escapes, or too many
            raise MalformedBodyException from error
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise DuplicateKeyException
        if any(_UNSTORABLE.search(text) for pair in pairs for text in pair):
            raise MalformedBodyException
        return fields


class StrictJSONRequest(_BoundedRequest):
    largest = settings.MAX_BODY_BYTES

    @override
    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            body = await super().body()
            if body:
                _refuse_encoded(self.headers)
            if body and not _is_json_in_utf8(self.headers.get("content-type", ""), body):
                raise UnsupportedMediaTypeException
        return self._body

    @override
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


def _refuse_encoded(headers: Headers) -> None:
    """Refuse a body that is said to be compressed: it would be read as it is (RFC 9110 §8.4).

    Raises:
        UnsupportedMediaTypeException
    """
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise UnsupportedMediaTypeException(_ENCODED)


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
        PayloadTooLargeException: It has more than `MAX_KEYS` objects and keys.
        MalformedBodyException: It is no JSON, not UTF-8, nested too deep, or has a key twice in one object.
        ValidationException: It has NaN, infinite numbers, integers of more than 64 bits, or NUL or lone surrogates in text.
    """
    left = MAX_KEYS

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal left
        left -= 1 + len(pairs)
        if left < 0:
            raise PayloadTooLargeException
        return _object_without_doubles(pairs)

    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=build_object,
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
    """Refuse text that PostgreSQL cannot store, in keys and values.

    A loop, not nested generators: these hand each text up through every level, 3 s for 1 MB of short texts 900 levels
    deep (measured 2026-11-30).
    """
    containers: list[tuple[Any, tuple[str | int, ...]]] = [({"body": document}, ())]
    while containers:
        container, path = containers.pop()
        if len(path) > _MAX_DEPTH:
            raise MalformedBodyException
        for key, item in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(key, str) and _UNSTORABLE.search(key):
                _refuse("string_characters", path)
            if isinstance(item, list | dict):
                containers.append((item, (*path, key)))
            elif isinstance(item, str) and _UNSTORABLE.search(item):
                _refuse("string_characters", (*path, key))


def _refuse_number(_digits: str) -> NoReturn:
    _refuse("finite_number", ("body",))


def _refuse(kind: str, path: tuple[str | int, ...]) -> NoReturn:
    raise ValidationException(details=[describe({"type": kind, "loc": path})])
