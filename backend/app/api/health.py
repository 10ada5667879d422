"""Health for people and load balancers: 200 when healthy, 503 when not, with the same body."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response

from app.common.constants import API_V1
from app.common.helpers import utc_now
from app.common.schemas import DatabaseHealthResponse, HealthCheckResponse, RedisHealthResponse
from app.core.config import settings
from app.core.database import check_database_health, check_database_ready
from app.core.lifecycle import Draining
from app.http.router import PUBLIC, QuickRoute, operation_id
from app.redis.client import check_redis_health

_UNAVAILABLE = 503

router = APIRouter(
    prefix=f"{API_V1}/health",
    tags=["Health"],
    route_class=QuickRoute,
    generate_unique_id_function=operation_id,
)
Database = Annotated[tuple[bool, float], Depends(check_database_health)]
ReadyDatabase = Annotated[tuple[bool, float], Depends(check_database_ready)]
Redis = Annotated[tuple[bool, float], Depends(check_redis_health)]


@router.get("/live", response_model=HealthCheckResponse, openapi_extra=PUBLIC)
async def liveness() -> Response:
    """Tell whether the process answers. Checks nothing else: restarting an app does not repair its database."""
    # First, and without FastAPI's serialisation: it is called more often than any other route.
    return Response(_body("healthy").model_dump_json(), media_type="application/json")


@router.get("/", responses={503: {"model": HealthCheckResponse}}, openapi_extra=PUBLIC)
async def health_check(response: Response, database: Database, redis: Redis) -> HealthCheckResponse:
    """Return the overall state: `degraded` without Redis (200), `unhealthy` without the database (503)."""
    if not database[0]:
        return _state("unhealthy", response)
    return _state("healthy" if redis[0] else "degraded", response)


@router.get("/ready", responses={503: {"model": HealthCheckResponse}}, openapi_extra=PUBLIC)
async def readiness(response: Response, database: ReadyDatabase) -> HealthCheckResponse:
    """Tell whether to send requests here: not without the database, before `zenspa migrate`, or once told to stop."""
    return _state("healthy" if database[0] and not Draining.started else "unhealthy", response)


@router.get("/db", responses={503: {"model": DatabaseHealthResponse}}, openapi_extra=PUBLIC)
async def database_health_check(response: Response, database: Database) -> DatabaseHealthResponse:
    """Tell whether PostgreSQL answers, and how fast."""
    connected, milliseconds = database
    state = _state("healthy" if connected else "unhealthy", response)
    return DatabaseHealthResponse(
        **state.model_dump(), database="postgresql", connected=connected, response_time_ms=milliseconds
    )


@router.get("/redis", responses={503: {"model": RedisHealthResponse}}, openapi_extra=PUBLIC)
async def redis_health_check(response: Response, redis: Redis) -> RedisHealthResponse:
    """Tell whether Redis answers, and how fast. The app also works without it."""
    connected, milliseconds = redis
    state = _state("healthy" if connected else "unhealthy", response)
    address = f"{settings.REDIS_HOST}:{settings.REDIS_PORT}"
    return RedisHealthResponse(
        **state.model_dump(), redis=address, connected=connected, response_time_ms=milliseconds
    )


def _state(status: Literal["healthy", "degraded", "unhealthy"], response: Response) -> HealthCheckResponse:
    if status == "unhealthy":
        response.status_code = _UNAVAILABLE
    return _body(status)


def _body(status: Literal["healthy", "degraded", "unhealthy"]) -> HealthCheckResponse:
    return HealthCheckResponse(
        status=status, timestamp=utc_now(), service=settings.APP_NAME, version=settings.APP_VERSION
    )
