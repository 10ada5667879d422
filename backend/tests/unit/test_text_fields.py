"""Every text that a request accepts is stored in one form, which is accepted again and stays as it is."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import PydanticUserError, TypeAdapter, ValidationError

import app.main
import app.modules.setup.spa_file  # noqa: F401 - the requests in a file
from app.common.schemas import RequestModel

MAX_TEXT = 20_000


class TextField(NamedTuple):
    """A field of a request that takes text, or a list of texts."""

    name: str
    adapter: TypeAdapter[Any]
    is_list: bool
    longest: int


def text_fields() -> Iterator[TextField]:
    for model in sorted(set(subclasses(RequestModel)), key=lambda model: model.__qualname__):
        for name, field in model.model_fields.items():
            try:
                adapter = TypeAdapter[Any](field.rebuild_annotation(), config={"str_strip_whitespace": True})
            except PydanticUserError:  # a field that is a model: its own fields are tested
                continue
            schema = adapter.json_schema()
            for part in (schema, *schema.get("anyOf", ())):
                item = part.get("items", part)
                if item.get("type") == "string" and not {"enum", "const"} & item.keys():
                    yield TextField(
                        f"{model.__qualname__}.{name}",
                        adapter,
                        part is not item,
                        item.get("maxLength", MAX_TEXT),
                    )


def subclasses(model: type[RequestModel]) -> Iterator[type[RequestModel]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


FIELDS = list(text_fields())
SECRETS = {"token", "device_token", "current_password", "new_password", "refresh_token", "login", "password"}
"""Fields that are hashed or compared, and never stored as they are."""
ODD = st.sampled_from(
    "\n\r\t\x00\x01\x0b\x0c\x1c\x1f\x7f\x80\x85\x9f\xa0\xad\u034f\u115f\u200b\u200d\u200e\u2028\u2029\u202e\u2060\u2800"
    "\u3000\u3164\ufe0f\ufeff\uffa0\ufffd\uffff\U000e0041İıßſŉǰΐΰﬃẞΣςἈᾳ\u0345\u0301\u0323\u031b\u0306\u0340\u0344\u0958"
    "\u0f73\ufb2c\u1100\u1161\u11a8Å\u212b\u212a;\u037e,'\"=+-@|<>&%_\\/#?😀👩‍👩‍👧ậợĐđ"
)
"""Characters that programs treat in ways of their own: ends of lines, controls, invisible ones, those that grow, shrink or
reorder when they are folded or composed."""
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(ODD | st.characters(), max_size=60),
    st.builds(lambda text, times: text * times, st.text(ODD, max_size=3), st.integers(1, 300)),
    st.builds(
        lambda head, text, tail: head + text + tail,
        st.text(ODD, max_size=3),
        st.just("Lan Anh"),
        st.text(ODD, max_size=3),
    ),
    st.just("lan@example.com"),
)


def test_there_are_fields_of_every_module() -> None:
    assert {"CustomerCreate.full_name", "CustomerCreate.tags", "Bilingual.vi", "FileRoom.name"} <= {
        field.name for field in FIELDS
    }
    assert len(FIELDS) > 80


@given(text=TEXTS)
@example("İ" * 50)
@example("\u0f73" * 300)  # two marks each, once composed
@example("\u0344" * 300)
@example("İ" * 25)
@example("a\u200b\u0306")
@example("\u3164")
@example("\u2800\u0301")
@example("Lan\x85Anh")
@example("Lan\u2028Anh")
@example("a\r\nb\x0bc\u2028d")
@example("ᾳ\u0345\u0323")
@example("ΐǰ")
@example("İ" * 120 + "@example.com")
@example("Lan <Å.ΐ@EXAMPLE.com>")
def test_what_is_accepted_once_is_accepted_again_and_stays_as_it_is(text: str) -> None:
    for field in FIELDS:
        try:
            stored = field.adapter.validate_python([text] if field.is_list else text)
        except ValidationError:
            continue
        again = field.adapter.validate_python(
            json.loads(json.dumps(field.adapter.dump_python(stored, mode="json")))
        )
        assert again == stored, field.name
        for part in stored if isinstance(stored, list) else [stored]:
            if isinstance(part, str):
                assert len(part) <= field.longest, field.name
                assert unicodedata.is_normalized("NFC", part) or field.name.partition(".")[2] in SECRETS, (
                    field.name
                )
                part.encode()


def test_an_invisible_name_is_refused() -> None:
    [names] = [field.adapter for field in FIELDS if field.name == "CustomerCreate.full_name"]
    for name in (
        "\u3164",
        "\u2800",
        "\u200b",
        "\u115f\u1160",
        "\ufe0f",
        "\u0301",
        "\U000e0041",
        "\xa0",
        "\u2800 \u3164",
    ):
        with pytest.raises(ValidationError, match="at least 1 character"):
            names.validate_python(name)


def test_a_line_break_in_a_name_is_refused_and_in_a_note_is_a_line_feed() -> None:
    adapters = {field.name: field.adapter for field in FIELDS}
    for line_end in ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"):
        assert adapters["CustomerCreate.notes"].validate_python(f"a{line_end}b") == "a\nb"
        with pytest.raises(ValidationError):
            adapters["CustomerCreate.full_name"].validate_python(f"a{line_end}b")
    for control in ("\x01", "\x1f", "\x7f", "\x80", "\x9f"):
        for name in ("CustomerCreate.notes", "CustomerCreate.full_name"):
            with pytest.raises(ValidationError):
                adapters[name].validate_python(f"a{control}b")
