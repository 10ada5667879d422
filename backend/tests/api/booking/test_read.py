"""Reading visits."""

from datetime import timedelta
from uuid import UUID

import httpx2

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.booking.visit.read import read_visits, visits_of_day
from tests.api.booking.spa import Spa
from tests.builders.bookings import VISITS
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, at
from tests.builders.rosters import add_therapist, code_of, statements
from tests.builders.visits import add_visit
from tests.support.database import run_sql


async def test_a_visit_names_its_therapist_and_bed_with_their_times(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    lan, bed = await add_therapist(branch), await add_bed(branch)
    added = await add_visit(
        branch, at(9), at(10), allocations={lan: (at(9), at(10)), bed: (at(8.75), at(10.25))}
    )
    [visit] = await run_in_transaction(lambda session: read_visits(session, [added.id]))
    [guest] = visit.appointments
    [treatment] = guest.treatments
    assert (guest.start, guest.end, guest.status, guest.price) == (at(9), at(10), "confirmed", 500_000)
    assert treatment.name.en == "Swedish massage"
    assert [
        (allocation.kind, allocation.name, allocation.start, allocation.end)
        for allocation in treatment.allocations
    ] == [
        ("bed", "Giường 1", at(8.75), at(10.25)),
        ("staff", "Lan", at(9), at(10)),
    ]


async def test_a_hold_that_has_expired_reads_as_expired(client: httpx2.AsyncClient) -> None:
    ago, soon = await _held_until(-1), await _held_until(1)
    shown = await run_in_transaction(lambda session: read_visits(session, [ago, soon]))
    assert [visit.appointments[0].status for visit in shown] == ["expired", "held"]
    assert [visit.appointments[0].hold_expires_at is None for visit in shown] == [True, False]


async def test_a_former_therapist_does_not_see_the_guests_of_their_past(spa: Spa) -> None:
    visit = await spa.visit("confirmed")
    path, headers = f"{VISITS}/{visit.id}", spa.headers["therapist"]
    assert (await spa.http.get(path, headers=headers)).status_code == 200
    await run_sql("UPDATE role_assignment SET role = 'customer', branch_id = NULL WHERE role = 'therapist'")
    assert code_of(await spa.http.get(path, headers=headers)) == (404, "VISIT_NOT_FOUND")


async def _held_until(minutes: int) -> UUID:
    expires = utc_now() + timedelta(minutes=minutes)
    added = await add_visit(None, at(9), at(10), status="held", hold_expires_at=expires)
    return added.id


async def test_reading_a_day_issues_a_constant_number_of_statements(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    counts = []
    for hour in range(3):
        for _ in range(3):
            await add_visit(branch, at(9 + hour), at(10 + hour))
        with statements() as issued:
            await run_in_transaction(lambda session: visits_of_day(session, branch, at(0), at(24)))
        counts.append(len(issued))
    assert counts == [counts[0]] * 3


async def test_a_day_contains_visits_with_a_guest_present_in_it(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    before, into, inside, after = [
        await add_visit(branch, at(start), at(end)) for start, end in ((7, 9), (8, 9.5), (9, 10), (12, 13))
    ]
    await add_visit(await add_branch(), at(9), at(10))
    found = await run_in_transaction(lambda session: visits_of_day(session, branch, at(9), at(12)))
    assert {visit.id for visit in found} == {into.id, inside.id}
    assert not {before.id, after.id} & {visit.id for visit in found}
