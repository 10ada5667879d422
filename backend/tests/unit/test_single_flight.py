"""One run for all callers of the same moment, and never one that is over."""

import asyncio

from app.common.single_flight import SingleFlight


async def test_callers_meanwhile_share_the_run() -> None:
    ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    runs = 0

    async def work() -> int:
        nonlocal runs
        runs += 1
        return await ended

    flights = SingleFlight[int]()
    callers = [asyncio.create_task(flights.run("key", work)) for _ in range(3)]
    await asyncio.sleep(0)
    ended.set_result(7)
    assert await asyncio.gather(*callers) == [7, 7, 7]
    assert runs == 1


async def test_a_caller_does_not_join_a_run_that_is_over_before_the_loop_has_told_of_its_end() -> None:
    """Joining it would be answered without a turn of the loop; a caller that repeats until the answer is good never ends."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def first() -> int:
        over.set_result(None)  # waiters of it go on before the callbacks of this run
        return 1

    async def second() -> int:
        return 2

    flights = SingleFlight[int]()

    async def latecomer() -> int:
        await over
        return await flights.run("key", second)

    late = asyncio.create_task(latecomer())
    await asyncio.sleep(0)
    assert await flights.run("key", first) == 1
    assert await late == 2
