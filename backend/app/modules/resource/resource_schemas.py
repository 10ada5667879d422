"""Request and response schemas of rooms, beds, devices and their types."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import NOT_SENT, Bilingual, Key, Line, QueryBool, RequestModel, without_defaults
from app.modules.coverage.coverage_schemas import Force, Stranding

type TypeKind = Literal["bed", "device"]
RoomName = Annotated[Line, Field(max_length=100, examples=["Phòng Sen"])]
ResourceName = Annotated[Line, Field(max_length=100, examples=["Giường 1"])]


class ResourceTypeCreate(RequestModel):
    """A type of interchangeable beds or devices."""

    key: Key = Field(examples=["massage-bed"])
    kind: TypeKind
    name: Bilingual = Field(examples=[{"vi": "Giường massage", "en": "Massage bed"}])


class ResourceTypeUpdate(RequestModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: Bilingual = NOT_SENT


class ResourceTypeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    kind: TypeKind
    name: Bilingual


class RoomCreate(RequestModel):
    key: Key = Field(examples=["quan-1-sen"])
    branch_id: UUID
    name: RoomName


class RoomUpdate(RequestModel):
    """The fields to change; the others stay."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: RoomName = ""


class RoomRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    branch_id: UUID
    name: str


class RoomListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    branch_id: UUID | None = None


class ResourceCreate(RequestModel):
    """A bed or a device, according to its type."""

    key: Key = Field(examples=["quan-1-giuong-1"])
    name: ResourceName
    type_id: UUID
    branch_id: UUID
    room_id: UUID | None = Field(default=None, description="A room of the same branch.")


class ResourceUpdate(RequestModel):
    """The fields to change; the others stay. `room_id: null` takes it out of its room."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: ResourceName = ""
    room_id: UUID | None = None
    retired: bool = Field(
        default=False, strict=True, description="true takes it out of use; false brings it back."
    )
    force: Force = False


class ResourceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    kind: TypeKind
    name: str
    type_id: UUID
    branch_id: UUID
    room_id: UUID | None
    retired_at: datetime | None = Field(description="When it was taken out of use.")


class ResourceUpdated(ResourceRead, Stranding):
    """A bed or a device after a change."""


class ResourceListQuery(BaseModel):
    """Filters of the list of beds and devices."""

    model_config = ConfigDict(extra="forbid")

    branch_id: UUID | None = None
    kind: TypeKind | None = None
    retired: QueryBool = False
