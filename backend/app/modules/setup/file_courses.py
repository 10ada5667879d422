"""Describe course plans in a set-up file."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator

from app.common.schemas import Bilingual, Key
from app.common.validation import bilingual_error
from app.modules.course.course_schemas import (
    LIST_PRICE,
    MAX_VARIANTS,
    ListPrice,
    PlanPrice,
    Sessions,
    ValidDays,
)
from app.modules.course.kinds import ReturnPolicy
from app.modules.setup.file_parts import FileItem, distinct

VariantKey = Annotated[
    str, StringConstraints(max_length=101, pattern="^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$")
]
"""The keys of a service and of one of its variants: `massage/60`."""


class FileCoursePlan(FileItem):
    name: Bilingual
    price: PlanPrice
    sessions: Sessions
    valid_days: ValidDays | None = None
    return_policy: ReturnPolicy = ReturnPolicy.PRO_RATA
    list_price: ListPrice | None = None
    no_show_uses_session: StrictBool = False
    tax_category: Key | None = None
    pays: Annotated[list[VariantKey], Field(min_length=1, max_length=MAX_VARIANTS), AfterValidator(distinct)]
    retired: StrictBool = False

    @model_validator(mode="after")
    def _require_list_price(self) -> Self:
        if (self.return_policy is ReturnPolicy.LIST_PRICE) != (self.list_price is not None):
            raise bilingual_error("list_price", *LIST_PRICE)
        return self
