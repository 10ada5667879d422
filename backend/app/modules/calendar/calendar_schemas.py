"""What the API takes and gives for calendars that phones subscribe to."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.common.schemas import RequestModel
from app.common.validation import bilingual_error


class CalendarOf(RequestModel):
    """Whose: one of the two."""

    staff_id: UUID | None = Field(default=None, description="A therapist's treatments.")
    customer_id: UUID | None = Field(default=None, description="A customer's appointments.")

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.staff_id is None) == (self.customer_id is None):
            raise bilingual_error(
                "staff_or_customer",
                "Chọn nhân viên hoặc khách hàng, không cả hai.",
                "Send either staff_id or customer_id",
            )
        return self


class CalendarRead(BaseModel):
    id: UUID
    staff_id: UUID | None
    customer_id: UUID | None
    url: str = Field(
        description="For a phone to subscribe to. Whoever has it sees the calendar, so it is nobody else's."
    )
    created_at: datetime


class CalendarRecord(BaseModel):
    """A calendar in the copy of a person's data, without its address, which is a key."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    customer_id: UUID
    created_at: datetime
    revoked_at: datetime | None
