"""HEAD is answered wherever GET is, and `Allow` names what a path can do (RFC 9110)."""

import asyncio
from collections import defaultdict
from uuid import uuid4

import httpx2
import pytest

from app.main import app
from app.modules.identity.roles import Role
from tests.builders.branches import add_branch
from tests.builders.operations import DOCUMENT, OPERATIONS, PUBLIC, Caller, RequestCases
from tests.support import SOON
from tests.support.app_process import AppProcess
from tests.support.http import client_of, refusal, stores

PAGES = ["/docs", "/redoc", "/openapi.json", "/metrics"]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
ADMIN = Caller("admin everywhere", (Role.ADMIN,))
STREAM = "GET /api/v1/branches/{branch_id}/board/stream"
READ = [label for label in OPERATIONS if label.startswith("GET ") and label not in PUBLIC | {STREAM}]
SAME = ("content-type", "content-length", "content-disposition", "etag", "cache-control")


class HeadTransport(httpx2.ASGITransport):
    """A transport that sends HEAD in place of any other method."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.method = "HEAD"
        return await super().handle_async_request(request)


def head_client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=HeadTransport(app=app), base_url="http://testserver")


class TestHead:
    @pytest.mark.parametrize("label", READ)
    async def test_head_is_answered_like_get_without_a_body(
        self, stranger: httpx2.AsyncClient, label: str
    ) -> None:
        cases = RequestCases()
        case = cases.add(label, ADMIN, "own")
        await cases.write()
        async with head_client() as heads:
            head = await case.send(heads)
        get = await case.send(stranger)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert {name: head.headers.get(name) for name in SAME} == {
            name: get.headers.get(name) for name in SAME
        }

    @pytest.mark.parametrize("path", ["/", *PAGES, "/api/v1/health/live", "/api/v1/branches", "/nothing"])
    async def test_head_is_answered_on_public_paths(self, stranger: httpx2.AsyncClient, path: str) -> None:
        head, get = await stranger.head(path), await stranger.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["x-request-id"]

    async def test_head_on_a_stream_ends_at_once(self, stranger: httpx2.AsyncClient) -> None:
        cases = RequestCases()
        case = cases.add(STREAM, ADMIN, "own")
        await cases.write()
        async with head_client() as heads, asyncio.timeout(SOON):
            head = await case.send(heads)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")

    async def test_a_head_with_the_etag_is_304(self, client: httpx2.AsyncClient) -> None:
        etag = (await client.head("/api/v1/branches")).headers["etag"]
        again = await client.head("/api/v1/branches", headers={"If-None-Match": etag})
        assert again.status_code == 304

    async def test_head_where_there_is_no_get_is_405(self, client: httpx2.AsyncClient) -> None:
        refused = await client.head("/api/v1/auth/sign-in")
        assert (refused.status_code, refused.headers["allow"], refused.content) == (405, "POST", b"")


async def test_a_connection_goes_on_after_head(client: httpx2.AsyncClient) -> None:
    board = f"/api/v1/branches/{await add_branch()}/board/stream?day=2100-03-01"
    one = httpx2.Limits(max_connections=1)
    async with AppProcess(stores()) as server, server.http(headers=client.headers, limits=one) as http:
        for path in ("/api/v1/branches", board, "/api/v1/customers/export", "/metrics"):
            head = await http.head(path)
            assert (head.status_code, head.content) == (200, b""), path
            assert (await http.get("/api/v1/health/live")).json()["status"] == "healthy"


@pytest.mark.parametrize("path", ["/", *PAGES, *DOCUMENT["paths"]])
async def test_a_method_is_refused_exactly_when_allow_does_not_name_it(path: str) -> None:
    documented = {method.upper() for method in DOCUMENT["paths"].get(path, {"get": {}})}
    url = path.format_map(defaultdict(uuid4))
    async with client_of(app) as http:
        refused = await http.request("BREW", url)
        refusal(refused, 405, "METHOD_NOT_ALLOWED")
        allowed = set(refused.headers["allow"].split(", "))
        assert allowed >= documented
        for method in METHODS:
            response = await http.request(method, url)
            assert (response.status_code == 405) == (method not in allowed), method
            assert response.headers.get("allow", refused.headers["allow"]) == refused.headers["allow"]
