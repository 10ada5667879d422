"""Real server processes and a broken network for the tests, and the base class of every server."""

import asyncio
import contextlib
import os
import signal
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from app.cli.embedded import free_port as free_port

SOON = 60.0
"""Seconds that a test waits for an event before it fails; reached on no machine unless something is broken."""


class DidNotStartError(RuntimeError):
    """A server that ended, or did not answer in time; the message ends with its output."""

    def __init__(self, problem: str, *, exit_status: int | None, output: str) -> None:
        super().__init__(f"{problem}; it wrote:\n{output}")
        self.exit_status = exit_status
        """The exit status; None when the server was still running and was killed."""
        self.output = output


class ServerProcess(ABC):
    """A server in a process of its own, which answers inside the context and is killed at its end.

    Its working directory and home is a temporary, empty folder. Its child processes are killed with it.
    """

    folder: Path
    port: int
    start_timeout = SOON
    """The longest time until it answers, in seconds."""

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zenspa-test-")))
            self.folder = top / "home"
            self.folder.mkdir()
            self._output_file = top / "output.log"
            self.port = free_port()
            output = stack.enter_context(self._output_file.open("wb"))
            self._process = await asyncio.create_subprocess_exec(
                *self._command(),
                cwd=self.folder,
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # so that its children can be killed with it
            )
            stack.push_async_callback(self._kill_all)
            await self._until_it_answers()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def pid(self) -> int:
        return self._process.pid

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    async def wait(self, timeout: float) -> int:  # noqa: ASYNC109 - every caller has one
        """Return the exit status, -N when signal N ended it; raise TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            return await self._process.wait()

    def output(self) -> str:
        """Return what the server has written to both streams; only inside the context."""
        return self._output_file.read_text(errors="replace")

    @abstractmethod
    def _command(self) -> Sequence[str]: ...

    @abstractmethod
    def _environment(self) -> Mapping[str, str]: ...

    @abstractmethod
    async def _answers(self) -> bool:
        """Return whether the server answers; an OSError also means no."""

    async def _until_it_answers(self) -> None:
        try:
            async with asyncio.timeout(self.start_timeout):
                while self._process.returncode is None:
                    with contextlib.suppress(OSError):
                        if await self._answers():
                            return
                    await asyncio.sleep(0.02)
        except TimeoutError:
            problem = f"no answer in {self.start_timeout:g} s"
        else:
            problem = f"ended with status {self._process.returncode}"
        raise DidNotStartError(problem, exit_status=self._process.returncode, output=self.output())

    async def _kill_all(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


async def eventually(condition: Callable[[], Awaitable[bool]], *, within: float = SOON) -> None:
    """Wait until the condition holds; raise TimeoutError after `within` seconds."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - other processes make the condition true
            await asyncio.sleep(0.02)
