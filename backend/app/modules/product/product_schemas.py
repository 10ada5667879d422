"""Requests and responses of products, and what other modules read of them."""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.common.schemas import (
    NOT_SENT,
    Bilingual,
    Composed,
    Key,
    Line,
    PageQuery,
    QueryBool,
    RequestModel,
    without_defaults,
)
from app.common.types.localized import LocalizedText
from app.common.validation import bilingual_error
from app.modules.product.kinds import StockChange

MAX_PIECES = 100_000
"""The most pieces of one entry."""

ProductNames = Annotated[
    Bilingual, Field(examples=[{"vi": "Dầu massage oải hương 100ml", "en": "Lavender massage oil 100 ml"}])
]
ProductPrice = Annotated[
    StrictInt, Field(ge=0, le=1_000_000_000, examples=[250_000], description="In đồng, with tax.")
]
Sku = Annotated[
    Line,
    Field(
        max_length=50,
        examples=["8936012345678"],
        description="The number on the package, such as its barcode.",
    ),
]
ProductTax = Annotated[
    UUID | None, Field(description="The tax category of the product. null: the default category.")
]
ProductPosition = Annotated[
    StrictInt, Field(ge=0, le=1_000_000, description="Display order. Equal positions are ordered by key.")
]


class ProductCreate(RequestModel):
    key: Key = Field(examples=["dau-oai-huong"])
    name: ProductNames
    price: ProductPrice
    sku: Sku | None = None
    tax_category_id: ProductTax = None
    position: ProductPosition = 0


class ProductUpdate(RequestModel):
    """The fields to change; the others stay, and `null` removes the number. Bills keep the price that they have."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: ProductNames = NOT_SENT
    price: ProductPrice = 0
    sku: Sku | None = None
    tax_category_id: ProductTax = None
    position: ProductPosition = 0
    retired: StrictBool = Field(default=False, description="true stops selling it; false sells it again.")


class BranchStock(BaseModel):
    branch_id: UUID
    count: int = Field(description="Pieces. Below 0, more were sold than were recorded.")


class ProductRead(BaseModel):
    id: UUID
    key: str
    name: Bilingual
    price: int = Field(description="In đồng, with tax.")
    sku: str | None
    tax_category_id: ProductTax
    position: int
    retired_at: datetime | None = Field(description="When it stopped being sold.")
    stock: list[BranchStock] = Field(description="The stock of each branch that has ever had it.")


class ProductListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    q: Annotated[
        Line | None,
        Field(max_length=100, description="A part of a name, with or without accents, or of the number."),
    ] = None
    retired: QueryBool = False


class StockEntryCreate(RequestModel):
    """Pieces that came or went without a bill."""

    branch_id: UUID
    product_id: UUID
    kind: Literal[StockChange.RECEIVED, StockChange.COUNTED, StockChange.DAMAGED]
    pieces: Annotated[StrictInt, Field(ge=0, le=MAX_PIECES)] = Field(
        description="The pieces that came, went or, with `counted`, are there.", examples=[12]
    )
    note: Annotated[Composed, Field(max_length=300)] = ""

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.pieces == 0 and self.kind is not StockChange.COUNTED:
            raise bilingual_error("pieces", "Nhập số lượng lớn hơn 0.", "Enter more than 0 pieces")
        return self


class StockEntryRead(BaseModel):
    id: UUID
    branch_id: UUID
    product_id: UUID
    kind: StockChange
    pieces: int = Field(description="The pieces that came, or went if negative.")
    stock: int = Field(description="The stock after it.")
    note: str
    source_id: UUID | None = Field(description="The bill or the refund.")
    user_name: str | None = Field(description="Who recorded it. null: the account is gone, or a program.")
    created_at: datetime


class StockEntryPage(BaseModel):
    items: list[StockEntryRead]
    next_cursor: str | None


class StockEntryListQuery(PageQuery):
    branch_id: UUID
    product_id: UUID | None = None


class ProductOffer(NamedTuple):
    """A product as it is sold now."""

    name: LocalizedText
    price: int
    """The price in đồng, with tax."""
    tax_category_id: UUID | None
