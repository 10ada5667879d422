"""Reassigning the day of a therapist who is ill: Lan is, while Hoa, Mai and An are on shift."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from tests.builders.branches import add_branch
from tests.builders.resources import at, booking_rows
from tests.builders.rosters import (
    LOCK,
    add_leave,
    add_shift,
    add_therapist,
    answered_while,
    code_of,
    open_every_day,
    statements,
)
from tests.builders.visits import AddedVisit, add_allocation, add_visit, service_rows
from tests.support.database import insert_all, run_sql
from tests.support.ledger import entries

DAY = "2100-03-01"


@dataclass(frozen=True)
class Treatment:
    service: UUID
    variant: UUID


@dataclass(frozen=True)
class Spa:
    branch: UUID
    massage: Treatment
    facial: Treatment
    lan: UUID

    def path(self, more: str = "") -> str:
        return f"/api/v1/staff/{self.lan}/replan{more}"

    @property
    def body(self) -> dict[str, str]:
        return {"branch_id": str(self.branch), "day": DAY}


@pytest.fixture
async def spa(client: httpx2.AsyncClient) -> Spa:
    branch = await add_branch(time_zone="UTC")
    await open_every_day(branch)
    massage, facial = await _add_service(), await _add_service()
    lan = await _add_therapist("Lan", branch, massage, facial)
    return Spa(branch, massage, facial, lan)


async def _add_service() -> Treatment:
    variant, rows = service_rows(name=LocalizedText("Mát-xa", "Massage"))
    await insert_all(rows)
    return Treatment(variant.service_id, variant.id)


async def _add_therapist(
    name: str,
    branch: UUID,
    *treatments: Treatment,
    gender: str = "female",
    shift: tuple[float, float] = (9, 18),
) -> UUID:
    skills = [treatment.service for treatment in treatments]
    staff_id = await add_therapist(branch, full_name=name, gender=gender, skills=skills)
    await add_shift(staff_id, branch, *map(at, shift))
    return staff_id


async def add(
    spa: Spa,
    by: UUID,
    start: float,
    end: float,
    treatment: Treatment | None = None,
    *,
    asked_for: UUID | None = None,
    gender: str | None = None,
    status: str = "confirmed",
    hold_expires_at: datetime | None = None,
) -> AddedVisit:
    """Add a treatment by this therapist; hours are counted from midnight."""
    added = await add_visit(
        spa.branch,
        at(start),
        at(end),
        allocations={by: (at(start), at(end))},
        variant_id=(treatment or spa.massage).variant,
        status=status,
        hold_expires_at=hold_expires_at,
    )
    await run_sql(
        "UPDATE appointment_treatment SET therapist_id = $2, gender = $3 WHERE id = $1",
        *(added.treatment_id, asked_for, gender),
    )
    return added


async def propose(client: httpx2.AsyncClient, spa: Spa, **more: object) -> dict[str, Any]:
    response = await client.post(spa.path(), json=spa.body | more)
    assert response.status_code == 200, response.text
    proposal: dict[str, Any] = response.json()
    return proposal


async def test_an_unknown_branch_is_not_found(client: httpx2.AsyncClient, spa: Spa) -> None:
    elsewhere = {"branch_id": str(uuid7())}
    proposed = await client.post(spa.path(), json=spa.body | elsewhere)
    plan = {"digest": (await propose(client, spa))["digest"], "changes": []}
    applied = await client.post(spa.path("/apply"), json=spa.body | plan | elsewhere)
    assert code_of(proposed) == code_of(applied) == (404, "BRANCH_NOT_FOUND")


async def apply(client: httpx2.AsyncClient, spa: Spa, proposal: dict[str, Any]) -> httpx2.Response:
    plan = {"digest": proposal["digest"], "changes": proposal["changes"]}
    return await client.post(spa.path("/apply"), json=spa.body | plan)


def table(planned: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    """Return the start, and the names of the therapists before and after."""
    return [
        (entry["start"][11:16], entry["before"]["name"], entry["after"] and entry["after"]["name"])
        for entry in planned
    ]


async def therapist_by_treatment() -> dict[UUID, str]:
    """Return the name of the therapist of every treatment."""
    rows = await run_sql(
        "SELECT appointment_treatment_id, full_name FROM allocation JOIN staff ON staff.id = resource_id"
    )
    return dict(map(tuple, rows))


async def add_chain(spa: Spa) -> tuple[AddedVisit, AddedVisit, UUID, UUID]:
    """Add a facial of Lan's that only Hoa can do, and a massage of Hoa's at that time that Mai can do."""
    hoa = await _add_therapist("Hoa", spa.branch, spa.massage, spa.facial)
    mai = await _add_therapist("Mai", spa.branch, spa.massage)
    lan_visit, hoa_visit = await add(spa, spa.lan, 10, 11, spa.facial), await add(spa, hoa, 10.5, 11.5)
    return lan_visit, hoa_visit, hoa, mai


class TestProposal:
    async def test_the_proposal_shows_every_treatment_before_and_after(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        """Propose that Hoa takes the facial and Mai Hoa's massage; the facial at 14:00 fits no colleague."""
        *_, hoa, mai = await add_chain(spa)
        await add(spa, spa.lan, 12, 13)
        await add(spa, mai, 12, 13)
        await add(spa, hoa, 14, 15, asked_for=hoa)
        await add(spa, spa.lan, 14, 15, spa.facial)
        proposal = await propose(client, spa)
        assert table(proposal["treatments"]) == [
            ("10:00", "Lan", "Hoa"),
            ("12:00", "Lan", "Hoa"),
            ("14:00", "Lan", None),
        ]
        assert table(proposal["others"]) == [("10:30", "Hoa", "Mai")]
        [*_, left] = proposal["treatments"]
        assert [start[11:16] for start in left["nearest"]] == ["13:00", "15:00", "15:15"]

    async def test_the_nearest_times_leave_room_for_the_plan_itself(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        hoa = await _add_therapist("Hoa", spa.branch, spa.massage, spa.facial)
        await add(spa, spa.lan, 12, 13)
        await add(spa, spa.lan, 14, 15)
        await add(spa, hoa, 14, 15, asked_for=hoa)
        [_, left] = (await propose(client, spa))["treatments"]
        assert [start[11:16] for start in left["nearest"]] == ["13:00", "15:00", "15:15"]

    async def test_a_proposal_changes_nothing(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        await add_chain(spa)
        before, entry_count = await therapist_by_treatment(), len(await entries())
        await propose(client, spa)
        assert (await therapist_by_treatment(), len(await entries())) == (before, entry_count)

    async def test_skill_and_gender_are_respected(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        await _add_therapist("An", spa.branch, spa.massage, gender="male")
        await _add_therapist("Hoa", spa.branch, spa.facial)
        await add(spa, spa.lan, 10, 11, gender="female")
        await add(spa, spa.lan, 12, 13, spa.facial, gender="male")
        assert table((await propose(client, spa))["treatments"]) == [
            ("10:00", "Lan", None),
            ("12:00", "Lan", None),
        ]

    async def test_guests_who_asked_for_the_absent_therapist_are_marked(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        await _add_therapist("Hoa", spa.branch, spa.massage)
        await add(spa, spa.lan, 10, 11, asked_for=spa.lan)
        await add(spa, spa.lan, 12, 13)
        planned = (await propose(client, spa))["treatments"]
        assert table(planned) == [("10:00", "Lan", "Hoa"), ("12:00", "Lan", "Hoa")]
        assert [entry["asked_for"] for entry in planned] == [True, False]

    async def test_a_guest_keeps_the_colleague_they_asked_for_by_name(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        _, hoa_visit, hoa, _ = await add_chain(spa)
        await run_sql(
            "UPDATE appointment_treatment SET therapist_id = $2 WHERE id = $1", hoa_visit.treatment_id, hoa
        )
        proposal = await propose(client, spa)
        assert table(proposal["treatments"]) == [("10:00", "Lan", None)]
        assert proposal["others"] == proposal["changes"] == []

    async def test_a_therapist_who_leaves_early_loses_treatments_that_end_later(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        await _add_therapist("Hoa", spa.branch, spa.massage)
        for start in (10, 12.5, 13.5, 15):
            await add(spa, spa.lan, start, start + 1)
        proposal = await propose(client, spa, **{"from": f"{DAY}T14:00:00Z"})
        assert [start for start, *_ in table(proposal["treatments"])] == ["13:30", "15:00"]

    async def test_a_night_belongs_to_the_day_on_which_it_begins(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch(time_zone="UTC")
        await open_every_day(branch, opens=18, closes=26)
        treatment = await _add_service()
        lan = await _add_therapist("Lan", branch, treatment, shift=(18, 26))
        await _add_therapist("Hoa", branch, treatment, shift=(18, 26))
        spa = Spa(branch, treatment, treatment, lan)
        for start in (23, 25, 27):
            await add(spa, lan, start, start + 0.5)
        proposal = await propose(client, spa)
        assert table(proposal["treatments"]) == [("23:00", "Lan", "Hoa"), ("01:00", "Lan", "Hoa")]
        assert (await apply(client, spa, proposal)).status_code == 200
        assert sorted((await therapist_by_treatment()).values()) == ["Hoa", "Hoa", "Lan"]

    @pytest.mark.parametrize("status", ["pending", "confirmed", "arrived", "in_service", "reopened"])
    async def test_upcoming_treatments_are_planned(
        self, client: httpx2.AsyncClient, spa: Spa, status: str
    ) -> None:
        """Plan the treatment in every active status, even if the guest is in service with another one."""
        await add(spa, spa.lan, 10, 11, status=status)
        assert len((await propose(client, spa))["treatments"]) == 1

    @pytest.mark.parametrize(
        ("status", "planned"), [("arrived", 1), ("in_service", 0), ("completed", 0)], ids=str
    )
    async def test_a_treatment_that_has_begun_stays_and_a_waiting_guest_is_planned(
        self, client: httpx2.AsyncClient, spa: Spa, status: str, planned: int
    ) -> None:
        start = utc_now() - timedelta(minutes=10)
        end = start + timedelta(hours=1)
        await add_visit(
            spa.branch,
            start,
            end,
            allocations={spa.lan: (start, end)},
            variant_id=spa.massage.variant,
            status=status,
        )
        proposal = await propose(client, spa, day=start.date().isoformat())
        assert len(proposal["treatments"]) == planned

    async def test_a_hold_is_planned_until_it_expires(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        for minutes, hour in ((-1, 10), (10, 12)):
            expires = utc_now() + timedelta(minutes=minutes)
            await add(spa, spa.lan, hour, hour + 1, status="held", hold_expires_at=expires)
        assert table((await propose(client, spa))["treatments"]) == [("12:00", "Lan", None)]

    @pytest.mark.parametrize("leave", [(9, 18), (10.5, 10.75)], ids=["all day", "a moment"])
    async def test_colleagues_on_leave_take_nothing(
        self, client: httpx2.AsyncClient, spa: Spa, leave: tuple[float, float]
    ) -> None:
        _, _, hoa, _ = await add_chain(spa)
        await _add_leave(hoa, *leave)
        assert table((await propose(client, spa))["treatments"]) == [("10:00", "Lan", None)]

    async def test_other_branches_and_other_days_are_left_alone(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        elsewhere = await add_branch(time_zone="UTC")
        await add_visit(elsewhere, at(10), at(11), allocations={spa.lan: (at(10), at(11))})
        await add(spa, spa.lan, 34, 35)
        assert (await propose(client, spa))["treatments"] == []

    async def test_the_number_of_statements_does_not_grow_with_guests(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        await _add_therapist("Hoa", spa.branch, spa.massage)
        counts = []
        for hour in range(3):
            for _ in range(1 + hour):
                colleague = await _add_therapist("Mai", spa.branch, spa.massage)
                await add(spa, colleague, 9, 10)
            await add(spa, spa.lan, 10 + hour, 11 + hour)
            with statements() as issued:
                await propose(client, spa)
            counts.append(len(issued))
        assert counts == [counts[0]] * 3


class TestApplying:
    async def test_a_proposal_is_applied_as_shown(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        lan_visit, hoa_visit, *_ = await add_chain(spa)
        response = await apply(client, spa, await propose(client, spa))
        assert response.status_code == 200, response.text
        assert await therapist_by_treatment() == {
            lan_visit.treatment_id: "Hoa",
            hoa_visit.treatment_id: "Mai",
        }
        assert {visit["id"] for visit in response.json()["visits"]} == {str(lan_visit.id), str(hoa_visit.id)}
        assert {
            allocation["name"]
            for visit in response.json()["visits"]
            for allocation in visit["appointments"][0]["treatments"][0]["allocations"]
        } == {"Hoa", "Mai"}
        assert (await propose(client, spa))["treatments"] == []

    async def test_three_may_swap(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        """Swap treatments that overlap: PostgreSQL would refuse to update them row by row."""
        lan_visit, hoa_visit, _, mai = await add_chain(spa)
        mai_visit = await add(spa, mai, 11, 12)
        await _add_therapist("An", spa.branch, spa.massage, shift=(11, 18))
        assert (await apply(client, spa, await propose(client, spa))).status_code == 200
        assert await therapist_by_treatment() == {
            lan_visit.treatment_id: "Hoa",
            hoa_visit.treatment_id: "Mai",
            mai_visit.treatment_id: "An",
        }

    async def test_the_wish_of_the_guest_stays_and_a_hold_stays_a_hold(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        hoa = await _add_therapist("Hoa", spa.branch, spa.massage)
        expires = utc_now() + timedelta(minutes=10)
        await add(spa, spa.lan, 10, 11, asked_for=spa.lan, status="held", hold_expires_at=expires)
        await apply(client, spa, await propose(client, spa))
        [row] = await run_sql("SELECT * FROM allocation")
        assert (row["resource_id"], row["state"], row["hold_expires_at"]) == (hoa, "held", expires)
        [treatment] = await run_sql("SELECT therapist_id FROM appointment_treatment")
        assert treatment["therapist_id"] == spa.lan

    async def test_a_colleague_gets_every_run_of_a_treatment(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        """Reassign a treatment with a pause, in which the colleague has another guest."""
        hoa = await _add_therapist("Hoa", spa.branch, spa.massage)
        mai = await _add_therapist("Mai", spa.branch, spa.massage, shift=(10, 11))
        added = await add(spa, spa.lan, 10, 10.5)
        owner = {"appointment_id": added.appointment_id, "treatment_id": added.treatment_id}
        await add_allocation(spa.lan, at(11), at(11.5), **owner)
        await add(spa, hoa, 10.5, 11)
        assert (await apply(client, spa, await propose(client, spa))).status_code == 200
        rows = await run_sql(
            "SELECT resource_id, lower(during) FROM allocation WHERE appointment_treatment_id = $1 ORDER BY 2",
            added.treatment_id,
        )
        assert [tuple(row) for row in rows] == [(hoa, at(10)), (hoa, at(11))]
        assert mai not in {row["resource_id"] for row in rows}

    async def test_leave_may_be_approved_before(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        await add_chain(spa)
        await _add_leave(spa.lan, 9, 18)
        assert (await apply(client, spa, await propose(client, spa))).status_code == 200
        assert await run_sql("SELECT FROM allocation WHERE resource_id = $1", spa.lan) == []

    async def test_the_ledger_records_the_new_therapist(self, client: httpx2.AsyncClient, spa: Spa) -> None:
        hoa = await _add_therapist("Hoa", spa.branch, spa.massage)
        await add(spa, spa.lan, 10, 11)
        response = await apply(client, spa, await propose(client, spa))
        made = await entries(request_id=response.headers["X-Request-ID"])
        assert [(entry["entity"], entry["action"]) for entry in made] == [
            ("allocation", "delete"),
            ("allocation", "insert"),
            ("appointment_edit", "insert"),
        ]
        assert str(hoa) in made[1]["after"]

    @pytest.mark.parametrize("change", ["booked", "cancelled", "moved", "held"])
    async def test_a_proposal_is_refused_after_the_day_has_changed(
        self, client: httpx2.AsyncClient, spa: Spa, change: str
    ) -> None:
        lan_visit, _, hoa, mai = await add_chain(spa)
        proposal = await propose(client, spa)
        if change == "booked":
            await add(spa, mai, 15, 16)
        elif change == "held":
            expires = utc_now() + timedelta(minutes=10)
            await add(spa, hoa, 15, 16, status="held", hold_expires_at=expires)
        elif change == "cancelled":
            await run_sql("DELETE FROM allocation WHERE appointment_id = $1", lan_visit.appointment_id)
        else:
            await run_sql(
                "UPDATE allocation SET during = tstzrange($2, $3) WHERE appointment_id = $1",
                *(lan_visit.appointment_id, at(12), at(13)),
            )
        before = await therapist_by_treatment()
        assert code_of(await apply(client, spa, proposal)) == (409, "DAY_CHANGED")
        assert await therapist_by_treatment() == before

    async def test_a_therapist_who_is_booked_meanwhile_is_not_booked_twice(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        """Apply the proposal while another transaction, which has the lock, books Mai for the same time."""
        *_, mai = await add_chain(spa)
        proposal = await propose(client, spa)
        before = await therapist_by_treatment()
        booked, rows = await booking_rows(mai, at(11), at(12))
        [answer] = await answered_while([(LOCK, mai), *rows], apply(client, spa, proposal))
        assert code_of(answer) == (409, "DAY_CHANGED")
        assert await therapist_by_treatment() == before | {booked.treatment_id: "Mai"}

    async def test_changes_for_other_therapists_do_not_invalidate_a_proposal(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        await add_chain(spa)
        proposal = await propose(client, spa)
        await add(spa, await _add_therapist("An", spa.branch, spa.massage), 10, 11)
        assert (await apply(client, spa, proposal)).status_code == 200

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE appointment SET status = 'completed'",
            "UPDATE appointment_treatment SET gender = 'male'",
            "DELETE FROM staff_skill",
            "DELETE FROM shift",
        ],
        ids=["done", "another wish", "no skill", "no shift"],
    )
    async def test_a_proposal_that_is_not_possible_any_more_is_refused(
        self, client: httpx2.AsyncClient, spa: Spa, change: str
    ) -> None:
        """Change what the digest does not cover: status, gender, skills and shifts."""
        await add_chain(spa)
        proposal = await propose(client, spa)
        await run_sql(change)
        before = await therapist_by_treatment()
        assert code_of(await apply(client, spa, proposal)) == (409, "DAY_CHANGED")
        assert await therapist_by_treatment() == before

    @pytest.mark.parametrize(
        "forged", ["unknown therapist", "same therapist", "unknown treatment", "twice", "unskilled"]
    )
    async def test_a_forged_plan_is_refused(self, client: httpx2.AsyncClient, spa: Spa, forged: str) -> None:
        """Send changes that were not proposed, with a digest that is valid for the day."""
        hoa = await _add_therapist("Hoa", spa.branch, spa.massage)
        await _add_therapist("Mai", spa.branch, spa.facial)
        await add(spa, spa.lan, 10, 11)
        proposal = await propose(client, spa)
        [change] = proposal["changes"]
        assert change["to_id"] == str(hoa)
        [mai] = await run_sql("SELECT id FROM staff WHERE full_name = 'Mai'")
        proposal["changes"] = {
            "unknown therapist": [change | {"to_id": str(uuid7())}],
            "same therapist": [change | {"to_id": str(spa.lan)}],
            "unknown treatment": [change | {"treatment_id": str(uuid7())}],
            "twice": [change, change],
            "unskilled": [change | {"to_id": str(mai["id"])}],
        }[forged]
        before = await therapist_by_treatment()
        assert code_of(await apply(client, spa, proposal)) == (409, "DAY_CHANGED")
        assert await therapist_by_treatment() == before

    async def test_of_concurrent_requests_one_applies_the_proposal(
        self, client: httpx2.AsyncClient, spa: Spa
    ) -> None:
        await add_chain(spa)
        for _ in range(5):
            proposal = await propose(client, spa)
            answers = await asyncio.gather(*(apply(client, spa, proposal) for _ in range(4)))
            assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
            await _back_to_lan(spa)


async def _add_leave(staff_id: UUID, start: float, end: float) -> None:
    """Approve leave, over appointments too."""
    await add_leave(staff_id, at(start), at(end))


async def _back_to_lan(spa: Spa) -> None:
    """Restore the therapists: Lan at 10:00 and Hoa at 10:30."""
    await run_sql("UPDATE allocation SET resource_id = $1 WHERE lower(during) = $2", spa.lan, at(10))
    await run_sql(
        "UPDATE allocation SET resource_id = (SELECT id FROM staff WHERE full_name = 'Hoa') WHERE lower(during) = $1",
        at(10.5),
    )
