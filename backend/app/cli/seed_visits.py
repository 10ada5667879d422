"""Visits of the demo spa: parties booked for the next days, so that its board is not empty."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
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
from app.modules.identity.access import SYSTEM_USER, CurrentUser
from app.modules.identity.identity_models import User

_DAYS = 3
_PARTIES = 8
"""Parties tried for each day of each branch. The few that do not fit are not booked."""
_HOURS = range(10, 19)


async def seed_visits(booked_by: str) -> int:
    """Book parties of sample customers in the name of the user with this email. Return how many were booked."""
    user, requests = await run_in_transaction(lambda session: _draw_requests(session, booked_by))
    booked = 0
    for number, request in enumerate(requests):
        booked += await _book(user, f"demo-{number}", request)
    return booked


async def _book(user: CurrentUser, key: str, request: VisitCreate) -> bool:
    try:
        await run_in_transaction(lambda session: create_visit(session, user, key, request))
    except ZenSpaException:
        return False
    return True


async def _draw_requests(session: AsyncSession, email: str) -> tuple[CurrentUser, list[VisitCreate]]:
    user_id = (await session.scalars(select(User.id).where(User.email == email))).one()
    customers = (await session.scalars(select(Customer.id).order_by(Customer.id).limit(100))).all()
    variants = [
        variant.id
        for category in await catalogue_service.read_catalogue(session)
        for service in category.services
        for variant in service.variants
    ]
    rng = random.Random(1)  # noqa: S311 - the demo is the same everywhere
    requests = [
        _party(rng, branch, day, customers, variants)
        for branch in await branch_service.list_branches(session)
        for day in _days_of(branch)
        for _ in range(_PARTIES)
    ]
    return replace(SYSTEM_USER, id=user_id), requests


def _days_of(branch: BranchRead) -> Iterator[date]:
    today = datetime.now(ZoneInfo(branch.time_zone)).date()
    return (today + timedelta(days=number) for number in range(1, _DAYS + 1))


def _party(
    rng: random.Random, branch: BranchRead, day: date, customers: Sequence[UUID], variants: list[UUID]
) -> VisitCreate:
    hour = time(rng.choice(_HOURS), rng.choice((0, 30)))
    guests = rng.sample(customers, rng.choice((1, 1, 1, 2)))
    return VisitCreate(
        branch_id=branch.id,
        start=datetime.combine(day, hour, ZoneInfo(branch.time_zone)),
        customer_id=guests[0],
        guests=[
            GuestBooking(customer_id=guest, treatments=[TreatmentWish(variant_id=rng.choice(variants))])
            for guest in guests
        ],
    )
