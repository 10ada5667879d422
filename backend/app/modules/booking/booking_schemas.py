"""Requests and responses of the visits API."""

from datetime import UTC, datetime
from enum import StrEnum
from operator import not_
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, computed_field, model_validator

from app.common.helpers import is_visible, strip_invisible
from app.common.schemas import Bilingual, Composed, Line, PageQuery, RequestModel, without_defaults
from app.common.types.gender import Gender, GivenGender
from app.common.types.wall_time import DAY
from app.common.validation import bilingual_error
from app.modules.availability.availability_schemas import (
    MAX_ADD_ONS,
    GuestWish,
    Start,
    refuse_too_many,
)
from app.modules.booking.series.occurrences import MOST_OCCURRENCES
from app.modules.booking.status.status import AppointmentStatus, StatusRequest, VisitSource
from app.scheduling.demand import MOST_GUESTS, MOST_TREATMENTS
from app.scheduling.supply import ResourceKind

Force = Annotated[
    StrictBool,
    Field(
        description="Overrule opening hours, shifts and blocked time; for the desk. Never another guest, leave, an outage"
        " or travel. A therapist without a shift on that day works only if asked for by name."
    ),
]
_NOT_SENT = datetime(2000, 1, 1, tzinfo=UTC)

_READ_BY_ALL = "The customer can read it."

AllowSameTime = Annotated[
    StrictBool,
    Field(description="The desk confirms that a customer has another appointment at the same time."),
]

Note = Annotated[Composed, Field(max_length=2000, description=_READ_BY_ALL)]
Reason = Annotated[Composed, Field(max_length=500)]
GuestName = Annotated[Line, Field(max_length=200, examples=["Chị Mai"])]


class GuestBooking(GuestWish):
    customer_id: UUID | None = Field(
        default=None, description="The customer who is the guest, if the spa knows them."
    )
    guest_name: GuestName | None = None


class Occurrence(RequestModel):
    """An occurrence of a series of visits."""

    series_id: UUID
    number: StrictInt = Field(ge=1, le=MOST_OCCURRENCES, description="From 1, in the order of the series.")


class VisitCreate(RequestModel):
    """A party to hold or book."""

    branch_id: UUID
    start: Start | None = Field(
        default=None,
        description="Required, except for a walk-in that begins now. For a walk-in it is in the past: a visit of the last"
        " 7 days that was not written down, which is completed or, if it is not over yet, in service.",
    )
    walk_in: StrictBool = Field(
        default=False, description="The party came without a booking; for the desk only."
    )
    hold: StrictBool = Field(
        default=False,
        description="Hold the time for the number of minutes that the branch sets. Confirm it before it expires.",
    )
    customer_id: UUID | None = Field(
        default=None,
        description="The customer who books. Customers book for themselves, and may leave it out.",
    )
    guests: Annotated[list[GuestBooking], Field(min_length=1, max_length=MOST_GUESTS)]
    same_room: StrictBool = False
    note: Note = ""
    allow_same_time: AllowSameTime = False
    force: Force = False
    occurrence: Occurrence | None = Field(
        default=None,
        description="The occurrence of a series that has no visit yet, because its time was taken, and gets this one; for"
        " the desk.",
    )

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        refuse_too_many([*self.guests])
        if (self.start is None and not self.walk_in) or (self.walk_in and self.hold):
            raise bilingual_error(
                "walk_in",
                "Cần chọn giờ bắt đầu. Khách vãng lai thì không giữ chỗ.",
                "Send a start, or walk_in and no hold",
            )
        known = [guest.customer_id for guest in self.guests if guest.customer_id is not None]
        if len({*known}) != len(known):
            raise bilingual_error(
                "guest_twice",
                "Mỗi khách hàng chỉ thêm được một lần trong nhóm.",
                "A customer can be one guest of a party",
            )
        return self


class VisitUpdate(RequestModel):
    """Changes for the whole party. A field that is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    start: Start = Field(default=_NOT_SENT, description="Moves all guests who are not being treated yet.")
    same_room: StrictBool = False
    note: Note = ""
    allow_same_time: AllowSameTime = False
    force: Force = False


class TreatmentChange(RequestModel):
    """One treatment of the guest after the change: an agreed one by its id, or a new one by its variant.

    A field of an agreed treatment that is left out stays as it is. The agreed price always stays.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults)

    id: UUID | None = None
    variant_id: UUID | None = None
    add_on_ids: Annotated[list[UUID], Field(max_length=MAX_ADD_ONS)] | None = Field(
        default=None, description="The complete set of add-ons."
    )
    therapist_id: UUID | None = Field(
        default=None, description="The therapist that the guest asks for; null for any."
    )
    assign_to: UUID | None = Field(
        default=None,
        description="The therapist who is to do it now. The guest's wish stays as it is: a guest who asked for no one may"
        " still give way to one who asks for this therapist.",
    )
    gender: GivenGender | None = None
    bed_id: UUID | None = Field(default=None, description="The only bed that will do.")
    minutes: Annotated[
        StrictInt | None,
        Field(
            ge=5,
            le=DAY,
            multiple_of=5,
            description="The guest's total time: extends or shortens the treatment.",
        ),
    ] = None

    @model_validator(mode="after")
    def _require_id_or_variant(self) -> Self:
        if (self.id is None) == (self.variant_id is None):
            raise bilingual_error(
                "id_or_variant",
                "Chọn dịch vụ đã đặt hoặc thêm dịch vụ mới, không cả hai.",
                "Send either the id of a treatment, or a variant",
            )
        return self


class AppointmentUpdate(RequestModel):
    """Changes for one guest; the others of the party stay as they are. A field that is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    start: Start = Field(default=_NOT_SENT, description="Moves this guest alone.")
    treatments: Annotated[list[TreatmentChange], Field(min_length=1, max_length=MOST_TREATMENTS)] = Field(
        default_factory=list, description="All treatments, in order. Those that are left out are dropped."
    )
    customer_id: UUID | None = None
    guest_name: GuestName | None = None
    split_from_party: StrictBool = Field(default=False, description="Give the guest a visit of their own.")
    allow_same_time: AllowSameTime = False
    force: Force = False

    @model_validator(mode="after")
    def _refuse_duplicates(self) -> Self:
        ids = [treatment.id for treatment in self.treatments if treatment.id is not None]
        if len({*ids}) != len(ids):
            raise bilingual_error(
                "treatment_twice",
                "Mỗi dịch vụ đã đặt chỉ được nêu một lần.",
                "A booked treatment can be named once",
            )
        return self


class StatusChange(RequestModel):
    """A new status, for all guests or for some."""

    status: StatusRequest = Field(
        examples=["confirmed"],
        description="Cancelling a hold releases it. What a customer confirms may wait for approval.",
    )
    reason: Reason = Field(
        default="",
        description=f"Kept for `declined`, `cancelled` and `reopened`; required for `reopened`. {_READ_BY_ALL}",
    )
    appointment_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_GUESTS)] = Field(
        default_factory=list,
        description="Guests of this visit: all of them change, or none. If left out, every guest changes who can.",
    )
    allow_same_time: AllowSameTime = False
    force: Force = False

    @model_validator(mode="after")
    def _require_reason(self) -> Self:
        if self.status is StatusRequest.REOPENED and not is_visible(strip_invisible(self.reason)):
            raise bilingual_error("reason_needed", "Cần ghi lý do mở lại.", "Give a reason for reopening")
        return self


class StatusUndo(RequestModel):
    """A change of status to take back, for all guests who made it together or for some."""

    status: StatusRequest = Field(
        examples=["cancelled"],
        description="The status that was requested by mistake. It is taken back only if it was the last change.",
    )
    appointment_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_GUESTS)] = Field(
        default_factory=list,
        description="Guests of this visit: it is taken back for all of them, or for none. If left out, for those who"
        " changed last.",
    )
    allow_same_time: AllowSameTime = False


EditId = Annotated[
    UUID | None,
    Field(
        default=None,
        exclude_if=not_,
        description="For the desk: `POST /appointment-edits/{edit_id}/undo` takes it back. Left out if nothing was changed that this can take back.",
    ),
]


class EditUndo(RequestModel):
    """The undo of an edit."""

    allow_same_time: AllowSameTime = False


class Exchanged(StrEnum):
    """A thing that two appointments exchange."""

    THERAPIST = "therapist"
    BED = "bed"
    START = "start"


class AppointmentSwap(RequestModel):
    """The other appointment, of the same branch, and what the two exchange."""

    with_appointment_id: UUID
    exchange: Annotated[
        list[Exchanged],
        Field(
            min_length=1,
            max_length=len(Exchanged),
            description="What is not exchanged stays; after an exchange of starts a guest may get another therapist or bed"
            " where the present one is not free.",
        ),
    ]
    allow_same_time: AllowSameTime = False


class TreatmentAllocation(BaseModel):
    """A therapist, a bed or a device, and when the treatment occupies it."""

    resource_id: UUID
    kind: ResourceKind
    name: str
    start: datetime
    end: datetime


class AddOnAgreed(BaseModel):
    add_on_id: UUID
    name: Bilingual
    price: int = Field(description="The agreed price, in đồng.")


class TreatmentRead(BaseModel):
    id: UUID
    variant_id: UUID
    service_id: UUID
    name: Bilingual = Field(description="The name of the service.")
    variant_name: Bilingual | None = Field(
        description="What tells the variant from others of the service, such as `Nửa chân`."
    )
    price: int = Field(description="The agreed price without add-ons, in đồng.")
    add_ons: list[AddOnAgreed]
    therapist_id: UUID | None = Field(
        description="The therapist asked for by name. The assigned therapist is in `allocations`."
    )
    gender: Gender | None = Field(description="The gender of therapist asked for.")
    bed_id: UUID | None = Field(
        description="The bed that the desk chose. The assigned bed is in `allocations`."
    )
    start: datetime
    end: datetime
    allocations: list[TreatmentAllocation]


class AppointmentRead(BaseModel):
    """The appointment of one guest."""

    id: UUID
    customer_id: UUID | None
    guest_name: str
    status: AppointmentStatus
    hold_expires_at: datetime | None
    start: datetime
    end: datetime
    reason: str = Field(description=f"Why it was declined, cancelled or reopened. {_READ_BY_ALL}")
    treatments: list[TreatmentRead]

    @computed_field(description="The sum of everything agreed, in đồng.")  # type: ignore[prop-decorator]  # mypy #1362
    @property
    def price(self) -> int:
        return sum(
            treatment.price + sum(add_on.price for add_on in treatment.add_ons)
            for treatment in self.treatments
        )


class VisitSeriesRef(BaseModel):
    """The place of a visit in its series."""

    id: UUID
    number: int = Field(description="From 1, in the order of the series.")
    count: int = Field(description="The number of visits that the series was to have.")


class VisitRead(BaseModel):
    id: UUID
    branch_id: UUID
    customer_id: UUID | None = Field(description="The customer who booked.")
    source: VisitSource
    same_room: bool
    note: str = Field(description=_READ_BY_ALL)
    created_at: datetime
    series: VisitSeriesRef | None = Field(
        default=None, description="The series that the visit belongs to; null if it was booked by itself."
    )
    appointments: list[AppointmentRead]


class ResourceNamed(BaseModel):
    id: UUID
    name: str = Field(examples=["Lan"])


class ReassignedTreatment(BaseModel):
    """A treatment of another guest that got another therapist, bed or device to make room. Its time is as before."""

    visit_id: UUID
    appointment_id: UUID
    treatment_id: UUID
    customer_id: UUID | None = Field(description="The guest, if the spa knows them.")
    guest_name: str
    start: datetime
    kind: ResourceKind
    before: ResourceNamed
    after: ResourceNamed


class VisitChanged(VisitRead):
    """A visit as it is after a booking or a change."""

    reassigned: list[ReassignedTreatment] = Field(
        default_factory=list,
        exclude_if=not_,
        description="For the desk, and only if it was necessary: what other guests, without a wish, gave up for"
        " this visit.",
    )
    edit_id: EditId = None


class EditUndone(BaseModel):
    visits: list[VisitRead] = Field(description="The visits that the edit had changed, as they are now.")


class AppointmentsSwapped(BaseModel):
    visits: list[VisitRead] = Field(description="The visits of both appointments, as they are now.")
    edit_id: EditId = None


class VisitListQuery(PageQuery):
    """Filters for visits: by customer, or by branch. Customers see their own."""

    customer_id: UUID | None = None
    branch_id: UUID | None = None


class VisitPage(BaseModel):
    items: list[VisitRead]
    next_cursor: str | None
