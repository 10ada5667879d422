"""Reassignment: examples, and small random days compared with trying everything."""

from collections.abc import Iterator, Sequence
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.scheduling.bitmask import ones
from app.scheduling.reassignment import MOST_MOVES, Work, is_possible, plan_reassignment
from app.scheduling.supply import Requirement, ResourceKind, Therapist

STEPS = 12
SHORTEST = 3
MASSAGE, FACIAL = UUID(int=1), UUID(int=2)
SICK = UUID(int=10)
A, B, C, D = (UUID(int=20 + number) for number in range(4))
type Day = tuple[list[Work], list[Work], list[Therapist]]


def during(first: int, last: int) -> int:
    return ones(last - first) << first


def work(  # noqa: PLR0917 - a row of a table
    number: int, by: UUID, first: int, last: int, service: UUID = MASSAGE, gender: str | None = None
) -> Work:
    return Work(
        UUID(int=number), by, during(first, last), Requirement(ResourceKind.STAFF, service, gender=gender)
    )


def person(
    person_id: UUID,
    *,
    skills: Sequence[UUID] = (MASSAGE, FACIAL),
    works: tuple[int, int] = (0, STEPS),
    stays: Sequence[tuple[int, int]] = (),
    gender: str | None = None,
) -> Therapist:
    on_shift = during(*works)
    free = on_shift & ~sum(during(*run) for run in stays)
    return Therapist(person_id, frozenset(skills), on_shift, free, gender)


class TestPlans:
    def test_a_free_colleague_takes_the_treatment_and_no_other_moves(self) -> None:
        plan = plan_reassignment(
            [work(1, SICK, 2, 6)], [work(2, A, 4, 8)], [person(A), person(B)], shortest=SHORTEST
        )
        assert plan == {UUID(int=1): B}

    def test_the_only_skilled_colleague_gives_away_what_another_can_do(self) -> None:
        """Move Hoa's massage to Lan, because only Hoa has the skill for the facial."""
        hoa, lan = person(A), person(B, skills=[MASSAGE])
        plan = plan_reassignment(
            [work(1, SICK, 2, 6, FACIAL)], [work(2, A, 4, 8), work(3, B, 9, 11)], [hoa, lan], shortest=3
        )
        assert plan == {UUID(int=1): A, UUID(int=2): B}

    def test_a_chain_of_moves_goes_over_three_people(self) -> None:
        """Move Hoa's massage to Lan and Lan's to Mai, who is not on shift yet when Hoa's begins."""
        people = [person(A), person(B, skills=[MASSAGE]), person(C, skills=[MASSAGE], works=(5, STEPS))]
        plan = plan_reassignment(
            [work(1, SICK, 2, 6, FACIAL)], [work(2, A, 4, 8), work(3, B, 5, 9)], people, shortest=3
        )
        assert plan == {UUID(int=1): A, UUID(int=2): B, UUID(int=3): C}

    def test_skill_and_gender_are_respected(self) -> None:
        lost = [work(1, SICK, 2, 6, FACIAL, "female")]
        people = [person(A, skills=[MASSAGE], gender="female"), person(B, gender="male"), person(C)]
        assert plan_reassignment(lost, [], people, shortest=SHORTEST) == {}

    def test_a_treatment_that_has_to_stay_is_not_given_away(self) -> None:
        assert (
            plan_reassignment([work(1, SICK, 2, 6)], [], [person(A, stays=[(5, 7)])], shortest=SHORTEST) == {}
        )

    def test_a_plan_moves_no_more_than_the_limit(self) -> None:
        """Leave the treatment unplaced: every colleague's treatment could move, but there is one too many."""
        small = [work(2 + number, A, number * 2, number * 2 + 2) for number in range(MOST_MOVES + 1)]
        lost = [work(1, SICK, 0, len(small) * 2, FACIAL)]
        people = [person(A, works=(0, 24)), person(B, skills=[MASSAGE], works=(0, 24))]
        assert plan_reassignment(lost, small, people, shortest=SHORTEST) == {}
        assert len(plan_reassignment(lost, small[1:], people, shortest=SHORTEST)) == MOST_MOVES + 1

    def test_of_two_free_colleagues_the_one_without_an_unusable_gap_gets_it(self) -> None:
        """Choose B: A would be left with two steps before the treatment, too short to sell."""
        people = [person(A, works=(0, 6)), person(B, stays=[(0, 2)])]
        assert plan_reassignment([work(1, SICK, 2, 6)], [], people, shortest=3) == {UUID(int=1): B}

    def test_the_load_is_spread(self) -> None:
        lost = [work(1, SICK, 0, 4), work(2, SICK, 4, 8), work(3, SICK, 8, 12)]
        plan = plan_reassignment(lost, [], [person(A), person(B), person(C)], shortest=1)
        assert set(plan.values()) == {A, B, C}


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Draw a day: up to three treatments are lost; up to four others have up to six that can move, and some that cannot."""
    dice = Random(draw(st.integers(0, 2**32)))
    lost: list[Work] = []
    others: list[Work] = []
    people = []
    for person_id in (SICK, *[A, B, C, D][: dice.randint(2, 4)]):
        skills = dice.choice([[MASSAGE], [FACIAL], [MASSAGE, FACIAL]])
        gender = dice.choice(["female", "male"])
        starts, ends = dice.choice([(0, 12), (0, 12), (0, 8), (3, 12)])
        at, stays = starts, []
        while (at := at + dice.randint(0, 4)) < ends - 1:
            end = min(ends, at + dice.randint(2, 4))
            wished = dice.choice([None, None, None, gender])
            drawn = work(100 + len(lost) + len(others), person_id, at, end, dice.choice(skills), wished)
            if person_id == SICK:
                lost.append(drawn)
            elif len(others) < 6 and dice.random() < 0.9:
                others.append(drawn)
            else:
                stays.append((at, end))
            at = end
        people.append(person(person_id, skills=skills, works=(starts, ends), stays=stays, gender=gender))
    return lost[:3], others, people[1:]


def outcomes(
    works: Sequence[Work], free: dict[UUID, int], people: Sequence[Therapist]
) -> Iterator[list[UUID | None]]:
    """Yield every way to give each of these works to a person who can do it, or to none."""
    if not works:
        yield []
        return
    first, *rest = works
    for therapist in people:
        if therapist.suits(first.requirement) and not first.during & ~free[therapist.id]:
            left = free | {therapist.id: free[therapist.id] & ~first.during}
            for others in outcomes(rest, left, people):
                yield [therapist.id, *others]
    for others in outcomes(rest, free, people):
        yield [None, *others]


def ways(day: Day) -> Iterator[list[UUID | None]]:
    lost, others, people = day
    return outcomes([*others, *lost], {therapist.id: therapist.free for therapist in people}, people)


def best(day: Day) -> tuple[int, int]:
    """Return how many works can be placed, and how few others have to move for that, by trying all."""
    _, others, _ = day
    found = []
    for done_by in ways(day):
        of_others, of_lost = done_by[: len(others)], done_by[len(others) :]
        moved = sum(new != old.by for new, old in zip(of_others, others, strict=True))
        if None not in of_others and moved <= MOST_MOVES:
            found.append((len(of_lost) - of_lost.count(None), -moved))
    placed, moved = max(found)
    return placed, -moved


@given(days())
def test_a_plan_places_the_most_treatments_with_the_fewest_moves(day: Day) -> None:
    lost, others, people = day
    plan = plan_reassignment(lost, others, people, shortest=SHORTEST)
    moved = sum(other.id in plan for other in others)
    done_by = [plan.get(other.id, other.by) for other in others] + [plan.get(missing.id) for missing in lost]
    assert done_by in ways(day)
    assert is_possible(plan, [*lost, *others], people)
    assert all(plan[other.id] != other.by for other in others if other.id in plan)
    assert (len(plan) - moved, moved) == best(day)
