"""Find times over HTTP."""

from typing import Annotated

from fastapi import Header

from app.common.constants import API_V1
from app.core.database import SessionDep, read_only
from app.core.exceptions import error_responses, preferred_language
from app.http.router import ApiRouter
from app.modules.availability import availability_service as service
from app.modules.availability.availability_errors import (
    AddOnDoesNotFit,
    BedDoesNotFit,
    BedsAreForTheDesk,
    NoTherapistNeeded,
    NotOffered,
    SoldAtTheDesk,
)
from app.modules.availability.availability_schemas import DaysQuery, DaysRead, StartsQuery, StartsRead
from app.modules.branch.branch_errors import BranchNotFound
from app.modules.catalogue.catalogue_errors import AddOnNotFound, VariantNotFound
from app.modules.identity.access import SignedIn
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_errors import StaffNotFound

router = ApiRouter(prefix=f"{API_V1}/availability", tags=["Availability"])
_REFUSALS = error_responses(
    BranchNotFound,
    VariantNotFound,
    AddOnNotFound,
    StaffNotFound,
    ResourceNotFound,
    NotOffered,
    SoldAtTheDesk,
    AddOnDoesNotFit,
    NoTherapistNeeded,
    BedDoesNotFit,
    BedsAreForTheDesk,
)
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]


@router.post("/days", responses=_REFUSALS)
@read_only
async def find_days(
    user: SignedIn, session: SessionDep, query: DaysQuery, accept_language: Languages = ""
) -> DaysRead:
    """Find the days on which a party can start, and the reasons on the others. Changes nothing; it is a POST because the
    query is a document."""
    language = preferred_language(accept_language)
    return await service.find_days(session, user, query, language=language)


@router.post("/starts", responses=_REFUSALS)
@read_only
async def find_starts(
    user: SignedIn, session: SessionDep, query: StartsQuery, accept_language: Languages = ""
) -> StartsRead:
    """Find the starts of a day, each with therapists, beds and devices; or the reasons why there is none. Nothing is
    reserved until it is held or booked."""
    language = preferred_language(accept_language)
    return await service.find_starts(session, user, query, language=language)
