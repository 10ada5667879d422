"""Requests and responses of cash drawers."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from app.common.schemas import Composed, PageQuery, RequestModel
from app.common.validation import bilingual_error
from app.modules.drawer.kinds import MovementKind
from app.modules.ledger.accounts import Account

MOST = 9_999_999_999_999
Cash = Annotated[StrictInt, Field(ge=0, le=MOST, description="Whole đồng.")]
Note = Annotated[Composed, Field(max_length=300)]


class DrawerOpening(RequestModel):
    branch_id: UUID
    counted: Cash = Field(description="The cash in the drawer, counted.", examples=[500_000])


class MovementCreate(RequestModel):
    """Cash that is put into the drawer or taken out of it without a bill."""

    kind: MovementKind
    amount: Annotated[StrictInt, Field(ge=-MOST, le=MOST)] = Field(
        description="Whole đồng: positive into the drawer, negative out of it.", examples=[-50_000]
    )
    staff_id: UUID | None = Field(default=None, description="Who gets a tip or a commission.")
    note: Note = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.amount == 0:
            raise bilingual_error("amount", "Nhập số tiền khác 0.", "Enter an amount other than 0")
        to_person = self.kind in {MovementKind.TIP, MovementKind.COMMISSION}
        if to_person and self.amount > 0:
            raise bilingual_error(
                "amount", "Tip và hoa hồng chỉ có thể chi ra.", "Tips and commissions are only paid out"
            )
        if to_person != (self.staff_id is not None):
            raise bilingual_error(
                "staff_needed",
                "Chọn người nhận khi chi tip hoặc hoa hồng, và chỉ khi đó.",
                "Name a person for a tip or a commission, and for nothing else",
            )
        if self.kind is MovementKind.EXPENSE and not self.note:
            raise bilingual_error("note_needed", "Ghi rõ chi cho việc gì.", "Say what the money is for")
        return self


class DrawerClosing(RequestModel):
    counted: Cash = Field(description="The cash in the drawer, counted before any of it goes to the safe.")
    to_safe: Cash = Field(default=0, description="The part of it that goes to the safe. The rest stays.")
    note: Note = ""

    @model_validator(mode="after")
    def _no_more_than_counted(self) -> Self:
        if self.to_safe > self.counted:
            raise bilingual_error(
                "to_safe",
                "Số nộp quỹ không được hơn số đã đếm.",
                "No more can go to the safe than was counted",
            )
        return self


class MovementRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: MovementKind
    amount: int
    staff_id: UUID | None
    user_id: UUID | None
    note: str
    created_at: datetime


class BillNumber(BaseModel):
    """A bill of the branch, by its year and number."""

    year: int
    number: int


class ZPayment(BaseModel):
    """The payments of one kind, and what was given back of them."""

    method: Literal["cash", "transfer", "card", "gift_card", "course", "deposit"]
    received: int
    refunded: int


class ZKind(BaseModel):
    """The sales of one kind, less refunds. Used sessions have no tax: it was due with the course."""

    kind: Literal["service", "add_on", "session", "product", "course", "gift_card", "fee"]
    quantity: int
    gross: int
    tax: int


class ZTax(BaseModel):
    """The sales at one rate, less refunds."""

    rate: int = Field(description="Hundredths of a percent.")
    gross: int = Field(description="With tax.")
    tax: int


class ZReport(BaseModel):
    """All that has moved since the Z report before. Amounts are whole đồng."""

    accounts: dict[Account, int] = Field(
        description="The sum of each account of the ledger: a debit is positive, a credit negative."
    )
    bills: int = Field(description="Bills that were closed.")
    first_bill: BillNumber | None
    last_bill: BillNumber | None
    payments: list[ZPayment]
    kinds: list[ZKind]
    taxes: list[ZTax]
    discounts: int
    tips: int = Field(description="Less what was refunded of them.")
    paid_in: int = Field(description="Cash that was put into the drawer without a bill.")
    paid_out: int = Field(description="Cash that was taken out of it without a bill.")


class DrawerSessionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    branch_id: UUID
    created_at: datetime = Field(description="When it was opened.")
    opened_by_id: UUID | None
    opening: int
    opening_difference: int = Field(description="The counted cash less what the session before has left.")
    closed_at: datetime | None
    closed_by_id: UUID | None
    closing: int | None = Field(description="The cash that was counted at the closing.")
    expected: int | None = Field(description="What should be in the drawer; of an open one, by now.")
    to_safe: int | None
    note: str
    z_number: int | None
    z: ZReport | None


class DrawerSessionDetail(DrawerSessionRead):
    """A session with the cash that moved without a bill."""

    movements: list[MovementRead]


class DrawerState(BaseModel):
    """The drawer of a branch now."""

    session: DrawerSessionDetail | None = Field(description="null: the drawer is closed.")
    left: int = Field(description="What the last session that was closed has left in the drawer.")


class DrawerListQuery(PageQuery):
    branch_id: UUID


class DrawerSessionPage(BaseModel):
    items: list[DrawerSessionRead]
    next_cursor: str | None
