"""Requests and responses of courses."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.common.schemas import NOT_SENT, Bilingual, IsoDate, Key, Line, RequestModel, without_defaults
from app.common.types.localized import LocalizedText
from app.common.validation import bilingual_error
from app.modules.course.course_models import MOST_SESSIONS
from app.modules.course.kinds import CourseEntryKind, ReturnPolicy

MAX_VARIANTS = 200
"""The most variants that a session of one plan can pay."""
_MAX_PRICE = 1_000_000_000
LIST_PRICE = LocalizedText(
    "Giá lẻ một buổi cần khi hoàn theo giá lẻ, và chỉ khi đó.",
    "Enter the list price of a session if a course is returned by list price, and only then",
)

PlanName = Annotated[Bilingual, Field(examples=[{"vi": "Liệu trình 10 buổi massage", "en": "Ten massages"}])]
PlanPrice = Annotated[
    StrictInt,
    Field(ge=0, le=_MAX_PRICE, examples=[3_500_000], description="Of all sessions, in đồng, with tax."),
]
Sessions = Annotated[StrictInt, Field(ge=1, le=MOST_SESSIONS, examples=[10])]
ValidDays = Annotated[
    StrictInt,
    Field(
        ge=1,
        le=3650,
        examples=[180],
        description="The last day on which a session can be used, counted from the sale. null: no last day.",
    ),
]
ListPrice = Annotated[
    StrictInt,
    Field(
        ge=0,
        le=_MAX_PRICE,
        examples=[500_000],
        description="In đồng. What a used session counts for when a course is returned by `list_price`; otherwise null.",
    ),
]
NoShowUsesSession = Annotated[
    StrictBool, Field(description="A no-show or a late cancellation uses the reserved session.")
]
PlanTax = Annotated[
    UUID | None, Field(description="The tax category of the course. null: the default category.")
]
VariantIds = Annotated[
    list[UUID],
    Field(min_length=1, max_length=MAX_VARIANTS, description="The variants of services that a session pays."),
]


Reason = Annotated[
    Line, Field(max_length=500, examples=["Khách đi công tác"], description="The team can read it.")
]


class CoursePlanCreate(RequestModel):
    key: Key = Field(examples=["massage-10"])
    name: PlanName
    price: PlanPrice
    sessions: Sessions
    valid_days: ValidDays | None = None
    return_policy: ReturnPolicy = ReturnPolicy.PRO_RATA
    list_price: ListPrice | None = None
    no_show_uses_session: NoShowUsesSession = False
    tax_category_id: PlanTax = None
    variant_ids: VariantIds

    @model_validator(mode="after")
    def _require_list_price(self) -> Self:
        if (self.return_policy is ReturnPolicy.LIST_PRICE) != (self.list_price is not None):
            raise bilingual_error("list_price", *LIST_PRICE)
        return self


class CoursePlanUpdate(RequestModel):
    """The fields to change; the others stay. Courses that customers have bought stay as agreed, and a session of these
    pays what a session of the plan pays now."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: PlanName = NOT_SENT
    price: PlanPrice = 0
    sessions: Sessions = 1
    valid_days: ValidDays | None = None
    return_policy: ReturnPolicy = Field(
        default=ReturnPolicy.PRO_RATA, description="`list_price` needs a `list_price`, `pro_rata` removes it."
    )
    list_price: ListPrice | None = None
    no_show_uses_session: NoShowUsesSession = False
    tax_category_id: PlanTax = None
    variant_ids: VariantIds = Field(default_factory=list)
    retired: StrictBool = Field(default=False, description="true stops selling it; false sells it again.")


class CoursePlanRead(BaseModel):
    id: UUID
    key: str
    name: Bilingual
    price: int = Field(description="Of all sessions, in đồng, with tax.")
    sessions: int
    valid_days: int | None
    return_policy: ReturnPolicy
    list_price: int | None = Field(description="In đồng.")
    no_show_uses_session: bool
    tax_category_id: PlanTax
    variant_ids: list[UUID]
    retired_at: datetime | None = Field(description="When it stopped being sold.")


class CourseExtension(RequestModel):
    """A later last day for a course. Sessions that have expired are free again."""

    expires_on: IsoDate | None = Field(
        description="The last day on which a session can be used. null: no last day."
    )
    reason: Reason


class CourseTransfer(RequestModel):
    """The customer who gets the free sessions of a course."""

    customer_id: UUID
    reason: Reason


class CustomerCourseRead(BaseModel):
    """A course of a customer, and how many of its sessions are in each state."""

    id: UUID
    customer_id: UUID
    plan_id: UUID
    name: Bilingual
    branch_id: UUID = Field(description="The branch that sold it. Its sessions are good in every branch.")
    sale_line_id: UUID | None = Field(description="The line of the bill by which it was sold.")
    transferred_from_id: UUID | None = Field(
        description="The course of another customer whose sessions it got."
    )
    price: int = Field(description="Of all sessions, in đồng, with tax.")
    sessions: int
    free: int = Field(description="Sessions that can be used.")
    reserved: int = Field(
        description="Sessions that are to pay a booked treatment or a line of an open bill."
    )
    used: int
    expired: int
    moved: int = Field(description="Sessions that another customer got.")
    refunded: int
    expires_on: date | None = Field(description="The last day on which a session can be used; null: none.")
    return_policy: ReturnPolicy
    list_price: int | None = Field(description="In đồng.")
    no_show_uses_session: bool
    variant_ids: list[UUID] = Field(description="The variants of services that a session pays.")
    reason: str = Field(description="Why it was extended or transferred last.")
    created_at: datetime


class CourseEntryRead(BaseModel):
    """A fact about sessions of a course."""

    id: UUID
    kind: CourseEntryKind
    numbers: list[int] = Field(description="The numbers of the sessions.")
    amount: int = Field(description="The change of what is owed to the customer, in đồng without tax.")
    branch_id: UUID
    at: datetime
    user_name: str | None = Field(
        description="null: a job, a guest without an account, or a deleted account."
    )
    visit_id: UUID | None = Field(description="The visit that the session is to pay or paid.")
    start: datetime | None = Field(description="The start of the treatment.")
    sale_line_id: UUID | None = Field(description="The line of the bill.")
