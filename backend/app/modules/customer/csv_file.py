"""Customers as CSV: the columns, and what spreadsheets make of them.

Reading takes what a spa's spreadsheet gives: UTF-8 with or without a byte order mark, commas, semicolons or
tabs, headers in English or Vietnamese, dates and genders as people write them.
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
from app.modules.customer.customer_schemas import TAG_SEPARATOR, CustomerCreate

COLUMNS = ("full_name", "phone", "email", "birthday", "gender", "notes", "contraindications", "tags")
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
    "chong chi dinh": "contraindications",
    "nhan": "tags",
    "the": "tags",
}
_LABELS = {
    "full_name": "Họ tên",
    "phone": "Số điện thoại",
    "email": "Email",
    "birthday": "Ngày sinh",
    "gender": "Giới tính",
    "notes": "Ghi chú",
    "contraindications": "Chống chỉ định",
    "tags": "Nhãn",
}
_GENDERS = {"nu": "female", "nam": "male", "khac": "other"}
_NOT_UTF_8 = LocalizedText(
    "Tệp không phải CSV UTF-8. Trong Excel, chọn Lưu thành → CSV UTF-8 (phân cách bằng dấu phẩy).",
    "The file is not CSV in UTF-8. In Excel, choose Save As → CSV UTF-8 (Comma delimited).",
)
_NOT_CSV = LocalizedText(
    "Dòng này sai định dạng CSV (thường do thiếu dấu ngoặc kép).",
    "The row is not valid CSV (often a quotation mark is missing).",
)
_UNKNOWN_COLUMN = LocalizedText("Không nhận ra cột này.", "This column is not recognised.")
_MISSING_COLUMN = LocalizedText("Thiếu cột họ tên (full_name).", "The column full_name is missing.")
_DUPLICATE_COLUMN = LocalizedText("Có cột bị lặp lại.", "A column is there twice.")
_TOO_MANY_CELLS = LocalizedText(
    "Dòng có nhiều ô hơn số cột.", "The row has more cells than there are columns."
)
_NUL = LocalizedText("Dòng có ký tự NUL.", "The row has a NUL character.")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class RowFault(NamedTuple):
    """What is wrong with the file, or with one row of it; `row` counts as a spreadsheet does, the header being 1."""

    row: int | None
    column: str | None
    kind: str
    message: str | LocalizedText

    def detail(self) -> dict[str, str | LocalizedText]:
        """For the `details` of an error: where it is, as the receptionist reading it calls the place."""
        if self.row is None:
            where = LocalizedText("tệp", "file")
        elif self.column is None:
            where = LocalizedText(f"dòng {self.row}", f"row {self.row}")
        else:
            label = _LABELS.get(self.column, self.column)
            where = LocalizedText(f"dòng {self.row}: {label}", f"row {self.row}: {self.column}")
        return {"field": where, "message": self.message, "type": self.kind}


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
            if any(cell.strip() for cell in cells):
                yield from _read_row(row, columns, cells)
    except UnicodeDecodeError:
        yield RowFault(None, None, "encoding", _NOT_UTF_8)
    except csv.Error:
        yield RowFault(row + 1, None, "csv", _NOT_CSV)
    finally:
        with suppress(ValueError):  # the caller has closed it: the import was given up, and this ends later
            text.detach()  # the file is the caller's to close


def _columns(header: str) -> tuple[list[str], list[RowFault]]:
    names = next(csv.reader([header.strip("\r\n")], delimiter=_delimiter(header)), [])
    while names and not names[-1].strip():  # a spreadsheet that was once wider
        names.pop()
    columns = [_HEADERS.get(_fold(name), _fold(name).replace(" ", "_")) for name in names]
    faults = [
        RowFault(1, name.strip() or None, "unknown_column", _UNKNOWN_COLUMN)
        for name, column in zip(names, columns, strict=True)
        if column not in COLUMNS
    ]
    if "full_name" not in columns:
        faults.append(RowFault(1, "full_name", "missing_column", _MISSING_COLUMN))
    if len(set(columns)) != len(columns):
        faults.append(RowFault(1, None, "duplicate_column", _DUPLICATE_COLUMN))
    return columns, faults


def _delimiter(header: str) -> str:
    """Excel writes semicolons where the comma is the decimal sign, as in Vietnam."""
    return max(",;\t", key=header.count)


def _read_row(
    row: int, columns: list[str], cells: list[str]
) -> Iterator[tuple[int, CustomerCreate] | RowFault]:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        yield RowFault(row, None, "too_many_cells", _TOO_MANY_CELLS)
        return
    if any("\x00" in cell for cell in cells):
        yield RowFault(row, None, "string_characters", _NUL)
        return
    values = {"full_name": ""}  # left empty it is an empty name, not a missing field
    values |= {
        column: value for column, cell in zip(columns, cells, strict=False) if (value := _unescape(cell))
    }
    try:
        yield row, CustomerCreate.model_validate(_as_people_write(values))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            described = describe(fault)
            yield RowFault(row, str(fault["loc"][0]), str(described["type"]), described["message"])


def _as_people_write(values: dict[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = dict(values)
    if "birthday" in values and (date := _VIETNAMESE_DATE.fullmatch(values["birthday"])):
        read["birthday"] = f"{date[3]}-{int(date[2]):02}-{int(date[1]):02}"
    if "gender" in values:
        gender = _fold(values["gender"])
        read["gender"] = _GENDERS.get(gender, gender)
    if "tags" in values:
        read["tags"] = [tag for tag in map(str.strip, values["tags"].split(TAG_SEPARATOR)) if tag]
    return read


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
        return TAG_SEPARATOR.join(value)
    return "" if value is None else str(value)


def _escape(cell: str) -> str:
    """A spreadsheet runs a cell that begins with one of = + - @; an apostrophe before it makes it text (OWASP,
    CSV injection). Reading takes that apostrophe away again."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
