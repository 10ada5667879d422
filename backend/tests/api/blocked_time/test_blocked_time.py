"""Blocked time over HTTP: once, every week, and what is refused."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from uuid_utils.compat import uuid7

from app.modules.blocked_time.blocked_time_errors import MAX_BLOCKED_TIMES
from app.modules.staff.staff_models import StaffBranch
from tests.api.blocked_time.blocks import (
    ALL,
    AROUND_THE_MEETING,
    EVERY_DAY,
    PATH,
    block,
    free_hours,
    listed,
    meeting,
)
from tests.builders.bookings import (
    VISITS,
    BookableSpa,
    bookable_spa,
)
from tests.builders.branches import add_branch
from tests.builders.resources import add_bed, blocked_time_row
from tests.builders.rosters import add_therapist, code_of
from tests.support.database import insert, insert_all


class TestOnce:
    async def test_a_therapist_in_a_meeting_is_free_until_it_begins_and_from_its_end(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        blocked = await block(client, spa, note="Họp đầu tuần")
        assert blocked == meeting(spa, note="Họp đầu tuần", weekdays=[]) | {
            "id": blocked["id"],
            "last_day": spa.day().isoformat(),
        }
        assert (await client.get(f"{PATH}/{blocked['id']}")).json() == blocked | {"exceptions": []}
        assert await free_hours(client, spa) == AROUND_THE_MEETING
        assert await free_hours(client, spa, days=10) == ALL
        refused = await client.post(VISITS, **spa.booking(spa.hour(12.5)))
        assert code_of(refused) == (409, "SLOT_TAKEN")
        for hour in (11, 13):
            assert (await client.post(VISITS, **spa.booking(spa.hour(hour)))).status_code == 201

    async def test_a_bed_is_blocked_for_its_cleaning_with_the_turnover_before_it(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        await block(client, spa, spa.beds[0], reason="cleaning")
        # The bed is made ready for a quarter of an hour after the guest.
        assert await free_hours(client, spa) == AROUND_THE_MEETING - {"11:00"}

    async def test_it_ends_after_midnight(self, client: httpx2.AsyncClient) -> None:
        spa = await bookable_spa(hours="00:00-24:00")
        await block(client, spa, days=2, starts="23:30", ends="11:15")
        assert await free_hours(client, spa) == ALL - {"10:45", "11:00"}

    async def test_it_lasts_for_24_hours_at_most(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        await block(client, spa, days=2, starts="12:00", ends="12:00")
        assert await free_hours(client, spa) == {"12:00", "12:15", "12:30", "12:45", "13:00", "13:15"}

    async def test_a_therapist_is_blocked_in_every_branch(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        elsewhere = await add_branch(time_zone="Asia/Tokyo")  # two hours earlier
        await insert(StaffBranch(staff_id=spa.therapists[0], branch_id=elsewhere))
        await block(client, spa, branch_id=str(elsewhere), starts="14:00", ends="15:00")
        assert await free_hours(client, spa) == AROUND_THE_MEETING

    async def test_it_goes_when_it_is_removed(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        path = f"{PATH}/{(await block(client, spa))['id']}"
        assert (await client.delete(path)).status_code == 204
        assert await free_hours(client, spa) == ALL
        for answer in (await client.get(path), await client.delete(path)):
            assert code_of(answer) == (404, "BLOCKED_TIME_NOT_FOUND")

    async def test_a_retry_with_its_key_blocks_once(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        headers = {"Idempotency-Key": str(uuid7())}
        answers = [await client.post(PATH, json=meeting(spa), headers=headers) for _ in range(2)]
        assert answers[0].json() == answers[1].json()
        assert len(await listed(client, spa)) == 1


class TestEveryWeek:
    async def test_it_repeats_on_its_weekdays_from_the_first_to_the_last_day(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        weekdays = [spa.day(3).isoweekday(), spa.day(5).isoweekday()]
        await block(client, spa, weekdays=weekdays, last_day=spa.day(12).isoformat())
        [read] = await listed(client, spa)
        expected = [spa.day(number).isoformat() for number in (3, 5, 10, 12)]
        assert [occurrence["day"] for occurrence in read["occurrences"]] == expected
        for number in range(2, 19):
            blocked = spa.day(number).isoformat() in expected
            assert (await free_hours(client, spa, number) == AROUND_THE_MEETING) == blocked, number

    async def test_without_a_last_day_it_goes_on(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        await block(client, spa, weekdays=EVERY_DAY)
        days = {"first_day": "2150-01-01", "last_day": "2150-01-31"}
        [read] = (await client.get(PATH, params=days)).json()
        assert (len(read["occurrences"]), read["last_day"]) == (31, None)

    async def test_one_occurrence_is_skipped_and_takes_place_again(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        path = f"{PATH}/{(await block(client, spa, weekdays=EVERY_DAY))['id']}/occurrences/{spa.day(5)}"
        for _ in range(2):
            assert (await client.delete(path)).status_code == 204
        assert await free_hours(client, spa, 5) == ALL
        assert await free_hours(client, spa, 4) == await free_hours(client, spa, 6) == AROUND_THE_MEETING
        [read] = await listed(client, spa)
        assert [row["day"] for row in read["occurrences"] if row["skipped"]] == [spa.day(5).isoformat()]
        again = await client.put(path, json={"starts": "12:00", "ends": "13:00"})
        assert again.json()["occurrence"]["changed"] is False
        assert await free_hours(client, spa, 5) == AROUND_THE_MEETING

    async def test_one_occurrence_has_other_times(self, client: httpx2.AsyncClient, spa: BookableSpa) -> None:
        path = f"{PATH}/{(await block(client, spa, weekdays=EVERY_DAY))['id']}/occurrences/{spa.day(5)}"
        answer = await client.put(path, json={"starts": "11:30", "ends": "12:15"})
        assert answer.status_code == 200, answer.text
        [read] = await listed(client, spa)
        [changed] = [row for row in read["occurrences"] if row["changed"]]
        assert answer.json()["occurrence"] == changed
        assert (changed["day"], changed["skipped"]) == (spa.day(5).isoformat(), False)
        assert await free_hours(client, spa, 5) == {"12:15", "12:30", "12:45", "13:00", "13:15"}
        assert await free_hours(client, spa, 4) == AROUND_THE_MEETING

    async def test_exceptions_stay_when_the_whole_is_changed(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        body = meeting(spa, weekdays=EVERY_DAY)
        path = f"{PATH}/{(await block(client, spa, weekdays=EVERY_DAY))['id']}"
        await client.delete(f"{path}/occurrences/{spa.day(5)}")
        change = {name: body[name] for name in ("reason", "first_day", "weekdays")}
        changed = await client.put(path, json=change | {"starts": "11:30", "ends": "12:15"})
        assert changed.status_code == 200, changed.text
        assert await free_hours(client, spa, 5) == ALL
        assert await free_hours(client, spa, 6) == {"12:15", "12:30", "12:45", "13:00", "13:15"}

    @pytest.mark.parametrize("days", [2, 4, 11])
    async def test_a_day_without_an_occurrence_has_none_to_skip_or_change(
        self, client: httpx2.AsyncClient, spa: BookableSpa, days: int
    ) -> None:
        weekly = {"weekdays": [spa.day(3).isoweekday()], "last_day": spa.day(9).isoformat()}
        for blocked in (await block(client, spa), await block(client, spa, **weekly)):
            path = f"{PATH}/{blocked['id']}/occurrences/{spa.day(days)}"
            times = {"starts": "12:00", "ends": "13:00"}
            for answer in (await client.delete(path), await client.put(path, json=times)):
                assert code_of(answer) == (404, "OCCURRENCE_NOT_FOUND")

    async def test_it_keeps_the_wall_clock_of_its_branch(self, client: httpx2.AsyncClient) -> None:
        paris = await add_branch(time_zone="Europe/Paris")
        bed = await add_bed(paris)
        body = {"branch_id": str(paris), "resource_id": str(bed), "reason": "cleaning", "weekdays": EVERY_DAY}
        times = {"first_day": "2100-01-01", "starts": "12:00", "ends": "13:00"}
        assert (await client.post(PATH, json=body | times)).status_code == 201
        days = {
            "first_day": "2100-03-27",
            "last_day": "2100-03-28",
        }  # clocks are set forward in the night between
        [read] = (await client.get(PATH, params=days)).json()
        assert [row["start"] for row in read["occurrences"]] == [
            "2100-03-27T11:00:00Z",
            "2100-03-28T10:00:00Z",
        ]


class TestRefusals:
    async def test_a_resource_has_at_most_so_many_that_have_not_ended(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        ended = {"first_day": spa.day(-9), "last_day": spa.day(-9), "weekdays": []}
        lan = spa.therapists[0]
        row_ids = [await insert(blocked_time_row(spa.branch_id, lan, **ended))]
        await insert_all(blocked_time_row(spa.branch_id, lan) for _ in range(MAX_BLOCKED_TIMES - 1))
        assert (await client.post(PATH, json=meeting(spa))).status_code == 201
        assert code_of(await client.post(PATH, json=meeting(spa))) == (409, "BLOCKED_TIMES_FULL")
        rule = {name: value for name, value in meeting(spa).items() if not name.endswith("_id")}
        extended = await client.put(f"{PATH}/{row_ids[0]}", json=rule)
        assert code_of(extended) == (409, "BLOCKED_TIMES_FULL")
        assert (await client.post(PATH, json=meeting(spa, spa.beds[0]))).status_code == 201

    async def test_only_what_is_in_the_branch_is_blocked(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        other = await add_branch()
        expected = {
            await add_bed(other): (409, "BLOCKED_ELSEWHERE"),
            await add_therapist(other): (409, "NOT_OF_THIS_BRANCH"),
            await add_bed(spa.branch_id, retired=True): (404, "RESOURCE_NOT_FOUND"),
            uuid7(): (404, "RESOURCE_NOT_FOUND"),
        }
        for resource_id, refusal in expected.items():
            assert code_of(await client.post(PATH, json=meeting(spa, resource_id))) == refusal

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ({"last_day": 5}, "weekdays_needed"),
            ({"weekdays": EVERY_DAY, "last_day": 2}, "date_range"),
            ({"weekdays": [1, 8]}, "less_than_equal"),
            ({"reason": "party"}, "enum"),
            ({"starts": "24:00"}, "wall_time"),
            ({"ends": "9 giờ"}, "wall_time"),
            ({"note": "x" * 201}, "string_too_long"),
            ({"first_day": "1999-01-01"}, "instant_range"),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, client: httpx2.AsyncClient, spa: BookableSpa, change: dict[str, Any], kind: str
    ) -> None:
        if isinstance(change.get("last_day"), int):
            change = change | {"last_day": spa.day(change["last_day"]).isoformat()}
        refused = await client.post(PATH, json=meeting(spa, **change))
        assert refused.status_code == 422, refused.text
        assert [detail["type"] for detail in refused.json()["error"]["details"]] == [kind]

    async def test_a_series_without_an_occurrence_is_refused(
        self, client: httpx2.AsyncClient, spa: BookableSpa
    ) -> None:
        weekday = (spa.day(3) - timedelta(days=1)).isoweekday()
        for last, expected in ((8, 422), (9, 201)):
            body = meeting(spa, weekdays=[weekday], last_day=spa.day(last).isoformat())
            assert (await client.post(PATH, json=body)).status_code == expected

    async def test_at_most_62_days_are_listed(self, client: httpx2.AsyncClient) -> None:
        for last, expected in (("2100-03-03", 200), ("2100-03-04", 422), ("2099-12-31", 422)):
            days = {"first_day": "2100-01-01", "last_day": last}
            assert (await client.get(PATH, params=days)).status_code == expected
