"""Customers as CSV: the columns, and what spreadsheets make of them.

Reading takes what a spa's spreadsheet gives: UTF-8 with or without a byte order mark, commas, semicolons or
tabs, headers in English or Vietnamese, dates and genders as people write them.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NamedTuple

from pydantic import ValidationError

from app.common.text import Text
from app.core.validation_messages import describe
from app.modules.customer.customer_schemas import CustomerCreate

COLUMNS = ("full_name", "phone", "email", "birthday", "gender", "notes", "contraindications", "tags")
_TAG_SEPARATOR = ";"
_HEADERS = {
    "ho ten": "full_name",
    "ho va ten": "full_name",
    "khach hang": "full_name",
    "ten khach hang": "full_name",
    "dien thoai": "phone",
    "so dien thoai": "phone",
    "sdt": "phone",
    "ngay sinh": "birthday",
    "sinh nhat": "birthday",
    "gioi tinh": "gender",
    "ghi chu": "notes",
    "chong chi dinh": "contraindications",
    "nhan": "tags",
    "the": "tags",
}
_GENDERS = {"nu": "female", "nam": "male", "khac": "other"}
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class RowFault(NamedTuple):
    """What is wrong with one row; `row` counts as a spreadsheet does, the header being 1."""

    row: int
    detail: Mapping[str, str | Text]


def read_customers(file: BinaryIO) -> Iterator[tuple[int, CustomerCreate] | RowFault]:
    """Each row of the file, as a customer or as what is wrong with it; a row has one item for each fault.

    Ends after a fault that leaves no way to tell where the next row begins.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    row = 1
    try:
        header = text.readline()
        columns, faults = _columns(header)
        yield from faults
        if faults:
            return
        for cells in csv.reader(text, delimiter=_delimiter(header), strict=True):
            row += 1
            if any(cells):
                yield from _read_row(row, columns, cells)
    except UnicodeDecodeError:
        yield _fault(row + 1, "file", "encoding", Text("Tệp không phải UTF-8.", "The file is not UTF-8."))
    except csv.Error:
        yield _fault(row + 1, "file", "csv", Text("Dòng này không phải CSV.", "The row is no CSV."))
    finally:
        text.detach()  # the file is the caller's to close


def _columns(header: str) -> tuple[list[str], list[RowFault]]:
    names = next(csv.reader([header.strip()], delimiter=_delimiter(header)), [])
    columns = [_HEADERS.get(_fold(name), _fold(name).replace(" ", "_")) for name in names]
    faults = [
        _fault(1, name, "unknown_column", Text("Cột này không được biết đến.", "This column is not known."))
        for name, column in zip(names, columns, strict=True)
        if column not in COLUMNS
    ]
    if "full_name" not in columns:
        missing = Text("Thiếu cột họ tên (full_name).", "The column full_name is missing.")
        faults.append(_fault(1, "full_name", "missing_column", missing))
    if len(set(columns)) != len(columns):
        doubled = Text("Có cột bị lặp lại.", "A column is there twice.")
        faults.append(_fault(1, "file", "duplicate_column", doubled))
    return columns, faults


def _delimiter(header: str) -> str:
    """Excel writes semicolons where the comma is the decimal sign, as in Vietnam."""
    return max(",;\t", key=header.count)


def _read_row(
    row: int, columns: list[str], cells: list[str]
) -> Iterator[tuple[int, CustomerCreate] | RowFault]:
    if len(cells) > len(columns):
        yield _fault(row, "file", "too_many_cells", Text("Dòng có thừa ô.", "The row has too many cells."))
        return
    if any("\x00" in cell for cell in cells):
        yield _fault(
            row, "file", "string_characters", Text("Dòng có ký tự NUL.", "The row has a NUL character.")
        )
        return
    values = {
        column: value for column, cell in zip(columns, cells, strict=False) if (value := _unescape(cell))
    }
    try:
        yield row, CustomerCreate.model_validate(_as_people_write(values))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            yield RowFault(row, describe(fault))


def _as_people_write(values: dict[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = dict(values)
    if "birthday" in values and (date := _VIETNAMESE_DATE.fullmatch(values["birthday"])):
        read["birthday"] = f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}"
    if "gender" in values:
        gender = _fold(values["gender"])
        read["gender"] = _GENDERS.get(gender, gender)
    if "tags" in values:
        read["tags"] = [tag for tag in map(str.strip, values["tags"].split(_TAG_SEPARATOR)) if tag]
    return read


def _fault(row: int, field: str, kind: str, message: Text) -> RowFault:
    return RowFault(row, {"field": field, "message": message, "type": kind})


def _fold(text: str) -> str:
    """Lower case without accents, as headers are compared."""
    decomposed = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class CsvWriter:
    """Rows as bytes, with a byte order mark: without it Excel shows `Nguyá»…n`."""

    def __init__(self) -> None:
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer)
        self._buffer.write("\ufeff")
        self._writer.writerow(COLUMNS)

    def add(self, customer: object) -> None:
        """A row of anything that has the columns as attributes."""
        self._writer.writerow(_escape(_cell(getattr(customer, column))) for column in COLUMNS)

    def take(self) -> bytes:
        """What was added since the last time."""
        written = self._buffer.getvalue().encode()
        self._buffer.seek(0)
        self._buffer.truncate()
        return written


def _cell(value: object) -> str:
    if isinstance(value, list):
        return _TAG_SEPARATOR.join(value)
    return "" if value is None else str(value)


def _escape(cell: str) -> str:
    """A spreadsheet runs a cell that begins with one of = + - @; an apostrophe before it makes it text (OWASP,
    CSV injection). Reading takes that apostrophe away again."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
