"""Visits over HTTP: parse, call the service, answer."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.router import ApiRouter
from app.modules.availability.quote import AddOnDoesNotFit, BedDoesNotFit, NoTherapistNeeded, NotOffered
from app.modules.booking import booking_service
from app.modules.booking.booking_errors import (
    AppointmentNotFound,
    HoldExpired,
    NotBookableThen,
    NotTogether,
    StatusConflict,
    TimeTaken,
    TooEarlyForNoShow,
    TooEarlyToArrive,
    TooLateToCancel,
    TooManyHolds,
    TooManyVisits,
    TooShort,
    TreatmentNotFound,
    VisitNotFound,
)
from app.modules.booking.booking_schemas import (
    AppointmentUpdate,
    StatusChange,
    VisitCreate,
    VisitListQuery,
    VisitPage,
    VisitRead,
    VisitUpdate,
)
from app.modules.booking.editing import reschedule
from app.modules.booking.status import change_status
from app.modules.booking.visit import access
from app.modules.branch.branch_service import BranchNotFound
from app.modules.catalogue.catalogue_service import AddOnNotFound, VariantNotFound
from app.modules.customer.customer_service import CustomerArchived, CustomerNotFound
from app.modules.identity.access import AnyRole, CurrentUser, Desk, Requires
from app.modules.identity.roles import Role
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_service import StaffNotFound

visits = ApiRouter(prefix=f"{API_V1}/visits", tags=["Visits"])
appointments = ApiRouter(prefix=f"{API_V1}/appointments", tags=["Visits"])
DeskOrCustomer = Annotated[CurrentUser, Requires(Role.ADMIN, Role.RECEPTIONIST, Role.CUSTOMER)]
_WISHES = (
    VariantNotFound,
    AddOnNotFound,
    StaffNotFound,
    ResourceNotFound,
    NotOffered,
    AddOnDoesNotFit,
    NoTherapistNeeded,
    BedDoesNotFit,
    TimeTaken,
    NotBookableThen,
)


@visits.post(
    "",
    status_code=201,
    responses=error_responses(
        BranchNotFound,
        CustomerNotFound,
        CustomerArchived,
        *_WISHES,
        TooManyHolds,
        TooManyVisits,
        IdempotencyInFlight,
        IdempotencyKeyReused,
    ),
)
async def create_visit(
    user: DeskOrCustomer, session: SessionDep, key: IdempotencyKey, new: VisitCreate
) -> VisitRead:
    """Books a party, or holds a time for it, or takes in who stands at the desk.

    Who does what where is chosen here, by the wishes. When somebody was faster the answer is 409, and `details` has the nearest starts that are free (`alternative`); when it could not be then anyhow, also the reasons (`why`). A customer books for themselves, by the grid, the notice and the horizon of the branch; the desk for anybody, from now on.
    """
    return await booking_service.create_visit(session, user, key, new)


@visits.get("", responses=error_responses(BranchNotFound, CustomerNotFound))
async def list_visits(
    user: DeskOrCustomer, session: SessionDep, query: Annotated[VisitListQuery, Query()]
) -> VisitPage:
    """Lists visits, newest first: customers theirs, the desk those of its branches. What a branch has on a day is on its board."""
    return await booking_service.list_visits(session, user, query)


@visits.get("/{visit_id}", responses=error_responses(VisitNotFound))
async def get_visit(user: AnyRole, session: SessionDep, visit_id: UUID) -> VisitRead:
    """One visit; of a party to which they only belong, customers and therapists see their own guest."""
    return await access.read_visible_visit(session, user, visit_id)


@visits.patch(
    "/{visit_id}",
    responses=error_responses(
        VisitNotFound, StatusConflict, HoldExpired, TimeTaken, NotBookableThen, NotTogether
    ),
)
async def update_visit(user: Desk, session: SessionDep, visit_id: UUID, changes: VisitUpdate) -> VisitRead:
    """Moves a whole party to another time, or into one room. Everybody stays with who does it now as far as that is possible; when it does not fit nothing changes."""
    return await reschedule.update_visit(session, user, visit_id, changes)


@visits.put(
    "/{visit_id}/status",
    responses=error_responses(
        VisitNotFound,
        AppointmentNotFound,
        StatusConflict,
        HoldExpired,
        TooLateToCancel,
        TooEarlyToArrive,
        TooEarlyForNoShow,
    ),
)
async def set_visit_status(
    user: AnyRole, session: SessionDep, visit_id: UUID, change: StatusChange
) -> VisitRead:
    """Confirms, checks in, completes, cancels: the whole party, or some of its guests.

    Customers confirm and cancel what is theirs, therapists say how far their guests are, the desk does all of it. A no-show of today who is there after all, named by id unless nobody else of the party came, has arrived, and has their time again where nobody has taken it; else they take nothing until they are moved. Asked for again, what is so already stays as it is.
    """
    return await change_status.set_status(session, user, visit_id, change)


@appointments.patch(
    "/{appointment_id}",
    responses=error_responses(
        AppointmentNotFound,
        TreatmentNotFound,
        CustomerNotFound,
        CustomerArchived,
        StatusConflict,
        HoldExpired,
        TooShort,
        *_WISHES,
    ),
)
async def update_appointment(
    user: Desk, session: SessionDep, appointment_id: UUID, changes: AppointmentUpdate
) -> VisitRead:
    """Changes one guest: another time, therapist or bed, a treatment more or less, longer, apart from the party. When it does not fit nothing changes."""
    return await reschedule.update_appointment(session, user, appointment_id, changes)
