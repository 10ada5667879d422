"""The set-up file over HTTP: the whole of it at one moment, what a file would change, and its import."""

import asyncio
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import AsyncSessionLocal, claim_connection
from app.core.exceptions import PayloadTooLargeException
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role
from app.modules.setup.reader import read_file
from app.modules.setup.setup_errors import SetupChanged
from app.modules.setup.setup_schemas import SetupChanges
from app.modules.setup.setup_service import apply_setup, plan_setup, read_setup
from app.modules.setup.spa_file import SpaFile

MAX_FILE_BYTES = 1_000_000
"""The largest file over HTTP: some fifty branches. Reading it takes a core for seconds; `zenspa import spa` takes more."""


async def export_setup(user: CurrentUser, *, in_request: bool = False) -> SpaFile:
    """Return the stored set-up, all of it as it is at one moment.

    With `in_request` it waits for a connection as a request does, 2 s at most, and not as a job.

    Raises:
        SetupUnreadable
    """
    authorize(user, Role.ADMIN, everywhere=True)
    async with AsyncSessionLocal() as session:
        if in_request:
            await claim_connection(session)
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        return await read_setup(session, user)


async def preview_setup(session: AsyncSession, user: CurrentUser, file: BinaryIO) -> SetupChanges:
    """Return what an import of the file would change, and which appointments it would strand. Nothing is saved.

    The import is tried and rolled back, so what it would refuse is refused here.

    Raises:
        SetupRefused, SetupUnreadable, SetupImpossible, ItemRefused
    """
    authorize(user, Role.ADMIN, everywhere=True)
    wanted = await _read(file)
    current = await read_setup(session, user)
    plan, stranded = await apply_setup(session, user, wanted, force=True)
    await session.rollback()
    return SetupChanges.of(plan, current, wanted, stranded)


async def import_setup(
    session: AsyncSession, user: CurrentUser, file: BinaryIO, *, expected: str, force: bool
) -> SetupChanges:
    """Create and change what the file has. Return what was changed.

    Args:
        expected: The `digest` of the changes that were seen.

    Raises:
        SetupRefused, SetupUnreadable, SetupImpossible, ItemRefused, AppointmentsStranded
        SetupChanged: The changes are not the expected ones any more.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    wanted = await _read(file)
    current = await read_setup(session, user)
    plan = await plan_setup(session, user, wanted)
    if SetupChanges.of(plan, current, wanted, []).digest != expected:
        raise SetupChanged
    plan, stranded = await apply_setup(session, user, wanted, expected=plan, force=force)
    return SetupChanges.of(plan, current, wanted, stranded)


async def _read(file: BinaryIO) -> SpaFile:
    """Read a file in a thread: the parser is slow, and other requests are waiting."""
    raw = await asyncio.to_thread(file.read, MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        raise PayloadTooLargeException
    return await asyncio.to_thread(read_file, raw)
