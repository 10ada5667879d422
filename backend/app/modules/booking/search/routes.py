"""Find times over HTTP: for a new visit, or for one that would move."""

from typing import Annotated

from fastapi import Header

from app.common.constants import API_V1
from app.core.database import SessionDep, read_only
from app.core.exceptions import error_responses, preferred_language
from app.http.router import ApiRouter
from app.modules.availability.availability_errors import CUSTOMER_QUOTE_ERRORS, QUOTE_ERRORS
from app.modules.availability.availability_schemas import (
    DaysQuery,
    DaysRead,
    PlacesQuery,
    PlacesRead,
    StartsQuery,
    StartsRead,
)
from app.modules.booking.booking_errors import (
    HoldExpired,
    StatusConflict,
    TooLateToMove,
    TreatmentNotFound,
    VisitNotFound,
)
from app.modules.booking.search import service
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/availability", tags=["Availability"])
_REFUSALS = error_responses(
    BranchNotFound,
    *QUOTE_ERRORS,
    *CUSTOMER_QUOTE_ERRORS,
    VisitNotFound,
    StatusConflict,
    HoldExpired,
    TooLateToMove,
)
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]


@router.post("/days", responses=_REFUSALS)
@read_only
async def find_days(
    user: SignedIn, session: SessionDep, query: DaysQuery, accept_language: Languages = ""
) -> DaysRead:
    """Find the days on which a party can start, and the reasons on the others. Changes nothing; it is a POST because the
    query is a document.

    With `instead_of`: the days to which a visit can move. See the starts of a day.
    """
    language = preferred_language(accept_language)
    return await service.find_days(session, user, query, language=language)


@router.post("/starts", responses=_REFUSALS)
@read_only
async def find_starts(
    user: SignedIn, session: SessionDep, query: StartsQuery, accept_language: Languages = ""
) -> StartsRead:
    """Find the starts of a day, each with therapists, beds and devices; or the reasons why there is none. Nothing is
    reserved until it is held or booked.

    With `instead_of` the time of a visit that the user may see counts as free, so the holder of a time finds it among
    the starts. Without `guests` too, these are the starts to which the visit can move as it was agreed.
    """
    language = preferred_language(accept_language)
    return await service.find_starts(session, user, query, language=language)


@router.post(
    "/places", responses=error_responses(BranchNotFound, TreatmentNotFound, StatusConflict, HoldExpired)
)
@read_only
async def find_places(
    user: SignedIn, session: SessionDep, query: PlacesQuery, accept_language: Languages = ""
) -> PlacesRead:
    """Find where a treatment on the board fits on a day, with every therapist and on every bed, and why not elsewhere.
    For the desk, while a card is in the hand. Changes nothing.
    """
    language = preferred_language(accept_language)
    return await service.find_places(session, user, query, language=language)
