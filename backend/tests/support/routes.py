"""The app in this process, with routes that a test defines."""

from collections.abc import Awaitable, Callable
from typing import Any, override

import httpx2
from sqlalchemy import Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp

from app.core.config import settings
from app.core.database import SessionDep
from app.core.database_errors import sqlstate_of
from app.http.router import PUBLIC, ApiRouter
from app.main import create_app


class PublicRouter(ApiRouter):
    """A router of public routes."""

    @override
    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().add_api_route(path, endpoint, **options | {"openapi_extra": PUBLIC})


type Work = Callable[[AsyncSession], Awaitable[None]]


def app_with(*works: Work) -> ASGIApp:
    """Return the app with POST /0, which does the first work in the session of the request, POST /1, and so on."""
    router = PublicRouter()
    for number, work in enumerate(works):
        router.add_api_route(f"/{number}", _endpoint_for(work), methods=["POST"])
    app = create_app(settings)
    app.include_router(router)
    return app


def client_of(app: ASGIApp) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://testserver")


async def post(work: Work) -> httpx2.Response:
    """Return the response of a route that does the work."""
    async with client_of(app_with(work)) as client:
        return await client.post("/0")


def refused_work(statement: Executable) -> tuple[list[str], Work]:
    """Return the SQLSTATEs of PostgreSQL's errors, and a work that executes the statement."""
    states: list[str] = []

    async def work(session: AsyncSession) -> None:
        try:
            await session.execute(statement)
        except DBAPIError as error:
            states.append(sqlstate_of(error))
            raise

    return states, work


def _endpoint_for(work: Work) -> Callable[..., Awaitable[None]]:
    async def endpoint(session: SessionDep) -> None:
        await work(session)

    return endpoint
