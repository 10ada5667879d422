"""The OpenAPI document over HTTP.

Making it takes 2 s and writing it as JSON 20 ms, in which FastAPI's own route answers no other request. This one makes the
bytes once, in a thread.
"""

import asyncio
from typing import Any, override

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.common.single_flight import SingleFlight
from app.modules.board.board_schemas import BoardEvent, ChangedEvent

_EVENTS = BoardEvent, ChangedEvent


class DocumentedAPI(FastAPI):
    """FastAPI with the schemas of the events of streams, which belong to no response as a whole."""

    @override
    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        _, definitions = models_json_schema(
            [(event, "serialization") for event in _EVENTS], ref_template="#/components/schemas/{model}"
        )
        schemas = document["components"]["schemas"]
        for name, schema in definitions["$defs"].items():
            schemas.setdefault(name, schema)
        return document


_making = SingleFlight[bytes]()


async def read_document(request: Request) -> Response:
    """Return the document."""
    app = request.app

    async def make() -> bytes:
        return await asyncio.to_thread(lambda: bytes(JSONResponse(app.openapi()).body))

    if not hasattr(app.state, "document"):
        app.state.document = await _making.run(app, make)
    return Response(app.state.document, media_type="application/json")


document_route = Route("/openapi.json", read_document, include_in_schema=False)
