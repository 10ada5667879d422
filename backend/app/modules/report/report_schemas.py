"""Queries and responses of the reports. Amounts are whole đồng."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from app.common.schemas import Bilingual
from app.common.types.instants import Day
from app.common.validation import bilingual_error
from app.modules.report.kinds import SoldKind
from app.modules.sale.kinds import Method

MAX_DAYS = 366
_MONTH = re.compile(r"^(?:20[0-9]{2}|21[0-9]{2})-(?:0[1-9]|1[0-2])$")


def _month(value: Any) -> Any:
    if not isinstance(value, str) or not _MONTH.fullmatch(value):
        raise bilingual_error("month", "Tháng chưa đúng. Ví dụ: 2026-12.", "Enter a month, such as 2026-12")
    return date.fromisoformat(f"{value}-01")


Month = Annotated[
    date,
    BeforeValidator(_month),
    WithJsonSchema({"type": "string", "pattern": _MONTH.pattern, "examples": ["2026-12"]}),
]
"""The first day of a month, written `2026-12`."""


class ReportQuery(BaseModel):
    """The branch of a report, and the format of the response."""

    model_config = ConfigDict(extra="forbid")

    branch_id: UUID | None = Field(default=None, description="null: all branches.")
    format: Literal["json", "csv", "xlsx"] = "json"


class DayQuery(ReportQuery):
    day: Day = Field(description="The business day.")


class MonthQuery(ReportQuery):
    month: Month


class PeriodQuery(ReportQuery):
    first_day: Day
    last_day: Day = Field(description=f"Inclusive. At most {MAX_DAYS} days.")

    @model_validator(mode="after")
    def _limit_days(self) -> Self:
        if not 0 <= (self.last_day - self.first_day).days < MAX_DAYS:
            raise bilingual_error(
                "date_range", f"Chọn từ 1 đến {MAX_DAYS} ngày.", f"Choose 1 to {MAX_DAYS} days"
            )
        return self


class Sold(BaseModel):
    """The sums of bills less refunds: price − discount − refunded = gross = net + tax.

    A used session counts with its share of the course, without the tax that was due when the course was sold. One that is
    given back is subtracted.
    """

    quantity: int = Field(
        default=0, description="The pieces or treatments that were sold, refunded ones too."
    )
    price: int = Field(default=0, description="Before discounts, with tax.")
    discount: int = 0
    refunded: int = 0
    gross: int = 0
    tax: int = 0
    net: int = 0


class KindSold(Sold):
    kind: SoldKind


class TaxSum(BaseModel):
    """The tax of one rate."""

    rate: int = Field(description="Hundredths of a percent.")
    gross: int = Field(description="What guests pay for it, with tax, less refunds.")
    tax: int


class PaymentSum(BaseModel):
    """The payments of one kind, and what was given back of them."""

    method: Method
    received: int
    refunded: int


class ReportLine(BaseModel):
    """The figures of a day, a month or a branch."""

    bills: int = Field(default=0, description="Bills that were closed.")
    revenue: int = Field(
        default=0,
        description="Services, used sessions and products, without tax, less refunds: as the ledger has it.",
    )
    tax: int = Field(default=0, description="VAT of what was sold, less that of what was refunded.")
    tips: int = Field(default=0, description="Tips of bills, less what was refunded of them.")
    received: int = Field(default=0, description="Money that came in for bills: cash, transfers and cards.")
    refunded: int = Field(default=0, description="Money that was given back in the same ways.")


class Figures(ReportLine):
    """All figures of a day or a month."""

    fees: int = Field(default=0, description="For late cancellations and no-shows.")
    forfeited: int = Field(
        default=0, description="Deposits, sessions and gift cards that guests have lost by rule."
    )
    discounts: int = 0
    commissions: int = Field(default=0, description="Commissions that were earned, less those taken back.")
    goodwill: int = Field(default=0, description="Money given back for no line of a bill.")
    expenses: int = Field(default=0, description="Small costs that were paid out of a drawer.")
    cash_difference: int = Field(
        default=0, description="Counted cash less what should have been in the drawers."
    )
    kinds: list[KindSold] = Field(default_factory=list)
    taxes: list[TaxSum] = Field(default_factory=list)
    payments: list[PaymentSum] = Field(default_factory=list)


class BranchLine(ReportLine):
    branch_id: UUID
    name: str


class DayLine(ReportLine):
    day: date


class DayReport(Figures):
    """A business day of a branch or of the spa."""

    day: date
    branches: list[BranchLine] = Field(description="Each branch, if the report is about all.")


class MonthReport(Figures):
    """A month of a branch or of the spa, day by day."""

    first_day: date
    last_day: date
    days: list[DayLine] = Field(description="Every day of the month.")
    branches: list[BranchLine] = Field(description="Each branch, if the report is about all.")


class ItemLine(Sold):
    """A service, the sessions used for it, an add-on, a product, a course, gift cards or fees."""

    kind: SoldKind
    item_id: UUID | None = Field(description="The variant, add-on, product or course plan.")
    name: Bilingual
    category_id: UUID | None = Field(description="The category of a service.")
    category: Bilingual | None


class ServiceReport(BaseModel):
    """The sales of a period."""

    first_day: date
    last_day: date
    items: list[ItemLine] = Field(description="Services by category, the most revenue first.")


class StaffLine(BaseModel):
    """The work and the sales of a person in a period."""

    staff_id: UUID | None = Field(description="null: lines of bills without a name.")
    full_name: str
    treatments: int
    revenue: int = Field(
        description="Of all lines of bills that name them, and of used sessions, without tax, less refunds."
    )
    services: int = Field(description="The part of the revenue that is from treatments and add-ons.")
    sessions: int = Field(description="The part from treatments that sessions of courses have paid.")
    products: int
    courses: int = Field(
        description="Courses that they sold, without tax: no revenue until sessions are used."
    )
    gift_cards: int
    tips: int
    commissions: int


class StaffReport(BaseModel):
    """The work and the sales of each person in a period."""

    first_day: date
    last_day: date
    people: list[StaffLine]


class GuestCount(BaseModel):
    """The guests who came in a period."""

    came: int = Field(description="Guests who came, counted each time.")
    unnamed: int = Field(description="Those of them who are no customers of the spa.")
    new: int = Field(description="Customers whose first visit ever it was.")
    returning: int = Field(description="Customers who had come before, counted once.")


class Use(BaseModel):
    """The use of a therapist or a bed."""

    id: UUID
    name: str
    room: str | None = None
    branch_id: UUID
    booked_minutes: int
    available_minutes: int = Field(
        description="Of a therapist: on shift, leave not subtracted. Of a bed: opening hours."
    )


class VisitReport(BaseModel):
    """The guests of a period, and how full therapists and beds were."""

    first_day: date
    last_day: date
    guests: GuestCount
    therapists: list[Use]
    beds: list[Use]


class Owed(BaseModel):
    """The debts by kind. A negative amount is owed to the branch by another one."""

    courses: int = Field(default=0, description="Sessions that were paid and not used, without tax.")
    gift_cards: int = 0
    deposits: int = 0
    tips: int = 0
    commissions: int = 0
    unmatched: int = Field(default=0, description="Transfers that belong to no bill yet.")
    open_bills: int = Field(default=0, description="Payments for bills that were not closed.")
    total: int = 0


class BranchOwed(Owed):
    branch_id: UUID
    name: str


class PersonOwed(BaseModel):
    staff_id: UUID
    full_name: str
    tips: int
    commissions: int


class OwedReport(Owed):
    """The debts of the spa or a branch at the end of a business day."""

    day: date
    branches: list[BranchOwed] = Field(description="Each branch, if the report is about all.")
    people: list[PersonOwed] = Field(description="The people with tips or commissions that were owed.")
