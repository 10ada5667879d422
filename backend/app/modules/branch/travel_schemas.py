"""Requests and responses about the travel between two branches."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from app.common.schemas import RequestModel
from app.modules.coverage.coverage_schemas import Force, Stranding

MAX_TRAVEL = 480
"""The longest travel between two branches, in minutes."""
TravelMinutes = Annotated[StrictInt, Field(ge=0, le=MAX_TRAVEL)]


class TravelTimeChange(RequestModel):
    minutes: TravelMinutes = Field(description="0 removes the entry: the way takes no time.")
    force: Force = False


class TravelTimeRead(BaseModel):
    """The travel to another branch, which takes as long as the way back."""

    model_config = ConfigDict(from_attributes=True)

    branch_id: UUID = Field(description="The other branch.")
    minutes: int


class TravelTimeSet(TravelTimeRead, Stranding):
    """The travel to another branch after a change."""
