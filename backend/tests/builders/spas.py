"""A whole spa in a few lines, written with one COPY per table.

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

from app.common.types.localized import LocalizedText
from app.modules.blocked_time.blocked_time_models import BlockedTimeException
from app.modules.branch.branch_models import Branch, OpeningHours, SpecialHours
from app.modules.catalogue.catalogue_models import (
    AddOn,
    ServiceAddOn,
    ServiceSegment,
    ServiceVariant,
)
from app.modules.resource.resource_models import Outage
from app.modules.staff.staff_models import Shift, TimeOff
from tests.builders.branches import branch_row
from tests.builders.resources import bed_row, blocked_time_row, room_row, type_row
from tests.builders.rosters import staff_rows
from tests.builders.rows import RowBatch
from tests.builders.visits import category_row, service_rows, variant_row, visit_rows


@dataclass(frozen=True)
class Segment:
    """A segment of a treatment: `on` is a type of bed, `with_` a type of device, both none when empty."""

    minutes: int
    staff: bool = True
    on: str = ""
    with_: str = ""
    guest: bool = True


class Spa(RowBatch):
    """One branch with everything in it. Types and rooms are keyed by name: the same name is the same row."""

    def __init__(
        self, time_zone: str = "Asia/Ho_Chi_Minh", *, hours: str = "09:00-21:00", **branch: Any
    ) -> None:
        super().__init__()
        self.zone = ZoneInfo(time_zone)
        self.branch_id: UUID = uuid7()
        self.names: dict[UUID, str] = {}
        self.service_of: dict[UUID, UUID] = {}
        """The id of the service by the id of a variant."""
        self._staff: set[UUID] = set()
        self._types: dict[tuple[str, str], UUID] = {}
        self._rooms: dict[str, UUID] = {}
        self._add(Branch, **branch_row(self.branch_id, time_zone=time_zone, **branch))
        self._category = self._add_row(category_row(_name("massage")))
        for weekday in range(1, 8):
            self.open(weekday, hours)

    def open(self, weekday: int, hours: str) -> None:
        for opens, closes in _minutes(hours):
            self._add(OpeningHours, branch_id=self.branch_id, weekday=weekday, opens=opens, closes=closes)

    def open_otherwise(self, first: date, last: date, hours: str = "") -> None:
        """Set special hours for these days; without `hours` the branch is closed."""
        self._add(
            SpecialHours,
            branch_id=self.branch_id,
            days=Range(first, last + timedelta(days=1)),
            reason="Tết",
            hours=[{"opens": opens, "closes": closes} for opens, closes in _minutes(hours)],
        )

    def type(self, kind: str, name: str) -> UUID:
        if (kind, name) not in self._types:
            self._types[kind, name] = self._add_row(type_row(kind, name=_name(name)))
        return self._types[kind, name]

    def bed(self, name: str, type_: str = "massage-bed", *, room: str = "", **more: Any) -> UUID:
        return self._add_equipment("bed", name, type_, room, more)

    def device(self, name: str, type_: str = "laser", **more: Any) -> UUID:
        return self._add_equipment("device", name, type_, "", more)

    def service(
        self, name: str, *segments: Segment | int, offered: str = "online", price: int = 500_000
    ) -> UUID:
        """Add a service and return the id of its only variant. A number is that many minutes with a therapist alone."""
        variant, rows = service_rows(
            category_id=self._category, price=price, offered=offered, name=_name(name)
        )
        self._add_rows(rows)
        return self._add_segments(variant, *segments)

    def variant(
        self, service_id: UUID, *segments: Segment | int, price: int = 500_000, **values: Any
    ) -> UUID:
        variant = variant_row(service_id, key=self._key(), price=price, **values)
        self._add_row(variant)
        return self._add_segments(variant, *segments)

    def _add_segments(self, variant: ServiceVariant, *segments: Segment | int) -> UUID:
        self.service_of[variant.id] = variant.service_id
        for position, segment_or_minutes in enumerate(segments):
            segment = (
                Segment(segment_or_minutes) if isinstance(segment_or_minutes, int) else segment_or_minutes
            )
            self._add(
                ServiceSegment,
                variant_id=variant.id,
                position=position,
                minutes=segment.minutes,
                needs_staff=segment.staff,
                with_guest=segment.guest,
                bed_type_id=self.type("bed", segment.on) if segment.on else None,
                device_type_id=self.type("device", segment.with_) if segment.with_ else None,
            )
        return variant.id

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
            name=_name(name),
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
        """Add a therapist who performs these variants. A shift is `2026-12-05 09:00-18:00`."""
        staff_id, rows = staff_rows(
            branch_id or self.branch_id,
            full_name=name,
            gender=gender,
            skills={self.service_of[variant_id] for variant_id in variant_ids},
            employed=employed,
        )
        self._add_rows(rows)
        self.names[staff_id] = name
        self._staff.add(staff_id)
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
        """Book the resource, or hold it until `held_until`, and return the id of the appointment."""
        start, end = self.span(during)
        visit, rows = visit_rows(
            self.branch_id,
            start,
            end,
            allocations={resource_id: (start, end)},
            status="held" if held_until else "confirmed",
            hold_expires_at=held_until,
            variant_id=next(iter(self.service_of)),
            segments=[],
        )
        self._add_rows(rows)
        return visit.appointment_id

    def block(self, resource_id: UUID, during: str | tuple[datetime, datetime]) -> None:
        """Add approved leave of a therapist, or an outage of a bed or device."""
        span = Range(*self.span(during))
        if resource_id in self._staff:
            self._add(TimeOff, staff_id=resource_id, during=span, status="approved")
        else:
            self._add(Outage, resource_id=resource_id, during=span, reason="Gãy chân")

    def keep_free(self, resource_id: UUID, **values: Any) -> UUID:
        """Add blocked time, by default a break of every day from 12:00 to 13:00, and return its id."""
        return self._add_row(blocked_time_row(self.branch_id, resource_id, **values))

    def except_occurrence(
        self, blocked_time_id: UUID, day: date, starts: int | None = None, ends: int | None = None
    ) -> None:
        """Skip the occurrence of a day, or give it these times in minutes after midnight."""
        self._add(BlockedTimeException, blocked_time_id=blocked_time_id, day=day, starts=starts, ends=ends)

    def at(self, text: str) -> datetime:
        """Return the instant of a local time such as `2026-12-05 14:00`; from 24:00 on it is on the next day."""
        day, clock = text.split()
        hours, minutes = map(int, clock.split(":"))
        wall = datetime.combine(date.fromisoformat(day), time()) + timedelta(hours=hours, minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def span(self, during: str | tuple[datetime, datetime]) -> tuple[datetime, datetime]:
        if not isinstance(during, str):
            return during
        day, clock = during.split()
        start, end = (self.at(f"{day} {time_of_day}") for time_of_day in clock.split("-"))
        return start, end

    def _add_equipment(self, kind: str, name: str, type_: str, room: str, more: dict[str, Any]) -> UUID:
        if room and room not in self._rooms:
            self._rooms[room] = self._add_row(room_row(self.branch_id, room))
        values = {
            "kind": kind,
            "name": name,
            "branch_id": self.branch_id,
            "type_id": self.type(kind, type_),
            "room_id": self._rooms[room] if room else None,
        }
        resource_id = self._add_row(bed_row(**values | more))
        self.names[resource_id] = name
        return resource_id

    def _key(self) -> str:
        return f"k-{uuid7()}"


def _name(name: str) -> LocalizedText:
    return LocalizedText(f"{name} (vi)", name)


def _minutes(hours: str) -> list[tuple[int, int]]:
    """Parse `09:00-12:00 13:00-26:00` to pairs of minutes since midnight."""
    return [
        (int(opens[:2]) * 60 + int(opens[3:]), int(closes[:2]) * 60 + int(closes[3:]))
        for opens, closes in (part.split("-") for part in hours.split())
    ]
