"""Change a booking: another time, other treatments, another guest, or a visit apart from the party.

Each change is one transaction, and keeps the ids: it is done completely, or nothing changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.common.schemas import changes_of
from app.db.queries import get_row
from app.modules.booking.allocation.requests import Displacement
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    GuestTwice,
    NotTogether,
)
from app.modules.booking.booking_models import Appointment, Visit
from app.modules.booking.booking_schemas import AppointmentUpdate, VisitChanged, VisitUpdate
from app.modules.booking.courses.follow import follow_courses
from app.modules.booking.editing.edits import State, load_states, record_edit
from app.modules.booking.editing.lock import Relations, lock_visit, lock_visit_of
from app.modules.booking.editing.reallocate import Guests, Terms, reallocate, refuse_past
from app.modules.booking.editing.treatments import TreatmentEdit, edit_treatments
from app.modules.booking.status.conflicts import status_conflict
from app.modules.booking.status.history import record_transitions
from app.modules.booking.status.policy import load_policy, refuse_unless_movable
from app.modules.booking.status.status import EDITABLE, MOVABLE, RELEASED, AppointmentStatus
from app.modules.booking.status.transitions import Relation
from app.modules.booking.visit.access import Actor, read_related, require_own_active
from app.modules.booking.visit.changed import changed
from app.modules.booking.visit.rows import load_rows
from app.modules.booking.visit.same_time import refuse_same_time_of
from app.modules.customer import customer_service
from app.modules.identity.access import authorize
from app.modules.identity.roles import DESK, Role
from app.redis.events import publish_branch_change


async def update_visit(
    session: AsyncSession, actor: Actor, visit_id: UUID, changes: VisitUpdate
) -> VisitChanged:
    """Move the guests who are not being treated yet, together. They keep their therapists and beds as far as possible.

    Customers move their own visits, by the same policy as they cancel them and book new ones.

    Raises:
        VisitNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable, TooLateToMove
        NotTogether: Guests who start at different times are to be in one room.
        SameTime: A guest has another appointment at that time.
        SlotTaken: With the nearest free starts.
    """
    authorize(actor, *DESK, Role.CUSTOMER)
    visit, relations = await lock_visit(session, actor, visit_id)
    sent = changes_of(changes)
    start = sent.pop("start", None)
    if sent:
        authorize(actor, *DESK, branch_id=visit.branch_id)
    terms = Terms(
        same_time_will_do=sent.pop("allow_same_time", False),
        may_stay_apart="same_room" not in sent,
        force=sent.pop("force", False),
        others_give_way=True,
    )
    moves: Sequence[Displacement] = ()
    is_about_places = start is not None or "same_room" in sent
    before = await load_states(session, relations.keys() if is_about_places else ())
    for name, value in sent.items():
        setattr(visit, name, value)
    if start is not None or sent.get("same_room"):
        rows = await load_rows(session, visit)
        movable = [guest for guest in rows.appointments if guest.status in MOVABLE]
        if not movable:
            raise status_conflict(guest.status for guest in rows.appointments)
        if start is None and len({guest.starts_at for guest in movable}) > 1:
            raise NotTogether
        guests = {guest: rows.treatments_of(guest) for guest in movable}
        if start is None:
            moves = await reallocate(session, visit, guests, movable[0].starts_at, terms)
        else:
            moves = await _move(session, actor, visit, guests, start, relations=relations, terms=terms)
    return await _finish(session, actor, visit, relations, before=before, moves=moves)


_ABOUT_THE_PERSON = {"customer_id", "guest_name", "allow_same_time"}
"""The fields that the desk may still correct when the guest has left."""


async def update_appointment(
    session: AsyncSession, actor: Actor, appointment_id: UUID, changes: AppointmentUpdate
) -> VisitChanged:
    """Change one guest, and leave the others of the party as they are. Customers can move their own guests. Of a guest who
    has left, the desk can correct the name and the customer.

    Raises:
        AppointmentNotFound, ForbiddenException, StatusConflict, HoldExpired, NotBookable, CustomerNotFound, TooLateToMove
        VariantNotFound, AddOnNotFound, and what `quote_party` raises.
        GuestTwice: The customer is another guest of the party.
        SameTime: The customer has another appointment at that time.
        SlotTaken: With the nearest free starts.
        CourseSessionBilled: A treatment is dropped that is on a closed bill.
    """
    authorize(actor, *DESK, Role.CUSTOMER)
    is_more_than_a_move = bool(changes.model_fields_set - {"start"})
    if is_more_than_a_move:
        authorize(actor, *DESK)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound)
    if changes.customer_id is not None and changes.customer_id != appointment.customer_id:
        await customer_service.require_active(session, [changes.customer_id])
    visit, relations = await lock_visit_of(session, actor, appointment_id)
    if is_more_than_a_move:
        authorize(actor, *DESK, branch_id=visit.branch_id)
    appointment = await get_row(session, Appointment, appointment_id, AppointmentNotFound, lock=True)
    is_about_the_person = changes.model_fields_set <= _ABOUT_THE_PERSON
    if appointment.status not in EDITABLE and not (
        is_about_the_person and appointment.status == AppointmentStatus.COMPLETED
    ):
        raise status_conflict([appointment.status])
    is_other_customer = changes.customer_id not in (None, appointment.customer_id)
    if is_other_customer and not changes.split_from_party:
        await _refuse_guest_twice(session, appointment, changes.customer_id)
    before = await load_states(session, () if is_about_the_person else [appointment.id])
    former_customer_id = appointment.customer_id if is_other_customer else None
    _set_guest(appointment, changes)
    moves: Sequence[Displacement] = ()
    if changes.model_fields_set & {"start", "treatments"}:
        terms = Terms(
            same_time_will_do=changes.allow_same_time,
            is_other_customer=is_other_customer,
            force=changes.force,
            others_give_way=True,
        )
        moves = await _edit(session, actor, visit, appointment, changes, relations=relations, terms=terms)
    elif is_other_customer and not changes.allow_same_time:
        await refuse_same_time_of(session, [appointment], ignored=[appointment.id])
    if changes.split_from_party and await _has_company(session, appointment):
        visit = await _split_off(session, visit, appointment)
    if is_other_customer or "treatments" in changes.model_fields_set:
        await follow_courses(
            session,
            actor.id,
            [appointment.id],
            former_treatment_ids=[
                UUID(row["id"]) for state in before.values() for row in state["treatments"]
            ],
            former_customer_id=former_customer_id,
        )
    return await _finish(session, actor, visit, relations, before=before, moves=moves)


async def _edit(  # noqa: PLR0913 - who changes what, and how
    session: AsyncSession,
    actor: Actor,
    visit: Visit,
    appointment: Appointment,
    changes: AppointmentUpdate,
    *,
    relations: Relations,
    terms: Terms,
) -> Sequence[Displacement]:
    """Change the time and the treatments of one guest."""
    rows = await load_rows(session, visit)
    before = rows.treatments_of(appointment)
    edit = TreatmentEdit(before)
    if "treatments" in changes.model_fields_set:
        edit = await edit_treatments(session, rows, appointment, changes.treatments)
    guests, terms = {appointment: edit.rows}, replace(terms, choice=edit.choice)
    if "start" in changes.model_fields_set:
        moves = await _move(session, actor, visit, guests, changes.start, relations=relations, terms=terms)
    else:
        moves = await reallocate(session, visit, guests, appointment.starts_at, terms)
    session.add_all(edit.add_ons)
    for row in before:
        if row not in edit.rows:
            await session.delete(row)
    return moves


async def _refuse_guest_twice(
    session: AsyncSession, appointment: Appointment, customer_id: UUID | None
) -> None:
    same = select(Appointment.id).where(
        Appointment.visit_id == appointment.visit_id,
        Appointment.id != appointment.id,
        Appointment.customer_id == customer_id,
        Appointment.status.not_in(RELEASED),
    )
    if await session.scalar(same.limit(1)) is not None:
        raise GuestTwice


async def _has_company(session: AsyncSession, appointment: Appointment) -> bool:
    others = select(Appointment.id).where(
        Appointment.visit_id == appointment.visit_id, Appointment.id != appointment.id
    )
    return await session.scalar(others.limit(1)) is not None


def _set_guest(appointment: Appointment, changes: AppointmentUpdate) -> None:
    if "customer_id" in changes.model_fields_set:
        appointment.customer_id = changes.customer_id
    if "guest_name" in changes.model_fields_set:
        appointment.guest_name = changes.guest_name or ""


async def _move(  # noqa: PLR0913 - who moves which guests, where to and how
    session: AsyncSession,
    actor: Actor,
    visit: Visit,
    guests: Guests,
    start: datetime,
    *,
    relations: Relations,
    terms: Terms,
) -> Sequence[Displacement]:
    """Move these guests to another start, if the actor may. What a customer moves may wait for approval again.

    Raises:
        StatusConflict, TooLateToMove, ForbiddenException, HoldExpired, NotBookable, SameTime, SlotTaken
    """
    at_desk = all(Relation.DESK in relations.get(guest.id, ()) for guest in guests)
    if any(guest.starts_at != start for guest in guests):
        await refuse_unless_movable(session, guests, relations)
        if at_desk:
            refuse_past(start)
        else:
            await require_own_active(session, actor)
    elif not at_desk:
        return ()  # a retry of a move that was done: it may be too late for another one
    moves = await reallocate(
        session, visit, guests, start, replace(terms, at_desk=at_desk, offers_later_days=True)
    )
    if not at_desk and (await load_policy(session, visit.branch_id)).approve_online:
        waiting = [guest for guest in guests if guest.status != AppointmentStatus.HELD]
        before = {guest.id: (AppointmentStatus(guest.status), AppointmentStatus.PENDING) for guest in waiting}
        await record_transitions(session, before, released=(), user_id=actor.id)
        for guest in waiting:
            guest.status = AppointmentStatus.PENDING
    return moves


async def _split_off(session: AsyncSession, visit: Visit, appointment: Appointment) -> Visit:
    """Give one guest a visit of their own. The ids of the appointment and its treatments stay."""
    new = Visit(
        id=uuid7(),
        branch_id=visit.branch_id,
        customer_id=appointment.customer_id or visit.customer_id,
        source=visit.source,
        same_room=False,
        note=visit.note,
    )
    session.add(new)
    await session.flush()
    appointment.visit_id = new.id
    return new


async def _finish(  # noqa: PLR0913 - who changed what, and what it was before
    session: AsyncSession,
    actor: Actor,
    visit: Visit,
    relations: Relations,
    *,
    before: Mapping[UUID, State],
    moves: Sequence[Displacement],
) -> VisitChanged:
    """Record the edit, and return the visit as it is now, with the guests that concern the actor."""
    await session.flush()
    edit_id = await record_edit(session, actor, before, moves)
    publish_branch_change(session, visit.branch_id)
    visit_now = await read_related(session, visit.id, relations)
    if not all(Relation.DESK in found for found in relations.values()):
        return changed(visit_now, ())
    return changed(visit_now, moves, edit_id)
