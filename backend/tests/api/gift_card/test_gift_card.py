"""Gift cards: balances, their entries, and what is owed for them."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
import time_machine

from app.common.helpers import utc_now
from app.db.transactions import run_in_transaction
from app.jobs import run_once
from app.modules.gift_card import balances
from app.modules.gift_card.gift_card_errors import (
    GiftCardBalanceTooLow,
    GiftCardExpired,
    GiftCardLocked,
    GiftCardNotFound,
    GiftCardUsed,
)
from app.modules.gift_card.gift_card_models import GiftCard
from app.modules.ledger import ledger_service
from app.modules.ledger.accounts import Account
from tests.builders.branches import add_branch
from tests.builders.gift_cards import code_of, give_back, redeem, sell_card, take_back
from tests.builders.people import add_customer
from tests.support.database import insert, run_sql

CARDS = "/api/v1/gift-cards"


async def card(http: httpx2.AsyncClient, card_id: UUID) -> dict[str, Any]:
    response = await http.get(f"{CARDS}/{card_id}")
    assert response.status_code == 200, response.text
    read: dict[str, Any] = response.json()
    assert sum(entry["amount"] for entry in read["entries"]) == read["balance"]
    return read


async def balance_of(card_id: UUID) -> int:
    [(balance,)] = await run_sql("SELECT balance FROM gift_card WHERE id = $1", card_id)
    return int(balance)


async def owed(day: date, branch_id: UUID | None = None) -> int:
    return await run_in_transaction(lambda session: balances.owed_on(session, branch_id, day))


async def test_the_history_of_a_card_adds_up_to_its_balance(client: httpx2.AsyncClient) -> None:
    first, second, payment_id = await add_branch(), await add_branch(), uuid4()
    card_id = await sell_card(first, 500_000)
    await redeem(card_id, second, 200_000, payment_id)
    await give_back(card_id, second, 50_000)
    read = await card(client, card_id)
    assert [(entry["kind"], entry["amount"], entry["branch_id"]) for entry in read["entries"]] == [
        ("issued", 500_000, str(first)),
        ("redeemed", -200_000, str(second)),
        ("refunded", 50_000, str(second)),
    ]
    assert read["entries"][1]["source_id"] == str(payment_id)
    assert (read["value"], read["balance"], read["branch_id"]) == (500_000, 350_000, str(first))


async def test_no_more_is_paid_with_a_card_than_is_on_it(client: httpx2.AsyncClient) -> None:
    branch_id = await add_branch()
    card_id = await sell_card(branch_id, 100_000)
    await redeem(card_id, branch_id, 60_000)
    with pytest.raises(GiftCardBalanceTooLow):
        await redeem(card_id, branch_id, 40_001)
    await redeem(card_id, branch_id, 40_000)
    assert (await card(client, card_id))["balance"] == 0


async def test_of_two_payments_at_once_with_all_that_is_on_a_card_one_wins(
    client: httpx2.AsyncClient,
) -> None:
    branches = [await add_branch() for _ in range(2)]
    card_id = await sell_card(branches[0], 10)
    results = await asyncio.gather(
        *(redeem(card_id, branches[number % 2], 10) for number in range(8)), return_exceptions=True
    )
    assert [
        result for result in results if result is not None and not isinstance(result, GiftCardBalanceTooLow)
    ] == []
    assert results.count(None) == 1
    assert (await card(client, card_id))["balance"] == 0


async def test_payments_and_refunds_at_once_keep_the_sum(client: httpx2.AsyncClient) -> None:
    branch_id = await add_branch()
    card_id = await sell_card(branch_id, 100)
    await redeem(card_id, branch_id, 50)
    await asyncio.gather(
        *(redeem(card_id, branch_id, 5) for _ in range(10)),
        *(give_back(card_id, branch_id, 5) for _ in range(10)),
    )
    assert (await card(client, card_id))["balance"] == 50


async def test_a_payment_takes_its_amount_once(client: httpx2.AsyncClient) -> None:
    branch_id, payment_id = await add_branch(), uuid4()
    card_id = await sell_card(branch_id, 100_000)
    await redeem(card_id, branch_id, 30_000, payment_id)
    with pytest.raises(Exception, match="gift_card_entry_source_key"):
        await redeem(card_id, branch_id, 30_000, payment_id)
    assert await balance_of(card_id) == 70_000


async def test_nothing_is_paid_with_a_card_that_was_reported_lost(client: httpx2.AsyncClient) -> None:
    branch_id = await add_branch()
    card_id = await sell_card(branch_id)
    await client.post(f"{CARDS}/{card_id}/lock")
    with pytest.raises(GiftCardLocked):
        await redeem(card_id, branch_id, 1)


async def test_an_unknown_card_cannot_be_locked_for_a_payment(stranger: httpx2.AsyncClient) -> None:
    with pytest.raises(GiftCardNotFound):
        await redeem(uuid4(), await add_branch(), 1)


class TestReturns:
    async def test_an_unused_card_is_emptied_when_its_price_is_refunded(
        self, client: httpx2.AsyncClient
    ) -> None:
        branch_id, line_id = await add_branch(), uuid4()
        cards = [await sell_card(branch_id, 300_000, sale_line_id=line_id) for _ in range(2)]
        await take_back(line_id, branch_id)
        assert [(await card(client, card_id))["balance"] for card_id in cards] == [0, 0]
        with pytest.raises(GiftCardUsed):
            await take_back(line_id, branch_id)

    async def test_a_card_that_was_used_is_not_refunded(self, stranger: httpx2.AsyncClient) -> None:
        branch_id, line_id = await add_branch(), uuid4()
        card_id = await sell_card(branch_id, 300_000, sale_line_id=line_id)
        await redeem(card_id, branch_id, 1)
        with pytest.raises(GiftCardUsed):
            await take_back(line_id, branch_id)
        await give_back(card_id, branch_id, 1)
        await take_back(line_id, branch_id)
        assert await balance_of(card_id) == 0

    async def test_a_card_gets_no_more_back_than_it_was_sold_for(self, stranger: httpx2.AsyncClient) -> None:
        branch_id = await add_branch()
        card_id = await sell_card(branch_id, 300_000)
        with pytest.raises(Exception, match="gift_card_balance_check"):
            await give_back(card_id, branch_id, 1)


class TestExpiry:
    async def test_what_is_left_is_lost_on_the_day_after_the_last(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch()
        today = utc_now().date()
        card_id = await sell_card(branch_id, 500_000, expires_on=today + timedelta(days=1))
        await redeem(card_id, branch_id, 100_000)
        with time_machine.travel(utc_now() + timedelta(days=1), tick=False):
            await run_once()
            await redeem(card_id, branch_id, 100_000)
        with time_machine.travel(utc_now() + timedelta(days=2), tick=False):
            with pytest.raises(GiftCardExpired):
                await redeem(card_id, branch_id, 1)
            await run_once()
            await run_once()
        read = await card(client, card_id)
        assert [(entry["kind"], entry["amount"]) for entry in read["entries"][-1:]] == [("expired", -300_000)]
        later = today + timedelta(days=3)
        sums = await run_in_transaction(
            lambda session: ledger_service.read_balances(session, branch_id, today, later)
        )
        assert sums == {Account.GIFT_CARD: 300_000, Account.FORFEITED: -300_000}

    async def test_the_night_counts_to_the_day_before(self, stranger: httpx2.AsyncClient) -> None:
        branch_id = await add_branch(time_zone="Asia/Ho_Chi_Minh", business_day_starts=4)
        card_id = await sell_card(branch_id, expires_on=date(2027, 3, 31))
        with time_machine.travel("2027-03-31T20:59:00+00:00", tick=False):  # 03:59 on the first of April
            await run_once()
        assert await balance_of(card_id) == 500_000
        with time_machine.travel("2027-03-31T21:00:00+00:00", tick=False):
            await run_once()
        assert await balance_of(card_id) == 0

    async def test_a_refund_makes_an_expired_card_valid_again(self, client: httpx2.AsyncClient) -> None:
        branch_id = await add_branch()
        today = utc_now().date()
        card_id = await sell_card(branch_id, 500_000, expires_on=today)
        await redeem(card_id, branch_id, 200_000)
        with time_machine.travel(utc_now() + timedelta(days=10), tick=False):
            await run_once()
            await give_back(card_id, branch_id, 200_000)
            await run_once()
            await redeem(card_id, branch_id, 150_000)
        with time_machine.travel(utc_now() + timedelta(days=50), tick=False):
            await run_once()
        kinds = [entry["kind"] for entry in (await card(client, card_id))["entries"]]
        assert kinds == ["issued", "redeemed", "expired", "refunded", "redeemed", "expired"]

    async def test_cards_without_a_date_never_expire(self, stranger: httpx2.AsyncClient) -> None:
        card_id = await sell_card(await add_branch())
        with time_machine.travel(utc_now() + timedelta(days=3650), tick=False):
            await run_once()
        assert await balance_of(card_id) == 500_000


class TestOwed:
    async def test_what_is_owed_on_a_past_day_stays_as_it_was(self, stranger: httpx2.AsyncClient) -> None:
        branch_id, other_id = await add_branch(), await add_branch()
        today = utc_now().date()
        card_id = await sell_card(branch_id, 500_000, expires_on=today + timedelta(days=7))
        days = {ahead: today + timedelta(days=3 * ahead) for ahead in range(4)}
        with time_machine.travel(utc_now() + timedelta(days=3), tick=False):
            await redeem(card_id, other_id, 200_000)
        with time_machine.travel(utc_now() + timedelta(days=6), tick=False):
            await give_back(card_id, other_id, 50_000)
        with time_machine.travel(utc_now() + timedelta(days=9), tick=False):
            await run_once()
        expected = [
            (today - timedelta(days=1), 0),
            (today, 500_000),
            (days[1], 300_000),
            (days[2], 350_000),
            (days[3], 0),
        ]
        assert [(day, await owed(day)) for day, _ in expected] == expected
        assert await owed(days[2], branch_id) == 500_000
        assert await owed(days[2], other_id) == -150_000


class TestDatabase:
    """A balance cannot differ from its entries, whatever a service or a person at psql does."""

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE gift_card SET balance = balance - 1",
            "UPDATE gift_card SET value = value + 1",
        ],
    )
    async def test_a_balance_changes_by_an_entry_alone(
        self, stranger: httpx2.AsyncClient, change: str
    ) -> None:
        await sell_card(await add_branch())
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="changes by an entry"):
            await run_sql(change)

    async def test_a_new_card_is_empty(self, stranger: httpx2.AsyncClient) -> None:
        full = GiftCard(branch_id=await add_branch(), sale_line_id=uuid4(), value=100, balance=1)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="changes by an entry"):
            await insert(full)

    @pytest.mark.parametrize(
        "change",
        ["UPDATE gift_card_entry SET amount = 1", "DELETE FROM gift_card_entry", "TRUNCATE gift_card_entry"],
    )
    async def test_no_statement_changes_an_entry(self, stranger: httpx2.AsyncClient, change: str) -> None:
        await sell_card(await add_branch())
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"post the opposite|use DELETE"):
            await run_sql(change)


class TestLists:
    async def test_the_desk_finds_the_cards_of_a_customer_and_by_their_last_characters(
        self, client: httpx2.AsyncClient
    ) -> None:
        branch_id, customer_id = await add_branch(), await add_customer()
        own = [await sell_card(branch_id, customer_id=customer_id) for _ in range(3)]
        other = await sell_card(branch_id)
        last4 = (await code_of(other))[-4:]
        first = (await client.get(CARDS, params={"customer_id": str(customer_id), "limit": 2})).json()
        second = await client.get(
            CARDS, params={"customer_id": str(customer_id), "limit": 2, "cursor": first["next_cursor"]}
        )
        items = [*first["items"], *second.json()["items"]]
        assert [item["id"] for item in items] == [str(card_id) for card_id in reversed(own)]
        found = (await client.get(CARDS, params={"last4": last4.lower()})).json()["items"]
        assert [item["id"] for item in found] == [str(other)]

    async def test_an_unknown_card_is_not_found(self, client: httpx2.AsyncClient) -> None:
        for response in (
            await client.get(f"{CARDS}/{uuid4()}"),
            await client.post(f"{CARDS}/{uuid4()}/lock"),
            await client.post(f"{CARDS}/{uuid4()}/unlock"),
            await client.post(f"{CARDS}/{uuid4()}/code", headers={"Idempotency-Key": "a"}),
        ):
            assert (response.status_code, response.json()["error"]["code"]) == (404, "GIFT_CARD_NOT_FOUND")


class TestPersonalData:
    async def test_cards_go_to_the_survivor_of_a_merge(self, client: httpx2.AsyncClient) -> None:
        survivor, duplicate = await add_customer("Lan"), await add_customer("Lan")
        card_id = await sell_card(await add_branch(), customer_id=duplicate)
        merged = await client.post(
            f"/api/v1/customers/{survivor}/merge", json={"duplicate_id": str(duplicate)}
        )
        assert merged.status_code == 200, merged.text
        assert (await card(client, card_id))["customer_id"] == str(survivor)

    async def test_a_copy_of_a_persons_data_has_their_cards(self, client: httpx2.AsyncClient) -> None:
        customer_id = await add_customer()
        card_id = await sell_card(await add_branch(), customer_id=customer_id)
        copy = (await client.get(f"/api/v1/customers/{customer_id}/personal-data")).json()
        assert [found["id"] for found in copy["other_records"]["gift_cards"]] == [str(card_id)]

    async def test_an_erasure_leaves_the_money_to_the_holder_of_the_code(
        self, client: httpx2.AsyncClient
    ) -> None:
        customer_id = await add_customer()
        branch_id = await add_branch()
        card_id = await sell_card(branch_id, customer_id=customer_id)
        code = await code_of(card_id)
        erased = await client.post(f"/api/v1/customers/{customer_id}/erase")
        assert erased.status_code == 200, erased.text
        found = (await client.post(f"{CARDS}/lookup", json={"code": code})).json()
        assert (found["customer_id"], found["balance"]) == (None, 500_000)
