"""Text for people, in Vietnamese and English."""

from typing import NamedTuple


class LocalizedText(NamedTuple):
    """One text in both languages: an error message, or the name of a service as a row stores it.

    In a request or a response the same text is a `Bilingual` (`app.common.schemas`).
    """

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the English text for `en`, and the Vietnamese one for any other language."""
        return self.en if language == "en" else self.vi

    def __composite_values__(self) -> "tuple[str, str]":
        """Return the values of the two columns of SQLAlchemy's `composite`."""
        return self.vi, self.en
