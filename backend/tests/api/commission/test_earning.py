"""Commissions that bills earn and refunds take back, on PostgreSQL."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import asyncpg
import pytest
import time_machine
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.modules.commission.commission_models import CommissionRule
from app.modules.commission.earning import earn
from app.modules.commission.rules import EarningKind
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from app.modules.ledger.till import lock_till
from tests.builders.bookings import bookable_spa
from tests.builders.commissions import add_rule, close_bill, line, owed, refund
from tests.builders.products import add_product
from tests.support.database import run_sql

pytestmark = pytest.mark.usefixtures("stranger")


class Crew(NamedTuple):
    branch_id: UUID
    variant_id: UUID
    service_id: UUID
    category_id: UUID
    lan: UUID
    mai: UUID


@pytest.fixture
async def crew() -> Crew:
    spa = await bookable_spa(therapists=2)
    [(service_id, category_id)] = await run_sql(
        "SELECT service_id, category_id FROM service_of_variant WHERE variant_id = $1", spa.variant_id
    )
    return Crew(spa.branch_id, spa.variant_id, service_id, category_id, *spa.therapists)


async def balances(crew: Crew) -> dict[Account, int]:
    today = utc_now().date()
    period = today - timedelta(days=2), today + timedelta(days=800)
    return await run_in_transaction(
        lambda session: ledger_service.read_balances(session, crew.branch_id, *period)
    )


async def test_each_line_earns_for_its_person_by_the_rule_of_its_service(crew: Crew) -> None:
    await add_rule("services", rate=500)
    await add_rule("category", crew.category_id, rate=1000)
    await add_rule("all", staff_id=crew.mai, rate=2000)
    entries = await close_bill(
        crew.branch_id,
        line(crew.lan, crew.variant_id, 450_000),
        line(crew.mai, crew.variant_id, 450_000),
        line(crew.lan, None, 100_000, kind=EarningKind.ADD_ON),
    )
    assert owed(entries) == {crew.lan: 45_000 + 5_000, crew.mai: 90_000}
    assert await balances(crew) == {Account.COMMISSION_COST: 140_000, Account.COMMISSION: -140_000}


async def test_an_add_on_earns_by_the_service_that_it_was_added_to(crew: Crew) -> None:
    await add_rule("service", crew.service_id, rate=1500)
    add_on = line(crew.lan, crew.variant_id, 100_000, kind=EarningKind.ADD_ON)
    assert owed(await close_bill(crew.branch_id, add_on)) == {crew.lan: 15_000}


async def test_a_product_earns_an_amount_for_each_piece(crew: Crew) -> None:
    oil = await add_product()
    await add_rule("product", oil, amount=20_000)
    sold = line(crew.lan, oil, 500_000, kind=EarningKind.PRODUCT, quantity=3)
    assert owed(await close_bill(crew.branch_id, sold)) == {crew.lan: 60_000}
    [entry] = await run_sql("SELECT kind, name_vi, base, quantity, rate, unit_amount FROM commission_entry")
    assert tuple(entry) == ("product", "Massage body 60'", 500_000, 3, None, 20_000)


async def test_a_line_without_a_rule_earns_nothing(crew: Crew) -> None:
    await add_rule("products")
    assert await close_bill(crew.branch_id, line(crew.lan, crew.variant_id, 450_000)) == []
    assert await run_sql("SELECT FROM commission_entry") == []


@pytest.mark.parametrize(
    ("first", "last", "earns"), [(0, 0, True), (-9, None, True), (1, None, False), (-9, -1, False)]
)
async def test_a_rule_pays_on_its_days(crew: Crew, first: int, last: int | None, earns: bool) -> None:
    with time_machine.travel("2027-03-31T05:00:00+00:00", tick=False):
        today = utc_now().date()
        last_day = None if last is None else today + timedelta(days=last)
        await add_rule(first_day=today + timedelta(days=first), last_day=last_day)
        entries = await close_bill(crew.branch_id, line(crew.lan, crew.variant_id, 450_000))
    assert owed(entries) == ({crew.lan: 45_000} if earns else {})


async def test_a_line_earns_once(crew: Crew) -> None:
    await add_rule()
    earned = line(crew.lan, crew.variant_id, 450_000)
    await close_bill(crew.branch_id, earned)
    with pytest.raises(Exception, match="commission_entry_line_key"):
        await close_bill(crew.branch_id, earned)


class TestRefunds:
    async def test_four_percent_of_1000_less_a_credit_note_of_200_is_32(self, crew: Crew) -> None:
        await add_rule(rate=400)
        earned = line(crew.lan, crew.variant_id, 1000)
        await close_bill(crew.branch_id, earned)
        await refund(crew.branch_id, (earned.line_id, 200))
        assert await balances(crew) == {Account.COMMISSION_COST: 32, Account.COMMISSION: -32}

    async def test_it_is_taken_at_the_frozen_rate_from_the_right_person_on_the_day_of_the_refund(
        self, crew: Crew
    ) -> None:
        await add_rule(rate=1000)
        earned = line(crew.lan, crew.variant_id, 450_000)
        await close_bill(crew.branch_id, earned)
        await run_sql("UPDATE commission_rule SET rate = 5000, staff_id = $1", crew.mai)
        later = utc_now() + timedelta(days=40)
        with time_machine.travel(later, tick=False):
            entries = await refund(crew.branch_id, (earned.line_id, 450_000))
        assert owed(entries) == {crew.lan: -45_000}
        rows = await run_sql("SELECT business_day, base, rate, amount FROM commission_entry ORDER BY id")
        assert [tuple(row)[1:] for row in rows] == [(450_000, 1000, 45_000), (-450_000, 1000, -45_000)]
        assert rows[1]["business_day"] - rows[0]["business_day"] == timedelta(days=40)

    async def test_parts_take_back_all_to_the_dong(self, crew: Crew) -> None:
        """Three thirds of 100 đồng at 10 %: 3, 4 and 3."""
        await add_rule(rate=1000)
        earned = line(crew.lan, crew.variant_id, 100)
        await close_bill(crew.branch_id, earned)
        parts = [
            owed(await refund(crew.branch_id, (earned.line_id, part)))[crew.lan] for part in (33, 33, 34)
        ]
        assert parts == [-3, -4, -3]
        assert await balances(crew) == {Account.COMMISSION_COST: 0, Account.COMMISSION: 0}

    async def test_a_part_too_small_for_a_dong_is_remembered(self, crew: Crew) -> None:
        await add_rule(rate=1000)
        earned = line(crew.lan, crew.variant_id, 100)
        await close_bill(crew.branch_id, earned)
        reversed_parts = [
            owed(await refund(crew.branch_id, (earned.line_id, 4))).get(crew.lan, 0) for _ in range(25)
        ]
        assert sum(reversed_parts) == -10
        assert 0 in reversed_parts

    async def test_two_parts_of_a_line_in_one_refund(self, crew: Crew) -> None:
        await add_rule(rate=1000)
        earned = line(crew.lan, crew.variant_id, 10)
        await close_bill(crew.branch_id, earned)
        assert owed(await refund(crew.branch_id, (earned.line_id, 5), (earned.line_id, 5))) == {crew.lan: -1}

    async def test_an_amount_a_treatment_goes_back_with_its_part_of_the_price(self, crew: Crew) -> None:
        await add_rule(amount=60_000)
        earned = line(crew.lan, crew.variant_id, 450_000)
        await close_bill(crew.branch_id, earned)
        assert owed(await refund(crew.branch_id, (earned.line_id, 150_000))) == {crew.lan: -20_000}

    async def test_a_line_that_earned_nothing_takes_nothing_back(self, crew: Crew) -> None:
        assert await refund(crew.branch_id, (uuid4(), 100)) == []


async def test_a_bill_of_many_lines_earns_with_two_messages(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing a bill has twelve in all. A bill without a person on its lines has none."""
    from app.modules.commission import earning, in_force

    await add_rule()
    sent: list[str] = []

    def counted(original: object) -> object:
        async def fetch(session: AsyncSession, statement: str, *parameters: object) -> object:
            sent.append(statement)
            assert callable(original)
            return await original(session, statement, *parameters)

        return fetch

    for module in (earning, in_force):
        monkeypatch.setattr(module, "fetch_raw", counted(module.fetch_raw))
    lines = [line(crew.lan, crew.variant_id, 450_000) for _ in range(5)]

    async def close(session: AsyncSession) -> None:
        till = await lock_till(session, crew.branch_id)
        await earn(session, till, lines)
        await earn(session, till, [])

    await run_in_transaction(close)
    assert len(sent) == 2


@pytest.mark.parametrize(
    "change",
    ["UPDATE commission_entry SET amount = 1", "DELETE FROM commission_entry", "TRUNCATE commission_entry"],
)
async def test_no_statement_changes_what_was_earned(crew: Crew, change: str) -> None:
    await add_rule()
    await close_bill(crew.branch_id, line(crew.lan, crew.variant_id, 450_000))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="post the opposite"):
        await run_sql(change)


def test_the_columns_of_things_are_columns_of_the_table() -> None:
    from app.modules.commission.commission_models import THING_COLUMNS

    assert set(THING_COLUMNS.values()) <= set(CommissionRule.__table__.columns.keys())
