"""The rules that the search applies to all steps at once, and a reservation to its one step."""

import pytest

from app.scheduling import rules
from app.scheduling.rules import permits
from app.scheduling.search import assign
from app.scheduling.supply import Supply
from tests.unit.scheduling.spas import at, bed, party, segment, spa, therapist, treatment

PARTY = party([treatment("massage", segment(60, on="massage-bed"))])
SUPPLY = spa(therapist("Lan"), bed("bed 1"))


def test_assignments_are_permitted_as_long_as_nothing_changes() -> None:
    assignments = assign(PARTY, SUPPLY, at("10:00"))
    assert assignments is not None
    assert permits(assignments, SUPPLY, at("10:00"))


@pytest.mark.parametrize(
    "changed",
    [
        spa(therapist("Lan", "10:05-21:00"), bed("bed 1")),
        spa(therapist("Lan"), bed("bed 1", "09:00-10:55")),
        spa(therapist("Lan", skills="facial"), bed("bed 1")),
        spa(therapist("Lan"), bed("bed 1", type_="tub")),
        spa(therapist("Lan")),
    ],
    ids=["therapist occupied", "bed occupied", "skill lost", "other type", "bed gone"],
)
def test_a_change_of_the_resource_forbids_the_assignment(changed: Supply) -> None:
    assignments = assign(PARTY, SUPPLY, at("10:00"))
    assert assignments is not None
    assert not permits(assignments, changed, at("10:00"))


def test_every_rule_of_the_module_is_applied() -> None:
    written = {
        value
        for value in vars(rules).values()
        if isinstance(value, type) and value.__module__ == rules.__name__
    }
    assert written == {rules.Rule, *map(type, rules.RULES)}
