"""Accounts with passwords, and signing in, in one line each.

lan = await account(Role.RECEPTIONIST, email="lan@example.com")
tokens = await tokens_of(stranger, lan)
assert (await get_me(stranger, tokens)).status_code == 200
"""

import asyncio
import re
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import httpx2
from sqlalchemy import text

from app.common.helpers import utc_now
from app.core.database import engine
from app.core.mail import shown_mails
from app.db.transactions import run_in_transaction
from app.modules.identity import identity_service, passwords
from app.modules.identity.access import SYSTEM_USER
from app.modules.identity.identity_models import User
from app.modules.identity.identity_schemas import RoleGrant
from app.modules.identity.roles import Role
from app.modules.identity.sessions import Device, start_session
from tests.builders.branches import add_branch

AUTH = "/api/v1/auth"
PASSWORD = "sen trắng nở ban mai"
NEW_PASSWORD = "trà nóng lúc bốn giờ"

type Tokens = dict[str, Any]


class Account(NamedTuple):
    id: UUID
    login: str
    password: str


async def account(
    *roles: Role,
    email: str | None = "lan@example.com",
    phone: str | None = None,
    full_name: str = "Nguyễn Thị Lan",
    password: str | None = PASSWORD,
    branch_id: UUID | None = None,
    disabled: bool = False,
) -> Account:
    """Add an account with these roles."""
    if branch_id is not None:
        await add_branch(branch_id)
    user = User(
        full_name=full_name,
        email=email,
        phone=phone,
        password_hash=password and await asyncio.to_thread(hash_once, password),
        disabled_at=utc_now() if disabled else None,
    )
    grants = [RoleGrant(role=role, branch_id=branch_id) for role in roles]
    await run_in_transaction(lambda session: identity_service.create_user(session, SYSTEM_USER, user, grants))
    return Account(user.id, email or phone or "", password or "")


@cache
def hash_once(password: str) -> str:
    """Return the hash of a password. It takes 64 MB and 50 ms once a run, not once a test."""
    return passwords._hasher().hash(password)


async def sign_in(
    http: httpx2.AsyncClient, login: str, password: str = PASSWORD, **more: str
) -> httpx2.Response:
    return await http.post(f"{AUTH}/sign-in", json={"login": login, "password": password} | more)


async def tokens_of(user: Account) -> Tokens:
    """Return the tokens of a new session, without the 50 ms of checking the password."""
    device = Device("127.0.0.1", "the tests")
    tokens = await run_in_transaction(lambda session: start_session(session, user.id, device))
    return tokens.model_dump()


def tokens_in(answer: httpx2.Response) -> Tokens:
    assert answer.status_code in {200, 201}, answer.text
    tokens: Tokens = answer.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token", "device_token"}
    return tokens


def bearer(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def header_of(user: Account) -> dict[str, str]:
    return bearer(await tokens_of(user))


async def get_me(http: httpx2.AsyncClient, tokens: Tokens) -> httpx2.Response:
    return await http.get(f"{AUTH}/me", headers=bearer(tokens))


async def refresh(http: httpx2.AsyncClient, tokens: Tokens | str) -> httpx2.Response:
    token = tokens if isinstance(tokens, str) else tokens["refresh_token"]
    return await http.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def is_alive(http: httpx2.AsyncClient, tokens: Tokens) -> bool:
    """Return whether the access token is accepted. If not, the refresh token must be refused too."""
    if (await get_me(http, tokens)).status_code == 200:
        return True
    assert (await refresh(http, tokens)).status_code in {401, 403}
    return False


def link_token_in(body: str) -> str:
    """Return the token of the only link in a mail."""
    [token] = re.findall(r"http://localhost:3000/desk/[a-z]+#(\S+)", body)
    return str(token)


def shown_link_token() -> str:
    """Return the token of the link in the newest shown mail."""
    return link_token_in(shown_mails[0].body)


async def sql(statement: str, **parameters: object) -> Any:
    """Run a statement and return the first value of its result."""
    async with engine.begin() as connection:
        result = await connection.execute(text(statement), parameters)
        return result.scalar() if result.returns_rows else None
