"""Find the user who runs an embedded server: PostgreSQL refuses to run as root."""

import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

if sys.platform != "win32":
    import pwd

SYSTEM_USER = "zenspa"
_ATTEMPTS = 20
_PAUSE = 0.05


class SystemUserError(Exception):
    """The user cannot be created; the message tells why."""


class RunAs(TypedDict, total=False):
    """Arguments of `subprocess` to run as another user; empty for the current one."""

    user: int
    group: int
    extra_groups: list[int]


def run_as_for(folder: Path, *, reaching: Path) -> RunAs:
    """Return the owner of `folder`. If that is root, give the folder to a system user, created when missing.

    Parent folders of `folder` and of the file `reaching` that other users cannot enter are given o+x, and no more.

    Raises:
        SystemUserError: There is no such user and it cannot be created.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    owner = folder.stat()
    if owner.st_uid != 0:  # made by an earlier run
        run_as = RunAs(user=owner.st_uid, group=owner.st_gid, extra_groups=[])
    else:
        account = _system_account()
        run_as = RunAs(user=account.pw_uid, group=account.pw_gid, extra_groups=[])
        os.chown(folder, account.pw_uid, account.pw_gid)
    for parent in {*folder.parents, *reaching.parents}:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
    return run_as


if sys.platform != "win32":

    def _system_account() -> pwd.struct_passwd:
        command = [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell=/bin/false",
            SYSTEM_USER,
        ]
        problem = ""
        for _ in range(_ATTEMPTS):  # useradd fails while another process adds the same user
            with suppress(KeyError):
                return pwd.getpwnam(SYSTEM_USER)
            try:
                useradd = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - fixed
            except FileNotFoundError:
                raise SystemUserError(
                    f"root cannot run PostgreSQL and there is no useradd: create the user {SYSTEM_USER} or start as another user"
                ) from None
            problem = useradd.stderr.strip()
            time.sleep(_PAUSE)
        raise SystemUserError(f"cannot create the system user {SYSTEM_USER}: {problem}")
