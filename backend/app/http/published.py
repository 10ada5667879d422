"""Lists that anybody may read and that rarely change: kept ready as bytes in each process, and never out of date.

Which version of a list is the newest stands in PostgreSQL, where triggers write it in the transaction that changes
what is listed (migration 0003). Every request asks for it, but all requests of a moment ask together, which
under load is 10 to 30 µs for each. So it is exact: whoever asks after a commit is shown what was committed, in
whatever process, and with Redis away too, for Redis is not asked. A notice to every process would be cheaper, would
come a little after the commit, and one that is lost would never come.
"""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from inspect import get_annotations
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import Text, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.util import greenlet_spawn
from starlette.types import Receive, Scope, Send

from app.common.single_flight import CoalescedCall, SingleFlight
from app.core import database
from app.core.database import is_pooled
from app.core.database_errors import DRIVER_ERRORS, translate
from app.db.models import Base
from app.db.transactions import run_in_transaction
from app.http.etags import etag_of, is_named
from app.http.router import PUBLIC, ApiRoute, ApiRouter


class ListVersion(Base):
    """Which version of a list is the newest: another word after every change, and never one that was before."""

    __tablename__ = "list_version"

    list: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)
    version: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))


def publish(
    router: ApiRouter, path: str, *, name: str, load: Callable[[AsyncSession], Awaitable[Any]]
) -> None:
    """Adds `GET path`, which anybody may call: what `load` gives, under its name and with its description.

    `name` is that of the list in the migration whose triggers tell of its changes. `load` gives the same for the same
    data, in the same order.
    """
    schema = get_annotations(load)["return"]

    async def read() -> Any:
        """Never called: `_Published` answers."""

    read.__name__, read.__doc__ = load.__name__, load.__doc__
    router.add_api_route(
        path,
        read,
        route_class_override=_PublishedRoute,
        response_model=schema,
        responses={304: {"description": "The version that `If-None-Match` names is still the newest"}},
        openapi_extra=PUBLIC,
    )
    route = router.routes[-1]
    assert isinstance(route, _PublishedRoute)
    route.app = _Published(name, load, TypeAdapter(schema))


class _PublishedRoute(ApiRoute):
    """In the document like any other. Its answer needs nothing of what FastAPI does for a request, which takes longer."""


class _Answer(NamedTuple):
    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


class _Ready(NamedTuple):
    """A list of one version, as it is sent."""

    version: UUID | None
    etag: str
    plain: _Answer
    zipped: _Answer
    unchanged: _Answer


class _Published:
    def __init__(
        self, name: str, load: Callable[[AsyncSession], Awaitable[Any]], adapter: TypeAdapter[Any]
    ) -> None:
        self._name, self._load, self._adapter = name, load, adapter
        self._ready: _Ready | None = None
        self._refills = SingleFlight[_Ready]()

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        ready = await self._newest()
        asked = dict(scope["headers"])
        if is_named(ready.etag, asked.get(b"if-none-match", b"").decode("latin-1")):
            answer = ready.unchanged
        elif _takes_gzip(asked.get(b"accept-encoding", b"")):
            answer = ready.zipped
        else:
            answer = ready.plain
        scope["cacheable"] = True
        headers = list(answer.headers)  # the middleware adds to it
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _newest(self) -> _Ready:
        version = (await _newest_versions()).get(self._name)
        ready = self._ready
        if ready is None or ready.version != version:
            ready = self._ready = await self._refills.run(version, self._refill)
        return ready

    async def _refill(self) -> _Ready:
        version, listed = await run_in_transaction(self._read, in_request=True)
        body = self._adapter.dump_json(listed)
        etag = etag_of(body)
        always = [(b"etag", etag.encode()), (b"vary", b"Accept-Encoding"), (b"cache-control", b"no-cache")]
        zipped = gzip.compress(body, mtime=0)
        return _Ready(
            version,
            etag,
            plain=_Answer(200, [*always, *_entity_headers(body)], body),
            zipped=_Answer(200, [*always, *_entity_headers(zipped), (b"content-encoding", b"gzip")], zipped),
            unchanged=_Answer(304, always, b""),
        )

    async def _read(self, session: AsyncSession) -> tuple[UUID | None, Any]:
        """Read by several questions it can be of two moments; not when no change came between."""
        version = await self._version(session)
        while True:
            listed = await self._load(session)
            before, version = version, await self._version(session)
            if version == before:
                return version, listed
            session.expire_all()

    async def _version(self, session: AsyncSession) -> UUID | None:
        return await session.scalar(select(ListVersion.version).where(ListVersion.list == self._name))


def _entity_headers(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]


def _takes_gzip(accept_encoding: bytes) -> bool:
    for item in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, weight = item.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


async def _newest_versions() -> dict[str, UUID]:
    """Raises ServiceUnavailableException, after `REQUEST_POOL_WAIT` seconds at the latest."""
    try:
        async with asyncio.timeout(database.REQUEST_POOL_WAIT):  # for the round under way and the next
            return await _versions.answer()
    except (OSError, SQLAlchemyError, *DRIVER_ERRORS) as error:
        raise translate(error) from error


async def _read_versions() -> dict[str, UUID]:
    """By the driver alone: it is asked all the time, and through SQLAlchemy it takes 300 µs instead of 90."""
    engine = database.engine
    async with asyncio.timeout(database.REQUEST_POOL_WAIT):
        connection = await engine.raw_connection()
        driver = connection.driver_connection
        assert isinstance(driver, asyncpg.Connection)
        try:
            # Behind a pooler the parts of the question would else go to several servers.
            async with driver.transaction() if is_pooled(engine) else nullcontext():
                return dict(await driver.fetch(_SELECT_VERSIONS))
        except BaseException:
            driver.terminate()  # whatever it was: giving it back could wait for a silent server once more
            raise
        finally:
            await greenlet_spawn(connection.close)


_SELECT_VERSIONS = "SELECT list, version FROM list_version"
_versions = CoalescedCall(_read_versions)
