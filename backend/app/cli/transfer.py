"""`zenspa import …`, `zenspa export …`: files in and out, with a progress bar and every bad row by name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.cli.faults import run_with_database

if TYPE_CHECKING:
    from app.core.exceptions import ZenSpaException

import_cli = typer.Typer(no_args_is_help=True, help="Bring data in from files: all of a file or nothing.")
export_cli = typer.Typer(no_args_is_help=True, help="Write data out to files.")
_out = Console()
_err = Console(stderr=True)


@import_cli.command("customers")
def import_customers(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file in UTF-8.")
    ],
) -> None:
    """Create and update customers from a CSV file. A second run of the same file changes nothing.

    Columns: full_name (needed), phone, email, birthday, gender, notes, contraindications, tags (separated
    by ;). Vietnamese headers such as "Họ tên" and "Số điện thoại" work too. Rows of customers who are archived
    or were merged into others are skipped.

    [bold]Examples[/bold]

      zenspa import customers khach-hang.csv
    """
    from app.core.exceptions import ZenSpaException

    with file.open("rb") as opened:
        try:
            run_with_database("the import", lambda: _import_customers(opened, file.stat().st_size))
        except ZenSpaException as error:
            _explain(error)
            raise typer.Exit(1) from None


async def _import_customers(file: BinaryIO, size: int) -> None:
    from app.core.database import run_in_transaction
    from app.modules.customer import customer_transfer

    with Progress(
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=_out
    ) as progress:
        reading = progress.add_task("Đang đọc · reading", total=size)
        merging = progress.add_task("Đang ghi · writing", total=None, visible=False)

        def show_reading(_rows: int) -> None:
            progress.update(reading, completed=file.tell())
            if file.tell() >= size:
                progress.update(merging, visible=True)

        try:
            result = await run_in_transaction(
                lambda session: customer_transfer.import_customers(session, file, on_progress=show_reading)
            )
        finally:
            progress.update(merging, visible=False)
    _out.print(
        f"[green]✓[/green] {result.created:,} mới · created, {result.updated:,} cập nhật · updated, "
        f"{result.unchanged:,} giữ nguyên · unchanged, {result.skipped:,} bỏ qua vì đã lưu trữ · skipped as archived"
    )


@export_cli.command("customers")
def export_customers(
    file: Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="The CSV file to write.")],
) -> None:
    """Write all living customers to a CSV file that a spreadsheet opens with its accents right.

    [bold]Examples[/bold]

      zenspa export customers khach-hang.csv
    """
    run_with_database("the export", lambda: _export_customers(file))
    _out.print(f"[green]✓[/green] {file}")


async def _export_customers(file: Path) -> None:
    from app.modules.customer.customer_transfer import export_customers

    unfinished = file.with_name(f"{file.name}.part")  # a file of that name is always a whole one
    try:
        with unfinished.open("wb") as opened:
            async for piece in export_customers():
                opened.write(piece)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _explain(error: "ZenSpaException") -> None:
    from app.common.text import Text

    _err.print(f"[red]✗[/red] {error.public_message('vi')}\n  {error.public_message('en')}")
    if error.details:
        table = Table("Chỗ · place", "Lỗi", "Fault")
        for detail in error.details:
            place, fault = (
                said if isinstance(said, Text) else Text(said, said)
                for said in (detail["field"], detail["message"])
            )
            table.add_row(place.vi, fault.vi, fault.en)
        _err.print(table)
