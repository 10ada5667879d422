"""Requests and responses of bills."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    computed_field,
    model_validator,
)

from app.common.schemas import Bilingual, Composed, Line, RequestModel
from app.common.types.contact import Email
from app.common.validation import bilingual_error
from app.modules.sale.kinds import LineKind, Method, SaleStatus

MOST = 9_999_999_999
MAX_LINES = 100
TAX_CODE = "^[0-9]{10}(-[0-9]{3})?$|^[0-9]{12}$"
MAX_PAYMENTS = 20
Amount = Annotated[StrictInt, Field(ge=1, le=MOST, description="Whole đồng.")]
Percent = Annotated[StrictInt, Field(ge=0, le=100)]
Note = Annotated[Composed, Field(max_length=500)]
VisitIds = Annotated[
    list[UUID],
    Field(
        max_length=20,
        description="Visits whose treatments and add-ons are billed behind the other lines, unless they are already.",
    ),
]
Reason = Annotated[Composed, Field(max_length=300)]


class Discounted(RequestModel):
    """A discount in đồng or in percent, or none."""

    discount_amount: Annotated[StrictInt, Field(ge=0, le=MOST, description="Whole đồng.")] = 0
    discount_percent: Percent = 0

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.discount_amount and self.discount_percent:
            raise bilingual_error(
                "discount",
                "Giảm theo số tiền hoặc theo phần trăm, không cả hai.",
                "Take đồng or percent off, not both",
            )
        return self


class SaleLineInput(Discounted):
    """A line: one that the bill has (`id`), or a new one that names what is sold."""

    id: UUID | None = Field(
        default=None, description="A line that the bill has. It keeps its name and its price."
    )
    variant_id: UUID | None = None
    add_on_id: UUID | None = None
    product_id: UUID | None = None
    course_plan_id: UUID | None = None
    gift_card: Amount | None = Field(default=None, description="The value of a new gift card, in đồng.")
    course_id: UUID | None = Field(
        default=None, description="A course of the customer, whose session pays for the treatment."
    )
    by_new_course: StrictBool = Field(
        default=False, description="A session of the course that this bill sells pays for the treatment."
    )
    staff_id: UUID | None = Field(default=None, description="Who did it or sold it.")
    quantity: Annotated[StrictInt, Field(ge=1, le=1000)] = 1

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        named = [
            self.id,
            self.variant_id,
            self.add_on_id,
            self.product_id,
            self.course_plan_id,
            self.gift_card,
        ]
        if sum(value is not None for value in named) != 1:
            raise bilingual_error(
                "one_thing", "Mỗi dòng chỉ bán một món.", "A line names one thing that is sold"
            )
        if self.course_id is not None and self.by_new_course:
            raise bilingual_error(
                "one_course", "Chọn một liệu trình để trả.", "One course pays for a treatment"
            )
        if self.gift_card is not None and (
            self.discount_amount or self.discount_percent or self.quantity != 1
        ):
            raise bilingual_error(
                "gift_card", "Thẻ quà tặng không được giảm giá.", "A gift card takes no discount, and is one"
            )
        return self


class TipInput(RequestModel):
    staff_id: UUID
    amount: Amount


class Buyer(RequestModel):
    """The person or the company that the invoice names."""

    name: Annotated[Line, Field(min_length=1, max_length=200)]
    tax_code: Annotated[str, StringConstraints(pattern=TAX_CODE)] | None = Field(
        default=None, examples=["0312345678"], description="Mã số thuế, or the number of the identity card."
    )
    address: Annotated[Line, Field(max_length=300)] | None = None
    email: Email | None = None


class SaleContent(Discounted):
    """Everything on an open bill that can be changed."""

    customer_id: UUID | None = None
    buyer: Buyer | None = Field(
        default=None, description="null: the invoice names the customer, or the consumer."
    )
    note: Note = ""
    lines: Annotated[list[SaleLineInput], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    tips: Annotated[list[TipInput], Field(max_length=50)] = Field(
        default_factory=list, description="Tips by person, beside what the lines cost."
    )
    tip: Annotated[StrictInt, Field(ge=0, le=MOST)] = Field(
        default=0,
        description="A tip for all who did a treatment on the bill, in đồng. They share it by the prices of their lines.",
    )

    @model_validator(mode="after")
    def _no_person_twice(self) -> Self:
        if len({tip.staff_id for tip in self.tips}) != len(self.tips):
            raise bilingual_error("person_twice", "Mỗi người chỉ có một dòng tip.", "A person has one tip")
        if self.tips and self.tip:
            raise bilingual_error(
                "tip",
                "Chia tip theo người hoặc chia chung, không cả hai.",
                "Tip by person or for all, not both",
            )
        return self


class SaleCreate(RequestModel):
    """A new bill: of visits, of what is sold without one, or of both."""

    branch_id: UUID
    visit_ids: VisitIds = Field(default_factory=list)
    content: SaleContent = Field(default_factory=SaleContent)


class PaymentInput(RequestModel):
    """A payment of a bill, or of a part of it."""

    method: Literal[Method.CASH, Method.TRANSFER, Method.CARD, Method.GIFT_CARD, Method.DEPOSIT]
    amount: Annotated[StrictInt, Field(ge=1, le=MOST)] = Field(
        description="What it pays of the bill, in đồng."
    )
    tendered: Annotated[StrictInt, Field(ge=1, le=MOST)] | None = Field(
        default=None, description="The cash that the guest gives; what is over is handed back."
    )
    reference: Annotated[Line, Field(max_length=50)] | None = Field(
        default=None, description="The number on the slip of the card terminal, or of the transfer."
    )
    gift_card_id: UUID | None = None
    deposit_id: UUID | None = Field(default=None, description="What is left of it is owed to the guest.")

    @model_validator(mode="after")
    def _fits_the_method(self) -> Self:
        if self.tendered is not None and (self.method is not Method.CASH or self.tendered < self.amount):
            raise bilingual_error(
                "tendered",
                "Tiền khách đưa phải đủ, và chỉ ghi khi trả tiền mặt.",
                "Cash that is given covers the amount",
            )
        if (self.method is Method.GIFT_CARD) != (self.gift_card_id is not None):
            raise bilingual_error(
                "gift_card", "Chọn thẻ quà tặng.", "Name the gift card, and nothing else does"
            )
        if (self.method is Method.DEPOSIT) != (self.deposit_id is not None):
            raise bilingual_error("deposit", "Chọn tiền cọc.", "Name the deposit, and nothing else does")
        return self


class PaymentsCreate(RequestModel):
    """Payments that are taken together. The bill closes when nothing is left to pay."""

    payments: Annotated[list[PaymentInput], Field(max_length=MAX_PAYMENTS)] = Field(
        description="None closes a bill with nothing to pay."
    )


class SaleUpdate(SaleContent):
    visit_ids: VisitIds = Field(default_factory=list)
    version: Annotated[StrictInt, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None,
        description="The `version` that you read. Refused with `SALE_CHANGED` if what is on the bill was changed since, so that"
        " two desks do not overwrite each other.",
    )


class SaleVoid(RequestModel):
    reason: Annotated[Reason, Field(min_length=1)]


class RefundedLine(RequestModel):
    line_id: UUID
    amount: Amount | None = Field(default=None, description="Without it, all that is left of the line.")


class RefundedPayment(RequestModel):
    payment_id: UUID
    amount: Amount


class RefundCreate(RequestModel):
    """Money to give back: for lines and the tip of a closed bill, out of goodwill, or payments of an open one."""

    lines: Annotated[list[RefundedLine], Field(max_length=MAX_LINES)] = Field(default_factory=list)
    tip: Annotated[StrictInt, Field(ge=0, le=MOST)] = Field(
        default=0,
        description="The part of the tip. It is taken back from all who share it, in the same ratio.",
    )
    goodwill: Annotated[StrictInt, Field(ge=0, le=MOST)] = Field(
        default=0, description="Money for no line and no tip. It needs a reason."
    )
    payments: Annotated[list[RefundedPayment], Field(max_length=MAX_PAYMENTS)] = Field(
        default_factory=list,
        description="The payments that it goes back to. Without them, to the ways in which the bill was paid, in order.",
    )
    restock: StrictBool = Field(default=True, description="Products go back on the shelf.")
    reason: Reason = ""

    @property
    def line_ids(self) -> set[UUID]:
        """The lines that are refunded."""
        return {line.line_id for line in self.lines}

    @model_validator(mode="after")
    def _refunds_something(self) -> Self:
        if not (self.lines or self.tip or self.goodwill or self.payments):
            raise bilingual_error("nothing", "Chọn khoản cần hoàn.", "Say what is refunded")
        for chosen in ([line.line_id for line in self.lines], [paid.payment_id for paid in self.payments]):
            if len({*chosen}) != len(chosen):
                raise bilingual_error("twice", "Mỗi khoản chỉ chọn một lần.", "Name a line or a payment once")
        if self.goodwill and not self.reason:
            raise bilingual_error("reason_needed", "Ghi lý do hoàn.", "Goodwill needs a reason")
        return self


class SaleLineRead(BaseModel):
    id: UUID
    kind: LineKind
    name: Bilingual
    variant_id: UUID | None
    add_on_id: UUID | None
    product_id: UUID | None
    course_plan_id: UUID | None
    visit_id: UUID | None
    item_id: UUID | None = Field(description="The treatment, the add-on or the appointment of the visit.")
    course_id: UUID | None = None
    course_session_id: UUID | None
    course_line_id: UUID | None = Field(
        default=None, description="The line that sells the course whose session pays for it."
    )
    sessions: int | None = Field(
        default=None, description="The number of sessions of the course that it sells."
    )
    gift_card_id: UUID | None = Field(
        default=None, description="The card that was issued when the bill closed."
    )
    staff_id: UUID | None
    staff_name: str | None
    quantity: int
    unit_price: int
    discount_amount: int
    discount_percent: int
    discount: int = Field(description="All that is taken off, with its share of the bill's discount.")
    gross: int = Field(description="What the guest pays for it, with tax.")
    tax_category_id: UUID | None
    tax_rate: int = Field(description="Hundredths of a percent.")
    tax: int = Field(description="The tax in it.")
    refunded: int

    @property
    def is_covered(self) -> bool:
        """Return whether a session of a course pays for it."""
        return self.course_session_id is not None or self.course_line_id is not None


class TipRead(BaseModel):
    id: UUID
    staff_id: UUID
    staff_name: str
    amount: int
    refunded: int


class PaymentRead(BaseModel):
    id: UUID
    method: Method
    amount: int
    tendered: int | None
    refunded: int
    reference: str
    gift_card_id: UUID | None
    course_session_id: UUID | None
    deposit_id: UUID | None
    bank_transfer_id: UUID | None
    user_id: UUID | None
    created_at: datetime


class RefundPartRead(BaseModel):
    sale_line_id: UUID | None
    tip_share_id: UUID | None
    payment_id: UUID | None
    amount: int
    tax: int


class RefundRead(BaseModel):
    id: UUID
    amount: int
    goodwill: int
    reason: str
    business_day: date
    user_id: UUID | None
    created_at: datetime
    parts: list[RefundPartRead]


class SaleSummary(BaseModel):
    """A bill without its lines."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    branch_id: UUID
    customer_id: UUID | None
    status: SaleStatus
    year: int | None
    number: int | None = Field(description="1, 2, 3… without gaps in each branch and year.")
    business_day: date | None
    total: int = Field(description="The sum of the lines, with tax.")
    tip: int
    paid: int
    created_at: datetime
    closed_at: datetime | None


class SaleRead(SaleSummary):
    version: int = Field(description="It grows with each change of what is on the bill; a payment is none.")
    customer_name: str | None
    buyer: Buyer | None = None
    note: str
    transfer_code: str
    discount_amount: int
    discount_percent: int
    z_number: int | None
    user_id: UUID | None
    closed_by_id: UUID | None
    void_reason: str
    priced_on: date
    lines: list[SaleLineRead]
    tips: list[TipRead]
    payments: list[PaymentRead]
    refunds: list[RefundRead]

    @computed_field(description="The part of an open bill that sessions of courses pay when it is closed.")  # type: ignore[prop-decorator]  # mypy cannot decorate a property
    @property
    def covered(self) -> int:
        if self.status is not SaleStatus.OPEN:
            return 0
        return sum(line.gross for line in self.lines if line.is_covered)

    @computed_field(description="The đồng that are left to pay.")  # type: ignore[prop-decorator]  # as above
    @property
    def due(self) -> int:
        return self.total + self.tip - self.paid - self.covered
