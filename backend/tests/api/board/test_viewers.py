"""The viewers of a board: how many streams a user may have, and when a stream ends because its user lost access."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.db.transactions import run_in_transaction
from app.modules.board import stream as board_stream
from app.modules.board.board_errors import TooManyStreams
from app.modules.board.stream import MAX_STREAMS, EventStream, open_stream
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity import access
from app.modules.identity.access import CurrentUser, Grant
from app.modules.identity.roles import Role
from app.modules.identity.tokens import Claims, verify_access_token
from tests.api.board.streams import add_visits, http_to, next_data, no_watch_is_left, stream_path, visit_ids
from tests.api.board.test_board import DAY
from tests.builders.branches import add_branch
from tests.builders.people import new_user, signed_in
from tests.builders.rosters import code_of
from tests.support import SOON, eventually
from tests.support.app_process import AppProcess
from tests.support.database import run_sql
from tests.support.event_streams import listening
from tests.support.fault_proxy import FaultProxy, Mode
from tests.support.http import stores
from tests.support.stores import app_database, database_server, through


class TestAccess:
    """Lan looks at a board, and her access is checked all the time."""

    @pytest.fixture(autouse=True)
    def _check_often(self, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(board_stream, "MAX_STREAM_SECONDS", 600.0)
        monkeypatch.setattr(board_stream, "RECHECK_SECONDS", 0.05)

    @pytest.mark.parametrize(
        "change",
        [
            "DELETE FROM role_assignment WHERE user_id = $1",
            "UPDATE role_assignment SET branch_id = (SELECT id FROM branch WHERE key = 'other') WHERE user_id = $1",
            "UPDATE role_assignment SET role = 'therapist' WHERE user_id = $1",
            "UPDATE user_account SET disabled_at = now() WHERE id = $1",
            "UPDATE user_session SET ended_at = now() WHERE user_id = $1",
        ],
        ids=["no role", "a role elsewhere", "a role that sees less", "disabled", "signed out"],
    )
    async def test_a_stream_ends_when_its_user_loses_access(self, change: str) -> None:
        branch, _ = await add_branch(), await add_branch(key="other")
        lan = await receptionist_of(branch)
        stream = await open_events(lan, branch)
        async with aclosing(stream), asyncio.timeout(SOON):
            await anext(stream)
            await run_sql(change, lan.id)
            assert [event async for event in stream] == []
        await eventually(no_watch_is_left)

    async def test_a_stream_goes_on_while_its_user_keeps_access(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checks = []

        async def reload_user(session: AsyncSession, user: CurrentUser) -> CurrentUser:
            checks.append(await access.reload_user(session, user))
            return checks[-1]

        monkeypatch.setattr(board_stream, "reload_user", reload_user)
        branch = await add_branch()
        stream = await open_events(await receptionist_of(branch), branch)

        async def checked_twice() -> bool:
            return len(checks) > 1

        async with aclosing(stream):
            await anext(stream)
            change = asyncio.create_task(next_data(stream))
            await eventually(checked_twice)
            published = await add_visits(branch, 2)
            assert visit_ids(await change) == published

    async def test_a_stream_goes_on_while_the_database_is_down(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        branch = await add_branch()
        lan = await receptionist_of(branch)
        output: list[str] = []

        async def it_has_tried() -> bool:
            output.append(capsys.readouterr().out)
            return "could not check who looks at a board" in "".join(output)

        async with FaultProxy(*database_server()) as proxy, app_database(DATABASE_URL=through(proxy)):
            stream = await open_events(lan, branch)
            async with aclosing(stream):
                await anext(stream)
                change = asyncio.create_task(next_data(stream))
                proxy.mode = Mode.REFUSE
                await eventually(it_has_tried)
                proxy.mode = Mode.PASS
                published = await add_visits(branch, 2)
                assert visit_ids(await change) == published


class TestHowMany:
    async def test_the_limit_of_open_streams_is_per_user(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        async with AsyncExitStack() as open_until_the_end:
            enter = open_until_the_end.enter_async_context
            app = await enter(AppProcess(stores()))
            http = await enter(http_to(app, client))
            for _ in range(MAX_STREAMS - 1):
                await enter(listening(http, stream_path(branch)))
            async with listening(http, stream_path(branch)):
                refused = await http.get(stream_path(branch))
                assert code_of(refused) == (429, "TOO_MANY_STREAMS")
                assert int(refused.headers["Retry-After"]) > 0
                http.headers |= await signed_in(Role.RECEPTIONIST, branch_id=branch)
                async with listening(http, stream_path(branch)):
                    pass
                http.headers |= client.headers

            async def one_may_be_opened() -> bool:
                async with http.stream("GET", stream_path(branch)) as answer:
                    return answer.status_code == 200

            await eventually(one_may_be_opened)

    async def test_a_stream_that_never_began_takes_no_slot(self, client: httpx2.AsyncClient) -> None:
        branch = await add_branch()
        lan = await receptionist_of(branch)
        for _ in range(MAX_STREAMS + 1):
            await open_events(lan, branch)
            with pytest.raises(BranchNotFound):
                await open_events(everywhere(lan), uuid7())
        streams = [await open_response(lan, branch) for _ in range(MAX_STREAMS)]
        with pytest.raises(TooManyStreams):
            await open_response(lan, branch)
        del streams


async def receptionist_of(branch_id: UUID) -> CurrentUser:
    """Return a new receptionist of a branch, as a request would."""
    _, headers = await new_user(Role.RECEPTIONIST, branch_id=branch_id)
    return await load_user(await verify_access_token(headers["Authorization"].removeprefix("Bearer ")))


def everywhere(user: CurrentUser) -> CurrentUser:
    return replace(user, grants=frozenset({Grant(Role.RECEPTIONIST, None)}))


async def load_user(claims: Claims) -> CurrentUser:
    user = CurrentUser(claims.subject, frozenset(), claims.session_id, claims)
    return await run_in_transaction(lambda session: access.reload_user(session, user))


async def open_response(user: CurrentUser, branch_id: UUID) -> EventStream:
    return await run_in_transaction(
        lambda session: open_stream(session, user, branch_id, date.fromisoformat(DAY))
    )


async def open_events(user: CurrentUser, branch_id: UUID) -> AsyncGenerator[bytes]:
    """Return the events of a new stream."""
    events: Any = (await open_response(user, branch_id)).body_iterator
    return events  # type: ignore[no-any-return]
