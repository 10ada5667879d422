"""Prometheus metrics: rate, errors and duration of requests by route; pool and circuit breaker at each scrape."""

from functools import lru_cache

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core.database import PoolWaiters, engine

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

request_duration = Histogram(
    "http_request_duration_seconds",
    "Time from the first byte of the request to the last byte of the response.",
    ["method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_pool_in_use = Gauge("db_pool_connections_in_use", "Connections of the pool that are checked out.")
_pool_waiting = Gauge("db_pool_requests_waiting", "Requests that wait for a connection.")
redis_breaker_open = Gauge("redis_breaker_open", "1 while the circuit breaker keeps requests from Redis.")

_pool_in_use.set_function(lambda: float(engine.pool.checkedout()))  # type: ignore[attr-defined]  # of QueuePool
_pool_waiting.set_function(lambda: float(PoolWaiters.count))


@lru_cache(maxsize=4096)
def _series(method: str, route: str, status: int) -> Histogram:
    """Return the series of these labels. Cached, because looking it up costs more than the observation."""
    return request_duration.labels(method if method in _METHODS else "OTHER", route, status)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Record the duration of a request."""
    _series(method, route, status).observe(seconds)


async def metrics(_request: Request) -> Response:
    """Answer a scrape."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


metrics_route = Route("/metrics", metrics, include_in_schema=False)
