"""`zenspa import …`, `zenspa export …`: files in and out, with every error by its row or line."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from app.cli.database import run_with_database
from app.cli.numbers import grouped
from app.modules.customer.csv_dates import DateOrder
from app.modules.customer.row_errors import Doubt

if TYPE_CHECKING:
    from app.core.exceptions import ZenSpaException
    from app.modules.setup.plan import Plan
    from app.modules.setup.spa_file import SpaFile

import_cli = typer.Typer(no_args_is_help=True, help="Import files: a whole file or nothing.")
export_cli = typer.Typer(no_args_is_help=True, help="Export to files.")
_out = Console()
_err = Console(stderr=True)


@import_cli.command("customers")
def import_customers(  # noqa: PLR0913 - the options of a command
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file in UTF-8 or UTF-16."),
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what each column and each row would become, and stop.")
    ] = False,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Do not import this column. Repeat it for others; * is every column that is not recognised.",
        ),
    ] = None,
    dates: Annotated[
        DateOrder | None,
        typer.Option(help="The order of day and month in the file, if its dates do not tell it."),
    ] = None,
    accept: Annotated[
        list[Doubt] | None,
        typer.Option(help="Import rows with this doubt as they are. Repeat it for others."),
    ] = None,
    share_phones: Annotated[
        bool,
        typer.Option(
            "--share-phones",
            help="Make the owner of a number the contact of others in the file who have it, such as a child.",
        ),
    ] = False,
    bad_rows: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            writable=True,
            metavar="FILE",
            help="Import the good rows, and write the others to this file, each behind its reason.",
        ),
    ] = None,
) -> None:
    """Create and update customers from a CSV file. A second import of the same file changes nothing.

    Columns: full_name (required), phone, email, birthday, gender, notes, contraindications, tags (separated
    by ;), contact_phone (the number of the mother of a child). Headers as other systems write them work too, in
    Vietnamese and English. Rows of archived or merged customers are skipped.

    [bold]Examples[/bold]

      zenspa import customers khach-hang.csv --dry-run

      zenspa import customers khach-hang.csv --ignore "Địa chỉ" --bad-rows can-sua.csv
    """
    from app.modules.customer.import_schemas import SEPARATOR

    options = {
        "ignore": SEPARATOR.join(ignore or []),
        "date_order": dates,
        "accept": SEPARATOR.join(accept or []),
        "share_phones": share_phones,
    }
    with file.open("rb") as opened, _print_refusal():
        if dry_run:
            run_with_database("the import", lambda: _preview_customers(opened, options))
        else:
            run_with_database(
                "the import",
                lambda: _import_customers(opened, file.stat().st_size, options, bad_rows),
            )


async def _preview_customers(file: BinaryIO, options: Mapping[str, object]) -> None:
    from app.cli.customer_preview import show_preview
    from app.db.transactions import run_in_transaction
    from app.modules.customer import transfer
    from app.modules.customer.import_schemas import CustomerImportPreviewQuery
    from app.modules.identity.access import SYSTEM_USER

    query = CustomerImportPreviewQuery.model_validate(options)
    preview = await run_in_transaction(
        lambda session: transfer.preview_import(session, SYSTEM_USER, file, query, language="both")
    )
    show_preview(_out, preview)


async def _import_customers(
    file: BinaryIO, size: int, options: Mapping[str, object], bad_rows: Path | None
) -> None:
    from app.db.transactions import run_in_transaction
    from app.modules.customer import transfer
    from app.modules.customer.import_schemas import BadRows, CustomerImportQuery
    from app.modules.identity.access import SYSTEM_USER

    query = CustomerImportQuery.model_validate(options)
    query.bad_rows = BadRows.RETURN if bad_rows else BadRows.REFUSE
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
                lambda session: transfer.import_customers(
                    session, SYSTEM_USER, file, query, language="both", on_progress=show_reading
                )
            )
        finally:
            progress.update(merging, visible=False)
    _out.print(
        f"[green]✓[/green] {grouped(result.created)} mới · created, {grouped(result.updated)} cập nhật · updated, "
        f"{grouped(result.unchanged)} giữ nguyên · unchanged, "
        f"{grouped(result.skipped)} bỏ qua vì đã lưu trữ · skipped as archived"
    )
    if bad_rows and result.refused_rows is not None:
        with _written_whole(bad_rows) as opened:
            opened.write(result.refused_rows.encode())
        _out.print(f"{grouped(result.refused)} dòng cần sửa · rows to correct: {bad_rows}")


@export_cli.command("customers")
def export_customers(
    file: Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="The CSV file to write.")],
) -> None:
    """Write all active customers to a CSV file that a spreadsheet opens with correct accents.

    [bold]Examples[/bold]

      zenspa export customers khach-hang.csv
    """
    run_with_database("the export", lambda: _export_customers(file))
    _out.print(f"[green]✓[/green] {file}")


async def _export_customers(file: Path) -> None:
    from app.modules.customer.transfer import export_customers
    from app.modules.identity.access import SYSTEM_USER

    with _written_whole(file) as opened:
        async for piece in export_customers(SYSTEM_USER):
            opened.write(piece)


@import_cli.command("spa")
def import_spa(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A YAML file in UTF-8.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and stop.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Import even if appointments cannot take place as booked.")
    ] = False,
) -> None:
    """Import a spa's set-up: branches, rooms, beds, devices, the catalogue, staff and their weekly shifts.

    Items are matched by key: new ones are created, different ones are changed, and what the file does not have
    stays. The command shows what would change and asks first. A second import of the same file changes nothing.
    An import that strands appointments, for example by shorter opening hours, is refused and lists them.

    [bold]Examples[/bold]

      zenspa import spa sen-trang.yaml --dry-run

      zenspa import spa sen-trang.yaml --yes
    """
    from app.cli.transfer_plan import show_plan
    from app.db.transactions import run_in_transaction
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.setup import setup_service
    from app.modules.setup.reader import read_file
    from app.modules.setup.yaml_document import MAX_BYTES

    with _print_refusal(), file.open("rb") as opened:
        setup = read_file(opened.read(MAX_BYTES + 1))
        plan = run_with_database(
            "the import",
            lambda: run_in_transaction(lambda session: setup_service.plan_setup(session, SYSTEM_USER, setup)),
        )
    show_plan(_out, plan)
    if plan.is_empty:
        _out.print("[green]✓[/green] Không có gì thay đổi · nothing to change")
    elif not dry_run:
        _confirm(yes=yes)
        _apply(setup, plan, force=force)


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        _err.print(
            "[red]✗[/red] Không có ai xác nhận. Thêm --yes · Cannot ask for confirmation here. Add --yes",
            soft_wrap=True,
        )
        raise typer.Exit(2)
    if not typer.confirm("Nhập những thay đổi này? · Import these changes?"):
        _out.print("Chưa lưu gì · nothing was saved")
        raise typer.Exit(1)


def _apply(setup: "SpaFile", plan: "Plan", *, force: bool) -> None:
    from app.db.transactions import run_in_transaction
    from app.modules.coverage.coverage_errors import AppointmentsStranded
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.setup.setup_service import apply_setup

    with _print_refusal():
        _, stranded = run_with_database(
            "the import",
            lambda: run_in_transaction(
                lambda session: apply_setup(session, SYSTEM_USER, setup, expected=plan, force=force)
            ),
        )
    created, changed = (sum(map(len, items.values())) for items in (plan.created, plan.changed))
    _out.print(f"[green]✓[/green] {grouped(created)} mới · created, {grouped(changed)} cập nhật · changed")
    if stranded:
        _out.print(f"[yellow]![/yellow] {grouped(len(stranded))} lịch hẹn cần xử lý · appointments to solve")
        _print_details(AppointmentsStranded.naming(stranded), _out)


@export_cli.command("spa")
def export_spa(
    file: Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="The YAML file to write.")],
) -> None:
    """Write a spa's whole set-up to a YAML file for `zenspa import spa`.

    The same set-up gives the same file, byte for byte: keep it in Git to see what has changed.

    [bold]Examples[/bold]

      zenspa export spa sen-trang.yaml
    """
    with _print_refusal():
        run_with_database("the export", lambda: _export_spa(file))
    _out.print(f"[green]✓[/green] {file}")


async def _export_spa(file: Path) -> None:
    from app.modules.identity.access import SYSTEM_USER
    from app.modules.setup.reader import write_file
    from app.modules.setup.transfer import export_setup

    setup = await export_setup(SYSTEM_USER)
    with _written_whole(file) as opened:
        opened.write(write_file(setup))


@contextmanager
def _written_whole(file: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that gets its name once it is complete."""
    unfinished = file.with_name(f"{file.name}.part")
    try:
        with unfinished.open("wb") as opened:
            yield opened
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _print_refusal() -> Iterator[None]:
    """Print the error of a service in both languages, and end the process."""
    from app.core.exceptions import ZenSpaException

    try:
        yield
    except ZenSpaException as error:
        _print_error(error)
        raise typer.Exit(1) from None


def _print_error(error: "ZenSpaException") -> None:
    messages = (escape(error.public_message(language)) for language in ("vi", "en"))
    _err.print("[red]✗[/red]", "\n  ".join(messages))
    _print_details(error, _err)


def _print_details(error: "ZenSpaException", console: Console) -> None:
    from app.common.types.localized import LocalizedText

    if error.details:
        table = Table("Vị trí · field", "Lỗi", "Error")
        for detail in error.details:
            field, message = (
                text if isinstance(text, LocalizedText) else LocalizedText(text, text)
                for text in (detail["field"], detail["message"])
            )
            place = " ".join(filter(None, (field.vi, str(detail.get("value", "")))))
            table.add_row(*(escape(cell) for cell in (place, message.vi, message.en)))
        console.print(table)
