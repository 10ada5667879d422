"""Request and response schemas of the audit ledger."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import Line, PageQuery, QueryInstant


class AuditEntryRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    actor_id: UUID | None = Field(
        description="The user. null: a command, a periodic job, or a visitor who is not signed in."
    )
    request_id: str | None = Field(description="The `X-Request-ID` of the request, as in the log.")
    program: str = Field(description="The program that was connected to PostgreSQL.", examples=["zenspa"])
    action: Literal["insert", "update", "delete"]
    entity: str = Field(description="The table.", examples=["customer"])
    entity_id: UUID
    before: dict[str, Any] | None = Field(
        description="For an update, the columns that changed. `***` stands for a value that is not shown."
    )
    after: dict[str, Any] | None


class AuditName(BaseModel):
    """The name that a row has now."""

    vi: str
    en: str
    guest_name: str | None = Field(description="The guest, of a treatment or an add-on.")
    time_zone: str | None = Field(description="The zone of its branch.", examples=["Asia/Ho_Chi_Minh"])


class AuditPage(BaseModel):
    items: list[AuditEntryRead]
    names: dict[UUID, AuditName] = Field(
        description="Names for the ids in the entries: users, rows, and what they refer to. Those that are gone have none."
    )
    next_cursor: str | None


class AuditListQuery(PageQuery):
    """Filters of the ledger. An entry must match all of them."""

    actor_id: UUID | None = None
    entity: Annotated[Line, Field(max_length=63)] | None = None
    entity_id: UUID | None = None
    action: Literal["insert", "update", "delete"] | None = None
    request_id: Annotated[Line, Field(max_length=64)] | None = None
    since: QueryInstant | None = None
    until: QueryInstant | None = Field(default=None, description="Exclusive.")
