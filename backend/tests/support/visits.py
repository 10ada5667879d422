"""Appointments as rows, in one line.

visit = await add_visit(branch_id, at(9), at(10), takes={lan: (at(9), at(10)), bed: (at(9), at(10.25))})
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from tests.support.branches import add_branch
from tests.support.ledger import in_database

OWNER = """
WITH category AS (
    INSERT INTO service_category (id, key, name_vi, name_en, position)
    SELECT gen_random_uuid(), 'k-' || {treatment}, 'Nhóm', 'Category', 0 WHERE {variant} IS NULL RETURNING id
), service AS (
    INSERT INTO service (id, key, category_id, name_vi, name_en, description_vi, description_en, position, offered)
    SELECT gen_random_uuid(), 'k-' || {treatment}, id, 'Massage Thụy Điển', 'Swedish massage', '', '', 0, 'online'
    FROM category RETURNING id
), variant AS (
    INSERT INTO service_variant (id, service_id, key, price, position)
    SELECT gen_random_uuid(), id, '60', 500000, 0 FROM service RETURNING id
), visit AS (
    INSERT INTO visit (id, branch_id, customer_id, source, same_room)
    VALUES ({visit}, {branch}, {customer}, 'desk', false) RETURNING id, branch_id
), appointment AS (
    INSERT INTO appointment (id, visit_id, branch_id, customer_id, status, hold_expires_at, starts_at, ends_at)
    SELECT {appointment}, id, branch_id, {customer}, {status}, {expires}, {start}, {end} FROM visit RETURNING id
), treatment AS (
    INSERT INTO appointment_service
        (id, appointment_id, position, variant_id, price, segments, starts_at, ends_at)
    SELECT {treatment}, appointment.id, 0, coalesce({variant}, (SELECT id FROM variant)), 500000, {segments}, {start}, {end}
    FROM appointment RETURNING id
)
"""
"""Rows that an allocation belongs to, in the statement that makes it; each in braces is SQL."""
_ADD = (
    OWNER.format(
        visit="$1::uuid",
        branch="$2::uuid",
        appointment="$3::uuid",
        treatment="$4::uuid",
        customer="$5::uuid",
        status="$6::text",
        start="$7::timestamptz",
        end="$8::timestamptz",
        variant="$9::uuid",
        expires="$10::timestamptz",
        segments="$11::jsonb",
    )
    + "SELECT FROM treatment"
)
_TAKE = (
    "INSERT INTO allocation (id, resource_id, during, state, hold_expires_at, appointment_id, appointment_service_id)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7)"
)


@dataclass(frozen=True)
class AddedVisit:
    """With one guest and one treatment."""

    id: UUID
    appointment_id: UUID
    treatment_id: UUID


async def add_visit(
    branch_id: UUID | None,
    start: datetime,
    end: datetime,
    *,
    takes: Mapping[UUID, tuple[datetime, datetime]] | None = None,
    status: str = "confirmed",
    hold_expires_at: datetime | None = None,
    customer_id: UUID | None = None,
    variant_id: UUID | None = None,
    connection: asyncpg.Connection | None = None,
) -> AddedVisit:
    """In a branch of its own when none is given; of a treatment of its own when no variant is."""
    added = AddedVisit(uuid7(), uuid7(), uuid7())
    minutes = round((end - start).total_seconds() / 60)
    segments = f'[{{"minutes": {minutes}, "needs_staff": true, "with_guest": true}}]'
    statements: list[tuple[Any, ...]] = [
        (
            _ADD,
            added.id,
            branch_id or await add_branch(),
            added.appointment_id,
            added.treatment_id,
            customer_id,
            status,
            start,
            end,
            variant_id,
            hold_expires_at,
            segments,
        )
    ]
    statements += _taking(takes, added.appointment_id, added.treatment_id, hold_expires_at)
    for statement in statements:
        if connection is None:
            await in_database(*statement)
        else:
            await connection.execute(*statement)
    return added


async def add_guest(
    visit: AddedVisit,
    *,
    customer_id: UUID | None = None,
    name: str = "",
    takes: Mapping[UUID, tuple[datetime, datetime]] | None = None,
) -> UUID:
    """One more of the same party, with a treatment of the same kind; the appointment's id."""
    guest_id = uuid7()
    await in_database(
        "INSERT INTO appointment (id, visit_id, branch_id, customer_id, guest_name, status, starts_at, ends_at)"
        " SELECT $1, visit_id, branch_id, $3, $4, status, starts_at, ends_at FROM appointment WHERE id = $2",
        *(guest_id, visit.appointment_id, customer_id, name),
    )
    treatment_id = await add_treatment(visit, appointment_id=guest_id, position=0)
    for statement in _taking(takes, guest_id, treatment_id):
        await in_database(*statement)
    return guest_id


async def add_treatment(visit: AddedVisit, *, appointment_id: UUID | None = None, position: int = 1) -> UUID:
    """One more of the same kind, for the visit's first guest or for this one."""
    treatment_id = uuid7()
    await in_database(
        "INSERT INTO appointment_service"
        " (id, appointment_id, position, variant_id, price, segments, starts_at, ends_at)"
        " SELECT $1, $2, $3, variant_id, price, segments, starts_at, ends_at FROM appointment_service WHERE id = $4",
        *(treatment_id, appointment_id or visit.appointment_id, position, visit.treatment_id),
    )
    return treatment_id


def _taking(
    takes: Mapping[UUID, tuple[datetime, datetime]] | None,
    appointment_id: UUID,
    treatment_id: UUID,
    hold_expires_at: datetime | None = None,
) -> list[tuple[Any, ...]]:
    state = "held" if hold_expires_at else "booked"
    return [
        (
            *(_TAKE, uuid7(), resource_id, asyncpg.Range(*times), state),
            *(hold_expires_at, appointment_id, treatment_id),
        )
        for resource_id, times in (takes or {}).items()
    ]
