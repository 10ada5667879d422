"""What the API takes and gives for visits."""

from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from app.common.schemas import Bilingual, Composed, Line, PageQuery, RequestModel, without_defaults
from app.common.types.gender import Gender, GivenGender
from app.modules.availability.availability_schemas import (
    MAX_ADD_ONS,
    GuestWish,
    Start,
    refuse_too_many,
)
from app.modules.booking.status.status import AppointmentStatus, StatusRequest, VisitSource
from app.scheduling.demand import MOST_GUESTS, MOST_TREATMENTS
from app.scheduling.supply import ResourceKind

MAX_MINUTES = 720
"""Of one treatment."""
_NOT_SENT = datetime(2000, 1, 1, tzinfo=UTC)

_READ_BY_ALL = "The customer reads it, too."

Note = Annotated[Composed, Field(max_length=2000, description=_READ_BY_ALL)]
Reason = Annotated[Composed, Field(max_length=500)]
GuestName = Annotated[Line, Field(max_length=200, examples=["Chị Mai"])]


class GuestBooking(GuestWish):
    customer_id: UUID | None = Field(default=None, description="Who the guest is, when the spa knows them.")
    guest_name: GuestName | None = None


class VisitCreate(RequestModel):
    """A party to hold or to book."""

    branch_id: UUID
    start: Start | None = Field(default=None, description="Left out for who stands at the desk.")
    walk_in: StrictBool = Field(default=False, description="They begin now; at the desk only.")
    hold: StrictBool = Field(
        default=False, description="Only keep it, for the minutes that the branch gives; confirm it by then."
    )
    customer_id: UUID | None = Field(
        default=None, description="Who books. A customer books for themselves and may leave it out."
    )
    guests: Annotated[list[GuestBooking], Field(min_length=1, max_length=MOST_GUESTS)]
    same_room: StrictBool = False
    note: Note = ""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        refuse_too_many([*self.guests])
        if (self.start is None) != self.walk_in or (self.walk_in and self.hold):
            raise PydanticCustomError("walk_in", "Send either a start, or walk_in and no hold")
        known = [each.customer_id for each in self.guests if each.customer_id is not None]
        if len({*known}) != len(known):
            raise PydanticCustomError("guest_twice", "A customer can be one guest of a party")
        return self


class VisitUpdate(RequestModel):
    """What is to change for the whole party. A field left out stays."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    start: Start = Field(default=_NOT_SENT, description="Moves all guests who are not done.")
    same_room: StrictBool = False
    note: Note = ""


class TreatmentChange(RequestModel):
    """One treatment of the guest as it is to be: one that is agreed, by its id, or a new one, by its variant.

    Of an agreed one what is left out stays, and its price always does.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults)

    id: UUID | None = None
    variant_id: UUID | None = None
    add_on_ids: Annotated[list[UUID], Field(max_length=MAX_ADD_ONS)] | None = Field(
        default=None, description="These and no others."
    )
    therapist_id: UUID | None = Field(default=None, description="Whom the guest wants; null: anybody.")
    gender: GivenGender | None = None
    bed_id: UUID | None = Field(default=None, description="This bed and no other.")
    minutes: Annotated[
        StrictInt | None,
        Field(
            ge=5, le=MAX_MINUTES, multiple_of=5, description="Of the guest in all; to extend it, or shorten."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.id is None) == (self.variant_id is None):
            raise PydanticCustomError("id_or_variant", "Send either the id of a treatment, or a variant")
        return self


class AppointmentUpdate(RequestModel):
    """What is to change for one guest; the others of the party stay as they are. A field left out stays."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    start: Start = Field(default=_NOT_SENT, description="This guest alone begins then.")
    treatments: Annotated[list[TreatmentChange], Field(min_length=1, max_length=MOST_TREATMENTS)] = Field(
        default_factory=list, description="All of them, in order: what is left out is dropped."
    )
    customer_id: UUID | None = None
    guest_name: GuestName | None = None
    split_from_party: StrictBool = Field(
        default=False, description="Into a visit of their own: the party is split."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [each.id for each in self.treatments if each.id is not None]
        if len({*ids}) != len(ids):
            raise PydanticCustomError("treatment_twice", "A treatment that is agreed can be named once")
        return self


class StatusChange(RequestModel):
    """To what, and for whom."""

    status: StatusRequest = Field(
        examples=["confirmed"],
        description="A hold that is cancelled is given up. Some wait for approval when they are confirmed.",
    )
    reason: Reason = Field(
        default="",
        description=f"Kept when it is declined, cancelled or reopened, which needs one. {_READ_BY_ALL}",
    )
    appointment_ids: Annotated[list[UUID], Field(max_length=MOST_GUESTS)] = Field(
        default_factory=list, description="Of this visit: all of these or none. Left out: its guests who can."
    )

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.status is StatusRequest.REOPENED and not self.reason:
            raise PydanticCustomError("reason_needed", "Say why it is reopened")
        return self


class TreatmentAllocation(BaseModel):
    """A therapist, a bed or a device, and when this treatment takes it."""

    resource_id: UUID
    kind: ResourceKind
    name: str
    start: datetime
    end: datetime


class AddOnAgreed(BaseModel):
    add_on_id: UUID
    name: Bilingual
    price: int = Field(description="Đồng, as agreed.")


class TreatmentRead(BaseModel):
    id: UUID
    variant_id: UUID
    service_id: UUID
    name: Bilingual
    price: int = Field(description="Đồng, as agreed, without its add-ons.")
    add_ons: list[AddOnAgreed]
    therapist_id: UUID | None = Field(description="Whom the guest asked for; who does it is in `takes`.")
    gender: Gender | None = Field(description="Of the therapist that the guest asked for.")
    start: datetime
    end: datetime
    allocations: list[TreatmentAllocation]


class AppointmentRead(BaseModel):
    """One guest of the visit."""

    id: UUID
    customer_id: UUID | None
    guest_name: str
    status: AppointmentStatus
    hold_expires_at: datetime | None
    start: datetime
    end: datetime
    reason: str = Field(description=f"Why it was declined, cancelled or reopened. {_READ_BY_ALL}")
    price: int = Field(description="Đồng, of everything agreed.")
    treatments: list[TreatmentRead]


class VisitRead(BaseModel):
    id: UUID
    branch_id: UUID
    customer_id: UUID | None = Field(description="Who booked.")
    source: VisitSource
    same_room: bool
    note: str = Field(description=_READ_BY_ALL)
    created_at: datetime
    appointments: list[AppointmentRead]


class VisitListQuery(PageQuery):
    """Newest first: of a customer or of a branch; customers see their own."""

    customer_id: UUID | None = None
    branch_id: UUID | None = None


class VisitPage(BaseModel):
    items: list[VisitRead]
    next_cursor: str | None
