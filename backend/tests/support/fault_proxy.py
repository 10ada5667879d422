"""A TCP proxy on 127.0.0.1 that breaks the network between the app and a real server, on command.

async with FaultProxy("127.0.0.1", postgres_port) as proxy:
    ...  # the app connects to proxy.port
    proxy.mode = Mode.STALL
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Iterator
from enum import Enum
from types import TracebackType
from typing import Self

_HOST = "127.0.0.1"
_CHUNK = 64 * 1024
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER for 0 s: close() sends RST instead of FIN
_CLOSE_ORDERLY = struct.pack("ii", 0, 0)


class Mode(Enum):
    PASS = "pass"
    """Forward bytes, half-closes and resets as they come."""
    REFUSE = "refuse"
    """Close the port, as a server that is down, and reset open connections."""
    STALL = "stall"
    """Forward nothing and lose nothing: the next PASS delivers the bytes in order."""
    BLACK_HOLE = "black hole"
    """Lose every byte. A connection that lost bytes is reset when the mode is left."""
    RESET = "reset"
    """Reset every connection, a new one as soon as it is accepted."""


class FaultProxy:
    """A proxy to `upstream` that behaves as `mode` says; both can be set at any time, from the proxy's event loop.

    A new upstream applies to new connections. When the upstream cannot be reached, the client is reset. The port
    stays the same and stays reserved, also while the proxy refuses.
    `latency` is in seconds, added to every chunk of each direction, one chunk after the other.
    `observe` is called once per connection and returns a function that gets every chunk that the client sends.
    """

    port: int

    def __init__(
        self,
        upstream_host: str,
        upstream_port: int,
        *,
        latency: float = 0,
        observe: Callable[[], Callable[[bytes], None]] | None = None,
    ) -> None:
        self.upstream = (upstream_host, upstream_port)
        self.latency = latency
        self.observe = observe
        self._mode = Mode.PASS
        self._mode_set = asyncio.Event()
        self._listener: socket.socket | None = None
        self._connections: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        # Bound and never listening: keeps the port from everyone else while the listener is closed.
        self._reservation = socket.socket()
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reservation.bind((_HOST, 0))
        self.port = self._reservation.getsockname()[1]
        self.mode = self._mode
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.mode = Mode.REFUSE
        self._reservation.close()
        if self._connections:
            await asyncio.wait([connection.task for connection in self._connections])

    @property
    def mode(self) -> Mode:
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        self._mode = mode
        self._mode_set.set()
        self._mode_set = asyncio.Event()
        for connection in self._connections:
            if mode in {Mode.REFUSE, Mode.RESET} or (
                connection.has_lost_bytes and mode is not Mode.BLACK_HOLE
            ):
                connection.task.cancel()
        if mode is Mode.REFUSE:
            self._stop_listening()
        elif self._listener is None:
            self._listen()

    async def until_it_passes(self) -> None:
        while self.mode is not Mode.PASS:
            await self._mode_set.wait()

    def _listen(self) -> None:
        self._listener = socket.create_server((_HOST, self.port), reuse_port=True)
        self._listener.setblocking(False)
        # A reader, not `sock_accept` or `start_server`: those can lose an accepted socket when stopped.
        asyncio.get_running_loop().add_reader(self._listener, self._accept, self._listener)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self, listener: socket.socket) -> None:
        try:
            client, _ = listener.accept()
        except (BlockingIOError, ConnectionError):  # the client left before it was accepted
            return
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        if self.mode is Mode.RESET:
            client.close()
            return
        connection = _Connection(self, client)
        self._connections.add(connection)
        connection.task.add_done_callback(lambda _: self._forget(connection))

    async def is_idle(self) -> bool:
        """Return whether no connection is open."""
        return not self._connections

    def _forget(self, connection: "_Connection") -> None:
        self._connections.discard(connection)
        connection.client.close()  # still open when the task was cancelled before its first step


class _Connection:
    """One client and its own connection to the upstream; cancelling `task` resets both."""

    def __init__(self, proxy: FaultProxy, client: socket.socket) -> None:
        self.client = client
        self.has_lost_bytes = False
        self._proxy = proxy
        self._loop = asyncio.get_running_loop()
        self.task = asyncio.create_task(self._carry())

    async def _carry(self) -> None:
        with (
            contextlib.suppress(OSError),  # one end broke; the other end is reset
            _reset_unless_finished(self.client) as client,
            _reset_unless_finished(socket.socket()) as upstream,
        ):
            async with asyncio.TaskGroup() as group:
                connected = group.create_task(self._connect(upstream))
                observe = self._proxy.observe() if self._proxy.observe is not None else _ignore
                group.create_task(self._pump(client, upstream, connected, observe))
                await connected
                await self._pump(upstream, client, connected, _ignore)

    async def _connect(self, upstream: socket.socket) -> None:
        await self._proxy.until_it_passes()
        await self._loop.sock_connect(upstream, self._proxy.upstream)

    async def _pump(
        self,
        source: socket.socket,
        sink: socket.socket,
        connected: asyncio.Task[None],
        observe: Callable[[bytes], None],
    ) -> None:
        while chunk := await self._receive(source):
            observe(chunk)
            if self._proxy.latency:
                await asyncio.sleep(self._proxy.latency)
            if self._proxy.mode is Mode.BLACK_HOLE:
                self.has_lost_bytes = True
                continue
            await self._proxy.until_it_passes()
            await connected
            await self._loop.sock_sendall(sink, chunk)
        await self._proxy.until_it_passes()
        await connected
        sink.shutdown(socket.SHUT_WR)

    async def _receive(self, source: socket.socket) -> bytes:
        try:
            return await self._loop.sock_recv(source, _CHUNK)
        except ConnectionError:
            await self._proxy.until_it_passes()  # a reset waits like bytes do
            raise


def _ignore(_chunk: bytes) -> None: ...


@contextlib.contextmanager
def _reset_unless_finished(sock: socket.socket) -> Iterator[socket.socket]:
    with sock:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or Nagle adds 40 ms of its own
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        yield sock
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_ORDERLY)
