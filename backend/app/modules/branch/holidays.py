"""Public holidays as suggestions: whether a branch closes on them is for people to say."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import holidays
from sqlalchemy.ext.asyncio import AsyncSession

from app.modules.branch import branch_service
from app.modules.branch.branch_schemas import MAX_REASON, ExceptionCreate

_ONE_DAY = timedelta(days=1)


async def suggest_holidays(session: AsyncSession, branch_id: UUID, year: int) -> list[ExceptionCreate]:
    """Days in a row together, as those of Tết, closed, by their local names; none for a country that nobody knows.

    Raises:
        BranchNotFound
    """
    branch = await branch_service.read_branch(session, branch_id)
    names = await asyncio.to_thread(_holidays, branch.country, year)
    decided = [(each.first_day, each.last_day) for each in branch.exceptions]
    days = sorted(day for day in names if not any(first <= day <= last for first, last in decided))
    return [
        ExceptionCreate(
            first_day=row[0],
            last_day=row[-1],
            reason=", ".join(dict.fromkeys(names[day] for day in row))[:MAX_REASON].rstrip(),
        )
        for row in _in_rows(days)
    ]


def _holidays(country: str, year: int) -> dict[date, str]:
    """The first time it takes a quarter of a second."""
    try:
        return dict(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return {}


def _in_rows(days: list[date]) -> list[list[date]]:
    """Days that follow each other."""
    rows = [days[:1]] if days else []
    for before, day in pairwise(days):
        if day - before == _ONE_DAY:
            rows[-1].append(day)
        else:
            rows.append([day])
    return rows
