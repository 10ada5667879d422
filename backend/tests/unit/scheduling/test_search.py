"""When a party can come, and who does what where: in a small spa, and against a reference that tries everything."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from app.scheduling.bitmask import ones, positions
from app.scheduling.demand import Assignment, Party, Segment
from app.scheduling.search import assign, feasible_starts
from app.scheduling.supply import Supply, Therapist
from tests.support.examples import examples
from tests.unit.scheduling import reference
from tests.unit.scheduling.scenes import (
    STEPS,
    at,
    bed,
    clock,
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
    who,
)

massage = treatment("massage", 60)
facial = treatment("facial", 30)
on_bed = treatment("massage", segment(60, on="massage-bed"))
lan, mai = therapist("Lan", "09:00-12:00"), therapist("Mai", "10:00-13:00")


def test_one_guest_comes_whenever_anybody_with_the_skill_is_free_for_long_enough() -> None:
    hoa = therapist("Hoa", "17:00-20:00", skills="facial")
    afternoon = therapist("Thu", "15:00-15:55 16:30-17:30")
    found = shown(feasible_starts(party([massage]), spa(lan, mai, hoa, afternoon)))
    assert found == [clock(step) for step in range(0, at("12:00") + 1, 3)] + ["16:30"]


def test_the_wanted_therapist_and_no_other() -> None:
    assert shown(feasible_starts(party([treatment("massage", 60, by="Mai")]), spa(lan, mai)))[0] == "10:00"


def test_a_therapist_of_the_wanted_gender() -> None:
    her, him = therapist("Lan", gender="female"), therapist("Nam", "18:00-19:00", gender="male")
    requirement = party([treatment("massage", 60, gender="male")])
    assert shown(feasible_starts(requirement, spa(her, him, therapist("Ngọc")))) == ["18:00"]
    assert who(assign(requirement, spa(her, him), at("18:00"))) == ["Nam 18:00-19:00"]


def test_the_wanted_bed_and_no_other() -> None:
    beds = bed("bed 1"), bed("bed 2", "11:00-12:00")
    requirement = party([treatment("massage", segment(60, on="massage-bed"), on="bed 2")])
    assert shown(feasible_starts(requirement, spa(lan, *beds))) == ["11:00"]
    assert who(assign(requirement, spa(lan, *beds), at("11:00")))[1] == "bed 2 11:00-12:00"


def test_a_wish_for_a_bed_is_about_beds_of_its_type() -> None:
    beds = bed("bed 1"), bed("bed 2"), bed("tub 1", type_="tub")
    bath = segment(30, staff=False, on="tub"), segment(60, on="massage-bed")
    requirement = party([treatment("massage", *bath, on="bed 2", of="massage-bed")])
    taken = who(assign(requirement, spa(lan, *beds), 0))
    assert taken[1:] == ["tub 1 09:00-09:30", "bed 2 09:30-10:30"]


def test_a_bed_and_a_therapist_at_the_same_time() -> None:
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


def test_one_therapist_does_all_of_a_treatment_and_is_free_in_between() -> None:
    colour = treatment("massage", 20, segment(30, staff=False), 20)
    busy_between = therapist("Lan", "09:00-09:20 09:50-10:10")
    assert shown(feasible_starts(party([colour]), spa(busy_between))) == ["09:00"]
    assert who(assign(party([colour]), spa(busy_between), 0)) == ["Lan 09:00-09:20 09:50-10:10"]
    assert (
        feasible_starts(
            party([colour]), spa(therapist("Lan", "09:00-09:30"), therapist("Mai", "09:30-10:30"))
        )
        == 0
    )


def test_treatments_follow_each_other_by_different_therapists() -> None:
    first = therapist("Lan", "09:00-10:00", skills="massage")
    then = therapist("Hoa", "10:00-10:30", skills="facial")
    assert shown(feasible_starts(party([massage, facial]), spa(first, then))) == ["09:00"]
    assert who(assign(party([massage, facial]), spa(first, then), 0)) == [
        "Lan 09:00-10:00",
        "Hoa 10:00-10:30",
    ]
    assert feasible_starts(party([facial, massage]), spa(first, then)) == 0


def test_preparation_is_before_the_start_and_turnover_after_it() -> None:
    prepared = treatment(
        "massage", segment(10, on="massage-bed", guest=False), 60, segment(15, on="massage-bed", guest=False)
    )
    supply = spa(lan, bed("bed 1", "09:00-21:00"))
    assert shown(feasible_starts(party([prepared]), supply))[0] == "09:15"
    taken = assign(party([prepared]), supply, at("09:15"))
    assert who(taken) == ["Lan 09:05-10:30", "bed 1 09:05-09:15", "bed 1 10:15-10:30"]


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
    assert f"Lan {second}" in who(assign(visit, supply, 0))
    assert "bed 1 09:00-10:15" in who(assign(visit, supply, 0))


@pytest.mark.parametrize(
    ("preparation", "second"),
    [
        (segment(10, staff=False, on="facial-bed", guest=False), "09:50-10:30"),
        (segment(10, staff=False, on="massage-bed", guest=False), "10:10-10:40"),
    ],
    ids=["straight on", "on the bed that the guest lies on"],
)
def test_the_next_treatment_is_prepared_meanwhile(preparation: Segment, second: str) -> None:
    first = treatment("massage", segment(60, on="massage-bed"))
    visit = party([first, treatment("facial", preparation, segment(30, on="facial-bed"))])
    supply = spa(therapist("Lan"), bed("bed 1"), bed("chair 1", type_="facial-bed"))
    assert f"chair 1 {second}" in who(assign(visit, supply, 0))


def test_a_device_that_is_cleaned_after_one_treatment_is_waited_for_by_the_next() -> None:
    shots = treatment(
        "massage", segment(30, with_="laser"), segment(10, staff=False, with_="laser", guest=False)
    )
    taken = assign(party([shots, shots]), spa(therapist("Lan"), device("laser 1"), device("laser 2")), 0)
    assert "Lan 09:40-10:10" in who(taken)


def test_the_guest_stays_while_it_is_open_and_turnover_may_come_after_closing() -> None:
    soaked = treatment(
        "bath", segment(60, staff=False, on="tub"), segment(30, staff=False, on="tub", guest=False)
    )
    supply = spa(bed("tub 1", type_="tub"), open=times("09:00-12:00"))
    assert shown(feasible_starts(party([soaked]), supply))[-1] == "11:00"
    assert assign(party([soaked]), supply, at("11:15")) is None


def test_minutes_that_are_no_multiple_of_five_take_the_whole_step() -> None:
    supply = spa(therapist("Lan", "09:00-10:00"))
    assert feasible_starts(party([treatment("massage", 56)]), supply)
    assert not feasible_starts(party([treatment("massage", 61)]), supply)


@given(parties())
def test_from_when_to_when_a_guest_is_treated(coming: Party) -> None:
    for guest, runs in zip(coming.guests, coming.times(), strict=True):
        for laid, (first, last) in zip(reference.timeline(guest), runs, strict=True):
            there = [step for step, each in laid.items() if each.with_guest] or list(laid)
            assert (first, last) == (there[0], there[-1] + 1)


@given(parties())
def test_a_party_reaches_from_its_first_preparation_to_its_last_turnover(coming: Party) -> None:
    steps = [step for guest in coming.guests for laid in reference.timeline(guest) for step in laid]
    stay = max(map(reference.stay, coming.guests))
    assert coming.reach() == (min(0, *steps), max(stay, *(step + 1 for step in steps)))


def test_grid_notice_and_horizon() -> None:
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


def test_a_couple_uses_the_whole_capacity_and_not_the_first_free_name() -> None:
    both = therapist("Lan", skills="massage facial")
    one = therapist("Mai", skills="massage")
    couple = party([massage], [treatment("facial", 60)])
    assert shown(feasible_starts(couple, spa(both, one)))[0] == "09:00"
    assert who(assign(couple, spa(both, one), 0)) == ["Mai 09:00-10:00", "Lan 09:00-10:00"]


def test_a_couple_with_one_device_takes_turns() -> None:
    shots = treatment("massage", segment(30, with_="laser"))
    people = therapist("Lan"), therapist("Mai")
    together, in_turn = party([shots], [shots]), party([shots, facial], [facial, shots])
    assert feasible_starts(together, spa(*people, device("laser 1"))) == 0
    assert feasible_starts(in_turn, spa(*people, device("laser 1")))
    assert who(assign(in_turn, spa(*people, device("laser 1")), 0)).count("laser 1 09:00-09:30") == 1


def test_a_couple_in_the_same_room() -> None:
    apart = bed("bed 1", room="lotus"), bed("bed 2", room="jasmine"), bed("bed 3"), bed("bed 4")
    pair = bed("bed 5", "15:00-17:00", room="orchid"), bed("bed 6", "16:00-18:00", room="orchid")
    people = therapist("Lan"), therapist("Mai")
    couple = party([on_bed], [on_bed], same_room=True)
    assert feasible_starts(party([on_bed], [on_bed]), spa(*people, *apart)) != 0
    assert feasible_starts(couple, spa(*people, *apart)) == 0
    assert shown(feasible_starts(couple, spa(*people, *apart, *pair))) == ["16:00"]
    beds = who(assign(couple, spa(*people, *apart, *pair), at("16:00")))[1::2]
    assert sorted(beds) == ["bed 5 16:00-17:00", "bed 6 16:00-17:00"]


def test_a_couple_on_beds_of_two_types_in_the_same_room() -> None:
    couple = [
        treatment("massage", segment(60, staff=False, on=type_)) for type_ in ("massage-bed", "facial-bed")
    ]
    one, other = bed("bed 1", room="lotus"), bed("chair 1", room="jasmine", type_="facial-bed")
    beside = bed("chair 2", "15:00-16:00", room="lotus", type_="facial-bed")
    visit = party([couple[0]], [couple[1]], same_room=True)
    assert feasible_starts(visit, spa(one, other)) == 0
    assert shown(feasible_starts(visit, spa(one, other, beside))) == ["15:00"]
    assert who(assign(visit, spa(one, other, beside), at("15:00")))[1] == "chair 2 15:00-16:00"


def test_a_couple_may_go_on_to_another_room_together() -> None:
    rooms = [
        bed(f"{room} {number}", room=room, type_=f"{room}-bed")
        for room in ("sauna", "rest")
        for number in (1, 2)
    ]
    visit = [treatment("massage", segment(30, staff=False, on=f"{room}-bed")) for room in ("sauna", "rest")]
    assert feasible_starts(party(visit, visit, same_room=True), spa(*rooms))


def test_of_those_who_are_free_the_one_whose_gaps_stay_usable() -> None:
    tight = therapist("Lan", "09:00-11:00")  # 20 minutes before it and 40 after: nobody sells 20 minutes
    whole = therapist("Mai", "09:20-11:30")
    assert who(assign(party([massage]), spa(tight, whole), at("09:20"))) == ["Mai 09:20-10:20"]
    assert who(assign(party([massage]), spa(tight, whole, shortest=2), at("09:20"))) == ["Lan 09:20-10:20"]


def test_of_equal_gaps_the_shorter_and_of_equals_who_comes_first() -> None:
    all_day, morning = therapist("Lan", "09:00-21:00"), therapist("Mai", "09:00-12:00")
    same = therapist("Hoa", "09:00-12:00")
    assert who(assign(party([massage]), spa(all_day, morning, same), at("10:00"))) == ["Mai 10:00-11:00"]
    assert who(assign(party([massage]), spa(all_day, same, morning), at("10:00"))) == ["Hoa 10:00-11:00"]


def test_what_the_party_takes_itself_counts_as_taken_when_gaps_are_looked_at() -> None:
    supply = spa(therapist("Lan", "09:00-10:30"), therapist("Mai", "10:00-11:00"))
    assert who(assign(party([massage, facial]), supply, 0)) == ["Lan 09:00-10:00", "Lan 10:00-10:30"]


def test_six_guests_and_six_therapists_with_one_skill_each() -> None:
    services = [f"service-{number}" for number in range(6)]
    people = [therapist(f"therapist {each}", skills=each) for each in services]
    guests = [[treatment(each, 60)] for each in services]
    assert feasible_starts(party(*guests), spa(*people))
    taken = who(assign(party(*guests), spa(*reversed(people)), 0))
    assert taken == [f"therapist {each} 09:00-10:00" for each in services]
    assert feasible_starts(party(*guests), spa(*people[:5], therapist("therapist", skills=services[0]))) == 0


@pytest.mark.parametrize("things", [True, False], ids=["beds and devices", "therapists"])
@settings(max_examples=examples(150))
@given(data=st.data())
def test_starts_are_what_the_reference_finds(data: st.DataObject, things: bool) -> None:
    coming, supply = data.draw(parties(guests=4, things=things)), data.draw(supplies(things=things))
    found = set(positions(feasible_starts(coming, supply)))
    event("starts" if found else "none")
    assert found == reference.possible_starts(coming, supply, STEPS)


@settings(max_examples=examples(80))
@given(parties(), supplies())
def test_a_placement_is_there_when_it_is_possible_and_it_is_a_good_one(coming: Party, supply: Supply) -> None:
    for start in range(STEPS):
        taken = assign(coming, supply, start)
        assert (taken is not None) == reference.is_possible(coming, supply, start)
        if taken is not None:
            refuse_wrong(taken, coming, supply, start)


def refuse_wrong(taken: list[Assignment], coming: Party, supply: Supply, start: int) -> None:
    resources = {each.id: each for each in supply.resources}
    made = {}
    for each in taken:
        resource = resources[each.resource_id]
        type_id = None if isinstance(resource, Therapist) else resource.type_id
        steps = frozenset(step - start for first, last in each.runs for step in range(first, last))
        made[
            reference.Asked(each.need.guest, each.need.treatment, each.need.requirement.kind, type_id, steps)
        ] = resource
    assert made.keys() == set(reference.asked_by(coming))
    assert len(made) == len(taken)
    for asked, resource in made.items():
        assert reference.suits(resource, asked, coming)
        assert all(reference.there(resource, start + step, "free") for step in asked.steps)
    at_steps = [(resource.id, step) for asked, resource in made.items() for step in asked.steps]
    assert len(at_steps) == len(set(at_steps))
    assert not coming.same_room or reference.in_one_room(made)


@settings(max_examples=examples(100))
@given(parties(guests=1, treatments=1, things=False), supplies(things=False), st.integers(0, STEPS))
def test_one_need_gets_what_leaves_the_least(coming: Party, supply: Supply, start: int) -> None:
    """Gaps counted one step at a time, on both sides of the treatment."""
    taken = assign(coming, supply, start)
    if taken is None:
        return
    [(first, last)] = taken[0].runs

    def gaps(free: int) -> tuple[int, int]:
        before = next(step for step in range(100) if first - step == 0 or not free >> (first - step - 1) & 1)
        after = next(step for step in range(100) if not free >> (last + step) & 1)
        return sum(gap for gap in (before, after) if gap < supply.shortest), before + after

    [asked] = reference.asked_by(coming)
    able = [made[asked] for made in reference.choices(coming, [asked], supply.resources, start)]
    assert taken[0].resource_id == min(able, key=lambda each: gaps(each.free)).id


def test_a_search_over_62_days_begins_and_ends_where_the_grid_does() -> None:
    days = 62 * 288
    everybody = Therapist(named("Lan"), frozenset([named("massage")]), ones(days), ones(days))
    supply = Supply([everybody], ones(days), ones(days), 0, days, 6)
    prepared = party([treatment("massage", segment(10, guest=False), 60)])
    assert feasible_starts(prepared, supply) == ones(days - 11) ^ ones(2)
