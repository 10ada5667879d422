"""The real app in a process of its own.

async with AppProcess({"DATABASE_URL": url}) as app:
    ...  # requests to app.base_url
    app.terminate()
    assert await app.wait(15) == -signal.SIGTERM  # uvicorn ends by the signal it was sent
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, override

import httpx2

from tests.support import SOON, ServerProcess

_BACKEND = Path(__file__).resolve().parents[2]


def _uvicorn(app: str) -> Sequence[str]:
    return (
        *(sys.executable, "-m", "uvicorn", app),
        *("--host", "127.0.0.1", "--port", "{port}", "--no-access-log"),
        # On a busy machine a client of a crowd is idle for longer than uvicorn's 5 s, until the slowest has its answer.
        *("--timeout-keep-alive", f"{SOON:.0f}"),
    )


_APP = _uvicorn("app.main:app")
LONG_TIMEOUTS = _uvicorn("tests.support.long_timeouts_app:app")
"""The command of the app with the limits of long_timeouts.py."""


def app_after(setup: str) -> Sequence[str]:
    """Return a command that runs the Python statements of `setup` and then serves the app."""
    serve = "import uvicorn; uvicorn.run('app.main:app', host='127.0.0.1', port={port}, access_log=False)"
    return (sys.executable, "-c", f"{setup}; {serve}")


class AppProcess(ServerProcess):
    """The app as `command` starts it, ready when `/api/v1/health/live` answers 200.

    The app sees `env` and nothing of the developer's: no variable, no `.env`, no file of the home folder.
    The port to listen on is in PORT, and replaces `{port}` in the arguments of `command`.
    """

    def __init__(self, env: Mapping[str, str], *, command: Sequence[str] | None = None) -> None:
        self._env = env
        self._arguments = _APP if command is None else command

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def http(self, **options: Any) -> httpx2.AsyncClient:
        """Return a client of this app, with `verify=False`: to load the CAs holds the event loop for 25 ms."""
        return httpx2.AsyncClient(
            base_url=self.base_url, trust_env=False, verify=False, timeout=SOON, **options
        )

    @override
    def _command(self) -> Sequence[str]:
        return [argument.replace("{port}", str(self.port)) for argument in self._arguments]

    @override
    def _environment(self) -> Mapping[str, str]:
        base = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": tempfile.gettempdir(),  # the run finds its processes by it
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_BACKEND),  # the working directory is not the backend: a `.env` may lie there
            "PYTHONUNBUFFERED": "1",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "JOB_INTERVAL_SECONDS": "0",
            "RATE_LIMIT_PER_MINUTE": "1000000",  # all clients of a test share an address
            "SECRET_KEY": os.environ["SECRET_KEY"],  # the tests issue tokens with it
        }
        return base | dict(self._env)

    @override
    async def _answers(self) -> bool:
        try:
            async with self.http() as client:
                return (await client.get("/api/v1/health/live")).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False
