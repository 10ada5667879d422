"""What people read, in the two languages of the house."""

from typing import NamedTuple


class LocalizedText(NamedTuple):
    """The same sentence in Vietnamese and in English."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.vi

    def __composite_values__(self) -> "tuple[str, str]":
        """Kept in two columns (SQLAlchemy's `composite`)."""
        return self.vi, self.en
