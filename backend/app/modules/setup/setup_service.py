"""A spa's whole set-up out of the database and into it, by the services of the modules it belongs to."""

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.setup.plan import LABELS, Kind, Plan, plan_changes
from app.modules.setup.setup_errors import SetupChanged, SetupImpossible, SetupUnreadable
from app.modules.setup.snapshot import Snapshot, read_snapshot
from app.modules.setup.spa_file import SpaFile
from app.modules.setup.writer import Writer

_FOR_GOOD = {(Kind.TYPE, "kind"), (Kind.ROOM, "branch"), (Kind.RESOURCE, "type"), (Kind.RESOURCE, "branch")}


async def read_setup(session: AsyncSession) -> SpaFile:
    """Raises SetupUnreadable: the rules have become stricter than what was saved by them."""
    return _file_of(await read_snapshot(session))


async def plan_setup(session: AsyncSession, file: SpaFile) -> Plan:
    """What `apply_setup` would do.

    Raises:
        SetupUnreadable
        SetupImpossible: a room or a bed is to move to another branch, or a bed to become one of another type.
    """
    return _plan(_file_of(await read_snapshot(session)), file)


async def apply_setup(session: AsyncSession, file: SpaFile, *, expected: Plan | None = None) -> Plan:
    """Creates and changes what the file has. What it does not have stays, each list within something excepted
    (hours, other hours, segments, skills, weekly shifts): those are as in the file.

    Raises:
        SetupUnreadable, SetupImpossible
        SetupChanged: this is not what was `expected`.
        ItemRefused: a service refuses, as a bed that is to retire and still has appointments.
    """
    snapshot = await read_snapshot(session)
    current = _file_of(snapshot)
    plan = _plan(current, file)
    if expected is not None and plan != expected:
        raise SetupChanged
    if not plan.is_empty:
        await Writer(session, file, plan, snapshot).write(current)
    return plan


def _file_of(snapshot: Snapshot) -> SpaFile:
    try:
        return SpaFile.model_validate(snapshot.data)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        raise SetupUnreadable(details=[describe(fault) for fault in faults]) from None


def _plan(current: SpaFile, file: SpaFile) -> Plan:
    plan = plan_changes(current, file)
    refused: list[dict[str, str | LocalizedText]] = [
        {
            "field": LocalizedText(f"{LABELS[kind].vi} {key}", f"{LABELS[kind].en} {key}"),
            "message": LocalizedText(
                f"`{change.field}` không đổi được: hãy dùng mã mới và cho cái cũ ngừng dùng.",
                f"`{change.field}` stays: use a new key, and retire the old one.",
            ),
            "type": "for_good",
        }
        for kind, changed in plan.changed.items()
        for key, changes in changed.items()
        for change in changes
        if (kind, change.field) in _FOR_GOOD
    ]
    if refused:
        raise SetupImpossible(details=refused)
    return plan
