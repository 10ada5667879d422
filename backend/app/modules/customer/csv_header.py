"""Find the header of a CSV file as other systems write it, and which column of a customer each of its columns is.

Above the header there may be a line `sep=;` for Excel, a title and empty rows.
"""

import csv
import io
import re
import string
from collections.abc import Collection, Container, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from app.common.helpers import has_long_run_of_marks, without_marks
from app.modules.customer.columns import CONTACT_PHONE, CSV_COLUMNS

MAX_COLUMNS = 200
MAX_RECORD = 200_000
"""The most characters of one row. Two full notes, with every character doubled by CSV, have 80,000."""
ALL_UNKNOWN = "*"
"""Every column that is not recognised, among the columns to ignore."""
FAMILY_NAME = "family_name"
"""A column with the family name alone. It is put before that of the given name."""
REASON_HEADER = "Lý do · reason"
"""The column that a file of refused rows has before the others."""
_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 20  # rows
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)

_ALIASES = {
    "full_name": """
        full name;fullname;name;customer;customer name;client;client name;guest;guest name;display name;ten;ten day du;
        ho ten;ho va ten;ho ten day du;khach hang;khach;ten khach;ten khach hang;ten kh;ho ten khach;ho ten khach hang;
        ho va ten khach;ho va ten khach hang
        """,
    FAMILY_NAME: "ho;ho dem;ho lot;ho va dem;ho va ten dem;ho ten dem;ho va chu lot;ho va ten lot",
    "phone": """
        phone;phone number;phone no;mobile;mobile phone;mobile number;cell;cell phone;tel;telephone;contact number;
        dien thoai;so dien thoai;dien thoai di dong;so dien thoai di dong;di dong;so di dong;sdt;so dt;dt;dtdd;
        phone 1 value;sdt khach;sdt khach hang;sdt kh;so dien thoai khach;so dien thoai khach hang;dien thoai khach hang
        """,
    CONTACT_PHONE: """
        contact phone number;guardian phone;parent phone;
        sdt nguoi lien he;so dien thoai nguoi lien he;dien thoai nguoi lien he;
        sdt nguoi giam ho;so dien thoai nguoi giam ho;dien thoai nguoi giam ho;
        sdt phu huynh;so dien thoai phu huynh;dien thoai phu huynh
        """,
    "email": "email;e mail;mail;email address;e mail 1 value;dia chi email;thu dien tu",
    "birthday": """
        birthday;birth date;birthdate;date of birth;dob;ngay sinh;ngay sinh nhat;sinh nhat;ngay thang nam sinh
        """,
    "gender": "gender;sex;gioi tinh;phai",
    "notes": "notes;note;remark;remarks;comment;comments;ghi chu",
    "contraindications": "contraindications;allergies;luu y suc khoe;chong chi dinh;di ung",
    "tags": "tags;tag;labels;label;nhan;the",
}
_FIELDS = {alias.strip(): field for field, aliases in _ALIASES.items() for alias in aliases.split(";")}
_FIELDS |= {field.replace("_", " "): field for field in CSV_COLUMNS}
_WITHOUT_DATA = {"stt", "so thu tu", "ly do reason"}
"""Headers of columns that number the rows, and that of `REASON_HEADER`."""
_GIVEN_NAMES = {"ten", "ten khach", "ten khach hang", "ten kh"}
"""Headers that mean the given name beside a column of family names."""


class ColumnUse(StrEnum):
    """The use that an import makes of a column of the file."""

    READ = "read"
    IGNORED = "ignored"
    """No data, or ignored by the user."""
    UNKNOWN = "unknown"
    """Data under a header that is not recognised: the user decides."""


class FileColumn(NamedTuple):
    """A column of the file."""

    header: str
    """The text of the file; for a column without one, its letter in a spreadsheet."""
    field: str | None
    """The column of a customer that it is read as, or `FAMILY_NAME`."""
    use: ColumnUse


class Header(NamedTuple):
    """The place and the meaning of the header."""

    delimiter: str
    skipped_lines: int
    """Lines that a spreadsheet does not show: `sep=;`."""
    row: int
    """The row of the header, as a spreadsheet counts: from 1."""
    names: list[str]


def find_header(text: io.TextIOWrapper) -> Header:
    """Find the row in the beginning of a file whose cells are best known as columns, and how its cells are separated."""
    start = text.read(MAX_RECORD)
    separator = _SEPARATOR_LINE.match(start)
    skipped = 0
    delimiters = _DELIMITERS
    if separator:
        skipped, delimiters = 1, separator[1]
        start = start[separator.end() :]
    candidates = [
        Header(delimiter, skipped, row, _without_empty_end(cells))
        for delimiter in delimiters
        for row, cells in _first_rows(start, delimiter)
    ]
    # A row of data can have a cell such as "Tên" too, but not as many of them as the header.
    return max(candidates, key=_rank, default=Header(",", skipped, 1, []))


def _rank(header: Header) -> tuple[bool, int, bool, int, int]:
    fields = {_field_of(name) for name in header.names[:MAX_COLUMNS]} - {None}
    return "full_name" in fields, len(fields), bool(header.names), -header.row, len(header.names)


def _first_rows(start: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for row, cells in enumerate(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 1):
            yield row, cells
            if row == _HEADER_WITHIN:
                return
    except csv.Error:
        return


def _without_empty_end(names: list[str]) -> list[str]:
    """Drop empty cells at the end, left over from a wider spreadsheet."""
    end = len(names)
    while end and not names[end - 1].strip():
        end -= 1
    return names[:end]


def fields_of(names: Sequence[str]) -> list[str | None]:
    """Return the column of a customer that each header names, or `FAMILY_NAME`."""
    fields = [_field_of(name) for name in names]
    has_given_names = any(_plain(name) in _GIVEN_NAMES for name in names)
    return [None if field == FAMILY_NAME and not has_given_names else field for field in fields]


def read_columns(
    names: Sequence[str], *, ignore: Collection[str], with_data: Container[int]
) -> list[FileColumn]:
    """Return what each column of the file is.

    Args:
        names: The cells of the header.
        ignore: Headers, or letters of columns without one, that the user ignores; or `ALL_UNKNOWN`.
        with_data: The columns that have data, of those that are not recognised or that name the same field.
    """
    ignored = {_plain(name) for name in ignore}
    fields = fields_of(names)
    columns = []
    for index, (name, field) in enumerate(zip(names, fields, strict=True)):
        header = " ".join(name.split()) or _letter(index)
        is_read = field is not None and (fields.count(field) == 1 or index in with_data)
        if is_read and _plain(header) not in ignored:
            columns.append(FileColumn(header, field, ColumnUse.READ))
            continue
        is_ignored = (
            index not in with_data
            or _is_without_data(name)
            or _plain(header) in ignored
            or (field is None and ALL_UNKNOWN in ignore)
        )
        columns.append(FileColumn(header, None, ColumnUse.IGNORED if is_ignored else ColumnUse.UNKNOWN))
    return columns


def _is_without_data(name: str) -> bool:
    # "No." has to be compared as it is: without its accents "Nợ", a debt, is the same.
    return _plain(name) in _WITHOUT_DATA or name.strip().rstrip(".").lower() in {"no", "#"}


def _field_of(name: str) -> str | None:
    """Return the column of a customer that a header names: `Họ và tên (*)`, `Di động`, `Họ tên / Full name`."""
    if (field := _FIELDS.get(_plain(name))) is not None:
        return field
    parts = {_FIELDS.get(_plain(part)) for part in re.split(r"[/|·\n]", name)} - {None}
    return parts.pop() if len(parts) == 1 else None


def _plain(name: str) -> str:
    """Return a header in small letters without accents, remarks in brackets and signs, for comparing."""
    if len(name) > MAX_COLUMNS:
        return name
    without_remarks = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", name)
    folded = fold(without_remarks) or fold(name)
    return " ".join(re.sub(r"[\W_]+", " ", folded).split())


def fold(text: str) -> str:
    """Return the text in lower case and without accents. A long text of combining marks is no word, and stays."""
    if has_long_run_of_marks(text):
        return text
    return without_marks(text.strip().lower())


def _letter(index: int) -> str:
    """Return the letters by which a spreadsheet names a column: A to Z, AA and so on."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters
