"""Requests and responses of deposits."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, computed_field

from app.common.schemas import Composed, PageQuery, QueryBool, RequestModel
from app.modules.deposit.kinds import DepositEntryKind, DepositState


class DepositListQuery(PageQuery):
    branch_id: UUID
    visit_id: UUID | None = Field(default=None, description="Only that of this visit.")
    sale_id: UUID | None = Field(default=None, description="Only those of the visits on this bill.")
    open: QueryBool = Field(
        default=True, description="Only those that wait for money, or are owed to the guest."
    )


class DepositReturn(RequestModel):
    note: Annotated[Composed, Field(max_length=300)] = Field(
        default="", description="How it was sent, such as the number of the transfer."
    )


class DepositRead(BaseModel):
    """A deposit, and the guest who has paid it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    branch_id: UUID
    visit_id: UUID
    amount: int = Field(description="What the spa asks for, in đồng.")
    paid: int = Field(description="The sum of the transfers that have arrived.")
    balance: int = Field(description="What is left of it: neither used on a bill nor returned.")
    state: DepositState
    transfer_code: str
    name: str = Field(description="The guest who booked.")
    phone: str | None
    starts_at: datetime = Field(description="The start of the visit.")
    hold_expires_at: datetime | None = Field(description="Until then the time is held for the transfer.")
    created_at: datetime

    @computed_field(description="The đồng that have not arrived.")  # type: ignore[prop-decorator]  # mypy cannot decorate a property
    @property
    def due(self) -> int:
        return self.amount - self.paid


class DepositEntryRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: DepositEntryKind
    amount: int = Field(description="Positive into the deposit, negative out of it.")
    business_day: date
    source_id: UUID | None = Field(description="The bank transfer, the payment, or the part of a refund.")
    note: str
    created_at: datetime


class DepositDetail(DepositRead):
    entries: list[DepositEntryRead] = Field(description="All that has changed its balance, the oldest first.")


class DepositPage(BaseModel):
    items: list[DepositRead]
    next_cursor: str | None
