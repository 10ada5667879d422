"""Acceptance of tokens: of the good ones, and no other whatever is tried."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from app.core.config import settings
from app.core.exceptions import ZenSpaException
from app.core.security import sign_cursor
from app.modules.identity import tokens as identity_tokens
from app.modules.identity.identity_errors import ExpiredToken, InvalidToken, KeysUnavailable, NotAUser
from app.modules.identity.tokens import issue_access_token, verify_access_token
from tests.api.identity.issuer import Issuer, IssuerKey, compact, hs256, refused, trusting

NOW = datetime(2027, 2, 6, 2, 30, tzinfo=UTC)
SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # of Supabase's own local stack
LEGACY_HEADERS = [{"alg": "HS256", "typ": "JWT"}, {"alg": "HS256", "typ": "JWT", "kid": "Xx1y/legacy"}]
USER, SESSION = uuid4(), uuid4()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with Issuer(algorithm="RS256") as issuer, trusting(issuer):
        yield issuer


# Our own


async def test_our_token_names_the_user_and_the_session() -> None:
    with time_machine.travel(NOW, tick=False):
        claims = await verify_access_token(issue_access_token(USER, SESSION))
    assert (claims.source, claims.subject, claims.session_id, claims.name) == (
        "zenspa",
        USER,
        SESSION,
        None,
    )
    assert (claims.issued_at, claims.expires_at) == (NOW.timestamp(), NOW.timestamp() + 900)


async def test_two_tokens_of_one_session_are_never_the_same() -> None:
    with time_machine.travel(NOW, tick=False):
        assert issue_access_token(USER, SESSION) != issue_access_token(USER, SESSION)


async def test_our_token_ends_after_15_minutes_to_the_second() -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        token = issue_access_token(USER, SESSION)
        clock.shift(899)
        await verify_access_token(token)
        clock.shift(1)
        with pytest.raises(ExpiredToken):
            await verify_access_token(token)


async def test_another_secret_key_signs_none_of_our_tokens() -> None:
    with trusting(SECRET_KEY="of another installation, and just as long"):
        foreign = issue_access_token(USER, SESSION)
        await verify_access_token(foreign)
    assert await refused(foreign)


async def test_the_secret_key_itself_signs_no_token() -> None:
    """Cursors are signed with it: what signs them must not make tokens."""
    header, claims = (
        jwt.get_unverified_header(issue_access_token(USER, SESSION)),
        jwt.decode(issue_access_token(USER, SESSION), options={"verify_signature": False}),
    )
    assert await refused(compact(header, claims, hs256(settings.SECRET_KEY.get_secret_value().encode())))
    assert await refused(sign_cursor("customers", [1]))


@pytest.mark.parametrize("missing", ["sub", "sid", "iat", "exp", "iss", "aud"])
async def test_our_token_without_one_of_its_claims_is_refused(missing: str) -> None:
    claims = own_claims()
    assert not await refused(own_token(claims))
    del claims[missing]
    assert await refused(own_token(claims))


@pytest.mark.parametrize("wrong", [{"iss": "supabase"}, {"aud": "authenticated"}, {"sid": "1"}, {"sub": "1"}])
async def test_our_token_for_another_use_is_refused(wrong: dict[str, str]) -> None:
    assert await refused(own_token(own_claims() | wrong))


async def test_our_token_under_a_kid_of_supabase_is_refused(issuer: Issuer) -> None:
    _, payload, signature = issue_access_token(USER, SESSION).split(".")
    for algorithm in ("HS256", "RS256"):
        header = compact({"alg": algorithm, "kid": issuer.current.kid}, {}).split(".")[0]
        assert await refused(f"{header}.{payload}.{signature}")
    assert await refused(own_token(own_claims(), kid=issuer.current.kid))


async def test_supabase_cannot_sign_as_us() -> None:
    with Issuer() as issuer, trusting(issuer):
        issuer.current = replace(issuer.current, kid="zenspa")
        assert await refused(issuer.token())
        assert await refused(issuer.current.sign(own_claims(), typ="at+jwt"))


async def test_without_supabase_only_our_own_tokens_are_accepted(issuer: Issuer) -> None:
    with trusting(SUPABASE_URL=None):
        await verify_access_token(issue_access_token(USER, SESSION))
        assert await refused(issuer.token())


# Supabase's


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_a_token_of_supabase_says_who(issuer: Issuer, algorithm: str) -> None:
    key = {"RS256": issuer.current, "ES256": issuer.standby}[algorithm]
    claims = await verify_access_token(issuer.token(key=key, sub=str(USER)))
    assert (claims.source, claims.subject, claims.session_id) == ("supabase", USER, None)
    assert key.algorithm == algorithm


async def test_the_audience_may_be_one_of_several(issuer: Issuer) -> None:
    await verify_access_token(issuer.token(aud=["others", "authenticated"]))


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"user_metadata": {"full_name": "Lê Lan", "name": "Lan"}}, "Lê Lan"),
        ({"user_metadata": {"full_name": " \n", "name": "Lan"}}, "Lan"),
        ({"user_metadata": {"full_name": 7}}, "lan@example.com"),
        ({"user_metadata": ["Lan"]}, "lan@example.com"),
        ({"user_metadata": None, "email": "", "phone": "84912345678"}, "84912345678"),
        ({"user_metadata": None, "email": None}, None),
        ({"user_metadata": {"name": "\x1b[31mLê\r\n\u00a0Lan\x00\u202e"}}, "[31mLê Lan"),
        ({"user_metadata": {"name": "x" * 201}}, "x" * 200),
    ],
)
async def test_the_name_is_what_the_user_calls_himself_on_one_line(
    issuer: Issuer, claims: dict[str, Any], name: str | None
) -> None:
    assert (await verify_access_token(issuer.token(**claims))).name == name


async def test_a_project_s_own_hs256_secret_is_accepted_when_it_is_configured(issuer: Issuer) -> None:
    tokens = [compact(header, issuer.claims(), hs256(SECRET.encode())) for header in LEGACY_HEADERS]
    for token in tokens:
        assert await refused(token)
    with trusting(issuer, SUPABASE_JWT_SECRET=SECRET):
        before = issuer.fetches
        for token in tokens:
            assert (await verify_access_token(token)).source == "supabase"
        assert issuer.fetches == before
        assert await refused(compact(LEGACY_HEADERS[0], issuer.claims(), hs256(b"wrong" + SECRET.encode())))
    for token in tokens:  # the secret was taken out again
        assert await refused(token)


async def test_the_secret_does_not_sign_under_the_kid_of_a_public_key(issuer: Issuer) -> None:
    with trusting(issuer, SUPABASE_JWT_SECRET=SECRET):
        await verify_access_token(issuer.token())  # its keys are known now
        header = {"alg": "HS256", "kid": issuer.current.kid}
        assert await refused(compact(header, issuer.claims(), hs256(SECRET.encode())))


async def test_a_secret_too_short_for_hs256_accepts_nothing(issuer: Issuer) -> None:
    with trusting(issuer, SUPABASE_JWT_SECRET="secret"):
        assert await refused(compact({"alg": "HS256"}, issuer.claims(), hs256(b"secret")))


# Attacks: the header


@pytest.mark.parametrize(
    "algorithm", ["none", "nOnE", "None", "NONE", "", "hs256", "HS512", "PS256", None, 1]
)
async def test_the_token_does_not_choose_how_it_is_verified(issuer: Issuer, algorithm: object) -> None:
    for kid, claims in (
        (issuer.current.kid, issuer.claims()),
        ("zenspa", own_claims()),
        (None, own_claims()),
    ):
        header = {"alg": algorithm, "kid": kid} if kid else {"alg": algorithm}
        assert await refused(compact(header, claims))
        assert await refused(compact(header, claims, hs256(b"")))
    assert await refused(compact({"typ": "JWT", "kid": "zenspa"}, own_claims()))


async def test_a_public_key_is_no_secret(issuer: Issuer) -> None:
    """RS/HS confusion: everybody has the public key, in whatever form it is used as the secret."""
    public = issuer.current.private.public_key()
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).strip(),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(issuer.current.jwk).encode(),
        issuer.current.jwk["n"].encode(),
    ]
    for secret in (None, SECRET):
        with trusting(issuer, SUPABASE_JWT_SECRET=secret):
            await verify_access_token(issuer.token())
            for form in forms:
                for header in ({"alg": "HS256", "kid": issuer.current.kid}, {"alg": "HS256"}):
                    assert await refused(compact(header, issuer.claims(), hs256(form)))


async def test_a_key_of_one_algorithm_does_not_verify_another(issuer: Issuer) -> None:
    other = IssuerKey.new("ES256")
    for algorithm, key in (("RS256", other), ("ES256", issuer.current)):
        token = key.sign(issuer.claims(), kid=issuer.current.kid)
        _, payload, signature = token.split(".")
        header = compact({"alg": algorithm, "kid": issuer.current.kid}, {}).split(".")[0]
        assert await refused(f"{header}.{payload}.{signature}")


@pytest.mark.parametrize(
    "kid",
    [
        0,
        1.5,
        True,
        [],
        {},
        ["zenspa"],
        "",
        "x" * 101,
        "../../etc/passwd",
        "/dev/null",
        "' OR 1=1 --",
        "zenspa\x00",
    ],
)
async def test_a_kid_is_only_ever_compared(issuer: Issuer, kid: object) -> None:
    claims = issuer.claims()
    for secret in (b"", SECRET.encode()):
        assert await refused(compact({"alg": "HS256", "kid": kid}, claims, hs256(secret)))
    assert await refused(compact({"alg": "RS256", "kid": kid}, claims, issuer.current.signature))


@pytest.mark.parametrize(
    "extra",
    [
        {"jku": "http://127.0.0.1:9/jwks.json"},
        {"x5u": "http://127.0.0.1:9/cert.pem"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"b64": True},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
)
async def test_a_header_that_asks_for_more_is_refused(issuer: Issuer, extra: dict[str, Any]) -> None:
    header = {"typ": "JWT", "kid": issuer.current.kid, "alg": "RS256"}
    claims = issuer.claims()
    assert not await refused(compact(header, claims, issuer.current.signature))
    assert await refused(compact(header | extra, claims, issuer.current.signature))


async def test_a_token_does_not_bring_its_own_key(issuer: Issuer) -> None:
    thief = IssuerKey.new("RS256")
    for kid in (issuer.current.kid, thief.kid):
        assert await refused(thief.sign(issuer.claims(), kid=kid, jwk=thief.jwk))
        assert await refused(thief.sign(issuer.claims(), kid=kid))


async def test_a_flood_of_unknown_kids_is_refused_with_one_fetch_in_30_seconds() -> None:
    with Issuer() as issuer, trusting(issuer), time_machine.travel(NOW, tick=False) as clock:
        strangers = [issuer.token(header={"kid": str(uuid4())}) for _ in range(1000)]
        for number, token in enumerate(strangers):
            assert await refused(token)
            if number in {500, 750}:
                clock.shift(29.9)
        assert issuer.fetches == 2  # one at the start, one after 30 s


@pytest.mark.parametrize(
    "header",
    [
        *({"alg": algorithm, "kid": "unknown"} for algorithm in ("none", "HS256", "HS512", "PS256", "ES384")),
        {"alg": "ES256"},
        {"alg": "ES256", "kid": "x" * 101},
    ],
)
async def test_what_no_published_key_can_have_signed_causes_no_fetch(header: dict[str, str]) -> None:
    with Issuer() as issuer, trusting(issuer):
        assert await refused(compact(header, issuer.claims()))
        assert issuer.fetches == 0


# Attacks: the claims


async def test_an_expired_token_says_so(issuer: Issuer) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        token = issuer.token(exp=int(NOW.timestamp()) + 60)
        clock.shift(59.999)
        await verify_access_token(token)
        clock.shift(0.001)
        for again in (token, issuer.token(exp=int(NOW.timestamp())), issuer.token(exp=1)):
            with pytest.raises(ExpiredToken):
                await verify_access_token(again)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_another_clock_may_be_30_seconds_ahead_and_no_more(issuer: Issuer, claim: str) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        now = int(NOW.timestamp())
        late: dict[str, Any] = {claim: now + 30}
        assert not await refused(issuer.token(**late))
        early = issuer.token(**late | {claim: now + 31})
        assert await refused(early)
        clock.shift(1)
        assert not await refused(early)


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "aud", "iss"])
async def test_a_token_without_one_of_its_claims_is_refused(issuer: Issuer, missing: str) -> None:
    assert await refused(issuer.token(**{missing: None}))


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize(
    "value",
    [
        "true",
        '"4102444800"',
        "null",
        "NaN",
        "Infinity",
        "1e400",
        "1e300",
        "1" + "0" * 400,
        "-1",
        "[4102444800]",
    ],
)
async def test_a_time_is_a_number_that_is_a_time(issuer: Issuer, claim: str, value: str) -> None:
    claims = json.dumps({**issuer.claims(), claim: "HERE"}).replace('"HERE"', value).encode()
    header = {"alg": "ES256", "kid": issuer.standby.kid}
    token = compact(header, claims, issuer.standby.signature)
    assert len(token) <= 4096
    assert await refused(token)


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "anon"},
        {"aud": ["anon"]},
        {"aud": []},
        {"aud": {"authenticated": True}},
        {"aud": "authenticated "},
        {"iss": "https://evil.supabase.co/auth/v1"},
        {"iss": "supabase"},
        {"iss": ["HERE"]},
        {"sub": "1"},
        {"sub": 1},
        {"sub": ""},
        {"sub": "urn:uuid:6f1f8c1e-3b0a-4f43-9d15-0242ac120002"},
        {"sub": "{6f1f8c1e-3b0a-4f43-9d15-0242ac120002}"},
        {"sub": "6F1F8C1E-3B0A-4F43-9D15-0242AC120002"},
        {"sub": "6f1f8c1e3b0a4f439d150242ac120002"},
        {"sub": "' OR 1=1 --"},
    ],
)
async def test_a_token_for_another_subject_or_audience_is_refused(
    issuer: Issuer, wrong: dict[str, Any]
) -> None:
    header = {"alg": "RS256", "kid": issuer.current.kid}
    assert await refused(compact(header, issuer.claims() | wrong, issuer.current.signature))


async def test_the_issuer_is_compared_to_the_letter(issuer: Issuer) -> None:
    for wrong in (
        issuer.url,
        f"{issuer.url}/auth/v1/",
        f"{issuer.url}/AUTH/v1",
        f"{issuer.url}/auth/v1.evil",
    ):
        assert await refused(issuer.token(iss=wrong))


@pytest.mark.parametrize("role", ["anon", "service_role"])
async def test_a_key_of_the_project_is_no_user(issuer: Issuer, role: str) -> None:
    legacy = {"iss": "supabase", "ref": "abc", "role": role, "iat": 1700000000, "exp": 4102444800}
    with trusting(issuer, SUPABASE_JWT_SECRET=SECRET):
        for token in (
            issuer.token(role=role),
            issuer.token(role=role, aud=None, sub=None, exp=None),
            compact({"alg": "HS256", "typ": "JWT"}, legacy, hs256(SECRET.encode())),
        ):
            with pytest.raises(NotAUser):
                await verify_access_token(token)
        forged = compact({"alg": "HS256", "typ": "JWT"}, legacy, hs256(b"guessed" * 8))
        assert await refused(forged)


async def test_an_anonymous_sign_in_is_no_user(issuer: Issuer) -> None:
    await verify_access_token(issuer.token(is_anonymous=None))
    with pytest.raises(NotAUser):
        await verify_access_token(issuer.token(is_anonymous=True))


# Attacks: the bytes


async def test_a_token_of_1_mb_is_refused_before_any_work(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_tokens, "_read_header", None)  # would be a TypeError
    assert await refused("a" * 1024 * 1024)
    assert await refused(issuer.token(padding="x" * 4096))


async def test_a_token_of_4096_characters_is_read(issuer: Issuer) -> None:
    short = len(issuer.token(padding="x" * 2000))
    token = issuer.token(padding="x" * (2000 + (4096 - short) * 3 // 4))
    assert 4090 < len(token) <= 4096
    assert not await refused(token)


@pytest.mark.parametrize("part", [0, 1, 2])
async def test_every_changed_character_is_noticed(issuer: Issuer, part: int) -> None:
    for token in (issue_access_token(USER, SESSION), issuer.token(key=issuer.standby)):
        assert not await refused(token)
        parts = token.split(".")
        for position, character in enumerate(parts[part]):
            other = "A" if character != "A" else "B"
            changed = parts[part][:position] + other + parts[part][position + 1 :]
            assert await refused(".".join([*parts[:part], changed, *parts[part + 1 :]]))


async def test_a_token_cut_short_is_refused(issuer: Issuer) -> None:
    for token in (issue_access_token(USER, SESSION), issuer.token()):
        for length in range(len(token)):
            assert await refused(token[:length])


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "zenspa",
        "e30.e30.",
        "bnVsbA.bnVsbA.",
        "\ud800",
        "Đặng",
        "\x00",
        " ",
        "a" * 4096,
    ],
)
async def test_garbage_is_refused(issuer: Issuer, garbage: str) -> None:
    assert await refused(garbage)


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"\xff", b'"\\ud800"', b"{", b"[" * 2000])
async def test_a_signed_payload_that_is_no_object_is_refused(issuer: Issuer, payload: bytes) -> None:
    header = {"alg": "RS256", "kid": issuer.current.kid}
    assert await refused(compact(header, payload, issuer.current.signature))


@pytest.mark.parametrize(
    "header", [b"", b"null", b"[]", b"\xff", b'{"alg":', b"[" * 2000, b'{"alg":1' + b"0" * 2000]
)
async def test_a_header_that_is_no_object_is_refused(issuer: Issuer, header: bytes) -> None:
    assert await refused(compact(header, issuer.claims(), issuer.current.signature))


@given(st.data())
async def test_any_input_is_a_token_or_a_known_error(issuer: Issuer, data: st.DataObject) -> None:
    good = issuer.token(key=issuer.standby)
    json_values = st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
    start = data.draw(st.integers(0, len(good)))
    token = data.draw(
        st.text()
        | st.text("abcXYZ019-_=.", max_size=80)
        | st.text().map(lambda text: good[:start] + text + good[start + len(text) :])
        | st.builds(compact, json_values | st.binary(), json_values | st.binary())
        | st.dictionaries(
            st.sampled_from(["role", "aud", "sub", "exp", "iat", "nbf", "user_metadata"]), json_values
        ).map(lambda changes: issuer.standby.sign(issuer.claims() | changes))
    )
    with contextlib.suppress(InvalidToken, ExpiredToken, NotAUser, KeysUnavailable):
        await verify_access_token(token)


# The answers


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidToken, 401, "INVALID_TOKEN"),
        (ExpiredToken, 401, "TOKEN_EXPIRED"),
        (NotAUser, 403, "NOT_A_USER"),
        (KeysUnavailable, 503, "KEYS_UNAVAILABLE"),
    ],
)
def test_each_refusal_has_its_status_and_its_code(
    error: type[ZenSpaException], status: int, code: str
) -> None:
    assert (error.status, error().code) == (status, code)
    challenge = error().headers.get("WWW-Authenticate")
    assert challenge == ('Bearer error="invalid_token"' if status == 401 else None)


def own_claims() -> dict[str, Any]:
    token = issue_access_token(USER, SESSION)
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def own_token(claims: dict[str, Any], *, kid: str = "zenspa") -> str:
    return jwt.encode(claims, identity_tokens._own_key().key, "HS256", headers={"kid": kid})
