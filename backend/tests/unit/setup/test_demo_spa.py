"""The demo spa is complete and consistent."""

from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from app.modules.setup.reader import read_file
from app.modules.setup.spa_file import FileBranch, FileResource, SpaFile

DEMO = Path(__file__).parents[3] / "app/cli/demo_spa.yaml"
BRANCHES = ["paris-13", "quan-1", "thao-dien"]


@cache
def demo() -> SpaFile:
    return read_file(DEMO.read_bytes())


def branch(key: str) -> FileBranch:
    return next(branch for branch in demo().branches if branch.key == key)


def test_the_demo_spa_has_what_a_chain_of_spas_has() -> None:
    spa = demo()
    assert [branch.key for branch in spa.branches] == BRANCHES
    assert len({branch.time_zone for branch in spa.branches}) == 2
    beds = [bed for branch in spa.branches for room in branch.rooms for bed in room.beds]
    assert (len(beds), len(spa.services), len(spa.categories), len(spa.staff)) == (30, 40, 8, 24)
    massage_beds = Counter(
        room.key
        for branch in spa.branches
        for room in branch.rooms
        for bed in room.beds
        if bed.type == "giuong-massage"
    )
    assert sum(count == 2 for count in massage_beds.values()) >= 3  # rooms for couples
    assert {service.offered for service in spa.services} == {"online", "desk", "no"}
    assert any(line.closes > 1440 for branch in spa.branches for line in branch.hours)


@pytest.mark.parametrize("key", BRANCHES)
def test_a_therapist_is_on_shift_in_all_opening_hours(key: str) -> None:
    for line in branch(key).hours:
        for day in line.days:
            shifts = [
                shift
                for person in demo().staff
                for shift in person.weekly_shifts
                if shift.branch == key and day in shift.days
            ]
            for minute in range(line.opens, line.closes, 15):
                assert any(shift.starts <= minute < shift.ends for shift in shifts), (day, minute)


def test_all_staff_have_a_break_and_a_day_off() -> None:
    for person in demo().staff:
        shifts = [(day, shift) for shift in person.weekly_shifts for day in shift.days]
        days = Counter(day for day, _ in shifts)
        assert len(days) <= 6
        assert set(days.values()) == {2}, person.key
        for day in days:
            first, second = sorted((shift.starts, shift.ends) for on, shift in shifts if on == day)
            assert second[0] - first[1] >= 45


@pytest.mark.parametrize("service", [service.key for service in demo().services])
def test_every_treatment_fits_some_branch(service: str) -> None:
    [treatment] = [item for item in demo().services if item.key == service]
    needed = {
        type_key
        for variant in treatment.variants
        for segment in variant.segments
        for type_key in (segment.bed, segment.device)
        if type_key is not None
    }
    able = {key for person in demo().staff if service in person.skills for key in person.branches}
    needs_no_therapist = not any(
        segment.staff for variant in treatment.variants for segment in variant.segments
    )
    assert [
        branch.key
        for branch in demo().branches
        if (branch.key in able or needs_no_therapist)
        and needed <= {resource.type for resource in resources_of(branch)}
    ]


def resources_of(branch: FileBranch) -> list[FileResource]:
    return list(chain(branch.resources, *((*room.beds, *room.devices) for room in branch.rooms)))
