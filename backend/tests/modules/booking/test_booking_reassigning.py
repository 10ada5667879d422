"""Who takes over what: against all there is to try, on small random days."""

from collections.abc import Sequence
from itertools import combinations, product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.modules.availability.availability_bits import ones
from app.modules.availability.availability_party import Therapist, Wanted
from app.modules.booking.booking_reassigning import MOST_MOVES, Work, reassign
from app.modules.resource.resource_kinds import ResourceKind

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
    return Work(UUID(int=number), by, during(first, last), Wanted(ResourceKind.STAFF, service, gender=gender))


def person(
    who: UUID,
    *,
    skills: Sequence[UUID] = (MASSAGE, FACIAL),
    works: tuple[int, int] = (0, STEPS),
    stays: Sequence[tuple[int, int]] = (),
    gender: str | None = None,
) -> Therapist:
    on_shift = during(*works)
    free = on_shift & ~sum(during(*each) for each in stays)
    return Therapist(who, frozenset(skills), on_shift, free, gender)


class TestPlans:
    def test_who_is_free_takes_it_and_nobody_else_moves(self) -> None:
        plan = reassign([work(1, SICK, 2, 6)], [work(2, A, 4, 8)], [person(A), person(B)], shortest=SHORTEST)
        assert plan == {UUID(int=1): B}

    def test_who_could_gives_away_what_somebody_else_can_do(self) -> None:
        """Only Hoa has the skill; Lan takes what Hoa had."""
        hoa, lan = person(A), person(B, skills=[MASSAGE])
        plan = reassign(
            [work(1, SICK, 2, 6, FACIAL)], [work(2, A, 4, 8), work(3, B, 9, 11)], [hoa, lan], shortest=3
        )
        assert plan == {UUID(int=1): A, UUID(int=2): B}

    def test_a_chain_goes_over_three_people(self) -> None:
        """Only Hoa has the skill; Mai is not there yet when what Hoa had begins, but when what Lan had does."""
        people = [person(A), person(B, skills=[MASSAGE]), person(C, skills=[MASSAGE], works=(5, STEPS))]
        plan = reassign(
            [work(1, SICK, 2, 6, FACIAL)], [work(2, A, 4, 8), work(3, B, 5, 9)], people, shortest=3
        )
        assert plan == {UUID(int=1): A, UUID(int=2): B, UUID(int=3): C}

    def test_nobody_takes_what_they_cannot_do_or_should_not(self) -> None:
        lost = [work(1, SICK, 2, 6, FACIAL, "female")]
        people = [person(A, skills=[MASSAGE], gender="female"), person(B, gender="male"), person(C)]
        assert reassign(lost, [], people, shortest=SHORTEST) == {}

    def test_what_has_to_stay_is_not_given_away(self) -> None:
        assert reassign([work(1, SICK, 2, 6)], [], [person(A, stays=[(5, 7)])], shortest=SHORTEST) == {}

    def test_nobody_moves_more_than_so_many(self) -> None:
        """Each of them could go, but what is won by it is one treatment."""
        small = [work(2 + number, A, number * 2, number * 2 + 2) for number in range(MOST_MOVES + 1)]
        lost = [work(1, SICK, 0, len(small) * 2, FACIAL)]
        people = [person(A, works=(0, 24)), person(B, skills=[MASSAGE], works=(0, 24))]
        assert reassign(lost, small, people, shortest=SHORTEST) == {}
        assert len(reassign(lost, small[1:], people, shortest=SHORTEST)) == MOST_MOVES + 1

    def test_of_those_who_are_free_it_goes_where_no_gap_is_left(self) -> None:
        """A would be left with two steps before it, which nobody can sell."""
        people = [person(A, works=(0, 6)), person(B, stays=[(0, 2)])]
        assert reassign([work(1, SICK, 2, 6)], [], people, shortest=3) == {UUID(int=1): B}

    def test_the_load_is_spread(self) -> None:
        lost = [work(1, SICK, 0, 4), work(2, SICK, 4, 8), work(3, SICK, 8, 12)]
        plan = reassign(lost, [], [person(A), person(B), person(C)], shortest=1)
        assert set(plan.values()) == {A, B, C}


@st.composite
def days(draw: st.DrawFn) -> Day:
    """The sick one with up to three treatments, and up to four others with up to five that can move."""
    people = []
    lost: list[Work] = []
    others: list[Work] = []
    number = 100
    for who in (SICK, *[A, B, C, D][: draw(st.integers(1, 4))]):
        skills = draw(st.sets(st.sampled_from([MASSAGE, FACIAL]), min_size=1))
        gender = draw(st.sampled_from(["female", "male"]))
        starts, ends = draw(st.sampled_from([(0, 12), (0, 8), (3, 12)]))
        at, stays = starts, []
        while (at := at + draw(st.integers(0, 3))) < ends - 1:
            end = min(ends, at + draw(st.integers(2, 5)))
            wished = draw(st.sampled_from([None, None, gender]))
            each = work(number := number + 1, who, at, end, draw(st.sampled_from(sorted(skills))), wished)
            if who == SICK and len(lost) < 3:
                lost.append(each)
            elif who != SICK and len(others) < 5 and draw(st.booleans()):
                others.append(each)
            else:
                stays.append((at, end))
            at = end
        people.append(person(who, skills=sorted(skills), works=(starts, ends), stays=stays, gender=gender))
    return lost, others, people[1:]


def fits(plan: dict[UUID, UUID], day: Day) -> bool:
    """Everybody does at any time one thing, which they can."""
    lost, others, people = day
    by_id = {each.id: each for each in people}
    free = {each.id: each.free for each in people}
    for each in (*lost, *others):
        who = plan.get(each.id, None if each in lost else each.by)
        if who is None:
            continue
        if not by_id[who].suits(each.wanted) or each.during & ~free[who]:
            return False
        free[who] &= ~each.during
    return True


def best(day: Day) -> tuple[int, int]:
    """How many can be placed, and how many of others have to move: by trying all."""
    lost, others, people = day
    everybody = [each.id for each in people]
    for left_out in range(len(lost) + 1):
        for moves in range(min(len(others), MOST_MOVES) + 1):
            for placed in combinations(lost, len(lost) - left_out):
                for moved in combinations(others, moves):
                    changed = [*placed, *moved]
                    for chosen in product(everybody, repeat=len(changed)):
                        if fits({each.id: who for each, who in zip(changed, chosen, strict=True)}, day):
                            return len(placed), moves
    raise AssertionError


@given(days())
def test_as_many_are_placed_as_can_be_and_as_few_move(day: Day) -> None:
    lost, others, people = day
    plan = reassign(lost, others, people, shortest=SHORTEST)
    moved = sum(each.id in plan for each in others)
    assert fits(plan, day)
    assert all(plan[each.id] != each.by for each in others if each.id in plan)
    assert (len(plan) - moved, moved) == best(day)
