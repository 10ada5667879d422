"""Statements of commissions and tips."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.modules.identity.roles import Role
from tests.builders.bookings import bookable_spa
from tests.builders.branches import add_branch
from tests.builders.commissions import add_rule, close_bill, line, pay_commission, refund, tip
from tests.builders.people import new_user, signed_in
from tests.builders.rosters import add_therapist
from tests.support.database import run_sql

STATEMENT = "/api/v1/commissions/statement"
TODAY = utc_now().date()
PERIOD = {"first_day": str(TODAY - timedelta(days=1)), "last_day": str(TODAY + timedelta(days=1))}


async def read(http: httpx2.AsyncClient, staff_id: UUID | None = None, **query: Any) -> dict[str, Any]:
    person = {"staff_id": str(staff_id)} if staff_id else {}
    response = await http.get(STATEMENT, params=PERIOD | person | query)
    assert response.status_code == 200, response.text
    statement: dict[str, Any] = response.json()
    return statement


async def test_a_statement_has_what_was_earned_taken_back_tipped_and_paid_out(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa(therapists=2)
    lan, mai = spa.therapists
    await add_rule(rate=1000)
    earned = line(lan, spa.variant_id, 450_000)
    await close_bill(spa.branch_id, earned, line(mai, spa.variant_id, 999_000))
    await refund(spa.branch_id, (earned.line_id, 150_000))
    await tip(spa.branch_id, lan, 50_000)
    await tip(spa.branch_id, lan, -10_000, source="refund")
    await tip(spa.branch_id, mai, 70_000)
    await tip(spa.branch_id, lan, -30_000, source="drawer_movement")
    await pay_commission(spa.branch_id, lan, 20_000)

    statement = await read(client, lan)
    assert [(entry["amount"], entry["base"], entry["rate"]) for entry in statement["lines"]] == [
        (45_000, 450_000, 1000),
        (-15_000, -150_000, 1000),
    ]
    assert statement["lines"][0]["name"] == {"vi": "Massage body 60'", "en": "Body massage 60'"}
    assert [entry["amount"] for entry in statement["tips"]] == [-10_000, 50_000]
    assert [(entry["account"], entry["amount"]) for entry in statement["payments"]] == [
        ("commission", 20_000),
        ("tip", 30_000),
    ]
    assert statement["sums"] == {
        "commissions": 30_000,
        "tips": 40_000,
        "paid_commissions": 20_000,
        "paid_tips": 30_000,
        "owed_commissions": 10_000,
        "owed_tips": 10_000,
    }


async def test_a_refund_counts_to_its_own_period_and_what_is_owed_to_all_before(
    client: httpx2.AsyncClient,
) -> None:
    spa = await bookable_spa()
    await add_rule(rate=1000)
    earned = line(spa.therapists[0], spa.variant_id, 450_000)
    await close_bill(spa.branch_id, earned)
    with time_machine.travel(utc_now() + timedelta(days=30), tick=False):
        await refund(spa.branch_id, (earned.line_id, 150_000))
    before = await read(client, spa.therapists[0])
    later = str(TODAY + timedelta(days=30))
    after = await read(client, spa.therapists[0], first_day=later, last_day=str(TODAY + timedelta(days=31)))
    assert (before["sums"]["commissions"], before["sums"]["owed_commissions"]) == (45_000, 45_000)
    assert (after["sums"]["commissions"], after["sums"]["owed_commissions"]) == (-15_000, 30_000)


async def test_the_sums_of_statements_are_those_of_the_ledger(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa(therapists=3)
    await add_rule(rate=1234)
    lines = [line(lan, spa.variant_id, 333_333 + n) for n, lan in enumerate(spa.therapists * 3)]
    await close_bill(spa.branch_id, *lines)
    await refund(spa.branch_id, *((sold.line_id, 11_111) for sold in lines[:5]))
    [(ledger,)] = await run_sql("SELECT -sum(amount) FROM ledger_entry WHERE account = 'commission'")
    statements = [await read(client, lan) for lan in spa.therapists]
    assert sum(statement["sums"]["commissions"] for statement in statements) == ledger
    assert sum(statement["sums"]["owed_commissions"] for statement in statements) == ledger


class TestAccess:
    async def test_people_read_their_own(self, stranger: httpx2.AsyncClient) -> None:
        spa = await bookable_spa()
        user_id, headers = await new_user(Role.THERAPIST)
        lan = await add_therapist(spa.branch_id, user_id=user_id)
        await add_rule()
        await close_bill(spa.branch_id, line(lan, spa.variant_id, 450_000))
        stranger.headers |= headers
        assert (await read(stranger))["sums"]["commissions"] == 45_000
        assert await read(stranger, lan) == await read(stranger)
        other = await stranger.get(STATEMENT, params=PERIOD | {"staff_id": str(spa.therapists[0])})
        assert (other.status_code, other.json()["error"]["code"]) == (404, "STAFF_NOT_FOUND")

    async def test_who_has_no_staff_record_has_no_statement(self, client: httpx2.AsyncClient) -> None:
        assert (await client.get(STATEMENT, params=PERIOD)).status_code == 404

    @pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.CUSTOMER])
    async def test_the_desk_and_customers_read_nobodys(
        self, stranger: httpx2.AsyncClient, role: Role
    ) -> None:
        spa = await bookable_spa()
        stranger.headers |= await signed_in(role, branch_id=spa.branch_id)
        response = await stranger.get(STATEMENT, params=PERIOD | {"staff_id": str(spa.therapists[0])})
        assert response.status_code == (404 if role is Role.RECEPTIONIST else 403)

    async def test_the_administrator_of_a_branch_sees_what_was_earned_there(
        self, client: httpx2.AsyncClient
    ) -> None:
        spa = await bookable_spa()
        other = await add_branch()
        lan = await add_therapist(spa.branch_id, other)
        await add_rule()
        await close_bill(spa.branch_id, line(lan, spa.variant_id, 450_000))
        await close_bill(other, line(lan, spa.variant_id, 100_000))
        await tip(other, lan, 5_000)
        of_branch = await signed_in(Role.ADMIN, branch_id=other)
        assert (await read(client, lan))["sums"]["commissions"] == 55_000
        client.headers |= of_branch
        statement = await read(client, lan)
        assert (statement["branch_ids"], statement["sums"]) == (
            [str(other)],
            {
                "commissions": 10_000,
                "tips": 5_000,
                "paid_commissions": 0,
                "paid_tips": 0,
                "owed_commissions": 10_000,
                "owed_tips": 5_000,
            },
        )
        elsewhere = {"staff_id": str(spa.therapists[0])}
        assert (await client.get(STATEMENT, params=PERIOD | elsewhere)).status_code == 403


async def test_a_statement_is_of_at_most_92_days(client: httpx2.AsyncClient) -> None:
    spa = await bookable_spa()
    person = {"staff_id": str(spa.therapists[0]), "first_day": "2027-01-01"}
    statuses = [
        (await client.get(STATEMENT, params=person | {"last_day": last})).status_code
        for last in ("2026-12-31", "2027-04-02", "2027-04-03")
    ]
    assert statuses == [422, 200, 422]


@pytest.mark.parametrize(
    ("language", "kinds"),
    [
        ("vi", ["Hoa hồng", "Hoàn hoa hồng", "Tip", "Đã chi tip"]),
        ("en", ["Commission", "Commission taken back", "Tip", "Tip paid out"]),
    ],
)
async def test_the_csv_has_the_same_lines(
    client: httpx2.AsyncClient, language: str, kinds: list[str]
) -> None:
    spa = await bookable_spa()
    lan = spa.therapists[0]
    await add_rule(rate=1250)
    earned = line(lan, spa.variant_id, 400_000)._replace(name=earned_name())
    await close_bill(spa.branch_id, earned)
    await refund(spa.branch_id, (earned.line_id, 200_000))
    await tip(spa.branch_id, lan, 50_000)
    await tip(spa.branch_id, lan, -20_000, source="drawer_movement")
    response = await client.get(
        f"{STATEMENT}.csv", params=PERIOD | {"staff_id": str(lan)}, headers={"Accept-Language": language}
    )
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert [row[2] for row in rows] == kinds
    assert [row[6] for row in rows] == ["50000", "-25000", "50000", "-20000"]
    assert (rows[0][5], rows[0][3], len(header)) == ("12.5%", "'=cmd", 7)


def earned_name() -> Any:
    from app.common.types.localized import LocalizedText

    return LocalizedText("=cmd", "=cmd")
