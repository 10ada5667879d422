"""What a branch may answer to those who book, slowly and obviously: every five minutes of everybody on their own."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations, product
from typing import NamedTuple

TURNOVER = 15
GIVEN_UP = {"expired", "cancelled"}


class Wish(NamedTuple):
    """Of one guest, who has one treatment."""

    minutes: int
    on_a_bed: bool
    therapist: str | None = None
    gender: str | None = None


class Place(NamedTuple):
    therapist: str
    bed: str | None


@dataclass
class Guest:
    wish: Wish
    start: datetime
    place: Place

    def allocations(self) -> Iterator[tuple[str, datetime, datetime]]:
        """Whom or what, from when to when."""
        end = self.start + timedelta(minutes=self.wish.minutes)
        yield self.place.therapist, self.start, end
        if self.place.bed is not None:
            yield self.place.bed, self.start, end + timedelta(minutes=TURNOVER)


@dataclass
class Visit:
    status: str
    guests: list[Guest]

    @property
    def takes_time(self) -> bool:
        return self.status not in GIVEN_UP


@dataclass
class Branch:
    """One day of it; therapists are on shift while it is open."""

    opens: datetime
    closes: datetime
    therapists: dict[str, str]
    """Their genders."""
    beds: list[str]
    visits: dict[str, Visit] = field(default_factory=dict)
    outages: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    def places(
        self, wishes: Sequence[Wish], start: datetime, *, moving: Collection[int] = ()
    ) -> list[list[Place]]:
        """All ways to place these guests then; `moving` are the ids of guests who give up what they have."""
        if any(not self._is_open(start, wish.minutes) for wish in wishes):
            return []
        with_bed = [number for number, wish in enumerate(wishes) if wish.on_a_bed]
        found = []
        for therapists, beds in product(
            permutations(self.therapists, len(wishes)), permutations(self.beds, len(with_bed))
        ):
            bed_of = dict(zip(with_bed, beds, strict=True))
            guests = [
                Guest(wish, start, Place(therapist, bed_of.get(number)))
                for number, (wish, therapist) in enumerate(zip(wishes, therapists, strict=True))
            ]
            if all(self.suits(guest, moving) for guest in guests):
                found.append([guest.place for guest in guests])
        return found

    def suits(self, guest: Guest, moving: Collection[int] = ()) -> bool:
        """Whether they get who they wish for, and nobody else has it."""
        wish, place = guest.wish, guest.place
        return (
            wish.therapist in (None, place.therapist)
            and wish.gender in (None, self.therapists[place.therapist])
            and (place.bed is not None) == wish.on_a_bed
            and all(
                self._is_free(who, minute, moving)
                for who, start, end in guest.allocations()
                for minute in _minutes(start, end)
            )
        )

    def conflicts(self, bed: str, start: datetime, end: datetime) -> bool:
        """Whether a guest has it in that time."""
        return any(
            who == bed and first < end and start < last
            for guest in self._guests()
            for who, first, last in guest.allocations()
        )

    def _is_open(self, start: datetime, minutes: int) -> bool:
        return self.opens <= start and start + timedelta(minutes=minutes) <= self.closes

    def _is_free(self, who: str, minute: datetime, moving: Collection[int]) -> bool:
        takers = [
            guest
            for guest in self._guests()
            for taken, start, end in guest.allocations()
            if taken == who and start <= minute < end
        ]
        if takers:  # what somebody has who moves stays theirs to take, even when it is out of order by now
            return all(id(guest) in moving for guest in takers)
        return not any(bed == who and start <= minute < end for bed, start, end in self.outages)

    def _guests(self) -> Iterator[Guest]:
        for visit in self.visits.values():
            if visit.takes_time:
                yield from visit.guests


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += timedelta(minutes=5)
