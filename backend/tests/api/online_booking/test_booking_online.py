"""A guest without an account finds a time, holds it, confirms it, moves it and cancels it."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.modules.booking.status.jobs import expire_holds
from app.modules.identity.roles import Role
from app.modules.online_booking.joining import delete_ended_links
from tests.builders.bookings import VISITS, BookableSpa, create_booking, overlaps
from tests.builders.online import PUBLIC, OnlineGuest, guest_at
from tests.builders.people import signed_in
from tests.builders.rosters import code_of
from tests.support.database import run_sql


def starts_in(answer: httpx2.Response) -> list[datetime]:
    return [datetime.fromisoformat(start["start"]) for start in answer.json()["starts"]]


class TestOffer:
    async def test_a_guest_reads_the_branch_what_it_sells_and_who_can_be_asked_for(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE staff SET full_name = 'Vũ Thị Lan Anh', phone = '+84900000001'")
        answer = await guest.http.get(f"{PUBLIC}/branches/quan-1")
        offer = answer.json()
        assert offer["branch"]["hold_minutes"] == 10
        assert [service["name"]["vi"] for service in offer["categories"][0]["services"]] == ["massage (vi)"]
        assert {person["name"] for person in offer["therapists"]} == {"Lan Anh"}
        assert {person["id"] for person in offer["therapists"]} == {*map(str, spa.therapists)}
        assert "+8490" not in answer.text

    @pytest.mark.parametrize("change", ["key = 'other'", "online_booking = false", "closed_at = now()"])
    async def test_a_branch_that_takes_no_online_booking_is_as_one_that_does_not_exist(
        self, guest: OnlineGuest, change: str
    ) -> None:
        await run_sql(f"UPDATE branch SET {change}")
        answers = [
            await guest.http.get(f"{PUBLIC}/branches/quan-1"),
            await guest.hold(guest.spa.hour(10)),
            await guest.starts(),
        ]
        assert [code_of(answer) for answer in answers] == [(404, "NO_ONLINE_BOOKING")] * 3


class TestSearching:
    async def test_a_guest_finds_days_and_starts_without_names_of_people_or_beds(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        answer = await guest.starts()
        assert spa.hour(10) in starts_in(answer)
        assert "Lan" not in answer.text
        assert "bed 1" not in answer.text
        days = await guest.http.post(
            f"{PUBLIC}/branches/quan-1/days",
            json={
                "first_day": spa.day(3).isoformat(),
                "last_day": spa.day(4).isoformat(),
                "guests": [{"treatments": [spa.treatment()]}],
            },
        )
        assert [day["available"] for day in days.json()["days"]] == [True, True]

    async def test_starts_keep_the_grid_the_notice_and_the_horizon_of_the_branch(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE branch SET grid_minutes = 60, horizon_days = 3, notice_minutes = 1440")
        starts = starts_in(await guest.starts())
        assert {start.minute for start in starts} == {0}
        assert starts_in(await guest.starts(4)) == []
        assert starts_in(await guest.starts(0)) == []
        assert code_of(await guest.hold(spa.hour(10.5))) == (409, "NOT_BOOKABLE")

    async def test_the_holder_of_a_time_finds_it_among_the_starts(
        self, running_app: object, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await run_sql("UPDATE resource SET retired_at = now() WHERE id = ANY($1)", spa.beds[1:])
        await guest.hold(spa.hour(10))
        own = await guest.starts(link=guest.token, guests=[{"treatments": [spa.treatment()]}])
        as_agreed = await guest.starts(link=guest.token)
        async with guest_at(running_app, spa, "203.0.113.8") as other:
            found = starts_in(await other.starts())
        assert spa.hour(10) in starts_in(own)
        assert spa.hour(10) in starts_in(as_agreed)
        assert spa.hour(10) not in found


class TestHolding:
    async def test_a_hold_has_the_link_and_a_countdown(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        answer = await guest.hold(spa.hour(10), guests=2, same_room=True)
        assert answer.status_code == 201, answer.text
        visit = answer.json()["visit"]
        assert (visit["status"], len(visit["guests"]), visit["contact"]) == ("held", 2, None)
        assert (visit["can_confirm"], visit["can_move"], visit["can_cancel"]) == (True, True, True)
        assert datetime.fromisoformat(visit["hold_expires_at"]) > utc_now() + timedelta(minutes=9)
        assert (await guest.read()).json() == visit

    async def test_a_retry_gets_the_same_link_and_holds_nothing_more(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        key = uuid4()
        answers = [await guest.hold(spa.hour(10), key=key) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert [row["count"] for row in await run_sql("SELECT count(*) FROM visit")] == [1]
        changed = await guest.hold(spa.hour(11), key=key)
        assert code_of(changed) == (422, "IDEMPOTENCY_KEY_REUSED")

    async def test_two_clicks_at_once_hold_one_time(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        key = uuid4()
        answers = await asyncio.gather(*(guest.hold(spa.hour(10), key=key) for _ in range(5)))
        codes = {code_of(answer) for answer in answers if answer.status_code != 201}
        assert codes <= {(409, "IDEMPOTENCY_IN_FLIGHT")}
        assert len({answer.json()["token"] for answer in answers if answer.status_code == 201}) == 1
        assert [row["count"] for row in await run_sql("SELECT count(*) FROM visit")] == [1]

    async def test_a_short_key_is_refused(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        assert (await guest.hold(spa.hour(10), key="1")).status_code == 422

    async def test_neither_a_table_nor_the_ledger_has_the_token(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        stored = "SELECT guest_link::text FROM guest_link UNION ALL SELECT audit_entry::text FROM audit_entry"
        rows = [row[0] for row in await run_sql(stored)]
        assert any("guest_link" in row for row in rows)
        assert not any(guest.token in row for row in rows)

    @pytest.mark.parametrize("ended_by", ["the clock", "the job"])
    async def test_a_hold_that_ran_out_is_not_confirmed(
        self, guest: OnlineGuest, spa: BookableSpa, ended_by: str
    ) -> None:
        await guest.hold(spa.hour(10))
        with time_machine.travel(utc_now() + timedelta(minutes=11)):
            if ended_by == "the job":
                await run_sql("UPDATE appointment SET hold_expires_at = now() - interval '1 second'")
                await run_sql("UPDATE allocation SET hold_expires_at = now() - interval '1 second'")
                await expire_holds(asyncio.Event())
            visit = (await guest.read()).json()
            assert (visit["status"], visit["can_confirm"], visit["can_move"]) == ("expired", False, False)


class TestConfirming:
    @pytest.mark.parametrize(("approve_online", "status"), [(False, "confirmed"), (True, "pending")])
    async def test_a_guest_books_what_is_held(
        self,
        client: httpx2.AsyncClient,
        guest: OnlineGuest,
        spa: BookableSpa,
        approve_online: bool,
        status: str,
    ) -> None:
        await run_sql("UPDATE branch SET approve_online = $1", approve_online)
        answer = await guest.book(spa.hour(10), note="Dị ứng sả", email="Mai@example.com")
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == status
        assert answer.json()["contact"] == {
            "full_name": "Nguyễn Thị Mai",
            "phone": "+84912345678",
            "email": "mai@example.com",
        }
        page = await client.get(VISITS, params={"branch_id": str(spa.branch_id)})
        [visit] = page.json()["items"]
        assert (visit["source"], visit["note"]) == ("online", "Dị ứng sả")
        assert [item["guest_name"] for item in visit["appointments"]] == ["Nguyễn Thị Mai"]

    async def test_a_confirmation_that_is_sent_again_changes_nothing(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        first = await guest.book(spa.hour(10))
        again = await guest.confirm("0987 654 321", full_name="Lan", note="khác")
        assert (again.status_code, again.json()) == (200, first.json())
        assert (await guest.cancel()).json()["status"] == "cancelled"
        assert (await guest.confirm()).json()["status"] == "cancelled"

    async def test_two_confirmations_at_once_book_once(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        await guest.hold(spa.hour(10))
        answers = await asyncio.gather(*(guest.confirm(f"0912 345 67{number}") for number in range(5)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["contact"]["phone"] for answer in answers}) == 1

    async def test_an_address_that_is_no_phone_number_is_refused(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.hold(spa.hour(10))
        assert (await guest.confirm("12")).status_code == 422
        assert (await guest.read()).json()["status"] == "held"


class TestChanging:
    async def test_a_hold_moves_and_keeps_its_countdown(self, guest: OnlineGuest, spa: BookableSpa) -> None:
        before = (await guest.hold(spa.hour(10))).json()["visit"]
        moved = await guest.move(spa.hour(14))
        assert moved.status_code == 200, moved.text
        assert datetime.fromisoformat(moved.json()["start"]) == spa.hour(14)
        assert moved.json()["hold_expires_at"] == before["hold_expires_at"]

    async def test_a_booked_visit_moves_and_its_link_lives_as_much_longer(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        before = (await guest.book(spa.hour(10))).json()
        after = (await guest.move(spa.hour(10, days=5))).json()
        expiries = [datetime.fromisoformat(visit["link_expires_at"]) for visit in (before, after)]
        assert expiries[1] - expiries[0] == timedelta(days=2)

    async def test_after_the_policy_the_link_neither_moves_nor_cancels(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        await run_sql("UPDATE branch SET free_cancel_minutes = 43200")
        assert code_of(await guest.move(spa.hour(14))) == (409, "TOO_LATE_TO_MOVE")
        assert code_of(await guest.cancel()) == (409, "TOO_LATE_TO_CANCEL")
        visit = (await guest.read()).json()
        assert (visit["status"], visit["can_move"], visit["can_cancel"]) == ("confirmed", False, False)

    async def test_a_guest_cancels_and_a_repeat_changes_nothing(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        answers = [await guest.cancel("Bận"), await guest.cancel()]
        assert [answer.json()["status"] for answer in answers] == ["cancelled", "cancelled"]
        assert answers[1].json()["guests"][0]["reason"] == "Bận"
        assert [row["count"] for row in await run_sql("SELECT count(*) FROM allocation")] == [0]

    async def test_a_link_is_about_its_own_visit_alone(
        self, running_app: object, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        async with guest_at(running_app, spa, "203.0.113.8") as other:
            await other.book(spa.hour(12))
            await other.cancel()
        assert (await guest.read()).json()["status"] == "confirmed"


class TestLink:
    @pytest.mark.parametrize("end", ["revoked", "a week after the visit", "deleted by the job"])
    async def test_a_link_that_has_ended_is_answered_as_one_that_never_was(
        self, client: httpx2.AsyncClient, guest: OnlineGuest, spa: BookableSpa, end: str
    ) -> None:
        visit = (await guest.book(spa.hour(10))).json()
        [(visit_id,)] = await run_sql("SELECT visit_id FROM guest_link")
        moment = utc_now()
        if end == "revoked":
            for _ in range(2):
                assert (await client.delete(f"{VISITS}/{visit_id}/guest-link")).status_code == 204
        else:
            moment = datetime.fromisoformat(visit["end"]) + timedelta(days=7)
            with time_machine.travel(moment - timedelta(minutes=1)):
                assert (await guest.read()).status_code == 200
        with time_machine.travel(moment, tick=False):
            if end == "deleted by the job":
                assert await delete_ended_links(asyncio.Event()) == 1
            ids = {"X-Request-ID": "one-request"}
            ended = await guest.http.get(guest.url, headers=ids)
            unknown = await guest.http.get(f"{PUBLIC}/visits/{'A' * 32}", headers=ids)
            assert code_of(ended) == (404, "GUEST_LINK_NOT_FOUND")
            assert (ended.content, ended.headers) == (unknown.content, unknown.headers)
            for answer in (await guest.move(spa.hour(12)), await guest.cancel(), await guest.confirm()):
                assert code_of(answer) == (404, "GUEST_LINK_NOT_FOUND")

    async def test_the_desk_sees_until_when_the_link_of_a_visit_works(
        self, client: httpx2.AsyncClient, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        visit = (await guest.book(spa.hour(10))).json()
        [(visit_id,)] = await run_sql("SELECT visit_id FROM guest_link")
        link = (await client.get(f"{VISITS}/{visit_id}/guest-link")).json()
        ends_at = datetime.fromisoformat(visit["end"]) + timedelta(days=7)
        assert (datetime.fromisoformat(link["expires_at"]), link["revoked_at"]) == (ends_at, None)
        await client.delete(f"{VISITS}/{visit_id}/guest-link")
        assert (await client.get(f"{VISITS}/{visit_id}/guest-link")).json()["revoked_at"] is not None

        desk = await create_booking(client, spa, 14)
        none = await client.get(f"{VISITS}/{desk['id']}/guest-link")
        assert code_of(none) == (404, "NO_GUEST_LINK")

    async def test_the_desk_of_another_branch_does_not_revoke_a_link(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        [(visit_id,)] = await run_sql("SELECT visit_id FROM guest_link")
        other = await signed_in(Role.RECEPTIONIST, branch_id=uuid4())
        refused = await guest.http.delete(f"{VISITS}/{visit_id}/guest-link", headers=other)
        assert refused.status_code == 403
        assert (await guest.read()).status_code == 200

    async def test_a_phone_takes_the_visit_into_its_calendar(
        self, guest: OnlineGuest, spa: BookableSpa
    ) -> None:
        await guest.book(spa.hour(10))
        answer = await guest.http.get(f"{guest.url}/calendar.ics")
        assert answer.headers["content-type"].startswith("text/calendar")
        assert "massage" in answer.text
        assert f"DTSTART:{spa.hour(10):%Y}" in answer.text


async def test_fifty_guests_want_one_time_and_one_gets_it(running_app: object, guest: OnlineGuest) -> None:
    spa = guest.spa
    await run_sql("UPDATE resource SET retired_at = now() WHERE id = ANY($1)", spa.beds[1:])

    async def book(number: int) -> int:
        async with guest_at(running_app, spa, f"203.0.113.{number}") as other:
            answer = await other.hold(spa.hour(10))
            return (
                (await other.confirm(f"09123456{number:02}")).status_code
                if other.token
                else answer.status_code
            )

    answers = await asyncio.gather(*(book(number) for number in range(50)))
    assert sorted(answers) == [200] + [409] * 49
    assert await overlaps() == 0
    assert [tuple(row) for row in await run_sql("SELECT status FROM appointment")] == [("confirmed",)]
