"""Snapshots of a branch on some days, as booking uses them."""

from datetime import date, datetime, timedelta

import pytest

from app.core.database import AsyncSessionLocal
from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.availability.availability_service import BranchSnapshot, load_snapshot, quote_party
from app.modules.branch.branch_errors import BranchNotFound
from app.scheduling.demand import Party
from app.scheduling.search import assign
from tests.api.availability.queries import DAY
from tests.builders.spas import Segment, Spa

pytestmark = pytest.mark.usefixtures("stranger", "december")


async def snapshot_of(spa: Spa, party: Party, **more: object) -> BranchSnapshot:
    async with AsyncSessionLocal() as session:
        day = date.fromisoformat(DAY)
        return await load_snapshot(session, spa.branch_id, day, day, party, at_desk=False, **more)  # type: ignore[arg-type]  # by name


async def party_for(spa: Spa, variant_id: object) -> Party:
    async with AsyncSessionLocal() as session:
        guest = GuestWish(treatments=[TreatmentWish(variant_id=variant_id)])
        return (await quote_party(session, [guest], same_room=False, at_desk=False)).party


async def test_an_ignored_appointment_counts_as_free() -> None:
    spa = Spa(hours="09:00-11:00", grid_minutes=60)
    massage = spa.service("massage", Segment(60, on="massage-bed"))
    lan, bed = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-11:00"]), spa.bed("bed 1")
    moved = spa.take(lan, f"{DAY} 09:00-10:00")
    spa.take(bed, f"{DAY} 10:30-11:00")
    await spa.write()
    party = await party_for(spa, massage)
    nine = spa.at(f"{DAY} 09:00")
    assert (await snapshot_of(spa, party)).nearest_starts(party, nine) == []
    snapshot = await snapshot_of(spa, party, ignored=[moved])
    assert snapshot.nearest_starts(party, nine) == [nine]
    assert assign(party, snapshot.supply, snapshot.grid.step(nine)) is not None


async def test_nearest_starts_are_sorted_by_distance() -> None:
    spa = Spa(hours="09:00-15:00", grid_minutes=60)
    massage = spa.service("massage", 60)
    lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-15:00"])
    spa.take(lan, f"{DAY} 12:00-13:00")
    await spa.write()
    party = await party_for(spa, massage)
    snapshot = await snapshot_of(spa, party)
    noon = spa.at(f"{DAY} 12:00")
    nearest = [noon + timedelta(hours=hours) for hours in (-1, 1, -2, 2, -3)]
    assert snapshot.nearest_starts(party, noon, 9) == nearest
    assert snapshot.nearest_starts(party, noon) == nearest[:3]


async def test_a_start_is_offered_by_grid_and_horizon_alone() -> None:
    spa = Spa(hours="09:00-10:00", grid_minutes=15, horizon_days=4)
    massage = spa.service("massage", 60)
    await spa.write()
    snapshot = await snapshot_of(spa, await party_for(spa, massage))
    offered = {
        at: snapshot.is_bookable(spa.at(at)) for at in (f"{DAY} 09:15", f"{DAY} 09:20", "2026-12-06 09:15")
    }
    assert list(offered.values()) == [True, False, False]
    assert not snapshot.is_bookable(datetime.fromisoformat("1999-01-01T00:00:00Z"))
    assert not snapshot.is_bookable(spa.at(f"{DAY} 09:15") + timedelta(seconds=1))
    assert (snapshot.calendar.hold_minutes, snapshot.calendar.approve_online) == (10, False)


async def test_resources_are_sorted_by_id_and_have_names() -> None:
    spa = Spa()
    massage = spa.service("massage", Segment(60, on="massage-bed"))
    ids = [spa.therapist(name, massage) for name in ("Lan", "Hoa")] + [spa.bed(name) for name in ("b", "a")]
    await spa.write()
    snapshot = await snapshot_of(spa, await party_for(spa, massage))
    assert [resource.id for resource in snapshot.supply.resources] == ids
    assert [snapshot.resource_names[resource_id] for resource_id in ids] == ["Lan", "Hoa", "b", "a"]


async def test_former_staff_are_left_out() -> None:
    spa = Spa()
    massage = spa.service("massage", 60)
    for last in (date(2026, 12, 4), date(2026, 12, 5)):
        spa.therapist(f"until {last}", massage, employed=(date(2020, 1, 1), last))
    await spa.write()
    snapshot = await snapshot_of(spa, await party_for(spa, massage))
    assert [*snapshot.resource_names.values()] == ["until 2026-12-05"]


async def test_an_unknown_branch_is_not_found() -> None:
    spa, other = Spa(), Spa()
    massage = spa.service("massage", 60)
    await spa.write()
    party = await party_for(spa, massage)
    with pytest.raises(BranchNotFound):
        await snapshot_of(other, party)
