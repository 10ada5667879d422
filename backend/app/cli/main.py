"""`zenspa`: the commands of engineers and operators.

A command imports what it needs when it runs, because importing `app.core` reads the settings, and not every command needs
them.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from app.cli.database import explain_database_errors, run_with_database
from app.cli.numbers import grouped
from app.cli.screens import screens_cli
from app.cli.transfer import export_cli, import_cli
from app.cli.user import user_cli
from app.cli.vietqr import vietqr_cli

cli = typer.Typer(
    name="zenspa",
    help="ZenSpa: nền tảng cho spa · the backend a spa business runs on.",
    epilog="Settings come from the environment, then from .env: `zenspa config` shows those in force.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # its tracebacks show local variables, passwords among them
)


cli.add_typer(screens_cli, name="screens")
cli.add_typer(user_cli, name="user")
cli.add_typer(import_cli, name="import")
cli.add_typer(export_cli, name="export")
cli.add_typer(vietqr_cli, name="vietqr")


def run() -> None:
    """Run the console command."""
    cli()


@cli.command()
def dev() -> None:
    """Start everything for development: PostgreSQL, Redis, migrations, a demo spa, the API with reload.

    Servers that DATABASE_URL and REDIS_HOST name are used. The others are started here, with their state in
    backend/.data. Ctrl-C stops everything; the next start continues with the same data.

    [bold]Examples[/bold]

      zenspa dev

      PORT=8001 zenspa dev

      DATABASE_URL=postgresql://me@localhost/zenspa zenspa dev
    """
    from app.cli.dev import run_dev

    raise typer.Exit(run_dev())


@cli.command()
def serve(
    workers: Annotated[
        int, typer.Option(min=1, envvar="WEB_CONCURRENCY", help="Processes; about one per core.")
    ] = 1,
    trust_proxy: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESSES",
            help="Comma-separated proxies whose X-Forwarded-For and -Proto are trusted. Default: none.",
        ),
    ] = None,
) -> None:
    """Serve the API in production, on HOST and PORT.

    SIGTERM lets the requests in flight finish. Run `zenspa migrate` first.

    [bold]Examples[/bold]

      ENVIRONMENT=production zenspa serve --workers 4

      zenspa serve --trust-proxy 10.0.0.0/8
    """
    from app.cli.serve import serve

    serve(workers=workers, trusted_proxies=trust_proxy)


@cli.command()
def migrate(
    *,
    sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL of all migrations instead. Needs no database.")
    ] = False,
) -> None:
    """Bring the database to the newest schema. Safe to repeat, and to run several times at once.

    [bold]Examples[/bold]

      zenspa migrate

      zenspa migrate --sql > schema.sql
    """
    from app.cli.migrate import migrate

    if sql:
        _without_database()
        migrate(sql=True)
        return
    from app.core.logging import setup_logging

    setup_logging()  # shows each migration as it runs
    with explain_database_errors("the migration"):
        migrate()


@cli.command()
def config() -> None:
    """Show the settings in force and where each came from. Secrets are masked."""
    from app.cli.show_config import show_config

    show_config()


@cli.command()
def openapi(
    file: Annotated[
        Path | None, typer.Argument(help="The file to write. Default: standard output.", dir_okay=False)
    ] = None,
) -> None:
    """Print the API's OpenAPI document, from which clients are generated. Needs no database.

    [bold]Examples[/bold]

      zenspa openapi openapi.json
    """
    _without_database()
    import orjson

    from app.main import app

    document = orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if file is None:
        typer.echo(document, nl=False)
        return
    try:
        file.write_bytes(document)
    except OSError as error:
        raise typer.BadParameter(str(error)) from error


@cli.command()
def seed(
    customers: Annotated[int, typer.Option(min=1, max=1_000_000, help="The number of demo customers.")] = 500,
) -> None:
    """Add a demo spa, unless there is a branch, and demo customers, unless there are customers.

    The spa has three branches with rooms, beds and devices, a catalogue, staff, and rosters for four weeks from today.

    [bold]Examples[/bold]

      zenspa seed --customers 10000
    """
    from app.cli.seed import seed_customers, seed_spa

    async def add() -> tuple[bool, int]:
        return await seed_spa(), await seed_customers(customers)

    spa, added = run_with_database("the seeding", add)
    if spa:
        typer.echo("Spa mẫu · demo spa")
    typer.echo(f"{grouped(added)} khách hàng mẫu · demo customers")


def _without_database() -> None:
    """Set a DATABASE_URL, which the settings require, for a command that does not connect."""
    os.environ["DATABASE_URL"] = "postgresql://localhost/unused"


if __name__ == "__main__":
    run()
