"""Codes of gift cards: shown once, stored as a hash that needs the key of the app, and found however they are spelt."""

import re
from uuid import UUID, uuid4

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.gift_card import gift_card_service
from app.modules.gift_card.codes import code_for, grouped, hash_of, normalize
from app.modules.identity.roles import Role
from app.redis.rate_limit import RateLimit
from tests.builders.branches import add_branch
from tests.builders.gift_cards import code_of, redeem, sell_card
from tests.builders.people import signed_in
from tests.support.database import run_sql
from tests.support.ledger import everything_stored

CARDS = "/api/v1/gift-cards"
PRINTED = re.compile("[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}")


async def make_code(
    http: httpx2.AsyncClient, card_id: UUID, *, key: object = None, headers: dict[str, str] | None = None
) -> httpx2.Response:
    key = {"Idempotency-Key": str(key or uuid4())}
    return await http.post(f"{CARDS}/{card_id}/code", headers=(headers or {}) | key)


async def find(http: httpx2.AsyncClient, code: str, **headers: str) -> httpx2.Response:
    return await http.post(f"{CARDS}/lookup", json={"code": code}, headers=headers)


@given(st.uuids(), st.text(min_size=1, max_size=40))
def test_a_code_survives_how_people_write_it(card_id: UUID, key: str) -> None:
    code = code_for(card_id, key)
    assert PRINTED.fullmatch(grouped(code))
    spelt = grouped(code).lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert normalize(spelt) == normalize(grouped(code)) == code


def test_a_code_depends_on_the_card_and_on_the_request() -> None:
    card, other = uuid4(), uuid4()
    assert len({code_for(card, "a"), code_for(card, "b"), code_for(other, "a")}) == 3
    assert code_for(card, "a") == code_for(card, "a")


def test_the_hash_of_a_code_needs_the_key_of_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.modules.gift_card import codes
    from tests.support.stores import changed_settings

    before = hash_of("7K3Q9MZA0B1C2D4E")
    monkeypatch.setattr(
        codes, "settings", changed_settings(SECRET_KEY="another key, as long as production's")
    )
    assert hash_of("7K3Q9MZA0B1C2D4E") != before


async def test_the_desk_gets_the_code_of_a_sold_card_once(stranger: httpx2.AsyncClient) -> None:
    branch_id = await add_branch()
    card_id, desk = await sell_card(branch_id), await signed_in(Role.RECEPTIONIST, branch_id=branch_id)
    made = await make_code(stranger, card_id, headers=desk)
    assert made.status_code == 200, made.text
    assert PRINTED.fullmatch(made.json()["code"])
    assert made.json()["gift_card"]["last4"] == made.json()["code"][-4:]
    assert (await make_code(stranger, card_id, headers=desk)).status_code == 403


async def test_a_retry_gets_the_code_again_and_nothing_else_has_it(client: httpx2.AsyncClient) -> None:
    card_id, key = await sell_card(await add_branch()), uuid4()
    first, second = [await make_code(client, card_id, key=key) for _ in range(2)]
    assert first.json() == second.json()
    code = first.json()["code"]
    stored = "\n".join((await everything_stored()).values())
    assert code not in stored
    assert normalize(code) not in stored
    assert hash_of(normalize(code)).hex() not in stored.replace((await stored_hash(card_id)).hex(), "")


async def stored_hash(card_id: UUID) -> bytes:
    [(stored,)] = await run_sql("SELECT code_hash FROM gift_card WHERE id = $1", card_id)
    return bytes(stored)


@pytest.mark.parametrize(
    "spelt", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "]
)
async def test_a_card_is_found_by_its_code(client: httpx2.AsyncClient, spelt: object) -> None:
    assert callable(spelt)
    card_id = await sell_card(await add_branch())
    found = await find(client, spelt(await code_of(card_id)))
    assert (found.status_code, found.json()["id"], found.json()["balance"]) == (200, str(card_id), 500_000)


async def test_every_unknown_code_has_the_same_answer(client: httpx2.AsyncClient) -> None:
    await code_of(await sell_card(await add_branch()))
    texts = set()
    for code in ("0000-0000-0000-0000", "ZZZZ", "'; --", "…"):
        response = await find(client, code)
        error = response.json()["error"]
        texts.add((response.status_code, error["code"], error["message"]))
    assert len(texts) == 1
    assert [status for status, code, _ in texts if code == "GIFT_CARD_NOT_FOUND"] == [404]


async def test_codes_cannot_be_tried_out(client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        gift_card_service, "UNKNOWN_CODES", RateLimit("gift-card-codes", requests=3, seconds=600)
    )
    code = await code_of(await sell_card(await add_branch()))
    statuses = [(await find(client, code)).status_code for _ in range(5)]
    statuses += [(await find(client, f"{n:016}")).status_code for n in range(4)]
    assert statuses == [200] * 5 + [404] * 3 + [429]
    assert (await find(client, code)).status_code == 429, "or the attacker would go on"
    other = await signed_in(Role.RECEPTIONIST)
    assert (await find(client, code, **other)).status_code == 200


async def test_a_lost_card_is_locked_and_gets_a_new_code_with_its_balance(client: httpx2.AsyncClient) -> None:
    branch_id = await add_branch()
    card_id = await sell_card(branch_id, 500_000)
    old = await code_of(card_id)
    await redeem(card_id, branch_id, 120_000)
    desk = await signed_in(Role.RECEPTIONIST)
    locked = await client.post(f"{CARDS}/{card_id}/lock", headers=desk)
    assert locked.json()["locked_at"] is not None
    assert (await client.post(f"{CARDS}/{card_id}/lock")).json() == locked.json()
    assert (await make_code(client, card_id, headers=desk)).status_code == 403

    new = (await make_code(client, card_id)).json()
    assert (new["gift_card"]["locked_at"], new["gift_card"]["balance"]) == (None, 380_000)
    assert (await find(client, old)).status_code == 404
    assert (await find(client, new["code"])).json()["id"] == str(card_id)


async def test_a_card_that_was_found_again_is_unlocked_by_its_branch(client: httpx2.AsyncClient) -> None:
    card_id = await sell_card(await add_branch())
    await client.post(f"{CARDS}/{card_id}/lock")
    elsewhere = await signed_in(Role.ADMIN, branch_id=await add_branch())
    assert (await client.post(f"{CARDS}/{card_id}/unlock", headers=elsewhere)).status_code == 403
    assert (await client.post(f"{CARDS}/{card_id}/unlock")).json()["locked_at"] is None


async def test_codes_that_meet_give_the_card_one(client: httpx2.AsyncClient) -> None:
    """Two tabs of a desk: one shows a code, and it is the one that works."""
    import asyncio

    branch_id = await add_branch()
    card_id, desk = await sell_card(branch_id), await signed_in(Role.RECEPTIONIST, branch_id=branch_id)
    made = await asyncio.gather(*(make_code(client, card_id, headers=desk) for _ in range(2)))
    assert sorted(response.status_code for response in made) == [200, 403]
    [code] = [response.json()["code"] for response in made if response.status_code == 200]
    assert (await find(client, code)).status_code == 200
