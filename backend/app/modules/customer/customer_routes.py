"""Customers over HTTP: parse, call the service, answer."""

from collections.abc import AsyncGenerator
from typing import Annotated
from uuid import UUID

from fastapi import File, Header, Query, UploadFile
from fastapi.responses import StreamingResponse

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import UrlTooLongException, error_responses, preferred_language
from app.core.security import InvalidCursorException
from app.http.idempotent_endpoint import unstorable_response
from app.http.router import ApiRouter
from app.modules.coverage.coverage_errors import AppointmentsStranded
from app.modules.coverage.coverage_schemas import QueryForce
from app.modules.customer import customer_list, customer_service, transfer
from app.modules.customer.customer_errors import (
    ContactRefused,
    CustomerArchived,
    CustomerChanged,
    CustomerErased,
    CustomerMerged,
    CustomerNotFound,
    ImportRefused,
    ImportRunning,
    PhoneTaken,
)
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import (
    CustomerCreate,
    CustomerListQuery,
    CustomerPage,
    CustomerRead,
    CustomerRemoved,
    CustomerSearchQuery,
    CustomerUpdate,
    PhoneQuery,
    PhoneRead,
)
from app.modules.customer.import_schemas import (
    CustomerImportPreview,
    CustomerImportPreviewQuery,
    CustomerImportQuery,
    CustomerImportResult,
)
from app.modules.customer.search import search_customers
from app.modules.identity.access import SignedIn

PREFIX = f"{API_V1}/customers"
router = ApiRouter(prefix=PREFIX, tags=["Customers"])
Languages = Annotated[str, Header(alias="Accept-Language", max_length=200, examples=["vi"])]


@router.post(
    "",
    status_code=201,
    response_model=CustomerRead,
    responses=error_responses(
        PhoneTaken, ContactRefused, CustomerNotFound, CustomerArchived, CustomerMerged, CustomerErased
    ),
)
async def create_customer(user: SignedIn, session: SessionDep, new: CustomerCreate) -> Customer:
    """Add a customer. The phone number may be written in any usual way. For the desk.

    A number has one customer. A child or a relative who is reached by the same number has no phone and a `contact_id`.
    """
    return await customer_service.create_customer(session, user, new)


@router.get("", responses=error_responses(InvalidCursorException))
async def list_customers(
    user: SignedIn, session: SessionDep, query: Annotated[CustomerListQuery, Query()]
) -> CustomerPage:
    """List customers page by page, newest first or by name: Vietnamese by the given name, others as written.

    For the desk.
    """
    return await customer_list.list_customers(session, user, query)


@router.get("/search", response_model=list[CustomerRead])
async def search_customers_by_text(
    user: SignedIn, session: SessionDep, query: Annotated[CustomerSearchQuery, Query()]
) -> list[Customer]:
    """Find customers by name (accents not needed), by digits of a phone or by email, best match first.

    A name and the last or first digits find the one person with both: `Lan 037`, `Lan 0912`. A title before the name is
    no part of it: `chị Lan`. For the desk.
    """
    return list(await search_customers(session, user, query.q, query.limit))


@router.get("/phone")
async def check_phone(
    user: SignedIn, session: SessionDep, query: Annotated[PhoneQuery, Query()]
) -> PhoneRead:
    """Check a phone number as it is typed: 422 says what is wrong with it, and the response who has it already.

    For the desk.
    """
    return await customer_service.read_phone(session, user, query.phone)


@router.post(
    "/import", responses=error_responses(ImportRefused, ImportRunning, PhoneTaken, UrlTooLongException)
)
async def import_customers(
    user: SignedIn,
    session: SessionDep,
    file: Annotated[UploadFile, File()],
    query: Annotated[CustomerImportQuery, Query()],
    accept_language: Languages = "",
) -> CustomerImportResult:
    """Create and update customers from a CSV file: all rows or none. Importing the same file again changes nothing.

    Columns: full_name (required), phone, email, birthday, gender, notes, contraindications, tags (separated by `;`),
    contact_phone (of the customer's contact, who may be another row). Headers as other systems write them work too, in Vietnamese and English. A file is refused with the number and the
    reason of each bad row, and of each in doubt: accents that were lost, another name at a known number, a birthday
    whose day and month are swapped. With `bad_rows=return` the good rows are imported and the others come back. Rows of
    customers who are archived or were merged are skipped. For administrators of the whole spa.

    An import that has begun goes on when the client leaves. The same request with its `Idempotency-Key` returns the result.
    """
    language = preferred_language(accept_language)
    return await transfer.import_customers(session, user, file.file, query, language=language)


@router.post("/import/preview", responses=error_responses(UrlTooLongException))
@unstorable_response  # it changes nothing, and shows a hundred customers
async def preview_import(
    user: SignedIn,
    session: SessionDep,
    file: Annotated[UploadFile, File()],
    query: Annotated[CustomerImportPreviewQuery, Query()],
    accept_language: Languages = "",
) -> CustomerImportPreview:
    """Show what an import would make of each column and each row of a CSV file. Nothing is changed.

    For administrators of the whole spa.
    """
    language = preferred_language(accept_language)
    return await transfer.preview_import(session, user, file.file, query, language=language)


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
async def export_customers(user: SignedIn) -> StreamingResponse:
    """Download all active customers as a CSV file. Cells that look like formulas are made harmless.

    For administrators of the whole spa.
    """
    chunks = transfer.export_customers(user, in_request=True)
    first = await anext(chunks)  # before the response begins: an outage is then a 503 and no broken file

    async def all_chunks() -> AsyncGenerator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    disposition = 'attachment; filename="customers.csv"'
    return StreamingResponse(
        all_chunks(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


@router.get("/me", response_model=CustomerRead, responses=error_responses(CustomerNotFound))
async def get_own_customer(user: SignedIn, session: SessionDep) -> Customer:
    """Return the customer that your account belongs to."""
    return await customer_service.get_own_customer(session, user)


@router.get("/{customer_id}", response_model=CustomerRead, responses=error_responses(CustomerNotFound))
async def get_customer(user: SignedIn, session: SessionDep, customer_id: UUID) -> Customer:
    """Return one customer, also when archived or merged. The team sees every customer, customers their own record."""
    return await customer_service.read_customer(session, user, customer_id)


@router.patch(
    "/{customer_id}",
    response_model=CustomerRead,
    responses=error_responses(
        CustomerNotFound,
        PhoneTaken,
        ContactRefused,
        CustomerChanged,
        CustomerArchived,
        CustomerMerged,
        CustomerErased,
    ),
)
async def update_customer(
    user: SignedIn, session: SessionDep, customer_id: UUID, changes: CustomerUpdate
) -> Customer:
    """Change the fields that are sent and leave the others. For the desk.

    With `unmodified_since` a change by another user is not overwritten.
    """
    return await customer_service.update_customer(session, user, customer_id, changes)


@router.post("/{customer_id}/archive", responses=error_responses(CustomerNotFound, AppointmentsStranded))
async def archive_customer(
    user: SignedIn, session: SessionDep, customer_id: UUID, *, force: QueryForce = False
) -> CustomerRemoved:
    """Take a customer out of lists and searches. Nothing is lost. For the desk.

    Refused if the customer is to come or has booked for others, unless `force` is set.
    """
    return await customer_service.archive_customer(session, user, customer_id, force=force)


@router.post(
    "/{customer_id}/restore",
    response_model=CustomerRead,
    responses=error_responses(CustomerNotFound, PhoneTaken, CustomerMerged, CustomerErased),
)
async def restore_customer(user: SignedIn, session: SessionDep, customer_id: UUID) -> Customer:
    """Bring an archived customer back. For the desk."""
    return await customer_service.restore_customer(session, user, customer_id)
