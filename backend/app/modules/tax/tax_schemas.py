"""Requests and responses of taxes, and what other modules read of them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from app.common.schemas import NOT_SENT, Bilingual, IsoDate, Key, RequestModel, without_defaults
from app.common.validation import bilingual_error
from app.modules.tax.tax_errors import NoTaxCategory

MAX_RATES = 50
"""The most rates of one category."""
_YEARS = range(2000, 2101)


def _check_year(day: date) -> date:
    if day.year not in _YEARS:
        raise bilingual_error("tax_year", "Năm phải từ 2000 đến 2100.", "Choose a year from 2000 to 2100")
    return day


def _never_removed(is_default: bool) -> bool:  # noqa: FBT001 - a validator
    if not is_default:
        raise bilingual_error(
            "tax_default",
            "Luôn có một nhóm thuế mặc định. Chọn nhóm khác làm mặc định.",
            "There is always a default. Make another category the default",
        )
    return is_default


TaxNames = Annotated[Bilingual, Field(examples=[{"vi": "Massage", "en": "Massage"}])]


class DatedRate(RequestModel):
    """A rate from a day on, until the next rate."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    from_day: Annotated[IsoDate, AfterValidator(_check_year), Field(examples=["2027-01-01"])]
    rate: Annotated[
        StrictInt, Field(ge=0, le=10_000, examples=[800], description="Hundredths of a percent: 800 is 8 %.")
    ]


def _in_order(rates: list[DatedRate]) -> list[DatedRate]:
    if len({rate.from_day for rate in rates}) < len(rates):
        raise bilingual_error(
            "tax_day_twice",
            "Một ngày chỉ bắt đầu một mức thuế.",
            "Only one rate can begin on a day. Change one of the days",
        )
    return sorted(rates, key=lambda rate: rate.from_day)


DatedRates = Annotated[
    list[DatedRate],
    Field(
        min_length=1,
        max_length=MAX_RATES,
        description="At most one rate a day. The first also counts on the days before it.",
    ),
    AfterValidator(_in_order),
]


class TaxCategoryCreate(RequestModel):
    key: Key = Field(examples=["massage"])
    name: TaxNames
    rates: DatedRates
    is_default: StrictBool = Field(
        default=False,
        description="true makes it the default in place of the present one. The first category is the default.",
    )


class TaxCategoryUpdate(RequestModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: TaxNames = NOT_SENT
    is_default: Annotated[
        StrictBool,
        AfterValidator(_never_removed),
        Field(
            description="true makes it the default in place of the present one.",
            json_schema_extra={"const": True},
        ),
    ] = True


class RateSchedule(RequestModel):
    """All rates of a category, which replace those it has."""

    rates: DatedRates


class TaxCategoryRead(BaseModel):
    """A category with its rates, the earliest first."""

    id: UUID
    key: str
    name: Bilingual
    is_default: bool = Field(description="Whether it taxes what has no category of its own.")
    rates: list[DatedRate]


class TaxRates(NamedTuple):
    """The rates of all categories on one day."""

    default_id: UUID | None
    """The default category. None: there are no categories."""
    rates: Mapping[UUID, int]
    """Hundredths of a percent, by category."""

    def rate_of(self, category_id: UUID | None) -> int:
        """Return the rate of a category in hundredths of a percent; None is the default category.

        Raises:
            NoTaxCategory
        """
        chosen = category_id or self.default_id
        if chosen is None:
            raise NoTaxCategory
        return self.rates[chosen]
