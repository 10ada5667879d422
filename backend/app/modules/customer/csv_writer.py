"""Write customers as a CSV file that a spreadsheet opens with correct accents, and that runs nothing there."""

import csv
import io

from app.common.csv_text import BYTE_ORDER_MARK, escape
from app.modules.customer.columns import CSV_COLUMNS
from app.modules.customer.customer_schemas import TAG_SEPARATOR


class CsvWriter:
    """A writer of customers as UTF-8 with a byte order mark, without which Excel shows `Nguyá»…n`."""

    def __init__(self) -> None:
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer)
        self._buffer.write(BYTE_ORDER_MARK)
        self._writer.writerow(CSV_COLUMNS)

    def add(self, customer: object) -> None:
        """Add a row of any object that has the columns as attributes."""
        self._writer.writerow(escape(text_of_cell(getattr(customer, column))) for column in CSV_COLUMNS)

    def take(self) -> bytes:
        """Return the bytes that were added since the last call."""
        chunk = self._buffer.getvalue().encode()
        self._buffer.seek(0)
        self._buffer.truncate()
        return chunk


def text_of_cell(value: object) -> str:
    """Return a value of a customer as a cell has it."""
    if isinstance(value, list):
        return TAG_SEPARATOR.join(value)
    return "" if value is None else str(value)
