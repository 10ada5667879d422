"""Search: the starts and assignments of parties, in a small spa, and compared with a reference that tries everything."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.scheduling.bitmask import ones, positions
from app.scheduling.demand import Assignment, Party, Segment, guest_minutes
from app.scheduling.search import assign, feasible_starts
from app.scheduling.supply import Supply, Therapist
from app.scheduling.turns import Turns
from tests.support.examples import examples
from tests.unit.scheduling import reference
from tests.unit.scheduling.spas import (
    STEPS,
    at,
    bed,
    clock,
    describe,
    device,
    named,
    parties,
    party,
    segment,
    shown,
    spa,
    supplies,
    therapist,
    times,
    treatment,
)

massage = treatment("massage", 60)
facial = treatment("facial", 30)
on_bed = treatment("massage", segment(60, on="massage-bed"))
lan, mai = therapist("Lan", "09:00-12:00"), therapist("Mai", "10:00-13:00")


def test_a_guest_can_start_when_a_skilled_therapist_is_free_long_enough() -> None:
    hoa = therapist("Hoa", "17:00-20:00", skills="facial")
    afternoon = therapist("Thu", "15:00-15:55 16:30-17:30")
    found = shown(feasible_starts(party([massage]), spa(lan, mai, hoa, afternoon)))
    assert found == [clock(step) for step in range(0, at("12:00") + 1, 3)] + ["16:30"]


def test_a_wish_for_a_therapist_excludes_all_others() -> None:
    assert shown(feasible_starts(party([treatment("massage", 60, by="Mai")]), spa(lan, mai)))[0] == "10:00"


def test_a_wish_for_a_gender_excludes_the_others() -> None:
    female, male = therapist("Lan", gender="female"), therapist("Nam", "18:00-19:00", gender="male")
    requirement = party([treatment("massage", 60, gender="male")])
    assert shown(feasible_starts(requirement, spa(female, male, therapist("Ngọc")))) == ["18:00"]
    assert describe(assign(requirement, spa(female, male), at("18:00"))) == ["Nam 18:00-19:00"]


def test_a_wish_for_a_bed_excludes_all_others() -> None:
    beds = bed("bed 1"), bed("bed 2", "11:00-12:00")
    requirement = party([treatment("massage", segment(60, on="massage-bed"), on="bed 2")])
    assert shown(feasible_starts(requirement, spa(lan, *beds))) == ["11:00"]
    assert describe(assign(requirement, spa(lan, *beds), at("11:00")))[1] == "bed 2 11:00-12:00"


def test_a_wish_for_a_bed_leaves_beds_of_other_types_open() -> None:
    beds = bed("bed 1"), bed("bed 2"), bed("tub 1", type_="tub")
    bath = segment(30, staff=False, on="tub"), segment(60, on="massage-bed")
    requirement = party([treatment("massage", *bath, on="bed 2", of="massage-bed")])
    described = describe(assign(requirement, spa(lan, *beds), 0))
    assert described[1:] == ["tub 1 09:00-09:30", "bed 2 09:30-10:30"]


def test_a_bed_and_a_therapist_have_to_be_free_at_the_same_time() -> None:
    beds = bed("bed 1", "09:00-10:30"), bed("bed 2", "11:45-14:00"), bed("other", type_="facial-bed")
    assert shown(feasible_starts(party([on_bed]), spa(lan, mai, *beds))) == [
        "09:00",
        "09:15",
        "09:30",
        "11:45",
        "12:00",
    ]


def test_a_guest_does_not_change_the_bed_in_the_middle_of_a_treatment() -> None:
    beds = bed("bed 1", "09:00-09:30"), bed("bed 2", "09:30-10:00")
    wraps = treatment("massage", segment(30, on="massage-bed"), segment(30, on="massage-bed", staff=False))
    assert feasible_starts(party([wraps]), spa(lan, *beds)) == 0


def test_one_therapist_does_the_whole_treatment_and_is_free_in_between() -> None:
    colour = treatment("massage", 20, segment(30, staff=False), 20)
    busy_between = therapist("Lan", "09:00-09:20 09:50-10:10")
    assert shown(feasible_starts(party([colour]), spa(busy_between))) == ["09:00"]
    assert describe(assign(party([colour]), spa(busy_between), 0)) == ["Lan 09:00-09:20 09:50-10:10"]
    assert (
        feasible_starts(
            party([colour]), spa(therapist("Lan", "09:00-09:30"), therapist("Mai", "09:30-10:30"))
        )
        == 0
    )


def test_consecutive_treatments_may_have_different_therapists() -> None:
    first = therapist("Lan", "09:00-10:00", skills="massage")
    then = therapist("Hoa", "10:00-10:30", skills="facial")
    assert shown(feasible_starts(party([massage, facial]), spa(first, then))) == ["09:00"]
    assert describe(assign(party([massage, facial]), spa(first, then), 0)) == [
        "Lan 09:00-10:00",
        "Hoa 10:00-10:30",
    ]
    assert feasible_starts(party([facial, massage]), spa(first, then)) == 0


def test_preparation_lies_before_the_start_and_turnover_after_the_end() -> None:
    prepared = treatment(
        "massage", segment(10, on="massage-bed", guest=False), 60, segment(15, on="massage-bed", guest=False)
    )
    supply = spa(lan, bed("bed 1", "09:00-21:00"))
    assert shown(feasible_starts(party([prepared]), supply))[0] == "09:15"
    assignments = assign(party([prepared]), supply, at("09:15"))
    assert describe(assignments) == ["Lan 09:05-10:30", "bed 1 09:05-09:15", "bed 1 10:15-10:30"]


@pytest.mark.parametrize(
    ("turnover", "then", "second"),
    [
        (segment(15, staff=False, on="massage-bed", guest=False), "facial-bed", "10:00-10:30"),
        (segment(15, staff=False, on="massage-bed", guest=False), "massage-bed", "10:15-10:45"),
        (segment(15, on="massage-bed", guest=False), "facial-bed", "10:15-10:45"),
    ],
    ids=["straight on", "the same type of bed", "the therapist cleans"],
)
def test_between_treatments_a_guest_waits_only_for_what_both_need(
    turnover: Segment, then: str, second: str
) -> None:
    first = treatment("massage", segment(60, on="massage-bed"), turnover)
    visit = party([first, treatment("facial", segment(30, on=then))])
    supply = spa(therapist("Lan"), bed("bed 1"), bed("chair 1", type_="facial-bed"))
    assert f"Lan {second}" in describe(assign(visit, supply, 0))
    assert "bed 1 09:00-10:15" in describe(assign(visit, supply, 0))


@pytest.mark.parametrize(
    ("preparation", "second"),
    [
        (segment(10, staff=False, on="facial-bed", guest=False), "09:50-10:30"),
        (segment(10, staff=False, on="massage-bed", guest=False), "10:10-10:40"),
    ],
    ids=["straight on", "on the bed that the guest lies on"],
)
def test_the_next_treatment_is_prepared_during_the_first(preparation: Segment, second: str) -> None:
    first = treatment("massage", segment(60, on="massage-bed"))
    visit = party([first, treatment("facial", preparation, segment(30, on="facial-bed"))])
    supply = spa(therapist("Lan"), bed("bed 1"), bed("chair 1", type_="facial-bed"))
    assert f"chair 1 {second}" in describe(assign(visit, supply, 0))


def test_a_guest_waits_for_a_device_that_is_cleaned_after_the_first_treatment() -> None:
    shots = treatment(
        "massage", segment(30, with_="laser"), segment(10, staff=False, with_="laser", guest=False)
    )
    supply = spa(therapist("Lan"), device("laser 1"), device("laser 2"))
    assert "Lan 09:40-10:10" in describe(assign(party([shots, shots]), supply, 0))


def test_guests_leave_by_closing_time_and_turnover_may_come_after_it() -> None:
    soaked = treatment(
        "bath", segment(60, staff=False, on="tub"), segment(30, staff=False, on="tub", guest=False)
    )
    supply = spa(bed("tub 1", type_="tub"), open=times("09:00-12:00"))
    assert shown(feasible_starts(party([soaked]), supply))[-1] == "11:00"
    assert assign(party([soaked]), supply, at("11:15")) is None


def test_minutes_that_are_no_multiple_of_five_occupy_the_whole_step() -> None:
    supply = spa(therapist("Lan", "09:00-10:00"))
    assert feasible_starts(party([treatment("massage", 56)]), supply)
    assert not feasible_starts(party([treatment("massage", 61)]), supply)


@pytest.mark.parametrize(
    ("segments", "minutes"),
    [
        ([segment(12), segment(18), segment(15)], 45),
        ([segment(12), segment(18), segment(16)], 50),
        ([segment(3, guest=False), segment(58), segment(9, guest=False)], 60),
        ([segment(20), segment(10, guest=False), segment(20)], 50),
    ],
    ids=["odd segments", "a step begun", "preparation and turnover", "a pause"],
)
def test_a_treatment_has_one_length_however_its_segments_are_cut(
    segments: list[Segment], minutes: int
) -> None:
    assert guest_minutes(segments) == minutes
    assert party([treatment("facial", *segments)]).times() == [[(0, minutes // 5)]]
    assert party([treatment("facial", *segments)] * 2).times()[0][0] == (0, minutes // 5)


def test_a_device_between_two_steps_is_occupied_in_both() -> None:
    treated = treatment("facial", 12, segment(18, with_="laser"), 15)
    assert describe(assign(party([treated]), spa(therapist("Lan"), device("laser")), 0)) == [
        "Lan 09:00-09:45",
        "laser 09:10-09:30",
    ]


def test_a_short_pause_does_not_book_a_therapist_twice_in_one_step() -> None:
    paused = treatment("facial", 12, segment(1, staff=False), 32)
    assert describe(assign(party([paused]), spa(therapist("Lan")), 0)) == ["Lan 09:00-09:45"]


@given(parties())
def test_the_times_of_a_party_are_those_of_the_reference(coming: Party) -> None:
    for guest, runs in zip(coming.guests, coming.times(), strict=True):
        assert runs == [(laid.guest_comes, laid.guest_leaves) for laid in reference.timeline(guest)]


@given(parties())
def test_a_party_reaches_from_its_first_preparation_to_its_last_turnover(coming: Party) -> None:
    steps = [step for guest in coming.guests for laid in reference.timeline(guest) for step in laid.steps]
    stay = max(map(reference.stay, coming.guests))
    assert coming.reach() == (min(0, *steps), max(stay, *(step + 1 for step in steps)))


def test_starts_are_limited_by_grid_notice_and_horizon() -> None:
    supply = spa(
        lan,
        starts=times("09:00-09:05 09:30-09:35 10:00-10:05 10:30-10:35"),
        earliest=1,
        latest=at("10:30"),
    )
    assert shown(feasible_starts(party([massage]), supply)) == ["09:30", "10:00"]
    assert assign(party([massage]), supply, at("09:05")) is not None  # the desk may


def test_a_couple_needs_two_therapists_and_two_beds() -> None:
    couple = party([on_bed], [on_bed])
    beds = bed("bed 1"), bed("bed 2", "09:00-12:30")
    assert shown(feasible_starts(couple, spa(lan, mai, *beds))) == [
        "10:00",
        "10:15",
        "10:30",
        "10:45",
        "11:00",
    ]
    assert feasible_starts(couple, spa(lan, *beds)) == feasible_starts(couple, spa(lan, mai, beds[0])) == 0


def test_a_couple_uses_the_whole_capacity() -> None:
    both = therapist("Lan", skills="massage facial")
    one = therapist("Mai", skills="massage")
    couple = party([massage], [treatment("facial", 60)])
    assert shown(feasible_starts(couple, spa(both, one)))[0] == "09:00"
    assert describe(assign(couple, spa(both, one), 0)) == ["Mai 09:00-10:00", "Lan 09:00-10:00"]


def test_a_couple_takes_turns_with_one_device() -> None:
    shots = treatment("massage", segment(30, with_="laser"))
    people = therapist("Lan"), therapist("Mai")
    together, in_turn = party([shots], [shots]), party([shots, facial], [facial, shots])
    assert feasible_starts(together, spa(*people, device("laser 1"))) == 0
    assert feasible_starts(in_turn, spa(*people, device("laser 1")))
    assert describe(assign(in_turn, spa(*people, device("laser 1")), 0)).count("laser 1 09:00-09:30") == 1


def test_a_couple_in_the_same_room_needs_two_beds_there() -> None:
    apart = bed("bed 1", room="lotus"), bed("bed 2", room="jasmine"), bed("bed 3"), bed("bed 4")
    pair = bed("bed 5", "15:00-17:00", room="orchid"), bed("bed 6", "16:00-18:00", room="orchid")
    people = therapist("Lan"), therapist("Mai")
    couple = party([on_bed], [on_bed], same_room=True)
    assert feasible_starts(party([on_bed], [on_bed]), spa(*people, *apart)) != 0
    assert feasible_starts(couple, spa(*people, *apart)) == 0
    assert shown(feasible_starts(couple, spa(*people, *apart, *pair))) == ["16:00"]
    beds = describe(assign(couple, spa(*people, *apart, *pair), at("16:00")))[1::2]
    assert sorted(beds) == ["bed 5 16:00-17:00", "bed 6 16:00-17:00"]


def test_a_couple_in_the_same_room_may_need_two_types_of_bed() -> None:
    couple = [
        treatment("massage", segment(60, staff=False, on=type_)) for type_ in ("massage-bed", "facial-bed")
    ]
    one, other = bed("bed 1", room="lotus"), bed("chair 1", room="jasmine", type_="facial-bed")
    beside = bed("chair 2", "15:00-16:00", room="lotus", type_="facial-bed")
    visit = party([couple[0]], [couple[1]], same_room=True)
    assert feasible_starts(visit, spa(one, other)) == 0
    assert shown(feasible_starts(visit, spa(one, other, beside))) == ["15:00"]
    assert describe(assign(visit, spa(one, other, beside), at("15:00")))[1] == "chair 2 15:00-16:00"


def test_a_couple_may_go_on_to_another_room_together() -> None:
    rooms = [
        bed(f"{room} {number}", room=room, type_=f"{room}-bed")
        for room in ("sauna", "rest")
        for number in (1, 2)
    ]
    visit = [treatment("massage", segment(30, staff=False, on=f"{room}-bed")) for room in ("sauna", "rest")]
    assert feasible_starts(party(visit, visit, same_room=True), spa(*rooms))


def test_the_therapist_whose_gaps_stay_usable_is_chosen() -> None:
    day = "09:00-21:00"
    tight = therapist(
        "Lan", "09:00-11:00", works=day
    )  # 20 minutes before it, which cannot be sold, and 40 after
    whole = therapist("Mai", "09:20-11:30", works=day)
    assert describe(assign(party([massage]), spa(tight, whole), at("09:20"))) == ["Mai 09:20-10:20"]
    assert describe(assign(party([massage]), spa(tight, whole, shortest=2), at("09:20"))) == [
        "Lan 09:20-10:20"
    ]


def test_of_usable_gaps_the_shorter_wins_and_of_equals_the_first() -> None:
    all_day, morning = therapist("Lan", "09:00-21:00"), therapist("Mai", "09:00-12:00", works="09:00-21:00")
    same = therapist("Hoa", "09:00-12:00", works="09:00-21:00")
    assert describe(assign(party([massage]), spa(all_day, morning, same), at("10:00"))) == ["Mai 10:00-11:00"]
    assert describe(assign(party([massage]), spa(all_day, same, morning), at("10:00"))) == ["Hoa 10:00-11:00"]


def test_time_that_the_party_occupies_itself_counts_in_gaps() -> None:
    supply = spa(therapist("Lan", "09:00-10:30"), therapist("Mai", "10:00-11:00"))
    assert describe(assign(party([massage, facial]), supply, 0)) == ["Lan 09:00-10:00", "Lan 10:00-10:30"]


def test_six_guests_match_six_therapists_with_one_skill_each() -> None:
    services = [f"service-{number}" for number in range(6)]
    people = [therapist(f"therapist {service}", skills=service) for service in services]
    guests = [[treatment(service, 60)] for service in services]
    assert feasible_starts(party(*guests), spa(*people))
    described = describe(assign(party(*guests), spa(*reversed(people)), 0))
    assert described == [f"therapist {service} 09:00-10:00" for service in services]
    assert feasible_starts(party(*guests), spa(*people[:5], therapist("therapist", skills=services[0]))) == 0


@pytest.mark.parametrize("things", [True, False], ids=["beds and devices", "therapists"])
@settings(max_examples=examples(150))
@given(data=st.data())
def test_starts_are_those_of_the_reference(data: st.DataObject, things: bool) -> None:
    coming, supply = data.draw(parties(guests=4, things=things)), data.draw(supplies(things=things))
    found = set(positions(feasible_starts(coming, supply)))
    event("starts" if found else "none")
    assert found == reference.possible_starts(coming, supply, STEPS)


@settings(max_examples=examples(80))
@given(parties(), supplies())
def test_assignments_exist_where_possible_and_are_valid(coming: Party, supply: Supply) -> None:
    for start in range(STEPS):
        assignments = assign(coming, supply, start)
        assert (assignments is not None) == reference.is_possible(coming, supply, start)
        if assignments is not None:
            assert_valid(assignments, coming, supply, start)


def assert_valid(assignments: list[Assignment], coming: Party, supply: Supply, start: int) -> None:
    resources = {resource.id: resource for resource in supply.resources}
    made = {}
    for need, resource_id, runs in assignments:
        resource = resources[resource_id]
        type_id = None if isinstance(resource, Therapist) else resource.type_id
        steps = frozenset(step - start for first, last in runs for step in range(first, last))
        made[reference.StepNeed(need.guest, need.treatment, need.requirement.kind, type_id, steps)] = resource
    assert made.keys() == set(reference.needs_of(coming))
    assert len(made) == len(assignments)
    for step_need, resource in made.items():
        assert reference.suits(resource, step_need, coming)
        assert all(reference.is_available(resource, start + step, "free") for step in step_need.steps)
    at_steps = [(resource.id, step) for step_need, resource in made.items() for step in step_need.steps]
    assert len(at_steps) == len(set(at_steps))
    assert not coming.same_room or reference.in_one_room(made)


@settings(max_examples=examples(100))
@given(parties(guests=1, treatments=1, things=False), supplies(things=False), st.integers(0, STEPS))
def test_of_those_whose_turn_it_is_one_need_gets_the_resource_with_the_smallest_gaps(
    coming: Party, supply: Supply, start: int
) -> None:
    """Count gaps one step at a time, on both sides of the treatment."""
    assignments = assign(coming, supply, start)
    if assignments is None:
        return
    [(first, last)] = assignments[0].runs

    def gaps(free: int) -> tuple[int, int]:
        before = next(step for step in range(100) if first - step == 0 or not free >> (first - step - 1) & 1)
        after = next(step for step in range(100) if not free >> (last + step) & 1)
        return sum(gap for gap in (before, after) if gap < supply.shortest), before + after

    [need] = reference.needs_of(coming)
    able = [choice[need] for choice in reference.choices(coming, [need], supply.resources, start)]
    turns = Turns(supply, start)
    people = [resource for resource in able if isinstance(resource, Therapist)]
    best = min(people, key=lambda person: (turns.rank(person, 0), gaps(person.free)))
    assert assignments[0].resource_id == best.id


def test_a_search_over_62_days_reaches_both_ends_of_the_grid() -> None:
    days = 62 * 288
    always_free = Therapist(named("Lan"), frozenset([named("massage")]), ones(days), ones(days))
    supply = Supply([always_free], ones(days), ones(days), 0, days, 6)
    prepared = party([treatment("massage", segment(10, guest=False), 60)])
    assert feasible_starts(prepared, supply) == ones(days - 11) ^ ones(2)
