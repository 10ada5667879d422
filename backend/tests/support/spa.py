"""A small spa that takes bookings, in one line.

spa = await add_spa(therapists=2, beds=2)
booked = await client.post("/api/v1/visits", **spa.booking(spa.at(10)))
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import httpx2
from uuid_utils.compat import uuid7

from app.modules.identity.identity_roles import Role
from tests.support.branches import branch_row
from tests.support.ledger import in_database
from tests.support.people import new_user
from tests.support.resources import add_room, add_type
from tests.support.rosters import add_therapist
from tests.support.stores import driver_url

VISITS = "/api/v1/visits"


@dataclass
class Spa:
    """Open from 09:00 to 21:00 every day, with everybody on shift all that time."""

    branch_id: UUID
    zone: ZoneInfo
    service_id: UUID
    variant_id: UUID
    """60 minutes with a therapist on a bed, and 15 of turnover on the bed."""
    bed_type_id: UUID
    room_id: UUID
    therapists: list[UUID] = field(default_factory=list)
    beds: list[UUID] = field(default_factory=list)

    def day(self, days: int = 3) -> date:
        """So many from today."""
        return (datetime.now(self.zone) + timedelta(days=days)).date()

    def at(self, hour: float, days: int = 3) -> datetime:
        """On the wall clock there."""
        return datetime.combine(self.day(days), time(), self.zone) + timedelta(hours=hour)

    def treatment(self, **wishes: Any) -> dict[str, Any]:
        return {"variant_id": str(self.variant_id)} | _strings(wishes)

    def booking(
        self, start: datetime | None, *, guests: int = 1, key: object = None, **more: Any
    ) -> dict[str, Any]:
        """Of guests with one treatment each, or of `guests` as they are given."""
        people = [{"treatments": [self.treatment()]} for _ in range(guests)]
        body = {"branch_id": str(self.branch_id), "guests": people} | _strings(more)
        if start is not None:
            body["start"] = start.isoformat()
        return {"json": body, "headers": {"Idempotency-Key": str(key or uuid7())}}


def _strings(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


async def add_spa(
    *,
    therapists: int = 1,
    beds: int = 1,
    time_zone: str = "Asia/Ho_Chi_Minh",
    genders: str = "",
    **policy: Any,
) -> Spa:
    """`genders` has a letter for each therapist: `fm`."""
    zone = ZoneInfo(time_zone)
    bed_type = await add_type("bed")
    branch_id = uuid7()
    await _insert("branch", **branch_row(branch_id, time_zone=time_zone, **policy))
    for weekday in range(1, 8):
        await _insert("opening_hours", branch_id=branch_id, weekday=weekday, opens=540, closes=1260)
    service_id, variant_id = await add_service(bed_type)
    spa = Spa(branch_id, zone, service_id, variant_id, bed_type, await add_room(branch_id))
    for number in range(beds):
        await add_bed_to(spa, name=f"Giường {number + 1}")
    for number in range(therapists):
        gender = {"f": "female", "m": "male"}.get(genders[number : number + 1])
        await add_therapist_to(spa, gender=gender)
    return spa


async def add_service(
    bed_type_id: UUID | None, *, minutes: int = 60, turnover: int = 15, device_type_id: UUID | None = None
) -> tuple[UUID, UUID]:
    """The ids of a service and of its one variant."""
    category = await _insert(
        "service_category", key=f"k-{uuid7()}", name_vi="Nhóm", name_en="Group", position=0
    )
    service = await _insert(
        "service",
        key=f"k-{uuid7()}",
        category_id=category,
        name_vi="Massage Thụy Điển",
        name_en="Swedish massage",
        description_vi="",
        description_en="",
        position=0,
        offered="online",
    )
    variant = await _insert(
        "service_variant", service_id=service, key=str(minutes), price=500_000, position=0
    )
    lengths = [(minutes, True), (turnover, False)] if turnover else [(minutes, True)]
    for position, (length, with_guest) in enumerate(lengths):
        await _insert(
            "service_segment",
            variant_id=variant,
            position=position,
            minutes=length,
            needs_staff=with_guest,
            with_guest=with_guest,
            bed_type_id=bed_type_id,
            device_type_id=device_type_id if with_guest else None,
        )
    return service, variant


async def add_bed_to(
    spa: Spa, *, name: str = "Giường", kind: str = "bed", type_id: UUID | None = None
) -> UUID:
    bed = await _insert(
        "resource",
        kind=kind,
        key=f"k-{uuid7()}",
        name=name,
        branch_id=spa.branch_id,
        type_id=type_id or spa.bed_type_id,
        room_id=spa.room_id,
    )
    if kind == "bed":
        spa.beds.append(bed)
    return bed


async def add_therapist_to(
    spa: Spa, *, gender: str | None = None, user_id: UUID | None = None, days: int = 30
) -> UUID:
    """Who performs the spa's service and is on shift while it is open, from yesterday on for so many days."""
    staff = await add_therapist(spa.branch_id, user_id=user_id)
    await in_database(
        "UPDATE staff SET gender = $2, full_name = $3 WHERE id = $1",
        staff,
        gender,
        f"Lan {len(spa.therapists) + 1}",
    )
    await _insert("staff_skill", staff_id=staff, service_id=spa.service_id)
    for number in range(-1, days):
        during = asyncpg.Range(spa.at(9, number), spa.at(21, number))
        await _insert("shift", staff_id=staff, branch_id=spa.branch_id, during=during)
    spa.therapists.append(staff)
    return staff


async def add_customer(**values: Any) -> tuple[UUID, dict[str, str]]:
    """Who signs in, and the header that shows it is they."""
    user_id, headers = await new_user(Role.CUSTOMER)
    return await _insert("customer", full_name="Mai", user_id=user_id, **values), headers


async def overlaps() -> int:
    """How often two allocations take one resource at once, found without any constraint."""
    [(count,)] = await in_database(
        "SELECT count(*) FROM allocation AS a JOIN allocation AS b ON a.resource_id = b.resource_id AND a.id < b.id"
        " WHERE lower(a.during) < upper(b.during) AND lower(b.during) < upper(a.during)"
    )
    return int(count)


def code_of(response: httpx2.Response) -> tuple[int, str]:
    """Of an error."""
    return response.status_code, response.json()["error"]["code"]


async def _insert(table: str, **values: Any) -> UUID:
    row = {"id": uuid7()} | values
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    connection = await asyncpg.connect(driver_url())
    try:
        await connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())
    finally:
        await connection.close()
    added: UUID = row["id"]
    return added
