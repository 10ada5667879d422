"""Making room: examples, and small random days compared with every placement."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import NamedTuple
from uuid import UUID

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from app.scheduling.bitmask import from_runs, ones, positions
from app.scheduling.demand import Party, Treatment
from app.scheduling.making_room import MOST_MOVES, MovableSupply, Room, RoomSearch
from app.scheduling.reassignment import Work
from app.scheduling.search import assign, feasible_starts
from app.scheduling.supply import Equipment, Requirement, Resource, ResourceKind, Supply, Therapist
from tests.unit.scheduling import reference
from tests.unit.scheduling.spas import (
    at,
    bed,
    device,
    named,
    party,
    segment,
    spa,
    therapist,
    times,
    treatment,
)

ON_BED = segment(60, on="massage-bed")


def work(
    number: int, by: str, when: str, *, gender: str = "", room: str = "", skill: str = "massage"
) -> Work:
    requirement = Requirement(ResourceKind.STAFF, named(skill), gender=gender or None)
    if by.startswith("bed"):
        requirement = Requirement(ResourceKind.BED, named("massage-bed"))
    return Work(UUID(int=100 + number), named(by), times(when), requirement, named(room) if room else None)


def guest(number: int, by: str, on: str, when: str) -> list[Work]:
    """Return the works of a guest with a therapist and a bed."""
    return [work(2 * number, by, when), work(2 * number + 1, on, when)]


def find(wanted: Party, supply: Supply, works: Sequence[Work], start: str) -> Room | None:
    movable = MovableSupply(supply, works)
    room = RoomSearch(wanted, movable).find(at(start))
    assert room is None or movable.permits(room, at(start))
    return room


class TestExamples:
    def test_a_guest_without_a_wish_gives_way_to_one_who_asks_by_name(self) -> None:
        supply = spa(therapist("Lan"), therapist("Mai"))
        wanted = party([treatment("massage", 60, by="Lan")])
        room = find(wanted, supply, [work(1, "Lan", "10:00-11:00")], "10:30")
        assert room is not None
        assert room.moves == {UUID(int=101): named("Mai")}
        assert [assignment.resource_id for assignment in room.assignments] == [named("Lan")]

    def test_a_party_that_fits_needs_no_move(self) -> None:
        supply = spa(therapist("Lan"), therapist("Mai"))
        room = find(party([treatment("massage", 60)]), supply, [work(1, "Lan", "10:00-11:00")], "10:30")
        assert room is not None
        assert room.moves == {}

    @pytest.mark.parametrize("order", [*permutations(range(4))])
    def test_the_fifth_guest_fits_whatever_the_order_of_the_first_four(self, order: tuple[int, ...]) -> None:
        """Fill three therapists and beds in any order: at most two are ever busy at the same time."""
        names = ("Lan", "bed 1"), ("Mai", "bed 2"), ("Nga", "bed 3")
        supply = spa(*(therapist(name) for name, _ in names), *(bed(name) for _, name in names))
        one = party([treatment("massage", ON_BED)])
        whens = ["13:30-14:30", "14:00-16:00", "15:00-15:30", "13:30-15:00"]
        works: list[Work] = []
        for number in order:
            first, last = map(at, whens[number].split("-"))
            stay = party([treatment("massage", segment((last - first) * 5, on="massage-bed"))])
            assigned = assign(stay, MovableSupply(supply, works).after({}), first)
            assert assigned is not None
            for kind, assignment in enumerate(assigned):
                assert len(assignment.runs) == 1
                works.append(
                    Work(
                        UUID(int=100 + 2 * number + kind),
                        assignment.resource_id,
                        from_runs(assignment.runs, 144),
                        assignment.need.requirement,
                    )
                )
        long = party([treatment("massage", segment(90, on="massage-bed"))])
        assert one is not None
        assert find(long, supply, works, "14:30") is not None

    def test_a_couple_keeps_its_room(self) -> None:
        """Refuse: the couple's bed would have to go to the other room."""
        supply = spa(bed("bed 1", room="lotus"), bed("bed 2", room="sen"), therapist("Lan"))
        wanted = party([treatment("massage", ON_BED, on="bed 1")])
        pinned = work(1, "bed 1", "10:00-11:00", room="lotus")
        assert find(wanted, supply, [pinned], "10:00") is None
        assert find(wanted, supply, [pinned._replace(room=None)], "10:00") is not None

    def test_a_couple_gets_one_room(self) -> None:
        """Move the two guests who have a bed in each room into one room."""
        beds = [bed(f"bed {number}", room="lotus" if number < 3 else "sen") for number in range(1, 5)]
        supply = spa(*beds, *(therapist(name) for name in "ABCD"))
        works = guest(1, "A", "bed 1", "10:00-11:00") + guest(2, "B", "bed 3", "10:00-11:00")
        couple = party([treatment("massage", ON_BED)], [treatment("massage", ON_BED)], same_room=True)
        room = find(couple, supply, works, "10:00")
        assert room is not None
        assert len(room.moves) == 1


class RandomDay(NamedTuple):
    party: Party
    movable: MovableSupply
    start: int


LENGTH = 14
"""The number of steps of a random day."""


class _Dice(Random):
    """Draw the parts of a random day."""

    def party(self) -> Party:
        guests = [
            [self.treatment() for _ in range(self.choice([1, 1, 1, 2]))]
            for _ in range(self.choice([1, 1, 2]))
        ]
        return party(*guests, same_room=self.random() < 0.5)

    def treatment(self) -> Treatment:
        segments = [segment(self.choice([10, 15]), on="massage-bed")]
        if self.random() < 0.15:
            segments.insert(0, segment(5, staff=False, on="massage-bed", guest=False))
        if self.random() < 0.15:
            segments.append(segment(5, staff=False, on=self.choice(["massage-bed", "chair"])))
        if self.random() < 0.1:
            segments.append(segment(5, with_="laser"))
        if self.random() < 0.15:
            segments.append(segment(5, staff=False, on="massage-bed", guest=False))
        wish = self.choice(["by", "gender", "on", "", "", "", "", ""])
        wishes = {"by": "therapist 0", "gender": "female", "on": "bed 0"}
        return treatment(
            self.choice(["massage", "facial"]), *segments, **{wish: wishes[wish]} if wish else {}
        )

    def resources(self) -> list[Resource]:
        skills = ["massage", "massage facial", "massage facial", "massage facial"]
        return [
            *(
                therapist(
                    f"therapist {number}", skills=self.choice(skills), gender=self.choice(["female", "male"])
                )
                for number in range(self.randint(3, 4))
            ),
            *(
                bed(f"bed {number}", room=self.choice(["lotus", "lotus", "sen", ""]))
                for number in range(self.randint(3, 4))
            ),
            *(bed(f"chair {number}", type_="chair") for number in range(self.randint(0, 2))),
            *(device(f"laser {number}") for number in range(self.randint(0, 2))),
        ]

    def work(self, resource: Resource, number: int, during: int) -> Work:
        if isinstance(resource, Therapist):
            skill = named(self.choice(["massage", "facial"]))
            wish = self.choice([None, None, resource.gender])
            requirement, room = Requirement(ResourceKind.STAFF, skill, gender=wish), None
        else:
            requirement = Requirement(resource.kind, resource.type_id)
            room = resource.room if self.random() < 0.3 else None
        return Work(UUID(int=100 + number), resource.id, during, requirement, room)


@st.composite
def days(draw: st.DrawFn) -> RandomDay:
    """Draw a party, and a spa that is half full of works. Some are fixed, up to seven can move."""
    dice = _Dice(draw(st.integers(0, 2**32)))
    works: list[Work] = []
    resources: list[Resource] = []
    for resource in dice.resources():
        free = ones(LENGTH)
        step = dice.randint(0, 6)
        while step < LENGTH:
            length = dice.randint(2, 4)
            during = ones(length) << step & ones(LENGTH)
            if dice.random() < 0.2:  # with a gap, as while the guest needs no therapist
                during &= ~(1 << step + 1)
            if len(works) < 7 and dice.random() < 0.9:
                works.append(dice.work(resource, len(works), during))
            else:
                free &= ~during
            if dice.random() < 0.1:  # outside the shift, as the desk has overruled it
                free &= ~during
            step += length + dice.randint(2, 7)
        resources.append(replace(resource, free=free))
    dice.shuffle(resources)
    movable = MovableSupply(spa(*resources, open=ones(LENGTH), starts=ones(LENGTH)), works)
    wanted = dice.party()
    in_doubt = feasible_starts(wanted, movable.supply) & ~feasible_starts(wanted, movable.after({}))
    return RandomDay(wanted, movable, dice.choice([*positions(in_doubt)] or range(LENGTH - 3)))


def fewest_moves(day: RandomDay) -> int | None:
    """Return the fewest moves with which the party fits, by trying every placement; None if none fits."""
    supply, works = day.movable.supply, day.movable.works
    if not reference.is_open(day.party, supply, day.start):
        return None
    needs = reference.needs_of(day.party)
    return min(_placements(day.party, needs, supply, works, day.start), default=None)


def _placements(
    wanted: Party,
    needs: Sequence[reference.StepNeed],
    supply: Supply,
    works: Sequence[Work],
    start: int,
) -> Iterator[int]:
    """Yield the number of moves of every placement of the works in which the party fits."""

    def go_on(left: Sequence[Work], busy: dict[UUID, int], moves: int) -> Iterator[int]:
        if left:
            first, *others = left
            for resource in supply.resources:
                stays = resource.id == first.by
                if busy.get(resource.id, 0) & first.during or not (stays or _may_have(resource, first)):
                    continue
                then = busy | {resource.id: busy.get(resource.id, 0) | first.during}
                yield from go_on(others, then, moves + (not stays))
            return
        resources = [
            replace(resource, free=resource.free & ~busy.get(resource.id, 0)) for resource in supply.resources
        ]
        if next(reference.choices(wanted, needs, resources, start), None) is not None:
            yield moves

    return go_on(works, {}, 0)


def _may_have(resource: Resource, work: Work) -> bool:
    kind, of, _, gender, _ = work.requirement
    if not all(resource.free >> step & 1 for step in positions(work.during)):
        return False
    if isinstance(resource, Equipment):
        return (resource.kind, resource.type_id) == (kind, of) and work.room in (None, resource.room)
    return kind is ResourceKind.STAFF and of in resource.skills and gender in (None, resource.gender)


@given(days())
def test_room_is_made_exactly_where_some_placement_leaves_it(day: RandomDay) -> None:
    search = RoomSearch(day.party, day.movable)
    room = search.find(day.start)
    fewest = fewest_moves(day)
    event(f"{fewest} moves")
    if room is None:
        assert fewest is None or fewest > MOST_MOVES
        return
    assert len(room.moves) == fewest
    assert day.movable.permits(room, day.start)
    assert search.possible(1 << day.start) == 1 << day.start


@given(days())
def test_starts_without_moves_pass_the_filter(day: RandomDay) -> None:
    plain = feasible_starts(day.party, day.movable.after({}))
    assert not plain & ~RoomSearch(day.party, day.movable).possible(plain)
