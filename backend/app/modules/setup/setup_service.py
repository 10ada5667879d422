"""Export and import of a spa's whole set-up, through the services of the modules that own its parts."""

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role
from app.modules.setup.plan import LABELS, ItemKind, Plan, plan_changes
from app.modules.setup.setup_errors import SetupChanged, SetupImpossible, SetupUnreadable
from app.modules.setup.snapshot import Snapshot, load_snapshot
from app.modules.setup.spa_file import SpaFile
from app.modules.setup.writer import Writer

_FIXED_FIELDS = {
    (ItemKind.TYPE, "kind"),
    (ItemKind.ROOM, "branch"),
    (ItemKind.RESOURCE, "type"),
    (ItemKind.RESOURCE, "branch"),
}


async def read_setup(session: AsyncSession, user: CurrentUser) -> SpaFile:
    """Return the stored set-up as a file.

    Raises:
        SetupUnreadable: a rule became stricter after the set-up was saved.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    return _file_of(await load_snapshot(session, user))


async def plan_setup(session: AsyncSession, user: CurrentUser, file: SpaFile) -> Plan:
    """Return what `apply_setup` would change.

    Raises:
        SetupUnreadable
        SetupImpossible: a room or bed would move to another branch, or a bed or device change its type.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    return _plan(_file_of(await load_snapshot(session, user)), file)


async def apply_setup(
    session: AsyncSession, user: CurrentUser, file: SpaFile, *, expected: Plan | None = None
) -> Plan:
    """Create and change what the file has. Return what was changed.

    What the file does not have stays. The lists inside an item (hours, special hours, segments, skills, weekly shifts)
    are replaced.

    Raises:
        SetupUnreadable, SetupImpossible
        SetupChanged: the plan is not the `expected` one any more.
        ItemRefused: a service refuses an item, for example to retire a bed that has appointments.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    snapshot = await load_snapshot(session, user)
    current = _file_of(snapshot)
    plan = _plan(current, file)
    if expected is not None and plan != expected:
        raise SetupChanged
    if not plan.is_empty:
        await Writer(session, user, file, plan, snapshot).write(current)
    return plan


def _file_of(snapshot: Snapshot) -> SpaFile:
    try:
        return SpaFile.model_validate(snapshot.data)
    except ValidationError as invalid:
        errors = invalid.errors(include_input=False, include_url=False)
        raise SetupUnreadable(details=[describe(error) for error in errors]) from None


def _plan(current: SpaFile, file: SpaFile) -> Plan:
    plan = plan_changes(current, file)
    problems: list[dict[str, str | LocalizedText]] = [
        {
            "field": LocalizedText(f"{LABELS[kind].vi} {key}", f"{LABELS[kind].en} {key}"),
            "message": LocalizedText(
                f"`{change.field}` không đổi được: tạo mã mới và ngừng dùng mã cũ.",
                f"`{change.field}` cannot change: use a new key, and retire the old one.",
            ),
            "type": "fixed_field",
        }
        for kind, changed in plan.changed.items()
        for key, changes in changed.items()
        for change in changes
        if (kind, change.field) in _FIXED_FIELDS
    ]
    if problems:
        raise SetupImpossible(details=problems)
    return plan
