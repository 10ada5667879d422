"""Cells of CSV files that a spreadsheet opens with correct accents, and that run nothing there."""

import re

BYTE_ORDER_MARK = "\ufeff"
"""The first character of a file, without which Excel shows `Nguyá»…n`."""
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def escape(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula (OWASP, CSV injection).

    Reading removes the apostrophe.
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unescape(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
