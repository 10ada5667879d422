"""Requests and responses of bank transfers."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.common.schemas import Composed, PageQuery, QueryBool, RequestModel
from app.common.validation import bilingual_error
from app.modules.bank_transfer.kinds import ReviewReason, TransferStatus
from app.modules.payment.bank_notice import Provider
from app.modules.sale.listing import TransferBill


class NoticeTaken(BaseModel):
    """The answer that the services expect: the notice is stored, and need not be sent again."""

    success: bool = True


class BankTransferListQuery(PageQuery):
    branch_id: UUID | None = Field(default=None, description="Without one, all transfers of the spa.")
    open: QueryBool = Field(default=True, description="Only those that a person has to look at.")


class TransferMatch(RequestModel):
    """The bill or the deposit that a transfer pays, whole or in part."""

    sale_id: UUID | None = Field(default=None, description="An open bill.")
    deposit_id: UUID | None = Field(default=None, description="The deposit of a visit that waits for it.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.sale_id is None) == (self.deposit_id is None):
            raise bilingual_error(
                "one_of_them", "Chọn một hóa đơn hoặc một khoản cọc.", "Name a bill or a deposit"
            )
        return self


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
    applied: int = Field(description="The part that has paid bills and deposits.")
    returned: int = Field(description="The part that was sent back.")
    note: str


class BankTransferPage(BaseModel):
    items: list[BankTransferRead]
    next_cursor: str | None


class TransferBills(BaseModel):
    items: list[TransferBill] = Field(
        description="Those that the text names first, then those of just this amount, then the newest."
    )
