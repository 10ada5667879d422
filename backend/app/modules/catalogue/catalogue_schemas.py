"""What the API takes and gives for the catalogue."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt

from app.common.schemas import NOT_SENT, Bilingual, BilingualText, Key, RequestModel, without_defaults
from app.common.types.wall_time import DAY
from app.common.validation import bilingual_error
from app.modules.catalogue.kinds import Offered

MAX_SEGMENTS = 20
MAX_VARIANTS = 50
MAX_ADD_ONS = 100
"""That go with one service."""

Price = Annotated[StrictInt, Field(ge=0, le=1_000_000_000, examples=[450_000], description="Đồng, now.")]
Position = Annotated[
    StrictInt,
    Field(
        ge=0, le=1_000_000, description="Where it stands in its list; equals are in the order of their keys."
    ),
]
Words = Annotated[Bilingual, Field(examples=[{"vi": "Massage Thụy Điển", "en": "Swedish massage"}])]
VariantKey = Annotated[Key, Field(examples=["60"], description="Within its service.")]


class Segment(RequestModel):
    """A stretch of a variant, and what it occupies all the while."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    minutes: Annotated[StrictInt, Field(ge=1, le=DAY)]
    needs_staff: StrictBool
    with_guest: StrictBool = Field(default=True, description="false for preparation and turnover.")
    bed_type_id: UUID | None = None
    device_type_id: UUID | None = None


def _a_treatment(segments: list[Segment]) -> list[Segment]:
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
    list[Segment], Field(min_length=1, max_length=MAX_SEGMENTS), AfterValidator(_a_treatment)
]
AddOnIds = Annotated[
    list[UUID],
    Field(
        max_length=MAX_ADD_ONS, description="Which go with it, each once; the order is that of the add-ons."
    ),
]


class CategoryCreate(RequestModel):
    key: Key = Field(examples=["massage"])
    name: Words
    position: Position = 0


class CategoryUpdate(RequestModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: Words = NOT_SENT
    position: Position = 0


class VariantCreate(RequestModel):
    """A length of a service: its segments, one after the other."""

    key: VariantKey
    price: Price
    position: Position = 0
    segments: Segments


class VariantUpdate(RequestModel):
    """What is to change. A field left out stays; appointments made before keep their price and their times."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: VariantKey = ""
    price: Price = 0
    position: Position = 0
    segments: Segments = Field(default_factory=list)
    retired: StrictBool = Field(default=False, description="Not offered any more; false brings it back.")


class ServiceCreate(RequestModel):
    key: Key = Field(examples=["swedish"])
    category_id: UUID
    name: Words
    description: BilingualText = Field(default_factory=BilingualText)
    position: Position = 0
    offered: Offered = Offered.ONLINE
    add_on_ids: AddOnIds = Field(default_factory=list)
    variants: Annotated[list[VariantCreate], Field(max_length=MAX_VARIANTS)] = Field(default_factory=list)


class ServiceUpdate(RequestModel):
    """What is to change. A field left out stays; `add_on_ids` are these and no others."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    category_id: UUID = UUID(int=0)
    name: Words = NOT_SENT
    description: BilingualText = Field(default_factory=BilingualText)
    position: Position = 0
    offered: Offered = Offered.ONLINE
    add_on_ids: AddOnIds = Field(default_factory=list)


class AddOnCreate(RequestModel):
    key: Key = Field(examples=["hot-stones"])
    name: Words
    minutes: Annotated[StrictInt, Field(ge=0, le=DAY, description="By which the treatment is longer.")]
    price: Price
    position: Position = 0
    offered: Offered = Offered.ONLINE


class AddOnUpdate(RequestModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: Words = NOT_SENT
    minutes: Annotated[StrictInt, Field(ge=0, le=DAY, description="By which the treatment is longer.")] = 0
    price: Price = 0
    position: Position = 0
    offered: Offered = Offered.ONLINE


class VariantRead(BaseModel):
    """A length of a service, as guests see it."""

    id: UUID
    key: str
    minutes: int = Field(description="Of the guest.")
    price: int = Field(description="Đồng.")


class AddOnRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    name: Bilingual
    minutes: int = Field(description="By which the treatment is longer.")
    price: int = Field(description="Đồng.")


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
    """A length of a service, with what it occupies."""

    id: UUID
    service_id: UUID
    key: str
    price: int = Field(description="Đồng.")
    position: int
    retired_at: datetime | None = Field(description="Since when it is not offered.")
    segments: list[Segment]


class DeskService(BaseModel):
    id: UUID
    category_id: UUID
    key: str
    name: Bilingual
    description: BilingualText
    position: int
    offered: Offered
    add_on_ids: list[UUID]
    variants: list[DeskVariant]


class DeskAddOn(AddOnRead):
    position: int
    offered: Offered


class DeskCatalogue(BaseModel):
    """All of it, each list in order."""

    categories: list[DeskCategory]
    services: list[DeskService]
    add_ons: list[DeskAddOn]
