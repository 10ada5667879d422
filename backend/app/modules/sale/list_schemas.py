"""Requests and responses of lists of bills."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.common.schemas import IsoDate, PageQuery
from app.modules.sale.kinds import SaleStatus
from app.modules.sale.sale_schemas import SaleSummary


class SaleListQuery(PageQuery):
    branch_id: UUID
    day: IsoDate | None = Field(
        default=None,
        description="The business day on which bills were closed; of those that were not, on which they were opened.",
    )
    number: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    status: SaleStatus | None = None
    customer_id: UUID | None = None
    visit_id: UUID | None = None


class SaleListItem(SaleSummary):
    name: str | None = Field(
        description="The name of the customer, or that of the first guest as the desk wrote it."
    )
    refunded: int = Field(description="What was given back since the bill was closed.")


class SalePage(BaseModel):
    items: list[SaleListItem]
    next_cursor: str | None
