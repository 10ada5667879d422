"""What a demo spa has before it: parties booked for the next days, so that its board shows something."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.exceptions import ZenSpaException
from app.db.transactions import run_in_transaction
from app.modules.availability.availability_schemas import TreatmentWish
from app.modules.booking.booking_schemas import GuestBooking, VisitCreate
from app.modules.booking.booking_service import create_visit
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchRead
from app.modules.catalogue import catalogue_service
from app.modules.customer.customer_models import Customer
from app.modules.identity.access import CurrentUser, Grant
from app.modules.identity.identity_models import User
from app.modules.identity.roles import Role

_DAYS = 3
_PARTIES = 8
"""Asked for on each day of each branch; the few for whom there is no time are not booked."""
_HOURS = range(10, 19)


async def seed_visits(booked_by: str) -> int:
    """Parties of sample customers, in the name of a user with this email; how many there are."""
    user, wishes = await run_in_transaction(lambda session: _wishes(session, booked_by))
    booked = 0
    for number, wish in enumerate(wishes):
        booked += await _book(user, f"demo-{number}", wish)
    return booked


async def _book(user: CurrentUser, key: str, wish: VisitCreate) -> bool:
    try:
        await run_in_transaction(lambda session: create_visit(session, user, key, wish))
    except ZenSpaException:
        return False
    return True


async def _wishes(session: AsyncSession, email: str) -> tuple[CurrentUser, list[VisitCreate]]:
    user_id = (await session.scalars(select(User.id).where(User.email == email))).one()
    customers = (await session.scalars(select(Customer.id).order_by(Customer.id).limit(100))).all()
    variants = [
        variant.id
        for category in await catalogue_service.read_catalogue(session)
        for service in category.services
        for variant in service.variants
    ]
    chance = random.Random(1)  # noqa: S311 - the same spa for everybody
    wishes = [
        _party(chance, branch, day, customers, variants)
        for branch in await branch_service.list_branches(session)
        for day in _days_of(branch)
        for _ in range(_PARTIES)
    ]
    return CurrentUser(user_id, frozenset({Grant(Role.ADMIN, None)}), None), wishes


def _days_of(branch: BranchRead) -> Iterator[date]:
    today = datetime.now(ZoneInfo(branch.time_zone)).date()
    return (today + timedelta(days=number) for number in range(1, _DAYS + 1))


def _party(
    chance: random.Random, branch: BranchRead, day: date, customers: Sequence[UUID], variants: list[UUID]
) -> VisitCreate:
    hour = time(chance.choice(_HOURS), chance.choice((0, 30)))
    guests = chance.sample(customers, chance.choice((1, 1, 1, 2)))
    return VisitCreate(
        branch_id=branch.id,
        start=datetime.combine(day, hour, ZoneInfo(branch.time_zone)),
        customer_id=guests[0],
        guests=[
            GuestBooking(customer_id=guest, treatments=[TreatmentWish(variant_id=chance.choice(variants))])
            for guest in guests
        ],
    )
