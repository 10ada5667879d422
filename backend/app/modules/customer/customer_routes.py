"""Customers over HTTP: parse, call the service, answer."""

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

from fastapi import File, Query, UploadFile
from fastapi.responses import StreamingResponse

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.http.router import ApiRouter
from app.modules.customer import customer_service as service
from app.modules.customer import transfer
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import (
    CustomerCreate,
    CustomerImportResult,
    CustomerListQuery,
    CustomerMerge,
    CustomerPage,
    CustomerRead,
    CustomerSearchQuery,
    CustomerUpdate,
)
from app.modules.customer.search import search_customers
from app.modules.customer.transfer import ImportRefused
from app.modules.identity.access import AdminEverywhere, AnyRole, Desk, SignedIn

PREFIX = f"{API_V1}/customers"
router = ApiRouter(prefix=PREFIX, tags=["Customers"])


@router.post("", status_code=201, response_model=CustomerRead, responses=error_responses(service.PhoneTaken))
async def create_customer(_: Desk, session: SessionDep, new: CustomerCreate) -> Customer:
    """Adds a customer. The phone number may be written as people write it."""
    return await service.create_customer(session, new)


@router.get("", responses=error_responses(InvalidCursorException))
async def list_customers(
    _: Desk, session: SessionDep, query: Annotated[CustomerListQuery, Query()]
) -> CustomerPage:
    """Lists customers page by page, newest first or by name."""
    return await service.list_customers(session, query)


@router.get("/search", response_model=list[CustomerRead])
async def search_customers_by_text(
    _: Desk, session: SessionDep, query: Annotated[CustomerSearchQuery, Query()]
) -> list[Customer]:
    """Finds customers by name (accents not needed), by the last digits of a phone or by email, best first."""
    return list(await search_customers(session, query.q, query.limit))


@router.post("/import", responses=error_responses(ImportRefused, service.PhoneTaken))
async def import_customers(
    _: AdminEverywhere, session: SessionDep, file: Annotated[UploadFile, File()]
) -> CustomerImportResult:
    """Creates and updates customers from a CSV file: all rows or none, and a second time changes nothing.

    Columns: full_name (needed), phone, email, birthday, gender, notes, contraindications, tags (separated by
    `;`); Vietnamese headers work too. A bad file is refused with the number and the reason of each bad row.
    Rows of customers who are archived or were merged into others are skipped.
    """
    return await transfer.import_customers(session, file.file)


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def export_customers(_: AdminEverywhere) -> StreamingResponse:
    """All living customers as a CSV file for a spreadsheet; cells that look like formulas are made harmless."""
    pieces = transfer.export_customers(for_request=True)
    first = await anext(pieces)  # before the answer begins: an outage is then a 503 and no broken file

    async def every_piece() -> AsyncGenerator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    disposition = 'attachment; filename="customers.csv"'
    return StreamingResponse(
        every_piece(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


@router.get("/me", response_model=CustomerRead, responses=error_responses(service.CustomerNotFound))
async def get_own_customer(user: SignedIn, session: SessionDep) -> Customer:
    """Who you are as a customer."""
    return await service.get_own_customer(session, user)


@router.get(
    "/{customer_id}", response_model=CustomerRead, responses=error_responses(service.CustomerNotFound)
)
async def get_customer(user: AnyRole, session: SessionDep, customer_id: UUID) -> Customer:
    """One customer, also when archived or merged; a customer sees only themselves."""
    return await service.get_visible_customer(session, user, customer_id)


@router.patch(
    "/{customer_id}",
    response_model=CustomerRead,
    responses=error_responses(
        service.CustomerNotFound,
        service.PhoneTaken,
        service.CustomerArchived,
        service.CustomerMerged,
        service.CustomerErased,
    ),
)
async def update_customer(
    _: Desk, session: SessionDep, customer_id: UUID, changes: CustomerUpdate
) -> Customer:
    """Changes the fields that are sent and leaves the others."""
    return await service.update_customer(session, customer_id, changes)


@router.post(
    "/{customer_id}/archive", response_model=CustomerRead, responses=error_responses(service.CustomerNotFound)
)
async def archive_customer(_: Desk, session: SessionDep, customer_id: UUID) -> Customer:
    """Takes a customer out of lists and searches; nothing is lost."""
    return await service.archive_customer(session, customer_id)


@router.post(
    "/{customer_id}/restore",
    response_model=CustomerRead,
    responses=error_responses(
        service.CustomerNotFound, service.PhoneTaken, service.CustomerMerged, service.CustomerErased
    ),
)
async def restore_customer(_: Desk, session: SessionDep, customer_id: UUID) -> Customer:
    """Brings an archived customer back."""
    return await service.restore_customer(session, customer_id)


@router.post(
    "/{customer_id}/merge",
    response_model=CustomerRead,
    responses=error_responses(
        service.CustomerNotFound,
        service.CustomerMerged,
        service.CustomerArchived,
        service.CustomerErased,
        service.MergeWithItself,
        service.MergeTooLarge,
        service.OwnAccount,
        service.PhoneTaken,
    ),
)
async def merge_customers(
    user: Desk, session: SessionDep, customer_id: UUID, merge: CustomerMerge
) -> Customer:
    """Makes one customer of two: this one stays and takes what it lacks from the duplicate."""
    return await service.merge_customers(session, user, customer_id, merge.duplicate_id)
