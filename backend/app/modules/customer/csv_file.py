"""CSV files of customers, as spreadsheets and other systems write them.

A file may be UTF-8 or UTF-16, have commas, semicolons, tabs or bars, a title above its header, headers in English
or Vietnamese, and dates and genders as people write them.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Self

from pydantic import ValidationError

from app.common.csv_text import BYTE_ORDER_MARK, escape, unescape
from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.customer.broken_text import (
    LEGACY_ENCODING,
    has_only_latin_1,
    is_legacy,
    is_no_name,
    problem_of_name,
    problem_of_text,
)
from app.modules.customer.columns import CONTACT_PHONE
from app.modules.customer.csv_dates import DateEvidence, DateOrder, is_ambiguous, to_iso_date
from app.modules.customer.csv_header import (
    FAMILY_NAME,
    MAX_COLUMNS,
    MAX_RECORD,
    REASON_HEADER,
    ColumnUse,
    FileColumn,
    Header,
    fields_of,
    find_header,
    fold,
    read_columns,
)
from app.modules.customer.customer_schemas import TAG_SEPARATOR, CustomerRow
from app.modules.customer.row_errors import Doubt, RowError

_TEXTS = ("notes", "contraindications", "tags")
_PHONES = ("phone", CONTACT_PHONE)
_FACTS = (*_PHONES, "email", "birthday", "gender")
_GENDERS = {"nu": "female", "nam": "male", "khac": "other", "f": "female", "m": "male"}
_EMPTY = {"null", "none", "nan", "n/a", "#n/a", "-", "0000-00-00", "0000-00-00 00:00:00"}
"""The text that other systems write into an empty cell of a phone, an email, a birthday or a gender."""
_ENOUGH_LEGACY_NAMES = 50
_NOT_UTF_8 = LocalizedText(
    "Tệp chưa phải CSV UTF-8. Trong Excel, chọn Lưu thành → CSV UTF-8 (phân cách bằng dấu phẩy).",
    "The file is not CSV in UTF-8. In Excel, choose Save As → CSV UTF-8 (Comma delimited).",
)
_NOT_CSV = LocalizedText(
    "Dòng này sai định dạng CSV, thường do thiếu dấu ngoặc kép.",
    "The row is not valid CSV. Often a quotation mark is missing.",
)
_TOO_LONG = LocalizedText(
    "Dòng này quá dài. Kiểm tra dấu ngoặc kép, hoặc chia nhỏ ghi chú.",
    "The row is too long. Check the quotation marks, or shorten its notes.",
)
_TOO_MANY_COLUMNS = LocalizedText(
    f"Tệp có hơn {MAX_COLUMNS} cột. Xóa bớt các cột không dùng.",
    f"The file has more than {MAX_COLUMNS} columns. Delete those that are not needed.",
)
MAX_ROWS = 1_048_576
"""The rows of a sheet of Excel. A file of 32 MB can have thirty times as many empty ones, which took a minute to read."""
_TOO_MANY_ROWS = LocalizedText(
    f"Tệp có hơn {MAX_ROWS:_} dòng. Xóa các dòng trống, hoặc chia thành nhiều tệp.".replace("_", "."),
    f"The file has more than {MAX_ROWS:,} rows. Delete the empty ones, or split it into several files.",
)
_UNKNOWN_COLUMN = LocalizedText(
    "Không nhận ra cột này. Đổi tên cột, hoặc chọn bỏ qua cột.",
    "This column is not recognised. Rename it, or choose to ignore it.",
)
_MISSING_COLUMN = LocalizedText(
    "Thiếu cột họ tên. Thêm cột “Họ tên”, hoặc gộp họ và tên vào một cột.",
    "The column full_name is missing. Add it, or put both names into one column.",
)
_DUPLICATE_COLUMN = LocalizedText(
    "Hai cột cùng là một mục. Chọn bỏ qua một cột.", "Two columns are the same field. Ignore one of them."
)
_TOO_MANY_CELLS = LocalizedText(
    "Dòng có nhiều ô hơn số cột. Kiểm tra dấu phân cách trong dòng này.",
    "The row has more cells than the header. Check its delimiters.",
)
_NUL = LocalizedText(
    "Dòng có ký tự không đọc được (NUL). Xóa ký tự đó.", "The row has a NUL character. Delete it."
)
_ROUNDED_PHONE = LocalizedText(
    "Bảng tính đã làm tròn số điện thoại. Đổi cột sang dạng văn bản và nhập lại số.",
    "The spreadsheet has rounded the phone number. Format the column as text and enter the number again.",
)
_AMBIGUOUS_DATE = LocalizedText(
    "Chưa rõ ngày hay tháng đứng trước. Chọn thứ tự ngày tháng của tệp rồi nhập lại.",
    "It is unclear whether the day or the month comes first. Choose the order of dates in the file.",
)
_NO_NAME = LocalizedText(
    "Ô này không phải tên khách. Điền họ tên, hoặc xóa dòng.",
    "This is not the name of a customer. Enter the name, or delete the row.",
)
_DECIMAL = re.compile(r"(\+?\d{8,15})\.0+")
"""A number of a phone that a program kept as a number with decimals."""
_AS_TEXT = re.compile(r"""="([^"]*)"|'(.*)""")
"""A value that is kept from becoming a number in a spreadsheet."""
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)


class _UnreadableRowError(Exception):
    """The beginning of the next row cannot be found."""

    def __init__(self, row: int, message: LocalizedText) -> None:
        self.row = row
        self.message = message


class _TooManyRowsError(Exception):
    """The file has more than `MAX_ROWS` rows, empty ones included."""


class CustomerFile:
    """A CSV file of customers. `survey` reads it for what its columns and dates are, `rows` for its rows.

    Args:
        ignore: Headers of columns that are not imported.
        date_order: The order of day and month in the file, if the user said it.
    """

    def __init__(
        self, file: BinaryIO, *, ignore: Collection[str] = (), date_order: DateOrder | None = None
    ) -> None:
        self._file = file
        self._ignore = ignore
        self.date_order = date_order
        self.columns: list[FileColumn] = []
        self._header = Header(",", 0, 1, [])
        self._is_legacy = False

    def survey(self) -> list[RowError]:
        """Read the whole file once, and return the errors for which no row can be read."""
        try:
            with _text_of(self._file) as text:
                self._header = find_header(text)
            if len(self._header.names) > MAX_COLUMNS:
                return [RowError(self._header.row, None, "too_many_columns", _TOO_MANY_COLUMNS)]
            with_data = self._gather_evidence()
        except UnicodeDecodeError:
            return [RowError(None, None, "encoding", _NOT_UTF_8)]
        except _TooManyRowsError:
            return [RowError(None, None, "too_many_rows", _TOO_MANY_ROWS)]
        self.columns = read_columns(self._header.names, ignore=self._ignore, with_data=with_data)
        return list(self._errors_of_header())

    def _gather_evidence(self) -> set[int]:
        """Find the order of dates and the encoding of names, and return which doubtful columns have data."""
        names = self._header.names
        fields = fields_of(names)
        doubtful = {index for index, field in enumerate(fields) if field is None or fields.count(field) > 1}
        with_data: set[int] = set()
        dates, encodings = DateEvidence(), _EncodingEvidence()
        birthdays, full_names = (
            [index for index, field in enumerate(fields) if field == wanted]
            for wanted in ("birthday", "full_name")
        )
        with suppress(_UnreadableRowError):  # `rows` reports it
            for _, cells in self._records():
                for index in [*(doubtful - with_data)]:
                    if index < len(cells) and cells[index].strip():
                        with_data.add(index)
                for index in birthdays:
                    if index < len(cells):
                        dates.add(cells[index].strip())
                for index in full_names:
                    if index < len(cells):
                        encodings.add(cells[index])
        if self.date_order is None:
            self.date_order = dates.order(" ".join(names[index] for index in birthdays))
        self._is_legacy = encodings.are_legacy
        return with_data

    def _errors_of_header(self) -> Iterator[RowError]:
        row = self._header.row
        fields = [column.field for column in self.columns if column.field is not None]
        for column in self.columns:
            if column.use is ColumnUse.UNKNOWN:
                yield RowError(row, column.header, "unknown_column", _UNKNOWN_COLUMN)
        if "full_name" not in fields:
            yield RowError(row, "full_name", "missing_column", _MISSING_COLUMN)
        for field in dict.fromkeys(field for field in fields if fields.count(field) > 1):
            yield RowError(row, field, "duplicate_column", _DUPLICATE_COLUMN)

    def rows(self) -> Iterator[tuple[int, CustomerRow] | RowError]:
        """Yield each row as its number and a customer with any doubts after it, or as one or more errors.

        Stop after an error that hides where the next row begins.
        """
        columns = [(index, column.field) for index, column in enumerate(self.columns) if column.field]
        try:
            for row, cells in self._records():
                yield from self._read_row(row, columns, cells)
        except UnicodeDecodeError:
            yield RowError(None, None, "encoding", _NOT_UTF_8)
        except _UnreadableRowError as error:
            yield RowError(error.row, None, "csv", error.message)

    def write_rows(self, reasons: Mapping[int, str]) -> Iterator[str]:
        """Yield these rows as the text of a CSV file, each as it is in the file, behind its reason."""
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        buffer.write(BYTE_ORDER_MARK)
        writer.writerow([REASON_HEADER, *self._header.names])
        for row, cells in self._records():
            if row in reasons:
                # A cell that an export made harmless stays as it is.
                harmless = (cell if cell.startswith("'") else escape(cell) for cell in cells)
                writer.writerow([reasons[row], *harmless])
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
        yield buffer.getvalue()

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows below the header that have data, with their numbers.

        Raises:
            _UnreadableRowError
            _TooManyRowsError: Only to `survey`, which reads the file first.
        """
        row = 0
        with _text_of(self._file) as text:
            for _ in range(self._header.skipped_lines):
                text.readline(MAX_RECORD)
            lines = _BoundedLines(text)
            try:
                for cells in csv.reader(lines, delimiter=self._header.delimiter, strict=True):
                    row += 1
                    if row > MAX_ROWS:
                        raise _TooManyRowsError
                    lines.characters = 0
                    if row > self._header.row and any(map(str.strip, cells)) and cells != self._header.names:
                        yield row, cells
            except csv.Error as error:
                is_too_long = "limit" in str(error)
                raise _UnreadableRowError(row + 1, _TOO_LONG if is_too_long else _NOT_CSV) from error

    def _read_row(
        self, row: int, columns: Sequence[tuple[int, str]], cells: list[str]
    ) -> Iterator[tuple[int, CustomerRow] | RowError]:
        if len(cells) > len(self.columns) and any(map(str.strip, cells[len(self.columns) :])):
            yield RowError(row, None, "too_many_cells", _TOO_MANY_CELLS)
            return
        if any("\x00" in cell for cell in cells):
            yield RowError(row, None, "string_characters", _NUL)
            return
        values = {"full_name": ""}  # an empty cell is reported as an empty name, not as a missing field
        values |= {
            field: value
            for index, field in columns
            if index < len(cells) and (value := unescape(cells[index]))
        }
        if FAMILY_NAME in values:
            values["full_name"] = f"{values.pop(FAMILY_NAME)} {values['full_name']}"
        errors = list(self._errors_of_cells(row, values))
        customer = None
        try:
            customer = CustomerRow.model_validate(self._normalize(values))
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                described = describe(problem)
                errors.append(
                    RowError(row, str(problem["loc"][0]), str(described["type"]), described["message"])
                )
        if customer is not None and not errors:
            yield row, customer
            errors = list(self._doubts_of(row, values))
        yield from errors

    def _errors_of_cells(self, row: int, values: dict[str, str]) -> Iterator[RowError]:
        """Take cells that cannot be read out of the values, and yield why."""
        if "birthday" in values and is_ambiguous(values["birthday"].strip(), self.date_order):
            del values["birthday"]
            yield RowError(row, "birthday", "ambiguous_date", _AMBIGUOUS_DATE)
        for field in _PHONES:
            if field in values and _ROUNDED.fullmatch(values[field].strip()):
                del values[field]
                yield RowError(row, field, "rounded_phone", _ROUNDED_PHONE)

    def _doubts_of(self, row: int, values: dict[str, str]) -> Iterator[RowError]:
        name = values["full_name"]
        if is_no_name(name):
            yield RowError(row, "full_name", Doubt.NO_NAME, _NO_NAME)
        problem = problem_of_name(name)
        if problem is None and self._is_legacy and has_only_latin_1(name):
            problem = LEGACY_ENCODING
        if problem is not None:
            yield RowError(row, "full_name", Doubt.BROKEN_TEXT, problem)
        for field in _TEXTS:
            if field in values and (problem := problem_of_text(values[field])):
                yield RowError(row, field, Doubt.BROKEN_TEXT, problem)

    def _normalize(self, values: dict[str, str]) -> dict[str, Any]:
        """Turn phones, dates, genders and tags as people and programs write them into the form of the API."""
        normalized: dict[str, Any] = dict(values)
        for field in _FACTS:
            value = values.get(field, "").strip()
            if value.startswith(("=", "'")) and (as_text := _AS_TEXT.fullmatch(value)):
                value = as_text[1] or as_text[2] or ""
            if not value or value.lower() in _EMPTY:
                normalized.pop(field, None)
            else:
                normalized[field] = value
        for field in _PHONES:
            if field in normalized:
                normalized[field] = _DECIMAL.sub(r"\1", normalized[field])
        if "birthday" in normalized:
            normalized["birthday"] = to_iso_date(normalized["birthday"], self.date_order)
        if "gender" in normalized:
            gender = fold(normalized["gender"])
            normalized["gender"] = _GENDERS.get(gender, gender)
        if "tags" in normalized:
            tags = map(str.strip, normalized["tags"].split(TAG_SEPARATOR))
            normalized["tags"] = [tag for tag in tags if tag]
        return normalized


class _EncodingEvidence:
    """The names of a file, as evidence of its encoding."""

    def __init__(self) -> None:
        self._vietnamese = self._legacy = 0

    def add(self, name: str) -> None:
        if name.isascii() or self._legacy > _ENOUGH_LEGACY_NAMES:
            return
        if not has_only_latin_1(name):
            self._vietnamese += 1
        elif is_legacy(name):
            self._legacy += 1

    @property
    def are_legacy(self) -> bool:
        return self._legacy > self._vietnamese


class _BoundedLines:
    """The lines of a text for a CSV reader, which would keep a row of any length in memory."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.characters = 0
        """The length of the row that is being read so far; the consumer sets it back."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self.characters += len(line)
        if self.characters > MAX_RECORD:
            raise csv.Error("row larger than limit")
        return line


@contextmanager
def _text_of(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """Open the text of a file from its beginning, and leave closing the file to the caller.

    UTF-16 is what Excel saves as Unicode Text.
    """
    file.seek(0)
    mark = file.read(2)
    file.seek(0)
    encoding = "utf-16" if mark in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield text
    finally:
        with suppress(ValueError):  # the import was given up, and its caller has closed the file
            text.detach()
