"""Requests and responses of the calendar API."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.common.schemas import RequestModel
from app.common.validation import bilingual_error

MAX_CALENDARS = 10
"""The most calendars of one person: one for each phone."""


class CalendarOwner(RequestModel):
    """The person of a calendar: a therapist or a customer."""

    staff_id: UUID | None = Field(default=None, description="For the treatments of a therapist.")
    customer_id: UUID | None = Field(default=None, description="For the appointments of a customer.")

    @model_validator(mode="after")
    def _require_one(self) -> Self:
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
        description="The address for a phone to subscribe to. Keep it secret: everybody who has it sees the calendar."
    )
    created_at: datetime


class CalendarRecord(BaseModel):
    """A calendar in the copy of a customer's data, without its address, which is a key."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    customer_id: UUID
    created_at: datetime
    revoked_at: datetime | None
