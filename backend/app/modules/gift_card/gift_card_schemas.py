"""Requests and responses of gift cards."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from app.common.schemas import Line, PageQuery, RequestModel
from app.modules.gift_card.codes import normalize
from app.modules.gift_card.kinds import GiftCardEntryKind


class GiftCardLookup(RequestModel):
    code: Annotated[Line, Field(max_length=60, examples=["7K3Q-9MZA-0B1C-2D4E"])]


class GiftCardListQuery(PageQuery):
    customer_id: UUID | None = None
    last4: (
        Annotated[
            str,
            StringConstraints(pattern="^[0-9A-Za-z]{4}$"),
            AfterValidator(normalize),
            Field(examples=["2D4E"], description="The last characters of the code."),
        ]
        | None
    ) = None


class GiftCardRead(BaseModel):
    """A gift card. Nothing can be paid with it when it is locked, has expired, or nothing is left."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    branch_id: UUID = Field(description="The branch that sold it. It is valid in all branches.")
    sale_line_id: UUID
    last4: str | None = Field(description="The last characters of its code. null: it has no code yet.")
    value: int = Field(description="The amount in đồng for which it was sold.")
    balance: int
    customer_id: UUID | None
    expires_on: date | None = Field(
        description="The last day on which it is valid. null: it does not expire."
    )
    locked_at: datetime | None = Field(description="The time at which it was reported lost.")
    created_at: datetime


class GiftCardEntryRead(BaseModel):
    """A change of the balance."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: GiftCardEntryKind
    amount: int
    branch_id: UUID
    business_day: date
    source_id: UUID | None = Field(description="The line of the bill, the payment or the refund.")
    created_at: datetime


class GiftCardDetail(GiftCardRead):
    entries: list[GiftCardEntryRead] = Field(description="In order. They add up to the balance.")


class GiftCardPage(BaseModel):
    items: list[GiftCardRead]
    next_cursor: str | None


class GiftCardCode(BaseModel):
    code: str = Field(examples=["7K3Q-9MZA-0B1C-2D4E"])
    gift_card: GiftCardRead
