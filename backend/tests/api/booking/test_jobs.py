"""What time itself does to appointments."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.common.helpers import utc_now
from app.db.idempotency import KEPT_FOR, StoredResponse
from app.db.transactions import run_in_transaction
from app.jobs import run_jobs, run_once
from tests.builders.branches import add_branch
from tests.builders.people import new_user
from tests.builders.resources import add_bed, at
from tests.builders.rosters import LOCK
from tests.builders.visits import AddedVisit, add_visit
from tests.support import eventually
from tests.support.database import another_connection, insert_all, run_sql
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.ledger import entries
from tests.support.stores import app_database, database_server, through

pytestmark = pytest.mark.usefixtures("stranger")

LOCK_VISIT = "SELECT FROM visit WHERE id = $1 FOR NO KEY UPDATE"


async def add_hold(bed: UUID, *, minutes: float = -1, hour: float = 9) -> AddedVisit:
    """Held until so many minutes from now."""
    times = (at(hour), at(hour + 1))
    expires = utc_now() + timedelta(minutes=minutes)
    return await add_visit(None, *times, allocations={bed: times}, status="held", hold_expires_at=expires)


async def add_confirmed(branch_id: UUID, *, begun: float, status: str = "confirmed") -> AddedVisit:
    """It began so many minutes ago."""
    start = utc_now() - timedelta(minutes=begun)
    return await add_visit(branch_id, start, start + timedelta(hours=1), status=status)


async def state_of(visit: AddedVisit) -> tuple[str, int]:
    """And how much it takes."""
    [row] = await run_sql(
        "SELECT status, (SELECT count(*) FROM allocation WHERE appointment_id = appointment.id) AS allocations"
        " FROM appointment WHERE id = $1",
        visit.appointment_id,
    )
    return row["status"], row["allocations"]


@pytest.fixture
async def bed() -> UUID:
    return await add_bed(await add_branch())


class TestHolds:
    async def test_one_that_is_over_takes_nothing_any_more(self, bed: UUID) -> None:
        over, lasting = await add_hold(bed), await add_hold(bed, minutes=1, hour=11)
        assert await run_once() == 1
        assert (await state_of(over), await state_of(lasting)) == (("expired", 0), ("held", 1))
        assert await run_once() == 0

    async def test_one_whose_time_somebody_else_has_booked_by_now_leaves_them_theirs(self, bed: UUID) -> None:
        over = await add_hold(bed)
        await run_sql("DELETE FROM allocation WHERE appointment_id = $1", over.appointment_id)
        booked = await add_visit(None, at(9), at(10), allocations={bed: (at(9), at(10))})
        await run_once()
        assert (await state_of(over), await state_of(booked)) == (("expired", 0), ("confirmed", 1))

    async def test_the_ledger_says_that_the_clock_did_it(self, bed: UUID) -> None:
        await add_hold(bed)
        await run_once()
        changes = {
            (entry["action"], entry["entity"]): entry for entry in await entries(program="zenspa jobs")
        }
        assert changes.keys() == {("update", "appointment"), ("delete", "allocation")}
        assert {entry["actor_id"] for entry in changes.values()} == {None}
        program = text("SELECT current_setting('application_name')")
        assert await run_in_transaction(lambda session: session.scalar(program)) == "zenspa"  # for that only


class TestNoShows:
    async def test_a_guest_who_did_not_come_is_one_after_the_grace_of_their_branch(self) -> None:
        quick, patient = await add_branch(no_show_minutes=10), await add_branch(no_show_minutes=40)
        late = [await add_confirmed(branch, begun=30) for branch in (quick, patient)]
        assert await run_once() == 1
        assert [(await state_of(visit))[0] for visit in late] == ["no_show", "confirmed"]

    async def test_who_is_there_or_is_to_come_is_none(self) -> None:
        branch = await add_branch()
        others = [
            await add_confirmed(branch, begun=300, status=status)
            for status in ("pending", "arrived", "in_service", "completed", "reopened", "cancelled")
        ]
        await add_confirmed(branch, begun=-30)
        assert await run_once() == 0
        assert "no_show" not in {(await state_of(visit))[0] for visit in others}

    async def test_of_a_party_it_is_whoever_did_not_come(self) -> None:
        branch = await add_branch()
        came, did_not = (
            await add_confirmed(branch, begun=30, status="arrived"),
            await add_confirmed(branch, begun=30),
        )
        await run_sql("UPDATE appointment SET visit_id = $1 WHERE id = $2", came.id, did_not.appointment_id)
        assert await run_once() == 1
        assert ((await state_of(came))[0], (await state_of(did_not))[0]) == ("arrived", "no_show")


class TestTogether:
    async def test_any_number_of_clocks_do_each_thing_once(self, bed: UUID) -> None:
        holds = [await add_hold(bed, hour=hour) for hour in range(0, 40, 2)]
        done = await asyncio.gather(*(run_once() for _ in range(4)))
        assert sum(done) == len(holds)
        assert {await state_of(hold) for hold in holds} == {("expired", 0)}
        assert len(await entries(entity="appointment", action="update")) == len(holds)

    async def test_a_visit_that_somebody_is_at_is_left_to_them_and_not_waited_for(
        self, bed: UUID, capsys: pytest.CaptureFixture[str]
    ) -> None:
        theirs, free_one = await add_hold(bed), await add_hold(bed, hour=11)
        async with held_back(LOCK_VISIT, theirs.id):
            assert await run_once() == 1
        assert (await state_of(theirs), await state_of(free_one)) == (("held", 1), ("expired", 0))
        assert "visit left" not in capsys.readouterr().out  # as after a wait in vain
        assert await run_once() == 1

    async def test_one_that_cannot_be_done_keeps_no_other_from_it(
        self, bed: UUID, capsys: pytest.CaptureFixture[str]
    ) -> None:
        busy, free_one = await add_hold(bed), await add_hold(await add_bed(await add_branch()))
        async with app_database(DB_LOCK_TIMEOUT=0.1), held_back(LOCK, bed):
            assert await run_once() == 1
        assert (await state_of(busy), await state_of(free_one)) == (("held", 1), ("expired", 0))
        assert "visit left for the next run" in capsys.readouterr().out

    async def test_a_process_that_stops_leaves_the_rest_to_others(self, bed: UUID) -> None:
        await add_hold(bed)
        stopping = asyncio.Event()
        stopping.set()
        assert await run_once(stopping) == 0


class TestStoredResponses:
    async def test_they_are_forgotten_after_their_time(self) -> None:
        user_id, _ = await new_user()
        for key, age in (("new", KEPT_FOR - timedelta(minutes=1)), ("old", KEPT_FOR + timedelta(minutes=1))):
            columns = {"user_id": user_id, "request": b"", "response": {}}
            await insert_all([StoredResponse(key=key, created_at=utc_now() - age, **columns)])
        await run_once()
        assert [row["key"] for row in await run_sql("SELECT key FROM idempotency_key")] == ["new"]


class TestOutages:
    @pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.BLACK_HOLE])
    async def test_it_goes_on_when_the_database_is_back(
        self, bed: UUID, mode: Mode, capsys: pytest.CaptureFixture[str]
    ) -> None:
        said = ""

        async def it_has_said_so() -> bool:
            nonlocal said
            said += capsys.readouterr().out
            return "job failed" in said

        async def the_hold_has_expired() -> bool:
            return await state_of(hold) == ("expired", 0)

        async with FaultProxy(*database_server()) as proxy:
            limits = {"DB_STATEMENT_TIMEOUT": 0.1, "DB_CONNECT_TIMEOUT": 0.3}
            async with app_database(DATABASE_URL=through(proxy), **limits):
                stopping = asyncio.Event()
                clock = asyncio.create_task(run_jobs(stopping, every=0.02))
                proxy.mode = mode
                hold = await add_hold(bed)
                await eventually(it_has_said_so)
                assert not clock.done()
                proxy.mode = Mode.PASS
                await eventually(the_hold_has_expired)
                stopping.set()
                await clock
        assert "Traceback" not in said

    async def test_it_can_be_turned_off(self) -> None:
        async with asyncio.timeout(1):
            await run_jobs(asyncio.Event(), every=0)


@asynccontextmanager
async def held_back(statement: str, visit_or_bed: UUID) -> AsyncIterator[None]:
    """Another transaction has that lock meanwhile."""
    async with another_connection() as connection, connection.transaction():
        await connection.execute(statement, visit_or_bed)
        yield
