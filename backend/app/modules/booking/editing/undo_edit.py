"""Undo an edit: everything that one request changed of appointments gets back what it had, or nothing does.

One rule for a move, other treatments, a visit apart, a swap and a replan: each appointment must still be as the edit left
it, and what it had must be free. Shifts are not checked: a therapist who is off shift by now is listed as to be solved.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.types.localized import LocalizedText
from app.db.queries import fetch_raw, get_row
from app.modules.booking.allocation.allocations import (
    NewAllocation,
    delete_expired_holds,
    insert_allocations,
    release,
)
from app.modules.booking.booking_errors import (
    CannotUndo,
    EditNotFound,
    HoldExpired,
    NothingToUndo,
    SlotTaken,
    TooLateToUndo,
    VisitNotFound,
)
from app.modules.booking.booking_models import Appointment, AppointmentEdit, Visit
from app.modules.booking.booking_schemas import EditUndo, EditUndone
from app.modules.booking.courses.follow import follow_courses
from app.modules.booking.editing.edits import load_states
from app.modules.booking.status.transitions import UNDO_BY_DESK
from app.modules.booking.visit.read import read_visits
from app.modules.booking.visit.same_time import refuse_same_time_of
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK
from app.modules.resource.appointments import lock_resources
from app.redis.events import publish_branch_change
from app.scheduling.timegrid import this_step

_CHANGED_SINCE = LocalizedText(
    "Không hoàn tác được: lịch hẹn đã thay đổi sau đó. Hoàn tác thay đổi sau trước, hoặc sửa lịch hẹn.",
    "This cannot be undone: the appointment has changed since. Undo the newer change first, or edit it.",
)
_IS_OVER = LocalizedText(
    "Không hoàn tác được: giờ cũ đã qua. Chọn giờ khác.",
    "This cannot be undone: the earlier time is over. Choose another time.",
)
_OCCUPIED = """
SELECT DISTINCT name FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS wanted (id, since, until)
JOIN allocation ON resource_id = wanted.id AND during && tstzrange(since, until)
JOIN bookable_resource ON bookable_resource.id = wanted.id
WHERE appointment_id <> ALL($4::uuid[]) AND NOT zenspa_hold_expired(allocation.hold_expires_at) ORDER BY name
"""
# What the desk overruled when it booked may be blocked again.
_UNAVAILABLE = """
SELECT DISTINCT name FROM zenspa_unavailability($1::uuid[], $2::uuid[], $3::timestamptz[], $4::timestamptz[])
JOIN bookable_resource ON bookable_resource.id = resource_id
WHERE reason <> 'blocked' OR NOT $5 ORDER BY name
"""
# A treatment that was dropped comes back with its id and its price, and one that was added goes.
_DELETE_ADD_ONS = """
DELETE FROM appointment_add_on USING appointment_treatment AS treatment
WHERE treatment.id = appointment_treatment_id AND appointment_id = ANY($1::uuid[]) AND appointment_add_on.id NOT IN (
    SELECT id FROM jsonb_populate_recordset(NULL::appointment_add_on, $2::text::jsonb)
)
"""
_DELETE_TREATMENTS = """
DELETE FROM appointment_treatment WHERE appointment_id = ANY($1::uuid[]) AND id NOT IN (
    SELECT id FROM jsonb_populate_recordset(NULL::appointment_treatment, $2::text::jsonb)
)
"""
_WRITE_TREATMENTS = """
INSERT INTO appointment_treatment
    (id, appointment_id, position, variant_id, price, therapist_id, gender, bed_id, segments, starts_at, ends_at)
SELECT id, appointment_id, position, variant_id, price, therapist_id, gender, bed_id, segments, starts_at, ends_at
FROM jsonb_populate_recordset(NULL::appointment_treatment, $1::text::jsonb)
ON CONFLICT (id) DO UPDATE SET
    (position, therapist_id, gender, bed_id, segments, starts_at, ends_at, updated_at) = (
        excluded.position, excluded.therapist_id, excluded.gender, excluded.bed_id, excluded.segments,
        excluded.starts_at, excluded.ends_at, clock_timestamp()
    )
"""
_WRITE_ADD_ONS = """
INSERT INTO appointment_add_on (id, appointment_treatment_id, add_on_id, price, minutes)
SELECT id, appointment_treatment_id, add_on_id, price, minutes
FROM jsonb_populate_recordset(NULL::appointment_add_on, $1::text::jsonb) ON CONFLICT (id) DO NOTHING
"""
_WRITE_APPOINTMENTS = """
UPDATE appointment
SET (visit_id, status, starts_at, ends_at, overruled, updated_at) = (
    was.visit_id, was.status, was.starts_at, was.ends_at, was.overruled, clock_timestamp()
)
FROM jsonb_populate_recordset(NULL::appointment, $1::text::jsonb) AS was WHERE appointment.id = was.id
"""
_WRITE_VISITS = """
UPDATE visit SET same_room = was.same_room, updated_at = clock_timestamp()
FROM jsonb_to_recordset($1::text::jsonb) AS was (visit_id uuid, same_room boolean)
WHERE visit.id = was.visit_id AND visit.same_room <> was.same_room
"""
_DELETE_EMPTY_VISITS = """
DELETE FROM visit WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM appointment WHERE visit_id = visit.id)
"""


class _Time(NamedTuple):
    """A time in which a treatment is to have a resource again."""

    resource_id: UUID
    start: datetime
    end: datetime


async def undo_edit(session: AsyncSession, user: CurrentUser, edit_id: UUID, undo: EditUndo) -> EditUndone:
    """Take back an edit as a whole, also what other guests gave up for it.

    Raises:
        EditNotFound, ForbiddenException
        NothingToUndo: It has been undone.
        TooLateToUndo, HoldExpired
        CannotUndo: An appointment has changed since, or what it had is not free. The message says which.
        SameTime: A customer has another appointment at the earlier time by now.
        CourseSessionBilled: A treatment that the edit added is on a closed bill.
    """
    authorize(user, *DESK)
    branch_id = await _branch_of(session, edit_id)
    authorize(user, *DESK, branch_id=branch_id)
    edits = await _lock(session, edit_id)
    if any(edit.undone_at for edit in edits):
        raise NothingToUndo
    if utc_now() > edits[0].created_at + UNDO_BY_DESK:
        raise TooLateToUndo
    states = await load_states(session, [edit.appointment_id for edit in edits])
    if any(states[edit.appointment_id] != edit.after for edit in edits):
        raise CannotUndo(_CHANGED_SINCE)
    moved = [edit for edit in edits if edit.before["starts_at"] != edit.after["starts_at"]]
    if any(datetime.fromisoformat(edit.before["starts_at"]) < this_step() for edit in moved):
        raise CannotUndo(_IS_OVER)
    await _refuse_unless_free(session, branch_id, edits)
    guests = await _restore(session, edits)
    if not undo.allow_same_time:
        was_moved = {edit.appointment_id for edit in moved}
        await refuse_same_time_of(
            session, [guest for guest in guests if guest.id in was_moved], ignored=[*was_moved]
        )
    for edit in edits:
        edit.undone_at, edit.undone_by_id = utc_now(), user.id
    former = [UUID(row["id"]) for edit in edits for row in edit.after["treatments"]]
    await follow_courses(session, user.id, [guest.id for guest in guests], former_treatment_ids=former)
    publish_branch_change(session, branch_id)
    return EditUndone(visits=await read_visits(session, {guest.visit_id for guest in guests}))


async def _branch_of(session: AsyncSession, edit_id: UUID) -> UUID:
    """Return the branch of an edit.

    Raises:
        EditNotFound
    """
    branches = (
        select(Appointment.branch_id)
        .join(AppointmentEdit, AppointmentEdit.appointment_id == Appointment.id)
        .where(AppointmentEdit.edit_id == edit_id)
    )
    branch_id = await session.scalar(branches.limit(1))
    if branch_id is None:
        raise EditNotFound
    return branch_id


async def _lock(session: AsyncSession, edit_id: UUID) -> Sequence[AppointmentEdit]:
    """Lock the visits of an edit and then the resources, both by id as everywhere, and return what it changed."""
    statement = select(AppointmentEdit).where(AppointmentEdit.edit_id == edit_id).order_by(AppointmentEdit.id)
    edits = (await session.scalars(statement)).all()
    states = [state for edit in edits for state in (edit.before, edit.after)]
    for visit_id in sorted({UUID(state["visit_id"]) for state in states}):
        try:
            await get_row(session, Visit, visit_id, VisitNotFound, lock=True)
        except VisitNotFound as error:  # undone already: the visit apart is gone
            raise NothingToUndo from error
    await lock_resources(
        session, {UUID(time["resource_id"]) for state in states for time in state["allocations"]}
    )
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def _refuse_unless_free(
    session: AsyncSession, branch_id: UUID, edits: Sequence[AppointmentEdit]
) -> None:
    """Refuse if a therapist, bed or device that is to come back has another guest, or is not there.

    Raises:
        CannotUndo: With the names.
    """
    wanted = [
        _Time(UUID(time["resource_id"]), *map(datetime.fromisoformat, (time["start"], time["end"])))
        for edit in edits
        for time in edit.before["allocations"]
        if time not in edit.after["allocations"]
    ]
    if not wanted:
        return
    columns = [[*column] for column in zip(*wanted, strict=True)]
    appointment_ids = [edit.appointment_id for edit in edits]
    if occupied := await fetch_raw(session, _OCCUPIED, *columns, appointment_ids):
        raise CannotUndo(
            LocalizedText(
                f"Không hoàn tác được: {_names(occupied)} đã có khách vào giờ cũ. Chọn giờ hoặc người khác.",
                f"This cannot be undone: {_names(occupied)} has another guest at the earlier time. Choose another.",
            )
        )
    is_overruled = any(edit.before["overruled"] for edit in edits)
    branch_ids = [branch_id] * len(wanted)
    if away := await fetch_raw(session, _UNAVAILABLE, branch_ids, *columns, is_overruled):
        raise CannotUndo(
            LocalizedText(
                f"Không hoàn tác được: {_names(away)} nghỉ hoặc không dùng được vào giờ cũ. Chọn giờ hoặc người khác.",
                f"This cannot be undone: {_names(away)} is away or out of order at the earlier time. Choose another.",
            )
        )


def _names(rows: Sequence[tuple[str]]) -> str:
    return ", ".join(name for (name,) in rows)


async def _restore(session: AsyncSession, edits: Sequence[AppointmentEdit]) -> Sequence[Appointment]:
    """Write the states before the edit, and return the appointments.

    Raises:
        HoldExpired
        CannotUndo: Another transaction wrote without a lock; this one is over.
    """
    was = {edit.appointment_id: edit.before for edit in edits}
    appointment_ids = [*was]
    treatments = json.dumps([row for state in was.values() for row in state["treatments"]])
    add_ons = json.dumps([row for state in was.values() for row in state["add_ons"]])
    states = json.dumps([state | {"id": str(key)} for key, state in was.items()])
    await release(session, appointment_ids)
    await fetch_raw(session, _DELETE_ADD_ONS, appointment_ids, add_ons)
    await fetch_raw(session, _DELETE_TREATMENTS, appointment_ids, treatments)
    await fetch_raw(session, _WRITE_TREATMENTS, treatments)
    await fetch_raw(session, _WRITE_ADD_ONS, add_ons)
    await fetch_raw(session, _WRITE_APPOINTMENTS, states)
    await fetch_raw(session, _WRITE_VISITS, states)
    await fetch_raw(session, _DELETE_EMPTY_VISITS, [UUID(edit.after["visit_id"]) for edit in edits])
    guests = (
        await session.scalars(
            select(Appointment)
            .where(Appointment.id.in_(appointment_ids))
            .order_by(Appointment.id)
            .execution_options(populate_existing=True)
        )
    ).all()
    if any(guest.hold_has_expired for guest in guests):
        raise HoldExpired
    allocations = [
        NewAllocation(
            UUID(time["resource_id"]),
            datetime.fromisoformat(time["start"]),
            datetime.fromisoformat(time["end"]),
            guest.hold_expires_at,
            guest.id,
            UUID(time["treatment_id"]),
        )
        for guest in guests
        for time in was[guest.id]["allocations"]
    ]
    if allocations:
        during = Range(min(time.starts_at for time in allocations), max(time.ends_at for time in allocations))
        await delete_expired_holds(session, {time.resource_id for time in allocations}, during)
    try:
        await insert_allocations(session, allocations)
    except SlotTaken as error:
        raise CannotUndo from error
    return guests
