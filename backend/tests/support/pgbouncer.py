"""A real PgBouncer in transaction mode, Debian's: `apt-get install pgbouncer`."""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import override

from tests.support import ServerProcess

# No `ignore_startup_parameters`, no `max_prepared_statements`: this pooler refuses what any pooler refuses.
# `any` admits every client as the one user; `*` gives the one database, whatever its name.
_CONFIGURATION = """\
[databases]
* = host={host} port={port} user={user} password={password} dbname={database}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
"""
_TLS_ONLY = """\
client_tls_sslmode = require
client_tls_cert_file = {folder}/server.crt
client_tls_key_file = {folder}/server.key
"""
_UNPRIVILEGED_USER = "nobody"


def pgbouncer_available() -> bool:
    return _executable() is not None


class PgBouncer(ServerProcess):
    """A pooler on 127.0.0.1, `port`, that connects to `database` as `user`.

    It admits every client, whatever the password. All clients share `pool_size` server connections.
    With `tls`, a folder with `server.crt` and `server.key` that every user can read, it refuses plaintext.
    """

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        database: str,
        *,
        password: str = "",
        pool_size: int = 5,
        tls: Path | None = None,
    ) -> None:
        self._server = {
            "host": host,
            "port": str(port),
            "user": user,
            "password": password,
            "database": database,
        }
        self._pool_size = pool_size
        self._tls = tls

    @override
    def _command(self) -> Sequence[str]:
        executable = _executable()
        if executable is None:
            raise FileNotFoundError("pgbouncer is not installed")
        file = self.folder / "pgbouncer.ini"
        configuration = _CONFIGURATION.format(
            **{key: _quoted(value) for key, value in self._server.items()},
            listen_port=self.port,
            pool_size=self._pool_size,
        )
        if self._tls is not None:
            configuration += _TLS_ONLY.format(folder=self._tls)
        file.write_text(configuration)
        # PgBouncer refuses to run as root; with -u it reads the file and then becomes the other user.
        other_user = ["-u", _UNPRIVILEGED_USER] if os.geteuid() == 0 else []
        return [executable, *other_user, str(file)]

    @override
    def _environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder)}

    @override
    async def _answers(self) -> bool:
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.close()
        await writer.wait_closed()
        return True


def _executable() -> str | None:
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
