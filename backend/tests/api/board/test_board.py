"""A branch's day, as each member of the team sees it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.modules.customer.customer_models import Customer
from app.modules.identity.roles import Role
from tests.builders.bookings import VISITS, bookable_spa, create_booking, resources_of
from tests.builders.branches import add_branch
from tests.builders.people import add_customer, add_role, new_user, signed_in
from tests.builders.resources import add_bed, add_outage, add_room, at
from tests.builders.rosters import add_leave, add_shift, add_therapist, open_every_day, statements
from tests.builders.visits import add_guest, add_visit
from tests.support.database import insert, run_sql

DAY = "2100-03-01"  # a Monday; the board's hours are Asia/Ho_Chi_Minh's, seven before `at`


def board_path(branch_id: UUID) -> str:
    return f"/api/v1/branches/{branch_id}/board"


async def board(http: httpx2.AsyncClient, branch_id: UUID, day: str = DAY, **headers: str) -> dict[str, Any]:
    response = await http.get(board_path(branch_id), params={"day": day}, headers=headers)
    assert response.status_code == 200, response.text
    shown: dict[str, Any] = response.json()
    return shown


def z(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


class TestDesk:
    async def test_the_desk_sees_shifts_and_approved_leave(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        lan, mai, _ = [await add_therapist(branch) for _ in range(3)]
        morning = await add_shift(lan, branch, at(1), at(5))
        evening = await add_shift(lan, branch, at(6), at(11))
        await add_shift(lan, branch, at(25), at(29))
        await add_shift(mai, await add_branch(), at(1), at(5))
        leave = await add_leave(lan, at(9), at(30), "approved")
        await add_leave(lan, at(1), at(5), "requested")
        [person] = (await board(client, branch))["people"]
        assert (person["id"], person["name"], person["gender"]) == (str(lan), "Lan", None)
        assert [shift["id"] for shift in person["shifts"]] == [str(morning), str(evening)]
        assert person["leave"] == [{"id": str(leave), "start": z(at(9)), "end": z(at(30))}]

    async def test_the_desk_sees_beds_devices_and_outages_by_room(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        bed, device, _, _ = [
            await add_bed(branch),
            await add_bed(branch, kind="device"),
            await add_bed(branch, retired=True),
            await add_bed(await add_branch()),
        ]
        room = await add_room(branch)
        await run_sql("UPDATE resource SET room_id = $1 WHERE id = $2", room, bed)
        outage = await add_outage(bed, at(3), at(40))
        await add_outage(device, at(40), at(50))
        inside, outside = (await board(client, branch))["rooms"]
        assert (inside["id"], inside["name"], outside["id"]) == (str(room), "Phòng Sen", None)
        [shown] = inside["equipment"]
        assert (shown["id"], shown["kind"], shown["name"]) == (str(bed), "bed", "Giường 1")
        assert [(row["id"], row["reason"]) for row in shown["outages"]] == [(str(outage), "Gãy chân")]
        assert [(row["id"], row["outages"]) for row in outside["equipment"]] == [(str(device), [])]

    async def test_the_desk_sees_each_guest_with_treatments_therapist_and_bed(
        self, client: httpx2.AsyncClient
    ) -> None:
        branch, hoa = await add_branch(), await add_customer("Hoa")
        lan, bed = await add_therapist(branch), await add_bed(branch)
        visit = await add_visit(
            *(branch, at(2), at(3)),
            allocations={lan: (at(2), at(3)), bed: (at(2), at(3.25))},
            customer_id=hoa,
        )
        await add_visit(await add_branch(), at(2), at(3))
        shown = await board(client, branch)
        [read] = shown["visits"]
        [guest] = read["appointments"]
        [treatment] = guest["treatments"]
        assert (read["id"], guest["status"], treatment["name"]["en"]) == (
            str(visit.id),
            "confirmed",
            "Swedish massage",
        )
        assert {row["resource_id"] for row in treatment["allocations"]} == {str(lan), str(bed)}
        [customer] = shown["guests"]
        assert (customer["id"], customer["full_name"]) == (str(hoa), "Hoa")
        assert customer["phone"].startswith("+8491")
        assert customer["phone_owner"] is None
        assert customer["contraindications"] == "dị ứng sả"

    async def test_the_desk_sees_by_whose_phone_a_child_is_reached(self, client: httpx2.AsyncClient) -> None:
        branch, lan, hoa = await add_branch(), await add_therapist(), await add_customer("Hoa")
        await add_shift(lan, branch, at(1), at(11))
        child = await insert(Customer(full_name="Na", contact_id=hoa))
        await add_visit(branch, at(2), at(3), allocations={lan: (at(2), at(3))}, customer_id=child)
        [guest] = (await board(client, branch))["guests"]
        assert (guest["full_name"], guest["phone_owner"], guest["phone"][:5]) == ("Na", "Hoa", "+8491")

    async def test_the_desk_sees_the_customer_who_booked_and_the_guests(
        self, client: httpx2.AsyncClient
    ) -> None:
        branch, lan = await add_branch(), await add_therapist()
        hoa, cuc = await add_customer("Hoa"), await add_customer("Cúc")
        party = await add_visit(branch, at(2), at(3), customer_id=hoa)
        await add_guest(party, customer_id=cuc, allocations={lan: (at(2), at(3))})
        await run_sql("UPDATE appointment SET customer_id = NULL WHERE id = $1", party.appointment_id)
        guests = (await board(client, branch))["guests"]
        assert {guest["full_name"] for guest in guests} == {"Hoa", "Cúc"}

    async def test_a_therapist_with_an_appointment_but_no_shift_is_shown(
        self, client: httpx2.AsyncClient
    ) -> None:
        """Shifts and leave can be changed with `force` over appointments, and the desk has to see that."""
        branch = await add_branch()
        lan = await add_therapist(branch)
        await add_visit(branch, at(2), at(3), allocations={lan: (at(2), at(3))})
        [person] = (await board(client, branch))["people"]
        assert (person["id"], person["shifts"]) == (str(lan), [])

    async def test_a_cancelled_guest_stays_with_the_therapist_and_the_bed_they_had(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        await create_booking(client, spa, 10)
        visit = await create_booking(client, spa, 14)
        day = spa.day().isoformat()
        assert (await board(client, spa.branch_id, day))["released"] == []
        [treatment] = visit["appointments"][0]["treatments"]
        had = {*resources_of(visit, "staff"), *resources_of(visit, "bed")}
        await client.put(f"{VISITS}/{visit['id']}/status", json={"status": "cancelled"})
        [released] = (await board(client, spa.branch_id, day))["released"]
        assert released["treatment_id"] == treatment["id"]
        assert {*released["resource_ids"]} == had
        undone = await client.post(
            f"{VISITS}/{visit['id']}/undo",
            json={"status": "cancelled"},
            headers={"Idempotency-Key": str(uuid7())},
        )
        assert undone.status_code == 200
        assert (await board(client, spa.branch_id, day))["released"] == []

    async def test_cancelled_visits_are_shown_and_holds_until_they_expire(
        self, client: httpx2.AsyncClient
    ) -> None:
        branch = await add_branch()
        expected = ["cancelled", "late_cancelled", "declined", "no_show", "completed", "pending"]
        for status in [*expected, "expired"]:
            await add_visit(branch, at(2), at(3), status=status)
        for minutes in (10, -10):
            expires = utc_now() + timedelta(minutes=minutes)
            await add_visit(branch, at(2), at(3), status="held", hold_expires_at=expires)
        shown = (await board(client, branch))["visits"]
        assert [visit["appointments"][0]["status"] for visit in shown] == [*expected, "held"]


class TestDay:
    async def test_a_night_belongs_to_the_day_on_which_it_begins(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        await open_every_day(branch, 18, 26)
        night = await add_visit(branch, at(18), at(18.5))  # 01:00 to 01:30
        await add_visit(branch, at(19), at(20))
        before = await add_visit(
            branch, at(-6.5), at(-6)
        )  # 00:30 to 01:00, of the night before and of this day
        shown = await board(client, branch)
        assert (shown["start"], shown["end"]) == (z(at(-7)), z(at(19)))
        assert shown["opening_hours"] == [{"start": z(at(11)), "end": z(at(19))}]
        assert {visit["id"] for visit in shown["visits"]} == {str(night.id), str(before.id)}

    @pytest.mark.parametrize(
        ("day", "hours"),
        [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)],
        ids=str,
    )
    async def test_a_day_has_23_or_25_hours_when_clocks_change(
        self, client: httpx2.AsyncClient, day: date, hours: int
    ) -> None:
        paris = await add_branch(time_zone="Europe/Paris")
        shown = await board(client, paris, day.isoformat())
        length = datetime.fromisoformat(shown["end"]) - datetime.fromisoformat(shown["start"])
        assert (length, shown["time_zone"]) == (timedelta(hours=hours), "Europe/Paris")

    @pytest.mark.parametrize("day", ["", "2100-02-30", "1999-12-31", "2200-01-01", "4102444800"])
    async def test_a_missing_or_impossible_day_is_refused(self, client: httpx2.AsyncClient, day: str) -> None:
        response = await client.get(board_path(await add_branch()), params={"day": day})
        assert response.status_code == 422


class TestTherapist:
    async def test_a_therapist_sees_their_own_day(self, stranger: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        user_id, headers = await new_user(Role.THERAPIST, branch_id=branch)
        lan, mai = await add_therapist(branch, user_id=user_id), await add_therapist(branch)
        shift = await add_shift(lan, branch, at(1), at(11))
        await add_shift(mai, branch, at(1), at(11))
        hoa, cuc, tam = [await add_customer(name) for name in ("Hoa", "Cúc", "Tâm")]
        party = await add_visit(branch, at(2), at(3), allocations={lan: (at(2), at(3))}, customer_id=hoa)
        await add_guest(party, customer_id=cuc, allocations={mai: (at(2), at(3))})
        await add_visit(branch, at(4), at(5), allocations={mai: (at(4), at(5))}, customer_id=tam)
        await add_visit(branch, at(4), at(5), status="cancelled", customer_id=tam)
        shown = await board(stranger, branch, **headers)
        [person] = shown["people"]
        assert (person["id"], [row["id"] for row in person["shifts"]]) == (str(lan), [str(shift)])
        [visit] = shown["visits"]
        [appointment] = visit["appointments"]
        assert (visit["id"], appointment["customer_id"]) == (str(party.id), str(hoa))
        [guest] = shown["guests"]
        assert guest == {
            "id": str(hoa),
            "full_name": "Hoa",
            "phone": None,
            "phone_owner": None,
            "contraindications": "dị ứng sả",
        }

    async def test_a_user_without_a_staff_record_sees_an_empty_board(
        self, stranger: httpx2.AsyncClient
    ) -> None:
        branch = await add_branch()
        headers = await signed_in(Role.THERAPIST, branch_id=branch)
        lan = await add_therapist(branch)
        await add_shift(lan, branch, at(1), at(11))
        await add_visit(branch, at(2), at(3), customer_id=await add_customer("Hoa"))
        shown = await board(stranger, branch, **headers)
        assert (shown["people"], shown["visits"], shown["guests"]) == ([], [], [])

    async def test_the_desk_of_another_branch_has_no_desk_here(self, stranger: httpx2.AsyncClient) -> None:
        here = await add_branch()
        user_id, headers = await new_user(Role.THERAPIST, branch_id=here)
        await add_role(user_id, Role.RECEPTIONIST, branch_id=await add_branch())
        await add_visit(here, at(2), at(3))
        assert (await board(stranger, here, **headers))["visits"] == []


async def test_a_full_day_takes_as_many_queries_as_a_quiet_one(client: httpx2.AsyncClient) -> None:
    branch = await add_branch()
    await open_every_day(branch, 9, 18)
    counts = []
    for hour in range(3):
        for _ in range(3):
            lan, bed = await add_therapist(branch), await add_bed(branch)
            await add_shift(lan, branch, at(1), at(11))
            await add_leave(lan, at(10), at(11), "approved")
            await add_outage(bed, at(10), at(11))
            during = (at(2 + hour), at(3 + hour))
            await add_visit(
                branch,
                *during,
                allocations={lan: during, bed: during},
                customer_id=await add_customer("Hoa"),
            )
        with statements() as queries:
            assert len((await board(client, branch))["visits"]) == 3 * (hour + 1)
        counts.append(len(queries))
    assert counts == [counts[0]] * 3
    print(f"the board of a day: {counts[0]} queries")  # noqa: T201 - for people who count them
