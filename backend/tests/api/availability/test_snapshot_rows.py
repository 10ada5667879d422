"""Searches of whole random spas in PostgreSQL, compared with a reference that reads the same rows minute by minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import time_machine
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from app.common.types.gender import Gender
from app.core.database import AsyncSessionLocal
from app.modules.availability import availability_service as service
from app.modules.availability.availability_schemas import (
    DaysQuery,
    GuestWish,
    StartRead,
    StartsQuery,
    TreatmentWish,
)
from app.modules.availability.quote import quote_party
from app.scheduling import making_room
from app.scheduling.demand import Party
from tests.api.availability.reference_rows import ReferenceSupply, read_supply
from tests.builders.spas import Segment, Spa
from tests.support.examples import examples
from tests.support.stores import driver_url
from tests.unit.scheduling import reference

_PLACES = [
    ("Asia/Ho_Chi_Minh", date(2026, 12, 5)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Europe/Paris", date(2027, 3, 28)),
    ("America/New_York", date(2026, 11, 1)),
    ("America/New_York", date(2027, 3, 14)),
]
_ONE_DAY = timedelta(days=1)
_HOURS = [
    "09:00-13:00",
    "00:00-05:00",
    "22:00-26:30",
    "01:30-02:30 03:00-06:10",
    "10:07-11:03 11:30-14:00",
    "00:00-24:00",
]
_LIVE, _OVER = datetime(2199, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


class _Drawn:
    """A random spa around a day, with a random query and a time for it."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        zone, self.day = self.one(_PLACES)
        self.zone = ZoneInfo(zone)
        hours = self.one(_HOURS)
        self.spa = Spa(
            zone,
            hours=hours,
            grid_minutes=self.one([5, 15, 30]),
            notice_minutes=self.one([0, 0, 0, 47, 600]),
            horizon_days=self.one([30, 30, 2, 1]),
            closed_at=self.one([None] * 12 + [self.at(300)]),
        )
        if self.one([False, False, True]):
            self.spa.open_otherwise(self.day, self.day, self.one([*_HOURS, ""]))
        self.busy_at = [int(part[:2]) * 60 for part in hours.split()]
        offers = [(name, self._segments()) for name in ("massage", "facial")]
        self.variants = [self.spa.service(name, *segments) for name, segments in offers]
        self.with_therapist = {
            variant_id
            for variant_id, (_, segments) in zip(self.variants, offers, strict=True)
            if any(segment.staff for segment in segments)
        }
        self.add_on = self.spa.add_on("stones", self.one([0, 10, 20]), *self.variants)
        self.people = [self._therapist(number) for number in range(self.number(2, 4))]
        beds = [self._bed(number) for number in range(self.number(3, 5))]
        devices = [self.spa.device(f"laser {number}") for number in range(self.number(1, 2))]
        for resource_id in (*self.people, *beds, *devices):
            self._take(resource_id)
        self.at_desk = self.draw(st.booleans())
        self.now = self.at(self.one([-300, -300, -300, -1500, -4000, self.busy_at[0] + 62]))
        self.guests = [
            GuestWish(treatments=[self._wish() for _ in range(self.one([1, 1, 2]))])
            for _ in range(self.one([1, 1, 2]))
        ]
        self.same_room = self.draw(st.booleans())

    def one(self, values: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(values))

    def number(self, least: int, most: int) -> int:
        return int(self.draw(st.integers(least, most)))

    def at(self, minutes: int) -> datetime:
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=self.zone)
        return midnight.astimezone(UTC) + timedelta(minutes=minutes)

    def spans(self, most: int) -> list[tuple[datetime, datetime]]:
        """Draw spans, apart or touching, around the opening hours of the day or the days beside it."""
        found = []
        begins = self.one(self.busy_at) + self.number(-60, 200) + self.one([0, 0, 0, -1440])
        for _ in range(self.number(0, most)):
            ends = begins + self.number(1, 240)
            found.append((self.at(begins), self.at(ends)))
            begins = ends + self.one([0, 3, 30, 1300])
        return found

    def _segments(self) -> list[Segment]:
        with_guest, other = self._segment(guest=True), self._segment(guest=self.draw(st.booleans()))
        return [*self.one([[with_guest], [with_guest, other], [other, with_guest]])]

    def _segment(self, *, guest: bool) -> Segment:
        return Segment(
            minutes=self.one([30, 5, 12, 45]),
            staff=self.one([True, True, False]),
            on=self.one(["", "massage-bed", "massage-bed", "tub"]),
            with_=self.one(["", "", "", "laser"]),
            guest=guest,
        )

    def _therapist(self, number: int) -> UUID:
        able = self.one([self.variants, self.variants, self.variants[:1]])
        shifts = [(self.at(self.busy_at[0] - 30), self.at(self.busy_at[0] + 150))]
        return self.spa.therapist(
            f"therapist {number}",
            *able,
            gender=self.one(["female", "male", None]),
            shifts=self.one([shifts, shifts, self.spans(3)]),
            branch_id=self.spa.branch_id,
        )

    def _bed(self, number: int) -> UUID:
        retired_at = self.one([None] * 9 + [_OVER])
        type_, room = self.one(["massage-bed", "tub"]), self.one(["sen", "cúc", ""])
        return self.spa.bed(f"bed {number}", type_, room=room, retired_at=retired_at)

    def _take(self, resource_id: UUID) -> None:
        for span in self.spans(2):
            match self.one(["booked", "booked", "live", "over", "unavailable", "blocked"]):
                case "unavailable":
                    self.spa.block(resource_id, span)
                case "blocked":
                    self._block(resource_id)
                case "booked":
                    self.spa.take(resource_id, span)
                case hold:
                    self.spa.take(resource_id, span, held_until=_LIVE if hold == "live" else _OVER)

    def _block(self, resource_id: UUID) -> None:
        """Block time around the opening of some weekdays, with at most one occurrence that is skipped or changed."""
        starts = self.one(self.busy_at) + self.number(-60, 120)
        weekdays = self.one([[], [self.day.isoweekday()], [1, 2, 3, 4, 5, 6, 7]])
        last_day = self.one([self.day] if not weekdays else [None, self.day, self.day + _ONE_DAY])
        first_day = self.day if not weekdays else self.day - timedelta(days=self.number(0, 9))
        times = {"starts": starts % 1440, "ends": starts % 1440 + self.number(1, 120)}
        blocked_time_id = self.spa.keep_free(
            resource_id, first_day=first_day, last_day=last_day, weekdays=weekdays, **times
        )
        match self.one(["as it is", "as it is", "skipped", "changed"]):
            case "skipped":
                self.spa.except_occurrence(blocked_time_id, self.day)
            case "changed":
                later = times["starts"] // 2
                self.spa.except_occurrence(blocked_time_id, self.day, later, later + self.number(1, 90))

    def _wish(self) -> TreatmentWish:
        variant_id = self.one(self.variants)
        wish = TreatmentWish(variant_id=variant_id, add_on_ids=self.one([[], [], [self.add_on]]))
        if variant_id in self.with_therapist:
            wish.therapist_id = self.one([None, None, None, self.people[0]])
            wish.gender = self.one([None, None, None, Gender.FEMALE])
        return wish


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
async def test_a_search_finds_the_starts_of_the_reference(data: st.DataObject) -> None:
    drawn = _Drawn(data.draw)
    await drawn.spa.write()
    days = [drawn.day, drawn.day + _ONE_DAY]
    branch_id = drawn.spa.branch_id
    wish = {"branch_id": branch_id, "guests": drawn.guests, "same_room": drawn.same_room}
    async with AsyncSessionLocal() as session:
        quote = await quote_party(session, drawn.guests, same_room=drawn.same_room, at_desk=True)
        party = quote.party
        with time_machine.travel(drawn.now, tick=False), pytest.MonkeyPatch.context() as patch:
            # The reference moves no guest; tests/api/availability/test_giving_way.py tests the starts at which others give way.
            patch.setattr(making_room, "MOST_MOVES", 0)
            found = [
                await service.find_starts(
                    session, StartsQuery(**wish, day=day), at_desk=drawn.at_desk, language="vi"
                )
                for day in days
            ]
            patch.setattr(service, "FIRST_LOOK", data.draw(st.sampled_from([1, service.FIRST_LOOK])))
            month = DaysQuery(**wish, first_day=days[0], last_day=days[1])
            by_day = await service.find_days(session, month, at_desk=drawn.at_desk, language="vi")
    connection = await asyncpg.connect(driver_url())
    expected = await read_supply(connection, branch_id, days, drawn.now, at_desk=drawn.at_desk)
    await connection.close()
    possible = reference.possible_starts(party, expected.supply, expected.count)
    event("starts" if possible else "none")
    starts = [start for read in found for start in read.starts]
    assert {expected.step(start.start) for start in starts} == possible
    assert [day.available for day in by_day.days] == [bool(read.starts) for read in found]
    assert [day.reasons for day in by_day.days if not day.available] == [
        read.reasons for read in found if read.reasons
    ]
    for start in starts:
        assert is_valid_start(start, party, expected)


def is_valid_start(read: StartRead, party: Party, expected: ReferenceSupply) -> bool:
    """Return whether the resources of a start are one of all ways to serve the party."""
    shown = {
        (guest, number): {assignment.resource_id for assignment in treatment.assignments}
        for guest, treatments in enumerate(read.guests)
        for number, treatment in enumerate(treatments)
    }
    resources = [
        resource
        for resource in expected.supply.resources
        if any(resource.id in ids for ids in shown.values())
    ]
    needs = reference.needs_of(party)
    return any(
        {
            place: {resource.id for need, resource in choice.items() if (need.guest, need.treatment) == place}
            for place in shown
        }
        == shown
        for choice in reference.choices(party, needs, resources, expected.step(read.start))
    )
