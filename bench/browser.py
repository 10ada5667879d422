"""Measure in a browser: a script of `frontend/bench` does it, with a job and a result as JSON."""

import json
from collections.abc import Mapping, Sequence
from contextlib import chdir

from report import percentile
from testbed import MeasurementError, Testbed

from app.cli import screens


def run_npm(*arguments: str) -> None:
    """Run npm in `frontend`.

    Raises:
        MeasurementError
    """
    try:
        with chdir(screens.BACKEND):
            screens.run_npm(arguments, quiet=True)
    except screens.ScreensError as error:
        raise MeasurementError(str(error)) from None


def measure_in_browser(testbed: Testbed, script: str, job: Mapping[str, object]) -> dict[str, list[float]]:
    """Run a script of `frontend/package.json` and return its result: milliseconds by name.

    Raises:
        MeasurementError
    """
    job_file, result_file = testbed.folder / "job.json", testbed.folder / "result.json"
    job_file.write_text(json.dumps(job), encoding="utf-8")
    run_npm("run", "--silent", script, "--", str(job_file), str(result_file))
    result: dict[str, list[float]] = json.loads(result_file.read_bytes())
    return result


def spread(milliseconds: Sequence[float]) -> str:
    """Return the middle and the worst of some times."""
    p50, p95, p99 = (percentile(milliseconds, percent) for percent in (50, 95, 99))
    return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, p99 {p99:.0f} ms, worst {max(milliseconds):.0f} ms"
