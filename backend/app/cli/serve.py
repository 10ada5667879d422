"""Serve the API in production."""

import uvicorn

from app.core.config import settings
from app.core.logging import setup_logging

BOUNDED_HTTP = "app.cli.bounded_http:BoundedHttpProtocol"
"""The protocol, as `uvicorn --http` takes it."""
STOP_TIMEOUT = 10
"""Seconds that requests in flight have after SIGTERM; without a limit a half-open body holds the process for ever."""


def serve(*, workers: int, trusted_proxies: str | None) -> None:
    """Run until SIGTERM or SIGINT. The client's address is the peer's unless a trusted proxy names another."""
    setup_logging()
    uvicorn.run(
        "app.main:app",
        host=settings.HOST,
        port=settings.PORT,
        http=BOUNDED_HTTP,
        workers=workers,
        proxy_headers=trusted_proxies is not None,
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=STOP_TIMEOUT,
        server_header=False,
        log_config=None,  # our logger writes uvicorn's lines
        access_log=False,  # the middleware writes them, with the route and the request id
    )
