"""Requests and responses of the board API: a branch's day, and the events of its stream."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.types.gender import Gender
from app.common.types.instants import Day
from app.modules.blocked_time.blocked_time_schemas import BoardBlockedTime
from app.modules.booking.booking_schemas import VisitRead
from app.modules.branch.branch_schemas import OpenSpan
from app.modules.coverage.coverage_schemas import StrandedProblem
from app.modules.resource.outages.schemas import OutageRead
from app.modules.resource.resource_schemas import TypeKind
from app.modules.sale.guest_bills import BillState
from app.modules.staff.staff_schemas import ShiftRead


class BoardQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    day: Annotated[Day, Field(description="A date in the time zone of the branch.", examples=["2026-12-05"])]


class BoardLeave(BaseModel):
    """Approved leave."""

    id: UUID
    start: datetime
    end: datetime


class BoardPerson(BaseModel):
    """A person who has a shift or an appointment on that day."""

    id: UUID
    name: str
    gender: Gender | None
    shifts: list[ShiftRead]
    leave: list[BoardLeave]
    blocked: list[BoardBlockedTime] = Field(description="Breaks, meetings and the like, in every branch.")


class BoardEquipment(BaseModel):
    """A bed or a device."""

    id: UUID
    kind: TypeKind
    type_id: UUID
    name: str
    outages: list[OutageRead]
    blocked: list[BoardBlockedTime]


class BoardRoom(BaseModel):
    id: UUID | None = Field(description="null for the equipment that is in no room.")
    name: str | None
    equipment: list[BoardEquipment]


class BoardGuest(BaseModel):
    """A customer who comes or who booked."""

    id: UUID
    full_name: str
    phone: str | None = Field(description="Shown at the desk only.")
    phone_owner: str | None = Field(
        description="Whose phone it is, such as the mother of a child; null: the guest's own. Shown at the desk only."
    )
    contraindications: str


class BoardStranded(BaseModel):
    """An upcoming appointment that cannot take place as it was booked."""

    appointment_id: UUID
    problems: list[StrandedProblem]


class BoardBill(BaseModel):
    """The bill that an appointment is on."""

    appointment_id: UUID
    sale_id: UUID = Field(description="The open bill, or the newest if all are closed.")
    state: BillState = Field(
        description="`open`: nothing is paid. `part`: something is left to pay on a bill. `rest`: something is on no bill yet."
        " `paid`: nothing is left. `refunded`: everything was given back."
    )


class BoardReleased(BaseModel):
    """The resources that a treatment had before its guest was cancelled, declined or a no-show."""

    treatment_id: UUID
    resource_ids: list[UUID]


class BoardRead(BaseModel):
    """A branch's day: the date, and the night that begins on it."""

    branch_id: UUID
    day: date
    time_zone: str
    start: datetime
    end: datetime = Field(description="Midnight, or the end of the night that begins on the day.")
    opening_hours: list[OpenSpan]
    people: list[BoardPerson]
    rooms: list[BoardRoom]
    guests: list[BoardGuest]
    visits: list[VisitRead] = Field(description="Includes cancelled visits, but no expired holds.")
    stranded: list[BoardStranded] = Field(
        description="Appointments of these visits that cannot take place as booked, and why."
    )
    released: list[BoardReleased] = Field(description="Treatments that have released what they had.")
    bills: list[BoardBill] = Field(
        description="The bills of those appointments that have one. Shown at the desk only."
    )


class DayUtilization(BaseModel):
    """A day with its guests, and the minutes booked of those on shift."""

    day: date
    is_open: bool
    guests: int = Field(description="Guests whose appointments begin on that day and who have not given up.")
    pending_guests: int = Field(
        description="Those of them whose appointments wait for the desk to approve them."
    )
    booked_minutes: int = Field(description="Minutes for which these guests occupy therapists.")
    working_minutes: int = Field(description="Minutes of all shifts. Leave is not subtracted.")


class BoardChange(BaseModel):
    """The changes since the event before. null: unchanged."""

    visits: list[VisitRead] = Field(description="New or changed visits, complete.")
    removed: list[UUID] = Field(description="Ids of visits that are no longer on the board.")
    guests: list[BoardGuest] = Field(description="New or changed guests, complete.")
    opening_hours: list[OpenSpan] | None
    people: list[BoardPerson] | None
    rooms: list[BoardRoom] | None
    stranded: list[BoardStranded] | None
    released: list[BoardReleased] | None
    bills: list[BoardBill] | None


class BoardEvent(BaseModel):
    """The first event of a stream."""

    event: Literal["board"]
    data: BoardRead


class ChangedEvent(BaseModel):
    """An event of a stream when something has changed."""

    event: Literal["changed"]
    data: BoardChange
