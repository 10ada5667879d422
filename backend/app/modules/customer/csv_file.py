"""Customers as CSV files, as spreadsheets read and write them.

A file to read may have a byte order mark, commas, semicolons or tabs, headers in English or Vietnamese, and dates and
genders as people write them.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from pydantic import ValidationError

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.customer.columns import CSV_COLUMNS
from app.modules.customer.customer_schemas import TAG_SEPARATOR, CustomerCreate

_HEADERS = {
    "ten": "full_name",
    "ho ten": "full_name",
    "ho va ten": "full_name",
    "khach hang": "full_name",
    "ten khach": "full_name",
    "ten khach hang": "full_name",
    "dien thoai": "phone",
    "so dien thoai": "phone",
    "sdt": "phone",
    "sdt khach": "phone",
    "sdt khach hang": "phone",
    "e-mail": "email",
    "ngay sinh": "birthday",
    "sinh nhat": "birthday",
    "gioi tinh": "gender",
    "ghi chu": "notes",
    "luu y suc khoe": "contraindications",
    "chong chi dinh": "contraindications",
    "nhan": "tags",
    "the": "tags",
}
_GENDERS = {"nu": "female", "nam": "male", "khac": "other"}
_NOT_UTF_8 = LocalizedText(
    "Tệp chưa phải CSV UTF-8. Trong Excel, chọn Lưu thành → CSV UTF-8 (phân cách bằng dấu phẩy).",
    "The file is not CSV in UTF-8. In Excel, choose Save As → CSV UTF-8 (Comma delimited).",
)
_NOT_CSV = LocalizedText(
    "Dòng này sai định dạng CSV, thường do thiếu dấu ngoặc kép.",
    "The row is not valid CSV. Often a quotation mark is missing.",
)
_UNKNOWN_COLUMN = LocalizedText("Không nhận ra cột này.", "This column is not recognised.")
_MISSING_COLUMN = LocalizedText("Thiếu cột họ tên (full_name).", "The column full_name is missing.")
_DUPLICATE_COLUMN = LocalizedText("Có cột bị lặp lại.", "Two columns have the same name.")
_TOO_MANY_CELLS = LocalizedText("Dòng có nhiều ô hơn số cột.", "The row has more cells than the header.")
_NUL = LocalizedText("Dòng có ký tự NUL.", "The row has a NUL character.")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class RowError(NamedTuple):
    """An error of the file, or of one row. `row` counts as a spreadsheet does: the header is row 1."""

    row: int | None
    column: str | None
    kind: str
    message: str | LocalizedText

    def detail(self) -> dict[str, str | LocalizedText]:
        """Return an entry of `details`, with the place as a receptionist calls it."""
        if self.row is None:
            place = LocalizedText("tệp", "file")
        elif self.column is None:
            place = LocalizedText(f"dòng {self.row}", f"row {self.row}")
        else:
            label = CSV_COLUMNS.get(self.column, self.column)
            place = LocalizedText(f"dòng {self.row}: {label}", f"row {self.row}: {self.column}")
        return {"field": place, "message": self.message, "type": self.kind}


def read_customers(file: BinaryIO) -> Iterator[tuple[int, CustomerCreate] | RowError]:
    """Yield each row as its number and a customer, or as one or more errors.

    Stop after an error that hides where the next row begins.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    row = 1
    try:
        header = text.readline()
        columns, errors = _read_header(header)
        yield from errors
        if errors:
            return
        for cells in csv.reader(text, delimiter=_delimiter(header), strict=True):
            row += 1
            if any(cell.strip() for cell in cells):
                yield from _read_row(row, columns, cells)
    except UnicodeDecodeError:
        yield RowError(None, None, "encoding", _NOT_UTF_8)
    except csv.Error:
        yield RowError(row + 1, None, "csv", _NOT_CSV)
    finally:
        with suppress(ValueError):  # the import was given up, and its caller has closed the file
            text.detach()  # leave closing the file to the caller


def _read_header(header: str) -> tuple[list[str], list[RowError]]:
    names = next(csv.reader([header.strip("\r\n")], delimiter=_delimiter(header)), [])
    while names and not names[-1].strip():  # left over from a wider spreadsheet
        names.pop()
    columns = [_HEADERS.get(_fold(name), _fold(name).replace(" ", "_")) for name in names]
    errors = [
        RowError(1, name.strip() or None, "unknown_column", _UNKNOWN_COLUMN)
        for name, column in zip(names, columns, strict=True)
        if column not in CSV_COLUMNS
    ]
    if "full_name" not in columns:
        errors.append(RowError(1, "full_name", "missing_column", _MISSING_COLUMN))
    if len(set(columns)) != len(columns):
        errors.append(RowError(1, None, "duplicate_column", _DUPLICATE_COLUMN))
    return columns, errors


def _delimiter(header: str) -> str:
    """Guess the delimiter. Excel writes semicolons where the comma is the decimal sign, as in Vietnam."""
    return max(",;\t", key=header.count)


def _read_row(
    row: int, columns: list[str], cells: list[str]
) -> Iterator[tuple[int, CustomerCreate] | RowError]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        yield RowError(row, None, "too_many_cells", _TOO_MANY_CELLS)
        return
    if any("\x00" in cell for cell in cells):
        yield RowError(row, None, "string_characters", _NUL)
        return
    values = {"full_name": ""}  # an empty cell is reported as an empty name, not as a missing field
    values |= {
        column: value for column, cell in zip(columns, cells, strict=False) if (value := _unescape(cell))
    }
    try:
        yield row, CustomerCreate.model_validate(_normalize(values))
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            described = describe(problem)
            yield RowError(row, str(problem["loc"][0]), str(described["type"]), described["message"])


def _normalize(values: dict[str, str]) -> dict[str, Any]:
    """Turn dates, genders and tags as people write them into the form of the API."""
    normalized: dict[str, Any] = dict(values)
    if "birthday" in values and (date := _VIETNAMESE_DATE.fullmatch(values["birthday"])):
        normalized["birthday"] = f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}"
    if "gender" in values:
        gender = _fold(values["gender"])
        normalized["gender"] = _GENDERS.get(gender, gender)
    if "tags" in values:
        normalized["tags"] = [tag for tag in map(str.strip, values["tags"].split(TAG_SEPARATOR)) if tag]
    return normalized


def _fold(text: str) -> str:
    """Return the text in lower case and without accents, for comparing headers."""
    decomposed = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class CsvWriter:
    """A writer of customers as UTF-8 with a byte order mark, without which Excel shows `Nguyá»…n`."""

    def __init__(self) -> None:
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer)
        self._buffer.write("\ufeff")
        self._writer.writerow(CSV_COLUMNS)

    def add(self, customer: object) -> None:
        """Add a row of any object that has the columns as attributes."""
        self._writer.writerow(_escape(_cell(getattr(customer, column))) for column in CSV_COLUMNS)

    def take(self) -> bytes:
        """Return the bytes that were added since the last call."""
        chunk = self._buffer.getvalue().encode()
        self._buffer.seek(0)
        self._buffer.truncate()
        return chunk


def _cell(value: object) -> str:
    if isinstance(value, list):
        return TAG_SEPARATOR.join(value)
    return "" if value is None else str(value)


def _escape(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula (OWASP, CSV injection).

    Reading removes the apostrophe.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
