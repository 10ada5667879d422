"""Every path through the statuses of an appointment: from every new booking, by every request, move and passing of time.

A node is a status and the time of the start. Each is set up and left by every step that exists, and where the steps lead is
walked on from there, until nothing new is found: then no path, however long, leads anywhere else.
"""

from datetime import timedelta
from typing import NamedTuple

import httpx2
import pytest

from app.common.helpers import utc_now
from app.jobs import run_once
from app.modules.booking.status.status import RELEASED, AppointmentStatus, StatusRequest
from app.scheduling.timegrid import this_step
from tests.builders.bookings import VISITS, BookableSpa, bookable_spa
from tests.builders.rosters import code_of
from tests.builders.visits import AddedVisit, add_visit
from tests.support.database import run_sql

STARTS = {
    "in nine days": timedelta(days=9),
    "in three hours": timedelta(hours=3),
    "an hour ago": timedelta(hours=-1),
    "two days ago": timedelta(days=-2),
}
ORDER = [*STARTS]
MOVES = ("in nine days", "in three hours")


class Node(NamedTuple):
    status: str
    start: str

    @property
    def is_sound(self) -> bool:
        """Return whether this can be: no guest is at the spa, or was, for an appointment of another day."""
        if self.status in {"in_service", "completed"}:
            return ORDER.index(self.start) >= ORDER.index("an hour ago")
        return self.status != "arrived" or self.start != "in nine days"


class Walk:
    def __init__(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        self.client = client
        self.spa = spa

    async def set_up(self, node: Node) -> AddedVisit:
        await run_sql("DELETE FROM allocation")
        start = this_step() + STARTS[node.start]
        end = start + timedelta(hours=1)
        occupied = dict.fromkeys((self.spa.therapists[0], self.spa.beds[0]), (start, end))
        expires = utc_now() + timedelta(minutes=10) if node.status == "held" else None
        return await add_visit(
            self.spa.branch_id,
            start,
            end,
            status=node.status,
            hold_expires_at=expires,
            variant_id=self.spa.variant_id,
            allocations={} if AppointmentStatus(node.status) in RELEASED else occupied,
        )

    async def node_of(self, visit: AddedVisit) -> Node:
        [row] = await run_sql("SELECT * FROM appointment WHERE id = $1", visit.appointment_id)
        until = row["starts_at"] - utc_now()
        start = min(STARTS, key=lambda name: abs(STARTS[name] - until))
        if "ago" not in start and until <= timedelta():
            start = "an hour ago"  # moved to now
        return Node(row["status"], start)

    async def steps(self, node: Node) -> set[Node]:
        """Return the nodes to which one step leads: a request of a status, a move, the jobs, or time that passes."""
        found: set[Node] = set()
        for request in StatusRequest:
            visit = await self.set_up(node)
            body = {"status": request, "reason": "Bấm nhầm"}
            answer = await self.client.put(f"{VISITS}/{visit.id}/status", json=body)
            assert answer.status_code in {200, 409}, answer.text
            found.add(await self.node_of(visit))
        for move in MOVES:
            visit = await self.set_up(node)
            body = {"start": (this_step() + STARTS[move]).isoformat()}
            answer = await self.client.patch(f"{VISITS}/{visit.id}", json=body)
            assert answer.status_code in {200, 409}, answer.text
            found.add(await self.node_of(visit))
        visit = await self.set_up(node)
        await run_once()
        found.add(await self.node_of(visit))
        later = ORDER[min(ORDER.index(node.start) + 1, len(ORDER) - 1)]
        found.add(Node(node.status, later))
        return found - {node}


async def test_no_path_completes_a_visit_before_its_start(client: httpx2.AsyncClient) -> None:
    walk = Walk(client, await bookable_spa(hours="00:00-24:00", no_show_minutes=15))
    new = [Node(status, start) for status in ("held", "pending", "confirmed") for start in MOVES]
    reached = dict.fromkeys([*new, Node("arrived", "an hour ago")], "booked")
    todo = [*reached]
    while todo:
        node = todo.pop()
        for following in await walk.steps(node):
            path = f"{reached[node]} → {node.status} {node.start}"
            assert following.is_sound, f"{path} → {following.status} {following.start}"
            if following not in reached:
                reached[following] = path
                todo.append(following)
    assert {node.status for node in reached} == {*AppointmentStatus}


class TestNineDaysAhead:
    """A visit was completed and reopened, and is moved nine days ahead."""

    @pytest.mark.parametrize("status", ["completed", "in_service"])
    async def test_it_cannot_be_completed_again(self, client: httpx2.AsyncClient, status: str) -> None:
        walk = Walk(client, await bookable_spa(hours="00:00-24:00"))
        visit = await walk.set_up(Node("completed", "an hour ago"))
        path = f"{VISITS}/{visit.id}"
        reopened = {"status": "reopened", "reason": "Bấm nhầm"}
        assert (await client.put(f"{path}/status", json=reopened)).status_code == 200
        start = this_step() + STARTS["in nine days"]
        moved = await client.patch(path, json={"start": start.isoformat()})
        assert moved.json()["appointments"][0]["status"] == "confirmed"  # the guest is expected again
        assert code_of(await client.put(f"{path}/status", json={"status": status}))[0] == 409

    async def test_a_guest_who_had_arrived_is_expected_again(self, client: httpx2.AsyncClient) -> None:
        walk = Walk(client, await bookable_spa(hours="00:00-24:00"))
        visit = await walk.set_up(Node("arrived", "in three hours"))
        for start, status in (("in three hours", "arrived"), ("in nine days", "confirmed")):
            when = this_step() + STARTS[start] + timedelta(hours=1)
            moved = await client.patch(f"{VISITS}/{visit.id}", json={"start": when.isoformat()})
            assert moved.json()["appointments"][0]["status"] == status
