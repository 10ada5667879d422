"""A slow and obviously right reference for availability: it tries everything, step by step and resource by resource."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple
from uuid import UUID

from app.scheduling.demand import Party, Segment, Treatment
from app.scheduling.supply import Equipment, Resource, ResourceKind, Supply, Therapist


class StepNeed(NamedTuple):
    """A need for one resource, at all of these steps from the start."""

    guest: int
    treatment: int
    kind: ResourceKind
    type_id: UUID | None
    steps: frozenset[int]


type Choice = dict[StepNeed, Resource]


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
    return next(choices(party, needs_of(party), supply.resources, start), None) is not None


def is_open(party: Party, supply: Supply, start: int) -> bool:
    return all(supply.open >> step & 1 for step in range(start, start + max(map(stay, party.guests))))


def choices(
    party: Party, needs: Sequence[StepNeed], resources: Sequence[Resource], start: int, stage: str = "free"
) -> Iterator[Choice]:
    """Yield every way to give each need its resource. The stages before `free` allow more: any time, or any shift."""

    def go_on(left: Sequence[StepNeed], made: Choice) -> Iterator[Choice]:
        if not left:
            yield made
            return
        one, *others = left
        for resource in resources:
            if (
                suits(resource, one, party)
                and all(is_available(resource, start + step, stage) for step in one.steps)
                and not any(resource is other and one.steps & need.steps for need, other in made.items())
                and (not party.same_room or in_one_room({**made, one: resource}))
            ):
                yield from go_on(others, {**made, one: resource})

    return go_on(needs, {})


def is_available(resource: Resource, step: int, stage: str) -> bool:
    """Return whether a resource counts at a step. Before the grid begins none does."""
    masks = {"always": -1, "works": resource.works, "free": resource.free}
    return step >= 0 and masks[stage] >> step & 1 == 1


def suits(resource: Resource, need: StepNeed, party: Party) -> bool:
    treatment = party.guests[need.guest][need.treatment]
    if not isinstance(resource, Therapist):
        if resource.kind is not need.kind or resource.type_id != need.type_id:
            return False
        wish_applies = resource.kind is ResourceKind.BED and treatment.bed_type_id in (None, resource.type_id)
        return not wish_applies or treatment.bed_id in (None, resource.id)
    return (
        need.kind is ResourceKind.STAFF
        and treatment.service_id in resource.skills
        and treatment.therapist_id in (None, resource.id)
        and treatment.gender in (None, resource.gender)
    )


def in_one_room(made: Choice) -> bool:
    """Return whether beds that are occupied at the same time are in one room. A bed without a room is with no other."""
    beds = [
        (need.steps, bed)
        for need, bed in made.items()
        if isinstance(bed, Equipment) and bed.kind is ResourceKind.BED
    ]
    return all(
        one is other or not steps & others or (one.room_id == other.room_id and one.room_id is not None)
        for steps, one in beds
        for others, other in beds
    )


def needs_of(party: Party) -> list[StepNeed]:
    found = []
    for guest, treatments in enumerate(party.guests):
        for number, laid in enumerate(timeline(treatments)):
            working = frozenset(
                step
                for step, segments in laid.steps.items()
                if any(segment.needs_staff for segment in segments)
            )
            if working:
                found.append(StepNeed(guest, number, ResourceKind.STAFF, None, working))
            beds = {step: [part.bed_type_id for part in parts] for step, parts in laid.steps.items()}
            devices = {step: [part.device_type_id for part in parts] for step, parts in laid.steps.items()}
            for kind, types in ((ResourceKind.BED, beds), (ResourceKind.DEVICE, devices)):
                for type_id in dict.fromkeys(type_id for needed in types.values() for type_id in needed):
                    if type_id is None:
                        continue
                    run: set[int] = set()
                    for step, needed in types.items():
                        if type_id in needed:
                            run.add(step)
                        if run and type_id not in types.get(step + 1, []):
                            found.append(StepNeed(guest, number, kind, type_id, frozenset(run)))
                            run = set()
    return found


class Laid(NamedTuple):
    """A treatment, in steps from the first one with the guest."""

    steps: dict[int, list[Segment]]
    """The segments of each step."""
    guest_comes: int
    guest_leaves: int
    turnover: list[Segment]


def timeline(treatments: Sequence[Treatment]) -> list[Laid]:
    """Lay treatments out minute by minute: five minutes are a step, the first of them the guest's first."""
    found: list[Laid] = []
    for number, treatment in enumerate(treatments):
        minutes = [segment for segment in treatment.segments for _ in range(segment.minutes)]
        with_guest = [at for at, segment in enumerate(minutes) if segment.with_guest]
        arrives, leaves = (with_guest[0], with_guest[-1] + 1) if with_guest else (0, len(minutes))
        steps: dict[int, list[Segment]] = {}
        for at, segment in enumerate(minutes):
            steps.setdefault((at - arrives) // 5, []).append(segment)
        begins = 0
        if number:
            before = found[-1]
            preparation = minutes[:arrives]
            waits = share_a_resource(preparation, treatments[number - 1].segments) or share_a_resource(
                before.turnover, treatment.segments
            )
            begins = max(before.steps) + 1 - min(steps) if waits else before.guest_leaves
        found.append(
            Laid(
                {begins + step: segments for step, segments in steps.items()},
                begins,
                begins + -(-(leaves - arrives) // 5),
                minutes[leaves:],
            )
        )
    return found


def share_a_resource(some: Iterable[Segment], others: Iterable[Segment]) -> bool:
    return any(
        (one.needs_staff and other.needs_staff)
        or (one.bed_type_id is not None and one.bed_type_id == other.bed_type_id)
        or (one.device_type_id is not None and one.device_type_id == other.device_type_id)
        for one, other in product(some, others)
    )


def stay(treatments: Sequence[Treatment]) -> int:
    """Return the number of steps until the last one with the guest has passed: at least one."""
    with_guest = [
        laid.guest_leaves
        for laid, treatment in zip(timeline(treatments), treatments, strict=True)
        if any(segment.with_guest for segment in treatment.segments)
    ]
    return max(with_guest, default=1)
