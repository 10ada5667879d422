"""The cost of a request without a token: little is read, and the answer is short."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from starlette.types import ASGIApp, Message

from app.common.schemas import Composed, Line
from app.core.exceptions import MalformedBodyException, ValidationException, preferred_language
from app.http.etags import is_named
from app.http.strict_body import PUBLIC_BODY_BYTES, parse_json
from tests.support.http import ask_raw
from tests.support.strangers import ATTEMPTS

LARGEST_ANSWER = 8 * 1024
"""Bytes, with headers. The description of 20 errors has up to 6 kB."""
CHUNK = 4 * 1024


class Body:
    """A body that comes in chunks; `read` counts the bytes that were read."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.read = 0

    async def receive(self) -> Message:
        chunk = self._content[self.read : self.read + CHUNK]
        self.read += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": self.read < len(self._content)}


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("name", ATTEMPTS)
async def test_neither_the_answer_nor_what_is_read_grows_with_what_is_sent(
    running_app: ASGIApp, name: str, *, declared: bool
) -> None:
    attempt = ATTEMPTS[name]
    body = Body(attempt.body)
    answer = await ask_raw(
        running_app,
        method=attempt.method,
        path=attempt.path,
        query=attempt.query,
        headers=attempt.raw_headers(declared=declared),
        receive=body.receive,
    )
    assert answer.status < 500
    assert len(answer.body) + sum(map(len, [*answer.headers, *answer.headers.values()])) <= LARGEST_ANSWER
    assert body.read <= (
        0 if declared and len(attempt.body) > PUBLIC_BODY_BYTES else PUBLIC_BODY_BYTES + CHUNK
    )


class TestMarks:
    """Normalising sorts combining marks by insertion: each mark is compared with all before it."""

    @pytest.mark.parametrize("text_type", [Line, Composed])
    @pytest.mark.parametrize("marks", ["\u0301" * 31, "\u0323\u0301" * 16])
    def test_many_in_a_row_are_refused_in_a_long_text(self, text_type: Any, marks: str) -> None:
        with pytest.raises(ValidationError) as refused:
            TypeAdapter(text_type).validate_python("a" * 500 + marks)
        assert [error["type"] for error in refused.value.errors()] == ["string_characters"]

    @pytest.mark.parametrize("text_type", [Line, Composed])
    def test_a_long_text_of_a_file_name_of_macos_is_composed(self, text_type: Any) -> None:
        decomposed = "Nguye\u0302\u0303n Thi\u0323 Lan, " * 100 + "Mai"
        assert TypeAdapter(text_type).validate_python(decomposed) == "Nguyễn Thị Lan, " * 100 + "Mai"


class TestDepth:
    def test_a_text_that_cannot_be_stored_is_named_by_its_path(self) -> None:
        with pytest.raises(ValidationException) as refused:
            parse_json(b'{"a": [{"b": "\\u0001"}, {"b": ["c", "\\ud800"]}]}')
        assert [detail["field"] for detail in refused.value.details or ()] == ["body.a.1.b.1"]

    @pytest.mark.parametrize(("levels", "passes"), [(20, True), (21, False)])
    def test_a_document_with_escapes_has_at_most_twenty_levels(self, levels: int, *, passes: bool) -> None:
        document = b"[" * levels + b'"\\ud83d\\ude00"' + b"]" * levels
        if passes:
            parse_json(document)
        else:
            with pytest.raises(MalformedBodyException):
                parse_json(document)


def test_of_a_long_list_of_languages_the_beginning_counts() -> None:
    assert preferred_language("fr," * 50 + "en") == "en"
    assert preferred_language("fr," * 500 + "en") == "vi"


def test_of_a_long_list_of_tags_the_beginning_counts() -> None:
    etag = 'W/"aaaaaaaaaaaaaaaa"'
    other = 'W/"bbbbbbbbbbbbbbbb",'
    assert is_named(etag, other * 40 + etag)
    assert not is_named(etag, other * 400 + etag)
