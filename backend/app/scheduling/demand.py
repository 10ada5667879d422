"""The demand of guests: the party of one search, and its needs in steps from the start."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import NamedTuple
from uuid import UUID

from app.scheduling.supply import Requirement, ResourceKind
from app.scheduling.timegrid import steps_of

MOST_GUESTS = 6
MOST_TREATMENTS = 12
"""The largest party. The slowest of 600 random ones of that size, for 288 starts in spas with 3 to 9 therapists, took
52 ms."""

type Run = tuple[int, int]
"""The steps from the first number until before the second."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a treatment, and what it occupies."""

    minutes: int
    """A step that is begun counts whole."""
    needs_staff: bool = True
    bed_type_id: UUID | None = None
    device_type_id: UUID | None = None
    with_guest: bool = True
    """False for preparation and turnover."""

    @property
    def steps(self) -> int:
        return steps_of(self.minutes)


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

    def stay(self) -> int:
        """Return how many steps the last guest stays, at least one."""
        return max(1, *(_lay_out(guest)[1] for guest in self.guests))

    def times(self) -> list[list[Run]]:
        """Return, for each guest, the run of each treatment that is with them, in steps from the start."""
        return [[_with_guest(layout) for layout in _lay_out(guest)[0]] for guest in self.guests]

    def reach(self) -> Run:
        """Return the run from the first preparation, at or before the start, until the end of the last turnover."""
        runs = [run for guest in self.guests for treatment in _lay_out(guest)[0] for _, run in treatment]
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


def _lay_out(treatments: Sequence[Treatment]) -> tuple[list[list[tuple[Segment, Run]]], int]:
    """Return the run of each segment, by treatment, and the end of the last one with the guest."""
    layout: list[list[tuple[Segment, Run]]] = []
    at = -_steps(_without_guest(treatments[0].segments))
    ends = 0
    for before, treatment in zip((None, *treatments), treatments, strict=False):
        at -= _overlapped_steps(before, treatment) if before else 0
        layout.append([])
        for segment in treatment.segments:
            layout[-1].append((segment, (at, at := at + segment.steps)))
            ends = at if segment.with_guest else ends
    return layout, ends


def _overlapped_steps(first: Treatment, then: Treatment) -> int:
    """Return the steps of turnover and preparation for which the guest need not wait between two treatments."""
    turnover, preparation = _without_guest(first.segments[::-1]), _without_guest(then.segments)
    if _occupied(turnover) & _occupied(then.segments) or _occupied(preparation) & _occupied(first.segments):
        return 0
    return _steps(turnover) + _steps(preparation)


def _without_guest(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Return the segments before the first with the guest; none if no segment has the guest."""
    before = tuple(takewhile(lambda segment: not segment.with_guest, segments))
    return before if len(before) < len(segments) else ()


def _occupied(segments: Sequence[Segment]) -> set[object]:
    types = {type_id for segment in segments for type_id in (segment.bed_type_id, segment.device_type_id)}
    return types - {None} | {ResourceKind.STAFF for segment in segments if segment.needs_staff}


def _steps(segments: Sequence[Segment]) -> int:
    return sum(segment.steps for segment in segments)


def _needs_of(guest: int, treatments: Sequence[Treatment]) -> Iterator[Need]:
    for number, (treatment, layout) in enumerate(zip(treatments, _lay_out(treatments)[0], strict=True)):
        skill = Requirement(
            ResourceKind.STAFF, treatment.service_id, treatment.therapist_id, treatment.gender
        )
        working = [
            run for needed, run in _join((segment.needs_staff, run) for segment, run in layout) if needed
        ]
        if working:
            yield Need(guest, number, skill, tuple(working))
        for kind, types in (
            (ResourceKind.BED, [(segment.bed_type_id, run) for segment, run in layout]),
            (ResourceKind.DEVICE, [(segment.device_type_id, run) for segment, run in layout]),
        ):
            for type_id, run in _join(types):
                if type_id is not None:
                    bed_id = treatment.bed_id if _applies_to_bed(treatment, kind, type_id) else None
                    yield Need(guest, number, Requirement(kind, type_id, bed_id), (run,))


def _applies_to_bed(treatment: Treatment, kind: ResourceKind, type_id: UUID) -> bool:
    return kind is ResourceKind.BED and treatment.bed_type_id in (None, type_id)


def _with_guest(layout: Sequence[tuple[Segment, Run]]) -> Run:
    """Return the run with the guest, or the whole run if the guest is in no segment."""
    with_guest = [run for segment, run in layout if segment.with_guest] or [run for _, run in layout]
    return with_guest[0][0], with_guest[-1][1]


def _join[T](pieces: Iterable[tuple[T, Run]]) -> Iterator[tuple[T, Run]]:
    """Join consecutive runs with the same value."""
    for value, group in groupby(pieces, key=lambda piece: piece[0]):
        runs = [run for _, run in group]
        yield value, (runs[0][0], runs[-1][1])
