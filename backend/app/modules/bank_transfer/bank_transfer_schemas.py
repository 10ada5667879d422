"""Requests and responses of bank transfers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import Composed, PageQuery, QueryBool, RequestModel
from app.modules.bank_transfer.kinds import ReviewReason, TransferStatus
from app.modules.payment.bank_notice import Provider


class NoticeTaken(BaseModel):
    """The answer that the services expect: the notice is stored, and need not be sent again."""

    success: bool = True


class BankTransferListQuery(PageQuery):
    branch_id: UUID | None = Field(default=None, description="Without one, all transfers of the spa.")
    open: QueryBool = Field(default=True, description="Only those that a person has to look at.")


class TransferMatch(RequestModel):
    sale_id: UUID = Field(description="The open bill that it pays, whole or in part.")


class TransferDecision(RequestModel):
    note: Annotated[Composed, Field(min_length=1, max_length=300)]


class BankTransferRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    provider: Provider
    reference: str
    account: str
    amount: int
    content: str = Field(description="The text of the payer, as the bank passed it on.")
    received_at: datetime
    status: TransferStatus
    reason: ReviewReason | None
    branch_id: UUID | None
    applied: int = Field(description="The part that has paid bills.")
    returned: int = Field(description="The part that was sent back.")
    note: str


class BankTransferPage(BaseModel):
    items: list[BankTransferRead]
    next_cursor: str | None
