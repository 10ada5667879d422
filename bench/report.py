"""The results as tables, for the terminal and for docs/benchmarks.md."""

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from pathlib import Path

from rich.console import Console
from rich.table import Table

_LIBRARIES = (
    "fastapi",
    "starlette",
    "pydantic",
    "uvicorn",
    "uvloop",
    "httptools",
    "sqlalchemy",
    "asyncpg",
    "redis",
    "hiredis",
    "structlog",
    "orjson",
    "prometheus-client",
)
_KIB = 1024
_INTRODUCTION = """# Benchmarks

Written by `make bench` (bench/run.py); do not edit. Every mark is a ratio to a floor that the same run
measured; times are those of this machine under its load, and no mark.
"""


@dataclass(frozen=True)
class Row:
    """One line of a table; without a target it is for information."""

    label: str
    seen: str
    target: str = ""
    reached: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.reached is None else "yes" if self.reached else "**no**"


@dataclass
class Section:
    title: str
    method: str
    """The method of the measurement, so that a reader can judge or repeat it."""
    rows: list[Row] = field(default_factory=list)


def percentile(values: Iterable[float], percent: int) -> float:
    """Return the percentile by nearest rank: one of the values, never one between two."""
    ordered = sorted(values)
    return ordered[ceil(len(ordered) * percent / 100) - 1]


def milliseconds(seconds: Sequence[float]) -> str:
    """Format seconds as `p50 3.1 ms, p95 4.0 ms, worst 9.9 ms`."""
    p50, p95 = percentile(seconds, 50) * 1000, percentile(seconds, 95) * 1000
    return f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, worst {max(seconds) * 1000:.1f} ms"


def at_most(label: str, seen: str, ratio: float, mark: float | None, floor: str) -> Row:
    """Return a row with a ratio to the floor and whether it is at most the mark, if there is one.

    Args:
        label: The work.
        seen: The absolute values.
        ratio: The work's value, divided by that of the floor.
        mark: The highest ratio.
        floor: The floor's value, such as "the p50 of its SQL"; the ratio is that of the same value of the work.
    """
    reached = None if mark is None else ratio <= mark
    target = "" if mark is None else f"≤ {mark:g} × {floor}"
    return Row(label, f"{seen}; {ratio:.2f} × {floor}", target, reached)


def machine(servers: str, load: float) -> list[Row]:
    """Describe the machine; `servers` has the versions, `load` is the load average before the run."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _KIB**3
    wrk = subprocess.run(
        ["wrk", "-v"], check=False, capture_output=True, text=True
    )  # wrk -v exits with status 1
    return [
        Row("Date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        Row("CPU", f"{_cpu_model()}, {os.cpu_count()} cores"),
        Row("Memory", f"{memory:.0f} GiB"),
        Row("System", f"{platform.system()} {platform.release()}"),
        Row("Load before the run", f"{load:.2f} (quiet is below 0.2)"),
        Row("Python", platform.python_version()),
        Row("Servers", servers),
        Row("Libraries", ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)),
        Row("Load generator", " ".join(wrk.stdout.split()[:2])),
    ]


def print_section(console: Console, section: Section) -> None:
    table = Table(title=section.title, title_justify="left", caption=section.method, caption_justify="left")
    for heading in ("", "seen", "target", "reached"):
        table.add_column(heading)
    for row in section.rows:
        table.add_row(row.label, row.seen, row.target, row.verdict.strip("*"))
    console.print(table)


def write_markdown(file: Path, machine_rows: Sequence[Row], sections: Sequence[Section]) -> None:
    lines = [_INTRODUCTION, "| machine | |", "|---|---|"]
    lines += [f"| {row.label} | {row.seen} |" for row in machine_rows]
    for section in sections:
        lines += ["", f"## {section.title}", "", section.method, ""]
        lines += ["| | seen | target | reached |", "|---|---|---|---|"]
        lines += [f"| {row.label} | {row.seen} | {row.target} | {row.verdict} |" for row in section.rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
