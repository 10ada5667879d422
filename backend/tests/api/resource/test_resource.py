"""Rooms, beds, devices and their types over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from sqlalchemy.dialects.postgresql import Range
from uuid_utils.compat import uuid7

from app.common.types.localized import LocalizedText
from app.modules.identity.roles import Role
from app.modules.resource.resource_models import Outage, Resource, ResourceType, Room
from tests.builders.branches import add_branch
from tests.builders.people import signed_in
from tests.builders.resources import add_bed, add_outage, add_room, add_type, at, book, take
from tests.builders.rosters import LOCK, add_therapist, all_wait, staff_rows
from tests.support.database import another_connection, insert_all, run_sql

TYPES, ROOMS, RESOURCES = "/api/v1/resource-types", "/api/v1/rooms", "/api/v1/resources"
NAME = {"vi": "Giường massage", "en": "Massage bed"}


def refusal_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


async def keys_of(client: httpx2.AsyncClient, path: str, **params: Any) -> list[str]:
    return [item["key"] for item in (await client.get(path, params=params)).json()]


class TestTypes:
    async def test_types_are_listed_as_they_were_added_beds_before_devices(
        self, client: httpx2.AsyncClient
    ) -> None:
        laser = await client.post(TYPES, json={"key": "a-laser", "kind": "device", "name": NAME})
        bed = await client.post(TYPES, json={"key": "massage-bed", "kind": "bed", "name": NAME})
        assert (bed.status_code, bed.json()["name"], bed.json()["kind"]) == (201, NAME, "bed")
        assert (await client.get(TYPES)).json() == [bed.json(), laser.json()]

    async def test_an_update_leaves_other_fields(self, client: httpx2.AsyncClient) -> None:
        bed = (await client.post(TYPES, json={"key": "massage-bed", "kind": "bed", "name": NAME})).json()
        path = f"{TYPES}/{bed['id']}"
        assert (await client.patch(path, json={"key": "table"})).json() == bed | {"key": "table"}
        new_name = {"vi": "Ghế", "en": "Chair"}
        renamed = await client.patch(path, json={"name": new_name})
        assert renamed.json() == bed | {"key": "table", "name": new_name}
        assert (await client.get(TYPES)).json() == [renamed.json()]

    async def test_the_kind_of_a_type_is_fixed(self, client: httpx2.AsyncClient) -> None:
        refused = await client.patch(f"{TYPES}/{await add_type()}", json={"kind": "device"})
        assert refused.status_code == 422

    async def test_two_types_cannot_share_a_key(self, client: httpx2.AsyncClient) -> None:
        await add_type(key="massage-bed")
        new = {"key": "massage-bed", "kind": "bed", "name": NAME}
        assert refusal_of(await client.post(TYPES, json=new)) == (409, "RESOURCE_TYPE_KEY_TAKEN")
        other = await client.patch(f"{TYPES}/{await add_type()}", json={"key": "massage-bed"})
        assert refusal_of(other) == (409, "RESOURCE_TYPE_KEY_TAKEN")

    async def test_an_administrator_of_one_branch_cannot_change_types(
        self, client: httpx2.AsyncClient
    ) -> None:
        headers = await signed_in(Role.ADMIN, branch_id=uuid7())
        new = {"key": "massage-bed", "kind": "bed", "name": NAME}
        assert (await client.post(TYPES, json=new, headers=headers)).status_code == 403


class TestRooms:
    async def test_rooms_are_listed_for_one_branch_or_all(self, client: httpx2.AsyncClient) -> None:
        here, there = await add_branch(), await add_branch()
        lotus = {"key": "sen", "branch_id": str(here), "name": "Phòng Sen"}
        created = await client.post(ROOMS, json=lotus)
        assert (created.status_code, created.json()) == (201, lotus | {"id": created.json()["id"]})
        await client.post(ROOMS, json=lotus | {"key": "cuc", "branch_id": str(there)})
        assert await keys_of(client, ROOMS) == ["cuc", "sen"]
        assert await keys_of(client, ROOMS, branch_id=here) == ["sen"]

    async def test_a_room_may_change_its_name_but_not_its_branch(self, client: httpx2.AsyncClient) -> None:
        room = f"{ROOMS}/{await add_room(await add_branch())}"
        assert (await client.patch(room, json={"name": "Phòng Cúc"})).json()["name"] == "Phòng Cúc"
        assert (await client.get(ROOMS)).json()[0]["name"] == "Phòng Cúc"
        refused = await client.patch(room, json={"branch_id": str(await add_branch())})
        assert refused.status_code == 422

    async def test_two_rooms_cannot_share_a_key(self, client: httpx2.AsyncClient) -> None:
        new = {"key": "sen", "branch_id": str(await add_branch()), "name": "Phòng Sen"}
        await client.post(ROOMS, json=new)
        assert refusal_of(await client.post(ROOMS, json=new)) == (409, "ROOM_KEY_TAKEN")
        other = (await client.post(ROOMS, json=new | {"key": "cuc"})).json()
        renamed = await client.patch(f"{ROOMS}/{other['id']}", json={"key": "sen"})
        assert refusal_of(renamed) == (409, "ROOM_KEY_TAKEN")

    async def test_a_room_in_an_unknown_branch_is_404(self, client: httpx2.AsyncClient) -> None:
        new = {"key": "sen", "branch_id": str(uuid7()), "name": "Phòng Sen"}
        assert refusal_of(await client.post(ROOMS, json=new)) == (404, "BRANCH_NOT_FOUND")


class TestResources:
    async def test_a_resource_is_a_bed_or_a_device_by_its_type(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch()
        new = {
            "key": "giuong-1",
            "name": "Giường 1",
            "type_id": str(await add_type("device")),
            "branch_id": str(branch_id),
            "room_id": str(await add_room(branch_id)),
        }
        created = await client.post(RESOURCES, json=new)
        assert created.status_code == 201
        assert created.json() == new | {"id": created.json()["id"], "kind": "device", "retired_at": None}
        assert (await client.get(RESOURCES)).json() == [created.json()]

    async def test_resources_are_listed_by_branch_and_kind_without_staff(
        self, client: httpx2.AsyncClient
    ) -> None:
        here, there = await add_branch(), await add_branch()
        bed, laser, other = await add_bed(here), await add_bed(here, kind="device"), await add_bed(there)
        await add_therapist()

        async def listed(**params: Any) -> set[UUID]:
            return {UUID(item["id"]) for item in (await client.get(RESOURCES, params=params)).json()}

        assert await listed() == {bed, laser, other}
        assert await listed(branch_id=here) == {bed, laser}
        assert await listed(branch_id=here, kind="device") == {laser}
        assert await listed(retired="true") == set()

    async def test_a_member_of_staff_is_not_found_as_a_resource(self, client: httpx2.AsyncClient) -> None:
        changed = await client.patch(f"{RESOURCES}/{await add_therapist()}", json={"name": "Lan"})
        assert refusal_of(changed) == (404, "RESOURCE_NOT_FOUND")

    @pytest.mark.parametrize("location", ["of another branch", "that is missing"])
    async def test_a_room_of_another_branch_is_refused(
        self, client: httpx2.AsyncClient, location: str
    ) -> None:
        branch_id = await add_branch()
        room_id = str(await add_room(await add_branch()) if location == "of another branch" else uuid7())
        new = {"key": "a", "name": "A", "type_id": str(await add_type()), "branch_id": str(branch_id)}
        refused = await client.post(RESOURCES, json=new | {"room_id": room_id})
        assert refusal_of(refused) == (409, "ROOM_ELSEWHERE")
        bed = f"{RESOURCES}/{await add_bed(branch_id)}"
        assert refusal_of(await client.patch(bed, json={"room_id": room_id})) == (409, "ROOM_ELSEWHERE")

    async def test_a_resource_moves_into_a_room_and_out_of_it(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch()
        room_id, bed = str(await add_room(branch_id)), f"{RESOURCES}/{await add_bed(branch_id)}"
        assert (await client.patch(bed, json={"room_id": room_id})).json()["room_id"] == room_id
        assert (await client.patch(bed, json={"name": "Giường 2"})).json()["room_id"] == room_id
        assert (await client.patch(bed, json={"room_id": None})).json()["room_id"] is None

    async def test_a_resource_needs_a_type_a_branch_and_a_unique_key(
        self, client: httpx2.AsyncClient
    ) -> None:
        new = {
            "key": "a",
            "name": "A",
            "type_id": str(await add_type()),
            "branch_id": str(await add_branch()),
        }
        no_branch = await client.post(RESOURCES, json=new | {"branch_id": str(uuid7())})
        assert refusal_of(no_branch) == (404, "BRANCH_NOT_FOUND")
        no_type = await client.post(RESOURCES, json=new | {"type_id": str(uuid7())})
        assert refusal_of(no_type) == (404, "RESOURCE_TYPE_NOT_FOUND")
        await client.post(RESOURCES, json=new)
        assert refusal_of(await client.post(RESOURCES, json=new)) == (409, "RESOURCE_KEY_TAKEN")
        other = (await client.post(RESOURCES, json=new | {"key": "b"})).json()
        renamed = await client.patch(f"{RESOURCES}/{other['id']}", json={"key": "a"})
        assert refusal_of(renamed) == (409, "RESOURCE_KEY_TAKEN")


async def retired_while(
    client: httpx2.AsyncClient, bed: UUID, change: Callable[[asyncpg.Connection], Awaitable[object]]
) -> httpx2.Response:
    """Return the response to retiring a bed that the desk has locked and changes before it commits."""
    async with another_connection() as desk:
        async with desk.transaction():
            await desk.execute(LOCK, bed)
            retiring = asyncio.create_task(client.patch(f"{RESOURCES}/{bed}", json={"retired": True}))
            await all_wait(retiring)
            await change(desk)
        return await retiring


class TestRetiring:
    async def test_retired_resources_are_listed_apart_and_can_come_back(
        self, client: httpx2.AsyncClient
    ) -> None:
        bed_id = await add_bed(await add_branch())
        bed = f"{RESOURCES}/{bed_id}"
        retired = (await client.patch(bed, json={"retired": True})).json()
        assert retired["retired_at"] is not None
        assert (await client.patch(bed, json={"retired": True})).json() == retired
        assert (await client.patch(bed, json={"name": "Giường cũ"})).json()["retired_at"] is not None
        assert await keys_of(client, RESOURCES) == []
        assert await keys_of(client, RESOURCES, retired="true") == [f"k-{bed_id}"]
        assert (await client.patch(bed, json={"retired": False})).json()["retired_at"] is None
        assert await keys_of(client, RESOURCES) == [f"k-{bed_id}"]

    async def test_a_resource_that_appointments_need_cannot_retire(self, client: httpx2.AsyncClient) -> None:
        bed = await add_bed(await add_branch())
        later = await take(bed, "held", hours=(48, 49))
        now = await take(bed, "booked", hours=(-0.5, 0.5))
        refused = await client.patch(f"{RESOURCES}/{bed}", json={"retired": True, "name": "Giường cũ"})
        assert refusal_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert [line["field"] for line in refused.json()["error"]["details"]] == [str(now), str(later)]
        [(name, retired_at)] = await run_sql("SELECT name, retired_at FROM resource WHERE id = $1", bed)
        assert (name, retired_at) == ("Giường 1", None)

    async def test_retiring_names_the_same_appointments_as_an_outage(
        self, client: httpx2.AsyncClient
    ) -> None:
        bed = await add_bed(await add_branch())
        appointment_id = await book(bed, at(10), at(11))
        retiring = await client.patch(f"{RESOURCES}/{bed}", json={"retired": True})
        broken = {"start": at(9).isoformat(), "end": at(12).isoformat(), "reason": "Gãy chân"}
        breaking = await client.post(f"{RESOURCES}/{bed}/outages", json=broken)
        for refused, message in (
            (retiring, "Giường 1 đã ngừng dùng."),
            (breaking, "Giường 1 nghỉ hoặc không dùng được lúc đó."),
        ):
            assert refusal_of(refused) == (409, "APPOINTMENTS_STRANDED")
            assert refused.json()["error"]["details"] == [
                {
                    "field": str(appointment_id),
                    "message": f"Khách, 17:00 ngày 01/03/2100: {message}",
                    "type": "stranded_appointment",
                    "value": "2100-03-01T10:00:00Z/2100-03-01T11:00:00Z",
                }
            ]

    async def test_past_released_and_blocked_times_do_not_prevent_retiring(
        self, client: httpx2.AsyncClient
    ) -> None:
        bed = await add_bed(await add_branch())
        await take(bed, "booked", hours=(-2, -1))
        await take(bed, "held", hours=(1, 2), held_for=timedelta(minutes=-1))
        await add_outage(bed, at(3), at(4))
        other = await add_bed(await add_branch())
        await take(other, "booked")
        assert (await client.patch(f"{RESOURCES}/{bed}", json={"retired": True})).status_code == 200

    async def test_a_concurrent_booking_prevents_retiring(self, client: httpx2.AsyncClient) -> None:
        bed = await add_bed(await add_branch())
        refused = await retired_while(client, bed, lambda desk: take(bed, "booked", connection=desk))
        assert refusal_of(refused) == (409, "APPOINTMENTS_STRANDED")

    async def test_a_hold_that_expires_meanwhile_does_not_prevent_retiring(
        self, client: httpx2.AsyncClient
    ) -> None:
        bed = await add_bed(await add_branch())
        await take(bed, "held")
        expire = "UPDATE allocation SET hold_expires_at = clock_timestamp()"
        retired = await retired_while(client, bed, lambda desk: desk.execute(expire))
        assert retired.status_code == 200


async def test_lists_are_complete_whatever_their_length(client: httpx2.AsyncClient) -> None:
    branch_id, type_id = await add_branch(), await add_type()
    keys = [f"k-{number}" for number in range(1_100)]
    bed = {"kind": "bed", "name": "Giường", "branch_id": branch_id, "type_id": type_id}
    await insert_all(ResourceType(key=key, kind="bed", name=LocalizedText("Loại", "Type")) for key in keys)
    await insert_all(Room(key=key, branch_id=branch_id, name="Sen") for key in keys)
    await insert_all(Resource(key=key, **bed) for key in keys)
    people = [staff_rows(branch_id) for _ in keys]
    for kind in zip(*(rows for _, rows in people), strict=True):
        await insert_all(kind)
    hours = [(at(number), at(number + 1)) for number in range(1_100)]
    outage_of = await add_bed(branch_id)
    await insert_all(
        Outage(resource_id=outage_of, during=Range(*during), reason="Gãy chân") for during in hours
    )
    outages = f"{RESOURCES}/{outage_of}/outages"
    period = {"start": at(0).isoformat(), "end": at(1_100).isoformat()}
    for path, params in ((TYPES, {}), (ROOMS, {}), (RESOURCES, {}), ("/api/v1/staff", {}), (outages, period)):
        assert len((await client.get(path, params=params)).json()) >= 1_100, path


async def test_a_type_beyond_the_first_thousand_can_be_used(client: httpx2.AsyncClient) -> None:
    types = (ResourceType(key=f"k-{n}", kind="bed", name=LocalizedText("Loại", "Type")) for n in range(1_000))
    await insert_all(types)
    last = (await client.post(TYPES, json={"key": "z", "kind": "bed", "name": NAME})).json()
    category = await client.post("/api/v1/catalogue/categories", json={"key": "c", "name": NAME})
    segment = {"minutes": 60, "needs_staff": True, "bed_type_id": last["id"]}
    service = {
        "key": "s",
        "category_id": category.json()["id"],
        "name": NAME,
        "variants": [{"key": "60", "price": 1, "segments": [segment]}],
    }
    created = await client.post("/api/v1/catalogue/services", json=service)
    assert created.status_code == 201, created.text


async def test_appointments_beyond_the_first_hundred_are_counted(client: httpx2.AsyncClient) -> None:
    bed = await add_bed(await add_branch())
    for number in range(103):
        await take(bed, "booked", hours=(24 + number, 25 + number))
    refused = await client.patch(f"{RESOURCES}/{bed}", json={"retired": True})
    details = refused.json()["error"]["details"]
    assert len(details) == 101
    assert details[-1]["message"] == "… và 3 lịch hẹn nữa."
