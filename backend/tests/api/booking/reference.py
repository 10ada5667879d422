"""A slow and obviously right reference for booking: it checks every five minutes of every resource on its own."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import permutations, product
from typing import NamedTuple

TURNOVER = 15
GIVEN_UP = {"expired", "cancelled"}


class Wish(NamedTuple):
    """The wish of one guest for one treatment."""

    minutes: int
    on_a_bed: bool
    therapist: str | None = None
    gender: str | None = None


class Assignment(NamedTuple):
    therapist: str
    bed: str | None


@dataclass
class Guest:
    wish: Wish
    start: datetime
    assignment: Assignment

    def allocations(self) -> Iterator[tuple[str, datetime, datetime]]:
        """Yield each resource that the guest occupies, with the times."""
        end = self.start + timedelta(minutes=self.wish.minutes)
        yield self.assignment.therapist, self.start, end
        if self.assignment.bed is not None:
            yield self.assignment.bed, self.start, end + timedelta(minutes=TURNOVER)


@dataclass
class Visit:
    status: str
    guests: list[Guest]

    @property
    def takes_time(self) -> bool:
        return self.status not in GIVEN_UP


@dataclass
class Branch:
    """A branch on one day; therapists are on shift during opening hours."""

    opens: datetime
    closes: datetime
    therapists: dict[str, str]
    """The gender of each therapist."""
    beds: list[str]
    visits: dict[str, Visit] = field(default_factory=dict)
    outages: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    def assignments(
        self, wishes: Sequence[Wish], start: datetime, *, moving: Collection[int] = ()
    ) -> list[list[Assignment]]:
        """Return all ways to assign resources to these guests; `moving` are the ids of guests whose time counts as free."""
        if any(not self._is_open(start, wish.minutes) for wish in wishes):
            return []
        with_bed = [number for number, wish in enumerate(wishes) if wish.on_a_bed]
        found = []
        for therapists, beds in product(
            permutations(self.therapists, len(wishes)), permutations(self.beds, len(with_bed))
        ):
            bed_of = dict(zip(with_bed, beds, strict=True))
            guests = [
                Guest(wish, start, Assignment(therapist, bed_of.get(number)))
                for number, (wish, therapist) in enumerate(zip(wishes, therapists, strict=True))
            ]
            if all(self.suits(guest, moving) for guest in guests):
                found.append([guest.assignment for guest in guests])
        return found

    def suits(self, guest: Guest, moving: Collection[int] = ()) -> bool:
        """Return whether the guest gets what they wish for, and no other guest has it."""
        wish, assignment = guest.wish, guest.assignment
        return (
            wish.therapist in (None, assignment.therapist)
            and wish.gender in (None, self.therapists[assignment.therapist])
            and (assignment.bed is not None) == wish.on_a_bed
            and all(
                self._is_free(resource, minute, moving)
                for resource, start, end in guest.allocations()
                for minute in _minutes(start, end)
            )
        )

    def fewest_moves(
        self, wishes: Sequence[Wish], start: datetime, *, moving: Collection[int] = ()
    ) -> int | None:
        """Return the fewest therapists and beds of others that have to change so that these guests fit; None if they never
        do. `moving` are the ids of guests whose time counts as free."""
        if any(not self._is_open(start, wish.minutes) for wish in wishes):
            return None
        new = [Guest(wish, start, Assignment("", "" if wish.on_a_bed else None)) for wish in wishes]
        others = [guest for guest in self._guests() if id(guest) not in moving]
        therapists = _fewest(
            [_Item.of(guest, 0, self._therapists_for(guest, is_new=True)) for guest in new]
            + [_Item.of(guest, 0, self._therapists_for(guest, is_new=False)) for guest in others]
        )
        beds = _fewest(
            [
                _Item.of(guest, 1, self._beds_for(guest, moving, is_new=True))
                for guest in new
                if guest.wish.on_a_bed
            ]
            + [
                _Item.of(guest, 1, self._beds_for(guest, moving, is_new=False))
                for guest in others
                if guest.wish.on_a_bed
            ]
        )
        return None if therapists is None or beds is None else therapists + beds

    def _therapists_for(self, guest: Guest, *, is_new: bool) -> list[str]:
        if not is_new and guest.wish.therapist is not None:
            return [guest.assignment.therapist]
        return [
            name
            for name, gender in self.therapists.items()
            if guest.wish.therapist in (None, name) and guest.wish.gender in (None, gender)
        ]

    def _beds_for(self, guest: Guest, moving: Collection[int], *, is_new: bool) -> list[str]:
        """Return the beds in order for the guest. A guest on a bed that is out of order stays there."""
        end = guest.start + timedelta(minutes=guest.wish.minutes + TURNOVER)
        broken = {bed for bed, since, until in self.outages if since < end and guest.start < until}
        if is_new:
            return [
                bed
                for bed in self.beds
                if all(
                    not self._is_broken(bed, minute) or self._is_occupied_by(moving, bed, minute)
                    for minute in _minutes(guest.start, end)
                )
            ]
        bed = guest.assignment.bed
        return [bed] if bed in broken else [*({*self.beds} - broken)]

    def _is_broken(self, bed: str, minute: datetime) -> bool:
        return any(broken == bed and since <= minute < until for broken, since, until in self.outages)

    def _is_occupied_by(self, guests: Collection[int], bed: str, minute: datetime) -> bool:
        return any(
            resource == bed and start <= minute < end
            for guest in self._guests()
            if id(guest) in guests
            for resource, start, end in guest.allocations()
        )

    def conflicts(self, bed: str, start: datetime, end: datetime) -> bool:
        """Return whether a guest occupies the bed in that time, and the bed was in order for the guest until now."""
        return any(
            resource == bed
            and first < end
            and start < last
            and not any(
                broken == bed and first < until and since < last for broken, since, until in self.outages
            )
            for guest in self._guests()
            for resource, first, last in guest.allocations()
        )

    def _is_open(self, start: datetime, minutes: int) -> bool:
        return self.opens <= start and start + timedelta(minutes=minutes) <= self.closes

    def _is_free(self, resource: str, minute: datetime, moving: Collection[int]) -> bool:
        occupants = [
            guest
            for guest in self._guests()
            for occupied, start, end in guest.allocations()
            if occupied == resource and start <= minute < end
        ]
        if occupants:  # a guest who moves may keep a resource, even one that is out of order by now
            return all(id(guest) in moving for guest in occupants)
        return not any(bed == resource and start <= minute < end for bed, start, end in self.outages)

    def _guests(self) -> Iterator[Guest]:
        for visit in self.visits.values():
            if visit.takes_time:
                yield from visit.guests


class _Item(NamedTuple):
    """A time for which a guest needs a therapist, or a bed."""

    start: datetime
    end: datetime
    present: str
    """The present one; empty for a new guest."""
    options: list[str]

    @classmethod
    def of(cls, guest: Guest, kind: int, options: list[str]) -> "_Item":
        end = guest.start + timedelta(minutes=guest.wish.minutes + kind * TURNOVER)
        return cls(guest.start, end, guest.assignment[kind] or "", options)


def _fewest(items: Sequence[_Item]) -> int | None:
    """Return how many of these have to change at least so that each resource has one guest at a time."""
    found: list[int] = []

    def place(number: int, placed: list[tuple[str, _Item]], moves: int) -> None:
        if found and moves >= min(found):
            return
        if number == len(items):
            found.append(moves)
            return
        item = items[number]
        for option in item.options:
            if not any(
                option == other and item.start < busy.end and busy.start < item.end for other, busy in placed
            ):
                changes = item.present not in ("", option)
                place(number + 1, [*placed, (option, item)], moves + changes)

    place(0, [], 0)
    return min(found, default=None)


def _minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    while start < end:
        yield start
        start += timedelta(minutes=5)
