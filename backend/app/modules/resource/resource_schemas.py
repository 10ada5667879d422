"""What the API takes and gives for beds, devices, their types and the rooms they are in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import NOT_SENT, Bilingual, Key, Line, QueryBool, RequestModel, without_defaults

MAX_LISTED = 1_000
"""Types, rooms, or beds and devices: in one answer."""
type TypeKind = Literal["bed", "device"]
RoomName = Annotated[Line, Field(max_length=100, examples=["Phòng Sen"])]
ResourceName = Annotated[Line, Field(max_length=100, examples=["Giường 1"])]


class ResourceTypeCreate(RequestModel):
    """Beds or devices that stand in for each other."""

    key: Key = Field(examples=["massage-bed"])
    kind: TypeKind
    name: Bilingual = Field(examples=[{"vi": "Giường massage", "en": "Massage bed"}])


class ResourceTypeUpdate(RequestModel):
    """What is to change; a field left out stays."""

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
    """What is to change; a field left out stays."""

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
    """A bed or a device; which of them it is, its type says."""

    key: Key = Field(examples=["quan-1-giuong-1"])
    name: ResourceName
    type_id: UUID
    branch_id: UUID
    room_id: UUID | None = Field(default=None, description="Of the same branch.")


class ResourceUpdate(RequestModel):
    """What is to change. A field left out stays; `null` takes it out of its room."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    name: ResourceName = ""
    room_id: UUID | None = None
    retired: bool = Field(
        default=False, strict=True, description="It is not there any more; false brings it back."
    )


class ResourceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    kind: TypeKind
    name: str
    type_id: UUID
    branch_id: UUID
    room_id: UUID | None
    retired_at: datetime | None = Field(description="Since when it is not there any more.")


class ResourceListQuery(BaseModel):
    """Which beds and devices."""

    model_config = ConfigDict(extra="forbid")

    branch_id: UUID | None = None
    kind: TypeKind | None = None
    retired: QueryBool = False
