"""The periodic jobs: expired holds, no-shows, stored responses."""

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
    """Add a hold that expires in so many minutes; a negative number is in the past."""
    times = (at(hour), at(hour + 1))
    expires = utc_now() + timedelta(minutes=minutes)
    return await add_visit(None, *times, allocations={bed: times}, status="held", hold_expires_at=expires)


async def add_confirmed(branch_id: UUID, *, begun: float, status: str = "confirmed") -> AddedVisit:
    """Add an appointment that began so many minutes ago."""
    start = utc_now() - timedelta(minutes=begun)
    return await add_visit(branch_id, start, start + timedelta(hours=1), status=status)


async def state_of(visit: AddedVisit) -> tuple[str, int]:
    """Return the status of an appointment, and the number of its allocations."""
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
    async def test_a_hold_that_has_expired_releases_its_time(self, bed: UUID) -> None:
        over, lasting = await add_hold(bed), await add_hold(bed, minutes=1, hour=11)
        assert await run_once() == 1
        assert (await state_of(over), await state_of(lasting)) == (("expired", 0), ("held", 1))
        assert await run_once() == 0

    async def test_an_expired_hold_leaves_a_later_booking_of_its_time_alone(self, bed: UUID) -> None:
        over = await add_hold(bed)
        await run_sql("DELETE FROM allocation WHERE appointment_id = $1", over.appointment_id)
        booked = await add_visit(None, at(9), at(10), allocations={bed: (at(9), at(10))})
        await run_once()
        assert (await state_of(over), await state_of(booked)) == (("expired", 0), ("confirmed", 1))

    async def test_the_ledger_names_the_job(self, bed: UUID) -> None:
        await add_hold(bed)
        await run_once()
        changes = {
            (entry["action"], entry["entity"]): entry for entry in await entries(program="zenspa jobs")
        }
        assert changes.keys() == {("update", "appointment"), ("delete", "allocation")}
        assert {entry["actor_id"] for entry in changes.values()} == {None}
        program = text("SELECT current_setting('application_name')")
        assert await run_in_transaction(lambda session: session.scalar(program)) == "zenspa"  # for that only


class TestUnanswered:
    async def test_a_booking_without_an_answer_ends_at_its_start(self, bed: UUID) -> None:
        branch = await add_branch()
        start = utc_now() - timedelta(seconds=1)
        over = await add_visit(
            branch,
            start,
            start + timedelta(hours=1),
            allocations={bed: (start, start + timedelta(hours=1))},
            status="pending",
        )
        open_ = await add_confirmed(branch, begun=-1, status="pending")
        assert await run_once() == 1
        assert [await state_of(visit) for visit in (over, open_)] == [("declined", 0), ("pending", 0)]
        [[reason]] = await run_sql("SELECT reason FROM appointment WHERE id = $1", over.appointment_id)
        assert reason == "Spa chưa kịp xác nhận trước giờ hẹn. (The spa did not confirm it in time.)"


class TestNoShows:
    async def test_a_guest_is_a_no_show_after_the_grace_period_of_the_branch(self) -> None:
        quick, patient = await add_branch(no_show_minutes=10), await add_branch(no_show_minutes=40)
        late = [await add_confirmed(branch, begun=30) for branch in (quick, patient)]
        assert await run_once() == 1
        assert [(await state_of(visit))[0] for visit in late] == ["no_show", "confirmed"]

    async def test_other_statuses_and_future_visits_are_left_alone(self) -> None:
        branch = await add_branch()
        others = [
            await add_confirmed(branch, begun=300, status=status)
            for status in ("arrived", "in_service", "completed", "reopened", "cancelled")
        ]
        await add_confirmed(branch, begun=-30)
        assert await run_once() == 0
        assert "no_show" not in {(await state_of(visit))[0] for visit in others}

    async def test_of_a_party_only_absent_guests_are_no_shows(self) -> None:
        branch = await add_branch()
        present, absent = (
            await add_confirmed(branch, begun=30, status="arrived"),
            await add_confirmed(branch, begun=30),
        )
        await run_sql("UPDATE appointment SET visit_id = $1 WHERE id = $2", present.id, absent.appointment_id)
        assert await run_once() == 1
        assert ((await state_of(present))[0], (await state_of(absent))[0]) == ("arrived", "no_show")


class TestTogether:
    async def test_concurrent_runs_change_every_visit_once(self, bed: UUID) -> None:
        holds = [await add_hold(bed, hour=hour) for hour in range(0, 40, 2)]
        done = await asyncio.gather(*(run_once() for _ in range(4)))
        assert sum(done) == len(holds)
        assert {await state_of(hold) for hold in holds} == {("expired", 0)}
        assert len(await entries(entity="appointment", action="update")) == len(holds)

    async def test_a_locked_visit_is_skipped_without_waiting(
        self, bed: UUID, capsys: pytest.CaptureFixture[str]
    ) -> None:
        locked, free_one = await add_hold(bed), await add_hold(bed, hour=11)
        async with hold_lock(LOCK_VISIT, locked.id):
            assert await run_once() == 1
        assert (await state_of(locked), await state_of(free_one)) == (("held", 1), ("expired", 0))
        assert "visit left" not in capsys.readouterr().out  # as after a wait in vain
        assert await run_once() == 1

    async def test_a_visit_that_cannot_be_changed_does_not_hold_up_the_others(
        self, bed: UUID, capsys: pytest.CaptureFixture[str]
    ) -> None:
        busy, free_one = await add_hold(bed), await add_hold(await add_bed(await add_branch()))
        async with app_database(DB_LOCK_TIMEOUT=0.1), hold_lock(LOCK, bed):
            assert await run_once() == 1
        assert (await state_of(busy), await state_of(free_one)) == (("held", 1), ("expired", 0))
        assert "visit left for the next run" in capsys.readouterr().out

    async def test_a_process_that_stops_leaves_the_rest_to_others(self, bed: UUID) -> None:
        await add_hold(bed)
        stopping = asyncio.Event()
        stopping.set()
        assert await run_once(stopping) == 0


class TestStoredResponses:
    async def test_old_responses_are_deleted(self) -> None:
        user_id, _ = await new_user()
        for key, age in (("new", KEPT_FOR - timedelta(minutes=1)), ("old", KEPT_FOR + timedelta(minutes=1))):
            columns = {"user_id": user_id, "request": b"", "response": {}}
            await insert_all([StoredResponse(key=key, created_at=utc_now() - age, **columns)])
        await run_once()
        assert [row["key"] for row in await run_sql("SELECT key FROM idempotency_key")] == ["new"]


class TestOutages:
    @pytest.mark.parametrize("mode", [Mode.REFUSE, Mode.BLACK_HOLE])
    async def test_the_jobs_continue_when_the_database_is_back(
        self, bed: UUID, mode: Mode, capsys: pytest.CaptureFixture[str]
    ) -> None:
        output = ""

        async def failure_is_logged() -> bool:
            nonlocal output
            output += capsys.readouterr().out
            return "job failed" in output

        async def hold_is_expired() -> bool:
            return await state_of(hold) == ("expired", 0)

        async with FaultProxy(*database_server()) as proxy:
            limits = {"DB_STATEMENT_TIMEOUT": 0.1, "DB_CONNECT_TIMEOUT": 0.3}
            async with app_database(DATABASE_URL=through(proxy), **limits):
                stopping = asyncio.Event()
                jobs = asyncio.create_task(run_jobs(stopping, every=0.02))
                proxy.mode = mode
                hold = await add_hold(bed)
                await eventually(failure_is_logged)
                assert not jobs.done()
                proxy.mode = Mode.PASS
                await eventually(hold_is_expired)
                stopping.set()
                await jobs
        assert "Traceback" not in output

    async def test_the_jobs_can_be_turned_off(self) -> None:
        async with asyncio.timeout(1):
            await run_jobs(asyncio.Event(), every=0)


@asynccontextmanager
async def hold_lock(statement: str, visit_or_bed: UUID) -> AsyncIterator[None]:
    """Hold a lock in a transaction of another connection."""
    async with another_connection() as connection, connection.transaction():
        await connection.execute(statement, visit_or_bed)
        yield
