"""Everything on a branch's day, by a constant number of questions, and what each of the team sees of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.wall_time import Span
from app.modules.board.board_schemas import (
    BoardEquipment,
    BoardGuest,
    BoardLeave,
    BoardPerson,
    BoardRead,
    BoardRoom,
)
from app.modules.booking.booking_schemas import VisitRead
from app.modules.booking.status.status import AppointmentStatus
from app.modules.booking.visit.access import staff_in
from app.modules.booking.visit.read import visits_of_day
from app.modules.branch.branch_schemas import OpenSpan
from app.modules.branch.branch_service import load_calendar
from app.modules.customer.customer_service import list_contacts
from app.modules.identity.access import CurrentUser
from app.modules.identity.roles import Role
from app.modules.resource.outages.service import outages_in_branch
from app.modules.resource.resource_schemas import ResourceListQuery
from app.modules.resource.resource_service import list_resources, list_rooms
from app.modules.staff.access import AT_THE_DESK, must_hold_in_branch
from app.modules.staff.day import list_people_at_work
from app.modules.staff.staff_service import find_staff_of_user


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a board."""

    at_the_desk: bool
    staff_id: UUID | None
    """Who they are themselves; None at the desk, which sees everybody."""


async def read_board(session: AsyncSession, user: CurrentUser, branch_id: UUID, day: date) -> BoardRead:
    """The desk sees all of its branch; a therapist who is at no desk sees their own day.

    Raises:
        ForbiddenException: of a branch in which they have no role.
        BranchNotFound
    """
    viewer = await viewer_of(session, user, branch_id)
    return seen_by(viewer, await read_day(session, branch_id, day))


async def viewer_of(session: AsyncSession, user: CurrentUser, branch_id: UUID) -> Viewer:
    """Raises ForbiddenException, BranchNotFound."""
    await must_hold_in_branch(session, user, branch_id, *AT_THE_DESK, Role.THERAPIST)
    if user.holds_in(branch_id, *AT_THE_DESK):
        return Viewer(at_the_desk=True, staff_id=None)
    staff = await find_staff_of_user(session, user.id)
    return Viewer(at_the_desk=False, staff_id=None if staff is None else staff.id)


async def read_day(session: AsyncSession, branch_id: UUID, day: date) -> BoardRead:
    """All of it, as the desk sees it.

    Raises:
        BranchNotFound
    """
    branch = await load_calendar(session, branch_id, day, day)
    during = branch.whole_day(day)
    visits = _without_expired(await visits_of_day(session, branch_id, *during))
    return BoardRead(
        branch_id=branch_id,
        day=day,
        time_zone=branch.zone.key,
        start=during.start,
        end=during.end,
        open=[OpenSpan(start=span.start, end=span.end) for span in branch.open_spans()],
        people=await _people(session, branch_id, during, visits),
        rooms=await _rooms(session, branch_id, during),
        guests=await _guests(session, visits),
        visits=visits,
    )


def seen_by(viewer: Viewer, board: BoardRead) -> BoardRead:
    """What of it is theirs to see: who is at no desk sees themselves, the guests with whom they do something, and no
    other guest of the same party."""
    if viewer.at_the_desk:
        return board
    visits = [seen for visit in board.visits if (seen := _own_part(viewer.staff_id, visit)).appointments]
    guests = {appointment.customer_id for visit in visits for appointment in visit.appointments}
    return board.model_copy(
        update={
            "people": [person for person in board.people if person.id == viewer.staff_id],
            "guests": [
                guest.model_copy(update={"phone": None}) for guest in board.guests if guest.id in guests
            ],
            "visits": visits,
        }
    )


def _own_part(staff_id: UUID | None, visit: VisitRead) -> VisitRead:
    mine = [each for each in visit.appointments if staff_id in staff_in(each)]
    return visit.model_copy(update={"appointments": mine})


def _without_expired(visits: list[VisitRead]) -> list[VisitRead]:
    """A hold that was given up is nothing that a receptionist has to know of."""
    for visit in visits:
        visit.appointments = [
            each for each in visit.appointments if each.status is not AppointmentStatus.EXPIRED
        ]
    return [visit for visit in visits if visit.appointments]


async def _people(
    session: AsyncSession, branch_id: UUID, during: Span, visits: list[VisitRead]
) -> list[BoardPerson]:
    busy = {staff_id for visit in visits for each in visit.appointments for staff_id in staff_in(each)}
    return [
        BoardPerson(
            id=person.id,
            name=person.name,
            gender=person.gender,
            shifts=person.shifts,
            leave=[BoardLeave(id=each.id, start=each.start, end=each.end) for each in person.leaves],
        )
        for person in await list_people_at_work(session, branch_id, during, also=busy)
    ]


async def _rooms(session: AsyncSession, branch_id: UUID, during: Span) -> list[BoardRoom]:
    """By key, at last what is in none."""
    outages = await outages_in_branch(session, branch_id, during)
    things: dict[UUID | None, list[BoardEquipment]] = defaultdict(list)
    for each in await list_resources(session, ResourceListQuery(branch_id=branch_id)):
        things[each.room_id].append(
            BoardEquipment(
                id=each.id,
                kind=each.kind,
                type_id=each.type_id,
                name=each.name,
                outages=outages.get(each.id, []),
            )
        )
    rooms = [
        BoardRoom(id=room.id, name=room.name, things=things.pop(room.id))
        for room in await list_rooms(session, branch_id)
        if room.id in things
    ]
    if None in things:
        rooms.append(BoardRoom(id=None, name=None, things=things[None]))
    return rooms


async def _guests(session: AsyncSession, visits: list[VisitRead]) -> list[BoardGuest]:
    ids = {visit.customer_id for visit in visits}
    ids |= {each.customer_id for visit in visits for each in visit.appointments}
    return [
        BoardGuest(**contact._asdict())
        for contact in await list_contacts(session, {each for each in ids if each is not None})
    ]
