"""The envelope, its language, and what PostgreSQL's own refusals become in it."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterable

import asyncpg
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from starlette.exceptions import HTTPException

from app.common.types.localized import LocalizedText
from app.core.config import settings
from app.core.database import engine
from app.core.database_errors import constraint_of, is_retryable, sqlstate_of, translate
from app.core.exceptions import (
    BadRequestException,
    CacheException,
    ConflictException,
    DatabaseException,
    ForbiddenException,
    HeadersTooLargeException,
    MalformedBodyException,
    MethodNotAllowedException,
    NotFoundException,
    PayloadTooLargeException,
    RateLimitException,
    RequestTimeoutException,
    ServiceUnavailableException,
    UnauthorizedException,
    UnsupportedMediaTypeException,
    UrlTooLongException,
    ValidationException,
    ZenSpaException,
    error_responses,
    preferred_language,
)
from app.main import create_app
from app.modules.customer.customer_models import Customer
from tests.support import free_port
from tests.support.database import insert, run_sql
from tests.support.http import client_of, refusal
from tests.support.routes import PublicRouter

STATUSES = {
    ZenSpaException: 500,
    DatabaseException: 500,
    CacheException: 500,
    BadRequestException: 400,
    MalformedBodyException: 400,
    UnauthorizedException: 401,
    ForbiddenException: 403,
    NotFoundException: 404,
    MethodNotAllowedException: 405,
    RequestTimeoutException: 408,
    ConflictException: 409,
    PayloadTooLargeException: 413,
    UrlTooLongException: 414,
    UnsupportedMediaTypeException: 415,
    ValidationException: 422,
    RateLimitException: 429,
    HeadersTooLargeException: 431,
    ServiceUnavailableException: 503,
}
EVERY_CLASS = pytest.mark.parametrize("error", STATUSES, ids=lambda error: error.__name__)


class Raising:
    """An app with one route, which raises the given error."""

    def __init__(self) -> None:
        self.error: Exception = ZenSpaException()
        router = PublicRouter()
        router.add_api_route("/raise", self._raise, methods=["GET", "POST"])
        self.app = create_app(settings)
        self.app.include_router(router)

    async def _raise(self) -> None:
        raise self.error

    async def answer(
        self, error: Exception, language: str = "", *, accept: str = "*/*", method: str = "GET"
    ) -> httpx2.Response:
        self.error = error
        async with client_of(self.app) as http:
            headers = {"Accept-Language": language, "Accept": accept}
            return await http.request(method, "/raise", headers=headers)


@pytest.fixture(scope="module")
def raising() -> Raising:
    return Raising()


class TestEnvelope:
    @EVERY_CLASS
    async def test_each_class_has_its_status_and_code(
        self, raising: Raising, error: type[ZenSpaException]
    ) -> None:
        refusal(await raising.answer(error()), STATUSES[error], error.code)

    def test_no_two_classes_share_a_code(self) -> None:
        assert len({error.code for error in STATUSES}) == len(STATUSES)

    @EVERY_CLASS
    async def test_each_class_speaks_both_languages(
        self, raising: Raising, error: type[ZenSpaException]
    ) -> None:
        vietnamese = refusal(await raising.answer(error(), "vi"), STATUSES[error])["message"]
        english = refusal(await raising.answer(error(), "en"), STATUSES[error])["message"]
        assert vietnamese != english
        assert english.isascii()
        assert not vietnamese.isascii()

    async def test_an_error_can_have_another_message_code_details_and_headers(self, raising: Raising) -> None:
        error = ConflictException(
            "Giường 3 đã có khách.",
            code="BED_TAKEN",
            details=[
                {"field": "body.bed", "message": LocalizedText("Đã có khách.", "Taken."), "type": "taken"}
            ],
            headers={"X-Next-Free": "10:30"},
        )
        response = await raising.answer(error, "en")
        body = refusal(response, 409, "BED_TAKEN")
        assert body["message"] == "Giường 3 đã có khách."
        assert body["details"] == [{"field": "body.bed", "message": "Taken.", "type": "taken"}]
        assert response.headers["x-next-free"] == "10:30"

    async def test_another_message_can_be_in_both_languages(self, raising: Raising) -> None:
        error = ConflictException(LocalizedText("Đã có khách.", "Taken."))
        assert refusal(await raising.answer(error, "vi"), 409)["message"] == "Đã có khách."
        assert refusal(await raising.answer(error, "en"), 409)["message"] == "Taken."

    @pytest.mark.parametrize(
        "error",
        [
            DatabaseException("hunter2 at db.internal"),
            ServiceUnavailableException("hunter2 at db.internal"),
            ZenSpaException("hunter2 at db.internal", code="ODD"),
            RuntimeError("hunter2 at db.internal"),
            HTTPException(502, "hunter2 at db.internal"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_the_words_of_a_server_error_stay_in_the_log(
        self, raising: Raising, error: Exception, capfd: pytest.CaptureFixture[str]
    ) -> None:
        response = await raising.answer(error)
        assert response.status_code >= 500
        assert "hunter2" not in response.text
        assert "db.internal" not in response.text
        if not isinstance(error, HTTPException):
            assert "hunter2 at db.internal" in capfd.readouterr().out

    @pytest.mark.parametrize(
        ("error", "seconds"), [(RateLimitException, "60"), (ServiceUnavailableException, "1")]
    )
    async def test_a_temporary_error_has_retry_after(
        self, raising: Raising, error: type[ZenSpaException], seconds: str
    ) -> None:
        assert (await raising.answer(error())).headers["retry-after"] == seconds
        later = error(headers={"Retry-After": "7"})
        assert (await raising.answer(later)).headers["retry-after"] == "7"

    async def test_a_permanent_error_has_no_retry_after(self, raising: Raising) -> None:
        assert "retry-after" not in (await raising.answer(ConflictException())).headers

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 422, 429, 431, 503])
    async def test_what_the_framework_raises_gets_the_envelope(self, raising: Raising, status: int) -> None:
        error = HTTPException(status, "plain words", headers={"X-Kept": "yes"})
        response = await raising.answer(error, "en")
        assert refusal(response, status)["message"] != "plain words"
        assert response.headers["x-kept"] == "yes"

    async def test_a_method_that_is_not_allowed_names_those_that_are(
        self, client: httpx2.AsyncClient
    ) -> None:
        response = await client.delete("/api/v1/health/live")
        refusal(response, 405, "METHOD_NOT_ALLOWED")
        assert response.headers["allow"] == "GET, HEAD"

    async def test_a_fault_of_validation_speaks_the_readers_language(
        self, client: httpx2.AsyncClient
    ) -> None:
        for language, message in (("vi", "Phải là số nguyên."), ("en", "Enter a whole number")):
            response = await client.get("/api/v1/customers?limit=x", headers={"Accept-Language": language})
            assert refusal(response, 422)["details"] == [
                {"field": "query.limit", "message": message, "type": "int_parsing"}
            ]

    @pytest.mark.parametrize(
        ("language", "more"), [("vi", "… và 82 lỗi nữa."), ("en", "… and 82 more errors")]
    )
    async def test_twenty_errors_are_described_and_the_others_counted(
        self, client: httpx2.AsyncClient, language: str, more: str
    ) -> None:
        body = {f"unknown{number}": 1 for number in range(101)}  # and full_name is missing
        headers = {"Accept-Language": language}
        response = await client.post("/api/v1/customers", json=body, headers=headers)
        *described, rest = refusal(response, 422)["details"]
        assert described[0]["field"] == "body.full_name"
        assert len(described) == 20
        assert rest == {"field": "body", "message": more, "type": "more_errors"}

    async def test_a_long_name_of_a_field_is_cut(self, client: httpx2.AsyncClient) -> None:
        response = await client.post("/api/v1/customers", json={"full_name": "Lan", "a" * 10_000: 1})
        assert refusal(response, 422)["details"][0]["field"] == f"body.{'a' * 195}…"


class TestEventStream:
    """A browser's EventSource takes every status but 200 as final."""

    @pytest.mark.parametrize(
        ("error", "seconds"),
        [
            (ServiceUnavailableException(), 1),
            (RateLimitException(), 60),
            (ServiceUnavailableException(headers={"Retry-After": "7"}), 7),
            (HTTPException(503), 1),
            (OperationalError("SELECT 1", None, ConnectionRefusedError()), 1),
        ],
        ids=["503", "429", "with another time", "of the framework", "of the database"],
    )
    async def test_what_passes_is_an_empty_stream_that_says_when_to_come_back(
        self, raising: Raising, error: Exception, seconds: int
    ) -> None:
        answer = await raising.answer(error, accept="text/event-stream")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        [milliseconds] = re.fullmatch(r"retry: ([0-9]+)\n\n", answer.text).groups()  # type: ignore[union-attr]  # fails as it should
        assert 1000 * seconds <= int(milliseconds) <= 1000 * (seconds + 2)

    @pytest.mark.parametrize("error", [UnauthorizedException(), ForbiddenException(), NotFoundException()])
    async def test_what_is_final_is_refused(self, raising: Raising, error: ZenSpaException) -> None:
        refusal(await raising.answer(error, accept="text/event-stream"), error.status)

    @pytest.mark.parametrize(
        ("method", "accept"),
        [("POST", "text/event-stream"), ("GET", "*/*"), ("GET", "application/json, text/event-stream")],
    )
    async def test_who_can_read_an_error_gets_it(self, raising: Raising, method: str, accept: str) -> None:
        answer = await raising.answer(ServiceUnavailableException(), accept=accept, method=method)
        refusal(answer, 503)


class TestLanguage:
    @pytest.mark.parametrize(
        ("accept", "language"),
        [
            ("", "vi"),
            ("*", "vi"),
            ("fr-FR, de", "vi"),
            ("en", "en"),
            ("EN-us", "en"),
            ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
            ("en-US,en;q=0.9,vi;q=0.8", "en"),
            ("vi;q=0.5, en;q=0.7", "en"),
            ("en;q=0.5, vi", "vi"),
            ("en ; q=0.9 , vi;q=0.1", "en"),
            ("fr, en;q=0.001", "en"),
            ("en;q=0", "vi"),
            ("en;q=high", "vi"),
            ("en;q=nan", "vi"),
            ("end, english", "vi"),
        ],
    )
    def test_is_the_one_the_reader_prefers(self, accept: str, language: str) -> None:
        assert preferred_language(accept) == language

    @given(st.text(alphabet="vienq=;,-.01 \t*\x00é"))
    def test_is_always_one_of_the_two(self, accept: str) -> None:
        assert preferred_language(accept) in {"vi", "en"}


class TestDocument:
    def test_errors_of_one_status_are_examples_of_one_response(self) -> None:
        class BedTaken(ConflictException):
            code = "BED_TAKEN"
            text = LocalizedText("Giường đã có khách.", "The bed is taken.")

        router = PublicRouter()
        router.add_api_route(
            "/beds", lambda: None, responses=error_responses(BedTaken, ConflictException, NotFoundException)
        )
        app = create_app(settings)
        app.include_router(router)
        responses = app.openapi()["paths"]["/beds"]["get"]["responses"]
        assert {"404", "409"} <= set(responses)
        conflict = responses["409"]["content"]["application/json"]
        assert conflict["schema"] == {"$ref": "#/components/schemas/ErrorResponse"}
        assert set(conflict["examples"]) == {"BED_TAKEN", "CONFLICT"}
        example = conflict["examples"]["BED_TAKEN"]["value"]
        assert example["error"] == {"code": "BED_TAKEN", "message": "Giường đã có khách."}


@pytest.fixture
async def connection() -> AsyncGenerator[AsyncConnection]:
    async with engine.connect() as connection:
        yield connection


async def refused(connection: AsyncConnection, *statements: str) -> DBAPIError:
    """The error of the last statement; those before it succeed."""
    *before, last = statements
    for statement in before:
        await connection.exec_driver_sql(statement)
    with pytest.raises(DBAPIError) as error:
        await connection.exec_driver_sql(last)
    return error.value


GUESTS = (
    "CREATE TEMP TABLE guest (name text NOT NULL, phone text PRIMARY KEY, gender text CHECK (gender <> 'x'),"
    " friend text REFERENCES guest) ON COMMIT DROP"
)
LAN = "INSERT INTO guest VALUES ('Lan', '+84912345678')"


@pytest.mark.usefixtures("running_app")
class TestSqlstates:
    """Each from the real server, never made up."""

    @pytest.mark.parametrize(
        ("sqlstate", "statements", "translation"),
        [
            ("22003", ["SELECT 2147483647 + 1"], ValidationException),
            ("22P02", ["SELECT 'x'::uuid"], ValidationException),
            ("22008", ["SELECT '2026-02-30'::date"], ValidationException),
            ("23502", [GUESTS, "INSERT INTO guest VALUES (NULL, '1')"], ValidationException),
            ("23514", [GUESTS, "INSERT INTO guest VALUES ('Lan', '1', 'x')"], ValidationException),
            ("23505", [GUESTS, LAN, LAN], ConflictException),
            ("23503", [GUESTS, LAN, "UPDATE guest SET friend = 'unused_port'"], ConflictException),
            (
                "23P01",
                [
                    "CREATE TEMP TABLE bed (at int4range, EXCLUDE USING gist (at WITH &&)) ON COMMIT DROP",
                    "INSERT INTO bed VALUES ('[1,3)'), ('[2,4)')",
                ],
                ConflictException,
            ),
            (
                "57014",
                ["SET LOCAL statement_timeout = '10ms'", "SELECT pg_sleep(60)"],
                ServiceUnavailableException,
            ),
            ("08003", ["SELECT pg_terminate_backend(pg_backend_pid())"], ServiceUnavailableException),
            ("42P01", ["SELECT * FROM no_such_table"], ServiceUnavailableException),
            ("42703", ["SELECT no_such_column FROM customer"], ServiceUnavailableException),
            ("42883", ["SELECT no_such_function()"], ServiceUnavailableException),
            ("42601", ["SELEC"], DatabaseException),
        ],
    )
    async def test_mean_what_the_client_can_do_about_them(
        self,
        connection: AsyncConnection,
        sqlstate: str,
        statements: Iterable[str],
        translation: type[ZenSpaException],
    ) -> None:
        error = await refused(connection, *statements)
        assert sqlstate_of(error) == sqlstate
        assert type(translate(error)) is translation
        assert not is_retryable(error)

    @pytest.mark.parametrize("value", ["Lan\x00", "Lan\ud800"], ids=["NUL", "lone surrogate"])
    async def test_text_that_cannot_be_stored_is_a_refused_value(
        self, connection: AsyncConnection, value: str
    ) -> None:
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text("SELECT CAST(:value AS text)"), {"value": value})
        assert type(translate(error.value)) is ValidationException

    @pytest.mark.parametrize(
        "value", [2**63, -(2**63) - 1, 10**4000], ids=["2^63", "-2^63-1", "4,000 digits"]
    )
    async def test_a_number_that_cannot_be_stored_is_a_refused_value(
        self, connection: AsyncConnection, value: int
    ) -> None:
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text("SELECT CAST(:value AS bigint)"), {"value": value})
        assert type(translate(error.value)) is ValidationException

    async def test_the_constraint_is_named(self, connection: AsyncConnection) -> None:
        assert constraint_of(await refused(connection, GUESTS, LAN, LAN)) == "guest_pkey"
        await connection.rollback()
        assert constraint_of(await refused(connection, "SELECT 1/0")) == ""

    @pytest.mark.parametrize("error", [asyncpg.InternalClientError(), asyncpg.InterfaceError("closed")])
    def test_a_connection_that_dies_during_a_query_is_503(self, error: Exception) -> None:
        assert type(translate(error)) is ServiceUnavailableException

    async def test_a_lock_that_is_not_free_in_time_is_503(self, connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1)")
        async with engine.connect() as other:
            error = await refused(other, "SET LOCAL lock_timeout = '10ms'", "SELECT pg_advisory_xact_lock(1)")
        assert sqlstate_of(error) == "55P03"
        assert type(translate(error)) is ServiceUnavailableException
        assert not is_retryable(error)

    async def test_a_lost_race_may_be_run_again(self, connection: AsyncConnection) -> None:
        lan = await insert(Customer(full_name="Lan"))
        change = f"UPDATE customer SET notes = '{{}}' WHERE id = '{lan}'"
        try:
            await connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await connection.exec_driver_sql("SELECT FROM customer")
            await run_sql(change.format("first"))
            error = await refused(connection, change.format("second"))
        finally:
            await connection.rollback()
            await run_sql("DELETE FROM customer WHERE id = $1", lan)
        assert sqlstate_of(error) == "40001"
        assert is_retryable(error)
        assert type(translate(error)) is ServiceUnavailableException

    async def test_a_deadlock_may_be_run_again(self, connection: AsyncConnection) -> None:
        async with engine.connect() as other:
            for session, lock in ((connection, 1), (other, 2)):
                await session.exec_driver_sql("SET LOCAL deadlock_timeout = '10ms'")
                await session.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")

            async def take(session: AsyncConnection, lock: int) -> DBAPIError | None:
                try:
                    await session.exec_driver_sql(f"SELECT pg_advisory_xact_lock({lock})")
                except DBAPIError as error:
                    await session.rollback()  # which lets the other go on
                    return error
                return None

            outcomes = await asyncio.gather(take(connection, 2), take(other, 1))
        (error,) = [outcome for outcome in outcomes if outcome]
        assert sqlstate_of(error) == "40P01"
        assert is_retryable(error)
        assert type(translate(error)) is ServiceUnavailableException

    async def test_an_unreachable_server_is_503(self) -> None:
        unused_port = create_async_engine(f"postgresql+asyncpg://lan@127.0.0.1:{free_port()}/zenspa")
        with pytest.raises(OSError, match="Connect call failed") as error:
            await unused_port.connect()
        assert type(translate(error.value)) is ServiceUnavailableException

    async def test_reach_the_client_in_the_envelope(
        self, connection: AsyncConnection, raising: Raising
    ) -> None:
        response = await raising.answer(await refused(connection, GUESTS, LAN, LAN))
        refusal(response, 409, "CONFLICT")
        assert "guest" not in response.text
