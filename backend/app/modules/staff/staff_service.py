"""Staff: the people who work in the spa, their branches, and the services that they perform."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, bindparam, delete, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import changes_of
from app.common.types.localized import LocalizedText
from app.core.exceptions import ValidationException, ZenSpaException
from app.db.errors import translate_integrity_errors
from app.db.queries import bounds, get_row
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.catalogue.catalogue_errors import ServiceNotFound
from app.modules.coverage.coverage_service import guard_coverage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.identity_errors import UserNotFound
from app.modules.identity.roles import DESK, TEAM, Role
from app.modules.resource.appointments import add_staff_resource, lock_resources
from app.modules.staff.staff_errors import (
    IN_REMOVED_BRANCH,
    OUTSIDE_EMPLOYMENT,
    ShiftOverlaps,
    StaffHasShifts,
    StaffKeyTaken,
    StaffNotFound,
    StaffUserTaken,
    shift_detail,
)
from app.modules.staff.staff_models import Shift, Staff, StaffBranch, StaffSkill, WeeklyShift
from app.modules.staff.staff_schemas import (
    PRIVATE_FIELDS,
    StaffCreate,
    StaffListQuery,
    StaffRead,
    StaffUpdate,
    StaffUpdated,
    date_order_error,
)

# Reads the time zones of branches in the same statement: by the service of branches it would be a query for each shift.
_SHIFTS_IN_THE_WAY = """
SELECT shift.id, lower(during) AS starts, upper(during) AS ends, branch.name AS branch, branch.time_zone
FROM shift JOIN branch ON branch.id = shift.branch_id
    CROSS JOIN LATERAL (SELECT (lower(during) AT TIME ZONE branch.time_zone)::date AS day) AS local
WHERE shift.staff_id = :staff_id AND ({condition}) ORDER BY during
"""
_OUTSIDE_EMPLOYMENT = text(_SHIFTS_IN_THE_WAY.format(condition="day < :first_day OR day > :last_day"))
_STILL_TO_COME_IN = text(
    _SHIFTS_IN_THE_WAY.format(
        condition="shift.branch_id = ANY(:branch_ids) AND upper(during) > clock_timestamp()"
    )
).bindparams(bindparam("branch_ids", type_=ARRAY(Uuid())))
_AT_THE_TIME_OF = text(
    _SHIFTS_IN_THE_WAY.format(condition="during && tstzrange(:start, :end) AND shift.id <> :shift_id")
)

_SELECT_NAMES = select(Staff.id, Staff.full_name)

_CONSTRAINT_ERRORS: dict[str, type[ZenSpaException]] = {
    "staff_key_key": StaffKeyTaken,
    "staff_user_id_key": StaffUserTaken,
    "staff_user_id_fkey": UserNotFound,
    "staff_branch_branch_id_fkey": BranchNotFound,
    "staff_skill_service_id_fkey": ServiceNotFound,
}


async def list_staff(session: AsyncSession, user: CurrentUser, query: StaffListQuery) -> list[StaffRead]:
    """Return people by their given names. A spa has hundreds: no pages.

    Raises:
        ForbiddenException: The user does not work in the spa.
    """
    authorize(user, *TEAM)
    rows = await session.scalars(_listing(query))
    people = [_hide_private_fields(user, staff) for staff in await _read(session, rows.all())]
    if query.user_id is None:
        return people
    # Not in the statement: a filter would reveal the hidden account.
    return [staff for staff in people if staff.user_id == query.user_id]


def _listing(query: StaffListQuery) -> Select[Staff]:
    listing = select(Staff).order_by(func.zenspa_name_order(Staff.full_name), Staff.id)
    if query.branch_id is not None:
        listing = listing.where(Staff.id.in_(work_in([query.branch_id])))
    if query.service_id is not None:
        listing = listing.where(
            Staff.id.in_(select(StaffSkill.staff_id).where(StaffSkill.service_id == query.service_id))
        )
    if query.on is not None:
        listing = listing.where(
            Staff.employed_from <= query.on,
            or_(Staff.employed_until.is_(None), Staff.employed_until >= query.on),
        )
    return listing


async def read_staff(session: AsyncSession, user: CurrentUser, staff_id: UUID) -> StaffRead:
    """Return one person with their branches and skills.

    Raises:
        ForbiddenException: The user does not work in the spa.
        StaffNotFound
    """
    authorize(user, *TEAM)
    [staff] = await _read(session, [await get_staff(session, staff_id)])
    return _hide_private_fields(user, staff)


async def create_staff(session: AsyncSession, user: CurrentUser, new: StaffCreate) -> StaffRead:
    """Add a person to the staff.

    Raises:
        ForbiddenException: The user is not administrator of each of the branches, or names an account and is not
            administrator of the whole spa.
        StaffKeyTaken, StaffUserTaken, UserNotFound, BranchNotFound, ServiceNotFound
    """
    authorize(user, Role.ADMIN)
    _authorize_in_all(user, new.branch_ids)
    if new.user_id is not None:
        authorize(user, Role.ADMIN, everywhere=True)
    values = dict(new) | {"bio": new.bio.localized()}
    branch_ids, service_ids = values.pop("branch_ids"), values.pop("service_ids")
    staff = Staff(id=await add_staff_resource(session), **values)
    session.add(staff)
    with translate_integrity_errors(_CONSTRAINT_ERRORS):
        await session.flush()
        await _set_branches(session, staff.id, branch_ids)
        await _set_skills(session, staff.id, service_ids)
    [created] = await _read(session, [staff])
    return created


async def update_staff(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, changes: StaffUpdate
) -> StaffUpdated:
    """Change the fields that were sent.

    Raises:
        ForbiddenException: The user is not administrator of a branch where the person works, before and after, or
            not of each branch that is added or taken away; or changes the account and is not administrator of the
            whole spa: otherwise one could use another account for a moment to decide on one's own requests.
        StaffNotFound, StaffKeyTaken, StaffUserTaken, UserNotFound, BranchNotFound, ServiceNotFound
        StaffHasShifts: There are shifts before the new first day, after the new last day, or still to come in a branch
            that is taken away.
        AppointmentsStranded: Appointments need a skill that is taken away, or the gender, and `force` was not sent.
        ValidationException: The last day is before the first.
    """
    authorize(user, Role.ADMIN)
    staff = await get_staff(session, staff_id, lock=True)
    values = changes_of(changes)
    force = values.pop("force", False)
    branch_ids, service_ids = values.pop("branch_ids", None), values.pop("service_ids", None)
    await _authorize_update(session, user, staff, values, branch_ids)
    await lock_resources(session, [staff_id])
    with translate_integrity_errors(_CONSTRAINT_ERRORS):
        async with guard_coverage(session, resource_ids=[staff_id], force=force) as stranded:
            for field, value in values.items():
                setattr(staff, field, value)
            await _refuse_unless_employed_for_shifts(session, staff, values)
            await session.flush()
            if branch_ids is not None:
                await _set_branches(session, staff_id, branch_ids)
            if service_ids is not None:
                await _set_skills(session, staff_id, service_ids)
    [updated] = await _read(session, [staff])
    return StaffUpdated(**dict(updated), stranded=stranded)


async def get_staff(session: AsyncSession, staff_id: UUID, *, lock: bool = False) -> Staff:
    """Return a person. `lock` keeps other transactions from changing them.

    Raises:
        StaffNotFound
    """
    return await get_row(session, Staff, staff_id, StaffNotFound, lock=lock)


async def find_staff_of_user(session: AsyncSession, user_id: UUID) -> Staff | None:
    """Return the person that this account belongs to, if there is one."""
    return (await session.scalars(select(Staff).where(Staff.user_id == user_id))).one_or_none()


async def names_of_staff(session: AsyncSession, staff_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the full names by id. An empty collection issues no query."""
    if not staff_ids:
        return {}
    rows = await session.execute(_SELECT_NAMES.where(Staff.id.in_(staff_ids)))
    return {row.id: row.full_name for row in rows}


async def refuse_unless_known(session: AsyncSession, staff_ids: Collection[UUID]) -> None:
    """Raise StaffNotFound unless all of these people exist. An empty collection issues no query."""
    if (await names_of_staff(session, staff_ids)).keys() != set(staff_ids):
        raise StaffNotFound


async def get_own_or_managed(
    session: AsyncSession, user: CurrentUser, staff_id: UUID, *roles: Role, lock: bool = False
) -> Staff:
    """Return the user's own record, or that of a person who works in a branch where the user has one of the roles.

    `lock` keeps other transactions from changing the person.

    Raises:
        StaffNotFound: No such person, or another one and the user has none of the roles: the two answers are the same.
        ForbiddenException: The person works in other branches only.
    """
    staff = await get_staff(session, staff_id, lock=lock)
    if staff.user_id == user.id:
        return staff
    if not user.holds(*roles):
        raise StaffNotFound
    await require_manager(session, user, staff_id, *roles)
    return staff


async def list_therapists(session: AsyncSession, branch_id: UUID, on: date) -> list[StaffRead]:
    """Return who works in a branch on a day and performs a service, by their given names. The caller shows guests only
    what is public: names, genders, texts and skills."""
    listing = _listing(StaffListQuery(branch_id=branch_id, on=on))
    people = await _read(session, (await session.scalars(listing)).all())
    return [person for person in people if person.service_ids]


async def require_manager(session: AsyncSession, user: CurrentUser, staff_id: UUID, *roles: Role) -> None:
    """Refuse unless the user has one of the roles in a branch where this person works, or everywhere.

    Raises:
        ForbiddenException
    """
    branch_ids = await branches_of_staff(session, staff_id)
    if not any(user.holds_in(branch_id, *roles) for branch_id in branch_ids):
        authorize(user, *roles, everywhere=True)


def managed_by(user: CurrentUser, *roles: Role) -> Select[UUID]:
    """Select the ids of the user's own record and of everybody who works where the user has one of the roles."""
    staff_ids = select(Staff.id)
    if user.holds_everywhere(*roles):
        return staff_ids
    branch_ids = {grant.branch_id for grant in user.grants if grant.role in roles and grant.branch_id}
    return staff_ids.where(or_(Staff.user_id == user.id, Staff.id.in_(work_in(branch_ids))))


def work_in(branch_ids: Collection[UUID]) -> Select[UUID]:
    """Select the ids of everybody who works in one of these branches."""
    return select(StaffBranch.staff_id).where(StaffBranch.branch_id.in_(branch_ids))


async def branches_of_staff(session: AsyncSession, staff_id: UUID) -> set[UUID]:
    """Return the branches where a person works; none for a resource that is not a person."""
    return set(await session.scalars(select(StaffBranch.branch_id).where(StaffBranch.staff_id == staff_id)))


async def _read(session: AsyncSession, people: Sequence[Staff]) -> list[StaffRead]:
    staff_ids = [staff.id for staff in people]
    branches: dict[UUID, list[UUID]] = defaultdict(list)
    for link in await session.scalars(select(StaffBranch).where(StaffBranch.staff_id.in_(staff_ids))):
        branches[link.staff_id].append(link.branch_id)
    skills: dict[UUID, list[UUID]] = defaultdict(list)
    for skill in await session.scalars(select(StaffSkill).where(StaffSkill.staff_id.in_(staff_ids))):
        skills[skill.staff_id].append(skill.service_id)
    columns = StaffRead.model_fields.keys() - {"branch_ids", "service_ids"}
    return [
        StaffRead.model_validate(
            {field: getattr(staff, field) for field in columns}
            | {"branch_ids": sorted(branches[staff.id]), "service_ids": sorted(skills[staff.id])}
        )
        for staff in people
    ]


def _hide_private_fields(user: CurrentUser, staff: StaffRead) -> StaffRead:
    """Leave contacts and employment to the person, the desks of their branches and that of the whole spa."""
    at_their_desk = any(user.holds_in(branch_id, *DESK) for branch_id in staff.branch_ids)
    if at_their_desk or user.holds_everywhere(*DESK) or staff.user_id == user.id:
        return staff
    return staff.model_copy(update=dict.fromkeys(PRIVATE_FIELDS))


async def _authorize_update(
    session: AsyncSession,
    user: CurrentUser,
    staff: Staff,
    values: dict[str, Any],
    branch_ids: Sequence[UUID] | None,
) -> None:
    current_ids = await branches_of_staff(session, staff.id)
    _authorize_in_any(user, current_ids)
    if branch_ids is not None:
        _authorize_in_any(user, branch_ids)
        _authorize_in_all(user, current_ids ^ set(branch_ids))
    if values.get("user_id", staff.user_id) != staff.user_id:
        authorize(user, Role.ADMIN, everywhere=True)


def _authorize_in_any(user: CurrentUser, branch_ids: Collection[UUID]) -> None:
    if not any(user.holds_in(branch_id, Role.ADMIN) for branch_id in branch_ids):
        authorize(user, Role.ADMIN, everywhere=True)


def _authorize_in_all(user: CurrentUser, branch_ids: Collection[UUID]) -> None:
    for branch_id in branch_ids:
        authorize(user, Role.ADMIN, branch_id=branch_id)


async def _refuse_unless_employed_for_shifts(
    session: AsyncSession, staff: Staff, changed_fields: Collection[str]
) -> None:
    if staff.employed_until is not None and staff.employed_until < staff.employed_from:
        raise ValidationException.of(date_order_error())
    days: dict[str, date | None] = {
        "first_day": staff.employed_from if "employed_from" in changed_fields else None,
        "last_day": staff.employed_until if "employed_until" in changed_fields else None,
    }
    if any(days.values()):
        shifts = await session.execute(_OUTSIDE_EMPLOYMENT, {"staff_id": staff.id} | days)
        _refuse_shifts(shifts, OUTSIDE_EMPLOYMENT)


def _refuse_shifts(shifts: Iterable[Sequence[Any]], reason: LocalizedText) -> None:
    """Refuse a change that shifts are in the way of, and name them.

    Raises:
        StaffHasShifts
    """
    if details := [shift_detail(*shift) for shift in shifts]:
        raise StaffHasShifts(reason, details=details)


async def refuse_overlapping(session: AsyncSession, shift: Shift) -> None:
    """Refuse a shift at whose time its person, who is locked, has another one in any branch.

    Raises:
        ShiftOverlaps
    """
    start, end = bounds(shift.during)
    parameters = {"staff_id": shift.staff_id, "shift_id": shift.id, "start": start, "end": end}
    others = (await session.execute(_AT_THE_TIME_OF, parameters)).all()
    if others:
        raise ShiftOverlaps.naming(
            [(row.id, row.starts, row.ends, row.branch, row.time_zone) for row in others]
        )


async def _set_branches(session: AsyncSession, staff_id: UUID, branch_ids: Sequence[UUID]) -> None:
    """Set the branches where a person works. Only the differences are written, so the audit ledger shows them.

    A branch that is taken away takes its weekly shifts along: its desk could not change them any more, and another
    desk may not.

    Raises:
        StaffHasShifts: There are shifts that are not over yet in a branch that is taken away.
    """
    current_ids = await branches_of_staff(session, staff_id)
    if removed := current_ids - set(branch_ids):
        shifts = await session.execute(_STILL_TO_COME_IN, {"staff_id": staff_id, "branch_ids": [*removed]})
        _refuse_shifts(shifts, IN_REMOVED_BRANCH)
        for table in (WeeklyShift, StaffBranch):
            await session.execute(
                delete(table).where(table.staff_id == staff_id, table.branch_id.in_(removed))
            )
    session.add_all(
        StaffBranch(staff_id=staff_id, branch_id=branch_id)
        for branch_id in sorted(set(branch_ids) - current_ids)
    )
    await session.flush()


async def _set_skills(session: AsyncSession, staff_id: UUID, service_ids: Sequence[UUID]) -> None:
    """Set the services that a person performs. Only the differences are written."""
    skills = select(StaffSkill.service_id).where(StaffSkill.staff_id == staff_id)
    current_ids = set(await session.scalars(skills))
    if removed := current_ids - set(service_ids):
        await session.execute(
            delete(StaffSkill).where(StaffSkill.staff_id == staff_id, StaffSkill.service_id.in_(removed))
        )
    session.add_all(
        StaffSkill(staff_id=staff_id, service_id=service_id)
        for service_id in sorted(set(service_ids) - current_ids)
    )
    await session.flush()
