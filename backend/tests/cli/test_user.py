"""`zenspa user …` as a process: accounts that work, and errors in one line."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from app.modules.identity.roles import Role
from tests.api.identity.accounts import account, get_me, is_alive, sign_in, sql, tokens_in, tokens_of
from tests.support.http import refusal

BACKEND = Path(__file__).resolve().parents[2]
LAN = ("create", "lan@example.com", "--name", "Nguyễn Thị Lan")

type ZenspaUser = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.usefixtures("stranger")


@pytest.fixture
def zenspa_user(tmp_path: Path) -> ZenspaUser:
    """Return `zenspa user` in an empty folder, on this worker's database."""

    def zenspa_user(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        base = {name: os.environ[name] for name in ("PATH", "DATABASE_URL", "SECRET_KEY")}
        return subprocess.run(
            [sys.executable, "-m", "app.cli.main", "user", *arguments],
            cwd=tmp_path,
            env=base | {"PYTHONPATH": str(BACKEND), "COLUMNS": "200"} | variables,
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    return zenspa_user


def password_in(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last word of the only line that was printed."""
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    [line] = done.stdout.splitlines()
    assert line.startswith("lan@example.com  ")
    return line.split()[-1]


def error_in(done: subprocess.CompletedProcess[str], *, status: int) -> str:
    """Return the error message, which must be one line."""
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    [line] = done.stderr.splitlines()
    assert line.startswith("zenspa: ")
    return line


class TestCreate:
    async def test_create_prints_a_password_that_signs_in(
        self, zenspa_user: ZenspaUser, stranger: httpx2.AsyncClient
    ) -> None:
        done = zenspa_user("create", "Lan@Example.com", "--name", " Nguyễn Thị Lan ", "--role", "admin")
        me = (
            await get_me(stranger, tokens_in(await sign_in(stranger, "lan@example.com", password_in(done))))
        ).json()
        assert (me["full_name"], me["email"]) == ("Nguyễn Thị Lan", "lan@example.com")
        assert me["roles"] == [{"role": "admin", "branch_id": None}]

    async def test_create_accepts_several_roles_and_a_phone(
        self, zenspa_user: ZenspaUser, stranger: httpx2.AsyncClient
    ) -> None:
        roles = ("--role", "therapist", "--role", "receptionist", "--role", "therapist")
        done = zenspa_user(*LAN, *roles, "--phone", "0912 345 678")
        tokens = tokens_in(await sign_in(stranger, "0912.345.678", password_in(done)))
        roles = (await get_me(stranger, tokens)).json()["roles"]
        assert [role["role"] for role in roles] == ["therapist", "receptionist"]

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (("create", "lan", "--name", "Lan", "--role", "admin"), "email"),
            (("create", "lan@example.com", "--name", " ", "--role", "admin"), "name"),
            ((*LAN, "--role", "boss"), "role"),
            ((*LAN, "--role", "admin", "--phone", "0912"), "phone"),
        ],
    )
    async def test_invalid_arguments_are_reported_in_one_line(
        self, zenspa_user: ZenspaUser, arguments: tuple[str, ...], word: str
    ) -> None:
        assert word in error_in(zenspa_user(*arguments), status=2)
        assert await sql("SELECT count(*) FROM user_account") == 0

    @pytest.mark.parametrize("missing", ["--name", "--role"])
    def test_a_missing_option_is_named(self, zenspa_user: ZenspaUser, missing: str) -> None:
        arguments = [*LAN, "--role", "admin"]
        position = arguments.index(missing)
        del arguments[position : position + 2]
        refused = zenspa_user(*arguments)
        assert refused.returncode == 2
        assert f"'{missing}'" in refused.stderr
        assert "Traceback" not in refused.stderr

    @pytest.mark.parametrize(
        "values", [{"email": "lan@example.com"}, {"email": "mai@example.com", "phone": "+84912345678"}]
    )
    async def test_a_taken_email_or_phone_is_reported_in_one_line(
        self, zenspa_user: ZenspaUser, values: dict[str, str]
    ) -> None:
        await account(**values)  # type: ignore[arg-type]  # of its own parameters, none is a role
        refused = zenspa_user(*LAN, "--role", "admin", "--phone", "0912345678")
        assert "Another account has this email or phone number." in error_in(refused, status=1)
        assert await sql("SELECT count(*) FROM user_account") == 1


class TestDisable:
    async def test_disable_ends_every_session(
        self, zenspa_user: ZenspaUser, stranger: httpx2.AsyncClient
    ) -> None:
        tokens = await tokens_of(lan := await account())
        done = zenspa_user("disable", "LAN@example.com")
        assert (done.returncode, done.stderr) == (0, "")
        assert not await is_alive(stranger, tokens)
        refusal(await sign_in(stranger, lan.login), 403, "USER_DISABLED")

    async def test_the_last_admin_cannot_be_disabled(
        self, zenspa_user: ZenspaUser, stranger: httpx2.AsyncClient
    ) -> None:
        tokens = await tokens_of(await account(Role.ADMIN))
        refused = zenspa_user("disable", "lan@example.com")
        assert "At least one administrator must remain." in error_in(refused, status=1)
        assert await is_alive(stranger, tokens)


class TestResetPassword:
    async def test_reset_password_prints_a_new_one_and_ends_all_sessions(
        self, zenspa_user: ZenspaUser, stranger: httpx2.AsyncClient
    ) -> None:
        tokens = await tokens_of(lan := await account())
        password = password_in(zenspa_user("reset-password", "lan@example.com"))
        refusal(await sign_in(stranger, lan.login), 401, "WRONG_CREDENTIALS")
        tokens_in(await sign_in(stranger, lan.login, password))
        assert not await is_alive(stranger, tokens)


@pytest.mark.parametrize("command", ["disable", "reset-password"])
def test_an_unknown_email_is_reported_in_one_line(zenspa_user: ZenspaUser, command: str) -> None:
    assert "There is no such account." in error_in(zenspa_user(command, "lan@example.com"), status=1)


@pytest.mark.parametrize(
    "arguments",
    [(*LAN, "--role", "admin"), ("disable", "lan@example.com"), ("reset-password", "lan@example.com")],
)
def test_an_unreachable_database_is_reported_in_one_line(
    zenspa_user: ZenspaUser, arguments: tuple[str, ...]
) -> None:
    refused = zenspa_user(*arguments, DATABASE_URL="postgresql://lan:hunter2@127.0.0.1:1/zenspa")
    assert "failed: ConnectionRefusedError" in error_in(refused, status=1)
    assert "hunter2" not in refused.stderr


@pytest.mark.parametrize("command", ["create", "disable", "reset-password"])
def test_the_help_of_a_command_has_examples(zenspa_user: ZenspaUser, command: str) -> None:
    shown = zenspa_user(command, "--help")
    assert shown.returncode == 0
    assert f"zenspa user {command}" in shown.stdout.partition("Examples")[2]
