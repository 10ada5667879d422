"""Export and import of a spa's whole set-up, through the services of the modules that own its parts."""

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.core.validation_messages import describe
from app.modules.coverage.coverage_schemas import StrandedAppointment
from app.modules.coverage.coverage_service import guard_coverage
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
    session: AsyncSession,
    user: CurrentUser,
    file: SpaFile,
    *,
    expected: Plan | None = None,
    force: bool = False,
) -> tuple[Plan, list[StrandedAppointment]]:
    """Create and change what the file has. Return what was changed, and the appointments that it strands.

    What the file does not have stays. The lists inside an item (hours, special hours, segments, skills, weekly shifts)
    are replaced.

    Raises:
        SetupUnreadable, SetupImpossible
        SetupChanged: the plan is not the `expected` one any more.
        ItemRefused: a service refuses an item, for example a branch for a person who has shifts in another one.
        AppointmentsStranded: the import as a whole strands appointments, and `force` is false.
    """
    authorize(user, Role.ADMIN, everywhere=True)
    snapshot = await load_snapshot(session, user)
    current = _file_of(snapshot)
    plan = _plan(current, file)
    if expected is not None and plan != expected:
        raise SetupChanged
    if plan.is_empty:
        return plan, []
    changed = {
        kind: [snapshot.ids[kind][key] for key in plan.changed[kind]]
        for kind in (ItemKind.BRANCH, ItemKind.RESOURCE, ItemKind.STAFF)
    }
    async with guard_coverage(
        session,
        branch_ids=changed[ItemKind.BRANCH],
        resource_ids=[*changed[ItemKind.RESOURCE], *changed[ItemKind.STAFF]],
        force=force,
    ) as stranded:
        await Writer(session, user, file, plan, snapshot).write(current)
    return plan, stranded


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
