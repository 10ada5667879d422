"""Book a visit every few weeks, see first what would become of it, and cancel such a series.

Each occurrence is booked or cancelled in a transaction of its own, with its own answer. One transaction for all of them would
lock the resources of one occurrence after those of another, which deadlocks with other bookings, and a refused occurrence
would end it. So a request can stop in the middle. The series is stored with the Idempotency-Key before its first visit,
and each visit has its number in it: a retry with the key books what is missing and doubles nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial
from math import inf
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.common.helpers import utc_now
from app.common.schemas import ErrorBody
from app.common.validation import bilingual_error
from app.core.exceptions import ValidationException, ZenSpaException, error_body
from app.db.audit import set_actor
from app.db.idempotency import idempotent
from app.db.queries import get_row
from app.db.transactions import run_in_transaction
from app.modules.availability.availability_service import quote_party
from app.modules.booking.booking_errors import OccurrenceBooked, SeriesNotFound
from app.modules.booking.booking_models import Appointment, Visit, VisitSeries
from app.modules.booking.booking_schemas import Occurrence, StatusChange, VisitCreate
from app.modules.booking.booking_service import book_visit
from app.modules.booking.series.occurrences import (
    FEWEST_OCCURRENCES,
    MOST_OCCURRENCES,
    count_until,
    occurrence_starts,
)
from app.modules.booking.series.rows import lock_series
from app.modules.booking.series.schemas import (
    Repetition,
    SeriesCancel,
    SeriesCreate,
    SeriesOccurrencePreview,
    SeriesOccurrenceRead,
    SeriesPreview,
    SeriesRead,
)
from app.modules.booking.status.change_status import set_status
from app.modules.booking.status.status import UPCOMING, AppointmentStatus, StatusRequest
from app.modules.booking.visit.read import read_visits
from app.modules.branch.branch_service import get_branch
from app.modules.customer import customer_service
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import DESK

_CANCELLABLE = UPCOMING | {AppointmentStatus.REOPENED}

type Errors = Mapping[int, ZenSpaException]
"""The refusals of occurrences, by their numbers."""


class _Progress(BaseModel):
    """The stored response of an Idempotency-Key: the series from the start, and its response once it is complete."""

    series_id: UUID
    response: SeriesRead | None = None


async def create_series(  # noqa: PLR0913 - three say who books what, two how
    session: AsyncSession,
    user: CurrentUser,
    key: str,
    request: SeriesCreate,
    *,
    language: str,
    received_at: float = inf,
) -> SeriesRead:
    """Book a visit every few weeks. An occurrence that does not fit is refused, and the others are booked.

    Args:
        session: The request's session, whose connection is given back.
        key: The client's Idempotency-Key. A retry books what is missing, or returns the response if nothing is.
        language: The language of the refusals: `vi` or `en`.
        received_at: As in `create_visit`.

    Raises:
        ForbiddenException: The user is not at the desk of the branch.
        BranchNotFound, CustomerNotFound, CustomerMerged, CustomerErased, CustomerArchived
        ValidationException: The last day leaves room for fewer than two visits or for too many.
        IdempotencyInFlight, IdempotencyKeyReused, and what `quote_party` raises.
    """
    authorize(user, *DESK, branch_id=request.visit.branch_id)
    await session.rollback()
    progress = await _in_transaction(user, partial(_start, user=user, key=key, request=request))
    if progress.response is not None:
        return progress.response
    starts = await _in_transaction(user, partial(_starts_of, series_id=progress.series_id))
    errors = {}
    for number, start in enumerate(starts, start=1):
        occurrence = Occurrence(series_id=progress.series_id, number=number)
        order = request.visit.model_copy(update={"start": start, "occurrence": occurrence})
        book = partial(_book_unless_complete, user=user, order=order, received_at=received_at)
        if (error := await _refusal_of(user, book)) is not None:
            errors[number] = error
    return await _in_transaction(
        user,
        partial(
            _complete,
            user=user,
            key=key,
            request=request,
            series_id=progress.series_id,
            errors=errors,
            language=language,
        ),
    )


async def preview_series(
    session: AsyncSession, user: CurrentUser, request: SeriesCreate, *, language: str
) -> SeriesPreview:
    """Return which occurrences would be booked now, and why the others would not. Nothing is changed.

    Each is booked, and rolled back: the answer is that of the same rules.

    Raises:
        ForbiddenException, ValidationException, BranchNotFound, CustomerNotFound, CustomerMerged, CustomerErased,
            CustomerArchived, and what `quote_party` raises.
    """
    authorize(user, *DESK, branch_id=request.visit.branch_id)
    await session.rollback()
    starts = await _in_transaction(user, partial(_plan, request=request))
    previews = []
    for number, start in enumerate(starts, start=1):
        order = request.visit.model_copy(update={"start": start})
        error = await _refusal_of(user, partial(_book_and_roll_back, user=user, order=order))
        previews.append(
            SeriesOccurrencePreview(number=number, start=start, error=_read_error(error, language))
        )
    return SeriesPreview(occurrences=previews)


async def read_series(session: AsyncSession, user: CurrentUser, series_id: UUID) -> SeriesRead:
    """Return a series with its visits as they are now.

    Raises:
        SeriesNotFound
        ForbiddenException: The user is not at the desk of its branch.
    """
    authorize(user, *DESK)
    series = await get_row(session, VisitSeries, series_id, SeriesNotFound)
    authorize(user, *DESK, branch_id=series.branch_id)
    return await _read(session, series, {}, "vi")


async def cancel_series(
    session: AsyncSession, user: CurrentUser, series_id: UUID, change: SeriesCancel, *, language: str
) -> SeriesRead:
    """Cancel the visits of a series that are still to come, from a number on, each by the policy of the branch.

    A visit that has begun, is over or was cancelled stays as it is. Repeating a request changes nothing.

    Raises:
        SeriesNotFound
        ForbiddenException: The user is not at the desk of its branch.
    """
    authorize(user, *DESK)
    await session.rollback()
    visits = await _in_transaction(
        user, partial(_close, user=user, series_id=series_id, from_number=change.from_number)
    )
    errors = {}
    for number, visit_id in visits.items():
        cancel = partial(_cancel_visit, user=user, visit_id=visit_id, reason=change.reason)
        if (error := await _refusal_of(user, cancel)) is not None:
            errors[number] = error
    return await _in_transaction(
        user, partial(_read_by_id, series_id=series_id, errors=errors, language=language)
    )


async def _in_transaction[T](user: CurrentUser, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Run the work in a transaction of its own, in the name of the user. A request holds one connection at a time."""

    async def act(session: AsyncSession) -> T:
        await set_actor(session, user.id)
        return await work(session)

    return await run_in_transaction(act, in_request=True)


async def _refusal_of(
    user: CurrentUser, work: Callable[[AsyncSession], Awaitable[None]]
) -> ZenSpaException | None:
    """Do the work on one occurrence, and return the error that refuses it.

    Raises:
        ZenSpaException: It could not be done now; a retry of the request will do it.
    """
    try:
        await _in_transaction(user, work)
    except OccurrenceBooked:
        return None  # by an earlier try of this request
    except ZenSpaException as error:
        if error.is_of_server:
            raise
        return error
    return None


async def _start(session: AsyncSession, *, user: CurrentUser, key: str, request: SeriesCreate) -> _Progress:
    async with idempotent(session, user.id, key, request, _Progress) as replay:
        if replay.response:
            return replay.response
        starts = await _plan(session, request=request)
        series = VisitSeries(
            branch_id=request.visit.branch_id,
            starts_at=starts[0],
            every_weeks=request.repeat.every_weeks,
            count=len(starts),
        )
        session.add(series)
        await session.flush()
        return replay.store(_Progress(series_id=series.id))


async def _plan(session: AsyncSession, *, request: SeriesCreate) -> list[datetime]:
    """Return the starts of a new series, and refuse at once what no occurrence could have."""
    visit = request.visit
    assert visit.start is not None
    branch = await get_branch(session, visit.branch_id)
    zone = ZoneInfo(branch.time_zone)
    count = _count(visit.start, zone, request.repeat)
    customers = {visit.customer_id, *(guest.customer_id for guest in visit.guests)} - {None}
    await customer_service.require_active(session, [id_ for id_ in customers if id_ is not None])
    await quote_party(session, visit.guests, same_room=visit.same_room, at_desk=True)
    return occurrence_starts(visit.start, zone, every_weeks=request.repeat.every_weeks, count=count)


def _count(first: datetime, zone: ZoneInfo, repeat: Repetition) -> int:
    if repeat.until is None:
        assert repeat.count is not None
        return repeat.count
    count = count_until(first, zone, every_weeks=repeat.every_weeks, until=repeat.until)
    if not FEWEST_OCCURRENCES <= count <= MOST_OCCURRENCES:
        raise ValidationException.of(
            bilingual_error(
                "series_length",
                f"Ngày cuối phải cho {FEWEST_OCCURRENCES} đến {MOST_OCCURRENCES} lần hẹn. Chọn ngày cuối khác.",
                f"The last day should leave room for {FEWEST_OCCURRENCES} to {MOST_OCCURRENCES} visits",
            )
        )
    return count


async def _starts_of(session: AsyncSession, *, series_id: UUID) -> list[datetime]:
    return await _starts(session, await get_row(session, VisitSeries, series_id, SeriesNotFound))


async def _starts(session: AsyncSession, series: VisitSeries) -> list[datetime]:
    branch = await get_branch(session, series.branch_id)
    return occurrence_starts(
        series.starts_at, ZoneInfo(branch.time_zone), every_weeks=series.every_weeks, count=series.count
    )


async def _book_unless_complete(
    session: AsyncSession, *, user: CurrentUser, order: VisitCreate, received_at: float
) -> None:
    """Book one occurrence, unless another try of the request has answered for it, or the series was cancelled meanwhile."""
    assert order.occurrence is not None
    series = await lock_series(session, order.occurrence.series_id)
    if series.completed_at is None:
        await book_visit(session, user, order, received_at=received_at, offers_later_days=False)


async def _book_and_roll_back(session: AsyncSession, *, user: CurrentUser, order: VisitCreate) -> None:
    await book_visit(session, user, order, offers_later_days=False)
    await session.rollback()


async def _complete(  # noqa: PLR0913 - the request, and what became of it
    session: AsyncSession,
    *,
    user: CurrentUser,
    key: str,
    request: SeriesCreate,
    series_id: UUID,
    errors: Errors,
    language: str,
) -> SeriesRead:
    """Store the response, unless another try of the request was faster, and return it."""
    async with idempotent(session, user.id, key, request, _Progress) as replay:
        if replay.response and replay.response.response:
            return replay.response.response
        series = await lock_series(session, series_id)
        series.completed_at = series.completed_at or utc_now()
        await session.flush()
        response = await _read(session, series, errors, language)
        replay.replace(_Progress(series_id=series_id, response=response))
        return response


async def _close(
    session: AsyncSession, *, user: CurrentUser, series_id: UUID, from_number: int
) -> dict[int, UUID]:
    """Let nothing more be booked by a retry, and return the visits from this number on."""
    series = await get_row(session, VisitSeries, series_id, SeriesNotFound)
    authorize(user, *DESK, branch_id=series.branch_id)
    series = await lock_series(session, series_id)
    series.completed_at = series.completed_at or utc_now()
    visits = await session.execute(
        select(Visit.series_number, Visit.id)
        .where(Visit.series_id == series_id, Visit.series_number >= from_number)
        .order_by(Visit.series_number)
    )
    return {number: visit_id for number, visit_id in visits if number is not None}


async def _cancel_visit(session: AsyncSession, *, user: CurrentUser, visit_id: UUID, reason: str) -> None:
    to_come = await session.scalars(
        select(Appointment.id).where(
            Appointment.visit_id == visit_id,
            Appointment.status.in_(_CANCELLABLE),
            Appointment.starts_at > utc_now(),
        )
    )
    if ids := to_come.all():
        change = StatusChange(status=StatusRequest.CANCELLED, reason=reason, appointment_ids=[*ids])
        await set_status(session, user, visit_id, change)


async def _read_by_id(session: AsyncSession, *, series_id: UUID, errors: Errors, language: str) -> SeriesRead:
    series = await get_row(session, VisitSeries, series_id, SeriesNotFound)
    return await _read(session, series, errors, language)


async def _read(session: AsyncSession, series: VisitSeries, errors: Errors, language: str) -> SeriesRead:
    visit_ids = await session.scalars(select(Visit.id).where(Visit.series_id == series.id))
    visits = {
        visit.series.number: visit for visit in await read_visits(session, visit_ids.all()) if visit.series
    }
    return SeriesRead(
        id=series.id,
        branch_id=series.branch_id,
        every_weeks=series.every_weeks,
        count=series.count,
        created_at=series.created_at,
        occurrences=[
            SeriesOccurrenceRead(
                number=number,
                start=start,
                error=_read_error(errors.get(number), language),
                visit=visits.get(number),
            )
            for number, start in enumerate(await _starts(session, series), start=1)
        ],
    )


def _read_error(error: ZenSpaException | None, language: str) -> ErrorBody | None:
    if error is None:
        return None
    return ErrorBody.model_validate(error_body(error, language=language, request_id="")["error"])
