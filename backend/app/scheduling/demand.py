"""What guests ask for and what a branch has: the two sides that a search brings together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import NamedTuple
from uuid import UUID

from app.scheduling.supply import Requirement, ResourceKind
from app.scheduling.timegrid import steps_of

MOST_GUESTS = 6
MOST_TREATMENTS = 12
"""Of a party. The worst of 600 random ones as large, for 288 starts in spas with 3 to 9 therapists, took 52 ms."""

type Run = tuple[int, int]
"""From a step until another."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a treatment and what it occupies."""

    minutes: int
    """Of which a step that is begun counts whole."""
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
    """One therapist does all of it. The guest stays on a bed, and a device stays, as long as the segments that follow
    each other are on the same type."""

    service_id: UUID
    segments: tuple[Segment, ...]
    therapist_id: UUID | None = None
    """Whom the guest wants; none: any."""
    gender: str | None = None
    """Of the therapist."""
    bed_id: UUID | None = None
    """This bed and no other; none: any."""
    bed_type_id: UUID | None = None
    """Of that bed: of other types the treatment has any. None: all its beds are of one type."""


@dataclass(frozen=True, slots=True)
class Party:
    """Guests who begin at the same time, each with treatments one after another.

    The start of a guest is when the first segment with them begins; preparation of the first treatment is before it.
    From one treatment guests go straight on to the next, and turnover of the one and preparation of the other are beside
    it, unless these occupy what the other treatment needs as well (a therapist, a bed or a device of the same type):
    then the guest waits for them, so that the same therapist and bed can do both.
    """

    guests: tuple[tuple[Treatment, ...], ...]
    same_room: bool = False
    """Beds that the party occupies at the same time are in one room."""

    def stay(self) -> int:
        """The steps from the start until the last guest needs nothing more; the first is always one of them."""
        return max(1, *(_laid(guest)[1] for guest in self.guests))

    def times(self) -> list[list[Run]]:
        """Of each guest from when to when each treatment is with them, in steps from the start."""
        return [[_with_guest(laid) for laid in _laid(guest)[0]] for guest in self.guests]

    def reach(self) -> Run:
        """The steps from the first preparation, which is at or before the start, until the last turnover is done."""
        laid = [run for guest in self.guests for treatment in _laid(guest)[0] for _, run in treatment]
        return min(0, *(run[0] for run in laid)), max(self.stay(), *(run[1] for run in laid))

    def needs(self) -> "list[Need]":
        return [need for number, guest in enumerate(self.guests) for need in _needs_of(number, guest)]


class Need(NamedTuple):
    """One resource for one treatment of one guest."""

    guest: int
    treatment: int
    requirement: Requirement
    runs: tuple[Run, ...]
    """When it is occupied, in steps from the guest's start; preparation is below 0."""


class Assignment(NamedTuple):
    """A resource that serves one need."""

    need: Need
    resource_id: UUID
    runs: tuple[Run, ...]
    """In steps of the grid; several when a therapist is free in between."""


def _laid(treatments: Sequence[Treatment]) -> tuple[list[list[tuple[Segment, Run]]], int]:
    """When each segment is, and when the last one with the guest ends."""
    laid: list[list[tuple[Segment, Run]]] = []
    at = -_steps(_without_guest(treatments[0].segments))
    ends = 0
    for before, treatment in zip((None, *treatments), treatments, strict=False):
        at -= _beside(before, treatment) if before else 0
        laid.append([])
        for segment in treatment.segments:
            laid[-1].append((segment, (at, at := at + segment.steps)))
            ends = at if segment.with_guest else ends
    return laid, ends


def _beside(first: Treatment, then: Treatment) -> int:
    """The steps of turnover and preparation for which the guest need not wait between the two."""
    turnover, preparation = _without_guest(first.segments[::-1]), _without_guest(then.segments)
    if _occupied(turnover) & _occupied(then.segments) or _occupied(preparation) & _occupied(first.segments):
        return 0
    return _steps(turnover) + _steps(preparation)


def _without_guest(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Those before the first with the guest; none when there is no such."""
    before = tuple(takewhile(lambda segment: not segment.with_guest, segments))
    return before if len(before) < len(segments) else ()


def _occupied(segments: Sequence[Segment]) -> set[object]:
    types = {type_id for each in segments for type_id in (each.bed_type_id, each.device_type_id)}
    return types - {None} | {ResourceKind.STAFF for each in segments if each.needs_staff}


def _steps(segments: Sequence[Segment]) -> int:
    return sum(segment.steps for segment in segments)


def _needs_of(guest: int, treatments: Sequence[Treatment]) -> Iterator[Need]:
    for number, (treatment, laid) in enumerate(zip(treatments, _laid(treatments)[0], strict=True)):
        skill = Requirement(
            ResourceKind.STAFF, treatment.service_id, treatment.therapist_id, treatment.gender
        )
        working = [run for needed, run in _joined((each.needs_staff, run) for each, run in laid) if needed]
        if working:
            yield Need(guest, number, skill, tuple(working))
        for kind, types in (
            (ResourceKind.BED, [(each.bed_type_id, run) for each, run in laid]),
            (ResourceKind.DEVICE, [(each.device_type_id, run) for each, run in laid]),
        ):
            for type_id, run in _joined(types):
                if type_id is not None:
                    wished = treatment.bed_id if _is_of_the_bed(treatment, kind, type_id) else None
                    yield Need(guest, number, Requirement(kind, type_id, wished), (run,))


def _is_of_the_bed(treatment: Treatment, kind: ResourceKind, type_id: UUID) -> bool:
    return kind is ResourceKind.BED and treatment.bed_type_id in (None, type_id)


def _with_guest(laid: Sequence[tuple[Segment, Run]]) -> Run:
    """All of it when the guest is nowhere in it."""
    there = [run for segment, run in laid if segment.with_guest] or [run for _, run in laid]
    return there[0][0], there[-1][1]


def _joined[T](pieces: Iterable[tuple[T, Run]]) -> Iterator[tuple[T, Run]]:
    """Runs that follow each other with the same value, as one."""
    for value, group in groupby(pieces, key=lambda piece: piece[0]):
        runs = [run for _, run in group]
        yield value, (runs[0][0], runs[-1][1])
