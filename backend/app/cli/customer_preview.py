"""Printing what an import of customers would make of a file."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.cli.numbers import grouped
from app.modules.customer.columns import CONTACT_PHONE, CSV_COLUMNS
from app.modules.customer.csv_header import FAMILY_NAME
from app.modules.customer.import_schemas import CustomerImportPreview, ImportColumn, ImportRow

_ROWS_SHOWN = 20
_LABELS = {**CSV_COLUMNS, FAMILY_NAME: "Họ"}
_USES = {"ignored": "bỏ qua · ignored", "unknown": "[red]không nhận ra · not recognised[/red]"}
_ORDERS = {"day_first": "ngày trước · day first", "month_first": "tháng trước · month first"}
_OUTCOMES = {
    "created": "mới · created",
    "updated": "cập nhật · updated",
    "unchanged": "giữ nguyên · unchanged",
    "skipped": "bỏ qua · skipped",
    "refused": "[red]cần sửa · to correct[/red]",
}


def show_preview(console: Console, preview: CustomerImportPreview) -> None:
    """Print the columns, the counts, and the rows: those to correct first."""
    columns = Table("Cột trong tệp · column", "Thành · becomes")
    for column in preview.columns:
        columns.add_row(escape(column.header), _meaning(column))
    if preview.columns:
        console.print(columns)
    if preview.date_order is not None:
        console.print(f"Ngày tháng · dates: {_ORDERS[preview.date_order]}")
    for problem in preview.problems:
        console.print(f"[red]✗[/red] {escape(problem.field)}: {escape(problem.message)}")
    counts = {outcome: getattr(preview, outcome) for outcome in _OUTCOMES}
    console.print(", ".join(f"{grouped(count)} {_OUTCOMES[outcome]}" for outcome, count in counts.items()))
    _show_rows(console, preview)


def _meaning(column: ImportColumn) -> str:
    return f"{_LABELS[column.column]} · {column.column}" if column.column else _USES[column.use]


def _show_rows(console: Console, preview: CustomerImportPreview) -> None:
    rows = sorted(preview.rows, key=lambda row: row.outcome != "refused")[:_ROWS_SHOWN]
    table = Table(
        "Dòng · row", "Kết quả · outcome", "Khách · customer", "Lý do, hoặc trước đây · reason, or before"
    )
    for row in rows:
        table.add_row(str(row.row), _OUTCOMES[row.outcome], *map(escape, (_values(row), _remarks(row))))
    if rows:
        console.print(table)
    left = len(preview.rows) - len(rows) + preview.more_rows
    if left:
        console.print(f"… và {grouped(left)} dòng nữa · and {grouped(left)} more rows")


def _values(row: ImportRow) -> str:
    return ", ".join(
        f"{_LABELS[name]}: {value}" if name == CONTACT_PHONE else value for name, value in row.values.items()
    )


def _remarks(row: ImportRow) -> str:
    problems = [problem.message for problem in row.problems]
    previous = [f"{_LABELS[name]}: {value or '—'}" for name, value in row.previous.items()]
    return "\n".join([*problems, *previous])
