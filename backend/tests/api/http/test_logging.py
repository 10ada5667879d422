"""One line an event: for people in development, for machines in production; no secret, nothing forged."""

import io
import json
import logging
import os
import re
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.modules.identity.roles import Role
from tests.builders.people import signed_in
from tests.support.app_process import AppProcess
from tests.support.database import empty_database
from tests.support.http import stores

type Event = dict[str, Any]

PEOPLES_LINE = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \| (?P<level>[A-Z ]{8}) \| (?P<logger>\S+) \| (?P<rest>.*)"
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
URL = "postgresql://lan:hunter2@db.example.com/zenspa"
FORGED = "\r\n2026-01-31 09:00:00 | INFO     | app | forged"

pytestmark = pytest.mark.usefixtures("running_app")  # which sets logging up
logger = structlog.get_logger("app.test")
library = logging.getLogger("some.library")


class Written:
    """The lines that were logged inside `captured`."""

    def __init__(self) -> None:
        self.bytes = io.BytesIO()
        self.stream = io.TextIOWrapper(self.bytes)

    @property
    def text(self) -> str:
        return self.bytes.getvalue().decode()

    @property
    def line(self) -> str:
        (line,) = self.text.split("\n")[:-1]
        return line


@contextmanager
def captured() -> Iterator[Written]:
    written = Written()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", written.stream)
        yield written


class TestLinesForPeople:
    def test_have_the_format_of_the_spec(self) -> None:
        with captured() as written:
            logger.warning("pool is full", waiting=3)
        match = PEOPLES_LINE.fullmatch(written.line)
        assert match
        assert match.groups() == ("WARNING ", "app.test", "pool is full waiting=3")

    def test_are_the_same_from_the_standard_library(self) -> None:
        with captured() as written:
            library.error("%s of %d", "one", 2)
        match = PEOPLES_LINE.fullmatch(written.line)
        assert match
        assert match.groups() == ("ERROR   ", "some.library", "one of 2")

    def test_of_a_lower_level_are_left_out(self) -> None:
        with captured() as written:
            logger.debug("detail")
            library.debug("detail")
            logging.getLogger("sqlalchemy.engine").info("SELECT 1")
            logging.getLogger("uvicorn.access").info("GET /")
        assert written.text == ""

    def test_of_an_exception_are_indented_below_it(self) -> None:
        with captured() as written:
            try:
                raise ValueError(f"bad{FORGED}\x1b[2J")  # noqa: TRY301
            except ValueError:
                logger.exception("it failed")
        first, *below = written.text.splitlines()
        assert PEOPLES_LINE.fullmatch(first)
        assert below[0] == "    Traceback (most recent call last):"
        assert all(line.startswith("    ") for line in below)
        assert "\x1b" not in written.text

    @given(st.text(), st.text())
    def test_are_one_line_whatever_a_client_puts_into_them(self, message: str, value: str) -> None:
        with captured() as written:
            logger.info(message, value=value)
        assert written.line.isprintable()

    @pytest.mark.parametrize("text", [FORGED, "\x1b[2J\x00\x07", "\u2028\u202eevil", "\ud800"], ids=ascii)
    def test_carry_no_control_character(self, text: str) -> None:
        with captured() as written:
            logger.info("event", value=text, nested={"key": [text]}, error=ValueError(text))
            library.info("%s", text)
        assert len(written.text.splitlines()) == 2
        assert written.text.replace("\n", "").isprintable()


class TestSecrets:
    @pytest.mark.parametrize(
        "name",
        [
            *("password", "new_password", "passwd", "SECRET_KEY", "client_secret", "access_token"),
            *("Authorization", "cookie", "Set-Cookie", "api_key", "apiKey", "DATABASE_URL"),
        ],
    )
    def test_are_masked_by_their_name(self, name: str) -> None:
        with captured() as written:
            logger.info("event", **{name: "hunter2"}, body={"user": [{name: "hunter2"}]}, kept="lan")
        assert "hunter2" not in written.text
        assert name in written.text
        assert "kept=lan" in written.text

    @pytest.mark.parametrize(("secret", "text"), [("hunter2", f"at {URL}?x=1"), (JWT, f"Bearer {JWT} came")])
    def test_are_masked_wherever_they_are_said(self, secret: str, text: str) -> None:
        with captured() as written:
            logger.info(text)
            logger.info("event", reason=text, error=ConnectionError(text), all=[text], by={"x": text})
            library.info("failed: %s", text)
            try:
                raise ConnectionError(text)  # noqa: TRY301
            except ConnectionError:
                logger.exception("event")
                library.exception("event")
        assert secret not in written.text
        assert written.text.count("***") == 8

    def test_leave_the_rest_of_the_url(self) -> None:
        with captured() as written:
            logger.info("event", at=URL)
        assert "postgresql://lan:***@db.example.com/zenspa" in written.line


def test_a_closed_pipe_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with io.TextIOWrapper(io.FileIO(writer, "w")) as pipe:  # unbuffered: nothing is left to flush
        with pytest.raises(BrokenPipeError):
            pipe.buffer.write(b"x")
        monkeypatch.setattr(sys, "stdout", pipe)
        logger.info("event")
        library.warning("event")
        monkeypatch.undo()


async def test_a_start_without_a_secret_key_is_warned_of() -> None:
    for key, warnings in (("", 1), (os.environ["SECRET_KEY"], 0)):
        async with AppProcess(stores() | {"SECRET_KEY": key}) as process:
            assert process.output().count("SECRET_KEY is not set") == warnings


class TestAccessLine:
    async def test_is_one_a_request(self, client: httpx2.AsyncClient) -> None:
        with captured() as written:
            await client.get("/api/v1/customers/7?limit=1", headers={"X-Request-ID": "id-7"})
        (line,) = [line for line in written.text.splitlines() if "| app.access |" in line]
        match = PEOPLES_LINE.fullmatch(line)
        assert match
        assert re.fullmatch(
            r"request method=GET route=/api/v1/customers/\{customer_id\} status=422 ms=\d+\.\d+ code=VALIDATION_ERROR"
            r" request_id=id-7 user_id=[0-9a-f-]{36}",
            match["rest"],
        )

    @pytest.mark.parametrize(
        ("path", "headers", "code"),
        [
            ("/api/v1/customers?cursor=x", {}, "INVALID_CURSOR"),
            ("/api/v1/customers?limit=1&limit=1", {}, "VALIDATION_ERROR"),
            ("/nowhere", {}, "NOT_FOUND"),
            ("/api/v1/customers", {"Host": ""}, "INVALID_HOST"),
        ],
    )
    async def test_says_why_a_request_was_refused(
        self, client: httpx2.AsyncClient, path: str, headers: dict[str, str], code: str
    ) -> None:
        with captured() as written:
            await client.get(path, headers=headers)
        (line,) = [line for line in written.text.splitlines() if "| app.access |" in line]
        assert f" code={code} " in line

    async def test_has_no_code_when_it_went_well(self, client: httpx2.AsyncClient) -> None:
        with captured() as written:
            await client.get("/api/v1/health/live")
        assert " code=" not in written.text

    async def test_has_nothing_of_the_clients_but_the_method(self, client: httpx2.AsyncClient) -> None:
        with captured() as written:
            await client.get("/made-up%0D%0Aforged?q=hunter2", headers={"User-Agent": "forged"})
        (line,) = [line for line in written.text.splitlines() if "| app.access |" in line]
        assert "route=(unmatched)" in line
        assert "forged" not in line
        assert "hunter2" not in line


PROBES = f"""
import logging
logging.basicConfig()  # as a library may have done
import structlog
from fastapi.responses import StreamingResponse
from app.main import app

@app.get("/half")
async def half() -> StreamingResponse:
    async def body():
        yield b"half"
        raise RuntimeError("broke off")
    return StreamingResponse(body())

@app.get("/talk")
async def talk() -> None:
    structlog.get_logger("app.test").info("talk", password="hunter2", at={URL!r}, said={FORGED!r}, odd="\\ud800")
    structlog.get_logger("app.test").info("numbers", big=2**70, when=object)
    logging.getLogger("some.library").warning("%d rows", "many")
    logging.getLogger("some.library").warning("library at %s: %s", {URL!r}, {FORGED!r})
"""


@pytest.fixture(scope="module")
async def production(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[str]:
    """Everything that the app in production wrote, with SQL, about one request of each kind."""
    await empty_database()  # whatever test came before: the customer is to be a new one
    folder = tmp_path_factory.mktemp("production")
    (folder / "probes.py").write_text(PROBES)
    (folder / ".env").write_text("REDIS_PASWORD=hunter2\n")
    environment = stores() | {
        "ENVIRONMENT": "production",
        "CORS_ORIGINS": "https://app.zenspa.com",
        "DB_ECHO": "true",
    }
    # uvicorn with the access log and the handlers that it has by default
    command = f"cd {folder} && exec {sys.executable} -m uvicorn probes:app --host 127.0.0.1 --port {{port}}"
    async with (
        AppProcess(environment, command=("sh", "-c", command)) as process,
        process.http() as http,
    ):
        await http.get("/", headers={"X-Request-ID": "id-root"})
        await http.post(
            "/api/v1/customers",
            json={"full_name": "Đặng Lan", "phone": "0912 345 678"},
            headers={"X-Request-ID": "id-create"} | await signed_in(Role.RECEPTIONIST),
        )
        await http.get("/made-up%0D%0A%1B%5B2J", headers={"X-Request-ID": "id-lost"})
        await http.options(
            "/",
            headers={
                "X-Request-ID": "id-preflight",
                "Origin": "null",
                "Access-Control-Request-Method": "GET",
            },
        )
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.get("/half", headers={"X-Request-ID": "id-half"})
        await http.get("/talk", headers={"X-Request-ID": "id-talk"})
        # The line of a request is written after its answer, and surely before the next answer.
        await http.get("/")
        yield process.output()


@pytest.fixture(scope="module")
def events(production: str) -> list[Event]:
    return [json.loads(line) for line in production.splitlines()]


def of_request(events: list[Event], request_id: str) -> list[Event]:
    return [event for event in events if event.get("request_id") == request_id]


class TestProduction:
    def test_every_line_is_one_json_object(self, events: list[Event]) -> None:
        assert events
        for event in events:
            assert {"timestamp", "level", "logger", "event"} <= set(event)
            assert datetime.fromisoformat(event["timestamp"]).utcoffset() is not None

    @pytest.mark.parametrize(
        ("request_id", "method", "route", "status"),
        [
            ("id-root", "GET", "/", 200),
            ("id-create", "POST", "/api/v1/customers", 201),
            ("id-lost", "GET", "(unmatched)", 404),
            ("id-preflight", "OPTIONS", "(unmatched)", 400),
            ("id-half", "GET", "/half", 200),
            ("id-talk", "GET", "/talk", 200),
        ],
    )
    def test_each_request_has_one_access_line(
        self, events: list[Event], request_id: str, method: str, route: str, status: int
    ) -> None:
        (line,) = [event for event in of_request(events, request_id) if event["logger"] == "app.access"]
        assert (line["method"], line["route"], line["status"]) == (method, route, status)
        assert line["ms"] >= 0
        assert not [event for event in events if event["logger"] == "uvicorn.access"]

    def test_the_lines_of_a_request_say_who_sent_it_when_that_is_known(self, events: list[Event]) -> None:
        [line] = [event for event in of_request(events, "id-create") if event["logger"] == "app.access"]
        assert str(UUID(line["user_id"])) == line["user_id"]
        assert [event for event in of_request(events, "id-talk") if "user_id" in event] == []

    def test_every_line_of_a_request_has_its_id(self, events: list[Event]) -> None:
        sql = [
            event
            for event in of_request(events, "id-create")
            if event["logger"].startswith("sqlalchemy.engine")
        ]
        assert any(event["event"].startswith("INSERT INTO customer") for event in sql)
        assert {"uvicorn.error", "app.core.exceptions", "app.access"} == {
            event["logger"] for event in of_request(events, "id-half")
        }
        assert "some.library" in {event["logger"] for event in of_request(events, "id-talk")}

    def test_no_line_is_doubled(self, events: list[Event]) -> None:
        counted = Counter((event.get("request_id"), event["logger"], event["event"]) for event in events)
        assert counted["id-create", "sqlalchemy.engine.Engine", "COMMIT"] == 1
        assert counted[None, "app.main", "started"] == 1
        assert counted[None, "uvicorn.error", "Application startup complete."] == 1
        assert counted["id-talk", "app.test", "talk"] == 1

    def test_an_exception_is_logged_with_its_traceback(self, events: list[Event]) -> None:
        (line,) = [
            event for event in of_request(events, "id-half") if event["event"] == "unhandled exception"
        ]
        assert line["level"] == "error"
        assert "RuntimeError: broke off" in line["exception"]

    def test_no_secret_and_no_customer_is_written(self, production: str) -> None:
        assert "hunter2" not in production
        assert "912345678" not in production
        assert "Lan" not in production

    def test_no_control_character_is_written(self, production: str) -> None:
        assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", production) == []
        assert "\n2026-01-31 09:00:00" not in production

    def test_what_json_cannot_carry_is_written_all_the_same(self, events: list[Event]) -> None:
        talk, numbers = (event for event in of_request(events, "id-talk") if event["logger"] == "app.test")
        assert talk["odd"] == "\ud800"
        assert numbers["big"] == 2**70

    def test_a_line_that_a_library_formats_wrongly_fails_no_request(self, events: list[Event]) -> None:
        assert "%d rows" in {event["event"] for event in of_request(events, "id-talk")}

    def test_a_misspelt_name_in_the_env_file_is_warned_about(self, events: list[Event]) -> None:
        (line,) = [event for event in events if event["event"] == "unknown name in .env"]
        assert line["level"] == "warning"
        assert (line["name"], line["did_you_mean"]) == ("REDIS_PASWORD", "REDIS_PASSWORD")
