"""Reading the audit ledger. PostgreSQL writes it (migration 0002)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.security import read_cursor, sign_cursor
from app.modules.audit.audit_models import AuditEntry
from app.modules.audit.audit_schemas import AuditEntryRead, AuditListQuery, AuditPage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role


async def list_entries(session: AsyncSession, user: CurrentUser, query: AuditListQuery) -> AuditPage:
    """Return a page of entries that match every filter, newest first.

    Raises:
        InvalidCursorException
    """
    authorize(user, Role.ADMIN, everywhere=True)
    filters = query.model_dump(exclude={"limit", "cursor", "since", "until"}, exclude_none=True)
    purpose = f"audit:{query.model_dump_json(exclude={'limit', 'cursor'})}"
    statement = select(AuditEntry).filter_by(**filters).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    if query.since is not None:
        statement = statement.where(AuditEntry.at >= query.since)
    if query.until is not None:
        statement = statement.where(AuditEntry.at < query.until)
    if query.cursor is not None:
        at, last_id = read_cursor(purpose, query.cursor)
        statement = statement.where(
            tuple_(AuditEntry.at, AuditEntry.id) < tuple_(datetime.fromisoformat(at), last_id)
        )
    entries = (await session.scalars(statement.limit(query.limit + 1))).all()
    page = entries[: query.limit]
    next_cursor = None
    if len(entries) > query.limit:
        next_cursor = sign_cursor(purpose, [page[-1].at.isoformat(), page[-1].id])
    return AuditPage(items=[AuditEntryRead.model_validate(entry) for entry in page], next_cursor=next_cursor)


async def entries_about(session: AsyncSession, ids: Sequence[UUID]) -> list[AuditEntryRead]:
    """Return all entries about these rows, oldest first, for a module that has authorized the user."""
    entries = select(AuditEntry).where(AuditEntry.entity_id.in_(ids)).order_by(AuditEntry.id)
    return [AuditEntryRead.model_validate(entry) for entry in await session.scalars(entries)]
