"""The errors of a CSV file of customers, by row and column, and what may be imported in spite of them."""

from enum import StrEnum
from typing import NamedTuple

from app.common.types.localized import LocalizedText
from app.modules.customer.columns import CSV_COLUMNS


class Doubt(StrEnum):
    """A row that can be read and may do harm. It is imported only if the user accepts doubts of this kind."""

    BROKEN_TEXT = "broken_text"
    """Chữ hỏng: accents were lost, or the text was read in another encoding."""
    NO_NAME = "no_name"
    """Không phải tên: an empty cell of a spreadsheet (#N/A, NULL, a dash), a phone number, or the label of a total."""
    ANOTHER_NAME = "another_name"
    """Tên khác: the phone number belongs to a customer with another name."""
    SWAPPED_BIRTHDAY = "swapped_birthday"
    """Ngày sinh bị đảo: day and month of the stored birthday, the other way round."""


class RowError(NamedTuple):
    """An error of the file, or of one row. `row` counts as a spreadsheet does: its first row is row 1."""

    row: int | None
    column: str | None
    """A column of a customer, or the header of the file's own column."""
    kind: str
    """A value of `Doubt`, or why the row cannot be imported."""
    message: str | LocalizedText

    @property
    def is_doubt(self) -> bool:
        """Return whether the row can be read, and only its sense is in doubt."""
        return self.kind in set(Doubt)

    def place(self) -> LocalizedText:
        """Return the row and the column as a receptionist calls them."""
        if self.row is None:
            return LocalizedText("tệp", "file")
        if self.column is None:
            return LocalizedText(f"dòng {self.row}", f"row {self.row}")
        label = CSV_COLUMNS.get(self.column, self.column)
        return LocalizedText(f"dòng {self.row}: {label}", f"row {self.row}: {self.column}")

    def detail(self) -> dict[str, str | LocalizedText]:
        """Return an entry of an error's `details`."""
        return {"field": self.place(), "message": self.message, "type": self.kind}
