"""Visits of the demo spa: parties of today and of the next days, so that its board is not empty, and one series.

A party whose time has passed came without a booking: it is in service or completed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.core.exceptions import ZenSpaException
from app.db.transactions import run_in_transaction
from app.modules.availability.availability_schemas import TreatmentWish
from app.modules.booking.booking_schemas import GuestBooking, VisitCreate
from app.modules.booking.booking_service import create_visit
from app.modules.booking.series.schemas import Repetition, SeriesCreate
from app.modules.booking.series.service import create_series, preview_series
from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import BranchRead
from app.modules.catalogue import catalogue_service
from app.modules.customer.customer_models import Customer
from app.modules.identity.access import SYSTEM_USER, CurrentUser
from app.modules.identity.identity_models import User

_DAYS = 3
_PARTIES = 12
"""Parties tried for each day of each branch. The few that do not fit are not booked."""
_WEEKS = 4
"""The visits of the series: the demo spa has shifts for as many weeks."""
_HOURS = range(10, 19)


async def seed_visits(booked_by: str) -> int:
    """Book parties of sample customers in the name of the user with this email. Return how many were booked.

    The first customer comes every week for a month, on the first day and hour that are free in each of the weeks.
    """
    user, series, requests = await run_in_transaction(lambda session: _draw_requests(session, booked_by))
    booked = 0
    for weekly in series:
        if booked := await _book_series(user, weekly):
            break
    for number, request in enumerate(requests):
        booked += await _book(user, f"demo-{number}", request)
    return booked


async def _book_series(user: CurrentUser, request: SeriesCreate) -> int:
    """Book the series if every week has room. Return the number of its visits."""
    preview = await run_in_transaction(lambda session: preview_series(session, user, request, language="vi"))
    if any(occurrence.error for occurrence in preview.occurrences):
        return 0
    series = await run_in_transaction(
        lambda session: create_series(session, user, "demo-series", request, language="vi")
    )
    return len(series.occurrences)


async def _book(user: CurrentUser, key: str, request: VisitCreate) -> bool:
    try:
        await run_in_transaction(lambda session: create_visit(session, user, key, request))
    except ZenSpaException:
        return False
    return True


async def _draw_requests(
    session: AsyncSession, email: str
) -> tuple[CurrentUser, list[SeriesCreate], list[VisitCreate]]:
    user_id = (await session.scalars(select(User.id).where(User.email == email))).one()
    customers = (await session.scalars(select(Customer.id).order_by(Customer.id).limit(100))).all()
    variants = [
        variant.id
        for category in await catalogue_service.read_catalogue(session)
        for service in category.services
        for variant in service.variants
    ]
    rng = random.Random(1)  # noqa: S311 - the demo is the same everywhere
    branches = await branch_service.list_branches(session)
    requests = [
        _party(rng, branch, day, customers, variants)
        for branch in branches
        for day in _days_of(branch)
        for _ in range(_PARTIES)
    ]
    _, *coming = _days_of(branches[0])
    firsts = (
        _visit(branches[0], day, time(hour), {customers[0]: variants[0]}) for day in coming for hour in _HOURS
    )
    series = [SeriesCreate(visit=first, repeat=Repetition(count=_WEEKS)) for first in firsts]
    return replace(SYSTEM_USER, id=user_id), series, requests


def _days_of(branch: BranchRead) -> Iterator[date]:
    today = datetime.now(ZoneInfo(branch.time_zone)).date()
    return (today + timedelta(days=number) for number in range(_DAYS + 1))


def _party(
    rng: random.Random, branch: BranchRead, day: date, customers: Sequence[UUID], variants: list[UUID]
) -> VisitCreate:
    hour = time(rng.choice(_HOURS), rng.choice((0, 30)))
    guests = rng.sample(customers, rng.choice((1, 1, 1, 2)))
    return _visit(branch, day, hour, {guest: rng.choice(variants) for guest in guests})


def _visit(branch: BranchRead, day: date, hour: time, variants: Mapping[UUID, UUID]) -> VisitCreate:
    """Return a request for these customers, each with the id of a variant. The first one books."""
    start = datetime.combine(day, hour, ZoneInfo(branch.time_zone))
    return VisitCreate(
        branch_id=branch.id,
        start=start,
        walk_in=start < utc_now(),
        customer_id=next(iter(variants)),
        guests=[
            GuestBooking(customer_id=customer, treatments=[TreatmentWish(variant_id=variant)])
            for customer, variant in variants.items()
        ],
    )
