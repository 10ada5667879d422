"""Lock the rows of a series. Its lock comes before those of resources and customers in every transaction."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.types.localized import LocalizedText
from app.db.queries import get_row
from app.modules.booking.booking_errors import OccurrenceBooked, SeriesNotFound
from app.modules.booking.booking_models import Visit, VisitSeries
from app.modules.booking.booking_schemas import Occurrence, VisitSeriesRef

_VISIT = LocalizedText("Lịch hẹn đã có của lần hẹn này.", "The visit that this occurrence has.")


async def lock_series(session: AsyncSession, series_id: UUID) -> VisitSeries:
    """Lock a series: of two requests that book an occurrence of it, one sees the visit of the other.

    Raises:
        SeriesNotFound
    """
    return await get_row(session, VisitSeries, series_id, SeriesNotFound, lock=True)


async def lock_occurrence(session: AsyncSession, occurrence: Occurrence, branch_id: UUID) -> VisitSeriesRef:
    """Lock the series of an occurrence that is about to get a visit of this branch, and return the visit's place in it.

    Raises:
        SeriesNotFound: The branch has no such series, or the series no such occurrence.
        OccurrenceBooked: It has a visit, which `details` names.
    """
    series = await lock_series(session, occurrence.series_id)
    if series.branch_id != branch_id or occurrence.number > series.count:
        raise SeriesNotFound
    visit_id = await session.scalar(
        select(Visit.id).where(Visit.series_id == series.id, Visit.series_number == occurrence.number)
    )
    if visit_id is not None:
        raise OccurrenceBooked(details=[{"field": str(visit_id), "type": "visit", "message": _VISIT}])
    return VisitSeriesRef(id=series.id, number=occurrence.number, count=series.count)
