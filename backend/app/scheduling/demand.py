"""The demand of guests: the party of one search, and its needs in steps from the start."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import accumulate, takewhile
from typing import NamedTuple, Protocol, Self
from uuid import UUID

from app.scheduling.bitmask import ones
from app.scheduling.supply import Place, Requirement, ResourceKind
from app.scheduling.timegrid import STEP_MINUTES, steps_of

MOST_GUESTS = 6
MOST_TREATMENTS = 12
"""The largest party. The slowest of 600 random ones of that size, for 288 starts in spas with 3 to 9 therapists, took
52 ms."""

LONGEST_STAY = timedelta(days=1)
"""The longest stay of a guest: what looks for the appointments of a time has to begin so much earlier."""

type Run = tuple[int, int]
"""The steps from the first number until before the second."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a treatment, and what it occupies."""

    minutes: int
    needs_staff: bool = True
    bed_type_id: UUID | None = None
    device_type_id: UUID | None = None
    with_guest: bool = True
    """False for preparation and turnover."""


class TimedSegment(Protocol):
    """A segment of the catalogue or of a booking."""

    @property
    def minutes(self) -> int: ...
    @property
    def with_guest(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Treatment:
    """A treatment of one guest by one therapist. The guest stays on a bed, and keeps a device, as long as consecutive
    segments need the same type."""

    service_id: UUID
    segments: tuple[Segment, ...]
    therapist_id: UUID | None = None
    """The only therapist who will do; None for any."""
    gender: str | None = None
    """The gender of therapist that will do; None for any."""
    bed_id: UUID | None = None
    """The only bed that will do; None for any."""
    bed_type_id: UUID | None = None
    """The type of `bed_id`; any bed of another type will do. None if all beds of the treatment are of one type."""
    room_id: UUID | None = None
    """The only room whose beds will do; None for any."""
    device_id: UUID | None = None
    """The only device that will do, if the treatment needs devices of one type; None for any."""


@dataclass(frozen=True, slots=True)
class Party:
    """Guests who begin at the same time, each with treatments one after another.

    A guest starts when their first segment with a guest begins; preparation of the first treatment lies before. Guests go
    straight from one treatment to the next, while the turnover of the first and the preparation of the second run at the
    same time. But if these occupy what the other treatment needs as well (a therapist, or a bed or device of the same
    type), the guest waits for them, so that the same therapist and bed can do both.
    """

    guests: tuple[tuple[Treatment, ...], ...]
    same_room: bool = False
    """Beds that the party occupies at the same time must be in one room."""

    def in_room(self, room_id: UUID) -> Self:
        """Return the party with all its beds in this room."""
        guests = tuple(
            tuple(replace(treatment, room_id=room_id) for treatment in guest) for guest in self.guests
        )
        return replace(self, guests=guests)

    def with_any(self, kind: ResourceKind, place: Place) -> Self:
        """Return the party with any therapist, or with any bed, for one treatment. Gender and room stay."""
        guest, number = place
        treatments = [*self.guests[guest]]
        if kind is ResourceKind.STAFF:
            treatments[number] = replace(treatments[number], therapist_id=None)
        else:
            treatments[number] = replace(treatments[number], bed_id=None, bed_type_id=None)
        return replace(self, guests=(*self.guests[:guest], tuple(treatments), *self.guests[guest + 1 :]))

    def stay(self) -> int:
        """Return how many steps the last guest stays, at least one."""
        return max(1, *(_lay_out(guest)[1] for guest in self.guests))

    def presence(self) -> int:
        """Return the steps from the start at which a guest is there."""
        return ones(self.stay())

    def times(self) -> list[list[Run]]:
        """Return, for each guest, the run of each treatment that is with them, in steps from the start."""
        return [[layout.with_guest for layout in _lay_out(guest)[0]] for guest in self.guests]

    def reach(self) -> Run:
        """Return the run from the first preparation, at or before the start, until the end of the last turnover."""
        runs = [run for guest in self.guests for layout in _lay_out(guest)[0] for _, run in layout.segments]
        return min(0, *(run[0] for run in runs)), max(self.stay(), *(run[1] for run in runs))

    def needs(self) -> "list[Need]":
        """Return everything that the party occupies."""
        return [need for number, guest in enumerate(self.guests) for need in _needs_of(number, guest)]


class Need(NamedTuple):
    """One resource for one treatment of one guest."""

    guest: int
    treatment: int
    requirement: Requirement
    runs: tuple[Run, ...]
    """The runs in which it is occupied, in steps from the start; preparation is below 0."""


class Assignment(NamedTuple):
    """A resource that serves one need."""

    need: Need
    resource_id: UUID
    runs: tuple[Run, ...]
    """The runs in steps of the grid; several if a therapist is free in between."""


def guest_minutes(segments: Sequence[TimedSegment]) -> int:
    """Return how long a guest stays for a treatment, in minutes: the one length that catalogue and bookings show.

    It lasts from the first segment with the guest to the last. A step that is begun counts whole, once for all segments.
    """
    begins, ends = _guest_part(segments)
    return steps_of(ends - begins) * STEP_MINUTES


def _guest_part(segments: Sequence[TimedSegment]) -> tuple[int, int]:
    """Return the minutes between which the guest is there, of all minutes if no segment has the guest."""
    ends = [0, *accumulate(segment.minutes for segment in segments)]
    with_guest = [number for number, segment in enumerate(segments) if segment.with_guest]
    return (ends[with_guest[0]], ends[with_guest[-1] + 1]) if with_guest else (0, ends[-1])


class _Layout(NamedTuple):
    """The steps of one treatment, from the party's start."""

    segments: list[tuple[Segment, Run]]
    """The runs of the segments, rounded outwards: two that change within a step both have that step."""
    with_guest: Run


def _lay_out(treatments: Sequence[Treatment]) -> tuple[list[_Layout], int]:
    """Return the layout of each treatment, and the end of the last one with the guest."""
    layouts: list[_Layout] = []
    ends = 0
    for before, treatment in zip((None, *treatments), treatments, strict=False):
        start = 0
        if before:
            start = layouts[-1].with_guest[1]
            if _waits(before, treatment):
                start = layouts[-1].segments[-1][1][1] - _layout(treatment.segments, 0).segments[0][1][0]
        layouts.append(_layout(treatment.segments, start))
        if any(segment.with_guest for segment in treatment.segments):
            ends = layouts[-1].with_guest[1]
    return layouts, ends


def _layout(segments: Sequence[Segment], start: int) -> _Layout:
    """Lay out one treatment, with which the guest begins at step `start`."""
    begins, ends = _guest_part(segments)
    runs = []
    minute = -begins
    for segment in segments:
        first, minute = minute, minute + segment.minutes
        runs.append((segment, (start + first // STEP_MINUTES, start + steps_of(minute))))
    return _Layout(runs, (start, start + steps_of(ends - begins)))


def _waits(first: Treatment, then: Treatment) -> bool:
    """Return whether the guest waits for turnover and preparation between two treatments."""
    turnover, preparation = _without_guest(first.segments[::-1]), _without_guest(then.segments)
    return bool(
        _occupied(turnover) & _occupied(then.segments) or _occupied(preparation) & _occupied(first.segments)
    )


def _without_guest(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return the segments before the first with the guest; none if no segment has the guest."""
    before = tuple(takewhile(lambda segment: not segment.with_guest, segments))
    return before if len(before) < len(segments) else ()


def _occupied(segments: Sequence[Segment]) -> set[object]:
    types = {type_id for segment in segments for type_id in (segment.bed_type_id, segment.device_type_id)}
    return types - {None} | {ResourceKind.STAFF for segment in segments if segment.needs_staff}


def _needs_of(guest: int, treatments: Sequence[Treatment]) -> Iterator[Need]:
    for number, (treatment, layout) in enumerate(zip(treatments, _lay_out(treatments)[0], strict=True)):
        skill = Requirement(
            ResourceKind.STAFF, treatment.service_id, treatment.therapist_id, treatment.gender
        )
        working = [
            run for _, run in _join((segment.needs_staff or None, run) for segment, run in layout.segments)
        ]
        if working:
            yield Need(guest, number, skill, tuple(working))
        for kind, types in (
            (ResourceKind.BED, [(segment.bed_type_id, run) for segment, run in layout.segments]),
            (ResourceKind.DEVICE, [(segment.device_type_id, run) for segment, run in layout.segments]),
        ):
            for type_id, run in _join(types):
                yield Need(guest, number, _equipment(treatment, kind, type_id), (run,))


def _equipment(treatment: Treatment, kind: ResourceKind, type_id: UUID) -> Requirement:
    if kind is ResourceKind.DEVICE:
        return Requirement(kind, type_id, treatment.device_id)
    bed_id = treatment.bed_id if treatment.bed_type_id in (None, type_id) else None
    return Requirement(kind, type_id, bed_id, room_id=treatment.room_id)


def _join[T](pieces: Iterable[tuple[T | None, Run]]) -> list[tuple[T, Run]]:
    """Join runs with the same value that touch or overlap. Pieces without a value are left out."""
    joined: list[tuple[T, Run]] = []
    latest: dict[T, int] = {}
    for value, (first, last) in pieces:
        if value is None:
            continue
        at = latest.get(value)
        if at is not None and joined[at][1][1] >= first:
            joined[at] = value, (joined[at][1][0], last)
        else:
            latest[value] = len(joined)
            joined.append((value, (first, last)))
    return joined
