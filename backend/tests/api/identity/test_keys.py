"""Supabase's keys: fetched once for all, followed as they rotate, kept while the endpoint is down."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.modules.identity import keys as identity_keys
from app.modules.identity import tokens as identity_tokens
from app.modules.identity.identity_errors import KeysUnavailable
from app.modules.identity.keys import PublishedKeys
from app.modules.identity.tokens import issue_access_token, verify_access_token
from tests.api.identity.issuer import JWKS_PATH, Issuer, IssuerKey, compact, refused, trusting
from tests.support import eventually

NOW = datetime(2027, 2, 6, 2, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def issuer(clock: time_machine.Traveller) -> Iterator[Issuer]:
    with Issuer() as issuer, trusting(issuer):
        yield issuer


async def refresh_done(issuer: Issuer) -> None:
    """Wait until no fetch is under way."""
    task = identity_tokens._published_keys(f"{issuer.url}/auth/v1")._fetching
    assert task is not None
    await task


async def test_a_rotation_while_the_endpoint_is_down_refuses_no_good_token(
    issuer: Issuer, clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    await verify_access_token(issuer.token())
    issuer.go_down()
    withdrawn = None
    for seconds in range(0, 1200, 10):
        if seconds == 300:
            withdrawn = issuer.rotate()
        signing = [issuer.current, withdrawn or issuer.standby]
        for key in signing:
            await verify_access_token(issuer.token(key=key))
        await refresh_done(issuer)
        clock.shift(10)
    assert withdrawn
    failures = capsys.readouterr().out.count("keys of tokens not fetched")
    assert failures == 600 / 30  # from 600 s on, every 30 s

    issuer.come_back()
    clock.shift(30)
    await verify_access_token(issuer.token(key=withdrawn))  # starts the refresh and does not wait for it
    await refresh_done(issuer)
    assert await refused(issuer.token(key=withdrawn))
    await verify_access_token(issuer.token())
    await verify_access_token(issuer.token(key=issuer.standby))


async def test_a_withdrawn_key_ends_the_tokens_that_were_verified_with_it(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    token = issuer.token()
    await verify_access_token(token)
    issuer.rotate()
    clock.shift(600)
    await verify_access_token(token)
    await refresh_done(issuer)
    assert await refused(token)


async def test_keys_are_fetched_again_after_10_minutes_and_not_before(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    for age, fetches in ((0, 1), (599, 1), (600, 2), (601, 2), (1199, 2), (1200, 3)):
        clock.move_to(NOW.timestamp() + age)
        await verify_access_token(issuer.token())
        await refresh_done(issuer)
        assert issuer.fetches == fetches


async def test_all_who_come_first_share_one_fetch(issuer: Issuer) -> None:
    issuer.answers.clear()
    crowd = [asyncio.create_task(verify_access_token(issuer.token())) for _ in range(20)]
    await eventually(lambda: _is(issuer.fetches > 0))
    crowd[0].cancel()  # and does not cancel the fetch of the others
    await asyncio.sleep(0)
    issuer.answers.set()
    first, *others = await asyncio.gather(*crowd, return_exceptions=True)
    assert isinstance(first, asyncio.CancelledError)
    assert [error for error in others if isinstance(error, BaseException)] == []
    assert issuer.fetches == 1


async def test_while_a_fetch_hangs_known_keys_verify_and_the_loop_runs(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    await verify_access_token(issuer.token())
    issuer.answers.clear()
    clock.shift(600)
    stranger = asyncio.create_task(refused(issuer.token(key=IssuerKey.new())))
    await eventually(lambda: _is(issuer.fetches == 2))
    for _ in range(100):
        await verify_access_token(issuer.token())
        await asyncio.sleep(0)
    assert not stranger.done()
    issuer.answers.set()
    assert await stranger
    assert issuer.fetches == 2


async def test_a_refresh_is_not_waited_for(issuer: Issuer, clock: time_machine.Traveller) -> None:
    await verify_access_token(issuer.token())
    issuer.answers.clear()
    clock.shift(600)
    await verify_access_token(issuer.token())
    await eventually(lambda: _is(issuer.fetches == 2))
    issuer.answers.set()
    await refresh_done(issuer)


async def test_an_endpoint_that_never_answers_is_given_up(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_keys, "TIMEOUT", 0.1)
    issuer.answers.clear()
    with pytest.raises(KeysUnavailable):
        await verify_access_token(issuer.token())


async def test_a_response_in_drops_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity_keys, "TIMEOUT", 0.1)
    with Issuer() as issuer:
        issuer.pause = 0.01
        with pytest.raises(TimeoutError):
            await identity_keys._download(issuer.url + JWKS_PATH)


async def test_without_any_keys_another_try_is_made_after_5_seconds(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    issuer.go_down()
    with pytest.raises(KeysUnavailable):
        await verify_access_token(issuer.token())
    issuer.come_back()
    clock.shift(4.9)
    with pytest.raises(KeysUnavailable):
        await verify_access_token(issuer.token())
    assert issuer.fetches == 0
    clock.shift(0.1)
    await verify_access_token(issuer.token())


async def test_our_own_tokens_need_no_endpoint(issuer: Issuer) -> None:
    issuer.go_down()
    await verify_access_token(issue_access_token(uuid4(), uuid4()))


async def test_a_key_that_signs_without_having_been_published_is_fetched_30_seconds_after_the_last(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    await verify_access_token(issuer.token())
    issuer.current = IssuerKey.new()
    clock.shift(29)
    assert await refused(issuer.token())
    clock.shift(1)
    await verify_access_token(issuer.token())
    assert issuer.fetches == 2


async def test_a_clock_that_is_set_back_does_not_stop_the_fetches(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    await verify_access_token(issuer.token())
    issuer.current = IssuerKey.new()
    clock.shift(-86400)
    await verify_access_token(issuer.token())


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"null", b"[]", b"<html>502 Bad Gateway</html>", b"\xff", b"[" * 100_000),
        *(b"{}", b'{"keys": null}', b'{"keys": {"kid": "1"}}'),
        b'{"keys": [null, 1, [], {}, {"kid": 1}, {"kid": "1", "kty": ["EC"]}, {"kid": "1", "kty": "EC"}]}',
        b'{"keys": [{"kid": "1", "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}',
        b'{"keys": [{"kid": "1", "kty": "RSA", "n": 1, "e": "!"}]}',
    ],
)
async def test_garbage_drops_no_key(issuer: Issuer, clock: time_machine.Traveller, answer: bytes) -> None:
    await verify_access_token(issuer.token())
    issuer.answer = answer
    clock.shift(600)
    with pytest.raises(KeysUnavailable):  # there may be such a key: it is unknown
        await verify_access_token(issuer.token(key=IssuerKey.new()))
    assert issuer.fetches == 2
    await verify_access_token(issuer.token())
    await verify_access_token(issuer.token(key=issuer.standby))


async def test_an_issuer_without_keys_refuses_made_up_ones_and_is_asked_every_30_seconds(
    issuer: Issuer, clock: time_machine.Traveller
) -> None:
    issuer.answer = b'{"keys": []}'
    for age, fetches in ((0, 1), (5, 1), (29, 1), (30, 2)):
        clock.move_to(NOW.timestamp() + age)
        assert await refused(issuer.token(key=IssuerKey.new()))
        assert issuer.fetches == fetches


async def test_an_empty_answer_revokes_the_only_key(issuer: Issuer, clock: time_machine.Traveller) -> None:
    await verify_access_token(issuer.token())
    issuer.answer = b'{"keys": []}'
    clock.shift(600)
    await verify_access_token(issuer.token())  # starts the refresh and does not wait for it
    await refresh_done(issuer)
    assert await refused(issuer.token())


async def test_an_answer_of_more_than_1_mb_is_garbage(issuer: Issuer) -> None:
    issuer.answer = issuer.jwks + b" " * (1024 * 1024 - len(issuer.jwks) + 1)
    with pytest.raises(KeysUnavailable):
        await verify_access_token(issuer.token())


async def test_an_answer_of_1_mb_is_read(issuer: Issuer) -> None:
    issuer.answer = issuer.jwks + b" " * (1024 * 1024 - len(issuer.jwks))
    await verify_access_token(issuer.token())


async def test_keys_are_read_from_no_other_place_than_the_issuer(issuer: Issuer, tmp_path: Path) -> None:
    file = tmp_path / "jwks.json"
    file.write_bytes(issuer.jwks)
    with Issuer() as elsewhere:
        elsewhere.current, elsewhere.standby = issuer.current, issuer.standby
        for target in (file.as_uri(), elsewhere.url + JWKS_PATH):
            issuer.redirect = target
            with trusting(issuer), pytest.raises(KeysUnavailable):
                await verify_access_token(issuer.token())
    assert (issuer.fetches, elsewhere.fetches) == (2, 0)


@pytest.mark.parametrize(
    "url", ["file:///{}", "ftp://127.0.0.1/x", "data:,{}", "127.0.0.1", "", "http://[::1", "http://\n"]
)
async def test_keys_come_over_http_or_not_at_all(url: str, tmp_path: Path) -> None:
    with Issuer() as issuer:
        file = tmp_path / "jwks.json"
        file.write_bytes(issuer.jwks)
        with pytest.raises(KeysUnavailable):
            await PublishedKeys(url.format(file)).key_for(issuer.current.kid)


def _jwk_of(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> dict[str, Any]:
    if isinstance(private, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return ECAlgorithm.to_jwk(private.public_key(), as_dict=True)


_GOOD = IssuerKey.new().jwk


@pytest.mark.parametrize(
    "odd",
    [
        _jwk_of(ec.generate_private_key(ec.SECP384R1())),
        _jwk_of(ec.generate_private_key(ec.SECP256K1())),
        _jwk_of(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        {"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"},
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        _GOOD | {"use": "enc"},
        _GOOD | {"alg": "RS256"},
        _GOOD | {"alg": "ES384"},
        _GOOD | {"crv": "P-384"},
        _GOOD | {"key_ops": ["encrypt"]},
        _GOOD | {"key_ops": 1},
        _GOOD | {"kty": "EC2"},
    ],
)
async def test_a_key_that_is_not_for_es256_or_rs256_is_passed_over(
    issuer: Issuer, odd: dict[str, Any]
) -> None:
    issuer.others = [odd | {"kid": "odd"}, _GOOD | {"kid": "good"}]
    keys = PublishedKeys(issuer.url + JWKS_PATH)
    assert await keys.key_for("odd") is None
    assert await keys.key_for("good") is not None


async def test_a_private_key_published_by_mistake_is_not_kept(issuer: Issuer) -> None:
    private = issuer.current.private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    issuer.others = [ECAlgorithm.to_jwk(private, as_dict=True) | {"kid": "private"}]
    key = await PublishedKeys(issuer.url + JWKS_PATH).key_for("private")
    assert key is not None
    assert isinstance(key.key, ec.EllipticCurvePublicKey)


async def test_a_verified_token_is_not_verified_again(
    issuer: Issuer, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[bytes] = []
    verify = ECAlgorithm.verify

    def counted(self: ECAlgorithm, msg: bytes, key: Any, sig: bytes) -> bool:
        verified.append(msg)
        return verify(self, msg, key, sig)

    monkeypatch.setattr(ECAlgorithm, "verify", counted)
    token = issuer.token()
    await verify_access_token(token)
    once = len(verified)
    for _ in range(5):
        await verify_access_token(token)
    assert len(verified) == once
    clock.shift(600)
    await verify_access_token(token)
    await refresh_done(issuer)
    await verify_access_token(token)  # by the same key, fetched again
    assert (len(verified), issuer.fetches) == (once, 2)
    await verify_access_token(issuer.token())
    assert len(verified) == 2 * once

    forged = compact({"alg": "ES256", "kid": issuer.current.kid}, issuer.claims(), lambda _: b"x" * 64)
    for _ in range(2):
        assert await refused(forged)
    assert len(verified) == 2 * once + 2  # a refusal is not kept, or forgeries would fill the memory


async def _is(condition: bool) -> bool:
    return condition
