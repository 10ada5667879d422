"""Why a party cannot come on a day."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.scheduling import shortages
from app.scheduling.bitmask import ones, positions
from app.scheduling.demand import Party
from app.scheduling.search import starts
from app.scheduling.shortages import Lack, Why, why_not_then
from app.scheduling.supply import ResourceKind, Supply, Wanted
from tests.support.examples import examples
from tests.unit.scheduling import reference
from tests.unit.scheduling.scenes import (
    COUNT,
    STEPS,
    at,
    bed,
    device,
    named,
    parties,
    party,
    segment,
    spa,
    supplies,
    therapist,
    times,
    treatment,
)

DAY = ones(COUNT)


def why_not(coming: Party, supply: Supply, day: int) -> list[Lack]:
    [said] = shortages.why_not(coming, supply, [day])
    return said


massage = treatment("massage", 60)
on_bed = treatment("massage", segment(60, on="massage-bed"))
A_THERAPIST = Wanted(ResourceKind.STAFF, named("massage"))
A_BED = Wanted(ResourceKind.BED, named("massage-bed"))
lan, mai = therapist("Lan"), therapist("Mai")


def test_nothing_is_missing_when_they_can_come() -> None:
    assert why_not(party([massage]), spa(lan), DAY) == []


def test_closed() -> None:
    assert why_not(party([massage]), spa(lan, open=0), DAY) == [Lack(Why.CLOSED)]
    morning = times("09:00-12:00")
    assert why_not(party([massage]), spa(lan, open=morning), times("12:00-21:00")) == [Lack(Why.CLOSED)]


def test_not_open_for_long_enough() -> None:
    supply = spa(lan, open=times("09:00-09:45 20:00-20:45"))
    assert why_not(party([massage]), supply, DAY) == [Lack(Why.OPEN_TOO_SHORT)]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"earliest": COUNT}, Why.TOO_SOON),
        ({"earliest": at("12:00")}, Why.TOO_SOON),  # before it there would be something
        ({"latest": 0}, Why.TOO_FAR),
        ({"latest": -300}, Why.TOO_FAR),
        ({"latest": at("09:30")}, Why.TOO_FAR),
    ],
)
def test_only_the_notice_or_the_horizon_is_in_the_way(changed: dict[str, int], why: Why) -> None:
    shift = therapist("Lan", "10:00-11:00")
    assert why_not(party([massage]), spa(shift, **changed), DAY) == [Lack(why)]


def test_nothing_is_said_of_a_day_on_which_nobody_may_book_but_that() -> None:
    assert why_not(party([massage]), spa(earliest=COUNT), DAY) == [Lack(Why.TOO_SOON)]


def test_nobody_has_the_skill() -> None:
    supply = spa(therapist("Hoa", skills="facial"))
    [lack] = why_not(party([massage]), supply, DAY)
    assert lack == Lack(Why.MISSING, A_THERAPIST, 1, DAY)


def test_nobody_with_the_skill_is_on_shift() -> None:
    supply = spa(therapist("Hoa", skills="facial"), therapist("Lan", "", works=""))
    assert why_not(party([massage]), supply, DAY) == [Lack(Why.OFF_SHIFT, A_THERAPIST, 1, DAY)]


def test_all_who_are_on_shift_are_busy() -> None:
    busy = therapist("Lan", "09:00-09:30 15:00-15:45", works="09:00-17:00")
    [lack] = why_not(party([massage]), spa(busy), DAY)
    assert lack == Lack(Why.TAKEN, A_THERAPIST, 1, times("09:30-15:00 15:45-17:00"))


def test_the_wanted_therapist_is_busy_while_another_is_free() -> None:
    asked = treatment("massage", 60, by="Lan")
    busy = therapist("Lan", "", works="09:00-17:00")
    [lack] = why_not(party([asked]), spa(busy, mai), DAY)
    assert lack.why is Why.TAKEN
    assert lack.wanted == Wanted(ResourceKind.STAFF, named("massage"), named("Lan"))


def test_all_beds_are_taken_from_when_to_when() -> None:
    beds = (
        bed("bed 1", "09:00-09:30 17:00-17:30"),
        bed("bed 2", "09:00-09:45"),
        bed("other", type_="facial-bed"),
    )
    supply = spa(lan, *beds, open=times("09:00-18:00"))
    assert why_not(party([on_bed]), supply, DAY) == [
        Lack(Why.TAKEN, A_BED, 1, times("09:45-17:00 17:30-18:00"))
    ]


def test_a_couple_and_one_therapist() -> None:
    part_time = therapist("Mai", "09:00-09:30", works="09:00-10:00")
    assert why_not(party([massage], [massage]), spa(lan), DAY) == [Lack(Why.MISSING, A_THERAPIST, 2, DAY)]
    [lack] = why_not(party([massage], [massage]), spa(lan, part_time), DAY)
    assert lack == Lack(Why.TAKEN, A_THERAPIST, 2, times("09:30-10:00"))


def test_a_couple_and_no_room_with_two_beds() -> None:
    beds = bed("bed 1", room="lotus"), bed("bed 2", room="jasmine")
    [lack] = why_not(party([on_bed], [on_bed], same_room=True), spa(lan, mai, *beds), DAY)
    assert lack == Lack(Why.MISSING, A_BED, 2, 0)


def test_the_device_is_taken_and_the_therapist_too() -> None:
    shots = treatment("massage", segment(30, with_="laser"))
    supply = spa(therapist("Lan", "", works="09:00-21:00"), device("laser 1", ""))
    found = why_not(party([shots]), supply, DAY)
    assert [(lack.why, lack.wanted and lack.wanted.kind) for lack in found] == [
        (Why.TAKEN, ResourceKind.STAFF),
        (Why.TAKEN, ResourceKind.DEVICE),
    ]


def test_each_is_free_at_some_time_but_not_at_once() -> None:
    supply = spa(therapist("Lan", "09:00-12:00", works="09:00-21:00"), bed("bed 1", "11:30-21:00"))
    assert why_not(party([on_bed]), supply, DAY) == [
        Lack(Why.NOT_AT_ONCE),
        Lack(Why.TAKEN, A_THERAPIST, 1, times("12:00-21:00")),
        Lack(Why.TAKEN, A_BED, 1, times("09:00-11:30")),
    ]


def test_one_therapist_for_two_skills_at_once() -> None:
    assert why_not(party([massage], [treatment("facial", 60)]), spa(lan), DAY) == [Lack(Why.NOT_AT_ONCE)]


def test_a_day_is_asked_for_and_not_the_others() -> None:
    supply = spa(therapist("Lan", "09:00-12:00"), therapist("Hoa", "12:00-21:00", skills="facial"))
    afternoon = times("15:00-21:00")
    assert why_not(party([massage]), supply, afternoon) == [Lack(Why.OFF_SHIFT, A_THERAPIST, 1, afternoon)]


@settings(max_examples=examples(120))
@given(parties(), supplies())
def test_what_is_said_is_true(coming: Party, supply: Supply) -> None:
    day = ones(12) << 4
    said = why_not(coming, supply, day)
    expected = expected_lacks(coming, supply, day)
    event(" ".join(why for why, _ in expected) or "nothing")
    assert [(lack.why, lack.wanted) for lack in said] == expected
    for lack in said:
        if lack.wanted:
            assert set(positions(lack.during)) == lacking_steps(
                lack.why, lack.wanted, lack.needed, supply, day
            )


@given(parties(), supplies())
def test_of_many_days_each_is_told_as_if_it_were_asked_for_alone(coming: Party, supply: Supply) -> None:
    days = [ones(7), ones(4) << 7, ones(9) << 11]
    said = shortages.why_not(coming, supply, days)
    assert said == [why_not(coming, supply, day) for day in days]


class TestOneStart:
    def test_is_not_asked_for_the_grid_nor_the_notice(self) -> None:
        supply = spa(therapist("Hoa", skills="facial"), earliest=COUNT, latest=0)
        assert why_not_then(party([massage]), supply, at("10:05")) == [
            Lack(Why.MISSING, A_THERAPIST, 1, times("10:05-11:05"))
        ]

    def test_is_told_when_the_shift_is_over_while_somebody_is_still_needed(self) -> None:
        with_turnover = treatment(
            "massage", segment(60, on="massage-bed"), segment(15, staff=False, on="massage-bed", guest=False)
        )
        supply = spa(therapist("Lan", "09:00-12:00"), bed("bed 1"))
        assert why_not_then(party([with_turnover]), supply, at("11:30")) == [
            Lack(Why.OFF_SHIFT, A_THERAPIST, 1, times("12:00-12:30"))
        ]

    def test_nothing_is_said_of_what_is_only_taken(self) -> None:
        supply = spa(therapist("Lan", "", works="09:00-21:00"))
        assert why_not_then(party([massage]), supply, at("10:00")) == []
        assert why_not_then(party([massage], [treatment("facial", 60)]), spa(lan), at("10:00")) == []

    @settings(max_examples=examples(120))
    @given(parties(), supplies(), st.integers(0, STEPS - 1))
    def test_is_told_what_is_said_of_a_day_with_no_other(
        self, coming: Party, supply: Supply, step: int
    ) -> None:
        alone = replace(supply, starts=1 << step, earliest=0, latest=STEPS)
        expected = expected_lacks(coming, alone, 1 << step)
        if all(why in (Why.TAKEN, Why.NOT_AT_ONCE) for why, _ in expected):
            expected = []
        event(" ".join(why for why, _ in expected) or "nothing")
        said = why_not_then(coming, supply, step)
        assert [(lack.why, lack.wanted) for lack in said] == expected


def expected_lacks(coming: Party, supply: Supply, day: int) -> list[tuple[Why, Wanted | None]]:
    if starts(coming, supply) & day:
        return []
    if not supply.open & day:
        return [(Why.CLOSED, None)]
    opened = [step for step in positions(supply.starts & day) if reference.is_open(coming, supply, step)]
    if not opened:
        return [(Why.OPEN_TOO_SHORT, None)]
    allowed = [step for step in opened if supply.earliest <= step < supply.latest]
    better = [step for step in opened if reference.is_possible(coming, supply, step)] if allowed else opened
    if better:
        limits = {Why.TOO_SOON: better[0] < supply.earliest, Why.TOO_FAR: better[-1] >= supply.latest}
        return [(why, None) for why, is_it in limits.items() if is_it]
    return lacks_of_each(coming, supply, allowed)


def lacks_of_each(coming: Party, supply: Supply, allowed: list[int]) -> list[tuple[Why, Wanted | None]]:
    """Asked for alone, is it there at none of these steps, or at not all of them?"""
    never: list[tuple[Why, Wanted | None]] = []
    sometimes: list[tuple[Why, Wanted | None]] = []
    for wanted, asked in by_wanted(coming).items():
        stages = {
            stage: [
                step
                for step in allowed
                if any(True for _ in reference.choices(coming, asked, supply.resources, step, stage))
            ]
            for stage in ("always", "works", "free")
        }
        always, works, free = stages.values()
        if not free:
            never.append((Why.MISSING if not always else Why.OFF_SHIFT if not works else Why.TAKEN, wanted))
        elif free != allowed:
            why = Why.TAKEN if free != works else Why.OFF_SHIFT if works != always else Why.MISSING
            sometimes.append((why, wanted))
    return never or [(Why.NOT_AT_ONCE, None), *sometimes]


def by_wanted(coming: Party) -> dict[Wanted, list[reference.Asked]]:
    found: dict[Wanted, list[reference.Asked]] = {}
    for asked in reference.asked_by(coming):
        treatment_ = coming.guests[asked.guest][asked.treatment]
        if asked.type_id is not None:
            about_it = asked.kind is ResourceKind.BED and treatment_.bed_type_id in (None, asked.type_id)
            wanted = Wanted(asked.kind, asked.type_id, treatment_.bed_id if about_it else None)
        else:
            wanted = Wanted(asked.kind, treatment_.service_id, treatment_.therapist_id, treatment_.gender)
        found.setdefault(wanted, []).append(asked)
    return found


def lacking_steps(why: Why, wanted: Wanted, needed: int, supply: Supply, day: int) -> set[int]:
    """While it is open: fewer than needed at this stage, but enough at the one before."""
    suited = [each for each in supply.resources if each.suits(wanted)]
    found = set()
    for step in positions(supply.open & day):
        enough = [
            sum(reference.there(each, step, stage) for each in suited) >= needed
            for stage in ("always", "works", "free")
        ]
        lost_at = [Why.MISSING, Why.OFF_SHIFT, Why.TAKEN][enough.index(False)] if False in enough else None
        if lost_at is why:
            found.add(step)
    return found
