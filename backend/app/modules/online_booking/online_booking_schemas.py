"""Requests and responses of online booking without an account."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, model_validator

from app.common.schemas import Bilingual, BilingualText, Composed, RequestModel
from app.common.types.contact import Email, Name, Phone
from app.common.types.gender import Gender
from app.common.validation import bilingual_error
from app.modules.availability.availability_schemas import (
    DayRange,
    GuestWish,
    OneDay,
    ReasonRead,
    Start,
    refuse_too_many,
)
from app.modules.booking.booking_schemas import Note, Reason
from app.modules.booking.status.status import AppointmentStatus
from app.modules.branch.kinds import OnlineCheck
from app.modules.catalogue.catalogue_schemas import CategoryRead
from app.modules.deposit.kinds import DepositState
from app.modules.payment.payment_schemas import TransferCodeRead
from app.scheduling.demand import MOST_GUESTS

MAX_TOKEN = 100
"""The most characters of a token in a request: longer ones are unknown anyway."""

GuestToken = Annotated[
    str,
    StringConstraints(max_length=MAX_TOKEN, pattern="^[A-Za-z0-9_-]*$"),
    Field(description="The token of a private link, which is about one visit."),
]
Trap = Annotated[
    Composed,
    StringConstraints(max_length=500),
    Field(description="A field that people do not see and leave empty. Robots fill it."),
]


Guests = Annotated[
    list[GuestWish],
    Field(
        min_length=1,
        max_length=MOST_GUESTS,
        description="All of them begin at the same time. Beds and `assign_to` are for the desk.",
    ),
]


class OnlineHold(RequestModel):
    """A time to hold for a party."""

    start: Start
    guests: Guests
    same_room: StrictBool = False
    website: Trap = ""

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        refuse_too_many(self.guests)
        return self


class _Search(RequestModel):
    guests: Guests = Field(default_factory=list)
    same_room: StrictBool = False
    link: GuestToken | None = Field(
        default=None,
        description="The token of a visit, whose time counts as free. Without `guests`: where it can move to.",
    )

    @model_validator(mode="after")
    def _require_guests(self) -> Self:
        refuse_too_many(self.guests)
        if not self.guests and self.link is None:
            raise bilingual_error(
                "guests_needed",
                "Cần chọn dịch vụ cho ít nhất một khách.",
                "Send the guests, or the link of the visit that would move",
            )
        return self


class OnlineDaysQuery(_Search, DayRange):
    """The days to search."""


class OnlineStartsQuery(_Search, OneDay):
    """The day to search."""


class OnlineConfirmation(RequestModel):
    """The guest who comes, and how the spa reaches them."""

    full_name: Name
    phone: Phone
    email: Email | None = None
    note: Note = ""
    code: Annotated[str, StringConstraints(pattern="^[0-9]{6}$")] | None = Field(
        default=None, description="The code of the mail, where the branch checks it."
    )
    website: Trap = ""


class CodeRequest(RequestModel):
    email: Email


class OnlineMove(RequestModel):
    start: Start


class OnlineCancellation(RequestModel):
    reason: Reason = ""


class TherapistShown(BaseModel):
    """A therapist that guests can ask for."""

    id: UUID
    name: str = Field(examples=["Hồng Nhung"])
    gender: Gender | None
    bio: BilingualText
    service_ids: list[UUID] = Field(description="The services that the therapist performs.")


class OnlineBranch(BaseModel):
    """A branch, with what a guest needs to know to book."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    name: str
    address: str
    phone: str | None
    country: str
    time_zone: str
    languages: list[str] = ["vi", "en"]
    grid_minutes: int
    notice_minutes: int
    horizon_days: int
    hold_minutes: int
    free_cancel_minutes: int
    approve_online: bool
    online_check: OnlineCheck
    deposit_percent: int = Field(description="The percentage of the price that is transferred in advance.")
    deposit_minutes: int = Field(description="How long a visit is held until its deposit has arrived.")
    keep_deposit: bool = Field(description="Whether a guest loses it who cancels late or does not come.")
    most_guests: int = MOST_GUESTS


class OnlineOffer(BaseModel):
    """A branch, what it sells online and who does it."""

    branch: OnlineBranch
    categories: list[CategoryRead]
    therapists: list[TherapistShown]


class OnlineDay(BaseModel):
    day: date
    available: bool
    reasons: list[ReasonRead] = Field(description="What is missing; empty when the party can come.")


class OnlineDays(BaseModel):
    days: list[OnlineDay]


class OnlineStart(BaseModel):
    start: datetime
    end: datetime = Field(description="The instant at which the last guest can go.")


class OnlineStarts(BaseModel):
    day: date
    starts: list[OnlineStart]
    reasons: list[ReasonRead] = Field(description="What is missing; empty when there is a start.")


class GuestTreatment(BaseModel):
    variant_id: UUID
    service_id: UUID
    name: Bilingual = Field(description="The name of the service.")
    variant_name: Bilingual | None
    add_ons: list[Bilingual] = Field(description="The names of the add-ons.")
    therapist_id: UUID | None = Field(description="The therapist that the guest asked for.")
    therapist_name: str | None = Field(description="The name by which the therapist is called.")
    gender: Gender | None
    start: datetime
    end: datetime


class GuestAppointment(BaseModel):
    """The appointment of one guest of the party."""

    status: AppointmentStatus
    start: datetime
    end: datetime
    price: int = Field(description="The sum of everything agreed, in đồng.")
    reason: str = Field(description="Why it was declined or cancelled.")
    treatments: list[GuestTreatment]


class GuestContact(BaseModel):
    """The contact as the guest typed it. It stays, whatever the spa knows about that phone number."""

    full_name: str
    phone: str
    email: str | None


class GuestDeposit(BaseModel):
    """The deposit of a visit, and how it is paid."""

    state: DepositState
    amount: int = Field(description="What the spa asks for, in đồng.")
    paid: int
    due: int = Field(description="What has not arrived.")
    balance: int = Field(description="What is left of it: neither used on a bill nor returned.")
    transfer: TransferCodeRead | None = Field(description="null: nothing can be transferred any more.")


class GuestCourse(BaseModel):
    """A course of the booker, and its sessions by their state."""

    name: Bilingual
    sessions: int
    free: int = Field(description="Sessions that can be used.")
    reserved: int = Field(description="Sessions that are to pay booked treatments.")
    used: int
    expires_on: date | None = Field(description="The last day on which a session can be used; null: none.")
    pays_visit: bool = Field(description="A session pays a treatment of this visit.")


class GuestVisit(BaseModel):
    """A visit as the holder of its private link may read it."""

    branch: OnlineBranch
    status: AppointmentStatus = Field(description="Of the guests who come, the least advanced.")
    start: datetime
    end: datetime
    hold_expires_at: datetime | None
    same_room: bool
    note: str
    price: int = Field(description="The sum of everything agreed, in đồng.")
    guests: list[GuestAppointment]
    contact: GuestContact | None = Field(description="null until it is confirmed.")
    free_cancel_until: datetime = Field(description="Until then it can be moved and cancelled by the link.")
    deposit: GuestDeposit | None = Field(description="null: none was asked for.")
    deposit_asked: int = Field(description="The deposit that a confirmation now would ask for, in đồng.")
    courses: list[GuestCourse] = Field(
        description="The courses of the booker, once the desk has met the guest; before, those that the desk has let pay"
        " this visit."
    )
    can_confirm: bool
    can_move: bool
    can_cancel: bool
    link_expires_at: datetime


class GuestLinkRecord(BaseModel):
    """A private link in the copy of a customer's data, without its token, which is a key."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    visit_id: UUID
    customer_id: UUID | None
    contact_name: str
    contact_phone: str | None
    contact_email: str | None
    created_at: datetime
    revoked_at: datetime | None


class GuestLinkRead(BaseModel):
    """The private link of a visit, without its token, which is stored nowhere."""

    expires_at: datetime
    revoked_at: datetime | None = Field(description="When the desk made it stop working.")


class HeldVisit(BaseModel):
    token: str = Field(description="The token of the private link. It is shown only here.")
    visit: GuestVisit
