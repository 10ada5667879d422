"""The middleware of every request: its id, its headers, CORS, the guard, the last catch, the measurement."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import httpx2
import pytest
import uvicorn
from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import StreamingResponse
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import ASGIApp

from app.core.config import Settings, settings
from app.main import create_app
from tests.support.http import HOST, ask_raw, client_of, read_answer, refusal

LIVE = "/api/v1/health/live"
ORIGIN = "http://localhost:3000"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH"}
STRANGERS = [
    "https://evil.example",
    "http://localhost:3000.evil.example",
    "http://localhost:30001",
    "https://localhost:3000",
    "http://localhost",
    "null",
    "",
]

router = APIRouter()


@router.get("/bug")
async def bug() -> None:
    raise RuntimeError("hunter2")


@router.get("/half")
async def half() -> StreamingResponse:
    async def body() -> AsyncIterator[bytes]:
        yield b"first half"
        raise RuntimeError("hunter2")

    return StreamingResponse(body())


BACKGROUND_WORK = 0.05  # seconds


@router.get("/mailed")
async def mailed(background: BackgroundTasks) -> None:
    background.add_task(_work)


@router.get("/endless")
async def endless(request: Request) -> StreamingResponse:
    request.scope["endless"] = True
    return StreamingResponse(_pieces())


async def _pieces() -> AsyncIterator[bytes]:
    yield b"first"
    await _work()
    yield b"second"


async def _work() -> None:
    end = time.perf_counter() + BACKGROUND_WORK
    while time.perf_counter() < end:
        pass


def make_app(**changes: Any) -> ASGIApp:
    app = create_app(Settings(**{**settings.model_dump(), **changes}))
    app.include_router(router)
    return app


app = make_app()


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[int]:
    """The app behind a real server in this process; gives its port."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    with socket.create_server(("127.0.0.1", 0)) as listener:  # listens at once: there is nothing to wait for
        task = asyncio.create_task(server.serve([listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await task


class TestRequestId:
    @pytest.mark.parametrize("sent", ["7", "0f8fad5b-d9cb_469f.A", "a" * 64])
    async def test_of_the_client_comes_back(self, sent: str) -> None:
        async with client_of(app) as http:
            response = await http.get("/nothing", headers={"X-Request-ID": sent})
        assert response.headers["x-request-id"] == sent
        refusal(response, 404)  # whose body has the same id

    @pytest.mark.parametrize(
        "sent",
        [
            b"evil\r\nSet-Cookie: evil=1",
            b"evil\n",
            b"evil\x00",
            b"evil\x1b[2J",
            b"evil" * 2560,
            b"evil" * 16 + b"x",
            "evil–đ".encode(),
            b"evil evil",
            b'evil"}',
            b"",
        ],
        ids=lambda sent: repr(sent[:20]),
    )
    async def test_that_is_no_plain_word_is_replaced_and_shown_nowhere(
        self, sent: bytes, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        answer = await ask_raw(app, path="/nothing", headers=[HOST, (b"x-request-id", sent)])
        assert re.fullmatch(rb"[0-9a-f]{32}", answer.headers[b"x-request-id"])
        log = capfdbinary.readouterr().out
        assert answer.headers[b"x-request-id"] in log
        assert b"evil" not in log + answer.body + b"".join(answer.headers.values())

    async def test_is_new_for_each_request(self) -> None:
        async with client_of(app) as http:
            ids = {(await http.get(LIVE)).headers["x-request-id"] for _ in range(5)}
        assert len(ids) == 5


class TestSecurityHeaders:
    EVERYWHERE = (
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
    )

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", LIVE, {}, 200),
            ("GET", "/", {}, 200),
            ("GET", "/metrics", {}, 200),
            ("GET", "/openapi.json", {}, 200),
            ("GET", "/docs", {}, 200),
            ("GET", "/redoc", {}, 200),
            ("OPTIONS", LIVE, PREFLIGHT, 200),
            ("OPTIONS", LIVE, PREFLIGHT | {"Origin": "null"}, 400),
            ("GET", "/api/v1/health", {}, 307),
            ("GET", "/nothing", {}, 404),
            ("DELETE", LIVE, {}, 405),
            ("POST", "/api/v1/customers", {}, 401),
            ("GET", f"{LIVE}?a=1&a=1", {}, 422),
            ("GET", "/bug", {}, 500),
        ],
    )
    async def test_are_on_every_answer_once(
        self, method: str, path: str, headers: dict[str, str], status: int
    ) -> None:
        async with client_of(app) as http:
            response = await http.request(method, path, headers=headers)
        assert response.status_code == status
        for name, value in self.EVERYWHERE:
            assert response.headers.get_list(name) == [value]
        assert len(response.headers.get_list("content-security-policy")) == 1
        assert len(response.headers.get_list("x-request-id")) == 1

    async def test_let_an_answer_for_programs_load_nothing(self) -> None:
        async with client_of(app) as http:
            policy = (await http.get(LIVE)).headers["content-security-policy"]
        assert policy == "default-src 'none'; frame-ancestors 'none'"

    @pytest.mark.parametrize("page", ["/docs", "/redoc"])
    async def test_let_the_documentation_load_what_it_needs(self, page: str) -> None:
        async with client_of(app) as http:
            response = await http.get(page)
        origins = set(re.findall(r'(?:src|href)="(https://[^/"]+)', response.text))
        assert origins
        for origin in origins:
            assert origin in response.headers["content-security-policy"]

    async def test_demand_https_in_production_only(self) -> None:
        production = make_app(ENVIRONMENT="production", CORS_ORIGINS=ORIGIN)
        async with client_of(app) as http, client_of(production) as https:
            assert "strict-transport-security" not in (await http.get(LIVE)).headers
            assert "max-age=" in (await https.get(LIVE)).headers["strict-transport-security"]


def cors_headers(response: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("access-control-")}


class TestCors:
    @pytest.mark.parametrize("path", [LIVE, "/nothing", "/bug", f"{LIVE}?a=1&a=1"])
    async def test_an_origin_on_the_list_may_read_every_answer(self, path: str) -> None:
        async with client_of(app) as http:
            response = await http.get(path, headers={"Origin": ORIGIN})
        assert cors_headers(response) == {
            "access-control-allow-origin": ORIGIN,
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "X-Request-ID, Retry-After, RateLimit, RateLimit-Policy",
        }
        assert response.headers["vary"] == "Origin"

    @pytest.mark.parametrize("origin", STRANGERS)
    async def test_another_origin_gets_no_cors_header(self, origin: str) -> None:
        async with client_of(app) as http:
            response = await http.get(LIVE, headers={"Origin": origin})
        assert cors_headers(response) == {}
        assert response.headers["vary"] == "Origin"  # or a cache would give it the answer of one on the list

    async def test_a_preflight_of_an_origin_on_the_list_is_answered(self) -> None:
        async with client_of(app) as http:
            response = await http.options(LIVE, headers=PREFLIGHT | {"Access-Control-Request-Headers": "x-a"})
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == ORIGIN
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "PATCH" in response.headers["access-control-allow-methods"]
        assert response.headers["access-control-allow-headers"] == "x-a"

    @pytest.mark.parametrize(
        "refused", [*({"Origin": origin} for origin in STRANGERS), {"Access-Control-Request-Method": "TRACE"}]
    )
    async def test_another_preflight_is_refused_in_the_envelope(self, refused: dict[str, str]) -> None:
        async with client_of(app) as http:
            response = await http.options(LIVE, headers=PREFLIGHT | refused)
        refusal(response, 400, "CORS_REFUSED")
        assert cors_headers(response) == {}

    async def test_a_preflight_for_very_many_headers_is_refused(self) -> None:
        async with client_of(app) as http:
            names = {"Access-Control-Request-Headers": "x-a," * 300}
            refusal(await http.options(LIVE, headers=PREFLIGHT | names), 400, "CORS_REFUSED")

    async def test_any_origin_may_come_but_without_credentials(self) -> None:
        async with client_of(make_app(CORS_ORIGINS="*")) as http:
            response = await http.get(LIVE, headers={"Origin": "https://anybody.example"})
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


class TestHost:
    @pytest.mark.parametrize("hosts", [[], [b""], [b"a", b"b"], [b"testserver", b"testserver"]])
    async def test_missing_or_doubled_is_400(self, hosts: list[bytes]) -> None:
        answer = await ask_raw(app, headers=[(b"host", host) for host in hosts])
        assert (answer.status, answer.error_code) == (400, "INVALID_HOST")

    @pytest.mark.parametrize(
        ("host", "status"),
        [
            (b"api.example.com", 200),
            (b"API.example.com:8000", 200),
            (b"a.example.org", 200),
            (b"[::1]", 200),
            (b"[::1]:8000", 200),
            (b"example.com", 400),
            (b"evil.example", 400),
            (b"api.example.com.evil.example", 400),
            (b"xapi.example.com", 400),
            (b"api.example.com:80@evil.example", 400),
            (b"api.example.com:evil", 400),
            (b"api.example.com/evil", 400),
            (b"evil.example/.example.org", 400),
            (b"example.org", 400),
            (b"evilexample.org", 400),
            (b"[::2]", 400),
            (b"::1", 400),
        ],
    )
    async def test_only_those_on_the_list_are_answered(self, host: bytes, status: int) -> None:
        listed = make_app(ALLOWED_HOSTS="api.example.com, *.example.org, [::1]")
        assert (await ask_raw(listed, headers=[(b"host", host)])).status == status


class TestGuard:
    @pytest.mark.parametrize("path", ["/", "/docs", "/metrics", LIVE, "/api/v1/customers"])
    @pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
    async def test_trace_is_405(self, method: str, path: str) -> None:
        async with client_of(app) as http:
            response = await http.request(method, path, headers={"X-Secret": "hunter2"})
        refusal(response, 405, "METHOD_NOT_ALLOWED")
        assert "hunter2" not in response.text

    @pytest.mark.parametrize("path", ["/", "/docs", "/metrics", LIVE, "/nothing"])
    async def test_a_doubled_parameter_is_422_wherever_it_goes(self, path: str) -> None:
        async with client_of(app) as http:
            assert (
                refusal(await http.get(f"{path}?a=1&a=2"), 422)["details"][0]["type"] == "duplicate_parameter"
            )

    async def test_nul_is_404_in_a_path_and_422_in_a_query(self) -> None:
        assert (await ask_raw(app, path="/api/v1/customers/7\x00")).status == 404  # 422 without the NUL
        assert (await ask_raw(app, query=b"a=%00")).status == 422
        assert (await ask_raw(app, query=b"a=\x00")).status == 422

    @pytest.mark.parametrize("name", [b"content-type", b"idempotency-key"])
    async def test_a_doubled_header_of_one_value_is_422_and_named(self, name: bytes) -> None:
        headers = [HOST, (name, b"application/json"), (name, b"application/json")]
        answer = await ask_raw(app, method="POST", path="/api/v1/customers", headers=headers)
        assert answer.status == 422
        assert json.loads(answer.body)["error"]["details"][0]["field"] == f"header.{name.decode()}"

    @pytest.mark.parametrize("name", [b"accept-language", b"if-none-match", b"x-forwarded-for"])
    async def test_a_list_may_come_in_two_headers(self, name: bytes) -> None:
        assert (await ask_raw(app, headers=[HOST, (name, b"vi"), (name, b"en")])).status == 200

    @pytest.mark.parametrize("query", [b"a=\xff", "a=đ".encode(), b"a=%C4"])
    async def test_a_query_that_is_not_utf_8_is_422(self, query: bytes) -> None:
        answer = await ask_raw(app, query=query)
        assert json.loads(answer.body)["error"]["details"][0]["type"] == "string_unicode"

    async def test_a_long_url_is_414(self) -> None:
        assert (await ask_raw(app, query=b"a=" + b"b" * 16_000)).status == 200
        for path, query in ((LIVE, b"a=" + b"b" * 16_384), ("/" * 16_385, b"")):
            answer = await ask_raw(app, path=path, query=query)
            assert (answer.status, answer.error_code) == (414, "URL_TOO_LONG")

    async def test_many_or_long_headers_are_431(self) -> None:
        assert (await ask_raw(app, headers=[HOST, (b"cookie", b"a" * 32_000)])).status == 200
        for headers in ([(b"cookie", b"a" * 32_768)], [(b"a%d" % number, b"") for number in range(100)]):
            answer = await ask_raw(app, headers=[HOST, *headers])
            assert (answer.status, answer.error_code) == (431, "HEADERS_TOO_LARGE")


class TestUnhandledException:
    async def test_is_a_500_that_says_nothing_and_a_story_in_the_log(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        async with client_of(app) as http:
            response = await http.get("/bug")
        refusal(response, 500, "INTERNAL_ERROR")
        assert "hunter2" not in response.text
        log = capfd.readouterr().out
        assert "RuntimeError: hunter2" in log
        assert log.count("Traceback") == 1
        assert response.headers["x-request-id"] in log

    async def test_leaves_the_connection_to_the_next_request(self) -> None:
        async with serving(app) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            answers = []
            for path in ("/bug", LIVE, "/bug", LIVE):
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                answers.append((await read_answer(reader)).status)
            writer.close()
        assert answers == [500, 200, 500, 200]

    async def test_in_the_middle_of_an_answer_breaks_the_connection(self) -> None:
        async with serving(app) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /half HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            everything = await reader.read()
            writer.close()
        assert b"first half" in everything
        assert not everything.endswith(b"0\r\n\r\n")  # so the client knows that something is missing


async def measured(sample_kind: Literal["count", "sum"]) -> dict[tuple[str, str, str], float]:
    """Return how many requests, or their seconds, by method, route and status."""
    async with client_of(app) as http:
        response = await http.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if sample.name == f"http_request_duration_seconds_{sample_kind}"
    }


class TestMetrics:
    @pytest.mark.parametrize(
        ("method", "path", "counted_as"),
        [
            ("GET", LIVE, ("GET", LIVE, "200")),
            ("GET", "/", ("GET", "/", "200")),
            ("GET", "/docs", ("GET", "/docs", "200")),
            ("GET", "/metrics?a=1", ("GET", "/metrics", "200")),
            ("GET", "/api/v1/customers/7", ("GET", "/api/v1/customers/{customer_id}", "401")),
            (
                "POST",
                "/api/v1/customers/7/archive",
                ("POST", "/api/v1/customers/{customer_id}/archive", "401"),
            ),
            ("DELETE", LIVE, ("DELETE", LIVE, "405")),
            ("BREW", LIVE, ("OTHER", LIVE, "405")),
            ("GET", "/bug", ("GET", "/bug", "500")),
            ("GET", "/nothing", ("GET", "(unmatched)", "404")),
            ("OPTIONS", LIVE, ("OPTIONS", "(unmatched)", "200")),
        ],
    )
    async def test_count_each_request_by_route_template_and_status(
        self, method: str, path: str, counted_as: tuple[str, str, str]
    ) -> None:
        before = (await measured("count")).get(counted_as, 0)
        async with client_of(app) as http:
            await http.request(method, path, headers=PREFLIGHT if method == "OPTIONS" else {})
        after = (await measured("count"))[counted_as]
        own = 1 if path.startswith("/metrics") else 0  # the scrape before is counted as well
        assert after - before == 1 + own

    @pytest.mark.parametrize("path", ["/mailed", "/endless"])
    async def test_time_an_answer_and_not_the_work_behind_it_and_a_stream_until_it_begins(
        self, path: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        began = time.perf_counter()
        async with client_of(app) as http:
            await http.get(path)
        without_the_work = time.perf_counter() - began - BACKGROUND_WORK
        assert (await measured("sum"))["GET", path, "200"] < without_the_work
        [ms] = re.findall(rf"route={path} .*ms=([0-9.]+)", capfd.readouterr().out)
        assert float(ms) / 1000 < without_the_work

    async def test_have_no_series_for_what_a_client_makes_up(self) -> None:
        async with client_of(app) as http:
            await http.request("BREW", "/made-up")
            before = await measured("count")
            for number in range(3):
                await http.request(f"BREW{number}", f"/made-up-{number}")
                await http.request(f"BREW{number}", f"/api/v1/made-up-{number}?x={number}")
            after = await measured("count")
        assert set(after) == set(before) | {("GET", "/metrics", "200")}

    async def test_tell_the_pool_and_the_breaker(self) -> None:
        async with client_of(app) as http:
            text = (await http.get("/metrics")).text
        samples = {s.name for family in text_string_to_metric_families(text) for s in family.samples}
        assert {"db_pool_connections_in_use", "db_pool_requests_waiting", "redis_breaker_open"} <= samples
