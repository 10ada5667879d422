"""Suggestions of special hours for public holidays. People decide whether a branch closes."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import holidays
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import MAX_REASON, SpecialHoursCreate
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import TEAM

_ONE_DAY = timedelta(days=1)


async def suggest_holidays(
    session: AsyncSession, user: CurrentUser, branch_id: UUID, year: int
) -> list[SpecialHoursCreate]:
    """Return the country's public holidays without special hours, closed all day, with their local names.

    Consecutive days, such as those of Tết, are one suggestion. A country without known holidays has none.

    Raises:
        BranchNotFound
    """
    authorize(user, *TEAM)
    branch = await branch_service.read_branch(session, branch_id)
    names = await asyncio.to_thread(_holidays, branch.country, year)
    decided = [(special.first_day, special.last_day) for special in branch.special_hours]
    undecided = sorted(day for day in names if not any(first <= day <= last for first, last in decided))
    return [
        SpecialHoursCreate(
            first_day=days[0],
            last_day=days[-1],
            reason=", ".join(dict.fromkeys(names[day] for day in days))[:MAX_REASON].rstrip(),
        )
        for days in _consecutive(undecided)
    ]


def _holidays(country: str, year: int) -> dict[date, str]:
    """Return the names of the holidays. The first call takes a quarter of a second."""
    try:
        return dict(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return {}


def _consecutive(days: list[date]) -> list[list[date]]:
    """Group sorted days into runs without a gap."""
    runs = [days[:1]] if days else []
    for before, day in pairwise(days):
        if day - before == _ONE_DAY:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
