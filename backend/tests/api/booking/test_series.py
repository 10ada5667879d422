"""A visit that is repeated every few weeks: booked, read and cancelled as one, each occurrence with its own answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.modules.booking.status.change_status import set_status
from app.modules.identity.roles import Role
from tests.builders.bookings import (
    APPOINTMENTS,
    VISITS,
    BookableSpa,
    alternatives,
    bookable_spa,
    create_booking,
    overlaps,
    visit_of,
    with_headers,
)
from tests.builders.people import add_customer, new_customer, new_user, signed_in
from tests.support.database import run_sql
from tests.support.ledger import entries, everything_stored

SERIES = "/api/v1/visit-series"
WEEKS = 3


def series_of(
    spa: BookableSpa, start: datetime | None = None, *, repeat: Any = None, key: object = None, **visit: Any
) -> dict[str, Any]:
    """Return the arguments of a `post` that books a series of three weeks, at 10:00 tomorrow for the first time."""
    booking = spa.booking(start or spa.hour(10, days=1), key=key, **visit)
    return booking | {"json": {"visit": booking["json"], "repeat": repeat or {"count": WEEKS}}}


async def create(client: httpx2.AsyncClient, request: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(SERIES, **request)
    assert answer.status_code == 201, answer.text
    series: dict[str, Any] = answer.json()
    return series


async def cancel(client: httpx2.AsyncClient, series: dict[str, Any], **change: Any) -> list[dict[str, Any]]:
    answer = await client.put(f"{SERIES}/{series['id']}/status", json={"status": "cancelled"} | change)
    assert answer.status_code == 200, answer.text
    occurrences: list[dict[str, Any]] = answer.json()["occurrences"]
    return occurrences


def statuses(occurrences: Sequence[dict[str, Any]]) -> list[str | None]:
    """Return the status of the first guest of each occurrence; None where it has no visit."""
    return [
        occurrence["visit"]["appointments"][0]["status"] if occurrence["visit"] else None
        for occurrence in occurrences
    ]


def codes(occurrences: Sequence[dict[str, Any]]) -> list[str | None]:
    return [occurrence["error"]["code"] if occurrence["error"] else None for occurrence in occurrences]


@asynccontextmanager
async def refused_by_database(
    number: int, sqlstate: str = "55P03", *, times: int = 1_000
) -> AsyncIterator[None]:
    """Let PostgreSQL refuse visits with this number in a series, by default as after a timeout for a lock."""
    await run_sql("CREATE SEQUENCE refused_visits")  # it counts on when a transaction is rolled back
    await run_sql(
        "CREATE FUNCTION refuse_visit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF nextval('refused_visits') <= {times} THEN RAISE 'refused' USING ERRCODE = '{sqlstate}'; END IF;"
        " RETURN NEW; END $$"
    )
    await run_sql(
        f"CREATE TRIGGER refuse_visit BEFORE INSERT ON visit FOR EACH ROW WHEN (NEW.series_number = {number})"
        " EXECUTE FUNCTION refuse_visit()"
    )
    try:
        yield
    finally:
        await run_sql("DROP FUNCTION refuse_visit CASCADE")
        await run_sql("DROP SEQUENCE refused_visits")


class TestBooking:
    async def test_every_occurrence_is_a_visit_of_its_own(self, client: httpx2.AsyncClient) -> None:
        spa, mai = await bookable_spa(), await add_customer()
        series = await create(client, series_of(spa, customer_id=mai, note="Lực nhẹ"))
        visits = [occurrence["visit"] for occurrence in series["occurrences"]]
        assert [visit["appointments"][0]["start"] for visit in visits] == [
            occurrence["start"] for occurrence in series["occurrences"]
        ]
        assert [datetime.fromisoformat(occurrence["start"]) for occurrence in series["occurrences"]] == [
            spa.hour(10, days=days) for days in (1, 8, 15)
        ]
        assert [visit["series"] for visit in visits] == [
            {"id": series["id"], "number": number, "count": WEEKS} for number in (1, 2, 3)
        ]
        assert {(visit["customer_id"], visit["source"], visit["note"]) for visit in visits} == {
            (str(mai), "desk", "Lực nhẹ")
        }
        assert [(await client.get(f"{VISITS}/{visit['id']}")).json() for visit in visits] == visits
        assert (await client.get(f"{SERIES}/{series['id']}")).json() == series

    async def test_a_visit_by_itself_has_no_series(self, client: httpx2.AsyncClient) -> None:
        visit = await create_booking(client, await bookable_spa(), 10)
        assert visit["series"] is None

    async def test_fourteen_o_clock_stays_fourteen_o_clock(self, client: httpx2.AsyncClient) -> None:
        """Forty weeks in Paris: the clocks change at least once."""
        spa = await bookable_spa(time_zone="Europe/Paris", days=range(1, 281, 14))
        request = series_of(spa, spa.hour(14, days=1), repeat={"every_weeks": 2, "count": 20})
        series = await create(client, request)
        starts = [
            datetime.fromisoformat(occurrence["visit"]["appointments"][0]["start"]).astimezone(spa.zone)
            for occurrence in series["occurrences"]
        ]
        assert {start.hour for start in starts} == {14}
        assert {start.utcoffset() for start in starts} == {timedelta(hours=1), timedelta(hours=2)}

    async def test_the_last_day_counts_the_visits(self, client: httpx2.AsyncClient) -> None:
        """The day is local: at 01:00 in Sài Gòn it is still the day before in UTC."""
        spa = await bookable_spa(hours="00:00-24:00")
        first = spa.hour(1, days=1)
        for last, count in ((15, 3), (14, 2)):
            request = series_of(spa, first, repeat={"until": spa.day(last).isoformat()})
            answer = await client.post(f"{SERIES}/preview", json=request["json"])
            assert len(answer.json()["occurrences"]) == count

    @pytest.mark.parametrize("days", [7, 1 + 26 * 7])
    async def test_a_last_day_for_too_few_or_too_many(self, client: httpx2.AsyncClient, days: int) -> None:
        spa = await bookable_spa()
        answer = await client.post(SERIES, **series_of(spa, repeat={"until": spa.day(days).isoformat()}))
        assert (answer.status_code, answer.json()["error"]["details"][0]["type"]) == (422, "series_length")

    @pytest.mark.parametrize(
        ("repeat", "visit", "kind"),
        [
            ({}, {}, "count_or_until"),
            ({"count": 3, "until": "2027-01-01"}, {}, "count_or_until"),
            ({"count": 27}, {}, "less_than_equal"),
            ({"count": 1}, {}, "greater_than_equal"),
            ({"count": 3, "every_weeks": 9}, {}, "less_than_equal"),
            ({"count": 3, "every_weeks": 0}, {}, "greater_than_equal"),
            ({"count": 3}, {"hold": True}, "plain_visit"),
            ({"count": 3}, {"walk_in": True}, "plain_visit"),
            ({"count": 3}, {"occurrence": {"series_id": str(uuid7()), "number": 1}}, "plain_visit"),
        ],
    )
    async def test_what_no_series_can_be(
        self, client: httpx2.AsyncClient, repeat: Any, visit: Any, kind: str
    ) -> None:
        request = series_of(await bookable_spa(), **visit)
        request["json"]["repeat"] = repeat
        answer = await client.post(SERIES, **request)
        assert (answer.status_code, answer.json()["error"]["details"][0]["type"]) == (422, kind)

    async def test_what_no_occurrence_could_have_is_refused_before_the_first(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, mai = await bookable_spa(), await add_customer()
        await client.post(f"/api/v1/customers/{mai}/archive")
        archived = await client.post(SERIES, **series_of(spa, customer_id=mai))
        unknown = await client.post(
            SERIES, **series_of(spa, guests=[{"treatments": [{"variant_id": str(uuid7())}]}])
        )
        assert [archived.json()["error"]["code"], unknown.status_code] == ["CUSTOMER_ARCHIVED", 404]
        assert await run_sql("SELECT FROM visit_series") == []

    async def test_the_user_is_in_the_ledger(self, client: httpx2.AsyncClient) -> None:
        spa, (user_id, headers) = await bookable_spa(), await new_user(Role.RECEPTIONIST)
        series = await create(client, with_headers(series_of(spa), headers))
        await client.put(f"{SERIES}/{series['id']}/status", json={"status": "cancelled"}, headers=headers)
        made = [*await entries(entity="visit_series"), *await entries(entity="visit")]
        changed = [entry for entry in await entries(entity="appointment") if entry["action"] == "update"]
        assert len([entry for entry in made if entry["action"] == "insert"]) == 1 + WEEKS
        assert len(changed) == WEEKS
        assert {entry["actor_id"] for entry in [*made, *changed]} == {user_id}

    async def test_the_personal_data_of_a_customer_tell_of_the_series(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa, mai = await bookable_spa(), await add_customer()
        series = await create(client, series_of(spa, customer_id=mai))
        data = (await client.get(f"/api/v1/customers/{mai}/personal-data")).json()
        assert [visit["series"]["id"] for visit in data["other_records"]["visits"]] == [series["id"]] * WEEKS


class TestOccurrenceThatDoesNotFit:
    async def test_it_is_refused_as_a_single_booking_is_and_the_others_are_booked(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        second_start = spa.hour(10, days=8)
        await client.post(VISITS, **spa.booking(second_start))
        series = await create(client, series_of(spa))
        single = (await client.post(VISITS, **spa.booking(second_start))).json()["error"]
        assert codes(series["occurrences"]) == [None, "SLOT_TAKEN", None]
        assert statuses(series["occurrences"]) == ["confirmed", None, "confirmed"]
        error = series["occurrences"][1]["error"]
        assert error["message"] == single["message"]
        assert [(occurrence["type"], occurrence["value"]) for occurrence in error["details"]] == [
            (occurrence["type"], occurrence["value"]) for occurrence in single["details"]
        ]

    async def test_it_is_offered_starts_of_its_own_day_only(self, client: httpx2.AsyncClient) -> None:
        """No screen shows those of other days, and each refusal would search two months for them."""
        spa = await bookable_spa()
        spa.take(spa.therapists[0], (spa.hour(9, days=8), spa.hour(20, days=8)))
        await spa.write()
        start = spa.hour(10, days=8)
        single = await client.post(VISITS, **spa.booking(start))
        assert alternatives(single) == [spa.hour(20, 8), spa.hour(9, 9), spa.hour(9.25, 9)]
        preview = await client.post(f"{SERIES}/preview", json=series_of(spa)["json"])
        series = await create(client, series_of(spa))
        for occurrences in (preview.json()["occurrences"], series["occurrences"]):
            [offered] = occurrences[1]["error"]["details"]
            assert (offered["type"], datetime.fromisoformat(offered["value"])) == (
                "alternative",
                spa.hour(20, 8),
            )

    async def test_the_refusal_is_in_the_language_of_the_client(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(days=[1])
        messages = {
            language: (
                await create(
                    client,
                    with_headers(series_of(spa, spa.hour(hour, days=1)), {"Accept-Language": language}),
                )
            )["occurrences"][1]["error"]["message"]
            for language, hour in (("vi", 10), ("en", 14))
        }
        assert "kỹ thuật viên" in messages["vi"]
        assert "therapist" in messages["en"]

    async def test_a_customer_who_is_elsewhere_then(self, client: httpx2.AsyncClient) -> None:
        spa, mai = await bookable_spa(therapists=2, beds=2), await add_customer()
        await client.post(VISITS, **spa.booking(spa.hour(10, days=8), customer_id=mai))
        refused = await create(client, series_of(spa, customer_id=mai))
        assert codes(refused["occurrences"]) == [None, "SAME_TIME", None]
        await cancel(client, refused)
        confirmed = await create(client, series_of(spa, customer_id=mai, allow_same_time=True))
        assert codes(confirmed["occurrences"]) == [None] * WEEKS

    async def test_it_gets_a_visit_at_another_start(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await client.post(VISITS, **spa.booking(spa.hour(10, days=8)))
        series = await create(client, series_of(spa))
        occurrence = {"series_id": series["id"], "number": 2}
        booked = await client.post(VISITS, **spa.booking(spa.hour(15, days=8), occurrence=occurrence))
        assert booked.json()["series"] == {"id": series["id"], "number": 2, "count": WEEKS}
        read = (await client.get(f"{SERIES}/{series['id']}")).json()
        assert read["occurrences"][1]["visit"] == booked.json()
        again = await client.post(VISITS, **spa.booking(spa.hour(18, days=8), occurrence=occurrence))
        assert (again.status_code, again.json()["error"]["code"]) == (409, "OCCURRENCE_BOOKED")
        assert again.json()["error"]["details"][0]["field"] == booked.json()["id"]
        assert statuses(await cancel(client, series)) == ["cancelled"] * WEEKS

    async def test_beyond_the_roster_the_desk_books_a_therapist_by_name(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(days=[1])
        by_name = {"treatments": [spa.treatment(therapist_id=spa.therapists[0])]}
        series = await create(client, series_of(spa, guests=[by_name], force=True))
        assert statuses(series["occurrences"]) == ["confirmed"] * WEEKS

    async def test_there_is_no_such_occurrence(self, client: httpx2.AsyncClient) -> None:
        spa, other = await bookable_spa(), await bookable_spa()
        series = await create(client, series_of(spa))
        for place, occurrence in (
            (spa, {"series_id": series["id"], "number": WEEKS + 1}),
            (spa, {"series_id": str(uuid7()), "number": 1}),
            (other, {"series_id": series["id"], "number": 1}),
        ):
            answer = await client.post(VISITS, **place.booking(place.hour(15), occurrence=occurrence))
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "SERIES_NOT_FOUND")

    async def test_customers_neither_make_nor_join_a_series(self, client: httpx2.AsyncClient) -> None:
        spa, (mai, headers) = await bookable_spa(), await new_customer()
        await client.post(VISITS, **spa.booking(spa.hour(10, days=8)))
        series = await create(client, series_of(spa, customer_id=mai))
        occurrence = {"series_id": series["id"], "number": 2}
        for path, request in (
            (SERIES, series_of(spa)),
            (VISITS, spa.booking(spa.hour(15, days=8), occurrence=occurrence)),
        ):
            assert (await client.post(path, **with_headers(request, headers))).status_code == 403
        own = (await client.get(VISITS, headers=headers)).json()["items"]
        assert [visit["series"]["number"] for visit in own] == [3, 1]


class TestPreview:
    async def test_it_says_what_would_happen_and_changes_nothing(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await client.post(VISITS, **spa.booking(spa.hour(10, days=8)))
        before = await everything_stored()
        preview = await client.post(f"{SERIES}/preview", json=series_of(spa)["json"])
        assert preview.status_code == 200, preview.text
        after = await everything_stored()
        assert {name for name in before if before[name] != after[name]} == set()
        series = await create(client, series_of(spa))
        assert preview.json()["occurrences"] == [
            {name: value for name, value in occurrence.items() if name != "visit"}
            for occurrence in series["occurrences"]
        ]
        assert codes(preview.json()["occurrences"]) == [None, "SLOT_TAKEN", None]


class TestRetry:
    async def test_the_same_key_gets_the_same_response(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(days=[1, 15])
        request = series_of(spa)
        first = await client.post(SERIES, **request)
        await cancel(client, first.json(), from_number=2)
        second = await client.post(SERIES, **request)
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert codes(first.json()["occurrences"]) == [None, "SLOT_TAKEN", None]
        assert len(await run_sql("SELECT FROM visit")) == 2

    async def test_another_request_with_the_key_is_refused(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        await create(client, series_of(spa, key="a"))
        other = await client.post(SERIES, **series_of(spa, key="a", repeat={"count": 2}))
        assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")

    async def test_a_retry_finishes_what_stopped_in_the_middle(self, client: httpx2.AsyncClient) -> None:
        spa, request = await bookable_spa(), {}
        request = series_of(spa)
        async with refused_by_database(2):
            stopped = await client.post(SERIES, **request)
        assert stopped.status_code == 503
        assert [row[0] for row in await run_sql("SELECT series_number FROM visit")] == [1]
        finished = await create(client, request)
        assert statuses(finished["occurrences"]) == ["confirmed"] * WEEKS
        assert await create(client, request) == finished
        assert len(await run_sql("SELECT FROM visit")) == WEEKS
        assert len(await run_sql("SELECT FROM visit_series")) == 1

    async def test_an_occurrence_that_lost_a_race_is_booked_again(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        async with refused_by_database(2, "40001", times=1):
            series = await create(client, series_of(spa))
        assert statuses(series["occurrences"]) == ["confirmed"] * WEEKS

    async def test_a_cancelled_series_is_not_finished_by_a_retry(self, client: httpx2.AsyncClient) -> None:
        spa, request = await bookable_spa(), {}
        request = series_of(spa)
        async with refused_by_database(2):
            await client.post(SERIES, **request)
        [(series_id,)] = await run_sql("SELECT id FROM visit_series")
        await cancel(client, {"id": series_id})
        assert statuses((await create(client, request))["occurrences"]) == ["cancelled", None, None]

    async def test_copies_of_a_request_at_the_same_time_make_one_series(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        request = series_of(spa)
        answers = await asyncio.gather(*(client.post(SERIES, **request) for _ in range(5)))
        refused = [answer for answer in answers if answer.status_code != 201]
        assert {answer.json()["error"]["code"] for answer in refused} <= {"IDEMPOTENCY_IN_FLIGHT"}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
        assert len(await run_sql("SELECT FROM visit")) == WEEKS
        assert await overlaps() == 0

    async def test_an_erasure_deletes_the_stored_response(self, client: httpx2.AsyncClient) -> None:
        spa, mai = await bookable_spa(), await add_customer()
        await create(client, series_of(spa, customer_id=mai, key="series"))
        await client.post(f"/api/v1/customers/{mai}/erase?force=true")
        assert await run_sql("SELECT FROM idempotency_key WHERE key = 'series'") == []


class TestCancelling:
    async def test_the_whole_series(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        series = await create(client, series_of(spa))
        occurrences = await cancel(client, series, reason="Khách đi xa")
        assert statuses(occurrences) == ["cancelled"] * WEEKS
        assert {occurrence["visit"]["appointments"][0]["reason"] for occurrence in occurrences} == {
            "Khách đi xa"
        }
        assert await run_sql("SELECT FROM allocation") == []
        assert await cancel(client, series) == occurrences

    async def test_this_and_the_following(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        series = await create(client, series_of(spa))
        assert statuses(await cancel(client, series, from_number=2)) == [
            "confirmed",
            "cancelled",
            "cancelled",
        ]

    async def test_by_the_policy_of_the_branch(self, client: httpx2.AsyncClient) -> None:
        """The first is cancelled on the day before it, later than the three days that are free."""
        spa = await bookable_spa(free_cancel_minutes=3 * 24 * 60)
        series = await create(client, series_of(spa))
        assert statuses(await cancel(client, series)) == ["late_cancelled", "cancelled", "cancelled"]

    async def test_what_has_begun_or_is_over_stays(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(days=range(1, 36))
        series = await create(client, series_of(spa, repeat={"count": 5}))
        appointments = [occurrence["visit"]["appointments"][0]["id"] for occurrence in series["occurrences"]]
        for appointment_id, status, hours in (
            (appointments[0], "completed", -30),
            (appointments[1], "confirmed", -2),
            (appointments[2], "arrived", 1),
        ):
            await run_sql(
                "UPDATE appointment SET status = $2, starts_at = now() + $3, ends_at = now() + $3 + '1 h'"
                " WHERE id = $1",
                appointment_id,
                status,
                timedelta(hours=hours),
            )
        occurrences = await cancel(client, series)
        assert statuses(occurrences) == ["completed", "confirmed", "arrived", "cancelled", "cancelled"]
        assert codes(occurrences) == [None] * 5

    async def test_one_that_cannot_be_cancelled_has_its_own_answer(
        self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second guest arrives after the series was read and before the visit is locked."""
        spa = await bookable_spa()
        series = await create(client, series_of(spa))
        second = series["occurrences"][1]["visit"]

        async def arrive_first(session: Any, user: Any, visit_id: Any, change: Any) -> Any:
            if str(visit_id) == second["id"]:
                await run_sql("UPDATE appointment SET status = 'in_service' WHERE visit_id = $1", visit_id)
            return await set_status(session, user, visit_id, change)

        monkeypatch.setattr("app.modules.booking.series.service.set_status", arrive_first)
        occurrences = await cancel(client, series)
        assert statuses(occurrences) == ["cancelled", "in_service", "cancelled"]
        assert codes(occurrences) == [None, "STATUS_CONFLICT", None]

    async def test_one_cancellation_is_undone_by_itself(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        series = await create(client, series_of(spa))
        await cancel(client, series)
        await client.post(
            f"{VISITS}/{series['occurrences'][1]['visit']['id']}/undo",
            json={"status": "cancelled"},
            headers={"Idempotency-Key": str(uuid7())},
        )
        read = (await client.get(f"{SERIES}/{series['id']}")).json()
        assert statuses(read["occurrences"]) == ["cancelled", "confirmed", "cancelled"]


class TestChanges:
    async def test_a_visit_that_moves_stays_in_the_series(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        series = await create(client, series_of(spa))
        visit = series["occurrences"][1]["visit"]
        moved = await client.patch(
            f"{VISITS}/{visit['id']}", json={"start": spa.hour(16, days=9).isoformat()}
        )
        assert moved.json()["series"] == visit["series"]
        read = (await client.get(f"{SERIES}/{series['id']}")).json()
        assert read["occurrences"][1] == series["occurrences"][1] | {"visit": visit_of(moved)}
        assert statuses(await cancel(client, series, from_number=2)) == [
            "confirmed",
            "cancelled",
            "cancelled",
        ]

    async def test_a_guest_who_is_split_from_the_party_leaves_the_series(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa(therapists=2, beds=2)
        series = await create(client, series_of(spa, guests=2))
        guest = series["occurrences"][0]["visit"]["appointments"][1]
        alone = await client.patch(f"{APPOINTMENTS}/{guest['id']}", json={"split_from_party": True})
        assert alone.json()["series"] is None
        assert len((await cancel(client, series))[0]["visit"]["appointments"]) == 1
        assert (await client.get(f"{VISITS}/{alone.json()['id']}")).json()["appointments"][0][
            "status"
        ] == "confirmed"


async def test_a_receptionist_of_another_branch_is_refused(client: httpx2.AsyncClient) -> None:
    spa, other = await bookable_spa(), await bookable_spa()
    headers = await signed_in(Role.RECEPTIONIST, branch_id=other.branch_id)
    series = await create(client, series_of(spa))
    for answer in (
        await client.post(SERIES, **with_headers(series_of(spa), headers)),
        await client.post(f"{SERIES}/preview", json=series_of(spa)["json"], headers=headers),
        await client.get(f"{SERIES}/{series['id']}", headers=headers),
        await client.put(f"{SERIES}/{series['id']}/status", json={"status": "cancelled"}, headers=headers),
    ):
        assert answer.status_code == 403
    assert len(await run_sql("SELECT FROM visit")) == WEEKS
    assert {row[0] for row in await run_sql("SELECT status FROM appointment")} == {"confirmed"}
