"""Every error says what happened and what to do, in both languages."""

import re
from collections.abc import Iterator

import pytest

import app.main
from app.core.exceptions import ZenSpaException

LONGEST = 120  # characters
OF_PROGRAMS = re.compile(r"\bforce\b|hãy|;|!", re.IGNORECASE)
"""Words that a desk does not know, and signs that a message does not need."""


def errors(base: type[ZenSpaException] = ZenSpaException) -> Iterator[type[ZenSpaException]]:
    yield base
    for error in base.__subclasses__():
        yield from errors(error)


ERRORS = {
    f"{error.__name__}": error for error in errors() if error.__module__.startswith(app.main.__package__)
}


def sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"(?<=[.?])\s+", text) if sentence]


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_happened_and_what_to_do(name: str) -> None:
    for text in ERRORS[name].text:
        assert len(sentences(text)) >= 2, text
        assert text.endswith("."), text


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_short_and_in_words_that_people_know(name: str) -> None:
    assert len(ERRORS[name].text.vi) <= LONGEST
    assert OF_PROGRAMS.search(ERRORS[name].text.vi) is None, ERRORS[name].text.vi
