"""Finding times over HTTP: parse, call the service, answer."""

from typing import Annotated

from fastapi import Header

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses, preferred_language
from app.http.router import ApiRouter
from app.modules.availability import availability_service as service
from app.modules.availability.availability_schemas import DaysQuery, DaysRead, StartsQuery, StartsRead
from app.modules.availability.quote import (
    AddOnDoesNotFit,
    BedDoesNotFit,
    BedsAreForTheDesk,
    NoTherapistNeeded,
    NotOffered,
)
from app.modules.branch.branch_service import BranchNotFound
from app.modules.catalogue.catalogue_service import AddOnNotFound, VariantNotFound
from app.modules.identity.access import SignedIn
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_service import StaffNotFound

router = ApiRouter(prefix=f"{API_V1}/availability", tags=["Availability"])
_REFUSALS = error_responses(
    BranchNotFound,
    VariantNotFound,
    AddOnNotFound,
    StaffNotFound,
    ResourceNotFound,
    NotOffered,
    AddOnDoesNotFit,
    NoTherapistNeeded,
    BedDoesNotFit,
    BedsAreForTheDesk,
)
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]


@router.post("/days", responses=_REFUSALS)
async def find_days(
    user: SignedIn, session: SessionDep, query: DaysQuery, accept_language: Languages = ""
) -> DaysRead:
    """On which days a party could come, and what is missing on the others. Nothing is changed: it is a POST because the
    question is a document."""
    language = preferred_language(accept_language)
    return await service.find_days(session, user, query, language=language)


@router.post("/starts", responses=_REFUSALS)
async def find_starts(
    user: SignedIn, session: SessionDep, query: StartsQuery, accept_language: Languages = ""
) -> StartsRead:
    """When on a day a party could begin, with who would do what where; or what is missing. Nothing is kept for them
    until it is held or booked."""
    language = preferred_language(accept_language)
    return await service.find_starts(session, user, query, language=language)
