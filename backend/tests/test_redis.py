"""Redis is a help, never a need: what it has is used once loaded, and its absence is never an error."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import pytest
from redis.exceptions import ConnectionError, RedisError, ResponseError, TimeoutError  # noqa: A004

from app.redis import client as redis_client
from app.redis import helpers
from app.redis.client import close_redis, get_redis_client, init_redis
from app.redis.helpers import cache_delete, cache_get, cache_set, cached
from tests.support import SOON, eventually
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.patience import be_patient
from tests.support.stores import app_redis, redis_server

pytestmark = pytest.mark.usefixtures("client")

FAULTS = [mode for mode in Mode if mode is not Mode.PASS]


@pytest.fixture
async def proxy() -> AsyncIterator[FaultProxy]:
    """On the way from the app to Redis."""
    async with FaultProxy(*redis_server()) as proxy, app_redis(limit=1, REDIS_PORT=proxy.port):
        yield proxy


class Load:
    """Loads for the cache, and knows how often."""

    def __init__(self, value: object, seconds: float = 0) -> None:
        self.value = value
        self.seconds = seconds
        self.calls = 0

    async def __call__(self) -> object:
        self.calls += 1
        await asyncio.sleep(self.seconds)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class TestCacheHelpers:
    @pytest.mark.parametrize("value", [0, "", [], None, True, 1.5, {"tên": ["Lan", {"tuổi": 30}]}])
    async def test_what_is_set_is_got(self, value: object) -> None:
        assert await cache_set("key", value) is True
        assert await cache_get("key") == value

    async def test_what_was_never_set_is_a_miss(self) -> None:
        assert await cache_get("key") is None

    async def test_entries_live_an_hour_or_as_long_as_told(self) -> None:
        await cache_set("an hour", 1)
        await cache_set("a minute", 1, ttl=60)
        redis = await get_redis_client()
        assert 3590 < await redis.ttl("an hour") <= 3600
        assert 50 < await redis.ttl("a minute") <= 60

    async def test_deleting_is_done_also_when_there_is_nothing(self) -> None:
        await cache_set("key", 1)
        assert await cache_delete("key") is True
        assert await cache_get("key") is None
        assert await cache_delete("key") is True

    async def test_what_is_no_json_is_not_stored(self) -> None:
        assert await cache_set("key", object()) is False
        assert await (await get_redis_client()).exists("key") == 0

    async def test_what_others_stored_in_another_form_is_a_miss(self) -> None:
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

    async def test_before_the_start_it_is_away_as_well(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_client, "redis_client", None)
        assert await cache_get("key") is None
        assert await cache_set("key", 1) is False
        assert await cache_delete("key") is False
        with pytest.raises(RuntimeError, match="not initialized"):
            await get_redis_client()


class TestCached:
    @pytest.mark.parametrize("value", ["Lan", None, 0, []])
    async def test_loads_once_and_then_hits(self, value: object) -> None:
        load = Load(value)
        assert [await cached("key", 60, load) for _ in range(3)] == [value] * 3
        assert load.calls == 1

    async def test_a_miss_and_a_hit_give_the_same_and_each_caller_a_copy_of_its_own(self) -> None:
        load = Load({"id": UUID(int=7), "hours": (8, 20)}, seconds=0.05)
        misses = await asyncio.gather(*(cached("key", 60, load) for _ in range(2)))
        assert [*misses, await cached("key", 60, load)] == [{"id": str(UUID(int=7)), "hours": [8, 20]}] * 3
        assert misses[0] is not misses[1]

    async def test_the_entry_lives_as_long_as_told(self) -> None:
        await cached("key", 60, Load(1))
        assert 50 < await (await get_redis_client()).ttl("key") <= 60

    async def test_fifty_who_miss_at_once_wait_for_one_load(self) -> None:
        load = Load("Lan", seconds=0.1)
        assert await asyncio.gather(*(cached("key", 60, load) for _ in range(50))) == ["Lan"] * 50
        assert load.calls == 1

    async def test_two_processes_that_miss_at_once_load_once(self) -> None:
        other = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from tests.test_redis import other_process; other_process()")
        )
        assert await miss_at_the_same_time() == ["Lan"] * 10
        assert await other.wait() == 0
        assert await (await get_redis_client()).get("loads") == "1"

    async def test_a_failure_reaches_all_who_waited_and_the_next_loads_again(self) -> None:
        failing = Load(ValueError("no such branch"), seconds=0.05)
        results = await asyncio.gather(
            *(cached("key", 60, failing) for _ in range(5)), return_exceptions=True
        )
        assert results == [failing.value] * 5
        assert failing.calls == 1
        assert await (await get_redis_client()).exists("key:refill") == 0
        assert await cached("key", 60, Load("Lan")) == "Lan"

    @pytest.mark.parametrize("fault", FAULTS)
    async def test_while_redis_is_away_everyone_loads(self, fault: Mode, proxy: FaultProxy) -> None:
        proxy.mode = fault
        load = Load("Lan")
        assert [await cached("key", 60, load) for _ in range(3)] == ["Lan"] * 3
        assert load.calls == 3

    async def test_a_redis_that_goes_away_during_the_load_takes_nothing_with_it(
        self, proxy: FaultProxy
    ) -> None:
        async def load() -> str:
            proxy.mode = Mode.REFUSE
            return "Lan"

        assert await cached("key", 60, load) == "Lan"

    async def test_the_lock_of_a_process_that_died_does_not_hold_for_ever(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(helpers, "REFILL_LOCK", 0.1)
        await (await get_redis_client()).set("key:refill", "the dead one's")
        async with asyncio.timeout(SOON):
            assert await cached("key", 60, Load("Lan")) == "Lan"

    async def test_one_who_was_too_slow_leaves_the_lock_of_the_next_alone(self) -> None:
        redis = await get_redis_client()

        async def load() -> str:
            await redis.set("key:refill", "the next one's")
            return "Lan"

        await cached("key", 60, load)
        assert await redis.get("key:refill") == "the next one's"


async def miss_at_the_same_time() -> list[str]:
    """Ten callers of `cached` here, when the other process is at the same point."""
    redis = await get_redis_client()
    await redis.incr("arrived")

    async def both_are_here() -> bool:
        return bool(await redis.get("arrived") == "2")

    async def load() -> str:
        await redis.incr("loads")
        await asyncio.sleep(0.2)
        return "Lan"

    await eventually(both_are_here)
    return await asyncio.gather(*(cached("key", 60, load) for _ in range(10)))


def other_process() -> None:
    async def main() -> None:
        be_patient()
        await init_redis()
        assert await miss_at_the_same_time() == ["Lan"] * 10
        await close_redis()

    asyncio.run(main())


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

    async def test_after_the_pause_one_asks_for_all(
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

    async def test_a_refusal_of_a_command_is_an_answer(self) -> None:
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
