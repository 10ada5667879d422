"""The history of a visit for the desk: the entries of the audit ledger about it, and the therapists that edits replaced, as
events that people can read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import Bilingual
from app.db.queries import get_row
from app.modules.audit import audit_service
from app.modules.audit.audit_schemas import AuditEntryRead
from app.modules.booking.booking_errors import VisitNotFound
from app.modules.booking.booking_models import Appointment, AppointmentEdit, AppointmentTreatment, Visit
from app.modules.booking.status.status import AppointmentStatus
from app.modules.booking.visit.access import ONLINE_PROGRAM
from app.modules.booking.visit.desk_schemas import VisitEvent, VisitEventKind, VisitHistory
from app.modules.catalogue.catalogue_service import names_of_variants
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.identity_service import names_of_users
from app.modules.identity.roles import DESK
from app.modules.staff.staff_service import names_of_staff

_MOST_EVENTS = 200
_TREATMENT = AppointmentTreatment.__tablename__
_GUEST = {"customer_id", "guest_name"}
_AGREED = {"segments", "therapist_id", "gender", "bed_id"}
"""The columns of a treatment whose change people see. Its times follow from those of the guest."""


async def read_history(session: AsyncSession, user: CurrentUser, visit_id: UUID) -> VisitHistory:
    """Return what happened to a visit, newest first.

    Raises:
        VisitNotFound, ForbiddenException
    """
    authorize(user, *DESK)
    visit = await get_row(session, Visit, visit_id, VisitNotFound)
    authorize(user, *DESK, branch_id=visit.branch_id)
    guests = (await session.scalars(select(Appointment.id).where(Appointment.visit_id == visit_id))).all()
    entries = await audit_service.latest_entries_about(
        session, [visit_id, *guests], children=(_TREATMENT, "appointment_id"), limit=2 * _MOST_EVENTS
    )
    treatments = await _treatments_of(session, guests) | {
        entry.entity_id: (UUID(row["appointment_id"]), UUID(row["variant_id"]))
        for entry in entries
        if entry.entity == _TREATMENT and "variant_id" in (row := _row(entry))
    }
    services = await names_of_variants(session, {variant_id for _, variant_id in treatments.values()})
    names = {key: Bilingual(vi=name.name.vi, en=name.name.en) for key, name in services.items()}
    newest = select(AppointmentEdit).where(AppointmentEdit.appointment_id.in_(guests))
    edits = (await session.scalars(newest.order_by(AppointmentEdit.id.desc()).limit(_MOST_EVENTS))).all()
    actors = [entry.actor_id for entry in entries]
    actors += [user_id for edit in edits for user_id in (edit.user_id, edit.undone_by_id)]
    users = await names_of_users(session, {user_id for user_id in actors if user_id})
    events = [
        event
        for entry in entries
        for event in _events_of(
            entry, users.get(entry.actor_id) if entry.actor_id else None, treatments, names
        )
    ]
    events += await _reassignments(session, edits, users, treatments, names)
    events.sort(key=attrgetter("at"), reverse=True)
    return VisitHistory(events=_merge(events)[:_MOST_EVENTS])


async def _reassignments(
    session: AsyncSession,
    edits: Sequence[AppointmentEdit],
    users: Mapping[UUID, str],
    treatments: Mapping[UUID, tuple[UUID, UUID]],
    names: Mapping[UUID, Bilingual],
) -> list[VisitEvent]:
    """Return the changes of therapists by edits, and those by the undo of edits."""
    resources = {
        UUID(time["resource_id"])
        for edit in edits
        for state in (edit.before, edit.after)
        for time in state["allocations"]
    }
    staff = await names_of_staff(session, resources)
    entries = await audit_service.entries_about(session, [edit.id for edit in edits])
    edits_online = {entry.entity_id for entry in entries if entry.action == "insert" and _is_online(entry)}
    events = []
    for edit in edits:
        before, after = (_therapists_in(state, staff) for state in (edit.before, edit.after))
        for treatment_id in before.keys() & after.keys():
            if before[treatment_id] == after[treatment_id]:
                continue
            _, variant_id = treatments.get(treatment_id, (None, None))
            event: dict[str, Any] = {
                "kind": VisitEventKind.REASSIGNED,
                "appointment_id": edit.appointment_id,
                "treatment": names.get(variant_id) if variant_id else None,
            }
            was, became = before[treatment_id], after[treatment_id]
            for at, user_id, online, old, new in (
                (edit.created_at, edit.user_id, edit.id in edits_online, was, became),
                (edit.undone_at, edit.undone_by_id, False, became, was),
            ):
                if at is not None:
                    event |= {"at": at, "by": users.get(user_id) if user_id else None, "online": online}
                    events.append(VisitEvent(**event, therapists_before=old, therapists=new))
    return events


def _therapists_in(state: Mapping[str, Any], staff: Mapping[UUID, str]) -> dict[UUID, list[str]]:
    """Return the names of the therapists of each treatment, in the order of time."""
    found: dict[UUID, list[str]] = {}
    for time in sorted(state["allocations"], key=itemgetter("start")):
        name = staff.get(UUID(time["resource_id"]))
        if name is not None and name not in found.setdefault(UUID(time["treatment_id"]), []):
            found[UUID(time["treatment_id"])].append(name)
    return found


def _is_online(entry: AuditEntryRead) -> bool:
    """Return whether a guest without an account made the change, by the private link of the visit."""
    return entry.program == ONLINE_PROGRAM


def _row(entry: AuditEntryRead) -> dict[str, Any]:
    return entry.after or entry.before or {}


async def _treatments_of(session: AsyncSession, guests: Sequence[UUID]) -> dict[UUID, tuple[UUID, UUID]]:
    """Return the appointment and the variant of each treatment that is agreed now."""
    columns = (AppointmentTreatment.id, AppointmentTreatment.appointment_id, AppointmentTreatment.variant_id)
    rows = await session.execute(select(*columns).where(AppointmentTreatment.appointment_id.in_(guests)))
    return {row.id: (row.appointment_id, row.variant_id) for row in rows}


def _events_of(
    entry: AuditEntryRead,
    by: str | None,
    treatments: Mapping[UUID, tuple[UUID, UUID]],
    names: Mapping[UUID, Bilingual],
) -> Iterable[VisitEvent]:
    """Yield the events of one entry of the ledger: none, one, or several for an update of several columns."""
    before, after = entry.before or {}, entry.after or {}
    event: dict[str, Any] = {"at": entry.at, "by": by, "online": _is_online(entry)}
    event["appointment_id"] = entry.entity_id
    if entry.entity == _TREATMENT:
        appointment_id, variant_id = treatments.get(entry.entity_id, (None, None))
        event |= {
            "appointment_id": appointment_id,
            "treatment": names.get(variant_id) if variant_id else None,
        }
        if entry.action == "insert":
            yield VisitEvent(**event, kind=VisitEventKind.TREATMENT_ADDED)
        elif entry.action == "delete":
            yield VisitEvent(**event, kind=VisitEventKind.TREATMENT_DROPPED)
        elif after.keys() & _AGREED:
            yield VisitEvent(**event, kind=VisitEventKind.TREATMENT_CHANGED)
    elif entry.entity == Visit.__tablename__:
        event["appointment_id"] = None
        if entry.action == "update" and "note" in after:
            yield VisitEvent(**event, kind=VisitEventKind.NOTE)
        if entry.action == "update" and "same_room" in after:
            yield VisitEvent(**event, kind=VisitEventKind.ROOM)
    elif entry.action == "insert":
        status = AppointmentStatus(after["status"])
        yield VisitEvent(
            **event,
            kind=VisitEventKind.BOOKED,
            status=status,
            start=datetime.fromisoformat(after["starts_at"]),
        )
    elif entry.action == "update":
        yield from _changes_of_guest(event, before, after)


def _changes_of_guest(
    event: dict[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterable[VisitEvent]:
    if "status" in after:
        yield VisitEvent(**event, kind=VisitEventKind.STATUS, status=AppointmentStatus(after["status"]))
    if "starts_at" in after:
        start, start_before = (
            datetime.fromisoformat(after["starts_at"]),
            datetime.fromisoformat(before["starts_at"]),
        )
        yield VisitEvent(**event, kind=VisitEventKind.MOVED, start=start, start_before=start_before)
    if "visit_id" in after:
        yield VisitEvent(**event, kind=VisitEventKind.SPLIT)
    if after.keys() & _GUEST:
        yield VisitEvent(**event, kind=VisitEventKind.GUEST)


def _merge(events: Sequence[VisitEvent]) -> list[VisitEvent]:
    """Leave out the treatments that were agreed when the guest was booked: the booking says it."""
    booked = {(event.appointment_id, event.at) for event in events if event.kind is VisitEventKind.BOOKED}
    return [
        event
        for event in events
        if event.kind is not VisitEventKind.TREATMENT_ADDED or (event.appointment_id, event.at) not in booked
    ]
