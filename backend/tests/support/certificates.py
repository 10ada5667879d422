"""A certificate authority and a certificate that it has signed, made by openssl."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def certificates() -> Iterator[Path]:
    """Yield a folder with `ca.crt`, `server.key` and `server.crt`; the certificate is for 127.0.0.1 alone."""
    new_key = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    authority = "-keyout ca.key -out ca.crt -subj /CN=CA -addext keyUsage=critical,keyCertSign"
    server = (
        "-keyout server.key -out server.crt -subj /CN=server -CA ca.crt -CAkey ca.key "
        "-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PgBouncer runs as another user
        for options in (authority, server):
            command = f"{new_key} {options}".split()
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (folder / "server.key").chmod(0o644)
        yield folder
