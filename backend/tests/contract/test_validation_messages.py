"""Every error of pydantic that a request or a file can cause has a text in both languages."""

import string
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic_core.core_schema import ErrorType

from app.core.validation_messages import TEXTS
from app.main import app
from app.modules.customer.customer_schemas import CustomerRow
from app.modules.setup.spa_file import SpaFile

FILES = (CustomerRow, SpaFile)
NUMBER = "greater_than greater_than_equal less_than less_than_equal multiple_of finite_number"
SIZE = "too_short too_long"
MODEL = "missing extra_forbidden invalid_key model_type model_attributes_type"
DATE = "date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact"
INSTANT = "datetime_type datetime_parsing datetime_object_invalid datetime_from_date_parsing timezone_aware"
RAISED_BY = {
    "model": MODEL,
    "model-fields": f"{MODEL} dict_type",
    "str": "string_type string_unicode string_too_short string_too_long string_pattern_mismatch",
    "int": f"int_type int_parsing int_parsing_size int_from_float {NUMBER}",
    "float": f"float_type float_parsing {NUMBER}",
    "bool": "bool_type bool_parsing",
    "date": DATE,
    "datetime": INSTANT,
    "uuid": "uuid_type uuid_parsing",
    "enum": "enum",
    "literal": "literal_error",
    "list": f"list_type {SIZE}",
    "dict": f"dict_type {SIZE}",
    # These call or contain others.
    "nullable": "", "default": "", "model-field": "", "function-before": "", "function-after": "", "function-plain": "",
    "function-wrap": "", "definitions": "", "definition-ref": "", "no-info": "", "with-info": "",
}  # fmt: skip
"""The errors of each kind of schema, of those that the API has."""
UNUSED = {
    "of kinds of schemas that no request and no file has": """
        arguments_type missing_argument unexpected_keyword_argument missing_keyword_only_argument
        unexpected_positional_argument missing_positional_only_argument multiple_argument_values bytes_type bytes_too_short
        bytes_too_long bytes_invalid_encoding callable_type complex_type complex_str_parsing counter_type dataclass_type
        dataclass_exact_type decimal_type decimal_parsing decimal_max_digits decimal_max_places decimal_whole_digits
        deque_type ellipsis_error fraction_type fraction_parsing frozen_dict_type frozen_set_type is_instance_of
        is_subclass_of iterable_type json_type mapping_type missing_sentinel_error named_tuple_type none_required
        ordered_dict_type set_type set_item_not_hashable time_type time_parsing time_delta_type time_delta_parsing
        tuple_type union_tag_invalid union_tag_not_found url_type url_parsing url_syntax_violation url_too_long url_scheme
        """,
    "of options that none of them sets": """
        date_past date_future datetime_past datetime_future timezone_naive timezone_offset string_not_ascii uuid_version
        """,
    "of Python objects, which JSON and CSV cannot express": """
        no_such_attribute needs_python_object recursion_loop recursion_depth_exceeded get_attribute_error iteration_error
        frozen_field frozen_instance default_factory_not_called
        """,
    "of JSON that pydantic reads itself; StrictJSONRequest reads it here": "json_invalid",
    "of validators, which raise bilingual_error in this code": "value_error assertion_error",
}
OPTIONS = {"now_op": None, "tz_constraint": "aware", "ascii_only": None, "version": None}
"""Options of schemas that raise the errors above, with the value that raises none of them."""


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of pydantic inside a schema."""
    if isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node
        for name, value in node.items():
            if name not in {"serialization", "metadata", "expected", "default", "members"}:
                yield from schemas_in(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from schemas_in(item)


def parameters_of(dependant: Any) -> Iterator[Any]:
    for place in ("path", "query", "header", "cookie", "body"):
        yield from getattr(dependant, f"{place}_params")
    for dependency in dependant.dependencies:
        yield from parameters_of(dependency)


def schemas_of_requests_and_files() -> Iterator[dict[str, Any]]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            for parameter in parameters_of(route.dependant):
                yield from schemas_in(parameter._type_adapter.core_schema)
    for file in FILES:
        yield from schemas_in(TypeAdapter(file).core_schema)


SCHEMAS = list(schemas_of_requests_and_files())


def test_requests_and_files_have_no_other_kinds_of_schemas() -> None:
    kinds = {schema["type"] for schema in SCHEMAS}
    assert len(SCHEMAS) > 1_000
    assert kinds - RAISED_BY.keys() == set()


def test_no_schema_has_an_option_that_raises_other_errors() -> None:
    assert [
        schema for schema in SCHEMAS for name in OPTIONS if schema.get(name) not in {None, OPTIONS[name]}
    ] == []


def test_every_error_of_pydantic_has_a_text_or_cannot_occur() -> None:
    raised = {error for errors in RAISED_BY.values() for error in errors.split()}
    unused = {error for errors in UNUSED.values() for error in errors.split()}
    assert raised - TEXTS.keys() == set()
    assert unused & raised == set()
    assert set(get_args(ErrorType)) - raised - unused == set()


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_is_in_both_languages_and_has_the_same_places(kind: str) -> None:
    vi, en = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in TEXTS[kind])
    assert vi == en
    assert TEXTS[kind].vi.endswith(".")
    assert not TEXTS[kind].en.startswith(("Input should", "String should", "Value error"))
