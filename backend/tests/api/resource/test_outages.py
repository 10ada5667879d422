"""Outages of beds and devices."""

from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.identity.roles import Role
from app.modules.resource.appointments import add_staff_resource
from tests.builders.branches import add_branch
from tests.builders.people import new_user
from tests.builders.resources import add_bed, add_outage, at, book, booking_rows, unavailable
from tests.builders.rosters import LOCK, answered_while, code_of
from tests.support.database import run_sql
from tests.support.ledger import entries

MORNING = {"start": "2100-03-01T08:00:00Z", "end": "2100-03-01T12:00:00Z"}
BROKEN = MORNING | {"reason": "Gãy chân giường"}


@pytest.fixture
async def bed(client: httpx2.AsyncClient) -> UUID:
    return await add_bed(await add_branch())


def outages_of(resource_id: UUID) -> str:
    return f"/api/v1/resources/{resource_id}/outages"


def times_of(outages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(outage["start"], outage["end"]) for outage in outages]


class TestOutOfOrder:
    async def test_a_bed_is_unavailable_with_a_reason_until_the_outage_ends(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        made = await client.post(outages_of(bed), json=BROKEN)
        assert made.status_code == 201, made.text
        outage = made.json()["outage"]
        assert made.json()["stranded"] == []
        assert outage == BROKEN | {"id": outage["id"]}
        assert await unavailable(bed) == [(at(8), at(12))]
        assert (await client.get(outages_of(bed), params=MORNING)).json() == [outage]
        assert (await client.delete(f"{outages_of(bed)}/{outage['id']}")).status_code == 204
        assert (await client.get(outages_of(bed), params=MORNING)).json() == []
        assert await unavailable(bed) == []

    async def test_times_may_have_any_utc_offset(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        local = {"start": "2100-03-01T15:00:00+07:00", "end": "2100-03-01T19:00:00+07:00"}
        made = await client.post(outages_of(bed), json=BROKEN | local)
        assert times_of([made.json()["outage"]]) == [(MORNING["start"], MORNING["end"])]

    async def test_an_outage_over_appointments_is_refused_and_lists_them(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        late = await book(bed, at(11), at(13))
        early = await book(bed, at(9), at(10), hold_expires_at=utc_now() + timedelta(minutes=5))
        refused = await client.post(outages_of(bed), json=BROKEN)
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert refused.json()["error"]["details"] == [
            {
                "field": str(appointment_id),
                "message": f"Khách, {local}:00 ngày 01/03/2100: Giường 1 nghỉ hoặc không dùng được lúc đó.",
                "type": "stranded_appointment",
                "value": f"2100-03-01T{start}:00:00Z/2100-03-01T{end}:00:00Z",
            }
            for appointment_id, start, end, local in ((early, "09", "10", 16), (late, "11", "13", 18))
        ]
        assert await unavailable(bed) == []

    async def test_appointments_that_only_touch_an_outage_do_not_conflict(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        await book(bed, at(7), at(8))
        await book(bed, at(12), at(13))
        assert (await client.post(outages_of(bed), json=BROKEN)).status_code == 201

    async def test_a_forced_outage_keeps_the_appointments(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        appointment_id = await book(bed, at(9), at(10))
        made = (await client.post(outages_of(bed), json=BROKEN | {"force": True})).json()
        assert [conflict["appointment_id"] for conflict in made["stranded"]] == [str(appointment_id)]
        assert times_of([made["outage"]]) == [(MORNING["start"], MORNING["end"])]
        assert await unavailable(bed) == [(at(8), at(12))]
        assert len(await run_sql("SELECT FROM allocation WHERE appointment_id = $1", appointment_id)) == 1

    async def test_a_hold_that_has_expired_does_not_conflict(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        await book(bed, at(9), at(10), hold_expires_at=utc_now() - timedelta(seconds=1))
        assert (await client.post(outages_of(bed), json=BROKEN)).json()["stranded"] == []
        assert await unavailable(bed) == [(at(8), at(12))]

    async def test_two_outages_of_a_bed_cannot_overlap(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        outage = (await client.post(outages_of(bed), json=BROKEN)).json()["outage"]
        overlapping = BROKEN | {"start": "2100-03-01T11:59:00Z", "end": "2100-03-01T13:00:00Z"}
        refused = await client.post(outages_of(bed), json=overlapping)
        assert code_of(refused) == (409, "OUTAGE_OVERLAPS")
        error = refused.json()["error"]
        assert [(detail["field"], detail["value"]) for detail in error["details"]] == [
            (outage["id"], f"{outage['start']}/{outage['end']}")
        ]
        assert "01/03/2100, 15:00–19:00" in error["message"]  # in the time zone of the branch
        next_one = overlapping | {"start": MORNING["end"]}
        assert (await client.post(outages_of(bed), json=next_one)).status_code == 201
        other = await add_bed(await add_branch())
        assert (await client.post(outages_of(other), json=BROKEN)).status_code == 201

    async def test_retired_beds_staff_and_unknown_ids_are_not_found(self, client: httpx2.AsyncClient) -> None:
        retired = await add_bed(await add_branch(), retired=True)
        lan = await run_in_transaction(add_staff_resource)
        for resource_id in (retired, lan, uuid7()):
            assert code_of(await client.post(outages_of(resource_id), json=BROKEN)) == (
                404,
                "RESOURCE_NOT_FOUND",
            )
            assert await unavailable(resource_id) == []

    @pytest.mark.parametrize(
        ("wrong", "kind"),
        [
            ({"end": MORNING["start"]}, "time_range"),
            ({"end": "2100-03-01T07:00:00Z"}, "time_range"),
            ({"end": "2105-03-06T08:00:00Z"}, "time_range"),
            ({"start": "2100-03-01T08:00:30Z"}, "whole_minute"),
            ({"start": "2100-03-01T08:00:00"}, "timezone_aware"),
            ({"start": "0001-01-01T00:00:00+14:00"}, "instant_range"),
            ({"start": 1}, "datetime_parsing"),
            ({"reason": " "}, "string_too_short"),
            ({"reason": "a" * 201}, "string_too_long"),
            ({"force": 1}, "bool_type"),
        ],
    )
    async def test_invalid_input_is_refused(
        self, client: httpx2.AsyncClient, bed: UUID, wrong: dict[str, Any], kind: str
    ) -> None:
        refused = await client.post(outages_of(bed), json=BROKEN | wrong)
        assert refused.status_code == 422
        assert [detail["type"] for detail in refused.json()["error"]["details"]] == [kind]

    async def test_an_outage_may_last_five_years(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        five_years = BROKEN | {"end": "2105-03-01T08:00:00Z"}
        assert (await client.post(outages_of(bed), json=five_years)).status_code == 201


class TestBackInOrder:
    async def test_an_outage_of_another_bed_is_not_found(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        outage = (await client.post(outages_of(bed), json=BROKEN)).json()["outage"]
        other = await add_bed(await add_branch())
        for resource_id, outage_id in ((bed, uuid7()), (other, outage["id"])):
            refused = await client.delete(f"{outages_of(resource_id)}/{outage_id}")
            assert code_of(refused) == (404, "OUTAGE_NOT_FOUND")
        assert await unavailable(bed) == [(at(8), at(12))]

    async def test_other_outages_and_appointments_stay(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        await book(bed, at(9), at(10))
        await add_outage(bed, at(13), at(14))
        made = await client.post(outages_of(bed), json=BROKEN | {"force": True})
        await client.delete(f"{outages_of(bed)}/{made.json()['outage']['id']}")
        assert await unavailable(bed) == [(at(13), at(14))]
        assert len(await run_sql("SELECT FROM allocation WHERE state = 'booked'")) == 1

    async def test_staff_have_no_outages(self, client: httpx2.AsyncClient) -> None:
        lan = await run_in_transaction(add_staff_resource)
        refused = await client.delete(f"{outages_of(lan)}/{uuid7()}")
        assert code_of(refused) == (404, "RESOURCE_NOT_FOUND")
        assert code_of(await client.get(outages_of(lan), params=MORNING)) == (404, "RESOURCE_NOT_FOUND")


class TestList:
    async def test_lists_the_outages_that_touch_the_time_in_order(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        await book(bed, at(11), at(12))
        for start, end in ((20, 21), (9, 10), (6, 7), (7.5, 8.5), (12, 13)):
            times = {"start": at(start).isoformat(), "end": at(end).isoformat()}
            await client.post(outages_of(bed), json=BROKEN | times)
        listed = (await client.get(outages_of(bed), params=MORNING)).json()
        assert times_of(listed) == [
            ("2100-03-01T07:30:00Z", "2100-03-01T08:30:00Z"),
            ("2100-03-01T09:00:00Z", "2100-03-01T10:00:00Z"),
        ]

    async def test_a_retired_bed_keeps_its_outages(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        await client.post(outages_of(bed), json=BROKEN)
        await run_sql("UPDATE resource SET retired_at = now()")
        assert len((await client.get(outages_of(bed), params=MORNING)).json()) == 1

    async def test_more_than_a_year_is_refused(self, client: httpx2.AsyncClient, bed: UUID) -> None:
        year = {"start": "2100-03-01T08:00:00Z", "end": "2101-03-02T08:00:00Z"}
        assert (await client.get(outages_of(bed), params=year)).status_code == 200
        longer = year | {"end": "2101-03-02T08:01:00Z"}
        assert (await client.get(outages_of(bed), params=longer)).status_code == 422


class TestRaces:
    async def test_of_two_clients_that_report_an_outage_at_once_one_succeeds(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        answers = await answered_while([(LOCK, bed)], *(report_outage(client, bed) for _ in range(2)))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert "OUTAGE_OVERLAPS" in "".join(answer.text for answer in answers)
        assert await unavailable(bed) == [(at(8), at(12))]

    async def test_an_outage_waits_for_a_booking_in_progress(
        self, client: httpx2.AsyncClient, bed: UUID
    ) -> None:
        booked, rows = await booking_rows(bed, at(9), at(10))
        [refused] = await answered_while([(LOCK, bed), *rows], report_outage(client, bed))
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")
        assert [detail["field"] for detail in refused.json()["error"]["details"]] == [
            str(booked.appointment_id)
        ]
        assert await unavailable(bed) == []


async def test_the_ledger_records_an_outage(client: httpx2.AsyncClient, bed: UUID) -> None:
    user_id, desk = await new_user(Role.RECEPTIONIST)
    made = await client.post(outages_of(bed), json=BROKEN, headers=desk)
    await client.delete(f"{outages_of(bed)}/{made.json()['outage']['id']}", headers=desk)
    written = [(entry["entity"], entry["action"]) for entry in await entries(actor_id=user_id)]
    assert sorted(written) == [("outage", "delete"), ("outage", "insert")]


def report_outage(client: httpx2.AsyncClient, bed: UUID) -> Coroutine[Any, Any, httpx2.Response]:
    return client.post(outages_of(bed), json=BROKEN)
