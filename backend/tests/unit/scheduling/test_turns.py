"""Turns: the order of therapists for a guest without a wish."""

from dataclasses import replace
from typing import Any

import pytest

from app.scheduling.bitmask import ones
from app.scheduling.search import assign
from app.scheduling.supply import Supply, Therapist, TherapistOrder
from app.scheduling.turns import Turns
from tests.unit.scheduling.spas import COUNT, at, describe, named, party, spa, therapist, treatment

ORDERS = [*TherapistOrder]
massage = treatment("massage", 60)


def person(name: str, free: str = "09:00-21:00", *, did: str = "", **more: Any) -> Therapist:
    """Return a therapist who treated guests at these times, and performs one service unless `skill_count` says more."""
    runs = (part.split("-") for part in did.split())
    treatments = tuple((at(start), at(end)) for start, end in runs)
    values: dict[str, Any] = {"skill_count": 1, "treatments": treatments} | more
    return replace(therapist(name, free, works="09:00-21:00"), **values)


def chosen(supply: Supply, time: str, order: TherapistOrder) -> str:
    [assignment] = describe(assign(party([massage]), replace(supply, therapist_order=order), at(time)))
    return assignment.split()[0]


def test_the_therapist_with_few_skills_comes_first_where_the_least_needed_does() -> None:
    supply = spa(person("Lan", skill_count=3), person("Mai", skill_count=2, did="10:00-11:00"))
    assert [chosen(supply, "12:00", order) for order in ORDERS] == ["Mai", "Lan", "Lan"]


def test_the_commoner_gender_comes_first_where_the_least_needed_does() -> None:
    women = [person(name, gender="female", did="10:00-11:00") for name in ("Lan", "Mai")]
    supply = spa(person("Nam", gender="male"), *women)
    assert [chosen(supply, "12:00", order) for order in ORDERS] == ["Lan", "Nam", "Nam"]


def test_a_gender_that_is_not_recorded_is_needed_least() -> None:
    supply = spa(
        person("Nam", gender="male"), person("Bình", did="10:00-11:00"), person("Lan", gender="female")
    )
    assert chosen(supply, "12:00", TherapistOrder.LEAST_NEEDED) == "Bình"


@pytest.mark.parametrize("order", ORDERS)
def test_the_fewest_treatments_of_the_day_come_first_also_those_that_are_only_booked(
    order: TherapistOrder,
) -> None:
    supply = spa(person("Lan", did="09:00-09:30 18:00-19:00"), person("Mai", did="11:00-12:00"))
    assert chosen(supply, "12:00", order) == "Mai"


@pytest.mark.parametrize("order", ORDERS)
def test_treatments_of_another_day_are_no_turns(order: TherapistOrder) -> None:
    people = person("Lan", did="09:00-09:30 09:30-10:00"), person("Mai", did="13:00-14:00")
    assert (
        chosen(spa(*people, days=[ones(at("11:00")), ones(COUNT) ^ ones(at("11:00"))]), "15:00", order)
        == "Lan"
    )


def test_of_as_many_treatments_the_longest_pause_or_the_earliest_shift_decides() -> None:
    late = replace(person("Mai", did="14:00-15:00"), works=ones(COUNT) ^ ones(at("13:00")))
    supply = spa(late, person("Lan", did="15:00-16:00"))
    assert [chosen(supply, "17:00", order) for order in ORDERS] == ["Mai", "Mai", "Lan"]


@pytest.mark.parametrize("order", ORDERS)
def test_a_guest_stays_with_one_therapist(order: TherapistOrder) -> None:
    supply = spa(person("Lan"), person("Mai"), therapist_order=order)
    described = describe(assign(party([massage, massage]), supply, 0))
    assert described == ["Lan 09:00-10:00", "Lan 10:00-11:00"]


def test_guests_of_one_party_are_spread() -> None:
    supply = spa(*(person(name) for name in ("Lan", "Mai", "Hoa")))
    first, then = treatment("massage", 30), treatment("facial", 30)
    guests = party([first], [treatment("massage", 30, by="Mai"), then])
    described = describe(assign(guests, supply, 0))
    assert [line.split()[0] for line in described] == ["Lan", "Mai", "Mai"]


@pytest.mark.parametrize("order", ORDERS)
def test_among_equals_gaps_decide(order: TherapistOrder) -> None:
    tight, whole = person("Lan", "09:00-11:00"), person("Mai", "09:20-11:30")
    assert chosen(spa(tight, whole), "09:20", order) == "Mai"


def test_turns_come_before_gaps() -> None:
    tight, whole = person("Lan", "09:00-11:00"), person("Mai", "09:20-11:30", did="19:00-20:00")
    assert chosen(spa(tight, whole), "09:20", TherapistOrder.TURNS) == "Lan"


def test_a_treatment_given_in_the_same_party_is_a_turn() -> None:
    lan = person("Lan")
    turns = Turns(spa(lan), 0)
    assert turns.rank(lan, 1) > turns.rank(replace(lan, id=named("Mai")), 0)
