"""A branch on some days, as booking looks at it."""

from datetime import date, datetime, timedelta

import pytest

from app.core.database import AsyncSessionLocal
from app.modules.availability.availability_schemas import GuestWish, TreatmentWish
from app.modules.availability.availability_service import BranchSnapshot, load_snapshot, quote_party
from app.modules.branch.branch_service import BranchNotFound
from app.scheduling.demand import Party
from app.scheduling.search import assign
from tests.api.availability.asking import DAY
from tests.builders.spas import Segment, Spa

pytestmark = pytest.mark.usefixtures("stranger", "december")


async def scene_of(spa: Spa, party: Party, **more: object) -> BranchSnapshot:
    async with AsyncSessionLocal() as session:
        day = date.fromisoformat(DAY)
        return await load_snapshot(session, spa.branch_id, day, day, party, at_desk=False, **more)  # type: ignore[arg-type]  # by name


async def party_for(spa: Spa, variant_id: object) -> Party:
    async with AsyncSessionLocal() as session:
        guest = GuestWish(treatments=[TreatmentWish(variant_id=variant_id)])
        return (await quote_party(session, [guest], same_room=False, at_desk=False)).party


async def test_what_is_being_moved_is_not_in_its_own_way() -> None:
    spa = Spa(hours="09:00-11:00", grid_minutes=60)
    massage = spa.service("massage", Segment(60, on="massage-bed"))
    lan, bed = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-11:00"]), spa.bed("bed 1")
    moved = spa.take(lan, f"{DAY} 09:00-10:00")
    spa.take(bed, f"{DAY} 10:30-11:00")
    await spa.write()
    party = await party_for(spa, massage)
    nine = spa.at(f"{DAY} 09:00")
    assert (await scene_of(spa, party)).nearest_starts(party, nine) == []
    snapshot = await scene_of(spa, party, ignored=[moved])
    assert snapshot.nearest_starts(party, nine) == [nine]
    assert assign(party, snapshot.supply, snapshot.grid.step(nine)) is not None


async def test_the_nearest_starts_first() -> None:
    spa = Spa(hours="09:00-15:00", grid_minutes=60)
    massage = spa.service("massage", 60)
    lan = spa.therapist("Lan", massage, shifts=[f"{DAY} 09:00-15:00"])
    spa.take(lan, f"{DAY} 12:00-13:00")
    await spa.write()
    party = await party_for(spa, massage)
    snapshot = await scene_of(spa, party)
    noon = spa.at(f"{DAY} 12:00")
    hours = [timedelta(hours=each) for each in (-1, 1, -2, 2, -3)]
    assert snapshot.nearest_starts(party, noon, 9) == [noon + each for each in hours]
    assert snapshot.nearest_starts(party, noon) == [noon + each for each in hours[:3]]


async def test_when_guests_may_begin_whoever_is_free() -> None:
    spa = Spa(hours="09:00-10:00", grid_minutes=15, horizon_days=4)
    massage = spa.service("massage", 60)
    await spa.write()
    snapshot = await scene_of(spa, await party_for(spa, massage))
    offered = {
        at: snapshot.is_offered(spa.at(at)) for at in (f"{DAY} 09:15", f"{DAY} 09:20", "2026-12-06 09:15")
    }
    assert list(offered.values()) == [True, False, False]
    assert not snapshot.is_offered(datetime.fromisoformat("1999-01-01T00:00:00Z"))
    assert not snapshot.is_offered(spa.at(f"{DAY} 09:15") + timedelta(seconds=1))
    assert (snapshot.calendar.hold_minutes, snapshot.calendar.approve_online) == (10, False)


async def test_people_and_things_by_id_with_their_names() -> None:
    spa = Spa()
    massage = spa.service("massage", Segment(60, on="massage-bed"))
    ids = [spa.therapist(name, massage) for name in ("Lan", "Hoa")] + [spa.bed(name) for name in ("b", "a")]
    await spa.write()
    snapshot = await scene_of(spa, await party_for(spa, massage))
    assert [each.id for each in snapshot.supply.resources] == ids
    assert [snapshot.resource_names[each] for each in ids] == ["Lan", "Hoa", "b", "a"]


async def test_who_does_not_work_here_any_more_is_not_in_it() -> None:
    spa = Spa()
    massage = spa.service("massage", 60)
    for last in (date(2026, 12, 4), date(2026, 12, 5)):
        spa.therapist(f"until {last}", massage, employed=(date(2020, 1, 1), last))
    await spa.write()
    snapshot = await scene_of(spa, await party_for(spa, massage))
    assert [*snapshot.resource_names.values()] == ["until 2026-12-05"]


async def test_a_branch_that_is_not_there() -> None:
    spa, other = Spa(), Spa()
    massage = spa.service("massage", 60)
    await spa.write()
    party = await party_for(spa, massage)
    with pytest.raises(BranchNotFound):
        await scene_of(other, party)
