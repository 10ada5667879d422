"""Requests and responses of the availability API: the wishes of guests, and the times at which they can come."""

from datetime import date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from app.common.schemas import IsoDate, RequestModel
from app.common.types.gender import GivenGender
from app.common.types.instants import Instant
from app.common.validation import bilingual_error
from app.scheduling.demand import MOST_GUESTS, MOST_TREATMENTS
from app.scheduling.places import Obstacle
from app.scheduling.shortages import Reason
from app.scheduling.timegrid import STEP_MINUTES

MAX_DAYS = 62
_FIRST_DAY, _LAST_DAY = date(2000, 1, 2), date(2199, 12, 30)
MAX_ADD_ONS = 5
"""The number of add-ons that one treatment can have."""


def _on_a_step(value: datetime) -> datetime:
    if value.minute % STEP_MINUTES or value.second or value.microsecond:
        raise bilingual_error(
            "step",
            "Giờ phải tròn 5 phút, ví dụ 14:05.",
            "Enter a time at a multiple of five minutes, such as 14:05",
        )
    return value


Start = Annotated[Instant, AfterValidator(_on_a_step), Field(examples=["2026-12-05T14:00:00+07:00"])]
"""An instant at which guests may begin, in the API."""


class TreatmentWish(RequestModel):
    variant_id: UUID = Field(description="A length of a service, from the catalogue.")
    add_on_ids: Annotated[list[UUID], Field(max_length=MAX_ADD_ONS)] = Field(default_factory=list)
    therapist_id: UUID | None = Field(
        default=None, description="The therapist that the guest asks for; null for any."
    )
    assign_to: UUID | None = Field(
        default=None,
        description="The therapist who is to do it, although the guest did not ask for them; for the desk. The guest may"
        " still give way to one who asks for this therapist.",
    )
    gender: GivenGender | None = Field(default=None, description="The gender of the therapist.")
    bed_id: UUID | None = Field(default=None, description="The only bed that will do; for the desk.")


class GuestWish(RequestModel):
    treatments: Annotated[
        list[TreatmentWish],
        Field(min_length=1, max_length=MOST_TREATMENTS, description="One after another, in this order."),
    ]


class PartyWish(RequestModel):
    branch_id: UUID
    guests: Annotated[
        list[GuestWish],
        Field(
            min_length=1,
            max_length=MOST_GUESTS,
            description="All of them begin at the same time. Required, unless `instead_of` names what moves.",
        ),
    ] = Field(default_factory=list)
    instead_of: UUID | None = Field(
        default=None,
        description="A visit, or one guest's appointment, that would move: the time it has counts as free. Without"
        " `guests` it moves as agreed, with its therapists and beds or, where these are taken, others that fit.",
    )
    same_room: bool = Field(
        default=False,
        strict=True,
        description="The guests' beds are in one room while their treatments overlap.",
    )

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        refuse_too_many(self.guests)
        if not self.guests and self.instead_of is None:
            raise bilingual_error(
                "guests_needed",
                "Cần chọn dịch vụ cho ít nhất một khách.",
                "Send the guests, or the visit that would move",
            )
        return self


def refuse_too_many(guests: list[GuestWish]) -> None:
    """Refuse a party with more treatments than a quick search allows.

    Raises:
        PydanticCustomError
    """
    if sum(len(guest.treatments) for guest in guests) > MOST_TREATMENTS:
        raise bilingual_error(
            "too_many_treatments",
            f"Cả nhóm được tối đa {MOST_TREATMENTS} dịch vụ.",
            f"A party can have {MOST_TREATMENTS} treatments in all",
        )


def _outside_calendar() -> PydanticCustomError:
    return bilingual_error(
        "date_outside_calendar",
        f"Chọn ngày từ {_FIRST_DAY:%d/%m/%Y} đến {_LAST_DAY:%d/%m/%Y}.",
        f"Choose a day from {_FIRST_DAY} to {_LAST_DAY}",
    )


class DayRange(BaseModel):
    """The days to search."""

    first_day: IsoDate = Field(examples=["2026-12-01"])
    last_day: IsoDate = Field(examples=["2026-12-31"], description="Included; at most 62 days in all.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first_day < _FIRST_DAY or self.last_day > _LAST_DAY:
            raise _outside_calendar()
        if not timedelta() <= self.last_day - self.first_day < timedelta(days=MAX_DAYS):
            raise bilingual_error(
                "date_range", f"Chọn từ 1 đến {MAX_DAYS} ngày.", f"Choose 1 to {MAX_DAYS} days"
            )
        return self


class DaysQuery(PartyWish, DayRange):
    """The days to search."""


class OneDay(BaseModel):
    """One day to search."""

    day: IsoDate = Field(examples=["2026-12-05"])

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        if not _FIRST_DAY <= self.day <= _LAST_DAY:
            raise _outside_calendar()
        return self


class StartsQuery(PartyWish, OneDay):
    """The day to search."""


class PlacesQuery(RequestModel, OneDay):
    """A treatment that would move to a place on the board."""

    branch_id: UUID
    treatment_id: UUID = Field(
        description="A treatment of a visit; its guest moves with all their treatments."
    )


class ReasonRead(BaseModel):
    """One reason why a party cannot come on a day, for programs and for people."""

    code: Reason
    message: str = Field(description="A sentence for people, in Vietnamese or English by Accept-Language.")
    service_id: UUID | None = Field(description="The service for which there are too few therapists.")
    type_id: UUID | None = Field(description="The type of the beds or devices that are missing.")
    needed: int = Field(description="The number needed at once; 0 if no single kind of resource is short.")
    times: list[tuple[datetime, datetime]] = Field(
        description="The times at which fewer are left while the branch is open."
    )


class DayRead(BaseModel):
    day: date
    available: bool
    reasons: list[ReasonRead] = Field(description="What is missing; empty when the party can come.")


class DaysRead(BaseModel):
    days: list[DayRead]


class AssignmentRead(BaseModel):
    """A therapist, a bed or a device that a treatment would occupy."""

    resource_id: UUID
    kind: str = Field(examples=["staff"])
    name: str = Field(examples=["Lan"])


class TreatmentAssignments(BaseModel):
    start: datetime
    end: datetime
    assignments: list[AssignmentRead]


class StartRead(BaseModel):
    """One start, with the therapists, beds and devices of each treatment. Nothing is reserved until it is held or booked."""

    start: datetime
    end: datetime = Field(description="The instant at which the last guest can go.")
    guests: list[list[TreatmentAssignments]] = Field(
        description="The treatments of each guest, in the order of the request."
    )


class StartsRead(BaseModel):
    day: date
    starts: list[StartRead]
    reasons: list[ReasonRead] = Field(description="What is missing; empty when there is a start.")


type Instants = tuple[datetime, datetime]


class ObstacleRead(BaseModel):
    """A reason why the treatment does not fit, and the starts for which it holds."""

    code: Obstacle
    starts: list[Instants] = Field(description="From the first start until before the second.")


class PlaceRead(BaseModel):
    """The starts at which the guest's visit fits with this therapist or on this bed."""

    resource_id: UUID
    kind: str = Field(examples=["staff"])
    name: str = Field(examples=["Lan"])
    fits: list[Instants] = Field(
        description="Starts of the guest in steps of five minutes, from the first until before the second."
    )
    obstacles: list[ObstacleRead] = Field(description="The other starts at which the branch is open.")


class PlacesRead(BaseModel):
    day: date
    open: list[Instants] = Field(
        description="Starts at which the branch is open for the whole stay, from now on. At all others nothing fits."
    )
    messages: dict[Obstacle, str] = Field(
        description="A sentence for each obstacle, in Vietnamese or English by Accept-Language."
    )
    places: list[PlaceRead] = Field(
        description="Therapists with the skill, and beds of the type. No other therapist or bed does this treatment."
    )
