"""Tables as files that a spreadsheet opens: CSV and XLSX."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

from app.common.csv_text import BYTE_ORDER_MARK, escape
from app.common.types.localized import LocalizedText

type Cell = LocalizedText | str | int | float | date | None

_WIDEST = 60


class Table(NamedTuple):
    """A table of a report."""

    title: LocalizedText
    header: Sequence[LocalizedText]
    rows: Sequence[Sequence[Cell]]


def write_csv(tables: Sequence[Table], language: str) -> bytes:
    """Return tables one below the other, each under its title if there are several. No cell runs as a formula."""
    buffer = io.StringIO()
    buffer.write(BYTE_ORDER_MARK)
    writer = csv.writer(buffer)
    for number, table in enumerate(tables):
        if number:
            writer.writerow([])
        if len(tables) > 1:
            writer.writerow([escape(table.title.in_language(language))])
        writer.writerow([escape(text.in_language(language)) for text in table.header])
        for row in table.rows:
            writer.writerow(_csv_cell(_in_language(cell, language)) for cell in row)
    return buffer.getvalue().encode()


def write_xlsx(tables: Sequence[Table], language: str) -> bytes:
    """Return a workbook with a sheet for each table. Numbers and days are such, and no text is a formula or a link."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        amount, day = book.add_format({"num_format": "#,##0"}), book.add_format({"num_format": "dd/mm/yyyy"})
        percent = book.add_format({"num_format": "0.##"})
        for table in tables:
            sheet = book.add_worksheet(table.title.in_language(language))
            header = [text.in_language(language) for text in table.header]
            rows = [[_in_language(cell, language) for cell in row] for row in table.rows]
            for column, text in enumerate(header):
                sheet.write_string(0, column, text, bold)
                cells = [
                    len(f"{row[column]:,}" if isinstance(row[column], int) else str(row[column]))
                    for row in rows
                ]
                sheet.set_column(column, column, min(_WIDEST, max([min(len(text), 14), *cells]) + 2))
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    match cell:
                        case None:
                            pass
                        case str():
                            sheet.write_string(number, column, cell)
                        case date():
                            sheet.write_datetime(number, column, cell, day)
                        case int():
                            sheet.write_number(number, column, cell, amount)
                        case _:
                            sheet.write_number(number, column, cell, percent)
            sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def _in_language(cell: Cell, language: str) -> str | int | float | date | None:
    return cell.in_language(language) if isinstance(cell, LocalizedText) else cell


def _csv_cell(cell: str | float | date | None) -> str | float:
    match cell:
        case None:
            return ""
        case str():
            return escape(cell)
        case date():
            return cell.isoformat()
    return cell
