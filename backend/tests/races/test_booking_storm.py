"""Everything at once, in two processes and the clock; afterwards what everybody was told is what is there."""

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
WITH its AS (
    SELECT t.id, a.status NOT IN ('expired', 'declined', 'cancelled', 'late_cancelled', 'no_show') AS takes_time,
        CASE a.status WHEN 'held' THEN 'held' ELSE 'booked' END AS state, a.hold_expires_at, a.starts_at AS guest_from,
        t.starts_at, t.ends_at
    FROM appointment AS a JOIN appointment_treatment AS t ON t.appointment_id = a.id
), needed AS (
    SELECT id, 'staff' AS kind, state, hold_expires_at, tstzrange(starts_at, ends_at) AS during
    FROM its WHERE takes_time
    UNION ALL
    SELECT id, 'bed', state, hold_expires_at, tstzrange(starts_at, ends_at + interval '15 min')
    FROM its WHERE takes_time
), taken AS (
    SELECT appointment_treatment_id, kind, state, hold_expires_at, during
    FROM allocation JOIN resource ON resource.id = resource_id
)
(SELECT 'missing', * FROM (TABLE needed EXCEPT ALL TABLE taken) AS missing)
UNION ALL (SELECT 'left over', * FROM (TABLE taken EXCEPT ALL TABLE needed) AS left_over)
"""
"""Of every guest whose time is kept a therapist, and a bed with its turnover; of nobody else anything."""


async def test_a_storm_leaves_what_everybody_was_told(
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
            working = [tasks.create_task(each.work(ACTIONS)) for each in clients]
            tasks.create_task(_let_time_pass(working))
    await run_once()
    record_testsuite_property("booking storm", dict(sorted(storm.answers.items())))
    visits_told = len(storm.own) + len(storm.common)
    print(f"booking storm: {storm.answers.total()} answers, {visits_told} visits")  # noqa: T201

    assert await overlaps() == 0
    assert await run_sql(_NOT_AS_AGREED) == []
    assert storm.booked_though_unavailable() == []
    visits = {str(row["id"]) for row in await run_sql("SELECT id FROM visit")}
    assert visits == {told.last["id"] for told in storm.own + storm.common}
    assert len(visits) == len(await run_sql("SELECT FROM idempotency_key"))
    for told in storm.own + storm.common:
        there = (await client.get(f"{VISITS}/{told.last['id']}")).json()
        possible = [told.last] if told in storm.own else told.answers
        possible = possible + storm.handed_over[told.last["id"]]
        assert there in ([_expired(each) for each in possible] if told.expired else possible)


async def _let_time_pass(working: list[asyncio.Task[None]]) -> None:
    while not all(task.done() for task in working):
        await run_once()


def _expired(visit: dict[str, Any]) -> dict[str, Any]:
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
