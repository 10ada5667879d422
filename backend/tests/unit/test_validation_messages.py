"""A validator's error carries its message in both languages, beside the rule."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import AfterValidator, TypeAdapter, ValidationError

from app.common.types.localized import LocalizedText
from app.common.validation import bilingual_error
from app.core.validation_messages import describe

APP = Path(__file__).parents[2] / "app"
HELPER = APP / "common" / "validation.py"


def errors_built_by_hand(source: str) -> Iterator[int]:
    """Yield the line of every call of PydanticCustomError."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("PydanticCustomError"):
            yield node.lineno


def test_every_error_of_a_validator_is_made_by_the_helper() -> None:
    files = sorted(set(APP.rglob("*.py")) - {HELPER})
    assert [
        f"{file.relative_to(APP)}:{line}: use bilingual_error"
        for file in files
        for line in errors_built_by_hand(file.read_text(encoding="utf-8"))
    ] == []


def test_the_check_finds_one_that_is_not() -> None:
    assert list(errors_built_by_hand("import pydantic_core as p\np.PydanticCustomError('a', 'b')")) == [2]
    assert list(errors_built_by_hand(HELPER.read_text(encoding="utf-8"))) != []


def test_its_message_is_in_both_languages() -> None:
    def refuse(_: int) -> int:
        raise bilingual_error("odd", "Phải là số chẵn {x}.", "Input should be even {x}")

    with pytest.raises(ValidationError) as met:
        TypeAdapter(Annotated[int, AfterValidator(refuse)]).validate_python(1)
    [error] = met.value.errors()
    assert error["msg"] == "Input should be even {x}"
    assert describe(error | {"loc": ("body", "number")}) == {
        "field": "body.number",
        "message": LocalizedText("Phải là số chẵn {x}.", "Input should be even {x}"),
        "type": "odd",
    }


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"type": "missing", "msg": "Field required"}, ("Chưa điền mục này.", "This field is required")),
        (
            {
                "type": "enum",
                "msg": "Input should be 'a', 'b' or 'c'",
                "ctx": {"expected": "'a', 'b' or 'c'"},
            },
            ("Phải là một trong: 'a', 'b' hoặc 'c'.", "Choose one of: 'a', 'b' or 'c'"),
        ),
        (
            {"type": "greater_than", "msg": "Input should be greater than 3", "ctx": {"gt": 3}},
            ("Phải lớn hơn 3.", "Enter more than 3"),
        ),
        (
            {"type": "new_in_pydantic", "msg": "Input should be <class 'New'>"},
            (
                "Giá trị này chưa dùng được. Kiểm tra rồi nhập lại.",
                "This value cannot be used. Check it and enter it again",
            ),
        ),
    ],
)
def test_pydantics_own_errors_are_translated(error: dict[str, object], message: tuple[str, str]) -> None:
    assert describe(error | {"loc": ("body", 0)})["message"] == message
