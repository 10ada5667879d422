"""What the API takes and gives for leave."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool

from app.common.schemas import Composed, PageQuery, RequestModel
from app.common.types.instants import Minute, Times
from app.modules.resource.appointment_schemas import ResourceAppointment
from app.modules.staff.staff_models import TimeOffStatus

Words = Annotated[Composed, Field(max_length=1000)]


class TimeOffCreate(RequestModel, Times):
    """Of whole minutes, and of 366 days at most."""

    longest = timedelta(days=366)

    staff_id: UUID | None = Field(default=None, description="Without it: whoever asks.")
    start: Minute
    end: Minute
    reason: Words = Field(default="", examples=["Về quê cưới em gái"])


class TimeOffAnswer(RequestModel):
    answer: Words = Field(default="", description="What they are told with the decision.")


class TimeOffApproval(TimeOffAnswer):
    force: StrictBool = Field(
        default=False, description="Even when appointments lose whoever was to do them."
    )


class TimeOffListQuery(PageQuery):
    status: TimeOffStatus | None = None
    branch_id: UUID | None = Field(default=None, description="Of whom works in it.")
    staff_id: UUID | None = None


class TimeOffRead(BaseModel):
    id: UUID
    staff_id: UUID
    start: datetime
    end: datetime
    status: TimeOffStatus
    reason: str
    decided_by_id: UUID | None
    decided_at: datetime | None
    answer: str
    created_at: datetime


class TimeOffPage(BaseModel):
    items: list[TimeOffRead]
    next_cursor: str | None = Field(
        description="Give it back as `cursor` for the next page; null on the last."
    )


class TimeOffApproved(BaseModel):
    time_off: TimeOffRead
    stranded: list[ResourceAppointment] = Field(description="Appointments that lost whoever was to do them.")
