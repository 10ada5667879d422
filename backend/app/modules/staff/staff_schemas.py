"""What the API takes and gives for staff."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.common.schemas import BilingualText, IsoDate, Key, RequestModel, without_defaults
from app.common.types.contact import Email, Name, Phone
from app.common.types.gender import Gender, GivenGender
from app.common.validation import bilingual_error

MAX_STAFF = 1_000
"""In one list."""
_YEARS = range(1950, 2200)


def backwards() -> PydanticCustomError:
    return bilingual_error(
        "date_range",
        "Ngày cuối phải từ ngày đầu trở đi và không quá xa hôm nay.",
        "The last day should not be before the first, nor too far from today",
    )


def _day(value: date) -> date:
    if value.year not in _YEARS:
        raise backwards()
    return value


def _each_once[T](values: Sequence[T]) -> list[T]:
    return list(dict.fromkeys(values))


Day = Annotated[IsoDate, AfterValidator(_day), Field(examples=["2026-12-31"])]
# Lengths first: after a validator of ours they would be told as those of a text.
Languages = Annotated[
    list[Annotated[str, StringConstraints(pattern="^[a-z]{2}$")]],
    Field(min_length=1, max_length=10, examples=[["vi", "en"]], description="ISO 639-1."),
    AfterValidator(_each_once),
]
BranchIds = Annotated[
    list[UUID],
    Field(min_length=1, max_length=100, description="Where they work."),
    AfterValidator(_each_once),
]
ServiceIds = Annotated[
    list[UUID], Field(max_length=500, description="What they perform."), AfterValidator(_each_once)
]
UserId = Annotated[
    UUID | None,
    Field(description="Who signs in as them. It gives no role: roles are given by `PUT /users/{id}/roles`."),
]


class StaffCreate(RequestModel):
    """Somebody who begins to work here."""

    key: Key
    full_name: Name
    gender: GivenGender | None = None
    languages: Languages = Field(default_factory=lambda: ["vi"])
    phone: Phone | None = None
    email: Email | None = None
    bio: BilingualText = Field(default_factory=BilingualText, description="What guests read of them.")
    employed_from: Day
    employed_until: Day | None = Field(default=None, description="The last day.")
    branch_ids: BranchIds
    service_ids: ServiceIds = Field(default_factory=list)
    user_id: UserId = None

    @model_validator(mode="after")
    def _not_backwards(self) -> Self:
        if self.employed_until is not None and self.employed_until < self.employed_from:
            raise backwards()
        return self


class StaffUpdate(RequestModel):
    """What is to change. A field left out stays; `null` empties a gender, phone, email, last day or user."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    key: Key = ""
    full_name: Name = ""
    gender: GivenGender | None = None
    languages: Languages = Field(default_factory=list)
    phone: Phone | None = None
    email: Email | None = None
    bio: BilingualText = Field(default_factory=BilingualText)
    employed_from: Day = date.min
    employed_until: Day | None = None
    branch_ids: BranchIds = Field(default_factory=list)
    service_ids: ServiceIds = Field(default_factory=list)
    user_id: UserId = None


class StaffListQuery(BaseModel):
    """Whom to list: all, or who works in a branch, performs a service, is employed on a day."""

    model_config = ConfigDict(extra="forbid")

    branch_id: UUID | None = None
    service_id: UUID | None = None
    on: IsoDate | None = None


class StaffRead(BaseModel):
    """Who they are. `user_id` and what follows it is shown to themselves and at the desk of a branch in which they
    work; to others it is null."""

    id: UUID = Field(description="Also that of their resource.")
    key: str
    full_name: str
    gender: Gender | None
    languages: list[str]
    bio: BilingualText
    branch_ids: list[UUID]
    service_ids: list[UUID]
    user_id: UUID | None
    phone: str | None = Field(examples=["+84912345678"])
    email: str | None
    employed_from: date | None
    employed_until: date | None = Field(description="The last day.")
