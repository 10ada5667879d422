"""Staff over HTTP, as the administrator of a branch uses it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from asyncpg import Range
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.identity.access import SYSTEM_USER
from app.modules.identity.roles import Role
from app.modules.staff import staff_service
from app.modules.staff.staff_models import Shift
from app.modules.staff.staff_schemas import StaffCreate, StaffUpdate
from tests.builders import rosters
from tests.builders.branches import add_branch
from tests.builders.people import add_role, new_user, signed_in
from tests.builders.rosters import answered_while
from tests.builders.visits import service_rows
from tests.support.database import insert_all, run_sql
from tests.support.ledger import entries

PATH = "/api/v1/staff"
EVERYTHING = {
    "key": "lan",
    "full_name": "Nguyễn Thị Thu Lan",
    "gender": "female",
    "languages": ["vi", "en", "vi"],
    "phone": "0912 345 678",
    "email": "Lan@Example.com",
    "bio": {"vi": "Mười năm kinh nghiệm", "en": "Ten years of experience"},
    "employed_from": "2026-01-01",
    "employed_until": "2099-12-31",
}
FAR = datetime(2099, 6, 1, 2, tzinfo=UTC)


@pytest.fixture
async def branch(client: httpx2.AsyncClient) -> UUID:
    return await add_branch()


async def add_service() -> UUID:
    variant, rows = service_rows()
    await insert_all(rows)
    return variant.service_id


async def add_shift(staff_id: str, branch_id: UUID, start: datetime) -> None:
    await rosters.add_shift(UUID(staff_id), branch_id, start, start + timedelta(hours=8))


def new_staff(*branches: UUID, **values: Any) -> dict[str, Any]:
    """Return the required fields of a person, with `values` over them."""
    return {
        "key": "lan",
        "full_name": "Lan",
        "employed_from": "2026-01-01",
        "branch_ids": [str(branch) for branch in branches],
    } | values


async def add(client: httpx2.AsyncClient, *branches: UUID, **values: Any) -> dict[str, Any]:
    response = await client.post(PATH, json=new_staff(*branches, **values))
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


def code_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


class TestCreate:
    async def test_every_field_comes_back_as_it_is_stored(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        branches, services = [str(branch), str(await add_branch())], [str(await add_service())]
        user_id = str((await new_user())[0])
        more = {"branch_ids": branches, "service_ids": services, "user_id": user_id}
        response = await client.post(PATH, json=EVERYTHING | more)
        assert response.status_code == 201, response.text
        created = response.json()
        stored = {"phone": "+84912345678", "email": "lan@example.com", "languages": ["vi", "en"]}
        assert created == EVERYTHING | more | stored | {"id": created["id"], "branch_ids": sorted(branches)}
        assert (await client.get(f"{PATH}/{created['id']}")).json() == created
        assert (await client.get(PATH)).json() == [created]

    async def test_a_resource_with_the_same_id_is_created(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch)
        assert lan["languages"] == ["vi"]
        [resource] = await run_sql("SELECT id, kind FROM resource")
        assert (str(resource["id"]), resource["kind"]) == (lan["id"], "staff")

    async def test_an_unknown_branch_service_or_account_is_named(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        for wrong, code in (
            ({"branch_ids": [str(branch), str(uuid7())]}, "BRANCH_NOT_FOUND"),
            ({"service_ids": [str(uuid7())]}, "SERVICE_NOT_FOUND"),
            ({"user_id": str(uuid7())}, "USER_NOT_FOUND"),
        ):
            assert code_of(await client.post(PATH, json=new_staff(branch) | wrong)) == (404, code)
        assert await run_sql("SELECT FROM resource") == []

    async def test_two_people_cannot_have_one_key(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        await add(client, branch)
        assert code_of(await client.post(PATH, json=new_staff(branch))) == (409, "STAFF_KEY_TAKEN")

    async def test_an_account_belongs_to_one_person_and_gets_no_role(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        user_id, _ = await new_user()
        lan = await add(client, branch, user_id=str(user_id))
        again = await client.post(PATH, json=new_staff(branch, key="mai", user_id=str(user_id)))
        assert code_of(again) == (409, "STAFF_USER_TAKEN")
        assert await run_sql("SELECT FROM role_assignment WHERE user_id = $1", user_id) == []
        found = await run_in_transaction(lambda session: staff_service.find_staff_of_user(session, user_id))
        assert found is not None
        assert str(found.id) == lan["id"]

    @pytest.mark.parametrize(
        ("wrong", "kind"),
        [
            ({"key": "Lan"}, "string_pattern_mismatch"),
            ({"full_name": " "}, "string_too_short"),
            ({"gender": "f"}, "gender"),
            ({"languages": []}, "too_short"),
            ({"languages": ["VI"]}, "string_pattern_mismatch"),
            ({"languages": ["vie"]}, "string_pattern_mismatch"),
            ({"languages": [f"a{letter}" for letter in "abcdefghijk"]}, "too_long"),
            ({"branch_ids": []}, "too_short"),
            ({"employed_from": "0001-01-01"}, "date_range"),
            ({"employed_until": "2025-12-31"}, "date_range"),
            ({"bio": {"vi": "a" * 2001}}, "string_too_long"),
        ],
    )
    async def test_invalid_fields_are_refused(
        self, client: httpx2.AsyncClient, branch: UUID, wrong: dict[str, Any], kind: str
    ) -> None:
        refused = await client.post(PATH, json=new_staff(branch) | wrong)
        assert refused.status_code == 422
        assert [detail["type"] for detail in refused.json()["error"]["details"]] == [kind]

    async def test_a_command_may_add_staff_everywhere(self, branch: UUID) -> None:
        new = StaffCreate.model_validate(new_staff(branch))
        created = await run_in_transaction(
            lambda session: staff_service.create_staff(session, SYSTEM_USER, new)
        )
        assert created.branch_ids == [branch]


class TestList:
    async def test_people_are_sorted_by_given_name(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        for key, name in (("a", "Vân"), ("b", "Lê Thị Đào"), ("c", "Ánh"), ("d", "Em"), ("e", "Vũ Dũng")):
            await add(client, branch, key=key, full_name=name)
        listed = (await client.get(PATH)).json()
        assert [staff["full_name"] for staff in listed] == ["Ánh", "Vũ Dũng", "Lê Thị Đào", "Em", "Vân"]

    async def test_filters_by_branch_by_service_and_by_day(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        elsewhere, service = await add_branch(), await add_service()
        await add(client, branch, key="a", service_ids=[str(service)], employed_until="2026-06-30")
        await add(client, elsewhere, branch, key="b", service_ids=[str(service)])
        await add(client, elsewhere, key="c", employed_from="2026-06-30")
        for query, expected in (
            ({}, {"a", "b", "c"}),
            ({"branch_id": str(branch)}, {"a", "b"}),
            ({"branch_id": str(uuid7())}, set()),
            ({"service_id": str(service)}, {"a", "b"}),
            ({"on": "2025-12-31"}, set()),
            ({"on": "2026-01-01"}, {"a", "b"}),
            ({"on": "2026-06-30"}, {"a", "b", "c"}),
            ({"on": "2026-07-01"}, {"b", "c"}),
            ({"on": "2026-07-01", "branch_id": str(branch), "service_id": str(service)}, {"b"}),
        ):
            listed = (await client.get(PATH, params=query)).json()
            assert {staff["key"] for staff in listed} == expected, query
        assert (await client.get(PATH, params={"brunch_id": str(branch)})).status_code == 422


class TestPrivateFields:
    async def test_a_therapist_sees_private_fields_of_their_own_record_only(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        user_id, therapist = await new_user(Role.THERAPIST, branch_id=branch)
        service = str(await add_service())
        lan = await add(client, branch, **(EVERYTHING | {"service_ids": [service], "key": "lan"}))
        mai = await add(client, branch, key="mai", user_id=str(user_id), phone="0912345679")
        hidden = {"user_id", "phone", "email", "employed_from", "employed_until"}
        of_lan = lan | dict.fromkeys(hidden)
        assert (await client.get(f"{PATH}/{lan['id']}", headers=therapist)).json() == of_lan
        assert (await client.get(f"{PATH}/{mai['id']}", headers=therapist)).json() == mai
        assert (await client.get(PATH, headers=therapist)).json() == [mai, of_lan]

    async def test_a_person_is_found_by_their_account_by_those_who_see_the_account(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        user_id, therapist = await new_user(Role.THERAPIST, branch_id=branch)
        mai = await add(client, branch, key="mai", user_id=str(user_id))
        await add(client, branch, key="lan")
        elsewhere = await signed_in(Role.RECEPTIONIST, branch_id=await add_branch())
        path = f"{PATH}?user_id={user_id}"
        assert (await client.get(path)).json() == [mai]
        assert (await client.get(path, headers=therapist)).json() == [mai]
        assert (await client.get(path, headers=elsewhere)).json() == []

    async def test_the_desk_of_their_branch_sees_private_fields(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, await add_branch(), branch, **(EVERYTHING | {"key": "lan"}))
        for role in (Role.RECEPTIONIST, Role.ADMIN):
            for headers in (await signed_in(role, branch_id=branch), await signed_in(role)):
                assert (await client.get(f"{PATH}/{lan['id']}", headers=headers)).json() == lan
                assert (await client.get(PATH, headers=headers)).json() == [lan]

    async def test_the_desk_of_another_branch_sees_no_private_fields(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch, **(EVERYTHING | {"key": "lan"}))
        for role in (Role.RECEPTIONIST, Role.ADMIN):
            desk = await signed_in(role, branch_id=await add_branch())
            shown = (await client.get(f"{PATH}/{lan['id']}", headers=desk)).json()
            assert shown == lan | dict.fromkeys(
                ("user_id", "phone", "email", "employed_from", "employed_until")
            )
            assert (await client.get(PATH, headers=desk)).json() == [shown]


class TestUpdate:
    async def test_fields_that_are_sent_change_and_the_others_stay(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch, **(EVERYTHING | {"key": "lan"}))
        changes = {"full_name": "Lan Anh", "bio": {"vi": "Mới"}, "phone": None, "employed_until": None}
        changed = await client.patch(f"{PATH}/{lan['id']}", json=changes)
        assert changed.status_code == 200, changed.text
        expected = lan | changes | {"bio": {"vi": "Mới", "en": ""}}
        assert changed.json() == expected | {"stranded": []}
        assert (await client.get(f"{PATH}/{lan['id']}")).json() == expected

    async def test_only_the_differences_of_branches_and_skills_are_written(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other, services = await add_branch(), [str(await add_service()) for _ in range(3)]
        lan = await add(client, branch, service_ids=services[:2])
        changed = await client.patch(
            f"{PATH}/{lan['id']}",
            json={"branch_ids": [str(branch), str(other)], "service_ids": services[1:]},
        )
        assert changed.json()["branch_ids"] == sorted([str(branch), str(other)])
        assert changed.json()["service_ids"] == sorted(services[1:])
        written = await entries(request_id=changed.headers["X-Request-ID"])
        assert sorted((entry["entity"], entry["action"]) for entry in written) == [
            ("staff_branch", "insert"),
            ("staff_skill", "delete"),
            ("staff_skill", "insert"),
        ]

    async def test_a_last_day_before_the_first_is_refused(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch, employed_until="2026-06-30")
        for changes in ({"employed_until": "2025-12-31"}, {"employed_from": "2026-07-01"}):
            refused = await client.patch(f"{PATH}/{lan['id']}", json=changes)
            assert refused.status_code == 422
            assert [detail["type"] for detail in refused.json()["error"]["details"]] == ["date_range"]

    async def test_unknown_and_taken_values_are_named(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        user_id = str((await new_user())[0])
        await add(client, branch, key="mai", user_id=user_id)
        lan = await add(client, branch)
        for wrong, refusal in (
            ({"branch_ids": [str(uuid7())]}, (404, "BRANCH_NOT_FOUND")),
            ({"service_ids": [str(uuid7())]}, (404, "SERVICE_NOT_FOUND")),
            ({"user_id": str(uuid7())}, (404, "USER_NOT_FOUND")),
            ({"user_id": user_id}, (409, "STAFF_USER_TAKEN")),
            ({"key": "mai"}, (409, "STAFF_KEY_TAKEN")),
        ):
            assert code_of(await client.patch(f"{PATH}/{lan['id']}", json=wrong)) == refusal
        assert (await client.get(f"{PATH}/{lan['id']}")).json() == lan
        assert code_of(await client.patch(f"{PATH}/{uuid7()}", json={})) == (404, "STAFF_NOT_FOUND")


class TestWhoMayChange:
    async def test_an_administrator_of_a_branch_changes_its_staff(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch, await add_branch())
        leader = await signed_in(Role.ADMIN, branch_id=branch)
        changed = await client.patch(f"{PATH}/{lan['id']}", json={"full_name": "Mai"}, headers=leader)
        assert changed.json()["full_name"] == "Mai"

    async def test_an_administrator_of_one_branch_cannot_move_people_to_another(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        leader = await signed_in(Role.ADMIN, branch_id=branch)
        both = await add(client, branch, other)
        here, there = await add(client, branch, key="mai"), await add(client, other, key="dao")
        for staff, branches in (
            (both, [branch]),  # out of another
            (both, [other]),  # not in the own branch afterwards
            (here, [branch, other]),  # into another
            (here, [other]),
            (there, [other, branch]),  # not in the own branch before
        ):
            body = {"branch_ids": [str(branch_id) for branch_id in branches]}
            refused = await client.patch(f"{PATH}/{staff['id']}", json=body, headers=leader)
            assert code_of(refused) == (403, "FORBIDDEN")
            assert (await client.get(f"{PATH}/{staff['id']}")).json() == staff
        refused = await client.post(PATH, json=new_staff(branch, other, key="em"), headers=leader)
        assert code_of(refused) == (403, "FORBIDDEN")
        assert len(await run_sql("SELECT FROM staff")) == 3

    async def test_an_administrator_of_both_branches_moves_people_between_them(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        user_id, leader = await new_user(Role.ADMIN, branch_id=branch)
        await add_role(user_id, Role.ADMIN, branch_id=other)
        lan = await add(client, branch)
        moved = await client.patch(f"{PATH}/{lan['id']}", json={"branch_ids": [str(other)]}, headers=leader)
        assert moved.json()["branch_ids"] == [str(other)]

    async def test_only_an_administrator_of_the_whole_spa_sets_the_account(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        """An administrator could take their account away for a moment, and decide on their own leave."""
        own, leader = await new_user(Role.ADMIN, branch_id=branch)
        lan = await add(client, branch, user_id=str(own))
        path = f"{PATH}/{lan['id']}"
        for user_id in (None, str((await new_user())[0])):
            refused = await client.patch(path, json={"user_id": user_id}, headers=leader)
            assert code_of(refused) == (403, "FORBIDDEN")
            assert (await client.get(path)).json() == lan
        same = {"user_id": str(own), "full_name": "Mai"}
        assert (await client.patch(path, json=same, headers=leader)).status_code == 200

        with_account = new_staff(branch, key="mai", user_id=str((await new_user())[0]))
        assert code_of(await client.post(PATH, json=with_account, headers=leader)) == (403, "FORBIDDEN")
        without_account = with_account | {"user_id": None}
        assert (await client.post(PATH, json=without_account, headers=leader)).status_code == 201

    async def test_a_command_may_set_the_account(self, client: httpx2.AsyncClient, branch: UUID) -> None:
        user_id, _ = await new_user()
        lan = UUID((await add(client, branch))["id"])
        changes = StaffUpdate(user_id=user_id)
        changed = await run_in_transaction(
            lambda session: staff_service.update_staff(session, SYSTEM_USER, lan, changes)
        )
        assert changed.user_id == user_id


class TestShifts:
    async def test_a_last_day_before_a_shift_is_refused(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch)
        await add_shift(lan["id"], branch, FAR)
        refused = await client.patch(f"{PATH}/{lan['id']}", json={"employed_until": "2099-05-31"})
        assert code_of(refused) == (409, "STAFF_HAS_SHIFTS")
        [shift] = refused.json()["error"]["details"]
        assert shift["message"].startswith("Ca làm 01/06/2099, ")
        assert shift["value"].startswith(f"{FAR:%Y-%m-%dT%H:%M:%S}Z/")
        assert (await client.get(f"{PATH}/{lan['id']}")).json() == lan
        allowed = await client.patch(f"{PATH}/{lan['id']}", json={"employed_until": "2099-06-01"})
        assert allowed.status_code == 200

    async def test_a_first_day_after_a_shift_is_refused(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch)
        await add_shift(lan["id"], branch, FAR)
        for changes in (
            {"employed_from": "2099-06-02"},
            {"employed_from": "2099-06-02", "employed_until": None},
        ):
            refused = await client.patch(f"{PATH}/{lan['id']}", json=changes)
            assert code_of(refused) == (409, "STAFF_HAS_SHIFTS")
        assert (await client.get(f"{PATH}/{lan['id']}")).json() == lan
        allowed = await client.patch(f"{PATH}/{lan['id']}", json={"employed_from": "2099-06-01"})
        assert allowed.status_code == 200

    @pytest.mark.parametrize(
        ("time_zone", "day"), [("Pacific/Kiritimati", "2099-06-02"), ("Pacific/Pago_Pago", "2099-05-31")]
    )
    async def test_the_day_of_a_shift_is_the_local_date_of_its_branch(
        self, client: httpx2.AsyncClient, time_zone: str, day: str
    ) -> None:
        branch = await add_branch(time_zone=time_zone)
        lan = await add(client, branch)
        start = FAR.replace(hour=10 if time_zone.endswith("Kiritimati") else 2)
        await add_shift(lan["id"], branch, start)
        day_before = str(datetime.fromisoformat(day).date() - timedelta(days=1))
        refused = await client.patch(f"{PATH}/{lan['id']}", json={"employed_until": day_before})
        assert code_of(refused) == (409, "STAFF_HAS_SHIFTS")
        allowed = await client.patch(f"{PATH}/{lan['id']}", json={"employed_until": day})
        assert allowed.status_code == 200

    async def test_a_branch_with_shifts_to_come_cannot_be_taken_away(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        other = await add_branch()
        lan = await add(client, branch, other)
        await add_shift(lan["id"], branch, utc_now() - timedelta(days=9))
        await add_shift(lan["id"], other, utc_now() - timedelta(hours=1))
        staying, leaving = {"branch_ids": [str(other)]}, {"branch_ids": [str(branch)]}
        assert code_of(await client.patch(f"{PATH}/{lan['id']}", json=leaving)) == (409, "STAFF_HAS_SHIFTS")
        assert (await client.patch(f"{PATH}/{lan['id']}", json=staying)).status_code == 200

    async def test_an_update_waits_for_a_shift_that_is_being_added(
        self, client: httpx2.AsyncClient, branch: UUID
    ) -> None:
        lan = await add(client, branch)
        shift = Shift(staff_id=UUID(lan["id"]), branch_id=branch, during=Range(FAR, FAR + timedelta(hours=8)))
        [leaving] = await answered_while(
            [("SELECT FROM staff FOR NO KEY UPDATE",), shift],
            client.patch(f"{PATH}/{lan['id']}", json={"employed_until": "2026-12-31"}),
        )
        assert code_of(leaving) == (409, "STAFF_HAS_SHIFTS")
