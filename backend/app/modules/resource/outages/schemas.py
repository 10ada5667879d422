"""Requests and responses for the times in which a bed or a device is out of order."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.common.schemas import Line, RequestModel
from app.common.types.instants import Minute, Times
from app.modules.coverage.coverage_schemas import Force, Stranding


class OutageListQuery(Times):
    """A time of at most 366 days: the outages that touch it are listed."""

    model_config = ConfigDict(extra="forbid")
    longest = timedelta(days=366)


class OutageCreate(RequestModel, Times):
    """An outage of at most five years."""

    longest = timedelta(days=5 * 366)

    start: Minute
    end: Minute
    reason: Annotated[Line, Field(max_length=200, examples=["Gãy chân giường"])]
    force: Force = False


class OutageRead(BaseModel):
    id: UUID
    start: datetime
    end: datetime
    reason: str


class OutageMade(Stranding):
    outage: OutageRead
