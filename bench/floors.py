"""The floors: uvicorn alone and FastAPI alone with the response of `/api/v1/health/live`."""

import json
from datetime import UTC, datetime
from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

_BODY = json.dumps(
    {
        "status": "healthy",
        "timestamp": "2026-01-01T00:00:00.000000Z",
        "service": "ZenSpa Backend",
        "version": "0.1.0",
    }
).encode()
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(_BODY)).encode())],
}


async def asgi(scope: Scope, _receive: Receive, send: Send) -> None:
    """Send prepared bytes. Needs `--lifespan off`."""
    assert scope["type"] == "http"
    await send(_START)
    await send({"type": "http.response.body", "body": _BODY})


class HealthCheckResponse(BaseModel):
    """The same fields as in the app."""

    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: datetime
    service: str
    version: str


async def live() -> HealthCheckResponse:
    return HealthCheckResponse(
        status="healthy", timestamp=datetime.now(UTC), service="ZenSpa Backend", version="0.1.0"
    )


fastapi = FastAPI()
fastapi_without_telemetry = FastAPI(
    telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
)
"""FastAPI without telemetry, as the app is without an endpoint for traces; the default calls OpenTelemetry per request."""

for app in (fastapi, fastapi_without_telemetry):
    app.add_api_route("/api/v1/health/live", live, methods=["GET"])
