"""Blocked time in searches, bookings, replans, lists and on boards."""

from datetime import UTC
from typing import Any
from uuid import UUID

import httpx2
import pytest

from app.modules.blocked_time import blocked_time_service
from app.modules.identity.roles import Role
from app.redis.events import branch_events
from tests.api.blocked_time.blocks import EVERY_DAY, PATH, block, free_hours, listed, meeting
from tests.builders.bookings import (
    VISITS,
    BookableSpa,
    bookable_spa,
    create_booking,
    overlaps,
    resources_of,
    with_headers,
)
from tests.builders.branches import add_branch
from tests.builders.people import new_customer, new_user, signed_in
from tests.builders.resources import add_bed, blocked_time_row, booking_rows
from tests.builders.rosters import LOCK, add_therapist, answered_while, code_of, statements
from tests.support import eventually
from tests.support.database import insert_all, run_sql
from tests.support.ledger import entries


class TestReasons:
    async def test_the_desk_reads_the_reason_and_a_customer_only_that_it_is_taken(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await block(client, spa, starts="09:00", ends="21:00", note="Bí mật")
        _, mai = await new_customer()
        query = {"branch_id": str(spa.branch_id), "guests": [{"treatments": [spa.treatment()]}]}
        query |= {"day": spa.day().isoformat()}
        answers = [
            (
                await client.post(
                    "/api/v1/availability/starts", json=query, headers=headers | {"Accept-Language": language}
                )
            ).json()
            for headers in ({}, mai)
            for language in ("en", "vi")
        ]
        assert [(reason["code"], reason["message"]) for answer in answers for reason in answer["reasons"]] == [
            ("blocked", "massage: every therapist is blocked 09:00–21:00 (a meeting)."),
            ("blocked", "massage (vi): tất cả kỹ thuật viên đều khóa lịch 09:00–21:00 (họp)."),
            ("taken", "massage: every therapist is taken 09:00–21:00."),
            ("taken", "massage (vi): tất cả kỹ thuật viên đều kín lịch 09:00–21:00."),
        ]  # fmt: skip

    async def test_a_refused_booking_says_it_to_the_desk(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await block(client, spa, spa.beds[0], reason="cleaning")
        english = {"Accept-Language": "en"}
        refused = await client.post(VISITS, **with_headers(spa.booking(spa.hour(12)), english))
        message = "massage-bed: all are blocked 12:00–13:00 (cleaning)."
        assert refused.json()["error"]["message"] == message
        _, mai = await new_customer()
        by_customer = await client.post(VISITS, **with_headers(spa.booking(spa.hour(12)), english | mai))
        assert code_of(by_customer) == (409, "SLOT_TAKEN")
        assert "blocked" not in by_customer.text
        assert "cleaning" not in by_customer.text

    async def test_a_guest_in_the_way_is_not_called_a_meeting(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await create_booking(client, spa, 14)
        await block(client, spa)
        refused = await client.post(
            VISITS, **with_headers(spa.booking(spa.hour(14)), {"Accept-Language": "en"})
        )
        assert "blocked" not in refused.json()["error"]["message"]


class TestStranding:
    async def test_a_booking_and_a_block_at_once_do_not_pass_each_other(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        lan = spa.therapists[0]
        row = blocked_time_row(spa.branch_id, lan, first_day=spa.day(0))
        [booked] = await answered_while([(LOCK, lan), row], client.post(VISITS, **spa.booking(spa.hour(12))))
        assert code_of(booked) == (409, "SLOT_TAKEN")

    async def test_a_block_waits_for_a_booking_that_is_being_made_and_then_finds_it(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        lan = spa.therapists[0]
        _, rows = await booking_rows(lan, spa.hour(12), spa.hour(13))
        [refused] = await answered_while([(LOCK, lan), *rows], client.post(PATH, json=meeting(spa)))
        assert code_of(refused) == (409, "APPOINTMENTS_STRANDED")

    async def test_a_therapist_who_is_away_anyway_is_not_stranded_by_a_meeting(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await create_booking(client, spa, 12)
        await run_sql("DELETE FROM shift")
        made = await client.post(PATH, json=meeting(spa))
        assert (made.status_code, made.json()["stranded"]) == (201, [])

    async def test_a_skipped_occurrence_strands_no_appointment(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        blocked = await block(client, spa, weekdays=EVERY_DAY)
        await client.delete(f"{PATH}/{blocked['id']}/occurrences/{spa.day()}")
        visit = await create_booking(client, spa, 12)
        page = await client.get(f"/api/v1/branches/{spa.branch_id}/stranded-appointments")
        assert page.json()["items"] == []
        path = f"{PATH}/{blocked['id']}/occurrences/{spa.day()}"
        again = await client.put(path, json={"starts": "12:00", "ends": "13:00"})
        assert code_of(again) == (409, "APPOINTMENTS_STRANDED")
        [detail] = again.json()["error"]["details"]
        assert (detail["field"], detail["message"].partition(": ")[2]) == (
            visit["appointments"][0]["id"],
            "Lan 1 có giờ khóa lịch lúc đó.",
        )

    async def test_made_again_with_its_exceptions_it_strands_no_appointment(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        """A guest may have been booked on the day that was skipped."""
        path = f"{PATH}/{(await block(client, spa, weekdays=EVERY_DAY))['id']}"
        await client.delete(f"{path}/occurrences/{spa.day(3)}")
        await client.put(f"{path}/occurrences/{spa.day(5)}", json={"starts": "00:00", "ends": "01:00"})
        await create_booking(client, spa, 12)
        before = (await client.get(path)).json()
        assert before["exceptions"] == [
            {"day": spa.day(3).isoformat(), "times": None},
            {"day": spa.day(5).isoformat(), "times": {"starts": "00:00", "ends": "01:00"}},
        ]
        await client.delete(path)
        again = await client.post(PATH, json={name: before[name] for name in before if name != "id"})
        assert again.status_code == 201, again.text
        after = (await client.get(f"{PATH}/{again.json()['blocked_time']['id']}")).json()
        assert after == before | {"id": after["id"]}

    async def test_what_is_stranded_is_solved_when_the_block_goes(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await create_booking(client, spa, 12)
        blocked = await block(client, spa, force=True)
        stranded = f"/api/v1/branches/{spa.branch_id}/stranded-appointments"
        assert len((await client.get(stranded)).json()["items"]) == 1
        await client.delete(f"{PATH}/{blocked['id']}")
        assert (await client.get(stranded)).json()["items"] == []

    async def test_a_booking_under_a_block_keeps_its_time_when_something_else_of_it_changes(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await create_booking(client, spa, 12)
        await block(client, spa, force=True)
        [guest] = visit["appointments"]
        body = {"treatments": [{"id": guest["treatments"][0]["id"], "minutes": 45}]}
        changed = await client.patch(f"/api/v1/appointments/{guest['id']}", json=body)
        assert changed.status_code == 200, changed.text


class TestOverruling:
    @pytest.mark.parametrize("reason", ["break", "meeting"])
    async def test_the_desk_books_over_a_block_with_force_and_it_is_in_the_ledger(
        self, client: httpx2.AsyncClient, spa: BookableSpa, reason: str
    ) -> None:
        await block(client, spa, reason=reason)
        assert (await client.post(VISITS, **spa.booking(spa.hour(12)))).status_code == 409
        forced = await client.post(VISITS, **spa.booking(spa.hour(12), force=True))
        assert forced.status_code == 201, forced.text
        assert [tuple(row) for row in await run_sql("SELECT overruled FROM appointment")] == [(True,)]

    async def test_a_colleague_without_a_break_comes_first(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        for therapist in spa.therapists:
            await block(client, spa, therapist, days=3 if therapist == spa.therapists[0] else 4)
        for days, free in ((3, spa.therapists[1]), (4, spa.therapists[0])):
            visit = await client.post(VISITS, **spa.booking(spa.hour(12, days), force=True))
            assert resources_of(visit.json(), "staff") == [str(free)]

    async def test_a_guest_in_the_break_is_not_overruled(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await create_booking(client, spa, 12.5)
        await block(client, spa, force=True)
        for hour in (11.75, 12, 12.5, 13):
            refused = await client.post(VISITS, **spa.booking(spa.hour(hour), force=True))
            assert code_of(refused) == (409, "SLOT_TAKEN")
        assert await overlaps() == 0

    async def test_a_visit_moves_into_a_block_only_with_force(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        visit = await create_booking(client, spa, 10)
        await block(client, spa)
        move = {"start": spa.hour(12).isoformat()}
        assert code_of(await client.patch(f"{VISITS}/{visit['id']}", json=move)) == (409, "SLOT_TAKEN")
        forced = await client.patch(f"{VISITS}/{visit['id']}", json=move | {"force": True})
        assert forced.status_code == 200, forced.text


class TestReplan:
    async def test_a_colleague_in_a_meeting_takes_over_nothing(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        visit = await create_booking(client, spa, 12)
        [away] = resources_of(visit, "staff")
        [colleague] = [therapist for therapist in spa.therapists if str(therapist) != away]
        query = {"branch_id": str(spa.branch_id), "day": spa.day().isoformat()}
        blocked = await block(client, spa, colleague)
        plan = (await client.post(f"/api/v1/staff/{away}/replan", json=query)).json()
        assert (plan["changes"], len(plan["treatments"])) == ([], 1)
        await client.delete(f"{PATH}/{blocked['id']}")
        plan = (await client.post(f"/api/v1/staff/{away}/replan", json=query)).json()
        assert [change["to_id"] for change in plan["changes"]] == [str(colleague)]


class TestLists:
    async def test_a_branch_lists_its_beds_and_everybody_who_works_there(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        other = await add_branch()
        both = await add_therapist(spa.branch_id, other)
        in_both = await block(client, spa, both)
        there = await block(client, spa, both, branch_id=str(other))
        bed = await block(client, spa, spa.beds[0], reason="cleaning")
        await block(client, spa, await add_bed(other), branch_id=str(other))

        async def ids(**query: Any) -> set[str]:
            return {row["id"] for row in await listed(client, spa, **query)}

        assert await ids(branch_id=spa.branch_id) == {in_both["id"], there["id"], bed["id"]}
        assert await ids(resource_id=spa.beds[0]) == {bed["id"]}
        assert await ids(branch_id=other, resource_id=both) == {in_both["id"], there["id"]}
        assert len(await ids()) == 4
        last = spa.day(2).isoformat()
        assert await ids(last_day=last) == set()

    async def test_a_desk_sees_its_branch_and_a_therapist_what_is_their_own(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        user, own = await new_user(Role.THERAPIST, branch_id=spa.branch_id)
        other = await add_branch()
        lan, hoa = await add_therapist(spa.branch_id, user_id=user), await add_therapist(other)
        of_lan, of_hoa = await block(client, spa, lan), await block(client, spa, hoa, branch_id=str(other))
        await block(client, spa)
        desk = await signed_in(Role.RECEPTIONIST, branch_id=other)
        for headers, visible, hidden, refusal in (
            (own, of_lan, of_hoa, (404, "BLOCKED_TIME_NOT_FOUND")),
            (desk, of_hoa, of_lan, (403, "FORBIDDEN")),
        ):
            days = {"first_day": spa.day(0).isoformat(), "last_day": spa.day(20).isoformat()}
            rows = (await client.get(PATH, params=days, headers=headers)).json()
            assert [row["id"] for row in rows] == [visible["id"]]
            assert (await client.get(f"{PATH}/{visible['id']}", headers=headers)).status_code == 200
            assert code_of(await client.get(f"{PATH}/{hidden['id']}", headers=headers)) == refusal

    async def test_a_list_that_would_be_cut_is_refused(
        self, client: httpx2.AsyncClient, spa: BookableSpa, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(blocked_time_service, "_MAX_LISTED", 1)
        await block(client, spa)
        assert len(await listed(client, spa)) == 1
        await block(client, spa)
        days = {"first_day": spa.day(0).isoformat(), "last_day": spa.day(20).isoformat()}
        assert code_of(await client.get(PATH, params=days)) == (422, "TOO_MANY_BLOCKED_TIMES")

    async def test_the_board_shows_it_with_its_reason(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        user, own = await new_user(Role.THERAPIST, branch_id=spa.branch_id)
        await run_sql("UPDATE staff SET user_id = $1 WHERE id = $2", user, spa.therapists[0])
        break_ = await block(client, spa, weekdays=EVERY_DAY, reason="break", note="ăn trưa")
        bed = await block(client, spa, spa.beds[0], reason="cleaning")
        await block(client, spa, days=5)
        path, query = f"/api/v1/branches/{spa.branch_id}/board", {"day": spa.day().isoformat()}
        for headers in ({}, own):
            shown = (await client.get(path, params=query, headers=headers)).json()
            times = {
                "day": spa.day().isoformat(),
                "start": f"{spa.hour(12).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "end": f"{spa.hour(13).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            }
            assert shown["people"][0]["blocked"] == [
                times | {"id": break_["id"], "reason": "break", "note": "ăn trưa"}
            ]
            assert shown["rooms"][0]["equipment"][0]["blocked"] == [
                times | {"id": bed["id"], "reason": "cleaning", "note": ""}
            ]
        await client.delete(f"{PATH}/{break_['id']}/occurrences/{spa.day()}")
        assert (await client.get(path, params=query)).json()["people"][0]["blocked"] == []

    async def test_the_boards_of_every_branch_of_the_therapist_change(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        other = await add_branch()
        lan = await add_therapist(spa.branch_id, other)
        changed: list[UUID | None] = []

        async def is_connected() -> bool:
            return branch_events.is_connected

        async def both_have_changed() -> bool:
            return {spa.branch_id, other} <= set(changed)

        with branch_events.listen(changed.append):
            await eventually(is_connected)
            blocked = await block(client, spa, lan, weekdays=EVERY_DAY)
            await eventually(both_have_changed)
            path = f"{PATH}/{blocked['id']}"
            rule = {"reason": "break", "first_day": spa.day().isoformat(), "weekdays": EVERY_DAY}
            times = {"starts": "12:00", "ends": "12:30"}
            occurrence = f"{path}/occurrences/{spa.day()}"
            requests: list[tuple[str, str, dict[str, Any]]] = [
                ("PUT", path, {"json": rule | times}),
                ("PUT", occurrence, {"json": times}),
                ("DELETE", occurrence, {}),
                ("DELETE", path, {}),
            ]
            for method, url, more in requests:
                changed.clear()
                assert (await client.request(method, url, **more)).status_code in {200, 204}
                await eventually(both_have_changed)

    async def test_the_ledger_masks_the_note(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        await block(client, spa, note="Khám bệnh")
        [entry] = await entries(entity="blocked_time")
        assert (entry["action"], "Khám bệnh" in entry["after"]) == ("insert", False)


async def test_a_search_takes_as_many_statements_with_one_block_as_with_fifty(
    client: httpx2.AsyncClient, spa: BookableSpa
) -> None:
    counts = []
    for blocks in (1, 49):
        await insert_all(
            blocked_time_row(spa.branch_id, spa.therapists[0], starts=1200, ends=1210) for _ in range(blocks)
        )
        with statements() as seen:
            await free_hours(client, spa)
        counts.append(len(seen))
    assert counts[0] == counts[1]
