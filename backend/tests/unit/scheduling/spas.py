"""Small spas, written as text or drawn at random: a day from 09:00 to 21:00 in steps, and everything by name."""

from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import strategies as st

from app.scheduling.bitmask import from_runs, ones, positions
from app.scheduling.demand import Assignment, Party, Segment, Treatment
from app.scheduling.supply import Equipment, Resource, ResourceKind, Supply, Therapist

COUNT = 144
_NAMES: dict[UUID, str] = {}


def named(name: str) -> UUID:
    found = uuid5(NAMESPACE_OID, name)
    _NAMES[found] = name
    return found


def at(time: str) -> int:
    hours, minutes = map(int, time.split(":"))
    return (hours - 9) * 12 + minutes // 5


def clock(step: int) -> str:
    return f"{9 + step // 12:02}:{step % 12 * 5:02}"


def times(text: str) -> int:
    """Return the mask of times such as `09:00-12:00 13:00-17:00`."""
    runs = (part.split("-") for part in text.split())
    return from_runs(((at(start), at(end)) for start, end in runs), COUNT)


def shown(mask: int) -> list[str]:
    return [clock(step) for step in positions(mask)]


def therapist(
    name: str, free: str = "09:00-21:00", *, skills: str = "massage facial", works: str = "", gender: str = ""
) -> Therapist:
    able = frozenset(map(named, skills.split()))
    return Therapist(named(name), able, times(works or free), times(free), gender or None)


def bed(name: str, free: str = "09:00-21:00", *, type_: str = "massage-bed", room: str = "") -> Equipment:
    return Equipment(named(name), ResourceKind.BED, named(type_), times(free), named(room) if room else None)


def device(name: str, free: str = "09:00-21:00", *, type_: str = "laser") -> Equipment:
    return Equipment(named(name), ResourceKind.DEVICE, named(type_), times(free))


def spa(*resources: Resource, **changed: Any) -> Supply:
    """Return a spa that is open from 09:00 to 21:00, with a start every quarter of an hour, and with these changes."""
    usual = {"open": ones(COUNT), "starts": sum(1 << step for step in range(0, COUNT, 3))}
    return Supply(resources, **(usual | {"earliest": 0, "latest": COUNT, "shortest": 6} | changed))


def segment(
    minutes: int, *, staff: bool = True, on: str = "", with_: str = "", guest: bool = True
) -> Segment:
    return Segment(minutes, staff, named(on) if on else None, named(with_) if with_ else None, guest)


def treatment(
    service: str, *segments: Segment | int, by: str = "", gender: str = "", on: str = "", of: str = ""
) -> Treatment:
    """Return a treatment with wishes for a therapist (`by`), a gender, a bed (`on`) and its type (`of`).

    A number stands for a segment of so many minutes that needs a therapist alone.
    """
    agreed = tuple(segment(part) if isinstance(part, int) else part for part in segments)
    wishes = [named(wish) if wish else None for wish in (by, on, of)]
    return Treatment(named(service), agreed, wishes[0], gender or None, wishes[1], wishes[2])


def party(*guests: list[Treatment], same_room: bool = False) -> Party:
    return Party(tuple(map(tuple, guests)), same_room)


def describe(assignments: list[Assignment] | None) -> list[str]:
    """Return each assignment as text such as `Lan 09:00-10:00`."""
    assert assignments is not None
    return [
        f"{_NAMES[assignment.resource_id]} "
        + " ".join(f"{clock(start)}-{clock(end)}" for start, end in assignment.runs)
        for assignment in assignments
    ]


_SERVICES, _BEDS, _ROOMS = (
    ["massage", "facial", "hair"],
    ["massage-bed", "facial-bed"],
    ["", "lotus", "jasmine"],
)
STEPS = 20
"""The number of steps in the grids of random spas."""


@st.composite
def _masks(draw: st.DrawFn) -> int:
    """Draw a mask that is free most of the time."""
    busy = draw(st.lists(st.tuples(st.integers(0, STEPS), st.integers(1, 6)), max_size=3))
    return ones(STEPS) & ~from_runs(((start, start + length) for start, length in busy), STEPS)


@st.composite
def _therapists(draw: st.DrawFn, name: str) -> Therapist:
    works = draw(_masks())
    skills = draw(st.sets(st.sampled_from(_SERVICES), min_size=1))
    gender = draw(st.sampled_from(["female", "male", None]))
    return Therapist(named(name), frozenset(map(named, skills)), works, works & draw(_masks()), gender)


@st.composite
def supplies(draw: st.DrawFn, *, things: bool = True) -> Supply:
    resources: list[Resource] = [
        draw(_therapists(f"therapist {number}")) for number in range(draw(st.integers(1, 5)))
    ]
    for number in range(draw(st.integers(1, 4)) if things else 0):
        room = draw(st.sampled_from(_ROOMS))
        type_ = named(draw(st.sampled_from(_BEDS)))
        resources.append(
            Equipment(
                named(f"bed {number}"), ResourceKind.BED, type_, draw(_masks()), named(room) if room else None
            )
        )
    resources += [
        Equipment(named(f"laser {number}"), ResourceKind.DEVICE, named("laser"), draw(_masks()))
        for number in range(draw(st.integers(0, 2)) if things else 0)
    ]
    return Supply(
        resources=draw(st.permutations(resources)),
        open=draw(_masks()),
        starts=draw(st.sampled_from([ones(STEPS), sum(1 << step for step in range(0, STEPS, 3))])),
        earliest=draw(st.integers(-3, 8)),
        latest=draw(st.integers(10, STEPS + 5)),
        shortest=draw(st.integers(0, 4)),
    )


@st.composite
def parties(draw: st.DrawFn, *, guests: int = 3, treatments: int = 3, things: bool = True) -> Party:
    def one_segment() -> Segment:
        return Segment(
            minutes=draw(st.sampled_from([3, 5, 10, 12, 20])),
            needs_staff=draw(st.sampled_from([True, True, False])) or not things,
            bed_type_id=draw(st.sampled_from([None, *map(named, _BEDS)])) if things else None,
            device_type_id=draw(st.sampled_from([None, None, named("laser")])) if things else None,
            with_guest=draw(st.sampled_from([True, True, False])),
        )

    def one_treatment() -> Treatment:
        segments = tuple(one_segment() for _ in range(draw(st.integers(1, 3 if things else 1))))
        therapist_id = draw(st.sampled_from([None, None, None, named("therapist 0")]))
        gender = draw(st.sampled_from([None, None, None, "female"]))
        bed_id = draw(st.sampled_from([None, None, None, named("bed 0")])) if things else None
        type_id = draw(st.sampled_from([None, *map(named, _BEDS)])) if bed_id else None
        return Treatment(
            named(draw(st.sampled_from(_SERVICES))), segments, therapist_id, gender, bed_id, type_id
        )

    coming = [
        tuple(one_treatment() for _ in range(draw(st.integers(1, treatments))))
        for _ in range(draw(st.integers(1, guests)))
    ]
    if draw(st.booleans()):
        coming[1:] = [coming[0]] * (len(coming) - 1)  # the same for everybody
    return Party(tuple(coming), draw(st.booleans()))
