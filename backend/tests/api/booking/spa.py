"""A branch for the tests of statuses, with a user of every role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx2

from app.common.helpers import utc_now
from app.modules.identity.roles import Role
from app.scheduling.timegrid import this_step
from tests.builders.branches import add_branch
from tests.builders.people import add_customer, new_user, signed_in
from tests.builders.resources import add_bed
from tests.builders.rosters import add_therapist
from tests.builders.visits import AddedVisit, add_visit
from tests.support.database import run_sql

GIVEN_UP = {"expired", "declined", "cancelled", "late_cancelled", "no_show"}


@dataclass
class Spa:
    """A branch with a therapist and a bed, and the headers of a user of every role."""

    http: httpx2.AsyncClient
    branch_id: UUID
    lan: UUID
    bed: UUID
    customer_id: UUID
    headers: dict[str, dict[str, str]]
    hours: Any = field(default_factory=lambda: count(5, 2))

    async def visit(self, status: str, start: datetime | None = None, **values: Any) -> AddedVisit:
        """Add a visit. Without a start it gets a time of its own, late enough for customers to cancel it; the first four
        visits are early enough to be checked in."""
        start = start or this_step() + timedelta(hours=next(self.hours))
        allocations = (
            {} if status in GIVEN_UP else dict.fromkeys((self.lan, self.bed), (start, hour_after(start)))
        )
        if status == "held":
            values = {"hold_expires_at": utc_now() + timedelta(minutes=10)} | values
        defaults: dict[str, Any] = {
            "customer_id": self.customer_id,
            "allocations": allocations,
        }
        return await add_visit(self.branch_id, start, hour_after(start), status=status, **(defaults | values))

    async def party(self, *statuses: str) -> tuple[UUID, list[UUID]]:
        """Add one visit with a guest in each of these statuses; return its id and those of the appointments."""
        first, *others = [await self.visit(status) for status in statuses]
        for other in others:
            await run_sql(
                "UPDATE appointment SET visit_id = $1 WHERE id = $2", first.id, other.appointment_id
            )
        return first.id, [visit.appointment_id for visit in (first, *others)]

    async def set_status(
        self, visit_id: UUID, status: str, role: str = "receptionist", **more: Any
    ) -> httpx2.Response:
        body = {"status": status, **more}
        if status == "reopened":
            body.setdefault("reason", "Bấm nhầm")
        return await self.http.put(f"/api/v1/visits/{visit_id}/status", json=body, headers=self.headers[role])


def hour_after(start: datetime) -> datetime:
    return start + timedelta(hours=1)


async def allocations_of(appointment_id: UUID) -> list[str]:
    rows = await run_sql("SELECT state FROM allocation WHERE appointment_id = $1", appointment_id)
    return [row["state"] for row in rows]


async def status_of(appointment_id: UUID) -> str:
    [[status]] = await run_sql("SELECT status FROM appointment WHERE id = $1", appointment_id)
    return str(status)


@asynccontextmanager
async def spa_for(stranger: httpx2.AsyncClient) -> AsyncIterator[Spa]:
    branch_id = await add_branch()
    customer_user, customer_headers = await new_user(Role.CUSTOMER)
    therapist_user, therapist_headers = await new_user(Role.THERAPIST, branch_id=branch_id)
    headers = {
        "customer": customer_headers,
        "therapist": therapist_headers,
        "receptionist": await signed_in(Role.RECEPTIONIST, branch_id=branch_id),
        "admin": await signed_in(Role.ADMIN, branch_id=branch_id),
    }
    staff_id, bed = await add_therapist(branch_id, user_id=therapist_user), await add_bed(branch_id)
    yield Spa(stranger, branch_id, staff_id, bed, await add_customer(user_id=customer_user), headers)
