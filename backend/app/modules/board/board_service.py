"""A branch's day in a constant number of queries, and the part of it that each member of the team sees."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.schemas import PageQuery
from app.common.types.wall_time import Span, days_between
from app.modules.blocked_time.blocked_time_service import blocked_during
from app.modules.board.board_schemas import (
    BoardBill,
    BoardEquipment,
    BoardGuest,
    BoardLeave,
    BoardPerson,
    BoardRead,
    BoardReleased,
    BoardRoom,
    BoardStranded,
    DayUtilization,
)
from app.modules.booking.booking_schemas import VisitRead
from app.modules.booking.status.status import EDITABLE, RELEASED, AppointmentStatus
from app.modules.booking.visit.access import staff_in
from app.modules.booking.visit.read import visits_of_day
from app.modules.booking.visit.released import released_by
from app.modules.booking.visit.workload import count_workloads
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import OpenQuery, OpenSpan
from app.modules.coverage.coverage_schemas import StrandedPage
from app.modules.coverage.coverage_service import find_stranded, page_of_stranded
from app.modules.customer.customer_service import summarize_customers
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK, TEAM
from app.modules.resource.outages.service import outages_in_branch
from app.modules.resource.resource_service import resources_in_branch, rooms_in_branch
from app.modules.sale.guest_bills import read_guest_bills
from app.modules.staff.day import list_people_at_work, working_minutes
from app.modules.staff.staff_service import find_staff_of_user


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user who looks at a board: the desk sees everything, others their own part."""

    at_the_desk: bool
    staff_id: UUID | None
    """The user's own record. None at the desk, and for a user without one."""


async def read_board(session: AsyncSession, user: CurrentUser, branch_id: UUID, day: date) -> BoardRead:
    """Return the part of a branch's day that the user may see.

    Raises:
        ForbiddenException: The user does not work in the branch.
        BranchNotFound
    """
    viewer = await authorize_viewer(session, user, branch_id)
    return filter_board(viewer, await load_board(session, branch_id, day))


async def list_stranded(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, query: PageQuery
) -> StrandedPage:
    """Return a page of the branch's upcoming appointments that cannot take place as booked, the soonest first.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound, InvalidCursorException
    """
    authorize(user, *DESK, branch_id=branch_id)
    await branch_service.get_branch(session, branch_id)
    return await page_of_stranded(session, branch_id, query)


async def read_utilization(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, query: OpenQuery
) -> list[DayUtilization]:
    """Return how full each of these days is, in a constant number of statements.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound
    """
    authorize(user, *DESK, branch_id=branch_id)
    branch = await branch_service.load_calendar(session, branch_id, query.first_day, query.last_day)
    days = days_between(query.first_day, query.last_day)
    spans = [branch.midnight_to_midnight(day) for day in days]
    workloads = await count_workloads(session, branch_id, spans)
    shifts = await working_minutes(session, branch_id, spans)
    return [
        DayUtilization(
            day=day,
            is_open=bool(branch.hours[day]),
            guests=workload.guests,
            pending_guests=workload.pending,
            booked_minutes=workload.minutes,
            working_minutes=minutes,
        )
        for day, workload, minutes in zip(days, workloads, shifts, strict=True)
    ]


async def authorize_viewer(session: AsyncSession, user: CurrentUser, branch_id: UUID) -> Viewer:
    """Authorize a user to look at the boards of a branch, and return the viewer that the user is.

    Raises:
        ForbiddenException: The user does not work in the branch.
        BranchNotFound
    """
    authorize(user, *TEAM, branch_id=branch_id)
    await branch_service.get_branch(session, branch_id)
    if user.holds_in(branch_id, *DESK):
        return Viewer(at_the_desk=True, staff_id=None)
    staff = await find_staff_of_user(session, user.id)
    return Viewer(at_the_desk=False, staff_id=None if staff is None else staff.id)


async def load_board(session: AsyncSession, branch_id: UUID, day: date) -> BoardRead:
    """Return a branch's whole day, as the desk sees it.

    Raises:
        BranchNotFound
    """
    branch = await branch_service.load_calendar(session, branch_id, day, day)
    during = branch.whole_day(day)
    visits = _without_expired_holds(await visits_of_day(session, branch_id, *during))
    return BoardRead(
        branch_id=branch_id,
        day=day,
        time_zone=branch.zone.key,
        start=during.start,
        end=during.end,
        opening_hours=[OpenSpan(start=span.start, end=span.end) for span in branch.open_spans()],
        people=await _load_people(session, branch_id, during, visits),
        rooms=await _load_rooms(session, branch_id, during),
        guests=await _load_guests(session, visits),
        visits=visits,
        stranded=await _load_stranded(session, visits),
        released=await _load_released(session, visits),
        bills=await _load_bills(session, visits),
    )


def filter_board(viewer: Viewer, board: BoardRead) -> BoardRead:
    """Return the part of the board that the viewer may see.

    A therapist sees themselves and the guests they treat, without phone numbers, bills, and the rest of the party.
    """
    if viewer.at_the_desk:
        return board
    own_parts = (_own_part(viewer.staff_id, visit) for visit in board.visits)
    visits = [visit for visit in own_parts if visit.appointments]
    guest_ids = {appointment.customer_id for visit in visits for appointment in visit.appointments}
    own = [appointment for visit in visits for appointment in visit.appointments]
    own_ids = {appointment.id for appointment in own}
    own_treatments = {treatment.id for appointment in own for treatment in appointment.treatments}
    return board.model_copy(
        update={
            "people": [person for person in board.people if person.id == viewer.staff_id],
            "guests": [
                guest.model_copy(update={"phone": None, "phone_owner": None})
                for guest in board.guests
                if guest.id in guest_ids
            ],
            "visits": visits,
            "stranded": [entry for entry in board.stranded if entry.appointment_id in own_ids],
            "released": [entry for entry in board.released if entry.treatment_id in own_treatments],
            "bills": [],
        }
    )


def _own_part(staff_id: UUID | None, visit: VisitRead) -> VisitRead:
    """Return the visit with the appointments in which this person works."""
    own = [appointment for appointment in visit.appointments if staff_id in staff_in(appointment)]
    return visit.model_copy(update={"appointments": own})


def _without_expired_holds(visits: list[VisitRead]) -> list[VisitRead]:
    for visit in visits:
        visit.appointments = [
            appointment
            for appointment in visit.appointments
            if appointment.status is not AppointmentStatus.EXPIRED
        ]
    return [visit for visit in visits if visit.appointments]


async def _load_people(
    session: AsyncSession, branch_id: UUID, during: Span, visits: list[VisitRead]
) -> list[BoardPerson]:
    appointments = (appointment for visit in visits for appointment in visit.appointments)
    busy = {staff_id for appointment in appointments for staff_id in staff_in(appointment)}
    people = await list_people_at_work(session, branch_id, during, also=busy)
    blocked = await blocked_during(session, [person.id for person in people], during)
    return [
        BoardPerson(
            id=person.id,
            name=person.name,
            gender=person.gender,
            shifts=person.shifts,
            leave=[BoardLeave(id=leave.id, start=leave.start, end=leave.end) for leave in person.leaves],
            blocked=blocked.get(person.id, []),
        )
        for person in people
    ]


async def _load_rooms(session: AsyncSession, branch_id: UUID, during: Span) -> list[BoardRoom]:
    """Return the rooms in the order of their keys, and last the equipment that is in no room."""
    outages = await outages_in_branch(session, branch_id, during)
    resources = await resources_in_branch(session, branch_id)
    blocked = await blocked_during(session, [resource.id for resource in resources], during)
    equipment: dict[UUID | None, list[BoardEquipment]] = defaultdict(list)
    for resource in resources:
        equipment[resource.room_id].append(
            BoardEquipment(
                id=resource.id,
                kind=resource.kind,
                type_id=resource.type_id,
                name=resource.name,
                outages=outages.get(resource.id, []),
                blocked=blocked.get(resource.id, []),
            )
        )
    rooms = [
        BoardRoom(id=room.id, name=room.name, equipment=equipment.pop(room.id))
        for room in await rooms_in_branch(session, branch_id)
        if room.id in equipment
    ]
    if None in equipment:
        rooms.append(BoardRoom(id=None, name=None, equipment=equipment[None]))
    return rooms


def _ids_with(visits: list[VisitRead], statuses: Collection[AppointmentStatus]) -> list[UUID]:
    """Return the ids of the appointments that have one of these statuses."""
    return [
        appointment.id
        for visit in visits
        for appointment in visit.appointments
        if appointment.status in statuses
    ]


async def _load_stranded(session: AsyncSession, visits: list[VisitRead]) -> list[BoardStranded]:
    return [
        BoardStranded(appointment_id=entry.appointment_id, problems=entry.problems)
        for entry in await find_stranded(session, _ids_with(visits, EDITABLE))
    ]


async def _load_released(session: AsyncSession, visits: list[VisitRead]) -> list[BoardReleased]:
    released = await released_by(session, _ids_with(visits, RELEASED))
    return [
        BoardReleased(treatment_id=treatment_id, resource_ids=resource_ids)
        for treatment_id, resource_ids in sorted(released.items())
    ]


async def _load_bills(session: AsyncSession, visits: list[VisitRead]) -> list[BoardBill]:
    appointment_ids = [appointment.id for visit in visits for appointment in visit.appointments]
    return [BoardBill(**bill._asdict()) for bill in await read_guest_bills(session, appointment_ids)]


async def _load_guests(session: AsyncSession, visits: list[VisitRead]) -> list[BoardGuest]:
    customer_ids = {visit.customer_id for visit in visits}
    customer_ids |= {appointment.customer_id for visit in visits for appointment in visit.appointments}
    known = {customer_id for customer_id in customer_ids if customer_id}
    summaries = await summarize_customers(session, known)
    return [BoardGuest(**summary._asdict()) for summary in summaries]
