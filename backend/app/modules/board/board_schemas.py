"""What a branch's day is shown as, and what its stream tells."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.types.gender import Gender
from app.common.types.instants import Day
from app.modules.booking.booking_schemas import VisitRead
from app.modules.branch.branch_schemas import OpenSpan
from app.modules.resource.outages.schemas import OutageRead
from app.modules.resource.resource_schemas import TypeKind
from app.modules.staff.roster.schemas import ShiftRead


class BoardQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    day: Annotated[Day, Field(description="Of the calendar of the branch.", examples=["2026-12-05"])]


class BoardLeave(BaseModel):
    """Approved."""

    id: UUID
    start: datetime
    end: datetime


class BoardPerson(BaseModel):
    """Somebody who works on that day, or has something to do though they do not."""

    id: UUID
    name: str
    gender: Gender | None
    shifts: list[ShiftRead]
    leave: list[BoardLeave]


class BoardEquipment(BaseModel):
    """A bed or a device."""

    id: UUID
    kind: TypeKind
    type_id: UUID
    name: str
    outages: list[OutageRead]


class BoardRoom(BaseModel):
    id: UUID | None = Field(description="null: what is in no room.")
    name: str | None
    things: list[BoardEquipment]


class BoardGuest(BaseModel):
    """A customer who comes or who booked."""

    id: UUID
    full_name: str
    phone: str | None = Field(description="For the desk only.")
    contraindications: str


class BoardRead(BaseModel):
    """The day of a branch: its calendar day, and the night that begins on it."""

    branch_id: UUID
    day: date
    time_zone: str
    start: datetime
    end: datetime = Field(description="Midnight, or the end of the night that begins on the day.")
    open: list[OpenSpan]
    people: list[BoardPerson]
    rooms: list[BoardRoom]
    guests: list[BoardGuest]
    visits: list[VisitRead] = Field(description="Cancelled ones too; not holds that have expired.")


class BoardChange(BaseModel):
    """What is another than it was. What is null has not changed."""

    visits: list[VisitRead] = Field(description="New or changed, whole.")
    removed: list[UUID] = Field(description="Visits that are not on the board any more.")
    guests: list[BoardGuest] = Field(description="New or changed, whole.")
    open: list[OpenSpan] | None
    people: list[BoardPerson] | None
    rooms: list[BoardRoom] | None
