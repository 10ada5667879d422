"""A replan beside guests who stay after the booked end, and beside what the desk has overruled."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2

from app.scheduling.timegrid import STEP, this_step
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    bookable_spa,
    resources_of,
)
from tests.builders.rosters import code_of
from tests.support.database import run_sql


async def propose(client: httpx2.AsyncClient, spa: BookableSpa, away: UUID, when: datetime) -> dict[str, Any]:
    query = {"branch_id": str(spa.branch_id), "day": str(when.astimezone(spa.zone).date())}
    answer = await client.post(f"/api/v1/staff/{away}/replan", json=query)
    assert answer.status_code == 200, answer.text
    return {**query, **answer.json()}


async def apply(client: httpx2.AsyncClient, away: UUID, proposal: dict[str, Any]) -> httpx2.Response:
    plan = {name: proposal[name] for name in ("branch_id", "day", "digest", "changes")}
    return await client.post(f"/api/v1/staff/{away}/replan/apply", json=plan)


def after(proposal: dict[str, Any]) -> list[str | None]:
    return [planned["after"] and planned["after"]["name"] for planned in proposal["treatments"]]


async def begin_and_stay(spa: BookableSpa, visit: dict[str, Any]) -> None:
    """Let the guest be in service, and the booked end be ten minutes ago."""
    await run_sql(
        "UPDATE appointment SET status = 'in_service', starts_at = starts_at - interval '70 min',"
        " ends_at = ends_at - interval '70 min' WHERE visit_id = $1",
        UUID(visit["id"]),
    )
    await run_sql(
        "UPDATE allocation SET during = tstzrange(lower(during) - interval '70 min', upper(during) - interval '70 min')"
        " WHERE appointment_id = $1",
        UUID(visit["appointments"][0]["id"]),
    )


class TestOverruns:
    async def spa_with_overrun(
        self, client: httpx2.AsyncClient, *, therapists: int
    ) -> tuple[BookableSpa, dict[str, Any], dict[str, Any]]:
        """Return a spa in which the guest of the second therapist stays on, and two visits: that one, and one that the first
        therapist has in five minutes."""
        spa = await bookable_spa(therapists=therapists, beds=3, hours="00:00-24:00")
        lan, hoa, *_ = spa.therapists
        there = (await client.post(VISITS, **by(spa, hoa, this_step()))).json()
        await begin_and_stay(spa, there)
        soon = (await client.post(VISITS, **by(spa, lan, this_step() + STEP))).json()
        return spa, there, soon

    async def test_no_guest_goes_to_a_therapist_whose_guest_stays_on(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, there, soon = await self.spa_with_overrun(client, therapists=2)
        start = datetime.fromisoformat(soon["appointments"][0]["start"])
        assert after(await propose(client, spa, spa.therapists[0], start)) == [None]
        done = await client.put(f"{VISITS}/{there['id']}/status", json={"status": "completed"})
        assert done.status_code == 200, done.text
        assert after(await propose(client, spa, spa.therapists[0], start)) == ["Lan 2"]

    async def test_a_plan_is_not_applied_when_a_guest_stays_on_by_then(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2, hours="00:00-24:00")
        lan, hoa = spa.therapists
        there = (await client.post(VISITS, **by(spa, hoa, this_step()))).json()
        await run_sql("UPDATE appointment SET status = 'in_service'")
        begun = this_step() + STEP
        await run_sql(
            "UPDATE allocation SET during = tstzrange(lower(during) - interval '70 min', lower(during) - interval '10 min')"
        )
        soon = (await client.post(VISITS, **by(spa, lan, begun))).json()
        proposal = await propose(client, spa, lan, begun)
        assert after(proposal) == ["Lan 2"]
        await run_sql(
            "UPDATE appointment SET starts_at = starts_at - interval '70 min', ends_at = ends_at - interval '70 min'"
            " WHERE visit_id = $1",
            UUID(there["id"]),
        )
        assert code_of(await apply(client, lan, proposal)) == (409, "DAY_CHANGED")
        assert resources_of((await client.get(f"{VISITS}/{soon['id']}")).json(), "staff") == [str(lan)]

    async def test_a_plan_for_others_is_applied_while_a_guest_stays_on(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Let the overrun grow between the proposal and its application: it changes nothing for the others."""
        spa, _, soon = await self.spa_with_overrun(client, therapists=3)
        start = datetime.fromisoformat(soon["appointments"][0]["start"])
        proposal = await propose(client, spa, spa.therapists[0], start)
        assert after(proposal) == ["Lan 3"]
        assert (await apply(client, spa.therapists[0], proposal)).status_code == 200


class TestOverruled:
    """Visits that the desk has forced outside of hours, shifts or breaks stay as they are, and count as taken."""

    async def test_it_stays_while_a_colleague_takes_over_other_work(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        lan, hoa = spa.therapists
        forced = await client.post(VISITS, **by(spa, hoa, spa.hour(21), force=True))
        assert forced.status_code == 201, forced.text
        await client.post(VISITS, **by(spa, lan, spa.hour(10)))
        proposal = await propose(client, spa, lan, spa.hour(10))
        assert (after(proposal), proposal["others"]) == (["Lan 2"], [])
        assert (await apply(client, lan, proposal)).status_code == 200
        assert (await client.get(f"{VISITS}/{forced.json()['id']}")).json() == forced.json()

    async def test_one_in_the_break_of_a_colleague_stays(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=3)
        lan, hoa = spa.therapists
        spa.keep_free(hoa)
        await spa.write()
        forced = (await client.post(VISITS, **by(spa, hoa, spa.hour(12), force=True))).json()
        await client.post(VISITS, **by(spa, lan, spa.hour(11)))
        await client.post(VISITS, **by(spa, lan, spa.hour(12)))
        proposal = await propose(client, spa, lan, spa.hour(10))
        assert (after(proposal), proposal["others"]) == (["Lan 2", None], [])
        assert (await apply(client, lan, proposal)).status_code == 200
        assert (await client.get(f"{VISITS}/{forced['id']}")).json() == forced

    async def test_one_of_the_therapist_who_is_away_goes_to_a_colleague_on_shift(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Let the guest come outside the shift of the one, inside that of the other, at the hour that was agreed."""
        spa = await bookable_spa(therapists=1, beds=2)
        late = spa.therapist("Hoa", spa.variant_id, shifts=[f"{spa.day()} 20:00-23:00"])
        await spa.write()
        [lan] = spa.therapists
        forced = (await client.post(VISITS, **by(spa, lan, spa.hour(21), force=True))).json()
        proposal = await propose(client, spa, lan, spa.hour(10))
        assert after(proposal) == ["Hoa"]
        assert (await apply(client, lan, proposal)).status_code == 200
        moved = (await client.get(f"{VISITS}/{forced['id']}")).json()
        assert resources_of(moved, "staff") == [str(late)]
        longer = {"treatments": [{"id": moved["appointments"][0]["treatments"][0]["id"], "gender": None}]}
        edited = await client.patch(f"{APPOINTMENTS}/{moved['appointments'][0]['id']}", json=longer)
        assert edited.status_code == 200, edited.text


def by(spa: BookableSpa, therapist: UUID, start: datetime, **more: Any) -> dict[str, Any]:
    """Return a booking with this therapist, who is not asked for."""
    return spa.booking(start, guests=[{"treatments": [spa.treatment(assign_to=therapist)]}], **more)
