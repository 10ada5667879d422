"""Sessions of a browser: the refresh token is in a cookie, and only pages of this host may use it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from types import SimpleNamespace

import httpx2
import pytest
import time_machine

from app.modules.identity import browser_routes
from app.modules.identity.browser_routes import REPEAT_LEEWAY
from app.modules.identity.roles import Role
from tests.api.identity.accounts import (
    AUTH,
    NEW_PASSWORD,
    PASSWORD,
    Account,
    account,
    bearer,
    header_of,
    is_alive,
    refresh,
    shown_link_token,
    sql,
    tokens_of,
)
from tests.support.http import refusal
from tests.support.mail import app_mail

BROWSER = f"{AUTH}/browser"
OWN_PAGE = {"Origin": "http://testserver"}
FOREIGN_PAGES = [
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:8080"},
    {"Origin": "http://evil.example/testserver"},
]
NOW = datetime(2027, 2, 6, 2, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


async def sign_in(http: httpx2.AsyncClient, user: Account) -> httpx2.Response:
    return await http.post(
        f"{BROWSER}/sign-in", json={"login": user.login, "password": PASSWORD}, headers=OWN_PAGE
    )


def cookies_set(response: httpx2.Response) -> SimpleCookie:
    cookies = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        cookies.load(header)
    return cookies


async def refresh_with(http: httpx2.AsyncClient, token: str) -> httpx2.Response:
    http.cookies.clear()
    return await http.post(f"{BROWSER}/refresh", headers=OWN_PAGE | {"Cookie": f"zenspa_refresh={token}"})


async def test_a_browser_signs_in_stays_signed_in_and_signs_out(stranger: httpx2.AsyncClient) -> None:
    signed_in = await sign_in(stranger, await account())
    assert set(signed_in.json()) == {"access_token", "token_type", "expires_in"}
    refreshed = await stranger.post(f"{BROWSER}/refresh", headers=OWN_PAGE)
    for tokens in (signed_in.json(), refreshed.json()):
        assert (await stranger.get(f"{AUTH}/me", headers=bearer(tokens))).status_code == 200

    assert (await stranger.post(f"{BROWSER}/sign-out", headers=OWN_PAGE)).status_code == 204

    refusal(await stranger.get(f"{AUTH}/me", headers=bearer(refreshed.json())), 401, "SESSION_ENDED")
    refusal(await stranger.post(f"{BROWSER}/refresh", headers=OWN_PAGE), 401, "INVALID_REFRESH_TOKEN")
    assert "zenspa_refresh" not in stranger.cookies


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
async def test_no_script_other_site_or_other_path_gets_the_cookies(
    stranger: httpx2.AsyncClient, scheme: str, is_secure: bool
) -> None:
    stranger.base_url = httpx2.URL(f"{scheme}://testserver")
    user = await account()
    response = await stranger.post(
        f"{BROWSER}/sign-in",
        json={"login": user.login, "password": PASSWORD},
        headers={"Origin": f"{scheme}://testserver"},
    )
    cookies = cookies_set(response)
    assert set(cookies) == {"zenspa_refresh", "zenspa_device"}
    for cookie in cookies.values():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "strict", BROWSER)
        assert bool(cookie["secure"]) == is_secure
    sent = [
        path
        for path in ("/", "/desk", f"{AUTH}/me", f"{AUTH}/refresh", f"{BROWSER}/refresh")
        if "zenspa_refresh" in stranger.build_request("POST", path).headers.get("cookie", "")
    ]
    assert sent == [f"{BROWSER}/refresh"]


async def test_production_never_sends_the_cookie_without_https(
    stranger: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser_routes, "settings", SimpleNamespace(is_production=True))
    assert all(cookie["secure"] for cookie in cookies_set(await sign_in(stranger, await account())).values())


@pytest.mark.parametrize("headers", FOREIGN_PAGES)
async def test_a_page_of_another_host_is_refused(
    stranger: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    user = await account()
    await sign_in(stranger, user)
    credentials = {"login": user.login, "password": PASSWORD}
    for path, body in (("sign-in", credentials), ("refresh", None), ("sign-out", None)):
        response = await stranger.post(f"{BROWSER}/{path}", json=body, headers=headers)
        refusal(response, 403, "FOREIGN_ORIGIN")
        assert "set-cookie" not in response.headers
    assert (await stranger.post(f"{BROWSER}/refresh", headers=OWN_PAGE)).status_code == 200


async def test_a_form_of_another_site_is_refused(stranger: httpx2.AsyncClient) -> None:
    await sign_in(stranger, await account())
    response = await stranger.post(
        f"{BROWSER}/sign-out", data={"a": "b"}, headers={"Origin": "https://evil.example"}
    )
    refusal(response, 403, "FOREIGN_ORIGIN")


async def test_the_cookie_opens_no_other_route(stranger: httpx2.AsyncClient) -> None:
    token = cookies_set(await sign_in(stranger, await account()))["zenspa_refresh"].value
    cookie = {"Cookie": f"zenspa_refresh={token}"}
    refusal(await stranger.get(f"{AUTH}/me", headers=cookie), 401, "UNAUTHORIZED")
    refusal(await stranger.post(f"{AUTH}/sign-out", headers=OWN_PAGE | cookie), 401, "UNAUTHORIZED")


async def test_a_lost_response_or_a_second_tab_does_not_end_the_session(
    stranger: httpx2.AsyncClient, clock: time_machine.Traveller
) -> None:
    first = cookies_set(await sign_in(stranger, await account()))["zenspa_refresh"].value
    second = cookies_set(await refresh_with(stranger, first))["zenspa_refresh"].value
    clock.shift(REPEAT_LEEWAY - timedelta(microseconds=1))

    repeated = await refresh_with(stranger, first)

    assert repeated.status_code == 200
    assert cookies_set(repeated)["zenspa_refresh"].value == second
    assert (await refresh_with(stranger, second)).status_code == 200


async def test_a_copied_token_ends_the_session_after_the_leeway(
    stranger: httpx2.AsyncClient, clock: time_machine.Traveller
) -> None:
    copied = cookies_set(await sign_in(stranger, await account()))["zenspa_refresh"].value
    current = cookies_set(await refresh_with(stranger, copied))["zenspa_refresh"].value
    clock.shift(REPEAT_LEEWAY)

    refusal(await refresh_with(stranger, copied), 401, "REFRESH_TOKEN_REUSED")

    refusal(await refresh_with(stranger, current), 401, "INVALID_REFRESH_TOKEN")
    assert await sql("SELECT end_reason FROM user_session") == "reuse"


async def test_a_token_before_the_last_ends_the_session_at_once(
    stranger: httpx2.AsyncClient, clock: time_machine.Traveller
) -> None:
    oldest = cookies_set(await sign_in(stranger, await account()))["zenspa_refresh"].value
    last = cookies_set(await refresh_with(stranger, oldest))["zenspa_refresh"].value
    await refresh_with(stranger, last)
    clock.shift(timedelta(microseconds=1))
    refusal(await refresh_with(stranger, oldest), 401, "REFRESH_TOKEN_REUSED")


async def test_the_leeway_is_not_for_tokens_in_a_body(
    stranger: httpx2.AsyncClient, clock: time_machine.Traveller
) -> None:
    token = cookies_set(await sign_in(stranger, await account()))["zenspa_refresh"].value
    assert (await refresh(stranger, token)).status_code == 200
    clock.shift(timedelta(microseconds=1))
    refusal(await refresh(stranger, token), 401, "REFRESH_TOKEN_REUSED")


@pytest.mark.parametrize("token", ["", "x", "%C4%83", "." * 600, "eyJhIjoxfQ.AAAA"])
async def test_a_forged_cookie_is_refused_and_keeps_the_session(
    stranger: httpx2.AsyncClient, token: str
) -> None:
    await sign_in(stranger, await account())
    cookie = OWN_PAGE | {"Cookie": f"zenspa_refresh={token}"}
    stranger.cookies.clear()
    for path in ("refresh", "sign-out"):
        response = await stranger.post(f"{BROWSER}/{path}", headers=cookie)
        assert response.status_code in {204, 401, 422}
    assert await sql("SELECT count(*) FROM user_session WHERE ended_at IS NOT NULL") == 0


async def test_a_known_device_is_recognised_by_its_cookie(stranger: httpx2.AsyncClient) -> None:
    user = await account()
    await sign_in(stranger, user)
    await stranger.post(f"{BROWSER}/sign-out", headers=OWN_PAGE)
    for _ in range(12):  # an attacker at the same address
        await stranger.post(f"{AUTH}/sign-in", json={"login": user.login, "password": "đoán bừa thôi mà"})
    refusal(
        await stranger.post(f"{AUTH}/sign-in", json={"login": user.login, "password": PASSWORD}),
        429,
        "RATE_LIMITED",
    )
    assert (await sign_in(stranger, user)).status_code == 200


async def test_an_invited_person_joins_in_a_browser_and_stays_signed_in(
    stranger: httpx2.AsyncClient,
) -> None:
    admin = await header_of(await account(Role.ADMIN))
    invitation = {"email": "hoa@example.com", "roles": [{"role": "receptionist"}]}
    with app_mail():
        await stranger.post("/api/v1/invitations", json=invitation, headers=admin)
    answer = {"token": shown_link_token(), "full_name": "Trần Thị Hoa", "password": NEW_PASSWORD}
    refusal(await stranger.post(f"{BROWSER}/join", json=answer), 403, "FOREIGN_ORIGIN")
    joined = await stranger.post(f"{BROWSER}/join", json=answer, headers=OWN_PAGE)

    assert joined.status_code == 201
    assert set(joined.json()) == {"access_token", "token_type", "expires_in"}
    refreshed = await stranger.post(f"{BROWSER}/refresh", headers=OWN_PAGE)
    me = await stranger.get(f"{AUTH}/me", headers=bearer(refreshed.json()))
    assert me.json()["full_name"] == "Trần Thị Hoa"


async def test_a_new_password_by_mail_signs_a_browser_in_and_ends_its_other_sessions(
    stranger: httpx2.AsyncClient,
) -> None:
    user = await account()
    before = await tokens_of(user)
    with app_mail():
        await stranger.post(f"{AUTH}/password/reset-request", json={"email": user.login})
    reset = {"token": shown_link_token(), "new_password": NEW_PASSWORD}
    refusal(await stranger.post(f"{BROWSER}/password-reset", json=reset), 403, "FOREIGN_ORIGIN")
    changed = await stranger.post(f"{BROWSER}/password-reset", json=reset, headers=OWN_PAGE)

    assert set(changed.json()) == {"access_token", "token_type", "expires_in"}
    refreshed = await stranger.post(f"{BROWSER}/refresh", headers=OWN_PAGE)
    assert (await stranger.get(f"{AUTH}/me", headers=bearer(refreshed.json()))).status_code == 200
    assert not await is_alive(stranger, before)
