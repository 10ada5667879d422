"""Requests and responses of commissions."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from app.common.schemas import Bilingual, QueryAmount, RequestModel
from app.common.types.instants import Day
from app.common.validation import bilingual_error
from app.modules.commission.rules import CommissionScope, EarningKind
from app.modules.ledger.accounts import Account

MOST = 1_000_000_000
MAX_DAYS = 92
"""The most days of a statement."""
_OF_ONE_THING = {
    CommissionScope.CATEGORY,
    CommissionScope.SERVICE,
    CommissionScope.PRODUCT,
    CommissionScope.COURSE,
}


def date_order_error() -> PydanticCustomError:
    """Return the error of a last day before the first."""
    return bilingual_error(
        "date_range", "Ngày cuối phải từ ngày đầu trở đi.", "The last day should not be before the first"
    )


class CommissionRuleCreate(RequestModel):
    """A promise of a commission: who gets it, for what, how much, and on which days."""

    branch_id: UUID | None = Field(default=None, description="null: in every branch.")
    staff_id: UUID | None = Field(default=None, description="null: to everybody.")
    scope: CommissionScope = Field(
        description="What it pays for. With `category`, `service`, `product` or `course`, `thing_id` says which."
    )
    thing_id: UUID | None = Field(default=None, description="The category, service, product or course plan.")
    rate: Annotated[StrictInt, Field(ge=0, le=10_000, examples=[1000])] | None = Field(
        default=None,
        description="Hundredths of a percent of what the guest pays for the line, discounts taken off and tax included.",
    )
    amount: Annotated[StrictInt, Field(ge=0, le=MOST, examples=[60_000])] | None = Field(
        default=None,
        description="Instead of `rate`: đồng for each treatment, piece or course. Not for add-ons to a treatment.",
    )
    first_day: Day
    last_day: Day | None = Field(default=None, description="Inclusive. null: until another rule follows.")

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.scope in _OF_ONE_THING) != (self.thing_id is not None):
            raise bilingual_error(
                "thing_needed",
                "Chọn mục được tính hoa hồng, hoặc chọn tất cả.",
                "Name a thing for a scope of one thing, and for no other",
            )
        if (self.rate is None) == (self.amount is None):
            raise bilingual_error(
                "rate_or_amount",
                "Nhập phần trăm hoặc số tiền, một trong hai.",
                "Enter a rate or an amount, not both",
            )
        if self.last_day is not None and self.last_day < self.first_day:
            raise date_order_error()
        return self


class CommissionRuleUpdate(RequestModel):
    last_day: Day | None = Field(description="null: until another rule follows.")


class CommissionRuleRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    branch_id: UUID | None
    staff_id: UUID | None
    scope: CommissionScope
    thing_id: UUID | None
    rate: int | None
    amount: int | None
    first_day: date
    last_day: date | None


class CommissionCheckQuery(BaseModel):
    """A sale that is thought of: a variant, a product or a course plan."""

    model_config = ConfigDict(extra="forbid")

    branch_id: UUID
    staff_id: UUID
    day: Day
    kind: Literal[EarningKind.SERVICE, EarningKind.PRODUCT, EarningKind.COURSE]
    thing_id: UUID = Field(description="The variant, product or course plan.")
    price: QueryAmount = Field(description="What the guest pays, in đồng.", examples=[450_000])


class CommissionCheck(BaseModel):
    rule: CommissionRuleRead | None = Field(description="The rule that pays. null: none does.")
    amount: int


class StatementQuery(BaseModel):
    """A person and a period of at most 92 days."""

    model_config = ConfigDict(extra="forbid")

    staff_id: UUID | None = Field(default=None, description="null: your own.")
    first_day: Day
    last_day: Day = Field(description="Inclusive.")

    @model_validator(mode="after")
    def _limit_days(self) -> Self:
        if not 0 <= (self.last_day - self.first_day).days < MAX_DAYS:
            raise bilingual_error(
                "date_range", f"Chọn từ 1 đến {MAX_DAYS} ngày.", f"Choose 1 to {MAX_DAYS} days"
            )
        return self


class StatementLine(BaseModel):
    """A commission that was earned, or that a refund took back."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    business_day: date
    branch_id: UUID
    kind: EarningKind
    name: Bilingual
    sale_line_id: UUID
    refund_line_id: UUID | None = Field(description="null: it was earned.")
    base: int = Field(description="What the guest paid for it, or got back, then negative.")
    quantity: int
    rate: int | None = Field(description="Hundredths of a percent, as they were when it was earned.")
    unit_amount: int | None = Field(description="Or đồng for each.")
    amount: int


class StatementTip(BaseModel):
    """The tips of a day in a branch, less those that were refunded."""

    business_day: date
    branch_id: UUID
    amount: int


class StatementPayment(BaseModel):
    """Money that a drawer has paid out on a day."""

    business_day: date
    branch_id: UUID
    account: Literal[Account.COMMISSION, Account.TIP]
    amount: int


class StatementSums(BaseModel):
    """Sums in đồng."""

    commissions: int
    tips: int
    paid_commissions: int
    paid_tips: int
    owed_commissions: int = Field(
        description="What is owed at the end of the last day, also of earlier days."
    )
    owed_tips: int


class CommissionStatement(BaseModel):
    staff_id: UUID
    full_name: str
    first_day: date
    last_day: date
    branch_ids: list[UUID] | None = Field(description="The branches that you see. null: all.")
    lines: list[StatementLine]
    tips: list[StatementTip]
    payments: list[StatementPayment]
    sums: StatementSums
