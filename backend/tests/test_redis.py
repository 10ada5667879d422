"""The app works without Redis: its absence is a cache miss, and never an error."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError  # noqa: A004

from app.redis import client as redis_client
from app.redis.client import get_redis_client
from app.redis.helpers import cache_delete, cache_get, cache_set
from tests.support import SOON
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.stores import app_redis, redis_server

pytestmark = pytest.mark.usefixtures("client")

FAULTS = [mode for mode in Mode if mode is not Mode.PASS]


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    """Yield a proxy between the app and Redis."""
    async with FaultProxy(*redis_server()) as proxy, app_redis(limit=1, REDIS_PORT=proxy.port):
        yield proxy


class TestCacheHelpers:
    @pytest.mark.parametrize("value", [0, "", [], None, True, 1.5, {"tên": ["Lan", {"tuổi": 30}]}])
    async def test_a_value_is_read_as_it_was_set(self, value: object) -> None:
        assert await cache_set("key", value) is True
        assert await cache_get("key") == value

    async def test_an_unknown_key_is_a_miss(self) -> None:
        assert await cache_get("key") is None

    async def test_entries_expire_after_an_hour_or_their_ttl(self) -> None:
        await cache_set("an hour", 1)
        await cache_set("a minute", 1, ttl=60)
        redis = await get_redis_client()
        assert 3590 < await redis.ttl("an hour") <= 3600
        assert 50 < await redis.ttl("a minute") <= 60

    async def test_deleting_an_unknown_key_succeeds(self) -> None:
        await cache_set("key", 1)
        assert await cache_delete("key") is True
        assert await cache_get("key") is None
        assert await cache_delete("key") is True

    async def test_a_value_that_is_no_json_is_not_stored(self) -> None:
        assert await cache_set("key", object()) is False
        assert await (await get_redis_client()).exists("key") == 0

    async def test_a_value_in_another_format_is_a_miss(self) -> None:
        redis = await get_redis_client()
        await redis.set("no json", "{")
        await redis.lpush("a list", "1")
        assert await cache_get("no json") is None
        assert await cache_get("a list") is None

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_while_redis_is_away_a_read_is_a_miss_and_a_write_is_lost(
        self, fault: Mode, proxy: FaultProxy
    ) -> None:
        await cache_set("key", 1)
        proxy.mode = fault
        assert await cache_get("key") is None
        assert await cache_set("key", 2) is False
        assert await cache_delete("key") is False

    async def test_before_the_start_redis_is_away(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_client, "redis_client", None)
        assert await cache_get("key") is None
        assert await cache_set("key", 1) is False
        assert await cache_delete("key") is False
        with pytest.raises(RuntimeError, match="not initialized"):
            await get_redis_client()


class TestCircuitBreaker:
    @pytest.fixture(autouse=True)
    def _opens_for_longer_than_the_test(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_client, "RETRY_AFTER", 600)

    async def test_only_the_first_caller_pays(self, proxy: FaultProxy) -> None:
        proxy.mode = Mode.BLACK_HOLE
        assert await outcomes_of_pings(1) == ["waited in vain"]
        assert await outcomes_of_pings(20) == ["spared"] * 20

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_every_fault_opens_it(self, fault: Mode, proxy: FaultProxy) -> None:
        proxy.mode = fault
        await outcomes_of_pings(1)
        assert await outcomes_of_pings(3) == ["spared"] * 3

    async def test_after_the_pause_one_call_finds_out(
        self, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy.mode = Mode.BLACK_HOLE
        await outcomes_of_pings(1)
        end_the_pause()
        assert sorted(await outcomes_of_pings(20)) == ["spared"] * 19 + ["waited in vain"]

    async def test_closes_as_soon_as_redis_answers(
        self, proxy: FaultProxy, client: httpx2.AsyncClient
    ) -> None:
        proxy.mode = Mode.REFUSE
        await outcomes_of_pings(1)
        assert "redis_breaker_open 1.0" in (await client.get("/metrics")).text
        proxy.mode = Mode.PASS
        end_the_pause()
        assert await outcomes_of_pings(1) == ["answered"]
        assert await outcomes_of_pings(20) == ["answered"] * 20
        assert "redis_breaker_open 0.0" in (await client.get("/metrics")).text

    async def test_a_refused_command_does_not_open_it(self) -> None:
        redis = await get_redis_client()
        await redis.set("key", "no list")
        with pytest.raises(ResponseError):
            await redis.lpush("key", "1")
        assert await outcomes_of_pings(1) == ["answered"]

    async def test_a_subscriber_that_hears_nothing_says_nothing_about_redis(self, proxy: FaultProxy) -> None:
        async with (await get_redis_client()).pubsub() as pubsub:
            await pubsub.subscribe("channel")
            await pubsub.get_message(timeout=SOON)  # the confirmation
            assert await pubsub.get_message(timeout=0.01) is None
            assert await outcomes_of_pings(1) == ["answered"]
            proxy.mode = Mode.BLACK_HOLE
            await outcomes_of_pings(1)
            assert await pubsub.get_message(timeout=0.01) is None
            assert await outcomes_of_pings(1) == ["spared"]
            proxy.mode = Mode.PASS


def end_the_pause() -> None:
    redis_client.breaker._open_until = 0


async def outcomes_of_pings(number: int) -> list[str]:
    redis = await get_redis_client()
    results = await asyncio.gather(*(redis.ping() for _ in range(number)), return_exceptions=True)
    return [outcome(result) for result in results]


def outcome(result: Any) -> str:
    if isinstance(result, ConnectionError) and "circuit breaker open" in str(result):
        return "spared"
    if isinstance(result, TimeoutError):
        return "waited in vain"
    return "failed at once" if isinstance(result, RedisError) else "answered"
