"""The app with one route twice: public, and for signed-in users of the desk."""

from uuid import UUID

from app.core.database import SessionDep
from app.http.router import PUBLIC, ApiRouter
from app.main import app
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerRead
from app.modules.customer.customer_service import get_customer
from app.modules.identity.access import Desk

router = ApiRouter(prefix="/bench")


@router.get("/public/{customer_id}", response_model=CustomerRead, openapi_extra=PUBLIC)
async def read_public(session: SessionDep, customer_id: UUID) -> Customer:
    return await get_customer(session, customer_id)


@router.get("/signed-in/{customer_id}", response_model=CustomerRead)
async def read_signed_in(_: Desk, session: SessionDep, customer_id: UUID) -> Customer:
    return await get_customer(session, customer_id)


app.router.routes[:0] = router.routes
