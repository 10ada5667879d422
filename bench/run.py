"""`make bench`: measure the speed of the app on this machine, in one run.

A full run writes docs/benchmarks.md; with --quick or --only it prints the results and writes nothing.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn, Protocol

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1] / "backend")
)  # to import `app`, which is not installed

import attacks
import availability
import book
import booking
import customers
import health
import imports
import link
import online
import reports
import screens
import signed_in
import start
import till
import typer
from report import Section, machine, print_section, write_markdown
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from testbed import BACKEND, FULL, QUICK, Advance, Effort, MeasurementError, Testbed

from app.cli.embedded import EmbeddedServerError

_DOCUMENT = BACKEND.parent / "docs" / "benchmarks.md"


class Part(Protocol):
    """A module that measures one thing."""

    def steps(self, effort: Effort, /) -> int: ...

    def measure(self, testbed: Testbed, effort: Effort, advance: Advance, /) -> Section: ...


_PARTS: dict[str, Part] = {
    "health": health,
    "signed-in": signed_in,
    "start": start,
    "customers": customers,
    "availability": availability,
    "booking": booking,
    "till": till,
    "reports": reports,
    "link": link,
    "online": online,
    "attacks": attacks,
    "import": imports,
    "screens": screens,
    "book": book,
}


def main(
    *,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Fewer rows and rounds: a check that everything runs, without meaningful numbers."
        ),
    ] = False,
    only: Annotated[
        Literal[
            "health",
            "signed-in",
            "start",
            "customers",
            "availability",
            "booking",
            "till",
            "reports",
            "link",
            "online",
            "attacks",
            "import",
            "screens",
            "book",
        ]
        | None,
        typer.Option(help="Run one part."),
    ] = None,
) -> None:
    """Measure the app on this machine, on servers of its own; a full run writes docs/benchmarks.md."""
    signal.signal(signal.SIGTERM, _stop)
    for tool, package in (("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(tool) is None:
            _give_up(f"{tool} is missing: apt-get install {package}")
    if len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 - one for the load, one for the worker
        _give_up("two cores are needed")
    load, console = os.getloadavg()[0], Console()
    parts = {name: part for name, part in _PARTS.items() if only in {None, name}}
    try:
        with (
            tempfile.TemporaryDirectory(prefix="zenspa-bench-") as folder,
            Testbed(Path(folder)) as testbed,
        ):
            sections = _measure(testbed, parts, QUICK if quick else FULL, console)
            machine_rows = machine(testbed.versions(), load)
    except (MeasurementError, EmbeddedServerError) as error:
        _give_up(str(error))
    for section in [Section("Machine", "", machine_rows), *sections]:
        print_section(console, section)
    if not quick and only is None:
        write_markdown(_DOCUMENT, machine_rows, sections)
        console.print(f"Written to {_DOCUMENT}")


def _measure(testbed: Testbed, parts: Mapping[str, Part], effort: Effort, console: Console) -> list[Section]:
    columns = (TextColumn("{task.description:10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # Two refreshes a second: drawing must not take the load generator's core.
    with Progress(*columns, console=console, refresh_per_second=2) as progress:
        tasks = {
            name: progress.add_task(name, start=False, total=part.steps(effort))
            for name, part in parts.items()
        }
        sections = []
        for name, part in parts.items():
            progress.start_task(tasks[name])
            sections.append(part.measure(testbed, effort, partial(progress.advance, tasks[name])))
    return sections


def _stop(_signum: int, _frame: FrameType | None) -> NoReturn:
    """Leave by an exception, so that the `with` blocks stop the servers."""
    raise SystemExit(128 + signal.SIGTERM)


def _give_up(reason: str) -> NoReturn:
    sys.stderr.write(f"bench: {reason}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    typer.run(main)
