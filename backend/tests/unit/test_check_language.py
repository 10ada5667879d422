"""The language check of `make check` finds what it should and lets plain language pass."""

from collections.abc import Iterable
from pathlib import Path

import check_language
import pytest
from check_language import Finding, check_docstring, check_markdown, check_python, check_subject


def rules(findings: Iterable[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize(
    "source",
    [
        "its = 1",
        "for each in rows: pass",
        "def told(): ...",
        "def load(theirs): ...",
        "self._said = 1",
        "import os as words",
        "class Whom: ...",
        "def test_nobody_else_sees_it(): ...",
    ],
)
def test_a_pronoun_or_a_participle_is_no_name(source: str) -> None:
    assert rules(check_python("a.py", source)) == ["name"]


@pytest.mark.parametrize(
    "source",
    ["rows = 1", "for shift in shifts: pass", "HELD = 1", "from hypothesis import given", "updated_rows = 1"],
)
def test_a_noun_a_verb_and_a_constant_are_names(source: str) -> None:
    assert rules(check_python("a.py", source)) == []


@pytest.mark.parametrize(
    "prose",
    [
        "Mend the settings.",
        "In the two languages of the house.",
        "Refused thrice.",
        "The people of whom it is one.",
        "The hours for who works.",
        "Nobody is asked.",
        "One question for all of them.",
        "Free, else blocked.",
        "It is told of the change.",
        "Rows that are not there.",
    ],
)
def test_private_english_is_found_in_comments_docstrings_strings_and_documents(prose: str) -> None:
    for source in (
        f"# {prose}",
        f'def load():\n    """Load.\n\n    {prose}\n    """',
        f"print('So: {prose}')",
    ):
        assert set(rules(check_python("a.py", source))) == {"word"}
    assert set(rules(check_markdown("a.md", prose))) == {"word"}


def test_an_error_is_called_a_fault_in_tests_alone() -> None:
    source = "# Inject a fault."
    assert rules(check_python("backend/app/core/a.py", source)) == ["word"]
    assert rules(check_python("backend/tests/faults/a.py", source)) == []


def test_sql_and_code_in_documents_are_no_prose() -> None:
    assert rules(check_python("a.py", "ask('SELECT whom FROM theirs WHERE a = 1')")) == []
    assert rules(check_markdown("a.md", "Call `whom`.\n```sh\necho whom\n```\n")) == []


@pytest.mark.parametrize("text", ["Chọn chi nhánh; hãy chọn lại.", "Tiệm spa", "Đặt chỗ trước"])
def test_vietnamese_words_that_the_glossary_replaces_are_found(text: str) -> None:
    assert rules(check_python("a.py", f"text = {text!r}")) == ["vietnamese"]


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("By id.", "function"),
        ("None: any.", "attribute"),
        ("Of one treatment.", "function"),
        ("They are locked.", "function"),
        ("Returns the days.", "function"),
        ("Lists customers.", "function"),
        ("Whether it is free.", "function"),
        ("asks the rows.", "function"),
        ("[) of a day.", "attribute"),
        ("Guests.", "attribute"),
    ],
)
def test_a_docstring_starts_with_a_verb_or_a_noun_and_stands_alone(text: str, of: str) -> None:
    assert "docstring" in rules(check_docstring("a.py", 1, text, of=of))


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("Return the days on which the party can start.", "function"),
        ("Lists of the catalogue.", "module"),
        ("A visit of one party.", "class"),
        ("Whether the bed is free.", "attribute"),
        ("`held` or `booked`.", "attribute"),
        ("Set by the desk, or automatically after the grace period.", "attribute"),
    ],
)
def test_a_docstring_that_stands_alone_passes(text: str, of: str) -> None:
    assert rules(check_docstring("a.py", 1, text, of=of)) == []


@pytest.mark.parametrize(
    "subject",
    [
        "Bench: formatted",
        "booking keeps the room",
        "booking: keeps the room",
        "booking: wip",
        "booking: keep the room.",
        f"booking: keep {'x' * 60}",
    ],
)
def test_the_subject_of_a_commit_is_an_area_and_an_imperative(subject: str) -> None:
    assert check_subject(subject) is not None


def test_a_good_subject_passes() -> None:
    assert check_subject("booking: keep the couple's room when one guest extends") is None


def test_an_allowed_finding_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_text("words = 1\nits = 1\n")
    assert len([*check_language.check_file(file)]) == 2
    monkeypatch.setattr(
        check_language, "ALLOWED", [check_language.Allowed("a.py", "words", "A list of words.")]
    )
    assert [finding.line for finding in check_language.check_file(file)] == [2]
