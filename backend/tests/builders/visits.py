"""Appointments as rows, in one line.

visit = await add_visit(branch_id, at(9), at(10), allocations={lan: (at(9), at(10)), bed: (at(9), at(10.25))})
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.dialects.postgresql import Range
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.db.models import Entity
from app.modules.booking.booking_models import Allocation, Appointment, AppointmentTreatment, Visit
from app.modules.catalogue.catalogue_models import Service, ServiceCategory, ServiceVariant
from tests.builders.branches import add_branch
from tests.support.database import insert, insert_all, new, run_sql

type Times = tuple[datetime, datetime]
PRICE = 500_000


@dataclass(frozen=True)
class AddedVisit:
    """The ids of a visit with one guest and one treatment."""

    id: UUID
    appointment_id: UUID
    treatment_id: UUID


def category_row(name: LocalizedText | None = None) -> ServiceCategory:
    """Return a category of services with a key of its own."""
    return new(
        ServiceCategory(key=f"k-{uuid7()}", name=name or LocalizedText("Nhóm", "Category"), position=0)
    )


def variant_row(service_id: UUID, **values: Any) -> ServiceVariant:
    """Return a variant without segments."""
    return new(
        ServiceVariant(**{"service_id": service_id, "key": "60", "price": PRICE, "position": 0} | values)
    )


def service_rows(
    *, category_id: UUID | None = None, price: int = PRICE, **service: Any
) -> tuple[ServiceVariant, list[Entity]]:
    """Return the only variant of a new service, without segments, and all new rows, parents first."""
    category = None if category_id else category_row()
    values = {
        "key": f"k-{uuid7()}",
        "category_id": category.id if category else category_id,
        "name": LocalizedText("Massage Thụy Điển", "Swedish massage"),
        "description": LocalizedText("", ""),
        "position": 0,
        "offered": "online",
    } | service
    offered = new(Service(**values))
    variant = variant_row(offered.id, price=price)
    return variant, [*([category] if category else []), offered, variant]


def visit_rows(
    branch_id: UUID,
    start: datetime,
    end: datetime,
    *,
    allocations: Mapping[UUID, Times] | None = None,
    status: str = "confirmed",
    hold_expires_at: datetime | None = None,
    customer_id: UUID | None = None,
    guest_name: str = "",
    source: str = "desk",
    variant_id: UUID | None = None,
    segments: list[dict[str, Any]] | None = None,
) -> tuple[AddedVisit, list[Entity]]:
    """Return a visit and its rows, parents first. Without a variant, a new service is among the rows."""
    rows: list[Entity] = []
    if variant_id is None:
        variant, rows = service_rows()
        variant_id = variant.id
    if segments is None:
        minutes = round((end - start).total_seconds() / 60)
        segments = [{"minutes": minutes, "needs_staff": True, "with_guest": True}]
    visit = new(Visit(branch_id=branch_id, customer_id=customer_id, source=source, same_room=False))
    appointment = new(
        Appointment(
            visit_id=visit.id,
            branch_id=branch_id,
            customer_id=customer_id,
            guest_name=guest_name,
            status=status,
            hold_expires_at=hold_expires_at,
            starts_at=start,
            ends_at=end,
        )
    )
    treatment = new(
        AppointmentTreatment(
            appointment_id=appointment.id,
            position=0,
            variant_id=variant_id,
            price=PRICE,
            segments=segments,
            starts_at=start,
            ends_at=end,
        )
    )
    added = AddedVisit(visit.id, appointment.id, treatment.id)
    allocated = _allocations(allocations, appointment.id, treatment.id, hold_expires_at)
    return added, [*rows, visit, appointment, treatment, *allocated]


async def add_visit(
    branch_id: UUID | None,
    start: datetime,
    end: datetime,
    *,
    connection: asyncpg.Connection | None = None,
    **more: Any,
) -> AddedVisit:
    """Insert `visit_rows`; without a branch, in a new one."""
    added, rows = visit_rows(branch_id or await add_branch(), start, end, **more)
    await insert_all(rows, connection=connection)
    return added


async def add_guest(
    visit: AddedVisit,
    *,
    customer_id: UUID | None = None,
    name: str = "",
    allocations: Mapping[UUID, Times] | None = None,
) -> UUID:
    """Add a guest to the party, with the same treatment, and return the id of the new appointment."""
    [first] = await run_sql("SELECT * FROM appointment WHERE id = $1", visit.appointment_id)
    copied = {column: first[column] for column in ("visit_id", "branch_id", "status", "starts_at", "ends_at")}
    guest_id = await insert(Appointment(customer_id=customer_id, guest_name=name, **copied))
    treatment_id = await add_treatment(visit, appointment_id=guest_id, position=0)
    await insert_all(_allocations(allocations, guest_id, treatment_id))
    return guest_id


async def add_treatment(visit: AddedVisit, *, appointment_id: UUID | None = None, position: int = 1) -> UUID:
    """Add the same treatment again, for the first guest or for this appointment, and return its id."""
    [first] = await run_sql("SELECT * FROM appointment_treatment WHERE id = $1", visit.treatment_id)
    copied = {column: first[column] for column in ("variant_id", "price", "starts_at", "ends_at")}
    return await insert(
        AppointmentTreatment(
            appointment_id=appointment_id or visit.appointment_id,
            position=position,
            segments=json.loads(first["segments"]),
            **copied,
        )
    )


async def add_allocation(
    resource_id: UUID, start: datetime, end: datetime, *, appointment_id: UUID, treatment_id: UUID
) -> None:
    """Allocate a resource to a treatment that is booked."""
    await insert_all(_allocations({resource_id: (start, end)}, appointment_id, treatment_id))


def _allocations(
    allocations: Mapping[UUID, Times] | None,
    appointment_id: UUID,
    treatment_id: UUID,
    hold_expires_at: datetime | None = None,
) -> list[Allocation]:
    return [
        Allocation(
            resource_id=resource_id,
            during=Range(*times),
            state="held" if hold_expires_at else "booked",
            hold_expires_at=hold_expires_at,
            appointment_id=appointment_id,
            appointment_treatment_id=treatment_id,
        )
        for resource_id, times in (allocations or {}).items()
    ]
