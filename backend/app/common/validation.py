"""Errors of validators, with their message in both languages beside the rule."""

from typing import LiteralString

from pydantic_core import PydanticCustomError


def bilingual_error(kind: LiteralString, vi: str, en: str) -> PydanticCustomError:
    """Return the error that a validator raises when its rule is broken.

    Args:
        kind: The stable name by which programs tell it from others.
        vi: The message in Vietnamese: a sentence, without names of fields.
        en: The message in English, which says what to do: "Choose a Monday".
    """
    return PydanticCustomError(kind, "{en}", {"vi": vi, "en": en})
