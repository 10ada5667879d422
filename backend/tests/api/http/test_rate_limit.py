"""Rate limits: exact, one count for all processes, and never the reason why a request fails."""

import asyncio
import itertools
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from uuid_utils.compat import uuid7

from app.core.config import Settings, settings
from app.core.exceptions import RateLimitException
from app.http import rate_limit_middleware
from app.http.rate_limit_middleware import RateLimitMiddleware
from app.main import create_app
from app.modules.identity.tokens import issue_access_token
from app.redis import client as redis_client
from app.redis import rate_limit
from app.redis.client import get_redis_client
from app.redis.rate_limit import (
    RateLimit,
    RateLimitState,
    forget,
    rate_limit_headers,
    require_left,
    take,
)
from tests.support import eventually
from tests.support.app_process import AppProcess
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.http import refusal, stores
from tests.support.stores import app_redis, redis_server

pytestmark = pytest.mark.usefixtures("client", "_nothing_counted_here")

FAULTS = [mode for mode in Mode if mode is not Mode.PASS]
SIGN_IN = RateLimit("sign-in", 3, 900)
SHORT = 2
"""Seconds: a window that a test can wait for."""
LAN, MAI = "lan@example.com", "mai@example.com"


@pytest.fixture
def _nothing_counted_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "_local_windows", rate_limit._LocalWindows())


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    """Yield a proxy between the app and Redis."""
    async with FaultProxy(*redis_server()) as proxy, app_redis(limit=1, REDIS_PORT=proxy.port):
        yield proxy


@asynccontextmanager
async def another_process() -> AsyncIterator[None]:
    """Run as another process: with a client of Redis of its own, and nothing counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rate_limit, "_local_windows", rate_limit._LocalWindows())
        async with app_redis():
            yield


async def is_admitted(limit: RateLimit, key: str, *, cost: int = 1) -> bool:
    try:
        await take(limit, key, cost=cost)
    except RateLimitException:
        return False
    return True


async def admissions(number: int, limit: RateLimit = SIGN_IN, key: str = LAN) -> list[bool]:
    return [await is_admitted(limit, key) for _ in range(number)]


async def keys_in_redis() -> list[str]:
    return [str(key) for key in await (await get_redis_client()).keys("*")]


class TestTake:
    async def test_as_many_as_the_limit_says_and_no_more(self) -> None:
        assert await admissions(5) == [True, True, True, False, False]

    async def test_a_refusal_says_why_and_when_to_come_back(self) -> None:
        await admissions(3)
        with pytest.raises(RateLimitException) as refused:
            await take(SIGN_IN, LAN)
        seconds = int(refused.value.headers["Retry-After"])
        assert 890 < seconds <= 900
        assert refused.value.headers == {
            "RateLimit-Policy": '"sign-in";q=3;w=900',
            "RateLimit": f'"sign-in";r=0;t={seconds}',
            "Retry-After": str(seconds),
        }

    def test_headers_are_those_of_the_draft(self) -> None:
        assert rate_limit_headers(RateLimit("sign-in", 10, 900), RateLimitState(7, 321)) == {
            "RateLimit-Policy": '"sign-in";q=10;w=900',
            "RateLimit": '"sign-in";r=7;t=321',
        }

    async def test_all_of_a_cost_or_nothing(self) -> None:
        assert await is_admitted(SIGN_IN, LAN, cost=2)
        assert not await is_admitted(SIGN_IN, LAN, cost=2)
        assert await admissions(2) == [True, False]

    async def test_keys_and_limits_have_counts_of_their_own(self) -> None:
        await admissions(3)
        assert await is_admitted(SIGN_IN, MAI)
        assert await is_admitted(RateLimit("sign-up", 3, 900), LAN)

    async def test_processes_share_the_count(self) -> None:
        await admissions(2)
        async with another_process():
            assert await admissions(2) == [True, False]
        assert await admissions(1) == [False]

    @pytest.mark.parametrize("there_is_redis", [True, False])
    async def test_the_window_moves_on(
        self, monkeypatch: pytest.MonkeyPatch, *, there_is_redis: bool
    ) -> None:
        if not there_is_redis:
            monkeypatch.setattr(redis_client, "redis_client", None)
        limit, refused = RateLimit("short", 2, SHORT), False
        admitted_at: list[float] = []  # when requests were admitted

        async def is_admitted_again() -> bool:
            nonlocal refused
            now = time.monotonic()
            if not await is_admitted(limit, LAN):
                refused = True
                return False
            if len(admitted_at) >= 2:
                assert time.monotonic() - admitted_at[-2] > SHORT - 0.01  # two clocks
            admitted_at.append(now)
            return refused

        await eventually(is_admitted_again)
        assert len(admitted_at) >= 3

    @pytest.mark.parametrize("there_is_redis", [True, False])
    async def test_the_time_to_wait_gets_shorter(
        self, monkeypatch: pytest.MonkeyPatch, *, there_is_redis: bool
    ) -> None:
        if not there_is_redis:
            monkeypatch.setattr(redis_client, "redis_client", None)
        await admissions(3)

        async def it_is_shorter() -> bool:
            with pytest.raises(RateLimitException) as refused:
                await take(SIGN_IN, LAN)
            return int(refused.value.headers["Retry-After"]) < 900

        await eventually(it_is_shorter)

    async def test_two_hundred_at_once_get_no_more_than_one_after_the_other(self) -> None:
        """More than the pool has connections: who gets none must not be counted elsewhere."""
        limit = RateLimit("a rush", 50, 900)
        assert Counter(await asyncio.gather(*(is_admitted(limit, LAN) for _ in range(200))))[True] == 50

    @pytest.mark.parametrize("decode", [True, False])
    async def test_whether_the_client_gives_text_or_bytes(self, *, decode: bool) -> None:
        async with app_redis(REDIS_DECODE_RESPONSES=decode):
            assert await is_admitted(SIGN_IN, LAN, cost=2)
            with pytest.raises(RateLimitException) as refused:
                await take(SIGN_IN, LAN, cost=2)
            assert '"sign-in";r=1;t=' in refused.value.headers["RateLimit"]
            assert await admissions(2) == [True, False]
            assert len(await keys_in_redis()) == 1

    @pytest.mark.parametrize("key", [LAN, "203.0.113.7", "\ud800"])
    async def test_redis_is_not_told_who_it_is_and_forgets(self, key: str) -> None:
        await take(SIGN_IN, key)
        (stored,) = await keys_in_redis()
        assert stored.startswith("rate-limit:sign-in/")
        assert key not in stored
        assert 890 < await (await get_redis_client()).ttl(stored) <= 900


class TestFailuresAlone:
    async def test_looking_counts_nothing(self) -> None:
        for _ in range(5):
            await require_left(SIGN_IN, LAN)
        assert await admissions(4) == [True, True, True, False]
        with pytest.raises(RateLimitException):
            await require_left(SIGN_IN, LAN)

    async def test_what_was_counted_can_be_forgotten(self) -> None:
        await admissions(3)
        await forget(SIGN_IN, LAN)
        assert await admissions(4) == [True, True, True, False]

    async def test_also_while_redis_is_away(self, proxy: FaultProxy) -> None:
        proxy.mode = Mode.REFUSE
        await require_left(SIGN_IN, LAN)
        assert await admissions(4) == [True, True, True, False]
        with pytest.raises(RateLimitException):
            await require_left(SIGN_IN, LAN)
        await forget(SIGN_IN, LAN)
        await require_left(SIGN_IN, LAN)


class TestWhileRedisIsAway:
    @pytest.mark.parametrize("fault", FAULTS)
    async def test_the_process_counts_for_itself_until_redis_is_back(
        self, fault: Mode, proxy: FaultProxy
    ) -> None:
        proxy.mode = fault
        assert await admissions(5) == [True, True, True, False, False]
        assert await is_admitted(SIGN_IN, MAI)
        proxy.mode = Mode.PASS
        redis_client.breaker._open_until = 0  # the end of its pause
        assert (await admissions(3))[:2] == [True, True]  # what was stalled has come, and may be the third
        async with another_process():
            assert await admissions(1) == [False]

    async def test_also_before_it_was_ever_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_client, "redis_client", None)
        assert await admissions(4) == [True, True, True, False]

    async def test_a_redis_that_cannot_count_is_away(self) -> None:
        await take(SIGN_IN, LAN)
        (key,) = await keys_in_redis()
        await (await get_redis_client()).set(key, "no list", keepttl=True)
        assert await admissions(4) == [True, True, True, False]

    async def test_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_client, "redis_client", None)
        monkeypatch.setattr(rate_limit, "_LOCAL_WINDOWS", 3)
        for key in (LAN, MAI, "a", "b", LAN, "c"):
            await take(SIGN_IN, key)
        assert len(rate_limit._local_windows._requests) == 3
        assert await admissions(3, key="b") == [True, True, False]  # not forgotten


def app_with_limit(per_minute: int) -> ASGIApp:
    return create_app(Settings(**{**settings.model_dump(), "RATE_LIMIT_PER_MINUTE": per_minute}))


async def find_no_user(_authorization: str) -> None:
    return None


async def ask(
    app: ASGIApp,
    times: int = 1,
    *,
    address: str = "203.0.113.7",
    path: str = "/",
    headers: dict[str, str] | None = None,
) -> list[httpx2.Response]:
    transport = httpx2.ASGITransport(app, client=(address, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as http:
        return [await http.get(path) for _ in range(times)]


def statuses(answers: Sequence[httpx2.Response]) -> dict[int, int]:
    return Counter(answer.status_code for answer in answers)


async def taken_from_redis() -> int:
    redis = await get_redis_client()
    return sum([await redis.llen(key) for key in await keys_in_redis()])


class TestGeneralLimit:
    async def test_over_it_is_the_envelope_and_when_to_come_back(self) -> None:
        answers = await ask(app_with_limit(40), 45)
        assert [answer.status_code for answer in answers] == [200] * 40 + [429] * 5
        for answer in answers[40:]:
            refusal(answer, 429, "RATE_LIMITED")
            seconds = int(answer.headers["retry-after"])
            assert 50 < seconds <= 60
            assert answer.headers["ratelimit-policy"] == '"general";q=40;w=60'
            assert answer.headers["ratelimit"] == f'"general";r=0;t={seconds}'

    async def test_pages_of_other_origins_may_read_it(self) -> None:
        transport = httpx2.ASGITransport(app_with_limit(1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
            for status in (200, 429):
                answer = await http.get("/", headers={"Origin": "http://localhost:3000"})
                assert answer.status_code == status
                exposed = answer.headers["access-control-expose-headers"].split(", ")
                assert {"Retry-After", "RateLimit", "RateLimit-Policy"} <= set(exposed)

    @pytest.mark.parametrize("path", ["/api/v1/health/live", "/api/v1/health/ready", "/metrics"])
    async def test_monitoring_is_never_refused(self, path: str) -> None:
        app = app_with_limit(1)
        assert statuses(await ask(app, 2)) == {200: 1, 429: 1}
        assert statuses(await ask(app, 3, path=path)) == {200: 3}

    @pytest.mark.parametrize(
        ("one", "other", "shared"),
        [
            ("203.0.113.7", "203.0.113.8", False),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
            ("203.0.113.7", "::ffff:203.0.113.7", True),
            ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
            ("fe80::1%eth0", "fe80::2%eth0", True),
            ("no:address", "no:other", False),
        ],
    )
    async def test_is_of_an_address_or_a_network_of_ipv6(self, one: str, other: str, *, shared: bool) -> None:
        app = app_with_limit(1)
        await ask(app, address=one)
        assert statuses(await ask(app, address=other)) == {429 if shared else 200: 1}

    async def test_what_strangers_use_up_at_an_address_does_not_stop_who_is_signed_in(self) -> None:
        app = app_with_limit(20)
        lan, mai = [{"Authorization": f"Bearer {issue_access_token(uuid7(), uuid7())}"} for _ in range(2)]
        assert statuses(await ask(app, 21)) == {200: 20, 429: 1}
        assert statuses(await ask(app, 21, headers=lan)) == {200: 20, 429: 1}
        assert statuses(await ask(app, 1, headers=lan, address="198.51.100.1")) == {200: 1}
        assert statuses(await ask(app, 1, headers=mai)) == {200: 1}
        assert statuses(await ask(app, 1)) == {429: 1}

    @pytest.mark.parametrize(
        "authorization",
        ["", "Bearer", "Bearer ", "Bearer x.y.z", "Basic bGFuOng=", "bearer é", "Bearer " + "a" * 5000],
    )
    async def test_a_token_that_is_not_valid_does_not_help(self, authorization: str) -> None:
        app = app_with_limit(1)
        await ask(app)
        transport = httpx2.ASGITransport(app, client=("203.0.113.7", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as http:
            answer = await http.get("/", headers={b"authorization": authorization.encode("latin-1")})
        assert answer.status_code == 429

    async def test_a_request_without_an_address_is_not_refused(self) -> None:
        served = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            served.append(scope)

        limited = RateLimitMiddleware(app, per_minute=1, find_user=find_no_user)
        for _ in range(3):
            await limited({"type": "http", "path": "/", "client": None}, never, never)
            await limited({"type": "lifespan"}, never, never)
        assert len(served) == 6

    async def test_one_request_in_twenty_reaches_redis(self) -> None:
        app = app_with_limit(1200)
        counts = [(await ask(app), await taken_from_redis())[1] for _ in range(41)]
        assert counts == [20] * 20 + [40] * 20 + [60]

    async def test_a_refused_client_does_not_reach_redis(self) -> None:
        app = app_with_limit(20)
        assert statuses(await ask(app, 21)) == {200: 20, 429: 1}
        await (await get_redis_client()).flushdb()  # it would admit now
        assert statuses(await ask(app, 3)) == {429: 3}

    async def test_processes_share_it(self) -> None:
        one, other = app_with_limit(60), app_with_limit(60)
        assert statuses([*await ask(one), *await ask(other)]) == {200: 2}
        assert statuses([*await ask(one, 60), *await ask(other, 60)]) == {200: 58, 429: 62}

    async def test_many_processes_refuse_hardly_early(self) -> None:
        processes = [app_with_limit(240) for _ in range(8)]
        answers = [await one(processes[number % 8]) for number in range(260)]
        assert [answer.status_code for answer in answers[: 240 - 8 * 3]] == [200] * 216

    async def test_two_hundred_at_once_get_no_more_than_one_after_the_other(self) -> None:
        app = app_with_limit(40)
        answers = await asyncio.gather(*(ask(app) for _ in range(200)))
        assert statuses([*itertools.chain(*answers)]) == {200: 40, 429: 160}

    async def test_what_was_taken_and_not_used_is_worth_nothing_in_the_next_window(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rate_limit_middleware, "_WINDOW", SHORT)
        monkeypatch.setattr(rate_limit_middleware, "CHUNKS", 1)
        app = app_with_limit(20)
        await ask(app)
        end = time.monotonic() + SHORT

        async def the_window_is_over() -> bool:
            return time.monotonic() > end

        await eventually(the_window_is_over)
        began = time.monotonic()
        admitted = statuses(await asyncio.gather(*(one(app) for _ in range(40))))[200]
        windows = 1 + int((time.monotonic() - began) / SHORT)  # one, unless the machine is very busy
        assert 20 <= admitted <= 20 * windows

    async def test_who_was_refused_is_served_in_the_next_window(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rate_limit_middleware, "_WINDOW", SHORT)
        app = app_with_limit(1)
        assert (await one(app)).status_code == 200

        async def answers(status: int) -> bool:
            return (await one(app)).status_code == status

        await eventually(partial(answers, 429))
        await eventually(partial(answers, 200))

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_holds_while_redis_is_away(self, fault: Mode, proxy: FaultProxy) -> None:
        proxy.mode = fault
        assert statuses(await ask(app_with_limit(40), 60)) == {200: 40, 429: 20}

    @pytest.mark.parametrize(
        ("per_minute", "limit"),
        [(1, 1), (19, 19), (20, 20), (39, 39), (1200, 1200), (1230, 1220), (60_000_250, 60_000_000)],
    )
    def test_is_in_whole_chunks(self, per_minute: int, limit: int) -> None:
        limited = RateLimitMiddleware(app_with_limit(0), per_minute, find_no_user)
        assert limited.limit.requests == limit
        assert limited.chunk <= 500

    async def test_zero_is_no_limit(self) -> None:
        assert statuses(await ask(app_with_limit(0), 50)) == {200: 50}
        assert await keys_in_redis() == []

    async def test_memory_is_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rate_limit_middleware, "_MAX_ADDRESSES", 3)
        limited = RateLimitMiddleware(app_with_limit(0), per_minute=40, find_user=find_no_user)
        for number in range(10):
            await ask(limited, address=f"203.0.113.{number}")
        assert list(limited._chunks) == ["203.0.113.7", "203.0.113.8", "203.0.113.9"]

    async def test_who_is_gone_is_forgotten(self) -> None:
        limited = RateLimitMiddleware(app_with_limit(0), per_minute=40, find_user=find_no_user)
        await ask(limited, address="203.0.113.1")
        limited._chunks["203.0.113.1"].until = 0
        await ask(limited, address="203.0.113.2")
        assert list(limited._chunks) == ["203.0.113.2"]


async def one(app: ASGIApp) -> httpx2.Response:
    return (await ask(app))[0]


async def never(*_: object) -> Any:
    raise AssertionError


class TestForwardedFor:
    """Serve in a real process, because it is uvicorn that believes the header or not."""

    @pytest.mark.parametrize(
        ("options", "forgotten"), [((), False), (("--trust-proxy", "127.0.0.1"), True)], ids=["none", "proxy"]
    )
    async def test_moves_the_limit_only_when_a_trusted_proxy_says_it(
        self, options: Sequence[str], *, forgotten: bool
    ) -> None:
        command = [sys.executable, "-m", "app.cli.main", "serve", *options]
        async with (
            AppProcess(stores() | {"RATE_LIMIT_PER_MINUTE": "40"}, command=command) as app,
            app.http() as http,
        ):

            async def get(address: str) -> httpx2.Response:
                return await http.get("/", headers={"X-Forwarded-For": address})

            from_one = [await get("198.51.100.1") for _ in range(60)]
            from_many = [await get(f"203.0.113.{number}") for number in range(60)]
        assert statuses(from_one) == {200: 40, 429: 20}
        assert statuses(from_many) == {200 if forgotten else 429: 60}
