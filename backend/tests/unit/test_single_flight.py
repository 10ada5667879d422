"""One run for all who ask at the same time, and never one that is over or was on its way before."""

import asyncio

import pytest

from app.common.single_flight import CoalescedCall, SingleFlight


async def test_who_asks_meanwhile_shares_the_run() -> None:
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


async def test_a_run_that_is_over_is_not_joined_by_who_comes_before_the_loop_has_told_of_its_end() -> None:
    """They would be answered without a turn of the loop; whoever asks again until the answer is good asks for ever."""
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def first() -> int:
        over.set_result(None)  # whoever waits for it goes on before those who are told of the end of this run
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


class TestRounds:
    async def test_nobody_is_given_an_answer_that_was_on_its_way_before_they_asked(self) -> None:
        asked: list[asyncio.Future[int]] = []

        async def ask() -> int:
            asked.append(asyncio.get_running_loop().create_future())
            return await asked[-1]

        rounds = CoalescedCall(ask)
        first = asyncio.create_task(rounds.answer())
        await turns()
        later = [asyncio.create_task(rounds.answer()) for _ in range(3)]
        await turns()
        assert len(asked) == 1
        asked[0].set_result(1)
        await turns()
        assert (first.done(), any(each.done() for each in later), len(asked)) == (True, False, 2)
        asked[1].set_result(2)
        assert await asyncio.gather(first, *later) == [1, 2, 2, 2]

    async def test_a_round_that_fails_is_not_the_next(self) -> None:
        numbers = iter([1, 2])

        async def ask() -> int:
            await asyncio.sleep(0)
            number = next(numbers)
            if number == 1:
                raise OSError("away")
            return number

        rounds = CoalescedCall(ask)
        first = asyncio.create_task(rounds.answer())
        await turns(1)
        later = asyncio.create_task(rounds.answer())
        with pytest.raises(OSError, match="away"):
            await first
        assert await later == 2

    async def test_who_goes_away_leaves_the_round_to_the_others(self) -> None:
        answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        rounds = CoalescedCall(lambda: answered)
        gone, stays = asyncio.create_task(rounds.answer()), asyncio.create_task(rounds.answer())
        await turns()
        gone.cancel()
        await turns()
        answered.set_result(1)
        assert await stays == 1


async def turns(count: int = 5) -> None:
    """Of the event loop: whoever can go on has."""
    for _ in range(count):
        await asyncio.sleep(0)
