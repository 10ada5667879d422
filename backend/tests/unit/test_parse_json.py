"""Properties of what `parse_json` accepts and refuses: any document and any bytes."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.exceptions import MalformedBodyException, PayloadTooLargeException, ValidationException
from app.http.strict_body import MAX_KEYS, parse_json

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
DOCUMENT = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)
NEARLY_JSON = st.lists(
    st.sampled_from(
        [
            *'[]{}:,"\\ \x00\ufeff1-.é\ud800',
            *("true", "null", "NaN", "-Infinity", "e9999", "9" * 30),
            *("\\u0000", "\\ud800", "\\udc00", '"a"', '"a":1', "{}", "[" * 2000),
        ]
    )
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))


@given(document=DOCUMENT, ascii_only=st.booleans())
def test_gives_back_what_was_written(document: Any, *, ascii_only: bool) -> None:
    body = json.dumps(document, ensure_ascii=ascii_only).encode()
    assert repr(parse_json(body)) == repr(document)  # by repr: 1, 1.0 and True are equal


@given(key=TEXT, values=st.tuples(DOCUMENT, DOCUMENT), around=st.lists(st.sampled_from("[{")))
def test_refuses_a_doubled_key_however_deep_and_however_spelled(
    key: str, values: tuple[Any, Any], around: list[str]
) -> None:
    one, other = json.dumps(key), '"' + "".join(map(escaped, key)) + '"'
    document = f"{{{one}: {json.dumps(values[0])}, {other}: {json.dumps(values[1])}}}"
    for bracket in around:
        document = f"[1, {document}]" if bracket == "[" else f'{{"around": {document}}}'
    with pytest.raises(MalformedBodyException) as error:
        parse_json(document.encode())
    assert error.value.code == "DUPLICATE_KEY"


@given(st.binary() | NEARLY_JSON)
def test_of_any_bytes_gives_a_storable_document_or_a_refusal(body: bytes) -> None:
    with suppress(MalformedBodyException, ValidationException):
        stored = json.dumps(parse_json(body), ensure_ascii=False, allow_nan=False)
        assert stored.encode()  # no lone surrogate
        assert "\\u0000" not in stored.replace("\\\\", "")


def escaped(character: str) -> str:
    """`a` as `\\u0061`, in two where UTF-16 needs two."""
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


@pytest.mark.parametrize(
    ("document", "added"),
    [
        ({str(number): 0 for number in range(MAX_KEYS - 1)}, {"one more": 0}),
        ([{} for _ in range(MAX_KEYS)], [{}]),
        ([[{"a": {"b": 1}}] for _ in range(MAX_KEYS // 4)], [{}]),
    ],
    ids=["one object", "empty objects", "objects in objects"],
)
def test_more_objects_and_keys_than_any_request_has_are_refused(document: Any, added: Any) -> None:
    assert parse_json(json.dumps(document).encode()) == document
    larger = document | added if isinstance(document, dict) else document + added
    with pytest.raises(PayloadTooLargeException):
        parse_json(json.dumps(larger).encode())
