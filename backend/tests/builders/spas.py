"""A whole spa in a few lines, written with one COPY a table.

spa = Spa(hours="09:00-21:00")
massage = spa.service("massage", Segment(60, on="massage-bed"))
spa.therapist("Lan", massage, shifts=["2026-12-05 09:00-18:00"])
spa.bed("bed 1", "massage-bed")
await spa.write()
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import Range
from uuid_utils.compat import uuid7

from app.modules.booking.booking_models import Allocation, Appointment, AppointmentTreatment, Visit
from app.modules.branch.branch_models import Branch, HoursException, OpeningHours
from app.modules.catalogue.catalogue_models import (
    AddOn,
    Service,
    ServiceAddOn,
    ServiceCategory,
    ServiceSegment,
    ServiceVariant,
)
from app.modules.resource.resource_models import Outage, Resource, ResourceType, Room
from app.modules.staff.staff_models import Shift, Staff, StaffBranch, StaffSkill, TimeOff
from tests.builders.branches import branch_row
from tests.builders.rows import RowsToWrite


@dataclass(frozen=True)
class Segment:
    """`on` a type of bed, `with_` a type of device."""

    minutes: int
    staff: bool = True
    on: str = ""
    with_: str = ""
    guest: bool = True


class Spa(RowsToWrite):
    """One branch and all it needs. Names are keys: what is named again is the same."""

    def __init__(
        self, time_zone: str = "Asia/Ho_Chi_Minh", *, hours: str = "09:00-21:00", **branch: Any
    ) -> None:
        super().__init__()
        self.zone = ZoneInfo(time_zone)
        self.branch_id: UUID = uuid7()
        self.names: dict[UUID, str] = {}
        self.service_of: dict[UUID, UUID] = {}
        """By variant."""
        self._staff: set[UUID] = set()
        self._types: dict[tuple[str, str], UUID] = {}
        self._rooms: dict[str, UUID] = {}
        self._add(Branch, **branch_row(self.branch_id, time_zone=time_zone, **branch))
        self._category = self._add(ServiceCategory, key=self._key(), position=0, **_words("massage"))
        for weekday in range(1, 8):
            self.open(weekday, hours)

    def open(self, weekday: int, hours: str) -> None:
        for opens, closes in _minutes(hours):
            self._add(OpeningHours, branch_id=self.branch_id, weekday=weekday, opens=opens, closes=closes)

    def open_otherwise(self, first: date, last: date, hours: str = "") -> None:
        """On these days; not at all, when nothing is said."""
        self._add(
            HoursException,
            branch_id=self.branch_id,
            days=Range(first, last + timedelta(days=1)),
            reason="Tết",
            hours=[{"opens": opens, "closes": closes} for opens, closes in _minutes(hours)],
        )

    def type(self, kind: str, name: str) -> UUID:
        if (kind, name) not in self._types:
            self._types[kind, name] = self._add(ResourceType, key=self._key(), kind=kind, **_words(name))
        return self._types[kind, name]

    def bed(self, name: str, type_: str = "massage-bed", *, room: str = "", **more: Any) -> UUID:
        return self._thing("bed", name, type_, room, more)

    def device(self, name: str, type_: str = "laser", **more: Any) -> UUID:
        return self._thing("device", name, type_, "", more)

    def service(
        self, name: str, *segments: Segment | int, offered: str = "online", price: int = 500_000
    ) -> UUID:
        """Its only variant. A number is so many minutes with a therapist and nothing else."""
        service_id = self._add(
            Service,
            key=self._key(),
            category_id=self._category,
            description_vi="",
            description_en="",
            position=0,
            offered=offered,
            **_words(name),
        )
        return self.variant(service_id, *segments, price=price)

    def variant(
        self, service_id: UUID, *segments: Segment | int, price: int = 500_000, retired_at: Any = None
    ) -> UUID:
        variant_id = self._add(
            ServiceVariant,
            service_id=service_id,
            key=self._key(),
            price=price,
            position=0,
            retired_at=retired_at,
        )
        self.service_of[variant_id] = service_id
        for position, each in enumerate(segments):
            segment = Segment(each) if isinstance(each, int) else each
            self._add(
                ServiceSegment,
                variant_id=variant_id,
                position=position,
                minutes=segment.minutes,
                needs_staff=segment.staff,
                with_guest=segment.guest,
                bed_type_id=self.type("bed", segment.on) if segment.on else None,
                device_type_id=self.type("device", segment.with_) if segment.with_ else None,
            )
        return variant_id

    def add_on(
        self, name: str, minutes: int, *variant_ids: UUID, price: int = 50_000, offered: str = "online"
    ) -> UUID:
        add_on_id = self._add(
            AddOn,
            key=self._key(),
            minutes=minutes,
            price=price,
            position=0,
            offered=offered,
            **_words(name),
        )
        for variant_id in variant_ids:
            self._add(ServiceAddOn, service_id=self.service_of[variant_id], add_on_id=add_on_id)
        return add_on_id

    def therapist(
        self,
        name: str,
        *variant_ids: UUID,
        gender: str | None = None,
        shifts: Sequence[str | tuple[datetime, datetime]] = (),
        branch_id: UUID | None = None,
        employed: tuple[date, date | None] = (date(2020, 1, 1), None),
    ) -> UUID:
        """Who performs these. A shift is `2026-12-05 09:00-18:00`."""
        staff_id = self._add(Resource, kind="staff")
        self.names[staff_id] = name
        self._staff.add(staff_id)
        self._add(
            Staff,
            id=staff_id,
            key=self._key(),
            full_name=name,
            gender=gender,
            languages=["vi"],
            bio_vi="",
            bio_en="",
            employed_from=employed[0],
            employed_until=employed[1],
        )
        self._add(StaffBranch, staff_id=staff_id, branch_id=branch_id or self.branch_id)
        for service_id in {self.service_of[variant_id] for variant_id in variant_ids}:
            self._add(StaffSkill, staff_id=staff_id, service_id=service_id)
        for shift in shifts:
            self.shift(staff_id, shift, branch_id=branch_id)
        return staff_id

    def shift(
        self, staff_id: UUID, during: str | tuple[datetime, datetime], *, branch_id: UUID | None = None
    ) -> None:
        self._add(
            Shift,
            staff_id=staff_id,
            branch_id=branch_id or self.branch_id,
            during=Range(*self.span(during)),
        )

    def take(
        self,
        resource_id: UUID,
        during: str | tuple[datetime, datetime],
        *,
        held_until: datetime | None = None,
    ) -> UUID:
        """By an appointment, whose id it gives."""
        start, end = self.span(during)
        visit_id = self._add(Visit, branch_id=self.branch_id, source="desk", same_room=False)
        appointment_id = self._add(
            Appointment,
            visit_id=visit_id,
            branch_id=self.branch_id,
            status="held" if held_until else "confirmed",
            hold_expires_at=held_until,
            starts_at=start,
            ends_at=end,
        )
        treatment_id = self._add(
            AppointmentTreatment,
            appointment_id=appointment_id,
            position=0,
            variant_id=next(iter(self.service_of)),
            price=0,
            segments=[],
            starts_at=start,
            ends_at=end,
        )
        self._add(
            Allocation,
            resource_id=resource_id,
            during=Range(start, end),
            state="held" if held_until else "booked",
            hold_expires_at=held_until,
            appointment_id=appointment_id,
            appointment_treatment_id=treatment_id,
        )
        return appointment_id

    def block(self, resource_id: UUID, during: str | tuple[datetime, datetime]) -> None:
        """Add approved leave of a therapist, or an outage of a bed or device."""
        span = Range(*self.span(during))
        if resource_id in self._staff:
            self._add(TimeOff, staff_id=resource_id, during=span, status="approved")
        else:
            self._add(Outage, resource_id=resource_id, during=span, reason="Gãy chân")

    def at(self, text: str) -> datetime:
        """`2026-12-05 14:00` on the wall clock; 24:00 and later are on the next day."""
        day, clock = text.split()
        hours, minutes = map(int, clock.split(":"))
        wall = datetime.combine(date.fromisoformat(day), time()) + timedelta(hours=hours, minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def span(self, during: str | tuple[datetime, datetime]) -> tuple[datetime, datetime]:
        if not isinstance(during, str):
            return during
        day, clock = during.split()
        start, end = (self.at(f"{day} {each}") for each in clock.split("-"))
        return start, end

    def _thing(self, kind: str, name: str, type_: str, room: str, more: dict[str, Any]) -> UUID:
        if room and room not in self._rooms:
            self._rooms[room] = self._add(Room, key=self._key(), branch_id=self.branch_id, name=room)
        resource_id = self._add(
            Resource,
            **{
                "kind": kind,
                "key": self._key(),
                "name": name,
                "branch_id": self.branch_id,
                "type_id": self.type(kind, type_),
                "room_id": self._rooms[room] if room else None,
            }
            | more,
        )
        self.names[resource_id] = name
        return resource_id

    def _key(self) -> str:
        return f"k-{uuid7()}"


def _words(name: str) -> dict[str, str]:
    return {"name_vi": f"{name} (vi)", "name_en": name}


def _minutes(hours: str) -> list[tuple[int, int]]:
    """`09:00-12:00 13:00-26:00`."""
    return [
        (int(opens[:2]) * 60 + int(opens[3:]), int(closes[:2]) * 60 + int(closes[3:]))
        for opens, closes in (part.split("-") for part in hours.split())
    ]
