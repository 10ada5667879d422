"""Requests and responses of the leave API."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.common.schemas import Composed, PageQuery, RequestModel
from app.common.types.instants import Instant, Minute, Times
from app.modules.coverage.coverage_schemas import Force, Stranding
from app.modules.staff.staff_models import TimeOffStatus

LongText = Annotated[Composed, Field(max_length=1000)]


class TimeOffCreate(RequestModel, Times):
    """A request for leave, of whole minutes and of at most 366 days."""

    longest = timedelta(days=366)

    staff_id: UUID | None = Field(default=None, description="Without it: the user's own leave.")
    start: Minute
    end: Minute
    reason: LongText = Field(default="", examples=["Về quê cưới em gái"])


class TimeOffAnswer(RequestModel):
    answer: LongText = Field(default="", description="A message to the person, sent with the decision.")


class TimeOffApproval(TimeOffAnswer):
    force: Force = False


class TimeOffListQuery(PageQuery):
    status: TimeOffStatus | None = None
    branch_id: UUID | None = Field(default=None, description="Leave of the people who work in this branch.")
    staff_id: UUID | None = None
    start: Instant | None = Field(default=None, description="Leave that ends after this instant.")
    end: Instant | None = Field(default=None, description="Leave that begins before this instant.")


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
        description="Send it as `cursor` to get the next page. null on the last page."
    )


class TimeOffApproved(Stranding):
    time_off: TimeOffRead
