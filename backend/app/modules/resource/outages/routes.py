"""Manage outages over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.http.router import ApiRouter
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.identity.access import SignedIn
from app.modules.resource.outages import service
from app.modules.resource.outages.schemas import OutageCreate, OutageListQuery, OutageMade, OutageRead
from app.modules.resource.resource_errors import (
    OutageNotFound,
    OutageOverlaps,
    ResourceNotFound,
)

router = ApiRouter(prefix=f"{API_V1}/resources/{{resource_id}}/outages", tags=["Beds and devices"])


@router.get("", responses=error_responses(ResourceNotFound))
async def list_outages(
    user: SignedIn, session: SessionDep, resource_id: UUID, query: Annotated[OutageListQuery, Query()]
) -> list[OutageRead]:
    """List the outages of a bed or a device that touch a time of at most 366 days."""
    return await service.list_outages(session, user, resource_id, query)


@router.post(
    "",
    status_code=201,
    responses=error_responses(ResourceNotFound, AppointmentsStranded, OutageOverlaps),
)
async def put_out_of_order(
    user: SignedIn, session: SessionDep, resource_id: UUID, new: OutageCreate
) -> OutageMade:
    """Put a bed or a device out of order, so that it cannot be booked in that time.

    If it has appointments then, the request is refused, and `details` lists the first hundred. With `force` they
    stay, and are listed as stranded.
    """
    return await service.put_out_of_order(session, user, resource_id, new)


@router.delete("/{outage_id}", status_code=204, responses=error_responses(ResourceNotFound, OutageNotFound))
async def put_back_in_order(user: SignedIn, session: SessionDep, resource_id: UUID, outage_id: UUID) -> None:
    """End an outage: the bed or the device can be booked again."""
    await service.put_back_in_order(session, user, resource_id, outage_id)
