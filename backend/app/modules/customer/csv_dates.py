"""Birthdays as people and spreadsheets write them.

Whether 05/03/1990 is in March or in May depends on who wrote the file. An American Excel rewrites every date of a file
that it saves, so one cell says nothing: the order is decided once for a file, or asked for.
"""

import re
from enum import StrEnum

from app.common.helpers import utc_now
from app.modules.customer.csv_header import fold

_MIDNIGHT = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?| 12:00(?::00)? ?AM)?"
"""The time that other systems add to a day."""
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_MIDNIGHT}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})(?:\2(\d{{4}}|\d{{2}}){_MIDNIGHT})?")
"""The year may be missing: many guests tell only the day of their birthday."""
_VIETNAMESE = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2})(?:(?:,| nam|, nam)? (\d{4}))?")
_DAY_AND_NAME = re.compile(r"(\d{1,2})[ -]([a-z]{3,9})\.?(?:,?[ -](\d{4}|\d{2}))?")
"""Excel shows a day without its year as `5-Mar`."""
_NAME_AND_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:,? (\d{4}))?")
"""A hyphen between them is none of these: by `Mar-05` Excel shows a month of a year."""
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_LAST_MONTH = 12


class DateOrder(StrEnum):
    """The order of day and month in dates that end with the year."""

    DAY_FIRST = "day_first"
    """31/12/1990, as in Vietnam and Europe."""
    MONTH_FIRST = "month_first"
    """12/31/1990, as in America."""


class DateEvidence:
    """The dates of a file, as evidence of their order."""

    def __init__(self) -> None:
        self._orders: set[DateOrder] = set()
        self._all_padded = True

    def add(self, cell: str) -> None:
        """Count a cell of the column of birthdays."""
        date = _YEAR_LAST.fullmatch(cell)
        if date is None or date[2] == ".":
            return
        first, second = int(date[1]), int(date[3])
        if first > _LAST_MONTH >= second:
            self._orders.add(DateOrder.DAY_FIRST)
        elif second > _LAST_MONTH >= first:
            self._orders.add(DateOrder.MONTH_FIRST)
        self._all_padded &= len(date[1]) == len(date[3]) == 2  # noqa: PLR2004 - two digits

    def order(self, header: str) -> DateOrder | None:
        """Return the order, or None if it has to be asked for.

        Without a day after the 12th the header counts: `Ngày sinh`, `(dd/mm/yyyy)`. It counts only for dates with all
        their zeros, since an American Excel leaves the header as it was and writes 3/5/1990.
        """
        if self._orders:
            return next(iter(self._orders)) if len(self._orders) == 1 else None
        return _order_in_header(header) if self._all_padded else None


def _order_in_header(header: str) -> DateOrder | None:
    folded = fold(header)
    if re.search(r"\bm{1,2}\W?d{1,2}\b|month\W?day", folded):
        return DateOrder.MONTH_FIRST
    if re.search(r"\bd{1,2}\W?m{1,2}\b|\bngay\b|\bsinh nhat\b|day\W?month", folded):
        return DateOrder.DAY_FIRST
    return None


def is_ambiguous(cell: str, order: DateOrder | None) -> bool:
    """Return whether a date is two dates as long as the order is not known."""
    date = _YEAR_LAST.fullmatch(cell)
    if date is None or order is not None or date[2] == ".":
        return False
    return date[1].zfill(2) != date[3].zfill(2) and max(int(date[1]), int(date[3])) <= _LAST_MONTH


def to_iso_date(cell: str, order: DateOrder | None) -> str:
    """Return a date as `YYYY-MM-DD` or `--MM-DD`, or the cell as it is if it is none; whether the calendar has it is not checked."""
    if date := _YEAR_FIRST.fullmatch(cell):
        return _iso(date[1], date[3], date[4])
    if date := _YEAR_LAST.fullmatch(cell):
        month_first = order is DateOrder.MONTH_FIRST or (order is None and int(date[3]) > _LAST_MONTH)
        day, month = (date[3], date[1]) if month_first and date[2] != "." else (date[1], date[3])
        return _iso(date[4], month, day)
    folded = fold(cell)
    if date := _VIETNAMESE.fullmatch(folded):
        return _iso(date[3], date[2], date[1])
    if date := _DAY_AND_NAME.fullmatch(folded):
        return _iso_of_name(date[3], date[2], date[1]) or cell
    if date := _NAME_AND_DAY.fullmatch(folded):
        return _iso_of_name(date[3], date[1], date[2]) or cell
    return cell


def _iso_of_name(year: str | None, name: str, day: str) -> str | None:
    numbers = [number for number, month in enumerate(_MONTHS, 1) if month.startswith(name)]
    return _iso(year, str(numbers[0]), day) if len(numbers) == 1 else None


def _iso(year: str | None, month: str, day: str) -> str:
    if year is None:
        return f"--{month.zfill(2)}-{day.zfill(2)}"
    return f"{_full_year(year)}-{month.zfill(2)}-{day.zfill(2)}"


def _full_year(year: str) -> str:
    """Return four digits: a birthday in 90 was in 1990, one in 20 in 2020. None is to come."""
    if len(year) != 2:  # noqa: PLR2004 - two digits
        return year
    this_year = utc_now().year
    century = this_year // 100
    return f"{century if int(year) <= this_year % 100 else century - 1}{year}"
