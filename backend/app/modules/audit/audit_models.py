"""The audit ledger (nhật ký thay đổi). PostgreSQL writes it, by triggers on every table (migration 0002)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models import Base


class AuditEntry(Base):
    """The record of one row that was inserted, updated or deleted, written in the same transaction.

    PostgreSQL refuses to change or delete an entry, with one exception: all values of an entry may be masked at once,
    because a person has the right to be forgotten.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    actor_id: Mapped[UUID | None] = mapped_column(
        server_default=text("(NULLIF(current_setting('zenspa.actor'::text, true), ''::text))::uuid")
    )
    """The user who sent the request. None: a command, a periodic job, or a visitor who is not signed in."""
    request_id: Mapped[str | None] = mapped_column(
        Text, server_default=text("NULLIF(current_setting('zenspa.request'::text, true), ''::text)")
    )
    program: Mapped[str] = mapped_column(
        Text, server_default=text("current_setting('application_name'::text)")
    )
    """The program that was connected to PostgreSQL: `zenspa`, `psql`, …"""
    action: Mapped[str] = mapped_column(Text)
    """`insert`, `update` or `delete`."""
    entity: Mapped[str] = mapped_column(Text)
    """The name of the table."""
    entity_id: Mapped[UUID]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The columns that an update changed, or all columns of a deleted row."""
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    __table_args__ = (
        Index("audit_entry_at_idx", "at", "id"),
        Index("audit_entry_entity_id_idx", "entity_id", "id"),
        Index("audit_entry_actor_id_idx", "actor_id", "id", postgresql_where=text("actor_id IS NOT NULL")),
        Index("audit_entry_request_id_idx", "request_id", postgresql_where=text("request_id IS NOT NULL")),
    )
