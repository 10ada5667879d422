"""Bodies, queries and paths that attack: each gets its own answer, in the envelope."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import httpx2
import pytest
from fastapi import File, UploadFile
from starlette.types import Message

from app.common.schemas import RequestModel
from app.core.config import settings
from app.core.security import sign_cursor
from app.http import strict_body
from app.main import create_app
from tests.support.app_process import AppProcess
from tests.support.http import HOST, ask_raw, client_of, read_answer, refusal, stores
from tests.support.routes import PublicRouter

CUSTOMERS = "/api/v1/customers"
JSON = {"Content-Type": "application/json"}
JSON_RAW = (b"content-type", b"application/json")


class Numbers(RequestModel):
    whole: int = 0
    real: float = 0


router = PublicRouter()


@router.post("/numbers")
async def take_numbers(numbers: Numbers) -> Numbers:
    return numbers


@router.post("/upload")
async def take_upload(file: Annotated[UploadFile, File()]) -> int:
    return len(await file.read())


app = create_app(settings)
app.include_router(router)


async def post(client: httpx2.AsyncClient, body: bytes, **headers: str) -> httpx2.Response:
    return await client.post(CUSTOMERS, content=body, headers={**JSON, **headers})


def only_detail(response: httpx2.Response) -> tuple[str, str]:
    (detail,) = refusal(response, 422, "VALIDATION_ERROR")["details"]
    return detail["field"], detail["type"]


class TestUnreadableBody:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"{", "MALFORMED_BODY"),
            (b'{"full_name": "Lan",}', "MALFORMED_BODY"),
            (b'{"full_name": Lan}', "MALFORMED_BODY"),
            (b'{"full_name": "L\x00an"}', "MALFORMED_BODY"),
            (b'{"full_name": "L\xffan"}', "MALFORMED_BODY"),
            (b'{"full_name": "\xed\xa0\x80"}', "MALFORMED_BODY"),
            (b"[" * 100_000 + b"]" * 100_000, "MALFORMED_BODY"),
            (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "MALFORMED_BODY"),
            (b"[" * 5_000 + b'"\\ud83d\\ude00"' + b"]" * 5_000, "MALFORMED_BODY"),
            (b'{"full_name": "Lan", "full_name": "An"}', "DUPLICATE_KEY"),
            (b'{"full_name": "Lan", "tags": [{"a": 1, "\\u0061": 1}]}', "DUPLICATE_KEY"),
        ],
        ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else value,
    )
    async def test_is_400(self, client: httpx2.AsyncClient, body: bytes, code: str) -> None:
        refusal(await post(client, body), 400, code)

    @pytest.mark.parametrize(
        ("body", "content_type"),
        [
            ('{"full_name": "Lan"}'.encode("utf-16"), "application/json"),
            ('{"full_name": "Lan"}'.encode("utf-16-le"), "application/json"),
            ('{"full_name": "Lan"}'.encode("utf-32-be"), "application/json"),
            (b'{"full_name": "Lan"}', "application/json; charset=utf-16"),
            (b'{"full_name": "Lan"}', "application/json; charset=latin-1"),
            (b'{"full_name": "Lan"}', "text/plain"),
            (b'{"full_name": "Lan"}', "application/jsonp"),
            (b'{"full_name": "Lan"}', "application/x-www-form-urlencoded"),
            (b'{"full_name": "Lan"}', ""),
        ],
    )
    async def test_of_another_type_is_415(
        self, client: httpx2.AsyncClient, body: bytes, content_type: str
    ) -> None:
        response = await client.post(CUSTOMERS, content=body, headers={"Content-Type": content_type})
        refusal(response, 415, "UNSUPPORTED_MEDIA_TYPE")

    @pytest.mark.parametrize(("encoding", "status"), [("gzip", 415), ("br", 415), ("identity", 201)])
    async def test_a_compressed_body_is_415(
        self, client: httpx2.AsyncClient, encoding: str, status: int
    ) -> None:
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        response = await client.post(CUSTOMERS, content=b'{"full_name": "Lan"}', headers=headers)
        assert response.status_code == status, response.text

    async def test_without_a_content_type_is_415(self, client: httpx2.AsyncClient) -> None:
        refusal(await client.post(CUSTOMERS, content=b'{"full_name": "Lan"}'), 415)

    @pytest.mark.parametrize(
        "content_type", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"']
    )
    async def test_utf_8_may_be_said_and_marked(self, client: httpx2.AsyncClient, content_type: str) -> None:
        body = b'\xef\xbb\xbf{"full_name": "\xc4\x90\xe1\xba\xb7ng Lan"}'
        response = await client.post(CUSTOMERS, content=body, headers={"Content-Type": content_type})
        assert response.status_code == 201
        assert response.json()["full_name"] == "Đặng Lan"


class TestRefusedValue:
    @pytest.mark.parametrize(
        ("body", "field", "kind"),
        [
            (b"", "body", "missing"),
            (b"null", "body", "model_attributes_type"),
            (b"[]", "body", "model_attributes_type"),
            (b"{}", "body.full_name", "missing"),
            (b'{"full_name": "L\\u0000an"}', "body.full_name", "string_characters"),
            (b'{"full_name": "Lan", "notes": "\\u0000"}', "body.notes", "string_characters"),
            (b'{"full_name": "Lan", "notes": "\\ud800"}', "body.notes", "string_characters"),
            (b'{"full_name": "Lan", "tags": ["a", "\\uDFFFb"]}', "body.tags.1", "string_characters"),
            (b'{"full_name": "Lan", "\\udc00": 1}', "body", "string_characters"),
            (b'{"full_name": 1}', "body.full_name", "string_type"),
            (b'{"full_name": NaN}', "body", "finite_number"),
            (b'{"full_name": "Lan", "is_admin": true}', "body.is_admin", "extra_forbidden"),
            (b'{"full_name": "Lan", "role": "admin"}', "body.role", "extra_forbidden"),
            (b'{"full_name": "Lan", "status": "vip"}', "body.status", "extra_forbidden"),
            (b'{"full_name": "Lan", "archived_at": null}', "body.archived_at", "extra_forbidden"),
            (b'{"full_name": "Lan", "birthday": 631152000}', "body.birthday", "date_from_datetime_parsing"),
            (
                b'{"full_name": "Lan", "birthday": "1990-12-31T00:00:00"}',
                "body.birthday",
                "date_from_datetime_parsing",
            ),
            (
                b'{"full_name": "Lan", "birthday": "0001-01-01T00:00:00+14:00"}',
                "body.birthday",
                "date_from_datetime_parsing",
            ),
            (b'{"full_name": "Lan", "birthday": "0001-01-01"}', "body.birthday", "date_past"),
            (b'{"full_name": "Lan", "birthday": "9999-12-31"}', "body.birthday", "date_past"),
        ],
        ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else value,
    )
    async def test_is_422_and_named(
        self, client: httpx2.AsyncClient, body: bytes, field: str, kind: str
    ) -> None:
        assert only_detail(await post(client, body)) == (field, kind)

    @pytest.mark.parametrize(
        "number",
        [
            *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" * 400 + ".5"),
            *(str(2**63), str(-(2**63) - 1), "9" * 4_000, "-" + "9" * 5_000),
        ],
        ids=lambda number: number[:30],
    )
    @pytest.mark.parametrize("field", ["whole", "real"])
    async def test_a_number_that_cannot_be_stored_is_422(self, number: str, field: str) -> None:
        async with client_of(app) as http:
            response = await http.post("/numbers", content=f'{{"{field}": {number}}}', headers=JSON)
        assert only_detail(response) == ("body", "finite_number")

    @pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0])
    async def test_every_storable_integer_passes(self, number: int) -> None:
        async with client_of(app) as http:
            response = await http.post("/numbers", json={"whole": number, "real": 1e308})
        assert response.json() == {"whole": number, "real": 1e308}

    async def test_what_was_sent_is_never_echoed(self, client: httpx2.AsyncClient) -> None:
        response = await post(
            client, b'{"full_name": {"password": "hunter2"}, "phone": "hunter2", "x": "hunter2"}'
        )
        assert len(refusal(response, 422)["details"]) == 3
        assert "hunter2" not in response.text


class Chunks:
    """A chunked body far over the limit; `read` counts the bytes that were read."""

    size = 64 * 1024
    count = 8 * settings.MAX_BODY_BYTES // size

    def __init__(self) -> None:
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"full_name": "'
        for _ in range(self.count):
            self.read += self.size
            yield b"a" * self.size


class TestSize:
    async def test_a_body_at_the_limit_passes_and_one_over_it_is_413(
        self, client: httpx2.AsyncClient
    ) -> None:
        body = b'{"full_name": "Lan"}'.ljust(settings.MAX_BODY_BYTES)
        assert (await post(client, body)).status_code == 201
        refusal(await post(client, body + b" "), 413, "PAYLOAD_TOO_LARGE")

    async def test_a_declared_size_is_refused_before_a_byte_is_read(self) -> None:
        async def receive() -> Message:
            raise AssertionError("read")

        size = str(settings.MAX_BODY_BYTES + 1).encode()
        headers = [HOST, JSON_RAW, (b"content-length", size)]
        answer = await ask_raw(app, method="POST", path="/numbers", headers=headers, receive=receive)
        assert (answer.status, answer.error_code) == (413, "PAYLOAD_TOO_LARGE")

    async def test_a_chunked_body_is_read_to_the_limit_and_no_further(
        self, client: httpx2.AsyncClient
    ) -> None:
        chunks = Chunks()
        response = await client.post(CUSTOMERS, content=chunks, headers=JSON)
        refusal(response, 413, "PAYLOAD_TOO_LARGE")
        assert chunks.read <= settings.MAX_BODY_BYTES + Chunks.size

    async def test_an_upload_has_a_limit_of_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(strict_body.StrictUploadRequest, "largest", 1000)
        async with client_of(app) as http:
            assert (await http.post("/upload", files={"file": b"a" * 500})).json() == 500
            refusal(await http.post("/upload", files={"file": b"a" * 1000}), 413, "PAYLOAD_TOO_LARGE")

    async def test_what_anybody_may_send_is_smaller(self, client: httpx2.AsyncClient) -> None:
        body = b'{"login": "lan@example.com", "password": "a"}'.ljust(strict_body.PUBLIC_BODY_BYTES)
        for content, status in ((body, 401), (body + b" ", 413)):
            response = await client.post("/api/v1/auth/sign-in", content=content, headers=JSON)
            assert response.status_code == status

    async def test_the_real_server_refuses_a_chunked_body_over_the_limit(self) -> None:
        async with AppProcess(stores()) as process:
            reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
            writer.write(
                b"POST /api/v1/auth/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )

            async def send() -> None:
                for _ in range(Chunks.count):
                    writer.write(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
                    await writer.drain()

            sending = asyncio.create_task(send())
            answer = await read_answer(reader)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            writer.close()
        assert (answer.status, answer.error_code) == (413, "PAYLOAD_TOO_LARGE")


class TestTokenFirst:
    @pytest.mark.parametrize("authorization", [[], [(b"authorization", b"Bearer forged")]])
    @pytest.mark.parametrize(
        ("path", "content_type"),
        [
            (CUSTOMERS, b"application/json"),
            (CUSTOMERS, b"text/plain"),
            (f"{CUSTOMERS}/import", b"multipart/form-data; boundary=x"),
        ],
    )
    async def test_no_byte_of_a_body_is_read_without_a_valid_token(
        self, path: str, content_type: bytes, authorization: list[tuple[bytes, bytes]]
    ) -> None:
        async def receive() -> Message:
            raise AssertionError("read")

        headers = [HOST, (b"content-type", content_type), *authorization]
        answer = await ask_raw(app, method="POST", path=path, headers=headers, receive=receive)
        assert answer.status == 401

    async def test_the_connection_serves_the_next_request_after_a_file_that_was_not_read(self) -> None:
        size = 8 * 1024 * 1024
        upload = f"POST {CUSTOMERS}/import HTTP/1.1\r\nHost: a\r\nContent-Length: {size}\r\n\r\n"
        async with AppProcess(stores()) as process:
            reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
            writer.write(upload.encode() + b"a" * size + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            statuses = [(await read_answer(reader)).status for _ in range(2)]
            writer.close()
        assert statuses == [401, 200]


def parts(*names: str, file: bool = True) -> list[tuple[str, tuple[str | None, bytes]]]:
    """Return the parts of a form, each with a file or with a text."""
    return [(name, ("a.csv" if file else None, b"full_name\nLan\n")) for name in names]


class TestParts:
    @pytest.mark.parametrize(
        ("sent", "status", "code"),
        [
            (parts("file"), 200, None),
            (parts("file", "file"), 400, "DUPLICATE_KEY"),
            (parts("file") + parts("file", file=False), 400, "DUPLICATE_KEY"),
            (parts("file", *"abcdefghij"), 400, "MALFORMED_BODY"),
            (parts("file", "other"), 422, "VALIDATION_ERROR"),
            (parts("file") + parts("is_admin", file=False), 422, "VALIDATION_ERROR"),
            (parts("other"), 422, "VALIDATION_ERROR"),
            (parts("file", file=False), 422, "VALIDATION_ERROR"),
        ],
    )
    async def test_each_is_known_and_comes_once(
        self, client: httpx2.AsyncClient, sent: list[tuple[str, bytes]], status: int, code: str | None
    ) -> None:
        response = await client.post(f"{CUSTOMERS}/import", files=sent)
        assert response.status_code == status, response.text
        if code is not None:
            refusal(response, status, code)

    async def test_one_that_is_not_known_is_named(self, client: httpx2.AsyncClient) -> None:
        response = await client.post(f"{CUSTOMERS}/import", files=parts("file", "other"))
        assert only_detail(response) == ("body.other", "extra_forbidden")

    @pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "multipart/form-data"])
    async def test_a_broken_form_is_400(self, client: httpx2.AsyncClient, content_type: str) -> None:
        headers = {"Content-Type": content_type}
        response = await client.post(f"{CUSTOMERS}/import", content=b"no form", headers=headers)
        refusal(response, 400, "MALFORMED_BODY")


class TestSlowness:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(strict_body, "BODY_TIMEOUT", 0.02)

    @pytest.mark.parametrize(
        ("path", "content_type", "first"),
        [
            ("/numbers", b"application/json", []),
            ("/numbers", b"application/json", [b'{"whole": ']),
            ("/upload", b"multipart/form-data; boundary=x", []),
            ("/upload", b"multipart/form-data; boundary=x", [b"--x\r\nContent-Disposition: form-data"]),
        ],
    )
    async def test_a_body_that_stops_coming_is_408(
        self, path: str, content_type: bytes, first: list[bytes]
    ) -> None:
        chunks = iter(first)

        async def receive() -> Message:
            for chunk in chunks:
                return {"type": "http.request", "body": chunk, "more_body": True}
            await asyncio.Event().wait()
            raise AssertionError

        headers = [HOST, (b"content-type", content_type)]
        answer = await ask_raw(app, method="POST", path=path, headers=headers, receive=receive)
        assert (answer.status, answer.error_code) == (408, "REQUEST_TIMEOUT")
        assert answer.headers[b"connection"] == b"close"

    @pytest.mark.parametrize(
        ("path", "content_type", "start"),
        [
            ("/numbers", b"application/json", b" "),
            (
                "/upload",
                b"multipart/form-data; boundary=x",
                b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
            ),
        ],
    )
    async def test_a_body_that_drips_is_408(self, path: str, content_type: bytes, start: bytes) -> None:
        chunks = iter([start])

        async def receive() -> Message:
            await asyncio.sleep(0.001)  # a byte in a millisecond: below the slowest rate on any machine
            return {"type": "http.request", "body": next(chunks, b" "), "more_body": True}

        headers = [HOST, (b"content-type", content_type)]
        answer = await ask_raw(app, method="POST", path=path, headers=headers, receive=receive)
        assert (answer.status, answer.error_code) == (408, "REQUEST_TIMEOUT")


class TestQueryAndPath:
    @pytest.mark.parametrize(
        ("query", "field", "kind"),
        [
            ("limit=1&limit=1", "query.limit", "duplicate_parameter"),
            ("limit=1&%6cimit=2", "query.limit", "duplicate_parameter"),
            ("x=1&x=", "query.x", "duplicate_parameter"),
            ("tag=a%00b", "query.tag", "string_characters"),
            ("a%00b=1", "query.ab", "string_characters"),
            ("limit=-1", "query.limit", "greater_than_equal"),
            ("limit=0", "query.limit", "greater_than_equal"),
            ("limit=101", "query.limit", "less_than_equal"),
            (f"limit={2**63}", "query.limit", "less_than_equal"),
            (f"limit={10**22}", "query.limit", "int_parsing"),
            (f"limit={'9' * 4000}", "query.limit", "int_parsing"),
            ("limit=true", "query.limit", "int_parsing"),
            ("limit=%2012%20", "query.limit", "int_parsing"),
            ("limit=1_000", "query.limit", "int_parsing"),
            ("limit=%2B1", "query.limit", "int_parsing"),
            ("limit=1.0", "query.limit", "int_parsing"),
            ("limit=NaN", "query.limit", "int_parsing"),
            ("limit=%EF%BC%91", "query.limit", "int_parsing"),
            ("limit=", "query.limit", "int_parsing"),
            ("archived=1", "query.archived", "bool_parsing"),
            ("is_admin=true", "query.is_admin", "extra_forbidden"),
            ("q=%FF", "query", "string_unicode"),
            ("q=L%ED%A0%80n", "query", "string_unicode"),
            ("%E1%BA=1", "query", "string_unicode"),
            ("&".join(f"a{number}=1" for number in range(101)), "query", "too_many_parameters"),
        ],
        ids=lambda value: value[:40],
    )
    async def test_a_refused_parameter_is_422_and_named(
        self, client: httpx2.AsyncClient, query: str, field: str, kind: str
    ) -> None:
        assert only_detail(await client.get(f"{CUSTOMERS}?{query}")) == (field, kind)

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("..%2fhealth", 404),
            ("..%2f..%2f..%2fetc%2fpasswd", 404),
            ("%00", 404),
            ("00000000-0000-0000-0000-000000000000", 404),
            ("9223372036854775808", 422),
            ("-1", 422),
            ("null", 422),
            ("%ED%A0%80", 422),
            ("'; DROP TABLE customer; --", 422),
        ],
    )
    async def test_an_id_that_no_row_can_have_is_refused(
        self, client: httpx2.AsyncClient, path: str, status: int
    ) -> None:
        refusal(await client.get(f"{CUSTOMERS}/{path}"), status)

    @pytest.mark.parametrize("wildcard", ["%", "_", "\\"])
    async def test_wildcards_of_like_are_data(self, client: httpx2.AsyncClient, wildcard: str) -> None:
        for name in ("Lan", f"{wildcard} An"):
            assert (await client.post(CUSTOMERS, json={"full_name": name})).status_code == 201
        found = await client.get(f"{CUSTOMERS}/search", params={"q": wildcard})
        assert [customer["full_name"] for customer in found.json()] == [f"{wildcard} An"]

    async def test_a_cursor_that_we_did_not_make_for_this_listing_is_422(
        self, client: httpx2.AsyncClient
    ) -> None:
        for name in ("Lan", "An"):
            await client.post(CUSTOMERS, json={"full_name": name})
        cursor: str = (await client.get(f"{CUSTOMERS}?limit=1")).json()["next_cursor"]
        by_name: str = (await client.get(f"{CUSTOMERS}?limit=1&sort=name")).json()["next_cursor"]
        payload, _, signature = cursor.rpartition(".")
        forged = [
            "",
            "x",
            payload,
            cursor[:-1],
            cursor[1:],
            f"{cursor}x",
            f"{payload}.",
            f".{signature}",
            f"{payload}.{by_name.rpartition('.')[2]}",
            by_name,
            sign_cursor("another listing", ["lan", "00000000-0000-0000-0000-000000000000"]),
        ]
        for attempt in forged:
            response = await client.get(CUSTOMERS, params={"limit": 1, "cursor": attempt})
            refusal(response, 422, "INVALID_CURSOR")
        assert (await client.get(CUSTOMERS, params={"limit": 1, "cursor": cursor})).status_code == 200

    @pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
    async def test_a_method_override_is_ignored(self, client: httpx2.AsyncClient, header: str) -> None:
        response = await client.post(CUSTOMERS, json={"full_name": "Lan"}, headers={header: "DELETE"})
        assert response.status_code == 201
