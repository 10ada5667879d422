"""Why a party cannot come on a day."""

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.scheduling import shortages
from app.scheduling.bitmask import ones, positions
from app.scheduling.demand import Party
from app.scheduling.search import feasible_starts
from app.scheduling.shortages import Reason, Shortage, find_shortages_at
from app.scheduling.supply import Requirement, ResourceKind, Supply
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


def why_not(coming: Party, supply: Supply, day: int) -> list[Shortage]:
    [said] = shortages.find_shortages(coming, supply, [day])
    return said


massage = treatment("massage", 60)
on_bed = treatment("massage", segment(60, on="massage-bed"))
A_THERAPIST = Requirement(ResourceKind.STAFF, named("massage"))
A_BED = Requirement(ResourceKind.BED, named("massage-bed"))
lan, mai = therapist("Lan"), therapist("Mai")


def test_nothing_is_missing_when_they_can_come() -> None:
    assert why_not(party([massage]), spa(lan), DAY) == []


def test_closed() -> None:
    assert why_not(party([massage]), spa(lan, open=0), DAY) == [Shortage(Reason.CLOSED)]
    morning = times("09:00-12:00")
    assert why_not(party([massage]), spa(lan, open=morning), times("12:00-21:00")) == [
        Shortage(Reason.CLOSED)
    ]


def test_not_open_for_long_enough() -> None:
    supply = spa(lan, open=times("09:00-09:45 20:00-20:45"))
    assert why_not(party([massage]), supply, DAY) == [Shortage(Reason.OPEN_TOO_SHORT)]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"earliest": COUNT}, Reason.TOO_SOON),
        ({"earliest": at("12:00")}, Reason.TOO_SOON),  # before it there would be something
        ({"latest": 0}, Reason.TOO_FAR),
        ({"latest": -300}, Reason.TOO_FAR),
        ({"latest": at("09:30")}, Reason.TOO_FAR),
    ],
)
def test_only_the_notice_or_the_horizon_is_in_the_way(changed: dict[str, int], why: Reason) -> None:
    shift = therapist("Lan", "10:00-11:00")
    assert why_not(party([massage]), spa(shift, **changed), DAY) == [Shortage(why)]


def test_nothing_is_said_of_a_day_on_which_nobody_may_book_but_that() -> None:
    assert why_not(party([massage]), spa(earliest=COUNT), DAY) == [Shortage(Reason.TOO_SOON)]


def test_nobody_has_the_skill() -> None:
    supply = spa(therapist("Hoa", skills="facial"))
    [shortage] = why_not(party([massage]), supply, DAY)
    assert shortage == Shortage(Reason.MISSING, A_THERAPIST, 1, DAY)


def test_nobody_with_the_skill_is_on_shift() -> None:
    supply = spa(therapist("Hoa", skills="facial"), therapist("Lan", "", works=""))
    assert why_not(party([massage]), supply, DAY) == [Shortage(Reason.OFF_SHIFT, A_THERAPIST, 1, DAY)]


def test_all_who_are_on_shift_are_busy() -> None:
    busy = therapist("Lan", "09:00-09:30 15:00-15:45", works="09:00-17:00")
    [shortage] = why_not(party([massage]), spa(busy), DAY)
    assert shortage == Shortage(Reason.TAKEN, A_THERAPIST, 1, times("09:30-15:00 15:45-17:00"))


def test_the_wanted_therapist_is_busy_while_another_is_free() -> None:
    asked = treatment("massage", 60, by="Lan")
    busy = therapist("Lan", "", works="09:00-17:00")
    [shortage] = why_not(party([asked]), spa(busy, mai), DAY)
    assert shortage.reason is Reason.TAKEN
    assert shortage.requirement == Requirement(ResourceKind.STAFF, named("massage"), named("Lan"))


def test_all_beds_are_taken_from_when_to_when() -> None:
    beds = (
        bed("bed 1", "09:00-09:30 17:00-17:30"),
        bed("bed 2", "09:00-09:45"),
        bed("other", type_="facial-bed"),
    )
    supply = spa(lan, *beds, open=times("09:00-18:00"))
    assert why_not(party([on_bed]), supply, DAY) == [
        Shortage(Reason.TAKEN, A_BED, 1, times("09:45-17:00 17:30-18:00"))
    ]


def test_a_couple_and_one_therapist() -> None:
    part_time = therapist("Mai", "09:00-09:30", works="09:00-10:00")
    assert why_not(party([massage], [massage]), spa(lan), DAY) == [
        Shortage(Reason.MISSING, A_THERAPIST, 2, DAY)
    ]
    [shortage] = why_not(party([massage], [massage]), spa(lan, part_time), DAY)
    assert shortage == Shortage(Reason.TAKEN, A_THERAPIST, 2, times("09:30-10:00"))


def test_a_couple_and_no_room_with_two_beds() -> None:
    beds = bed("bed 1", room="lotus"), bed("bed 2", room="jasmine")
    [shortage] = why_not(party([on_bed], [on_bed], same_room=True), spa(lan, mai, *beds), DAY)
    assert shortage == Shortage(Reason.MISSING, A_BED, 2, 0)


def test_the_device_is_taken_and_the_therapist_too() -> None:
    shots = treatment("massage", segment(30, with_="laser"))
    supply = spa(therapist("Lan", "", works="09:00-21:00"), device("laser 1", ""))
    found = why_not(party([shots]), supply, DAY)
    assert [(shortage.reason, shortage.requirement and shortage.requirement.kind) for shortage in found] == [
        (Reason.TAKEN, ResourceKind.STAFF),
        (Reason.TAKEN, ResourceKind.DEVICE),
    ]


def test_each_is_free_at_some_time_but_not_at_once() -> None:
    supply = spa(therapist("Lan", "09:00-12:00", works="09:00-21:00"), bed("bed 1", "11:30-21:00"))
    assert why_not(party([on_bed]), supply, DAY) == [
        Shortage(Reason.NOT_AT_ONCE),
        Shortage(Reason.TAKEN, A_THERAPIST, 1, times("12:00-21:00")),
        Shortage(Reason.TAKEN, A_BED, 1, times("09:00-11:30")),
    ]


def test_one_therapist_for_two_skills_at_once() -> None:
    assert why_not(party([massage], [treatment("facial", 60)]), spa(lan), DAY) == [
        Shortage(Reason.NOT_AT_ONCE)
    ]


def test_a_day_is_asked_for_and_not_the_others() -> None:
    supply = spa(therapist("Lan", "09:00-12:00"), therapist("Hoa", "12:00-21:00", skills="facial"))
    afternoon = times("15:00-21:00")
    assert why_not(party([massage]), supply, afternoon) == [
        Shortage(Reason.OFF_SHIFT, A_THERAPIST, 1, afternoon)
    ]


@settings(max_examples=examples(120))
@given(parties(), supplies())
def test_what_is_said_is_true(coming: Party, supply: Supply) -> None:
    day = ones(12) << 4
    said = why_not(coming, supply, day)
    expected = expected_lacks(coming, supply, day)
    event(" ".join(why for why, _ in expected) or "nothing")
    assert [(shortage.reason, shortage.requirement) for shortage in said] == expected
    for shortage in said:
        if shortage.requirement:
            assert set(positions(shortage.during)) == lacking_steps(
                shortage.reason, shortage.requirement, shortage.needed, supply, day
            )


@given(parties(), supplies())
def test_of_many_days_each_is_told_as_if_it_were_asked_for_alone(coming: Party, supply: Supply) -> None:
    days = [ones(7), ones(4) << 7, ones(9) << 11]
    said = shortages.find_shortages(coming, supply, days)
    assert said == [why_not(coming, supply, day) for day in days]


class TestOneStart:
    def test_is_not_asked_for_the_grid_nor_the_notice(self) -> None:
        supply = spa(therapist("Hoa", skills="facial"), earliest=COUNT, latest=0)
        assert find_shortages_at(party([massage]), supply, at("10:05")) == [
            Shortage(Reason.MISSING, A_THERAPIST, 1, times("10:05-11:05"))
        ]

    def test_is_told_when_the_shift_is_over_while_somebody_is_still_needed(self) -> None:
        with_turnover = treatment(
            "massage", segment(60, on="massage-bed"), segment(15, staff=False, on="massage-bed", guest=False)
        )
        supply = spa(therapist("Lan", "09:00-12:00"), bed("bed 1"))
        assert find_shortages_at(party([with_turnover]), supply, at("11:30")) == [
            Shortage(Reason.OFF_SHIFT, A_THERAPIST, 1, times("12:00-12:30"))
        ]

    def test_nothing_is_said_of_what_is_only_taken(self) -> None:
        supply = spa(therapist("Lan", "", works="09:00-21:00"))
        assert find_shortages_at(party([massage]), supply, at("10:00")) == []
        assert find_shortages_at(party([massage], [treatment("facial", 60)]), spa(lan), at("10:00")) == []

    @settings(max_examples=examples(120))
    @given(parties(), supplies(), st.integers(0, STEPS - 1))
    def test_is_told_what_is_said_of_a_day_with_no_other(
        self, coming: Party, supply: Supply, step: int
    ) -> None:
        alone = replace(supply, starts=1 << step, earliest=0, latest=STEPS)
        expected = expected_lacks(coming, alone, 1 << step)
        if all(why in (Reason.TAKEN, Reason.NOT_AT_ONCE) for why, _ in expected):
            expected = []
        event(" ".join(why for why, _ in expected) or "nothing")
        said = find_shortages_at(coming, supply, step)
        assert [(shortage.reason, shortage.requirement) for shortage in said] == expected


def expected_lacks(coming: Party, supply: Supply, day: int) -> list[tuple[Reason, Requirement | None]]:
    if feasible_starts(coming, supply) & day:
        return []
    if not supply.open & day:
        return [(Reason.CLOSED, None)]
    opened = [step for step in positions(supply.starts & day) if reference.is_open(coming, supply, step)]
    if not opened:
        return [(Reason.OPEN_TOO_SHORT, None)]
    allowed = [step for step in opened if supply.earliest <= step < supply.latest]
    better = [step for step in opened if reference.is_possible(coming, supply, step)] if allowed else opened
    if better:
        limits = {Reason.TOO_SOON: better[0] < supply.earliest, Reason.TOO_FAR: better[-1] >= supply.latest}
        return [(why, None) for why, is_it in limits.items() if is_it]
    return lacks_of_each(coming, supply, allowed)


def lacks_of_each(
    coming: Party, supply: Supply, allowed: list[int]
) -> list[tuple[Reason, Requirement | None]]:
    """Asked for alone, is it there at none of these steps, or at not all of them?"""
    never: list[tuple[Reason, Requirement | None]] = []
    sometimes: list[tuple[Reason, Requirement | None]] = []
    for requirement, asked in by_wanted(coming).items():
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
            never.append(
                (
                    Reason.MISSING if not always else Reason.OFF_SHIFT if not works else Reason.TAKEN,
                    requirement,
                )
            )
        elif free != allowed:
            why = Reason.TAKEN if free != works else Reason.OFF_SHIFT if works != always else Reason.MISSING
            sometimes.append((why, requirement))
    return never or [(Reason.NOT_AT_ONCE, None), *sometimes]


def by_wanted(coming: Party) -> dict[Requirement, list[reference.Asked]]:
    found: dict[Requirement, list[reference.Asked]] = {}
    for asked in reference.asked_by(coming):
        treatment_ = coming.guests[asked.guest][asked.treatment]
        if asked.type_id is not None:
            about_it = asked.kind is ResourceKind.BED and treatment_.bed_type_id in (None, asked.type_id)
            requirement = Requirement(asked.kind, asked.type_id, treatment_.bed_id if about_it else None)
        else:
            requirement = Requirement(
                asked.kind, treatment_.service_id, treatment_.therapist_id, treatment_.gender
            )
        found.setdefault(requirement, []).append(asked)
    return found


def lacking_steps(why: Reason, requirement: Requirement, needed: int, supply: Supply, day: int) -> set[int]:
    """While it is open: fewer than needed at this stage, but enough at the one before."""
    suited = [each for each in supply.resources if each.suits(requirement)]
    found = set()
    for step in positions(supply.open & day):
        enough = [
            sum(reference.there(each, step, stage) for each in suited) >= needed
            for stage in ("always", "works", "free")
        ]
        lost_at = (
            [Reason.MISSING, Reason.OFF_SHIFT, Reason.TAKEN][enough.index(False)] if False in enough else None
        )
        if lost_at is why:
            found.add(step)
    return found
