"""The HTTP protocol of uvicorn, with limits on headers and on clients that neither send nor read.

httptools copies what it has of a header line again for every piece that arrives: a line of 20 MB holds the loop for 5 s.
And uvicorn waits for the end of the headers for ever. The app is not called until then, so it cannot refuse either. A
reverse proxy has such limits of its own; these are for a server without one. granian has them too, but it closes the
port at SIGTERM without a pause, kills a worker with a half-open body before its shutdown, and leaves the worker running
when the main process is killed (granian 2.8.9, measured 2026-11-30).
"""

import asyncio
from typing import override

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_TIMEOUT = 10.0
"""Seconds from a new connection, or from the response before, to the end of the next headers."""
WRITE_TIMEOUT = 30.0
"""Seconds in which a client has to take the 48 kB or so that wait for it."""
MAX_UNFINISHED = 64 * 1024
"""Bytes of headers, of trailers, or between two pieces of a body. The app takes 32 kB of headers."""


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection."""

    _headers_due: asyncio.TimerHandle | None = None
    _write_due: asyncio.TimerHandle | None = None
    _unfinished = 0
    """Bytes read since headers, a piece of a body or a message ended. One read, of up to 256 kB, is not divided."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self._expect_headers()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        _cancel(self._headers_due)
        _cancel(self._write_due)

    @override
    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)
        if self._unfinished > MAX_UNFINISHED and not self.transport.is_closing():
            self.send_400_response("The headers are too large.")

    @override
    def on_headers_complete(self) -> None:
        self._unfinished = 0
        _cancel(self._headers_due)
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._unfinished = 0
        super().on_message_complete()

    @override
    def on_response_complete(self) -> None:
        if not self.pipeline:
            self._expect_headers()
        super().on_response_complete()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_due = self.loop.call_later(WRITE_TIMEOUT, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        _cancel(self._write_due)

    def _expect_headers(self) -> None:
        _cancel(self._headers_due)
        self._headers_due = self.loop.call_later(HEADER_TIMEOUT, self.transport.close)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
