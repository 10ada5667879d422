"""`zenspa`: everything an engineer or an operator starts by hand.

A command imports what it needs when it runs: `--help` stays fast, and the settings are read only by
commands that use them.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from app.cli.faults import faults_explained, run_with_database
from app.cli.numbers import grouped
from app.cli.transfer import export_cli, import_cli
from app.cli.user import user_cli

cli = typer.Typer(
    name="zenspa",
    help="ZenSpa: nền tảng cho tiệm spa · the backend a spa business runs on.",
    epilog="Settings come from the environment, then from .env: `zenspa config` shows those in force.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # its tracebacks show local variables, passwords among them
)


cli.add_typer(user_cli, name="user")
cli.add_typer(import_cli, name="import")
cli.add_typer(export_cli, name="export")


def run() -> None:
    """The console command."""
    cli()


@cli.command()
def dev() -> None:
    """Start everything for development: PostgreSQL, Redis, migrations, a demo spa, the API with reload.

    What DATABASE_URL and REDIS_HOST name is used; what they do not is started here, with its state in
    backend/.data. Ctrl-C stops all of it, and the next start goes on from there.

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
        int, typer.Option(min=1, envvar="WEB_CONCURRENCY", help="Processes; about one a core.")
    ] = 1,
    trust_proxy: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESSES",
            help="Comma list of the proxies whose X-Forwarded-For and -Proto are believed. Default: nobody.",
        ),
    ] = None,
) -> None:
    """Serve the API in production, on HOST and PORT.

    SIGTERM lets the requests in flight finish. Run `zenspa migrate` before.

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
        bool, typer.Option("--sql", help="Print the SQL of all migrations instead; needs no database.")
    ] = False,
) -> None:
    """Bring the database to the newest schema. Safe to run again, and by several at once.

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
    with faults_explained("the migration"):
        migrate()


@cli.command()
def config() -> None:
    """Show the settings in force and where each came from. Secrets are masked."""
    from app.cli.show_config import show_config

    show_config()


@cli.command()
def openapi(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; default: standard output.", dir_okay=False)
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
    customers: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many demo customers.")] = 500,
) -> None:
    """Add a believable demo spa, unless there is a branch already, and customers, unless there are any.

    The spa is three branches with their rooms, beds and devices, a catalogue, staff, and four weeks of rosters
    from today.

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
    """The settings ask for a DATABASE_URL, also when nothing is going to connect."""
    os.environ["DATABASE_URL"] = "postgresql://localhost/unused"


if __name__ == "__main__":
    run()
