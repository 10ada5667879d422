"""Visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import ApiRouter
from app.modules.availability.availability_errors import CUSTOMER_QUOTE_ERRORS, QUOTE_ERRORS
from app.modules.booking import booking_service
from app.modules.booking.allocation.contention import Admission
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    CannotSwap,
    CannotUndo,
    DepositNeeded,
    EditNotFound,
    GuestTwice,
    HoldExpired,
    NotBookable,
    NothingToUndo,
    NotTogether,
    OccurrenceBooked,
    SameTime,
    SeriesNotFound,
    SlotTaken,
    StatusConflict,
    TooEarlyForNoShow,
    TooEarlyToArrive,
    TooEarlyToComplete,
    TooLateToCancel,
    TooLateToMove,
    TooLateToUndo,
    TooManyHolds,
    TooManyVisits,
    TooShort,
    TreatmentNotFound,
    VisitNotFound,
)
from app.modules.booking.booking_schemas import (
    AppointmentsSwapped,
    AppointmentSwap,
    AppointmentUpdate,
    EditUndo,
    EditUndone,
    StatusChange,
    StatusUndo,
    VisitChanged,
    VisitCreate,
    VisitListQuery,
    VisitPage,
    VisitRead,
    VisitUpdate,
)
from app.modules.booking.editing import reschedule, swap
from app.modules.booking.editing import undo_edit as edits
from app.modules.booking.status import change_status, steps, undo_status
from app.modules.booking.visit import access, history
from app.modules.booking.visit.desk_schemas import VisitHistory, VisitSteps
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.course.course_errors import CourseSessionBilled
from app.modules.customer.customer_errors import (
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
)
from app.modules.identity.access import SignedIn

visits = ApiRouter(prefix=f"{API_V1}/visits", tags=["Visits"])
appointments = ApiRouter(prefix=f"{API_V1}/appointments", tags=["Visits"])
appointment_edits = ApiRouter(prefix=f"{API_V1}/appointment-edits", tags=["Visits"])
_WISHES = (*QUOTE_ERRORS, SlotTaken, NotBookable)


@visits.post(
    "",
    status_code=201,
    responses=error_responses(
        BranchNotFound,
        CustomerNotFound,
        CustomerArchived,
        CustomerErased,
        CustomerMerged,
        *_WISHES,
        *CUSTOMER_QUOTE_ERRORS,
        SameTime,
        TooManyHolds,
        TooManyVisits,
        DepositNeeded,
        SeriesNotFound,
        OccurrenceBooked,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def create_visit(
    received_at: Admission, user: SignedIn, session: SessionDep, key: IdempotencyKey, visit: VisitCreate
) -> VisitChanged:
    """Book a party, hold a time for it, or take in a walk-in.

    Therapists, beds and devices are chosen here, according to the guests' wishes. If the time is taken the response
    is 409, and `details` lists the nearest free starts (`alternative`) and, if the time was impossible anyway, the
    reasons (`reason`). A customer books for themselves, within the grid, the notice and the horizon of the branch;
    the desk books for any customer, from now on. If the party fits only when guests without a wish get another
    therapist or bed, they do, and the desk sees it in `reassigned`. A customer who has another appointment at that time cannot book; the
    desk confirms it by `allow_same_time`.
    """
    return await booking_service.create_visit(session, user, key, visit, received_at=received_at)


@visits.get("", responses=error_responses(BranchNotFound, CustomerNotFound))
async def list_visits(
    user: SignedIn, session: SessionDep, query: Annotated[VisitListQuery, Query()]
) -> VisitPage:
    """List visits, newest first: customers see their own, the desk those of its branches. For a day of a branch, read
    its board."""
    return await booking_service.list_visits(session, user, query)


@visits.get("/{visit_id}", responses=error_responses(VisitNotFound))
async def get_visit(user: SignedIn, session: SessionDep, visit_id: UUID) -> VisitRead:
    """Get a visit. In a party that another customer booked, customers and therapists see only their own guest."""
    return await access.read_visible_visit(session, user, visit_id)


@visits.get("/{visit_id}/steps", responses=error_responses(VisitNotFound))
async def get_visit_steps(user: SignedIn, session: SessionDep, visit_id: UUID) -> VisitSteps:
    """Get what the user may do now with the status of each guest: the statuses that can be requested, the step that can be
    undone, and until when cancelling is free. It changes with the time: a no-show, for example, is possible after the grace
    period."""
    return await steps.read_steps(session, user, visit_id)


@visits.get("/{visit_id}/history", responses=error_responses(VisitNotFound))
async def get_visit_history(user: SignedIn, session: SessionDep, visit_id: UUID) -> VisitHistory:
    """Get who changed what of a visit and when, newest first. For the desk."""
    return await history.read_history(session, user, visit_id)


@visits.patch(
    "/{visit_id}",
    responses=error_responses(
        VisitNotFound,
        CustomerArchived,
        CustomerErased,
        CustomerMerged,
        StatusConflict,
        HoldExpired,
        SlotTaken,
        NotBookable,
        NotTogether,
        SameTime,
        TooLateToMove,
    ),
)
async def update_visit(
    user: SignedIn, session: SessionDep, visit_id: UUID, changes: VisitUpdate
) -> VisitChanged:
    """Move a whole party to another time, or into one room. Guests keep their therapists and beds as far as possible.
    Others give way as they do for a booking. If it does not fit, nothing changes.

    A customer can send `start` alone: until the time at which it could still be cancelled, and to a start within the
    grid, the notice and the horizon of the branch. Where the branch approves bookings, it waits for approval again.
    """
    return await reschedule.update_visit(session, user, visit_id, changes)


@visits.put(
    "/{visit_id}/status",
    responses=error_responses(
        VisitNotFound,
        AppointmentNotFound,
        StatusConflict,
        HoldExpired,
        DepositNeeded,
        TooLateToCancel,
        TooEarlyToArrive,
        TooEarlyToComplete,
        TooEarlyForNoShow,
        SlotTaken,
        SameTime,
    ),
)
async def set_visit_status(
    user: SignedIn, session: SessionDep, visit_id: UUID, change: StatusChange
) -> VisitRead:
    """Confirm, check in, complete or cancel a whole party, or some of its guests.

    Customers confirm and cancel their own appointments, therapists report the progress of their guests, the desk does
    all of it. A no-show who comes after all on the same day is checked in, and gets the time back if it is still
    free; name the guest by id if others of the party came. If they have booked that time again, the desk confirms it by
    `allow_same_time`. A guest who is served before their start is moved to now,
    outside opening hours and shifts only with `force`. A guest in service keeps therapist and bed until they are completed; what is left then is free at once. Repeating a
    request changes nothing.
    """
    return await change_status.set_status(session, user, visit_id, change)


@visits.post(
    "/{visit_id}/undo",
    responses=error_responses(
        VisitNotFound,
        AppointmentNotFound,
        NothingToUndo,
        TooLateToUndo,
        SlotTaken,
        SameTime,
        NotBookable,
        TooManyVisits,
        TooEarlyToComplete,
        TooEarlyForNoShow,
        CustomerErased,
        CustomerMerged,
        CustomerArchived,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def undo_visit_status(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, visit_id: UUID, undo: StatusUndo
) -> VisitRead:
    """Take back a change of status that was made by mistake.

    The user who made it can undo it for 10 minutes, and the desk any for 24 hours; one step after the other. A
    guest who was cancelled, declined or a no-show gets the time back, with the same therapist and bed if these are
    free; if the time is taken, nothing changes. The end of a hold cannot be undone.
    """
    return await undo_status.undo_status(session, user, key, visit_id, undo)


@appointments.patch(
    "/{appointment_id}",
    responses=error_responses(
        AppointmentNotFound,
        TreatmentNotFound,
        CustomerNotFound,
        CustomerArchived,
        CustomerErased,
        CustomerMerged,
        StatusConflict,
        HoldExpired,
        TooLateToMove,
        TooShort,
        GuestTwice,
        SameTime,
        CourseSessionBilled,
        *_WISHES,
    ),
)
async def update_appointment(
    user: SignedIn, session: SessionDep, appointment_id: UUID, changes: AppointmentUpdate
) -> VisitChanged:
    """Change one guest: another time, therapist, bed or length, more or fewer treatments, or a visit apart from the
    party. Others give way as they do for a booking. If it does not fit, nothing changes. A customer can send `start` alone, as for a whole visit."""
    return await reschedule.update_appointment(session, user, appointment_id, changes)


@appointments.post(
    "/{appointment_id}/swap",
    responses=error_responses(
        AppointmentNotFound,
        StatusConflict,
        HoldExpired,
        NotBookable,
        CannotSwap,
        SameTime,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def swap_appointments(
    user: SignedIn, session: SessionDep, key: IdempotencyKey, appointment_id: UUID, exchange: AppointmentSwap
) -> AppointmentsSwapped:
    """Let two appointments exchange their therapists, beds or starts, also when every other time is taken.

    Both move, or none: each must fit, by skill, gender, type of bed, hours and shifts. A guest keeps a therapist asked
    for by name, and a party that is to be in one room stays there.
    """
    return await swap.swap_appointments(session, user, key, appointment_id, exchange)


@appointment_edits.post(
    "/{edit_id}/undo",
    responses=error_responses(
        EditNotFound,
        NothingToUndo,
        TooLateToUndo,
        CannotUndo,
        HoldExpired,
        SameTime,
        CourseSessionBilled,
    ),
)
async def undo_edit(user: SignedIn, session: SessionDep, edit_id: UUID, undo: EditUndo) -> EditUndone:
    """Take back an edit: a move, other treatments, a visit apart, a swap or a replan, with what other guests gave up for it.

    Everybody gets back exactly what they had, with therapist, bed and price, or nothing changes: if an appointment has
    changed since, or what it had is not free, the response is 409 and the message says why. For the desk, for 24 hours.
    """
    return await edits.undo_edit(session, user, edit_id, undo)
