"""Reading the audit ledger. PostgreSQL writes it (migration 0002)."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.security import read_cursor, sign_cursor
from app.db.queries import fetch_raw
from app.modules.audit.audit_models import AuditEntry
from app.modules.audit.audit_schemas import AuditEntryRead, AuditListQuery, AuditName, AuditPage
from app.modules.identity.access import CurrentUser, authorize
from app.modules.identity.roles import Role

NAME_FUNCTIONS = (
    "zenspa_audit_names",
    "zenspa_bank_audit_names",
    "zenspa_commission_audit_names",
    "zenspa_course_audit_names",
    "zenspa_deposit_audit_names",
    "zenspa_drawer_audit_names",
    "zenspa_gift_card_audit_names",
    "zenspa_product_audit_names",
    "zenspa_sale_audit_names",
    "zenspa_tax_audit_names",
)
"""The functions of PostgreSQL that know what rows are called. A module with tables of its own adds one."""
_NAMES = " UNION ALL ".join(f"SELECT * FROM {function}($1)" for function in NAME_FUNCTIONS)  # noqa: S608 - names above


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
    items = [AuditEntryRead.model_validate(entry) for entry in page]
    return AuditPage(items=items, names=await _names_in(session, items), next_cursor=next_cursor)


async def _names_in(session: AsyncSession, entries: Sequence[AuditEntryRead]) -> dict[UUID, AuditName]:
    """Return the names of all rows that the entries mention, in one query."""
    ids = {row_id for entry in entries for row_id in _ids_in(entry)}
    rows = await fetch_raw(session, _NAMES, sorted(ids))
    return {
        row_id: AuditName(vi=vi, en=en, guest_name=guest_name, time_zone=zone)
        for row_id, vi, en, guest_name, zone in rows
    }


def _ids_in(entry: AuditEntryRead) -> Iterator[UUID]:
    yield entry.entity_id
    if entry.actor_id is not None:
        yield entry.actor_id
    for values in (entry.before or {}, entry.after or {}):
        for column, value in values.items():
            if column.endswith("_id") and isinstance(value, str):
                with suppress(ValueError):  # it is masked
                    yield UUID(value)


async def entries_about(session: AsyncSession, ids: Sequence[UUID]) -> list[AuditEntryRead]:
    """Return all entries about these rows, oldest first, for a module that has authorized the user."""
    entries = select(AuditEntry).where(AuditEntry.entity_id.in_(ids)).order_by(AuditEntry.id)
    return [AuditEntryRead.model_validate(entry) for entry in await session.scalars(entries)]


async def values_before_changes(
    session: AsyncSession, ids: Collection[UUID], *, since: datetime
) -> dict[UUID, dict[str, Any]]:
    """Return, by row, the values that its columns had at an instant, of those that have changed since, for a module that has
    authorized the user."""
    entries = select(AuditEntry.entity_id, AuditEntry.before).where(
        AuditEntry.entity_id.in_(ids), AuditEntry.at >= since, AuditEntry.before.is_not(None)
    )
    values: dict[UUID, dict[str, Any]] = {}
    for row_id, before in await session.execute(entries.order_by(AuditEntry.id.desc())):
        values.setdefault(row_id, {}).update(before)  # the first change of a column is read last
    return values


async def latest_entries_about(
    session: AsyncSession, ids: Sequence[UUID], *, children: tuple[str, str], limit: int
) -> list[AuditEntryRead]:
    """Return the last entries about these rows and about rows that reference them, newest first, for a module that has
    authorized the user.

    Args:
        children: The table of the rows that reference them, and its column. Rows that exist no more are found by the requests
            that wrote both.
    """
    table, column = children
    requests = select(AuditEntry.request_id).where(
        AuditEntry.entity_id.in_(ids), AuditEntry.request_id.is_not(None)
    )
    parent = func.coalesce(AuditEntry.after[column].astext, AuditEntry.before[column].astext)
    written = select(AuditEntry.entity_id).where(
        AuditEntry.request_id.in_(requests),
        AuditEntry.entity == table,
        parent.in_([str(row_id) for row_id in ids]),
    )
    is_child = and_(AuditEntry.entity == table, AuditEntry.entity_id.in_(written))
    entries = select(AuditEntry).where(or_(AuditEntry.entity_id.in_(ids), is_child))
    newest = await session.scalars(entries.order_by(AuditEntry.id.desc()).limit(limit))
    return [AuditEntryRead.model_validate(entry) for entry in newest]
