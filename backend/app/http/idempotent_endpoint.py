"""Let every POST that changes something honour an Idempotency-Key, without a line in its module.

A client whose response was lost repeats the request. Bookings require a key, so they declare it and do it themselves; for
all other endpoints the router adds an optional header, and the response is stored in the transaction of the work.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from hashlib import file_digest
from typing import Any

from fastapi.datastructures import DefaultPlaceholder
from fastapi.params import Depends
from pydantic import BaseModel, TypeAdapter
from starlette.background import BackgroundTasks
from starlette.datastructures import UploadFile
from starlette.requests import HTTPConnection

from app.core.database import is_marked_read_only
from app.db.idempotency import IdempotencyKey, idempotent

HEADER = "idempotency_key"
_CONTEXT = {"user", "session"}
_unstorable: set[Callable[..., Any]] = set()


class _Request(BaseModel):
    """The operation and the arguments by which a request is recognised. An uploaded file is known by its digest."""

    operation: str
    arguments: dict[str, Any]


class _Response(BaseModel):
    """The body of a response, which may be empty."""

    body: Any


def unstorable_response[F: Callable[..., Any]](endpoint: F) -> F:
    """Mark a POST that takes no Idempotency-Key, because its response may not be stored or a repeat would not get it.

    @router.post("/password")
    @unstorable_response
    async def change_password(...) -> Tokens: ...
    """
    _unstorable.add(endpoint)
    return endpoint


def is_repeatable(endpoint: Callable[..., Any], methods: set[str] | list[str] | None) -> bool:
    """Return whether the router lets requests to an endpoint be repeated with a key."""
    parameters = inspect.signature(endpoint).parameters
    takes_key = any(parameter.annotation == IdempotencyKey for parameter in parameters.values())
    return (
        set(methods or ()) == {"POST"}
        and parameters.keys() >= _CONTEXT
        and not takes_key
        and not is_marked_read_only(endpoint)
        and endpoint not in _unstorable
    )


def make_repeatable(
    endpoint: Callable[..., Awaitable[Any]], response_model: Any
) -> Callable[..., Awaitable[Any]]:
    """Return the endpoint with an optional header `Idempotency-Key`.

    Args:
        endpoint: It takes `user` and `session`.
        response_model: That of the route, or FastAPI's placeholder: then it is what the endpoint returns.
    """
    signature = inspect.signature(endpoint)
    model = signature.return_annotation if isinstance(response_model, DefaultPlaceholder) else response_model

    sent_names = sorted(_sent_names(signature))

    @cache
    def adapter() -> TypeAdapter[Any]:
        return TypeAdapter(model)  # made at the first use: creating all of them would delay the start

    @wraps(endpoint)
    async def repeatable(**arguments: Any) -> Any:
        key = arguments.pop(HEADER)
        if key is None:
            return await endpoint(**arguments)
        sent = {name: await _described(arguments[name]) for name in sent_names}
        request = _Request(operation=endpoint.__name__, arguments=sent)
        session, user = arguments["session"], arguments["user"]
        async with idempotent(session, user.id, key, request, _Response) as replay:
            if replay.response is not None:
                return replay.response.body
            result = await endpoint(**arguments)
            response = adapter().validate_python(result, from_attributes=True)
            replay.store(_Response(body=adapter().dump_python(response, mode="json")))
            return result

    header = inspect.Parameter(
        HEADER, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=IdempotencyKey
    )
    parameters = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in signature.parameters.values()
    ]
    repeatable.__signature__ = signature.replace(parameters=[*parameters, header])  # type: ignore[attr-defined]  # inspect reads it
    return repeatable


def _sent_names(signature: inspect.Signature) -> set[str]:
    """Return the names of the arguments that came with the request: dependencies such as the user did not."""
    return {
        name
        for name, parameter in signature.parameters.items()
        if not any(isinstance(item, Depends) for item in getattr(parameter.annotation, "__metadata__", ()))
        and not (
            isinstance(parameter.annotation, type)
            and issubclass(parameter.annotation, HTTPConnection | BackgroundTasks)
        )
    }


async def _described(argument: Any) -> Any:
    return await asyncio.to_thread(_digest, argument) if isinstance(argument, UploadFile) else argument


def _digest(upload: UploadFile) -> str:
    upload.file.seek(0)
    return file_digest(upload.file, "sha256").hexdigest()  # type: ignore[arg-type]  # it has `readinto`
