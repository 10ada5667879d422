"""What availability means, slow and obviously right: step after step, one resource after another, everything tried."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple
from uuid import UUID

from app.scheduling.demand import Party, Segment, Treatment
from app.scheduling.supply import Equipment, Resource, ResourceKind, Supply, Therapist


class Asked(NamedTuple):
    """One resource, at all of these steps from the start."""

    guest: int
    treatment: int
    kind: ResourceKind
    type_id: UUID | None
    steps: frozenset[int]


type Choice = dict[Asked, Resource]


def possible_starts(party: Party, supply: Supply, count: int) -> set[int]:
    return {
        step
        for step in range(count)
        if supply.starts >> step & 1
        and supply.earliest <= step < supply.latest
        and is_possible(party, supply, step)
    }


def is_possible(party: Party, supply: Supply, start: int) -> bool:
    if not is_open(party, supply, start):
        return False
    return next(choices(party, asked_by(party), supply.resources, start), None) is not None


def is_open(party: Party, supply: Supply, start: int) -> bool:
    return all(supply.open >> step & 1 for step in range(start, start + max(map(stay, party.guests))))


def choices(
    party: Party, asked: Sequence[Asked], resources: Sequence[Resource], start: int, stage: str = "free"
) -> Iterator[Choice]:
    """Every way to give each its resource. At the stages before `free` there is more: all the time, or on shift."""

    def go_on(left: Sequence[Asked], made: Choice) -> Iterator[Choice]:
        if not left:
            yield made
            return
        one, *others = left
        for resource in resources:
            if (
                suits(resource, one, party)
                and all(there(resource, start + step, stage) for step in one.steps)
                and not any(resource is other and one.steps & asked.steps for asked, other in made.items())
                and (not party.same_room or in_one_room({**made, one: resource}))
            ):
                yield from go_on(others, {**made, one: resource})

    return go_on(asked, {})


def there(resource: Resource, step: int, stage: str) -> bool:
    """Before the grid begins nothing is."""
    masks = {"always": -1, "works": resource.works, "free": resource.free}
    return step >= 0 and masks[stage] >> step & 1 == 1


def suits(resource: Resource, asked: Asked, party: Party) -> bool:
    treatment = party.guests[asked.guest][asked.treatment]
    if not isinstance(resource, Therapist):
        if resource.kind is not asked.kind or resource.type_id != asked.type_id:
            return False
        about_it = resource.kind is ResourceKind.BED and treatment.bed_type_id in (None, resource.type_id)
        return not about_it or treatment.bed_id in (None, resource.id)
    return (
        asked.kind is ResourceKind.STAFF
        and treatment.service_id in resource.skills
        and treatment.therapist_id in (None, resource.id)
        and treatment.gender in (None, resource.gender)
    )


def in_one_room(made: Choice) -> bool:
    """Two that are on beds at the same time are in one room; a bed in none is not in one with another."""
    beds = [
        (asked.steps, bed)
        for asked, bed in made.items()
        if isinstance(bed, Equipment) and bed.kind is ResourceKind.BED
    ]
    return all(
        one is other or not steps & others or (one.room_id == other.room_id and one.room_id is not None)
        for steps, one in beds
        for others, other in beds
    )


def asked_by(party: Party) -> list[Asked]:
    found = []
    for guest, treatments in enumerate(party.guests):
        for number, laid in enumerate(timeline(treatments)):
            working = frozenset(step for step, segment in laid.items() if segment.needs_staff)
            if working:
                found.append(Asked(guest, number, ResourceKind.STAFF, None, working))
            beds = {step: segment.bed_type_id for step, segment in laid.items()}
            devices = {step: segment.device_type_id for step, segment in laid.items()}
            for kind, types in ((ResourceKind.BED, beds), (ResourceKind.DEVICE, devices)):
                run: set[int] = set()
                for step, type_id in types.items():
                    run.add(step)
                    if types.get(step + 1, "the end") != type_id:
                        if type_id is not None:
                            found.append(Asked(guest, number, kind, type_id, frozenset(run)))
                        run = set()
    return found


def timeline(treatments: Sequence[Treatment]) -> list[dict[int, Segment]]:
    """Of each treatment what segment each step is in, counted from the first with the guest."""
    found: list[dict[int, Segment]] = []
    for number, treatment in enumerate(treatments):
        steps = [segment for segment in treatment.segments for _ in range((segment.minutes + 4) // 5)]
        with_guest = [at for at, segment in enumerate(steps) if segment.with_guest] or [0, len(steps) - 1]
        begins = -with_guest[0]
        if number:
            before = found[-1]
            there = [at for at, segment in before.items() if segment.with_guest] or list(before)
            waits = shared(steps[: with_guest[0]], before.values()) or shared(
                [segment for at, segment in before.items() if at > there[-1]], steps
            )
            begins = max(before) + 1 if waits else there[-1] + 1 - with_guest[0]
        found.append({begins + at: segment for at, segment in enumerate(steps)})
    return found


def shared(some: Iterable[Segment], others: Iterable[Segment]) -> bool:
    return any(
        (one.needs_staff and other.needs_staff)
        or (one.bed_type_id is not None and one.bed_type_id == other.bed_type_id)
        or (one.device_type_id is not None and one.device_type_id == other.device_type_id)
        for one, other in product(some, others)
    )


def stay(treatments: Sequence[Treatment]) -> int:
    """Until the last step with the guest has passed; who comes for nothing is there for a step."""
    with_guest = [
        step for laid in timeline(treatments) for step, segment in laid.items() if segment.with_guest
    ]
    return max(with_guest, default=0) + 1
