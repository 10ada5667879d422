"""The audit ledger over HTTP."""

from typing import Annotated

from fastapi import Query

from app.common.constants import API_V1
from app.core.database import SessionDep
from app.core.exceptions import error_responses
from app.core.security import InvalidCursorException
from app.http.router import ApiRouter
from app.modules.audit import audit_service as service
from app.modules.audit.audit_schemas import AuditListQuery, AuditPage
from app.modules.identity.access import SignedIn

router = ApiRouter(prefix=f"{API_V1}/audit", tags=["Audit"])


@router.get("", responses=error_responses(InvalidCursorException))
async def list_audit_entries(
    user: SignedIn, session: SessionDep, query: Annotated[AuditListQuery, Query()]
) -> AuditPage:
    """List who changed what and when, newest first. Secrets and health notes are masked."""
    return await service.list_entries(session, user, query)
