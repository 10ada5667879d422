"""Who works in the spa: in which branches, and what they perform."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import changes_of
from app.common.types.localized import LocalizedText
from app.core.exceptions import (
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ValidationException,
    ZenSpaException,
)
from app.db.errors import translate_integrity_errors
from app.db.queries import get_row
from app.modules.branch.branch_service import BranchNotFound
from app.modules.catalogue.catalogue_service import ServiceNotFound
from app.modules.identity.access import CurrentUser
from app.modules.identity.identity_service import UserNotFound
from app.modules.identity.roles import Role
from app.modules.resource.appointments import add_staff_resource
from app.modules.staff.staff_models import Shift, Staff, StaffBranch, StaffSkill, WeeklyShift
from app.modules.staff.staff_schemas import (
    MAX_STAFF,
    StaffCreate,
    StaffListQuery,
    StaffRead,
    StaffUpdate,
    backwards,
)

# The one thing asked of another module's table: by the services it would be a question for each shift.
_SHIFT_OUTSIDE = text("""
SELECT EXISTS (
    SELECT FROM shift JOIN branch ON branch.id = shift.branch_id
        CROSS JOIN LATERAL (SELECT (lower(during) AT TIME ZONE branch.time_zone)::date AS day) AS its
    WHERE shift.staff_id = :staff_id AND (day < :first_day OR day > :last_day)
)
""")

_NAMED = select(Staff.id, Staff.full_name)


class StaffNotFound(NotFoundException):
    code = "STAFF_NOT_FOUND"
    text = LocalizedText("Không tìm thấy nhân viên này.", "There is no such member of staff.")


class StaffKeyTaken(ConflictException):
    code = "STAFF_KEY_TAKEN"
    text = LocalizedText("Đã có nhân viên dùng mã này.", "Another member of staff has this key.")


class StaffUserTaken(ConflictException):
    code = "STAFF_USER_TAKEN"
    text = LocalizedText(
        "Người dùng này đã gắn với nhân viên khác.", "Another member of staff signs in as this user."
    )


class StaffHasShifts(ConflictException):
    code = "STAFF_HAS_SHIFTS"
    text = LocalizedText(
        "Vẫn còn ca làm trước ngày vào làm, sau ngày nghỉ việc, hoặc ở chi nhánh bị bỏ ra;"
        " hãy xóa hoặc giao lại các ca đó trước.",
        "There are shifts before the first day, after the last, or in a branch that is taken away;"
        " delete or hand them over first.",
    )


_REFUSALS: dict[str, type[ZenSpaException]] = {
    "staff_key_key": StaffKeyTaken,
    "staff_user_id_key": StaffUserTaken,
    "staff_user_id_fkey": UserNotFound,
    "staff_branch_branch_id_fkey": BranchNotFound,
    "staff_skill_service_id_fkey": ServiceNotFound,
}


async def list_staff(session: AsyncSession, query: StaffListQuery) -> list[StaffRead]:
    """By name, in the order of the alphabet without accents. At most 1,000: a spa has some hundreds, so there are
    no pages."""
    listed = _listing(query).limit(MAX_STAFF)
    return await _read(session, (await session.scalars(listed)).all())


def _listing(query: StaffListQuery) -> Select[Staff]:
    name_keys = func.zenspa_name_keys(Staff.full_name, type_=ARRAY(Text))
    found = select(Staff).order_by(name_keys[1], Staff.id)
    if query.branch_id is not None:
        found = found.where(
            Staff.id.in_(select(StaffBranch.staff_id).where(StaffBranch.branch_id == query.branch_id))
        )
    if query.service_id is not None:
        found = found.where(
            Staff.id.in_(select(StaffSkill.staff_id).where(StaffSkill.service_id == query.service_id))
        )
    if query.on is not None:
        found = found.where(
            Staff.employed_from <= query.on,
            or_(Staff.employed_until.is_(None), Staff.employed_until >= query.on),
        )
    return found


async def create_staff(
    session: AsyncSession, new: StaffCreate, *, by: CurrentUser | None = None
) -> StaffRead:
    """`by` is who asks; nobody: a command of the house.

    Raises:
        StaffKeyTaken, StaffUserTaken, UserNotFound, BranchNotFound, ServiceNotFound
        ForbiddenException: in one of the branches who asks is no administrator; or they name a user and are not
            administrator of the whole spa.
    """
    _must_lead_all(by, new.branch_ids)
    if new.user_id is not None:
        _must_lead_the_spa(by)
    values = dict(new) | {"bio": new.bio.localized()}
    branch_ids, service_ids = values.pop("branch_ids"), values.pop("service_ids")
    staff = Staff(id=await add_staff_resource(session), **values)
    session.add(staff)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
        await _set_branches(session, staff.id, branch_ids)
        await _set_skills(session, staff.id, service_ids)
    return await read_staff(session, staff)


async def update_staff(
    session: AsyncSession, staff_id: UUID, changes: StaffUpdate, *, by: CurrentUser | None = None
) -> StaffRead:
    """`by` is who asks; nobody: a command of the house.

    Raises:
        StaffNotFound, StaffKeyTaken, StaffUserTaken, UserNotFound, BranchNotFound, ServiceNotFound
        StaffHasShifts: before their new first day, after their new last one, or still to come in a branch that is
            taken away.
        ValidationException: the last day is before the first.
        ForbiddenException: who asks is administrator of no branch in which they work, before or after, or not of
            one that is added or taken away; or changes who signs in as them and is not administrator of the whole
            spa: nobody is to decide on what is their own by being somebody else for a moment.
    """
    staff = await get_staff(session, staff_id, lock=True)
    held = await _branches_of(session, staff_id)
    _must_lead_one(by, held)
    values = changes_of(changes)
    branch_ids, service_ids = values.pop("branch_ids", None), values.pop("service_ids", None)
    if branch_ids is not None:
        _must_lead_one(by, branch_ids)
        _must_lead_all(by, held ^ set(branch_ids))
    if values.get("user_id", staff.user_id) != staff.user_id:
        _must_lead_the_spa(by)
    for field, value in values.items():
        setattr(staff, field, value)
    await _refuse_unless_employed_for_shifts(session, staff, values)
    with translate_integrity_errors(_REFUSALS):
        await session.flush()
        if branch_ids is not None:
            await _set_branches(session, staff_id, branch_ids)
        if service_ids is not None:
            await _set_skills(session, staff_id, service_ids)
    return await read_staff(session, staff)


async def get_staff(session: AsyncSession, staff_id: UUID, *, lock: bool = False) -> Staff:
    """With `lock` nobody else changes them until the transaction ends.

    Raises:
        StaffNotFound
    """
    return await get_row(session, Staff, staff_id, StaffNotFound, lock=lock)


async def find_staff_of_user(session: AsyncSession, user_id: UUID) -> Staff | None:
    return (await session.scalars(select(Staff).where(Staff.user_id == user_id))).one_or_none()


async def names_of_staff(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    return {row.id: row.full_name for row in await session.execute(_NAMED.where(Staff.id.in_(ids)))}


async def refuse_unless_known(session: AsyncSession, staff_ids: Collection[UUID]) -> None:
    """Raises StaffNotFound. Of nobody it asks nothing."""
    if (await names_of_staff(session, staff_ids)).keys() != set(staff_ids):
        raise StaffNotFound


async def read_staff(session: AsyncSession, staff: Staff) -> StaffRead:
    """With their branches and skills."""
    [read] = await _read(session, [staff])
    return read


async def _read(session: AsyncSession, people: Sequence[Staff]) -> list[StaffRead]:
    ids = [staff.id for staff in people]
    branches: dict[UUID, list[UUID]] = defaultdict(list)
    for link in await session.scalars(select(StaffBranch).where(StaffBranch.staff_id.in_(ids))):
        branches[link.staff_id].append(link.branch_id)
    skills: dict[UUID, list[UUID]] = defaultdict(list)
    for skill in await session.scalars(select(StaffSkill).where(StaffSkill.staff_id.in_(ids))):
        skills[skill.staff_id].append(skill.service_id)
    own = StaffRead.model_fields.keys() - {"branch_ids", "service_ids"}
    return [
        StaffRead.model_validate(
            {field: getattr(staff, field) for field in own}
            | {"branch_ids": sorted(branches[staff.id]), "service_ids": sorted(skills[staff.id])}
        )
        for staff in people
    ]


def _must_lead_one(by: CurrentUser | None, branch_ids: Collection[UUID]) -> None:
    if by is None or by.holds_everywhere(Role.ADMIN):
        return
    if not any(by.holds_in(branch_id, Role.ADMIN) for branch_id in branch_ids):
        raise ForbiddenException


def _must_lead_all(by: CurrentUser | None, branch_ids: Collection[UUID]) -> None:
    for branch_id in branch_ids:
        if by is not None:
            by.must_hold_in(branch_id, Role.ADMIN)


def _must_lead_the_spa(by: CurrentUser | None) -> None:
    if by is not None and not by.holds_everywhere(Role.ADMIN):
        raise ForbiddenException


async def _refuse_unless_employed_for_shifts(
    session: AsyncSession, staff: Staff, changed: Collection[str]
) -> None:
    if staff.employed_until is not None and staff.employed_until < staff.employed_from:
        raise ValidationException.of(backwards())
    days = {
        "first_day": staff.employed_from if "employed_from" in changed else None,
        "last_day": staff.employed_until if "employed_until" in changed else None,
    }
    if any(days.values()) and await session.scalar(_SHIFT_OUTSIDE, {"staff_id": staff.id} | days):
        raise StaffHasShifts


async def _branches_of(session: AsyncSession, staff_id: UUID) -> set[UUID]:
    return set(await session.scalars(select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id)))


async def _set_branches(session: AsyncSession, staff_id: UUID, wanted: Sequence[UUID]) -> None:
    """Writes what differs, as the audit ledger tells it. With a branch goes what they work in it every week: its desk
    could not change their pattern any more, and another's is not to.

    Raises:
        StaffHasShifts: not over yet, in a branch that is taken away.
    """
    held = await _branches_of(session, staff_id)
    if removed := held - set(wanted):
        still_to_come = select(Shift.id).where(
            Shift.staff_id == staff_id,
            Shift.branch_id.in_(removed),
            func.upper(Shift.during) > func.clock_timestamp(),
        )
        if await session.scalar(still_to_come.limit(1)):
            raise StaffHasShifts
        for table in (WeeklyShift, StaffBranch):
            await session.execute(
                delete(table).where(table.staff_id == staff_id, table.branch_id.in_(removed))
            )
    session.add_all(
        StaffBranch(staff_id=staff_id, branch_id=branch_id) for branch_id in sorted(set(wanted) - held)
    )
    await session.flush()


async def _set_skills(session: AsyncSession, staff_id: UUID, wanted: Sequence[UUID]) -> None:
    held = set(await session.scalars(select(StaffSkill.service_id).where(StaffSkill.staff_id == staff_id)))
    if removed := held - set(wanted):
        await session.execute(
            delete(StaffSkill).where(StaffSkill.staff_id == staff_id, StaffSkill.service_id.in_(removed))
        )
    session.add_all(
        StaffSkill(staff_id=staff_id, service_id=service_id) for service_id in sorted(set(wanted) - held)
    )
    await session.flush()
