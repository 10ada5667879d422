"""Request and response schemas of the catalogue, and what other modules read of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from app.common.schemas import NOT_SENT, Bilingual, BilingualText, Key, RequestModel, without_defaults
from app.common.types.localized import LocalizedText
from app.common.types.wall_time import DAY
from app.common.validation import bilingual_error
from app.scheduling.timegrid import STEP_MINUTES

MAX_SEGMENTS = 20
MAX_VARIANTS = 50
MAX_ADD_ONS = 100
"""The most add-ons of one service."""


class Offered(StrEnum):
    """The places where something is sold."""

    ONLINE = "online"
    """Sold online and at the desk."""
    DESK = "desk"
    """Sold at the desk only."""
    NO = "no"
    """No longer sold, or not yet."""


Price = Annotated[
    StrictInt, Field(ge=0, le=1_000_000_000, examples=[450_000], description="Current price in đồng.")
]
Position = Annotated[
    StrictInt,
    Field(ge=0, le=1_000_000, description="Display order. Equal positions are ordered by key."),
]
ServiceNames = Annotated[Bilingual, Field(examples=[{"vi": "Massage Thụy Điển", "en": "Swedish massage"}])]
VariantName = Annotated[
    Bilingual,
    Field(
        examples=[{"vi": "Nửa chân", "en": "Half legs"}],
        description="What tells it from the other variants. null: the minutes do, and guests see `60 phút`.",
    ),
]
VariantKey = Annotated[Key, Field(examples=["60"], description="Unique within its service.")]


class Segment(RequestModel):
    """A part of a variant, and what it occupies from its start to its end."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    minutes: Annotated[StrictInt, Field(ge=1, le=DAY)]
    needs_staff: StrictBool
    with_guest: StrictBool = Field(default=True, description="false for preparation and turnover.")
    bed_type_id: UUID | None = None
    device_type_id: UUID | None = None


def _check_treatment(segments: list[Segment]) -> list[Segment]:
    if sum(segment.minutes for segment in segments) > DAY:
        raise bilingual_error(
            "treatment_length",
            "Tổng các công đoạn tối đa 1.440 phút.",
            "Segments should have at most 1440 minutes together",
        )
    if not any(segment.with_guest for segment in segments):
        raise bilingual_error(
            "treatment_guest",
            "Cần ít nhất một công đoạn có khách.",
            "At least one segment should be with the guest",
        )
    return segments


Segments = Annotated[
    list[Segment], Field(min_length=1, max_length=MAX_SEGMENTS), AfterValidator(_check_treatment)
]
AddOnMinutes = Annotated[
    StrictInt,
    Field(
        ge=0,
        le=DAY,
        multiple_of=STEP_MINUTES,
        examples=[15],
        description="Minutes added to the treatment: whole steps of five, so that lengths can be summed up.",
    ),
]
AddOnIds = Annotated[
    list[UUID],
    Field(max_length=MAX_ADD_ONS, description="Add-ons of this service. Their order is that of the add-ons."),
]

ServiceTax = Annotated[
    UUID | None, Field(description="The tax category of the service. null: the default category.")
]
AddOnTax = Annotated[
    UUID | None,
    Field(description="The tax category of the add-on. null: that of the service to which it is added."),
]


class CategoryCreate(RequestModel):
    key: Key = Field(examples=["massage"])
    name: ServiceNames
    position: Position = 0


class CategoryUpdate(RequestModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: ServiceNames = NOT_SENT
    position: Position = 0


class VariantCreate(RequestModel):
    """A variant of a service: its segments in order."""

    key: VariantKey
    name: VariantName | None = None
    price: Price
    position: Position = 0
    segments: Segments


class VariantUpdate(RequestModel):
    """The fields to change; the others stay, and `null` removes the name.

    Appointments booked before keep their price and their times.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: VariantKey = ""
    name: VariantName | None = None
    price: Price = 0
    position: Position = 0
    segments: Segments = Field(default_factory=list)
    retired: StrictBool = Field(default=False, description="true stops selling it; false sells it again.")


class ServiceCreate(RequestModel):
    key: Key = Field(examples=["swedish"])
    category_id: UUID
    name: ServiceNames
    description: BilingualText = Field(default_factory=BilingualText)
    position: Position = 0
    offered: Offered = Offered.ONLINE
    tax_category_id: ServiceTax = None
    add_on_ids: AddOnIds = Field(default_factory=list)
    variants: Annotated[list[VariantCreate], Field(max_length=MAX_VARIANTS)] = Field(default_factory=list)


class ServiceUpdate(RequestModel):
    """The fields to change; the others stay. `add_on_ids` replaces all add-ons."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    category_id: UUID = UUID(int=0)
    name: ServiceNames = NOT_SENT
    description: BilingualText = Field(default_factory=BilingualText)
    position: Position = 0
    offered: Offered = Offered.ONLINE
    tax_category_id: ServiceTax = None
    add_on_ids: AddOnIds = Field(default_factory=list)


class AddOnCreate(RequestModel):
    key: Key = Field(examples=["hot-stones"])
    name: ServiceNames
    minutes: AddOnMinutes
    price: Price
    position: Position = 0
    offered: Offered = Offered.ONLINE
    tax_category_id: AddOnTax = None


class AddOnUpdate(RequestModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: ServiceNames = NOT_SENT
    minutes: AddOnMinutes = 0
    price: Price = 0
    position: Position = 0
    offered: Offered = Offered.ONLINE
    tax_category_id: AddOnTax = None


class VariantRead(BaseModel):
    """A variant of a service, for guests."""

    id: UUID
    key: str
    name: VariantName | None
    minutes: int = Field(
        description="Time of the guest, without preparation and turnover, in whole steps of five minutes: as bookings take."
    )
    price: int = Field(description="In đồng.")


class AddOnRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    name: Bilingual
    minutes: int = Field(description="Minutes added to the treatment.")
    price: int = Field(description="In đồng.")


class ServiceRead(BaseModel):
    id: UUID
    key: str
    name: Bilingual
    description: BilingualText
    variants: list[VariantRead]
    add_ons: list[AddOnRead]


class CategoryRead(BaseModel):
    id: UUID
    key: str
    name: Bilingual
    services: list[ServiceRead]


class DeskCategory(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    name: Bilingual
    position: int


class DeskVariant(BaseModel):
    """A variant of a service with its segments, for the desk."""

    id: UUID
    service_id: UUID
    key: str
    name: VariantName | None
    price: int = Field(description="In đồng.")
    position: int
    retired_at: datetime | None = Field(description="When it stopped being sold.")
    segments: list[Segment]


class DeskService(BaseModel):
    id: UUID
    category_id: UUID
    key: str
    name: Bilingual
    description: BilingualText
    position: int
    offered: Offered
    tax_category_id: ServiceTax
    add_on_ids: list[UUID]
    variants: list[DeskVariant]


class DeskAddOn(AddOnRead):
    position: int
    offered: Offered
    tax_category_id: AddOnTax


class DeskCatalogue(BaseModel):
    """The whole catalogue, each list in order."""

    categories: list[DeskCategory]
    services: list[DeskService]
    add_ons: list[DeskAddOn]


class ServiceName(NamedTuple):
    """The service of a variant."""

    service_id: UUID
    name: LocalizedText
    variant_name: LocalizedText
    """Empty for a variant without a name."""

    @property
    def with_variant(self) -> LocalizedText:
        """Return the service and the variant: `Triệt lông IPL · Nửa chân`."""
        return name_variant(self.name, self.variant_name)


def name_variant(service: LocalizedText, variant: LocalizedText) -> LocalizedText:
    """Return the name of a service with that of its variant, which may be empty."""
    if not variant.vi:
        return service
    return LocalizedText(f"{service.vi} · {variant.vi}", f"{service.en} · {variant.en}")


def variant_name(name: LocalizedText) -> Bilingual | None:
    """Return the name of a variant as responses have it: None where the row has no name."""
    return Bilingual.model_construct(vi=name.vi, en=name.en) if name.vi else None
