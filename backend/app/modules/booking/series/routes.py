"""Series of visits over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Header

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses, preferred_language
from app.db.idempotency import IdempotencyInFlight, IdempotencyKey, IdempotencyKeyReused
from app.http.idempotent_endpoint import unstorable_response
from app.http.router import ApiRouter
from app.modules.availability.availability_errors import QUOTE_ERRORS
from app.modules.booking.allocation.contention import Admission
from app.modules.booking.booking_errors import SeriesNotFound
from app.modules.booking.series import service
from app.modules.booking.series.schemas import SeriesCancel, SeriesCreate, SeriesPreview, SeriesRead
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.customer.customer_errors import (
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
)
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/visit-series", tags=["Visits"])
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]
_REFUSALS = (
    BranchNotFound,
    CustomerNotFound,
    CustomerArchived,
    CustomerErased,
    CustomerMerged,
    *QUOTE_ERRORS,
)


@router.post(
    "",
    status_code=201,
    responses=error_responses(*_REFUSALS, IdempotencyInFlight, IdempotencyKeyReused),
)
async def create_visit_series(  # noqa: PLR0913 - three say who and when, three what
    received_at: Admission,
    user: SignedIn,
    session: SessionDep,
    key: IdempotencyKey,
    series: SeriesCreate,
    *,
    accept_language: Languages = "",
) -> SeriesRead:
    """Book the same visit every few weeks, at the same local time of the branch. For the desk.

    Each occurrence has its own answer: a visit, or the error that a booking of this time alone would get, with the nearest
    free starts of its day. What is refused does not stop the others; book it at another start by `POST /visits` with its `occurrence`. If
    the response is lost or is 503, repeat the request with its key: what is missing is booked, and nothing twice.
    """
    language = preferred_language(accept_language)
    return await service.create_series(session, user, key, series, language=language, received_at=received_at)


@router.post("/preview", responses=error_responses(*_REFUSALS))
@unstorable_response  # it changes nothing
async def preview_visit_series(
    _: Admission, user: SignedIn, session: SessionDep, series: SeriesCreate, accept_language: Languages = ""
) -> SeriesPreview:
    """Show which visits of a series would be booked now, and why the others would be refused. Nothing is changed. For the
    desk."""
    language = preferred_language(accept_language)
    return await service.preview_series(session, user, series, language=language)


@router.get("/{series_id}", responses=error_responses(SeriesNotFound))
async def get_visit_series(user: SignedIn, session: SessionDep, series_id: UUID) -> SeriesRead:
    """Get a series with its visits as they are now. For the desk."""
    return await service.read_series(session, user, series_id)


@router.put("/{series_id}/status", responses=error_responses(SeriesNotFound))
async def cancel_visit_series(
    user: SignedIn,
    session: SessionDep,
    series_id: UUID,
    change: SeriesCancel,
    accept_language: Languages = "",
) -> SeriesRead:
    """Cancel a whole series, or one visit and those that follow it, each by the policy of the branch. For the desk.

    A visit that has begun, is over or was cancelled before stays as it is. Each cancellation can be undone by itself.
    Repeating a request changes nothing.
    """
    language = preferred_language(accept_language)
    return await service.cancel_series(session, user, series_id, change, language=language)
