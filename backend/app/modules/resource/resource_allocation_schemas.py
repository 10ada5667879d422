"""What the API takes and gives for the times in which a resource is taken."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.modules.resource.resource_models import AllocationState


class AllocationRead(BaseModel):
    id: UUID
    resource_id: UUID
    appointment_id: UUID | None
    state: AllocationState
    start: datetime
    end: datetime
    reason: str
    time_off_id: UUID | None
