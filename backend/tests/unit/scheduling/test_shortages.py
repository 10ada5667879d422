"""The shortages that keep a party from coming on a day."""

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
from tests.unit.scheduling.spas import (
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


def shortages_on(coming: Party, supply: Supply, day: int) -> list[Shortage]:
    [found] = shortages.find_shortages(coming, supply, [day])
    return found


massage = treatment("massage", 60)
on_bed = treatment("massage", segment(60, on="massage-bed"))
ANY_THERAPIST = Requirement(ResourceKind.STAFF, named("massage"))
ANY_BED = Requirement(ResourceKind.BED, named("massage-bed"))
lan, mai = therapist("Lan"), therapist("Mai")


def test_a_party_that_can_come_has_no_shortages() -> None:
    assert shortages_on(party([massage]), spa(lan), DAY) == []


def test_the_branch_is_closed() -> None:
    assert shortages_on(party([massage]), spa(lan, open=0), DAY) == [Shortage(Reason.CLOSED)]
    morning = times("09:00-12:00")
    assert shortages_on(party([massage]), spa(lan, open=morning), times("12:00-21:00")) == [
        Shortage(Reason.CLOSED)
    ]


def test_the_branch_is_not_open_long_enough() -> None:
    supply = spa(lan, open=times("09:00-09:45 20:00-20:45"))
    assert shortages_on(party([massage]), supply, DAY) == [Shortage(Reason.OPEN_TOO_SHORT)]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"earliest": COUNT}, Reason.TOO_SOON),
        ({"earliest": at("12:00")}, Reason.TOO_SOON),  # before it there would be something
        ({"latest": 0}, Reason.TOO_FAR),
        ({"latest": -300}, Reason.TOO_FAR),
        ({"latest": at("09:30")}, Reason.TOO_FAR),
    ],
)
def test_only_the_notice_or_the_horizon_is_in_the_way(changed: dict[str, int], reason: Reason) -> None:
    shift = therapist("Lan", "10:00-11:00")
    assert shortages_on(party([massage]), spa(shift, **changed), DAY) == [Shortage(reason)]


def test_a_day_within_the_notice_has_no_other_shortage() -> None:
    assert shortages_on(party([massage]), spa(earliest=COUNT), DAY) == [Shortage(Reason.TOO_SOON)]


def test_no_therapist_has_the_skill() -> None:
    supply = spa(therapist("Hoa", skills="facial"))
    [shortage] = shortages_on(party([massage]), supply, DAY)
    assert shortage == Shortage(Reason.MISSING, ANY_THERAPIST, 1, DAY)


def test_no_therapist_with_the_skill_is_on_shift() -> None:
    supply = spa(therapist("Hoa", skills="facial"), therapist("Lan", "", works=""))
    assert shortages_on(party([massage]), supply, DAY) == [Shortage(Reason.OFF_SHIFT, ANY_THERAPIST, 1, DAY)]


def test_all_therapists_on_shift_are_busy() -> None:
    busy = therapist("Lan", "09:00-09:30 15:00-15:45", works="09:00-17:00")
    [shortage] = shortages_on(party([massage]), spa(busy), DAY)
    assert shortage == Shortage(Reason.TAKEN, ANY_THERAPIST, 1, times("09:30-15:00 15:45-17:00"))


def test_the_therapist_asked_for_is_busy_while_another_is_free() -> None:
    with_wish = treatment("massage", 60, by="Lan")
    busy = therapist("Lan", "", works="09:00-17:00")
    [shortage] = shortages_on(party([with_wish]), spa(busy, mai), DAY)
    assert shortage.reason is Reason.TAKEN
    assert shortage.requirement == Requirement(ResourceKind.STAFF, named("massage"), named("Lan"))


def test_all_beds_are_taken_at_these_times() -> None:
    beds = (
        bed("bed 1", "09:00-09:30 17:00-17:30"),
        bed("bed 2", "09:00-09:45"),
        bed("other", type_="facial-bed"),
    )
    supply = spa(lan, *beds, open=times("09:00-18:00"))
    assert shortages_on(party([on_bed]), supply, DAY) == [
        Shortage(Reason.TAKEN, ANY_BED, 1, times("09:45-17:00 17:30-18:00"))
    ]


def test_a_couple_finds_one_therapist() -> None:
    part_time = therapist("Mai", "09:00-09:30", works="09:00-10:00")
    assert shortages_on(party([massage], [massage]), spa(lan), DAY) == [
        Shortage(Reason.MISSING, ANY_THERAPIST, 2, DAY)
    ]
    [shortage] = shortages_on(party([massage], [massage]), spa(lan, part_time), DAY)
    assert shortage == Shortage(Reason.TAKEN, ANY_THERAPIST, 2, times("09:30-10:00"))


def test_a_couple_finds_no_room_with_two_beds() -> None:
    beds = bed("bed 1", room="lotus"), bed("bed 2", room="jasmine")
    [shortage] = shortages_on(party([on_bed], [on_bed], same_room=True), spa(lan, mai, *beds), DAY)
    assert shortage == Shortage(Reason.MISSING, ANY_BED, 2, 0)


def test_the_device_and_the_therapist_are_taken() -> None:
    shots = treatment("massage", segment(30, with_="laser"))
    supply = spa(therapist("Lan", "", works="09:00-21:00"), device("laser 1", ""))
    found = shortages_on(party([shots]), supply, DAY)
    assert [(shortage.reason, shortage.requirement and shortage.requirement.kind) for shortage in found] == [
        (Reason.TAKEN, ResourceKind.STAFF),
        (Reason.TAKEN, ResourceKind.DEVICE),
    ]


def test_everything_is_free_at_some_time_but_never_at_once() -> None:
    supply = spa(therapist("Lan", "09:00-12:00", works="09:00-21:00"), bed("bed 1", "11:30-21:00"))
    assert shortages_on(party([on_bed]), supply, DAY) == [
        Shortage(Reason.NOT_AT_ONCE),
        Shortage(Reason.TAKEN, ANY_THERAPIST, 1, times("12:00-21:00")),
        Shortage(Reason.TAKEN, ANY_BED, 1, times("09:00-11:30")),
    ]


def test_one_therapist_is_needed_for_two_skills_at_once() -> None:
    assert shortages_on(party([massage], [treatment("facial", 60)]), spa(lan), DAY) == [
        Shortage(Reason.NOT_AT_ONCE)
    ]


def test_shortages_are_those_of_the_day_in_the_query() -> None:
    supply = spa(therapist("Lan", "09:00-12:00"), therapist("Hoa", "12:00-21:00", skills="facial"))
    afternoon = times("15:00-21:00")
    assert shortages_on(party([massage]), supply, afternoon) == [
        Shortage(Reason.OFF_SHIFT, ANY_THERAPIST, 1, afternoon)
    ]


@settings(max_examples=examples(120))
@given(parties(), supplies())
def test_shortages_are_those_of_the_reference(coming: Party, supply: Supply) -> None:
    day = ones(12) << 4
    found = shortages_on(coming, supply, day)
    expected = expected_shortages(coming, supply, day)
    event(" ".join(reason for reason, _ in expected) or "nothing")
    assert [(shortage.reason, shortage.requirement) for shortage in found] == expected
    for shortage in found:
        if shortage.requirement:
            assert set(positions(shortage.during)) == short_steps(
                shortage.reason, shortage.requirement, shortage.needed, supply, day
            )


@given(parties(), supplies())
def test_many_days_at_once_give_the_same_as_one_by_one(coming: Party, supply: Supply) -> None:
    days = [ones(7), ones(4) << 7, ones(9) << 11]
    found = shortages.find_shortages(coming, supply, days)
    assert found == [shortages_on(coming, supply, day) for day in days]


class TestOneStart:
    def test_grid_and_notice_are_not_checked(self) -> None:
        supply = spa(therapist("Hoa", skills="facial"), earliest=COUNT, latest=0)
        assert find_shortages_at(party([massage]), supply, at("10:05")) == [
            Shortage(Reason.MISSING, ANY_THERAPIST, 1, times("10:05-11:05"))
        ]

    def test_the_shift_ends_while_a_therapist_is_still_needed(self) -> None:
        with_turnover = treatment(
            "massage", segment(60, on="massage-bed"), segment(15, staff=False, on="massage-bed", guest=False)
        )
        supply = spa(therapist("Lan", "09:00-12:00"), bed("bed 1"))
        assert find_shortages_at(party([with_turnover]), supply, at("11:30")) == [
            Shortage(Reason.OFF_SHIFT, ANY_THERAPIST, 1, times("12:00-12:30"))
        ]

    def test_a_time_that_is_merely_taken_has_no_shortages(self) -> None:
        supply = spa(therapist("Lan", "", works="09:00-21:00"))
        assert find_shortages_at(party([massage]), supply, at("10:00")) == []
        assert find_shortages_at(party([massage], [treatment("facial", 60)]), spa(lan), at("10:00")) == []

    def test_the_therapist_asked_for_is_named_when_merely_taken(self) -> None:
        supply = spa(therapist("Lan", "", works="09:00-21:00"), mai)
        [shortage] = find_shortages_at(party([treatment("massage", 60, by="Lan")]), supply, at("10:00"))
        assert shortage.reason == Reason.TAKEN
        assert shortage.requirement == Requirement(ResourceKind.STAFF, named("massage"), named("Lan"))

    @settings(max_examples=examples(120))
    @given(parties(), supplies(), st.integers(0, STEPS - 1))
    def test_shortages_are_those_of_a_day_with_this_start_alone(
        self, coming: Party, supply: Supply, step: int
    ) -> None:
        alone = replace(supply, starts=1 << step, earliest=0, latest=STEPS)
        expected = expected_shortages(coming, alone, 1 << step)
        if all(reason in (Reason.TAKEN, Reason.NOT_AT_ONCE) for reason, _ in expected):
            expected = [(reason, lacking) for reason, lacking in expected if lacking and lacking.resource_id]
        event(" ".join(reason for reason, _ in expected) or "nothing")
        found = find_shortages_at(coming, supply, step)
        assert [(shortage.reason, shortage.requirement) for shortage in found] == expected


def expected_shortages(coming: Party, supply: Supply, day: int) -> list[tuple[Reason, Requirement | None]]:
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
        return [(reason, None) for reason, applies in limits.items() if applies]
    return expected_by_requirement(coming, supply, allowed)


def expected_by_requirement(
    coming: Party, supply: Supply, allowed: list[int]
) -> list[tuple[Reason, Requirement | None]]:
    """Return the requirements that, each alone, are met at none of these steps; if there is none, at not all of them."""
    never: list[tuple[Reason, Requirement | None]] = []
    sometimes: list[tuple[Reason, Requirement | None]] = []
    for requirement, needs in by_requirement(coming).items():
        stages = {
            stage: [
                step
                for step in allowed
                if any(True for _ in reference.choices(coming, needs, supply.resources, step, stage))
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
            reason = (
                Reason.TAKEN if free != works else Reason.OFF_SHIFT if works != always else Reason.MISSING
            )
            sometimes.append((reason, requirement))
    return never or [(Reason.NOT_AT_ONCE, None), *sometimes]


def by_requirement(coming: Party) -> dict[Requirement, list[reference.StepNeed]]:
    found: dict[Requirement, list[reference.StepNeed]] = {}
    for need in reference.needs_of(coming):
        treatment_ = coming.guests[need.guest][need.treatment]
        if need.type_id is not None:
            wish_applies = need.kind is ResourceKind.BED and treatment_.bed_type_id in (None, need.type_id)
            requirement = Requirement(need.kind, need.type_id, treatment_.bed_id if wish_applies else None)
        else:
            requirement = Requirement(
                need.kind, treatment_.service_id, treatment_.therapist_id, treatment_.gender
            )
        found.setdefault(requirement, []).append(need)
    return found


def short_steps(reason: Reason, requirement: Requirement, needed: int, supply: Supply, day: int) -> set[int]:
    """Return the steps in opening hours at which this stage has fewer than needed, but the stage before has enough."""
    suited = [resource for resource in supply.resources if resource.suits(requirement)]
    found = set()
    for step in positions(supply.open & day):
        enough = [
            sum(reference.is_available(resource, step, stage) for resource in suited) >= needed
            for stage in ("always", "works", "free")
        ]
        lost_at = (
            [Reason.MISSING, Reason.OFF_SHIFT, Reason.TAKEN][enough.index(False)] if False in enough else None
        )
        if lost_at is reason:
            found.add(step)
    return found
