"""Bookings, changes and jobs at the same time in two processes: the database agrees with every answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2

from app.jobs import run_once
from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, bookable_spa, overlaps
from tests.builders.people import new_customer, signed_in
from tests.races.storm import Client, Storm
from tests.support.crowd import crowd_of
from tests.support.database import run_sql

CLIENTS, CUSTOMERS, ACTIONS = 32, 8, 10

_NOT_AS_AGREED = """
WITH treatment AS (
    SELECT t.id, a.status NOT IN ('expired', 'declined', 'cancelled', 'late_cancelled', 'no_show') AS takes_time,
        CASE a.status WHEN 'held' THEN 'held' ELSE 'booked' END AS state, a.hold_expires_at, a.starts_at AS guest_from,
        t.starts_at, t.ends_at
    FROM appointment AS a JOIN appointment_treatment AS t ON t.appointment_id = a.id
    WHERE a.status <> 'completed'
), needed AS (
    SELECT id, 'staff' AS kind, state, hold_expires_at, tstzrange(starts_at, ends_at) AS during
    FROM treatment WHERE takes_time
    UNION ALL
    SELECT id, 'bed', state, hold_expires_at, tstzrange(starts_at, ends_at + interval '15 min')
    FROM treatment WHERE takes_time
), allocated AS (
    SELECT appointment_treatment_id, kind, state, hold_expires_at, during
    FROM allocation JOIN resource ON resource.id = resource_id
    WHERE appointment_id NOT IN (SELECT id FROM appointment WHERE status = 'completed')
)
(SELECT 'missing', * FROM (TABLE needed EXCEPT ALL TABLE allocated) AS missing)
UNION ALL (SELECT 'left over', * FROM (TABLE allocated EXCEPT ALL TABLE needed) AS left_over)
"""
"""Differences from the rule: an active appointment has a therapist, and a bed with its turnover; no other has any. A guest
who is done early has released some of it."""


async def test_after_a_storm_every_visit_is_as_its_last_answer_says(
    client: httpx2.AsyncClient, record_testsuite_property: Callable[[str, object], None]
) -> None:
    spa = await bookable_spa(
        therapists=4, beds=4, hours="00:00-24:00", notice_minutes=0, free_cancel_minutes=0
    )
    desk = await signed_in(Role.ADMIN)
    people = [(await new_customer())[1] for _ in range(CUSTOMERS)] + [desk] * (CLIENTS - CUSTOMERS)
    async with crowd_of(CLIENTS, DB_POOL_SIZE="8", DB_MAX_OVERFLOW="0") as crowd:
        storm = Storm(crowd, spa, desk)
        async with asyncio.TaskGroup() as tasks:
            clients = [Client(storm, number, headers=headers) for number, headers in enumerate(people)]
            working = [tasks.create_task(client_.work(ACTIONS)) for client_ in clients]
            tasks.create_task(_run_jobs_during(working))
    await run_once()
    record_testsuite_property("booking storm", dict(sorted(storm.answers.items())))
    records = storm.own + storm.common
    print(f"booking storm: {storm.answers.total()} answers, {len(records)} visits")  # noqa: T201

    assert await overlaps() == 0
    assert await run_sql(_NOT_AS_AGREED) == []
    assert storm.booked_though_unavailable() == []
    visits = {str(row["id"]) for row in await run_sql("SELECT id FROM visit")}
    assert visits == {record.last["id"] for record in records}
    assert len(visits) == len(await run_sql("SELECT FROM idempotency_key"))
    for record in records:
        visit = (await client.get(f"{VISITS}/{record.last['id']}")).json()
        possible = [record.last] if record in storm.own else record.answers
        possible = [_as_expired(answer) for answer in possible] if record.expired else possible
        assert _without_names(visit) in [_without_names(answer) for answer in possible]


async def _run_jobs_during(working: list[asyncio.Task[None]]) -> None:
    while not all(task.done() for task in working):
        await run_once()


def _without_names(visit: dict[str, Any]) -> dict[str, Any]:
    """Return a visit without what a replan and other guests may change, which therapist and bed it has, and without the undo
    that only the answer to an edit names.
    """
    guests = [
        guest
        | {
            "treatments": [
                treatment
                | {
                    "allocations": [
                        (allocation["kind"], allocation["start"], allocation["end"])
                        for allocation in treatment["allocations"]
                    ]
                }
                for treatment in guest["treatments"]
            ]
        }
        for guest in visit["appointments"]
    ]
    values = {name: value for name, value in visit.items() if name not in {"reassigned", "edit_id"}}
    return values | {"appointments": guests}


def _as_expired(visit: dict[str, Any]) -> dict[str, Any]:
    guests = [
        guest
        | {
            "status": "expired",
            "hold_expires_at": None,
            "treatments": [treatment | {"allocations": []} for treatment in guest["treatments"]],
        }
        for guest in visit["appointments"]
    ]
    return visit | {"appointments": guests}
